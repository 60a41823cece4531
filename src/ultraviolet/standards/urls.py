"""URL references (RFC 3986 section 5), without the import cost of ``urllib.parse``."""

from __future__ import annotations


def join_url(base: str, reference: str) -> str:
    """Resolve ``reference`` against the absolute URL ``base``; dot segments are removed, queries kept.

    >>> join_url("https://a/simple/x/", "../../files/x-1.whl#sha256=00")
    'https://a/files/x-1.whl#sha256=00'
    """
    scheme_end = reference.find(":")
    if scheme_end > 0 and _is_scheme(reference[:scheme_end]):
        return reference
    prefix, separator, rest = base.partition("://")
    if not separator:
        return reference
    if reference.startswith("//"):
        return f"{prefix}:{reference}"
    cut = len(rest)
    for stop in "/?#":
        position = rest.find(stop, 0, cut)
        if position >= 0:
            cut = position
    root = f"{prefix}://{rest[:cut]}"
    path = rest[cut:].partition("#")[0]
    if not reference:
        return root + path
    if reference.startswith("#"):
        return root + path + reference
    path, _, _ = path.partition("?")
    if reference.startswith("?"):
        return root + path + reference
    if not reference.startswith("/"):
        reference = path[: path.rfind("/") + 1] + reference
        if not reference.startswith("/"):
            reference = "/" + reference
    return root + _remove_dots(reference)


def _is_scheme(text: str) -> bool:
    return (
        text[0].isalpha()
        and text.isascii()
        and all(char.isalnum() or char in "+-." for char in text)
        and "/" not in text
    )


def _remove_dots(reference: str) -> str:
    """Remove ``.`` and ``..`` segments of the path, leaving query and fragment."""
    cut = len(reference)
    for stop in "?#":
        position = reference.find(stop, 0, cut)
        if position >= 0:
            cut = position
    path = reference[:cut]
    if "/." not in path:
        return reference
    out: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            if out:
                out.pop()
        elif segment != ".":
            out.append(segment)
    if segments[-1] in {".", ".."}:
        out.append("")
    return "/" + "/".join(out) + reference[cut:]

"""Direct sources: reading a PEP 508 URL, telling whether two are one resource, and writing them in messages."""

from __future__ import annotations

import os.path

from ultraviolet.distributions.source import (
    ArchiveKind,
    DirectorySource,
    DirectSource,
    GitSource,
    PathSource,
    UrlSource,
)
from ultraviolet.distributions.urls import canonical_url, path_to_url, redact, split_fragment, url_to_path


def parse_source(url: str) -> DirectSource:
    """Read the URL of a requirement (``name @ url``)."""
    base, fragment = split_fragment(url)
    fields = dict(pair.partition("=")[::2] for pair in fragment.split("&") if pair)
    subdirectory = fields.get("subdirectory")
    if base.startswith("git+"):
        repository = base[4:]
        head, separator, reference = repository.rpartition("@")
        if not separator or ("/" in reference and "://" in reference) or "/" not in head.partition("://")[2]:
            head, reference = repository, ""
        return GitSource(
            repository=head,
            reference_kind="rev" if reference else "default",
            reference=reference or None,
            commit=reference if len(reference) == 40 and _is_hex(reference) else None,
            subdirectory=subdirectory,
            lfs=fields.get("lfs") == "true",
            given=url,
        )
    if base.startswith("file:"):
        path = url_to_path(base)
        kind = _archive_kind(path)
        if kind is None:
            return DirectorySource(path=path, given=url)
        return PathSource(path=path, kind=kind, given=url)
    fields.pop("subdirectory", None)
    rest = "&".join(f"{key}={value}" if value else key for key, value in fields.items())
    return UrlSource(
        url=f"{base}#{rest}" if rest else base,
        subdirectory=subdirectory,
        kind=_archive_kind(base.partition("?")[0]) or "sdist",
        given=url,
    )


def is_same_resource(first: DirectSource, second: DirectSource) -> bool:
    """Whether two sources are the same thing, however they are written."""
    if isinstance(first, UrlSource):
        return (
            isinstance(second, UrlSource)
            and _normal(first.subdirectory) == _normal(second.subdirectory)
            and canonical_url(first.url) == canonical_url(second.url)
        )
    if isinstance(first, GitSource):
        return (
            isinstance(second, GitSource)
            and _normal(first.subdirectory) == _normal(second.subdirectory)
            and canonical_url(first.repository) == canonical_url(second.repository)
            and _is_same_reference(first, second)
        )
    if isinstance(first, PathSource):
        return isinstance(second, PathSource) and _is_same_path(first.path, second.path)
    return (
        isinstance(second, DirectorySource)
        and _is_same_path(first.path, second.path)
        and (first.editable is None or second.editable is None or first.editable == second.editable)
    )


def source_text(source: DirectSource) -> str:
    """Return the URL of a source as messages show it."""
    if isinstance(source, UrlSource):
        text = redact(source.url)
        return f"{text}#subdirectory={source.subdirectory}" if source.subdirectory else text
    if isinstance(source, GitSource):
        text = f"git+{redact(source.repository)}"
        if source.reference is not None:
            text += f"@{source.reference}"
        elif source.commit is not None:
            text += f"@{source.commit}"
        return f"{text}#subdirectory={source.subdirectory}" if source.subdirectory else text
    return path_to_url(source.path)


def conflict_text(source: DirectSource) -> str:
    """Return a source as the list of conflicting ones shows it."""
    text = source_text(source)
    return f"{text} (editable)" if isinstance(source, DirectorySource) and source.editable else text


def _is_same_reference(first: GitSource, second: GitSource) -> bool:
    if first.commit is not None and second.commit is not None:
        return first.commit == second.commit
    return (first.reference_kind, first.reference) == (second.reference_kind, second.reference) or (
        first.reference is not None and first.reference == second.reference
    )


def _is_same_path(first: str, second: str) -> bool:
    if first == second:
        return True
    try:
        return os.path.samefile(first, second)
    except OSError:
        return False


def _normal(path: str | None) -> str | None:
    return None if path is None else os.path.normpath(path)


def _archive_kind(path: str) -> ArchiveKind | None:
    if path.endswith(".whl"):
        return "wheel"
    if path.endswith((".zip", ".tar", ".tgz", ".tbz", ".txz", ".tlz")) or ".tar." in path.rpartition("/")[2]:
        return "sdist"
    return None


def _is_hex(text: str) -> bool:
    return all(character in "0123456789abcdef" for character in text.lower())

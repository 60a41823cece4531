"""URL texts: redaction for display, credentials, and the canonical form that identifies one resource.

Kept free of ``urllib``, whose import costs more than a whole warm command.
"""

from __future__ import annotations

_HEX = "0123456789abcdefABCDEF"
FOREIGN_SCHEMES = frozenset(
    [
        "bzr+http",
        "bzr+https",
        "bzr+ssh",
        "bzr+sftp",
        "bzr+ftp",
        "bzr+lp",
        "bzr+file",
        "hg+file",
        "hg+http",
        "hg+https",
        "hg+ssh",
        "hg+static-http",
        "svn+ssh",
        "svn+http",
        "svn+https",
        "svn+svn",
        "svn+file",
    ]
)
"""Schemes of version control that is known and not supported."""
_SENSITIVE_QUERY = ("X-Amz-Credential", "X-Amz-Security-Token", "X-Amz-Signature")


def split_authority(url: str) -> tuple[str, str, str]:
    """Split ``scheme://authority/rest`` into (``scheme://``, authority, rest); authority is empty without ``://``."""
    start = url.find("://")
    if start < 0:
        return "", "", url
    start += 3
    end = len(url)
    for stop in "/?#":
        position = url.find(stop, start, end)
        if position >= 0:
            end = position
    return url[:start], url[start:end], url[end:]


def credentials(url: str) -> tuple[str | None, str | None]:
    """Return the (username, password) written into a URL, still percent-encoded."""
    _, authority, _ = split_authority(url)
    userinfo, separator, _ = authority.rpartition("@")
    if not separator:
        return None, None
    username, separator, password = userinfo.partition(":")
    return username or None, password if separator else None


def without_credentials(url: str) -> str:
    """Remove user name and password; the bare ``git`` user of an ssh URL stays, as it is no secret."""
    if "@" not in url:
        return url
    scheme, authority, rest = split_authority(url)
    userinfo, separator, host = authority.rpartition("@")
    if not separator or (userinfo == "git" and "ssh" in scheme):
        return url
    return scheme + host + rest


def redact(url: str) -> str:
    """Return the URL as it may be shown: passwords and signed query values become ``****``."""
    scheme, authority, rest = split_authority(url)
    userinfo, separator, host = authority.rpartition("@")
    if separator:
        username, has_password, _ = userinfo.partition(":")
        if has_password:
            authority = f"{username}:****@{host}"
        elif not (userinfo == "git" and "ssh" in scheme):
            authority = f"****@{host}"
    if "X-Amz-" in rest:
        head, mark, query = rest.partition("?")
        query, fragment_mark, fragment = query.partition("#")
        pairs = [
            f"{pair.partition('=')[0]}=****" if pair.partition("=")[0] in _SENSITIVE_QUERY else pair
            for pair in query.split("&")
        ]
        rest = head + mark + "&".join(pairs) + fragment_mark + fragment
    return scheme + authority + rest


def split_fragment(url: str) -> tuple[str, str]:
    """Split off the fragment: (URL without it, fragment without ``#``)."""
    base, _, fragment = url.partition("#")
    return base, fragment


def percent_decode(text: str) -> str:
    """Decode ``%XX`` sequences as UTF-8; malformed ones stay as they are."""
    if "%" not in text:
        return text
    out = bytearray()
    data = text.encode()
    position = 0
    while position < len(data):
        if (
            data[position] == 0x25
            and position + 2 < len(data) + 0
            and chr(data[position + 1]) in _HEX
            and chr(data[position + 2]) in _HEX
        ):
            out.append(int(data[position + 1 : position + 3], 16))
            position += 3
        else:
            out.append(data[position])
            position += 1
    return out.decode("utf-8", "replace")


_PATH_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=:@")


def percent_encode_path(path: str) -> str:
    """Encode a path for a ``file:`` URL."""
    data = path.encode()
    if _PATH_SAFE.issuperset(data):
        return path
    return "".join(chr(byte) if byte in _PATH_SAFE else f"%{byte:02X}" for byte in data)


def path_to_url(path: str) -> str:
    """Return the ``file://`` URL of an absolute path."""
    path = path.replace("\\", "/")
    if not path.startswith("/"):
        path = "/" + path
    return "file://" + percent_encode_path(path)


def url_to_path(url: str) -> str:
    """Return the path of a ``file://`` URL (its query and fragment are dropped)."""
    _, _, rest = split_authority(url)
    path = percent_decode(rest.partition("#")[0].partition("?")[0])
    if len(path) > 2 and path[0] == "/" and path[2] == ":" and path[1].isalpha():
        return path[1:]
    return path


def canonical_url(url: str) -> str:
    """Return the form in which two URLs of one resource are equal.

    Credentials, a trailing slash and a ``.git`` suffix are dropped, the path is percent-decoded and, on github.com,
    lower-cased; scheme and host are lower-cased; query and fragment stay.
    """
    scheme, authority, rest = split_authority(url)
    host = authority.rpartition("@")[2].lower()
    cut = len(rest)
    for stop in "?#":
        position = rest.find(stop)
        if position >= 0:
            cut = min(cut, position)
    path, tail = rest[:cut], rest[cut:]
    path = percent_decode(path.rstrip("/"))
    if host == "github.com":
        path = path.lower()
    reference = ""
    if scheme.startswith("git+") and "@" in path:
        path, _, reference = path.rpartition("@")
        reference = "@" + reference
    path = path.removesuffix(".git")
    return scheme.lower() + host + path + reference + tail


def url_filename(url: str) -> str:
    """Return the percent-decoded last path segment."""
    last = url[url.rfind("/") + 1 :]
    if last and "%" not in last and "#" not in url and "?" not in url:
        return last
    base = url.partition("#")[0].partition("?")[0]
    return percent_decode(base.rstrip("/").rpartition("/")[2])


_DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21"}
_KEEP_ENCODED = frozenset(b"!$%&'()*+,-./:;=@_~[]|^\\") | frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)


class InvalidUrl(ValueError):
    """A text is not a URL; the argument is the reason in the words uv has for it."""


def split_scheme(text: str) -> tuple[str, str] | None:
    """Split ``scheme:rest``; None when the text does not start with a scheme."""
    text = text.strip("".join(map(chr, range(33))))
    scheme, colon, rest = text.partition(":")
    if not colon or not scheme or not (scheme[0].isascii() and scheme[0].isalpha()):
        return None
    if not all(char.isascii() and (char.isalnum() or char in "+-.") for char in scheme):
        return None
    return scheme, rest


def normalize_url(url: str) -> str:
    """Return an absolute URL in the spelling that URL parsers give it (WHATWG, the parts that matter here).

    Scheme and host are lower-cased, default ports go, an empty path becomes ``/``, ``.`` and ``..`` are resolved, blanks
    and non-ASCII characters are percent-encoded.

    :raises InvalidUrl: the text is not an absolute URL, or its credentials cannot be told from its path.
    """
    parts = split_scheme(url)
    if parts is None:
        raise InvalidUrl("relative URL without a base")
    scheme = parts[0].lower()
    if scheme not in _DEFAULT_PORTS and scheme != "file":
        return _normalize_opaque(scheme, parts[1], url)
    rest = parts[1].replace("\\", "/") if scheme != "file" else parts[1]
    rest = rest.lstrip("/") if scheme != "file" else rest.removeprefix("//")
    cut = min((at for at in (rest.find(stop) for stop in "/?#") if at >= 0), default=len(rest))
    authority, rest = rest[:cut], rest[cut:]
    userinfo, at, host = authority.rpartition("@")
    if not host and scheme != "file":
        raise InvalidUrl("empty host")
    host = host.lower()
    name, colon, port = host.rpartition(":")
    if colon and not port.endswith("]"):
        if not port.isdigit() and port:
            raise InvalidUrl("invalid port number")
        if not port or port == _DEFAULT_PORTS.get(scheme):
            host = name
    if host.startswith("[") and not host.partition("]")[1]:
        raise InvalidUrl("invalid IPv6 address")
    if any(char in host for char in " <>^|%\\`{}"):
        raise InvalidUrl("invalid international domain name")
    result = f"{scheme}://{userinfo}{at}{host}{_normalize_rest(rest)}"
    _reject_ambiguous(url, scheme, userinfo, rest)
    return result


def _normalize_opaque(scheme: str, rest: str, url: str) -> str:
    if not rest.startswith("//"):
        return f"{scheme}:{rest}"
    rest = rest[2:]
    cut = min((at for at in (rest.find(stop) for stop in "/?#") if at >= 0), default=len(rest))
    authority, rest = rest[:cut], rest[cut:]
    userinfo = authority.rpartition("@")[0]
    _, colon, port = authority.rpartition("@")[2].rpartition(":")
    if colon and not port.isdigit() and port and not port.endswith("]"):
        raise InvalidUrl("invalid port number")
    _reject_ambiguous(url, scheme, userinfo, rest)
    return f"{scheme}://{authority}{_normalize_rest(rest) if rest else ''}"


def _normalize_rest(rest: str) -> str:
    """Normalise path, query and fragment."""
    rest, mark, fragment = rest.partition("#")
    path, question, query = rest.partition("?")
    segments: list[str] = []
    parts = path.split("/")[1:] if path.startswith("/") else path.split("/")
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        plain = part.lower().replace("%2e", ".")
        if plain == "..":
            if segments:
                segments.pop()
            if last:
                segments.append("")
        elif plain == ".":
            if last:
                segments.append("")
        else:
            segments.append(part)
    path = "/" + "/".join(segments)
    return _encode(path) + question + _encode(query, extra=b"?{}`") + mark + _encode(fragment, extra=b"?{}#")


def _encode(text: str, extra: bytes = b"") -> str:
    data = text.encode()
    keep = _KEEP_ENCODED | frozenset(extra)
    if keep.issuperset(data):
        return text
    return "".join(chr(byte) if byte in keep else f"%{byte:02X}" for byte in data)


def _reject_ambiguous(url: str, scheme: str, userinfo: str, rest: str) -> None:
    if scheme == "file" or scheme.endswith("+file") or ":" in userinfo:
        return
    path, _, fragment = rest.partition("#")
    if not (_looks_like_credentials(path.partition("?")[0]) or _looks_like_credentials(fragment)):
        return
    hidden = f"{url[: url.index(':') + 1]}***{url[url.rindex('@') :]}"
    raise InvalidUrl(f"ambiguous user/pass authority in URL (not percent-encoded?): {hidden}")


def _looks_like_credentials(text: str) -> bool:
    while ":" in text:
        text = text.partition(":")[2]
        if not text.startswith("//") and "@" in text:
            return True
    return False

"""Answers of the Simple API: PEP 503 (HTML), PEP 691 (JSON), with PEP 592, 629, 658, 700, 714 and 792.

Both readers return the same :class:`SimplePage`. JSON is decoded by type, only the keys that are needed. HTML as the known
servers write it is read with one regular expression; any other page with the standard library's parser, several times slower.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from ultraviolet.errors import UltravioletError
from ultraviolet.standards.urls import join_url

HASH_ORDER = ("sha512", "sha384", "sha256", "md5", "blake2b")
"""Known algorithms, in the order in which a file's digests are listed."""


class SimplePageError(UltravioletError):
    """A page that cannot be understood; the cause is said in the chain."""


class SimpleFile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One file as its index describes it; as a record, the same array as :class:`distributions.artifact.Artifact`."""

    filename: str
    url: str
    """Absolute, without the fragment that held a digest."""
    hashes: tuple[str, ...] = ()
    """``algorithm:hex``, in :data:`HASH_ORDER`."""
    size: int | None = None
    """Bytes."""
    upload_time: int | None = None
    """Milliseconds since the epoch, UTC, truncated."""
    requires_python: str | None = None
    yanked: bool | str = False
    """True, or the reason."""
    core_metadata: bool = False
    """Whether ``URL.metadata`` exists (PEP 658)."""
    zstd: tuple[tuple[str, ...], int | None] | None = None
    """Digests and size of the same wheel compressed with Zstandard, which pyx serves beside it."""


class SimplePage(msgspec.Struct, frozen=True):
    """All files of a page, in its order."""

    files: list[SimpleFile]
    status: str = "active"
    """Project status marker (PEP 792)."""
    status_reason: str | None = None


class _JsonHashes(msgspec.Struct, frozen=True, gc=False):
    sha512: str | None = None
    sha384: str | None = None
    sha256: str | None = None
    md5: str | None = None
    blake2b: str | None = None


class _JsonZstd(msgspec.Struct, frozen=True, gc=False):
    hashes: _JsonHashes = _JsonHashes()
    size: int | None = None


class _JsonFile(msgspec.Struct, gc=False, rename="kebab"):
    filename: str
    url: str
    hashes: _JsonHashes = _JsonHashes()
    requires_python: str | None = None
    size: int | None = None
    upload_time: datetime | None = None
    yanked: bool | str | None = False
    core_metadata: Any = None
    dist_info_metadata: Any = None
    data_dist_info_metadata: Any = None
    zstd: _JsonZstd | None = None


class _JsonStatus(msgspec.Struct):
    status: str = "active"
    reason: str | None = None


class _JsonPage(msgspec.Struct, rename="kebab"):
    files: list[_JsonFile]
    project_status: _JsonStatus | None = None


class _OddPage(msgspec.Struct, rename="kebab"):
    """A page with digests or times of a shape that no known index uses."""

    files: list[dict[str, Any]]
    project_status: _JsonStatus | None = None


_decode_page = msgspec.json.Decoder(_JsonPage).decode


def parse_json(content: bytes, url: str) -> SimplePage:
    """Parse a JSON page; relative URLs are joined to ``url``.

    :raises SimplePageError: not JSON, or not of the shape PEP 691 gives.
    """
    try:
        page = _decode_page(content)
    except msgspec.DecodeError:
        page = _parse_odd(content, url)
    files: list[SimpleFile] = []
    add = files.append
    for file in page.files:
        target = file.url
        if not target.startswith(("https://", "http://")):
            target = join_url(url, target)
        available = file.core_metadata
        if available is None:
            available = file.dist_info_metadata
            if available is None:
                available = file.data_dist_info_metadata
        yanked = file.yanked
        hashes = file.hashes
        digest = hashes.sha256
        if digest is None or hashes.md5 is not None or hashes.blake2b is not None or hashes.sha512 is not None:
            digests = _digests(hashes)
        else:
            digests = ("sha256:" + digest,)
        moment = file.upload_time
        zstd = file.zstd
        add(
            SimpleFile(
                file.filename,
                target.partition("#")[0] if "#" in target else target,
                digests,
                file.size,
                None if moment is None else _milliseconds(moment),
                file.requires_python,
                (yanked or True) if isinstance(yanked, str) else bool(yanked),
                available is True or isinstance(available, dict),
                None if zstd is None else (_digests(zstd.hashes), zstd.size),
            )
        )
    status = page.project_status
    if status is None:
        return SimplePage(files)
    return SimplePage(files, status.status, status.reason)


def _parse_odd(content: bytes, url: str) -> _JsonPage:
    """Parse a page again, leaving out the digests and times that are not understood."""
    try:
        page = msgspec.json.decode(content, type=_OddPage)
        for file in page.files:
            hashes = file.get("hashes")
            if isinstance(hashes, dict):
                file["hashes"] = {name: digest for name, digest in hashes.items() if isinstance(digest, str)}
            if isinstance(file.get("upload-time"), str) and parse_upload_time(file["upload-time"]) is None:
                del file["upload-time"]
        return _JsonPage(msgspec.convert(page.files, list[_JsonFile]), page.project_status)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SimplePageError(f"Received some unexpected JSON from {url}") from UltravioletError(str(error))


def _digests(hashes: _JsonHashes) -> tuple[str, ...]:
    return tuple(f"{name}:{digest}" for name in HASH_ORDER if (digest := getattr(hashes, name)) is not None)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def _milliseconds(moment: datetime) -> int | None:
    try:
        return (moment - _EPOCH) // _MILLISECOND
    except TypeError:  # without an offset it is no moment
        return None


def _parse_time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def parse_upload_time(text: str) -> int | None:
    """Read an RFC 3339 time as milliseconds since the epoch; junk is ``None``.

    >>> parse_upload_time("1970-01-01T00:00:01.2345Z")
    1234
    """
    moment = _parse_time(text)
    return None if moment is None else _milliseconds(moment)


_REGULAR = re.compile(r'<a href="([^"#&]*)(?:#([^"&]*))?"((?: [a-z-]+(?:="[^"]*")?)*) ?>[^<]*</a>')
_OPENING = re.compile(r"<a[\s>]|<base|<meta name=\"pypi:project-status|<!--", re.IGNORECASE)
_ATTRIBUTE = re.compile(r' ([a-z-]+)(?:="([^"]*)")?')


def parse_html(content: bytes, url: str) -> SimplePage:
    """Parse an HTML page; relative URLs are joined to its base, by default ``url``.

    :raises SimplePageError: a digest of an unknown algorithm.
    """
    text = content.decode("utf-8", "replace")
    matches = _REGULAR.findall(text)
    if len(_OPENING.findall(text)) != len(matches):
        return _parse_irregular(text, url)
    files: list[SimpleFile] = []
    for target, fragment, attributes in matches:
        if attributes:
            given = {
                name: _unescape(value) if "&" in value else value for name, value in _ATTRIBUTE.findall(attributes)
            }
        else:
            given = {}
        if target or fragment:
            files.append(_html_file(target, fragment, given, url, url))
    return SimplePage(files)


def _unescape(text: str) -> str:
    for name, char in (("&gt;", ">"), ("&lt;", "<"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&")):
        text = text.replace(name, char)
    if "&" in text:
        from html import unescape

        return unescape(text)
    return text


def _html_file(target: str, fragment: str, attributes: dict[str, str | None], base: str, page_url: str) -> SimpleFile:
    absolute = target if target.startswith(("https://", "http://")) else join_url(base, target)
    filename = absolute.partition("?")[0].rpartition("/")[2]
    if "%" in filename:
        filename = _percent_decode(filename)
    available = attributes.get("data-core-metadata")
    if "data-core-metadata" not in attributes:
        available = attributes.get("data-dist-info-metadata")
    yanked: bool | str = False
    if "data-yanked" in attributes:
        yanked = attributes["data-yanked"] or True
    size = attributes.get("data-size")
    upload_time = attributes.get("data-upload-time")
    requires_python = attributes.get("data-requires-python")
    return SimpleFile(
        filename,
        absolute,
        _fragment_hash(fragment, page_url) if fragment else (),
        int(size) if size is not None and size.isdigit() else None,
        parse_upload_time(upload_time) if upload_time else None,
        requires_python or None,
        yanked,
        bool(available) and available != "false" and (available == "true" or "=" in (available or "")),
    )


_PREFIXES = tuple(f"{name}=" for name in HASH_ORDER)


def _fragment_hash(fragment: str, page_url: str) -> tuple[str, ...]:
    """Read ``algorithm=hex``; empty and malformed fragments and ``egg=`` are no digest.

    :raises SimplePageError: the algorithm is not known.
    """
    if fragment.startswith("sha256=") and len(fragment) > 7 and "%" not in fragment and "&" not in fragment:
        return (f"sha256:{fragment[7:]}",)
    if "%" in fragment:
        fragment = _percent_decode(fragment)
    name, separator, digest = fragment.partition("=")
    if not separator or not digest or name == "egg":
        return ()
    if f"{name}=" not in _PREFIXES:
        raise SimplePageError(f"Received some unexpected HTML from {page_url}") from UltravioletError(
            "Unsupported hash algorithm (expected one of: `md5`, `sha256`, `sha384`, `sha512`, or `blake2b`) "
            f"on: `{fragment}`"
        )
    return (f"{name}:{digest}",)


def _percent_decode(text: str) -> str:
    from urllib.parse import unquote

    return unquote(text)


def _parse_irregular(text: str, url: str) -> SimplePage:
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__(convert_charrefs=True)
            self.base = url
            self.links_seen = False
            self.files: list[SimpleFile] = []
            self.status: dict[str, str] = {}

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "a":
                self.links_seen = True
                given = dict(attrs)
                href = (given.get("href") or "").strip()
                if href:
                    target, _, fragment = href.partition("#")
                    self.files.append(_html_file(target, fragment, given, self.base, url))
            elif tag == "link":
                self.links_seen = True
            elif tag == "base" and not self.links_seen:
                base = dict(attrs).get("href")
                if base and "://" in base:
                    self.base = base
            elif tag == "meta":
                given = dict(attrs)
                name = given.get("name") or ""
                if name.startswith("pypi:project-status"):
                    self.status.setdefault(name, given.get("content") or "")

        def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.handle_starttag(tag, attrs)

    reader = Reader()
    reader.feed(text)
    reader.close()
    return SimplePage(
        reader.files,
        reader.status.get("pypi:project-status") or "active",
        reader.status.get("pypi:project-status-reason"),
    )

"""Answers of the Simple API: PEP 503 (HTML), PEP 691 (JSON), with PEP 592, 629, 658, 700, 714 and 792.

Both readers return the same :class:`SimplePage`. JSON is decoded by type, only the keys that are needed. HTML as the known
servers write it is read with one regular expression; any other page with the standard library's parser, several times slower.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from ultraviolet.errors import UltravioletError
from ultraviolet.standards.urls import join_url

HASH_ORDER = ("sha512", "sha384", "sha256", "md5", "blake2b")
"""Known algorithms, in the order in which a file's digests are listed."""


class SimplePageError(UltravioletError):
    """A page that cannot be understood; the cause is said in the chain."""


class SimpleFile(msgspec.Struct, frozen=True, gc=False):
    """One file as its index describes it."""

    filename: str
    url: str
    """Absolute, without the fragment that held a digest."""
    hashes: tuple[str, ...] = ()
    """``algorithm:hex``, in :data:`HASH_ORDER`."""
    requires_python: str | None = None
    size: int | None = None
    """Bytes."""
    upload_time: int | None = None
    """Milliseconds since the epoch, UTC, truncated."""
    yanked: bool | str = False
    """True, or the reason."""
    core_metadata: bool = False
    """Whether ``URL.metadata`` exists (PEP 658)."""


class SimplePage(msgspec.Struct, frozen=True):
    """All files of a page, in its order."""

    files: list[SimpleFile]
    status: str = "active"
    """Project status marker (PEP 792)."""
    status_reason: str | None = None


class _JsonFile(msgspec.Struct, gc=False, rename="kebab"):
    filename: str
    url: str
    hashes: dict[str, Any] = {}
    requires_python: str | None = None
    size: int | None = None
    upload_time: str | None = None
    yanked: bool | str | None = False
    core_metadata: Any = None
    dist_info_metadata: Any = None
    data_dist_info_metadata: Any = None


class _JsonStatus(msgspec.Struct):
    status: str = "active"
    reason: str | None = None


class _JsonPage(msgspec.Struct, rename="kebab"):
    files: list[_JsonFile]
    project_status: _JsonStatus | None = None


_decode_page = msgspec.json.Decoder(_JsonPage).decode


def parse_json(content: bytes, url: str) -> SimplePage:
    """Parse a JSON page; relative URLs are joined to ``url``.

    :raises SimplePageError: not JSON, or not of the shape PEP 691 gives.
    """
    try:
        page = _decode_page(content)
    except msgspec.DecodeError as error:
        raise SimplePageError(f"Received some unexpected JSON from {url}") from UltravioletError(str(error))
    files: list[SimpleFile] = []
    add = files.append
    for file in page.files:
        target = file.url
        if not target.startswith("https://"):
            target = join_url(url, target)
        available = file.core_metadata
        if available is None:
            available = file.dist_info_metadata
            if available is None:
                available = file.data_dist_info_metadata
        yanked = file.yanked
        add(
            SimpleFile(
                file.filename,
                target.partition("#")[0] if "#" in target else target,
                _hashes(file.hashes),
                file.requires_python,
                file.size,
                parse_upload_time(file.upload_time) if file.upload_time is not None else None,
                (yanked or True) if isinstance(yanked, str) else bool(yanked),
                available is True or isinstance(available, dict),
            )
        )
    status = page.project_status
    if status is None:
        return SimplePage(files)
    return SimplePage(files, status.status, status.reason)


def _hashes(given: dict[str, Any]) -> tuple[str, ...]:
    if len(given) == 1:
        digest = given.get("sha256")
        if isinstance(digest, str):
            return (f"sha256:{digest}",)
    return tuple(f"{name}:{given[name]}" for name in HASH_ORDER if isinstance(given.get(name), str))


_EPOCH: Any = None
_MILLISECOND: Any = None


def parse_upload_time(text: str) -> int | None:
    """Read an RFC 3339 time as milliseconds since the epoch; junk is ``None``.

    >>> parse_upload_time("1970-01-01T00:00:01.2345Z")
    1234
    """
    global _EPOCH, _MILLISECOND  # noqa: PLW0603 - constants whose import is put off
    from datetime import UTC, datetime, timedelta

    if _EPOCH is None:
        _EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
        _MILLISECOND = timedelta(milliseconds=1)
    try:
        moment = datetime.fromisoformat(text)
        milliseconds: int = (moment - _EPOCH) // _MILLISECOND
    except (ValueError, TypeError, OverflowError):
        return None
    return milliseconds


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
    absolute = target if target.startswith("https://") else join_url(base, target)
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
        requires_python or None,
        int(size) if size is not None and size.isdigit() else None,
        parse_upload_time(upload_time) if upload_time else None,
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

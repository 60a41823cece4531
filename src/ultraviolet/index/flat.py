"""Places that list files of any package: directories, HTML files and pages (``--find-links``, ``format = "flat"``)."""

from __future__ import annotations

import os
from collections.abc import Iterable

import msgspec

from ultraviolet.cache.keys import digest
from ultraviolet.cache.layout import Cache
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.listing import ProjectListing, encode_listing
from ultraviolet.distributions.urls import path_to_url, url_to_path
from ultraviolet.errors import UltravioletError
from ultraviolet.index.errors import FindLinksError
from ultraviolet.index.pages import group_files
from ultraviolet.standards.filenames import parse_wheel_filename, sdist_extension
from ultraviolet.standards.names import PackageName, normalize_name
from ultraviolet.standards.simple_api import SimpleFile, parse_html
from ultraviolet.standards.wheel_order import wheel_order

PAGE_HEADERS = {"Accept": "text/html", "Accept-Encoding": "gzip"}

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[SimpleFile]).decode


class FlatFiles:
    """The files of one location, found by the package they may belong to."""

    __slots__ = ("_by_name", "_listings", "index")

    def __init__(self, index: IndexLocation, files: Iterable[SimpleFile]) -> None:
        self.index = index
        self._by_name: dict[str, list[SimpleFile]] = {}
        for file in sorted(files, key=_filename):
            for name in possible_names(file.filename):
                self._by_name.setdefault(name, []).append(file)
        self._listings: dict[str, ProjectListing | None] = {}

    def listing(self, name: PackageName) -> ProjectListing | None:
        """Return the files of a package, or ``None`` if there are none."""
        if name not in self._listings:
            groups = group_files(self._by_name.get(name, ()), name)
            for group in groups.values():
                if len(group) > 1:
                    group.sort(key=_tag_order)
            self._listings[name] = ProjectListing(name, self.index, encode_listing(groups)) if groups else None
        return self._listings[name]

    def files(self) -> list[SimpleFile]:
        """Return every file, each once."""
        seen: dict[tuple[str, str], SimpleFile] = {}
        for files in self._by_name.values():
            for file in files:
                seen.setdefault((file.filename, file.url), file)
        return list(seen.values())


def _filename(file: SimpleFile) -> str:
    return file.filename


def _tag_order(file: SimpleFile) -> tuple[object, ...]:
    """Order the files of a version as uv does, which shows in lockfiles."""
    if file.filename[-4:] != ".whl":
        return (0, file.filename)
    try:
        return (1, *wheel_order(parse_wheel_filename(file.filename)))
    except UltravioletError:
        return (2, file.filename)


def possible_names(filename: str) -> list[str]:
    """Return the normalised names of the packages that a file may belong to; none for files that are no distribution.

    >>> possible_names("a-b-1.tar.gz")
    ['a', 'a-b']
    """
    if filename.endswith(".whl"):
        head = filename.partition("-")[0]
        return [_normal(head)] if filename.count("-") in {4, 5} and _normal(head) else []
    extension = sdist_extension(filename)
    if extension is None:
        return []
    parts = filename[: -len(extension) - 1].split("-")
    names = (_normal("-".join(parts[:count])) for count in range(1, len(parts)))
    return list(dict.fromkeys(name for name in names if name))


def _normal(text: str) -> str:
    try:
        return normalize_name(text)
    except UltravioletError:
        return ""


def read_local(index: IndexLocation) -> FlatFiles:
    """Read a directory (not its sub-directories) or an HTML file.

    :raises FindLinksError: it cannot be read.
    """
    path = url_to_path(index.url)
    if os.path.isfile(path):
        try:
            with open(path, "rb") as file:
                content = file.read()
        except OSError as error:
            raise FindLinksError(f"Failed to read `--find-links` file: {path}") from error
        return FlatFiles(index, parse_html(content, index.url).files)
    found: list[SimpleFile] = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.is_dir() or not possible_names(entry.name):
                    continue
                found.append(SimpleFile(entry.name, path_to_url(os.path.join(path, entry.name))))
    except OSError as error:
        cause = UltravioletError(f"{error.strerror} (os error {error.errno})")
        raise FindLinksError(f"Failed to read `--find-links` directory: {path}") from cause
    return FlatFiles(index, found)


def page_record_path(cache: Cache, index: IndexLocation) -> str:
    """Return where the record of a page is kept."""
    return cache.path("flat", f"{digest(index.identity)}.rec")


def encode_files(content: bytes, url: str) -> bytes:
    """Return the record of a page."""
    return _encode(parse_html(content, url).files)


def decode_files(index: IndexLocation, payload: bytes | memoryview) -> FlatFiles:
    """Return the files of a record.

    :raises msgspec.DecodeError: it is damaged.
    """
    return FlatFiles(index, _decode(payload))

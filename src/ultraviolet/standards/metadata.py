"""Core metadata: the few fields of ``METADATA`` and ``PKG-INFO`` that resolving needs.

The files look like e-mail headers; this reads the header lines directly. Requirements stay text: most are for
markers or extras that never apply, so whoever needs one parses it (`requirements`).
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ultraviolet.standards.errors import InvalidMetadata, InvalidName, InvalidSpecifier, InvalidVersion
from ultraviolet.standards.names import ExtraName, PackageName, parse_extra_name, parse_package_name
from ultraviolet.standards.versions import Version, parse_version

_FIELDS = frozenset(
    {"metadata-version", "name", "version", "requires-dist", "requires-python", "provides-extra", "dynamic"}
)


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What a distribution says about itself that matters for resolving."""

    name: PackageName
    version: Version
    requires_dist: tuple[str, ...] = ()
    """Requirements as written, in order."""
    requires_python: str | None = None
    """The supported Python versions as written."""
    provides_extra: tuple[ExtraName, ...] = ()
    """Names of extras in order; invalid names are left out."""
    dynamic: bool = False
    """Whether the version may differ when the distribution is built again."""
    metadata_version: str | None = None
    """The version of the format."""


def parse_metadata(content: bytes) -> Metadata:
    """Parse the ``METADATA`` file of a wheel, or the ``PKG-INFO`` of an installed distribution.

    Raises `InvalidMetadata` unless there are a valid name and version.
    """
    headers = parse_headers(content, _FIELDS)
    return _build(headers, dynamic="Version" in headers["dynamic"])


def parse_pkg_info(content: bytes) -> Metadata:
    """Parse the ``PKG-INFO`` file of a source distribution, if it can be relied upon.

    It can from metadata version 2.2 on, when none of the fields needed is marked as dynamic (PEP 643).
    Raises `InvalidMetadata`.
    """
    headers = parse_headers(content, _FIELDS)
    text = _first(headers, "metadata-version")
    if text is None:
        raise InvalidMetadata("Metadata field Metadata-Version not found")
    if not (2, 2) <= _format_version(text) < (3, 0):
        raise InvalidMetadata(f"Reading metadata from `PKG-INFO` requires Metadata 2.2 or later (found: {text})")
    dynamic = headers["dynamic"]
    for field in dynamic:
        if field in {"Requires-Python", "Requires-Dist", "Provides-Extra"}:
            raise InvalidMetadata(f"The following field was marked as dynamic: {field}")
    return _build(headers, dynamic="Version" in dynamic)


def parse_headers(content: bytes, fields: Iterable[str]) -> dict[str, list[str]]:
    """Read header lines up to the first empty line, those of the given lower-case names only.

    Every name asked for has an entry, its values in order. Folded lines are joined with a single space. Text is
    UTF-8, else Latin-1. A value of ``UNKNOWN`` counts as absent. Raises `InvalidMetadata` for a line that belongs
    to no header.
    """
    found: dict[str, list[str]] = {field: [] for field in fields}
    values: list[str] | None = None
    for number, line in enumerate(_header_lines(content)):
        if line[0] in " \t":
            if not number and line[0] == " ":
                raise InvalidMetadata(
                    "Header cannot start with a space; it is likely an overhanging line from a previous header"
                )
            if values is not None:
                folded = line.strip(" \t")
                values[-1] = f"{values[-1]} {folded}" if values[-1] and folded else values[-1] + folded
            continue
        name, _, value = line.partition(":")
        values = found.get(name.lower())
        if values is not None:
            values.append(value.strip(" \t"))
    for values in found.values():
        if values:
            values[:] = [_decode(value) if "=?" in value else value for value in values if value != "UNKNOWN"]
    return found


def _header_lines(content: bytes) -> list[str]:
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n")
    end = content.find(b"\n\n")
    if content[:1] == b"\n":
        return []
    head = content if end < 0 else content[:end]
    try:
        text = head.decode()
    except UnicodeDecodeError:
        return [_decode_line(line) for line in head.split(b"\n") if line]
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines


def _decode_line(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _decode(value: str) -> str:
    """Decode words written as ``=?utf-8?q?...?=`` (RFC 2047)."""
    from email.errors import HeaderParseError
    from email.header import decode_header, make_header

    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, UnicodeDecodeError):
        return value


def _build(headers: dict[str, list[str]], *, dynamic: bool) -> Metadata:
    name, version = _first(headers, "name"), _first(headers, "version")
    if name is None:
        raise InvalidMetadata("Metadata field Name not found")
    try:
        parsed_name = parse_package_name(name)
    except InvalidName as error:
        raise InvalidMetadata(error.message) from None
    if version is None:
        raise InvalidMetadata("Metadata field Version not found")
    try:
        parsed_version = parse_version(version)
    except InvalidVersion as error:
        raise InvalidMetadata(f"Invalid version: {error.message}") from None
    requires_python = _first(headers, "requires-python")
    if requires_python:
        from ultraviolet.standards.specifiers import parse_lenient_specifiers

        try:
            parse_lenient_specifiers(requires_python)
        except InvalidSpecifier as error:
            raise InvalidMetadata(error.message) from None
    return Metadata(
        name=parsed_name,
        version=parsed_version,
        requires_dist=tuple(headers["requires-dist"]),
        requires_python=requires_python,
        provides_extra=_extras(headers["provides-extra"]),
        dynamic=dynamic,
        metadata_version=_first(headers, "metadata-version"),
    )


def _first(headers: dict[str, list[str]], name: str) -> str | None:
    values = headers[name]
    return values[0] if values else None


def _extras(values: list[str]) -> tuple[ExtraName, ...]:
    extras = []
    for value in values:
        try:
            extras.append(parse_extra_name(value))
        except InvalidName:
            continue
    return tuple(extras)


def _format_version(text: str) -> tuple[int, int]:
    major, separator, minor = text.partition(".")
    for part in (major, minor):
        if not (separator and part.isascii() and part.isdigit() and len(part) < 9 and int(part) < 256):
            raise InvalidMetadata(f"Invalid `Metadata-Version` field: {text}")
    return int(major), int(minor)

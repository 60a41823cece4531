"""The quick reader: one pass of regular expressions over the canonical layout, fields decoded when they are looked at.

Each package block is matched as a whole, which at once checks its shape and finds its sections. Whatever is spelled in
another way (escapes, other spacing, unknown keys, repeated keys) makes the reader give up, and the general reader decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, cast

from ultraviolet.lock._quick_requirements import NotCanonicalError, read_metadata, read_requirement_sections
from ultraviolet.lock.model import (
    EMPTY_METADATA,
    Artifact,
    Dependency,
    Lock,
    Manifest,
    Package,
    PackageMetadata,
    Source,
    SourceKind,
    Zstd,
)
from ultraviolet.patterns import compile_pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

_MULTILINE = 8
"""``re.MULTILINE``, without importing ``re``."""

_S = r'"[^"\n]*+"'
_NAME = r'"[a-z0-9][a-z0-9-]*+"'
_NAMES = rf"\[(?:{_NAME}(?:, {_NAME})*+)?\]"
_NEXT = r"(?:, (?=[a-z])|(?= \}))"
"""Between two keys of an inline table whose keys are all optional, or before its end."""

_BLOCK = compile_pattern(
    r'name = "([a-z0-9][a-z0-9-]*+)"\n'
    r'(?:version = "([0-9][0-9a-z.!+]*+)"\n)?'
    r"source = (\{ [^\n]*+)\n"
    r"(?:resolution-markers = \[\n((?:    [^\n]++\n)*+)\]\n)?"
    r"(?:dependencies = \[\n((?:    [^\n]++\n)*+)\]\n)?"
    r"(?:sdist = ([^\n]++\n))?"
    r"(?:wheels = \[\n((?:    [^\n]++\n)*+)\]\n)?"
    r"(?:\n\[package\.optional-dependencies\]\n((?:[^\n]++\n)*+))?"
    r"(?:\n\[package\.dev-dependencies\]\n((?:[^\n]++\n)*+))?"
    r"(?:\n\[package\.metadata\]\n((?:[^\n]++\n)*+))?"
    r"(?:\n\[package\.metadata\.requires-dev\]\n((?:[^\n]++\n)*+))?"
)
_HEAD = compile_pattern(
    rf"version = 1\n"
    rf"(?:revision = ([1-9][0-9]*)\n)?"
    rf"requires-python = ({_S})\n"
    r"(?:resolution-markers = \[\n((?:    [^\n]++\n)*+)\]\n)?"
    r"(?:supported-markers = \[\n((?:    [^\n]++\n)*+)\]\n)?"
    r"(?:required-markers = \[\n((?:    [^\n]++\n)*+)\]\n)?"
    rf"(?:\n\[manifest\]\n(?:members = \[\n((?:    {_NAME},\n)*+)\]\n)?)?"
)
_HEAD_KEYS = frozenset(
    (
        *("version", "revision", "requires-python", "resolution-markers", "supported-markers", "required-markers"),
        *("conflicts", "options", "manifest"),
    )
)
_TEXTS = compile_pattern(r'"([^"\n]*+)"')
_TEXT_ROW = compile_pattern(r'    "([^"\n]*+)",\n')
_SOURCE_ROW = compile_pattern(
    r'\{ (registry|git|url|path|directory|editable|virtual) = "([^"\n]*+)"(?:, subdirectory = "([^"\n]*+)")? \}'
)
_DEPENDENCY_ROW = compile_pattern(
    r'    \{ name = "([a-z0-9][a-z0-9-]*+)"(?:, version = "([0-9][0-9a-z.!+]*+)")?(?:, source = (\{ [^}\n]*+\}))?'
    rf'(?:, extra = ({_NAMES}))?(?:, marker = "([^"\n]++)")? \}},\n'
)
_ARTIFACT_ROW = compile_pattern(
    rf'\{{ (?:(url|path|filename) = "([^"\n]*+)"{_NEXT})?'
    rf'(?:hash = "((?:sha|md5|blake2b)[0-9]*+:[0-9A-Za-z]++)"{_NEXT})?(?:size = ([0-9]++){_NEXT})?'
    rf'(?:upload[-_]time = "([0-9TZ:.-]++)"{_NEXT})?(?:zstd = (\{{[^}}\n]*+\}}))? \}},?\n'
)
_SECTION_KEY = compile_pattern(r"^([a-z0-9][a-z0-9-]*+) = ", _MULTILINE)
_ALGORITHMS = frozenset(("md5", "sha256", "sha384", "sha512", "blake2b"))

_sources: dict[str, Source] = {}
"""Memo of source tables: a lock repeats a handful of them."""


def read_canonical(text: str, *, check_wheel_versions: bool = True) -> Lock | None:
    """Read a lock in the canonical layout, or return None when it is spelled in any other way or looks inconsistent."""
    if "\\" in text or '"""' in text or not text.replace("\n", "").isprintable():
        # Escapes, control characters and other kinds of strings are not for this reader.
        return None
    head, *blocks = text.split("\n[[package]]\n")
    try:
        found = _HEAD.fullmatch(head)
        lock = _read_head(found) if found is not None else _read_other_head(head)
        packages = [_read_block(block) for block in blocks]
        _check(packages, check_wheel_versions=check_wheel_versions)
    except NotCanonicalError:
        return None
    return _with_packages(lock, tuple(packages))


Raw = list[Any]
"""Sections of a package: source, forks, dependencies, sdist, wheels, extras, groups, metadata, group requirements."""
_SOURCE, _FORKS, _DEPENDENCIES, _SDIST, _WHEELS, _EXTRAS, _GROUPS, _METADATA, _REQUIRES_DEV = range(9)


def _read_block(block: str) -> Package:
    """Split a package into its sections and check the shape of their rows."""
    found = _BLOCK.fullmatch(block)
    if found is None:
        raise NotCanonicalError
    name, version, *raw = found.groups()
    raw[_SOURCE] = read_source(raw[_SOURCE])
    if raw[_FORKS]:
        raw[_FORKS] = _rows(_TEXT_ROW, raw[_FORKS])
        _check_markers(raw[_FORKS])
    if raw[_DEPENDENCIES]:
        raw[_DEPENDENCIES] = _dependency_rows(raw[_DEPENDENCIES])
    if raw[_SDIST]:
        raw[_SDIST] = _artifact_rows(raw[_SDIST])
    if raw[_WHEELS]:
        raw[_WHEELS] = _artifact_rows(raw[_WHEELS])
        for row in raw[_WHEELS]:
            place = row[1]
            if not place.endswith(".whl") or not 4 <= place.count("-", place.rfind("/") + 1) <= 5:
                raise NotCanonicalError
    if raw[_EXTRAS]:
        raw[_EXTRAS] = _section_rows(raw[_EXTRAS])
    if raw[_GROUPS]:
        raw[_GROUPS] = _section_rows(raw[_GROUPS])
    if raw[_METADATA]:
        read_metadata(raw[_METADATA])
    elif raw[_REQUIRES_DEV] and raw[_METADATA] is None:
        raise NotCanonicalError
    if raw[_REQUIRES_DEV]:
        read_requirement_sections(raw[_REQUIRES_DEV])
    return Package.lazy(name, version, raw, _decode)


def _rows(pattern: re.Pattern[str], section: str) -> list[Any]:
    """Return the groups of each row; every line must be one."""
    rows = pattern.findall(section)
    if len(rows) != section.count("\n"):
        raise NotCanonicalError
    return rows


def _dependency_rows(section: str) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = _rows(_DEPENDENCY_ROW, section)
    _check_markers(row[4] for row in rows)
    return rows


def _artifact_rows(section: str) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = _rows(_ARTIFACT_ROW, section)
    if not _ALGORITHMS.issuperset({row[2].partition(":")[0] for row in rows if row[2]}):
        raise NotCanonicalError
    return rows


def _section_rows(text: str) -> dict[str, list[tuple[str, ...]]]:
    """Read the arrays of ``optional-dependencies`` or ``dev-dependencies``."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for part in text.split("]\n")[:-1] if text.endswith("]\n") else [""]:
        head, separator, rows = part.partition(" = [\n")
        if not separator or _SECTION_KEY.fullmatch(f"{head} = ") is None or head in found:
            raise NotCanonicalError
        found[head] = _dependency_rows(rows) if rows else []
    return found


_known_markers: set[str] = set()
"""Memo of marker texts that parse."""


def _check_markers(texts: Iterable[str]) -> None:
    new = {text for text in texts if text and text not in _known_markers}
    if not new:
        return
    from ultraviolet.errors import UltravioletError
    from ultraviolet.standards.markers import parse_marker

    try:
        for text in new:
            parse_marker(text)
    except UltravioletError:
        raise NotCanonicalError from None
    _known_markers.update(new)


def _check(packages: list[Package], *, check_wheel_versions: bool) -> None:
    """Rule out, by cheap looks at the rows, every inconsistency that the general reader reports."""
    names = [package.name for package in packages]
    if names != sorted(names):
        raise NotCanonicalError
    known = set(names)
    ambiguous: set[str] = set()
    identities: set[tuple[str, str | None, Source]] = set()
    if len(known) != len(names):
        ambiguous = {name for before, name in pairwise(names) if before == name}
        identities = {(package.name, package.version, package.raw[_SOURCE]) for package in packages}
        if len(identities) != len(names):
            raise NotCanonicalError
    for package in packages:
        raw = package.raw
        version = package.version
        if version is None and raw[_SOURCE].kind == "registry":
            raise NotCanonicalError
        for section in (raw[_DEPENDENCIES], *(raw[_EXTRAS] or {}).values(), *(raw[_GROUPS] or {}).values()):
            if section:
                _check_targets(section, known, ambiguous, identities)
        wheels = raw[_WHEELS]
        if not wheels:
            continue
        if check_wheel_versions and version is not None:
            middle = f"-{version}-"
            if not all(middle in row[1] for row in wheels):
                _check_versions(package)
        if raw[_SOURCE].kind != "registry":
            _check_hashes(package)


def _check_targets(
    rows: list[tuple[str, ...]],
    known: set[str],
    ambiguous: set[str],
    identities: set[tuple[str, str | None, Source]],
) -> None:
    for name, version, source, _, _ in rows:
        if name not in known:
            raise NotCanonicalError
        if name in ambiguous:
            if not source or (name, version or None, read_source(source)) not in identities:
                raise NotCanonicalError
        elif version or source:
            raise NotCanonicalError
    if len(rows) != len(set(rows)):
        raise NotCanonicalError


def _check_versions(package: Package) -> None:
    from ultraviolet.lock._checks import check_package
    from ultraviolet.lock.errors import LockError

    try:
        check_package(package)
    except LockError:
        raise NotCanonicalError from None


def _check_hashes(package: Package) -> None:
    from ultraviolet.lock._checks import check_hashes
    from ultraviolet.lock.errors import LockError

    try:
        check_hashes(package)
    except LockError:
        raise NotCanonicalError from None


def _with_packages(lock: Lock, packages: tuple[Package, ...]) -> Lock:
    return Lock(
        version=lock.version,
        revision=lock.revision,
        requires_python=lock.requires_python,
        resolution_markers=lock.resolution_markers,
        supported_markers=lock.supported_markers,
        required_markers=lock.required_markers,
        conflicts=lock.conflicts,
        options=lock.options,
        manifest=lock.manifest,
        packages=packages,
    )


def _read_head(match: re.Match[str]) -> Lock:
    revision, requires_python, forks, supported, required, members = match.groups()
    markers = [tuple(_rows(_TEXT_ROW, section)) if section else () for section in (forks, supported, required)]
    for texts in markers:
        _check_markers(texts)
    return Lock(
        revision=int(revision or 0),
        requires_python=requires_python[1:-1],
        resolution_markers=markers[0],
        supported_markers=markers[1],
        required_markers=markers[2],
        manifest=Manifest(members=_texts(members)) if members else Manifest(),
    )


def _read_other_head(head: str) -> Lock:
    import tomllib

    from ultraviolet.lock._tables import WireError, lock_from_tables

    try:
        tables = tomllib.loads(head)
        if tables.get("version") != 1 or not _HEAD_KEYS.issuperset(tables):
            raise NotCanonicalError
        return lock_from_tables(tables)
    except (tomllib.TOMLDecodeError, WireError):
        raise NotCanonicalError from None


def _decode(package: Package, raw: Raw, field: str) -> None:
    if field == "source":
        package.source = raw[_SOURCE]
    elif field == "dependencies":
        package.dependencies = _dependencies(raw[_DEPENDENCIES])
    elif field == "wheels":
        package.wheels = tuple(map(_artifact, raw[_WHEELS] or ()))
    elif field == "sdist":
        package.sdist = _artifact(raw[_SDIST][0]) if raw[_SDIST] else None
    elif field == "resolution_markers":
        package.resolution_markers = tuple(raw[_FORKS] or ())
    elif field == "optional_dependencies":
        package.optional_dependencies = _sections(raw[_EXTRAS])
    elif field == "dev_dependencies":
        package.dev_dependencies = _sections(raw[_GROUPS])
    elif field == "metadata":
        package.metadata = _metadata(raw)
    else:
        raise AttributeError(field)


def read_source(table: str) -> Source:
    """Decode the inline table of a source, each text once."""
    source = _sources.get(table)
    if source is None:
        match = _SOURCE_ROW.fullmatch(table)
        if match is None or (match[3] is not None and match[1] != "url"):
            raise NotCanonicalError
        source = Source(cast("SourceKind", match[1]), match[2], match[3])
        if source.kind == "git":
            _check_git(source)
        _sources[table] = source
    return source


def _check_git(source: Source) -> None:
    from ultraviolet.lock.sources import InvalidGitSource, parse_git_source

    try:
        parse_git_source(source)
    except InvalidGitSource:
        raise NotCanonicalError from None


def _texts(section: str | None) -> tuple[str, ...]:
    return tuple(_TEXTS.findall(section)) if section else ()


def _dependencies(rows: list[tuple[str, ...]] | None) -> tuple[Dependency, ...]:
    return tuple(
        [
            Dependency(
                name,
                version or None,
                read_source(source) if source else None,
                _texts(extra) if extra else (),
                marker,
            )
            for name, version, source, extra, marker in rows or ()
        ]
    )


def _artifact(row: tuple[str, ...]) -> Artifact:
    kind, place, digest, size, upload_time, zstd = row
    return Artifact(
        place if kind == "url" else None,
        place if kind == "path" else None,
        place if kind == "filename" else None,
        digest or None,
        int(size) if size else None,
        upload_time or None,
        _zstd(zstd) if zstd else None,
    )


def _zstd(table: str) -> Zstd:
    import tomllib

    value = tomllib.loads(f"zstd = {table}")["zstd"]
    return Zstd(value.get("hash"), value.get("size"))


def _sections(sections: dict[str, list[tuple[str, ...]]] | None) -> dict[str, tuple[Dependency, ...]]:
    return {name: _dependencies(sections[name]) for name in sorted(sections)} if sections else {}


def _metadata(raw: Raw) -> PackageMetadata:
    if not raw[_METADATA] and not raw[_REQUIRES_DEV]:
        return EMPTY_METADATA
    requires_dist, provides_extras = read_metadata(raw[_METADATA] or "")
    groups = read_requirement_sections(raw[_REQUIRES_DEV] or "")
    return PackageMetadata(requires_dist, provides_extras, {group: groups[group] for group in sorted(groups)})

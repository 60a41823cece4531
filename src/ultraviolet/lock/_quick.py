"""The quick reader: one pass of regular expressions over the canonical layout, fields decoded when they are looked at.

Each package block is matched as a whole, which at once checks its shape and finds its sections. Whatever is spelled in
another way (escapes, other spacing, unknown keys, repeated keys) makes the reader give up, and the general reader decides.
"""

from __future__ import annotations

import re
from typing import Any, cast

from ultraviolet.lock.model import (
    EMPTY_METADATA,
    Artifact,
    ConflictRow,
    Dependency,
    Lock,
    Manifest,
    Package,
    PackageMetadata,
    RequirementRow,
    Source,
    SourceKind,
    Zstd,
)

_S = r'"[^"\\\x00-\x1f\x7f]*+"'
_NAME = r'"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"'
_HASH = r'"(?:md5|sha256|sha384|sha512|blake2b):[0-9A-Za-z]+"'
_VERSION = r'"[0-9][0-9a-z.!+]*+"'
_TIME = r'"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z"'
_SIZE = r"(?:0|[1-9][0-9]{0,17})"
_NEXT = r"(?:, (?=[a-z])| (?=\}))"
"""Between two keys of an inline table whose keys are all optional, or before its end."""

_SOURCE = (
    rf"\{{ (?:(?:registry|path|directory|editable|virtual) = {_S}|url = {_S}(?:, subdirectory = {_S})?) \}}"
    rf'|\{{ git = "[^"\\\x00-\x1f\x7f#]*+#[0-9a-f]{{40}}" \}}'
)
_KEYS = (
    "(?:python_(?:full_)?version|os_name|sys_platform|platform_(?:machine|system|release|version|python_implementation)"
    "|implementation_(?:name|version)|extras?|dependency_groups)"
)
_VALUE = r"'[^'\"\\\x00-\x1f\x7f]*+'"
_TERM = rf"\(*+(?:{_KEYS} (?:[<>=!~]=?|in|not in) {_VALUE}|{_VALUE} (?:in|not in) {_KEYS})\)*+"
_MARKER = rf'"{_TERM}(?: (?:and|or) {_TERM})*+"'
_NAMES = rf"\[(?:{_NAME}(?:, {_NAME})*)?\]"
_DEPENDENCY = (
    rf"\{{ name = {_NAME}(?:, version = {_VERSION})?(?:, source = (?:{_SOURCE}))?"
    rf"(?:, extra = {_NAMES})?(?:, marker = {_MARKER})? \}}"
)
_DEPENDENCIES = rf"\[\n(?:    {_DEPENDENCY},\n)*+\]\n"
_FACTS = (
    rf"(?:hash = {_HASH}{_NEXT})?(?:size = {_SIZE}{_NEXT})?(?:upload[-_]time = {_TIME}{_NEXT})?"
    rf"(?:zstd = \{{ (?:hash = {_HASH}{_NEXT})?(?:size = {_SIZE}{_NEXT})?\}}{_NEXT})?"
)
_SDIST = rf"\{{ (?:(?:url|path) = {_S}{_NEXT})?{_FACTS}\}}"
_WHEEL_PLACE = r'"(?:[^"\\\x00-\x1f\x7f]*/)?[^"\\/\x00-\x1f\x7f-]++(?:-[^"\\/\x00-\x1f\x7f-]++){4,5}(?<=\.whl)"'
_WHEEL = rf"\{{ (?:url|path|filename) = {_WHEEL_PLACE}{_NEXT}{_FACTS}\}}"
_REQUIREMENT = (
    rf"\{{ name = {_NAME}(?:, extras = {_NAMES})?(?:, groups = {_NAMES})?(?:, marker = {_MARKER})?"
    rf"(?:, specifier = {_S})?(?:, index = {_S})?"
    rf"(?:, (?:git|path|directory|editable|virtual) = {_S}|, url = {_S}(?:, subdirectory = {_S})?)?"
    rf"(?:, conflict = \{{ package = {_NAME}(?:, (?:extra|group) = {_NAME})? \}})? \}}"
)
_REQUIREMENTS = rf"\[(?:{_REQUIREMENT})?\]\n|\[\n(?:    {_REQUIREMENT},\n)*+\]\n"
_KEY = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"

_BLOCK = re.compile(
    rf"name = ({_NAME})\n"
    rf"(?:version = ({_VERSION})\n)?"
    rf"source = ({_SOURCE})\n"
    rf"(?:resolution-markers = \[\n((?:    {_MARKER},\n)*+)\]\n)?"
    rf"(?:dependencies = \[\n((?:    {_DEPENDENCY},\n)*+)\]\n)?"
    rf"(?:sdist = ({_SDIST})\n)?"
    rf"(?:wheels = \[\n((?:    {_WHEEL},\n)*+)\]\n)?"
    rf"(?:\n\[package\.optional-dependencies\]\n((?:{_KEY} = {_DEPENDENCIES})*+))?"
    rf"(?:\n\[package\.dev-dependencies\]\n((?:{_KEY} = {_DEPENDENCIES})*+))?"
    rf"(?:\n\[package\.metadata\]\n"
    rf"(?:requires-dist = ({_REQUIREMENTS}))?"
    rf"(?:provides-extras = ({_NAMES})\n)?"
    rf"(?:\n\[package\.metadata\.requires-dev\]\n((?:{_KEY} = (?:{_REQUIREMENTS}))*+))?"
    rf")?"
)
_HEAD = re.compile(
    rf"version = (1)\n"
    rf"(?:revision = ([1-9][0-9]{{0,5}})\n)?"
    rf"requires-python = ({_S})\n"
    rf"(?:resolution-markers = \[\n((?:    {_MARKER},\n)*+)\]\n)?"
    rf"(?:supported-markers = \[\n((?:    {_MARKER},\n)*+)\]\n)?"
    rf"(?:required-markers = \[\n((?:    {_MARKER},\n)*+)\]\n)?"
    rf"(?:\n\[manifest\]\n"
    rf"(?:members = \[\n((?:    {_NAME},\n)*+)\]\n)?"
    rf")?"
)

_HEAD_KEYS = frozenset(
    (
        "version",
        "revision",
        "requires-python",
        "resolution-markers",
        "supported-markers",
        "required-markers",
        "conflicts",
        "options",
        "manifest",
    )
)

_TEXTS = re.compile(r'"([^"]*)"')
_DEPENDENCY_ROW = re.compile(
    r'\{ name = "([^"]*)"(?:, version = "([^"]*)")?(?:, source = (\{ [^}]* \}))?'
    r'(?:, extra = \[([^\]]*)\])?(?:, marker = "([^"]*)")? \}'
)
_SOURCE_ROW = re.compile(r'\{ ([a-z]+) = "([^"]*)"(?:, subdirectory = "([^"]*)")? \}')
_ARTIFACT_ROW = re.compile(
    r'\{ (?:url = "([^"]*)"(?:, | ))?(?:path = "([^"]*)"(?:, | ))?(?:filename = "([^"]*)"(?:, | ))?'
    r'(?:hash = "([^"]*)"(?:, | ))?(?:size = ([0-9]+)(?:, | ))?(?:upload[-_]time = "([^"]*)"(?:, | ))?'
    r"(?:zstd = (\{[^}]*\})(?:, | ))?\}"
)
_ZSTD_ROW = re.compile(r'\{ (?:hash = "([^"]*)"(?:, | ))?(?:size = ([0-9]+) )?\}')
_REQUIREMENT_ROW = re.compile(
    r'\{ name = "([^"]*)"(?:, extras = \[([^\]]*)\])?(?:, groups = \[([^\]]*)\])?(?:, marker = "([^"]*)")?'
    r'(?:, specifier = "([^"]*)")?(?:, index = "([^"]*)")?'
    r'(?:, (git|path|directory|editable|virtual|url) = "([^"]*)")?(?:, subdirectory = "([^"]*)")?'
    r'(?:, conflict = \{ package = "([^"]*)"(?:, (extra|group) = "([^"]*)")? \})? \}'
)
_SECTION = re.compile(r"([a-z0-9-]+) = \[(.*?)\]\n(?=[a-z0-9]|\Z)", re.DOTALL)
_SECTION_KEY = re.compile(r"^([a-z0-9-]+) = ", re.MULTILINE)

_sources: dict[str, Source] = {}
"""Memo of source tables: a lock repeats a handful of them."""


def read_canonical(text: str, *, check_wheel_versions: bool = True) -> Lock | None:
    """Read a lock in the canonical layout, or return None when it is spelled in any other way or looks inconsistent."""
    head, *blocks = text.split("\n[[package]]\n")
    head_match = _HEAD.fullmatch(head)
    lock = _read_head(head_match) if head_match is not None else _read_other_head(head)
    if lock is None:
        return None
    match = _BLOCK.fullmatch
    packages: list[Package] = []
    for block in blocks:
        found = match(block)
        if found is None:
            return None
        raw = found.groups()
        version = raw[1]
        packages.append(Package.lazy(raw[0][1:-1], version[1:-1] if version else None, raw, _decode))
    if not _is_consistent(packages, check_wheel_versions=check_wheel_versions):
        return None
    return _with_packages(lock, tuple(packages))


def _is_consistent(packages: list[Package], *, check_wheel_versions: bool) -> bool:
    """Whether cheap looks at the texts rule out every inconsistency that the general reader reports."""
    names = [package.name for package in packages]
    known = set(names)
    if names != sorted(names):
        return False
    if len(known) != len(names):
        identities = {(package.name, package.version, package.raw[2]) for package in packages}
        if len(identities) != len(names):
            return False
        counts: dict[str, int] = {}
        for name in names:
            counts[name] = counts.get(name, 0) + 1
        ambiguous = {name for name, count in counts.items() if count > 1}
    else:
        identities, ambiguous = set(), set()
    for package in packages:
        raw = package.raw
        version = package.version
        if version is None and raw[2].startswith("{ registry"):
            return False
        for section in (raw[4], raw[7], raw[8]):
            if section and not _rows_are_consistent(section, known, ambiguous, identities):
                return False
        if raw[11] and _repeats(_SECTION_KEY.findall(raw[11])):
            return False
        if not raw[6]:
            continue
        if check_wheel_versions and version is not None:
            row_count = raw[6].count("\n")
            if raw[6].count(f"-{version}-") < row_count and not _wheels_are_consistent(package):
                return False
        if not raw[2].startswith("{ registry") and not _has_right_hashes(package):
            return False
    return True


def _rows_are_consistent(
    section: str, known: set[str], ambiguous: set[str], identities: set[tuple[str, str | None, str]]
) -> bool:
    rows = _DEPENDENCY_ROW.findall(section)
    for name, version, source, _, _ in rows:
        if name not in known:
            return False
        if (version or source) and (name, version or None, source) not in identities and name in ambiguous:
            return False
        if (version or source) != "" and name not in ambiguous:
            return False
        if not source and name in ambiguous:
            return False
    keys = _SECTION_KEY.findall(section)
    if not keys:
        return not _repeats(rows)
    return not _repeats(keys) and all(
        not _repeats(_DEPENDENCY_ROW.findall(text)) for _, text in _SECTION.findall(section)
    )


def _repeats(items: list[Any]) -> bool:
    return len(items) != len(set(items))


def _wheels_are_consistent(package: Package) -> bool:
    from ultraviolet.lock._checks import check_package
    from ultraviolet.lock.errors import LockError

    try:
        check_package(package)
    except LockError:
        return False
    return True


def _has_right_hashes(package: Package) -> bool:
    from ultraviolet.lock._checks import check_hashes
    from ultraviolet.lock.errors import LockError

    try:
        check_hashes(package)
    except LockError:
        return False
    return True


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
    _, revision, requires_python, forks, supported, required, members = match.groups()
    return Lock(
        revision=int(revision or 0),
        requires_python=requires_python[1:-1],
        resolution_markers=_texts(forks),
        supported_markers=_texts(supported),
        required_markers=_texts(required),
        manifest=Manifest(members=_texts(members)) if members else Manifest(),
    )


def _read_other_head(head: str) -> Lock | None:
    import tomllib

    from ultraviolet.lock._tables import WireError, lock_from_tables

    try:
        tables = tomllib.loads(head)
        if tables.get("version") != 1 or not _HEAD_KEYS.issuperset(tables):
            return None
        return lock_from_tables(tables)
    except (tomllib.TOMLDecodeError, WireError):
        return None


def _decode(package: Package, raw: tuple[Any, ...], field: str) -> None:
    if field in ("sdist", "wheels"):
        package.sdist = _artifacts(raw[5])[0] if raw[5] else None
        package.wheels = _artifacts(raw[6]) if raw[6] else ()
    elif field == "source":
        package.source = read_source(raw[2])
    elif field == "dependencies":
        package.dependencies = _dependencies(raw[4]) if raw[4] else ()
    elif field == "resolution_markers":
        package.resolution_markers = _texts(raw[3])
    elif field == "optional_dependencies":
        package.optional_dependencies = _sections(raw[7])
    elif field == "dev_dependencies":
        package.dev_dependencies = _sections(raw[8])
    elif field == "metadata":
        package.metadata = _metadata(raw)
    else:
        raise AttributeError(field)


def read_source(table: str) -> Source:
    """Decode the inline table of a source, each text once."""
    source = _sources.get(table)
    if source is None:
        match = _SOURCE_ROW.fullmatch(table)
        if match is None:
            raise ValueError(table)
        kind, location, subdirectory = match.groups()
        source = _sources[table] = Source(cast("SourceKind", kind), location, subdirectory)
    return source


def _texts(section: str | None) -> tuple[str, ...]:
    return tuple(_TEXTS.findall(section)) if section else ()


def _dependencies(section: str) -> tuple[Dependency, ...]:
    return tuple(
        [
            Dependency(
                name,
                version or None,
                read_source(source) if source else None,
                _texts(extra) if extra else (),
                marker,
            )
            for name, version, source, extra, marker in _DEPENDENCY_ROW.findall(section)
        ]
    )


def _artifacts(section: str) -> tuple[Artifact, ...]:
    return tuple(
        [
            Artifact(
                url or None,
                path or None,
                filename or None,
                digest or None,
                int(size) if size else None,
                upload_time or None,
                _zstd(zstd) if zstd else None,
            )
            for url, path, filename, digest, size, upload_time, zstd in _ARTIFACT_ROW.findall(section)
        ]
    )


def _zstd(table: str) -> Zstd:
    match = _ZSTD_ROW.fullmatch(table)
    if match is None:
        return Zstd()
    digest, size = match.groups()
    return Zstd(digest, int(size) if size else None)


def _sections(text: str | None) -> dict[str, tuple[Dependency, ...]]:
    if not text:
        return {}
    return {key: _dependencies(rows) for key, rows in sorted(_SECTION.findall(text))}


def _metadata(raw: tuple[Any, ...]) -> PackageMetadata:
    requires_dist, provides_extras, requires_dev = raw[9], raw[10], raw[11]
    if not (requires_dist or provides_extras or requires_dev):
        return EMPTY_METADATA
    groups = sorted(_SECTION.findall(requires_dev)) if requires_dev else []
    return PackageMetadata(
        requires_dist=_requirements(requires_dist) if requires_dist else (),
        provides_extras=_texts(provides_extras),
        requires_dev={group: _requirements(rows) for group, rows in groups},
    )


def _requirements(section: str) -> tuple[RequirementRow, ...]:
    rows: list[RequirementRow] = []
    for (
        name,
        extras,
        groups,
        marker,
        specifier,
        index,
        kind,
        location,
        subdirectory,
        conflict_package,
        conflict_kind,
        conflict_name,
    ) in _REQUIREMENT_ROW.findall(section):
        row = RequirementRow(
            name=name,
            extras=_texts(extras),
            groups=_texts(groups),
            marker=marker,
            specifier=specifier,
            index=index or None,
            conflict=ConflictRow(
                conflict_package,
                conflict_name if conflict_kind == "extra" else None,
                conflict_name if conflict_kind == "group" else None,
            )
            if conflict_package
            else None,
            url=location if kind == "url" else None,
            subdirectory=subdirectory or None,
            git=location if kind == "git" else None,
            path=location if kind == "path" else None,
            directory=location if kind == "directory" else None,
            editable=location if kind == "editable" else None,
            virtual=location if kind == "virtual" else None,
        )
        rows.append(row)
    return tuple(rows)

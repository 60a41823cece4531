"""The canonical bytes of ``uv.lock``: one serializer for one layout, exact in every space.

Tables are preceded by one blank line, inline tables padded by one space, arrays of packages and rows always broken over
lines, requirement arrays only from two items on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ultraviolet.lock.model import (
    Artifact,
    ConflictRow,
    Cutoff,
    Dependency,
    Lock,
    Manifest,
    Options,
    Package,
    RequirementRow,
    ScopedExclude,
    ScopedOverride,
    ScopeRow,
    Source,
)

PLACEHOLDER_TIMESTAMP = "0001-01-01T00:00:00Z"
"""Stands beside a span for readers that know timestamps only."""

_SPAN_COMMENT = (
    " # This has no effect and is included for backwards compatibility when using relative exclude-newer values."
)
_BARE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
_CONTROL = frozenset(chr(code) for code in (*range(0x20), 0x7F))
_ESCAPES = {
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}


def toml_string(text: str) -> str:
    """Quote a text as uv's TOML writer does: basic if nothing needs escaping, else literal, else with longer delimiters."""
    if '"' not in text and "\\" not in text and text.isprintable():
        return f'"{text}"'
    return _awkward_string(text)


def _awkward_string(text: str) -> str:
    newline = "\n" in text
    control = not _CONTROL.isdisjoint(text.replace("\n", "").replace("\t", ""))
    backslash = "\\" in text
    if not (newline or control or backslash or '"' in text):
        return '"' + text.replace("\t", "\\t") + '"'
    if not (newline or control or "'" in text):
        return f"'{text}'"
    prefix = "\n" if newline else ""
    if not (control or backslash or '"""' in text):
        return f'"""{prefix}' + text.replace("\t", "\\t") + '"""'
    if not (control or "'''" in text):
        return f"'''{prefix}{text}'''"
    escaped = "".join(
        _ESCAPES.get(char, char) if char in _ESCAPES else f"\\u{ord(char):04X}" if char in _CONTROL else char
        for char in text
    )
    return f'"{escaped}"'


def toml_key(key: str) -> str:
    """Return a key, quoted only when it must be."""
    return key if key and _BARE.issuperset(key) else toml_string(key)


def write_lock(lock: Lock) -> str:
    """Return the text of a lockfile."""
    out = [f"version = {lock.version}\n"]
    if lock.revision > 0:
        out.append(f"revision = {lock.revision}\n")
    out.append(f"requires-python = {toml_string(lock.requires_python)}\n")
    if lock.resolution_markers:
        out.append(_lines("resolution-markers", map(toml_string, lock.resolution_markers)))
    if lock.supported_markers:
        out.append(_lines("supported-markers", map(toml_string, lock.supported_markers)))
    if lock.required_markers:
        out.append(_lines("required-markers", map(toml_string, lock.required_markers)))
    if lock.conflicts:
        sets = ("[\n" + "".join(f"    {_conflict(item)},\n" for item in items) + "]" for items in lock.conflicts)
        out.append(f"conflicts = [{', '.join(sets)}]\n")
    _write_options(out, lock.options)
    _write_manifest(out, lock.manifest)
    counts: dict[str, int] = {}
    for package in lock.packages:
        counts[package.name] = counts.get(package.name, 0) + 1
    for package in lock.packages:
        _write_package(out, package)
    return "".join(out)


def _write_options(out: list[str], options: Options) -> None:
    rows: list[str] = []
    if options.resolution_mode != "highest":
        rows.append(f"resolution-mode = {toml_string(options.resolution_mode)}\n")
    if options.prerelease_mode != "if-necessary":
        rows.append(f"prerelease-mode = {toml_string(options.prerelease_mode)}\n")
    if options.fork_strategy != "requires-python":
        rows.append(f"fork-strategy = {toml_string(options.fork_strategy)}\n")
    cutoff = options.exclude_newer
    if cutoff is not None:
        if cutoff.span is not None:
            rows.append(f'exclude-newer = "{PLACEHOLDER_TIMESTAMP}"{_SPAN_COMMENT}\n')
            rows.append(f"exclude-newer-span = {toml_string(cutoff.span)}\n")
        else:
            rows.append(f"exclude-newer = {toml_string(cutoff.timestamp or '')}\n")
    if options.prerelease_package:
        rows.append("\n[options.prerelease-package]\n")
        rows.extend(
            f"{toml_key(name)} = {toml_string(options.prerelease_package[name])}\n"
            for name in sorted(options.prerelease_package)
        )
    if options.exclude_newer_package:
        rows.append("\n[options.exclude-newer-package]\n")
        rows.extend(f"{toml_key(name)} = {_cutoff(value)}\n" for name, value in options.exclude_newer_package.items())
    if rows:
        out.append("\n[options]\n")
        out.extend(rows)


def _cutoff(value: Cutoff | bool) -> str:
    if not isinstance(value, Cutoff):
        return "false"
    if value.span is None:
        return toml_string(value.timestamp or "")
    return f'{{ timestamp = "{PLACEHOLDER_TIMESTAMP}", span = {toml_string(value.span)} }}'


def _write_manifest(out: list[str], manifest: Manifest) -> None:
    rows: list[str] = []
    if manifest.members:
        rows.append(_lines("members", map(toml_string, manifest.members)))
    for key, items in (
        ("requirements", manifest.requirements),
        ("constraints", manifest.constraints),
        ("overrides", manifest.overrides),
        ("excludes", manifest.excludes),
        ("build-constraints", manifest.build_constraints),
    ):
        if items:
            rows.append(_sized(key, [manifest_item(item) for item in items]))
    groups = [(group, items) for group, items in manifest.dependency_groups.items() if items]
    if groups:
        rows.append("\n[manifest.dependency-groups]\n")
        rows.extend(_sized(group, [requirement_table(item) for item in items]) for group, items in groups)
    for metadata in manifest.dependency_metadata:
        rows.append("\n[[manifest.dependency-metadata]]\n")
        rows.append(f"name = {toml_string(metadata.name)}\n")
        if metadata.version is not None:
            rows.append(f"version = {toml_string(metadata.version)}\n")
        if metadata.requires_dist:
            rows.append(f"requires-dist = {_strings(metadata.requires_dist)}\n")
        if metadata.requires_python is not None:
            rows.append(f"requires-python = {toml_string(metadata.requires_python)}\n")
        if metadata.provides_extras:
            rows.append(f"provides-extras = {_strings(metadata.provides_extras)}\n")
    if rows:
        out.append("\n[manifest]\n")
        out.extend(rows)


def _write_package(out: list[str], package: Package) -> None:
    out.append(f"\n[[package]]\nname = {toml_string(package.name)}\n")
    if package.version is not None:
        out.append(f"version = {toml_string(package.version)}\n")
    out.append(f"source = {source_table(package.source)}\n")
    if package.resolution_markers:
        out.append(_lines("resolution-markers", map(toml_string, package.resolution_markers)))
    if package.dependencies:
        out.append(_lines("dependencies", map(dependency_table, package.dependencies)))
    if package.sdist is not None:
        out.append(f"sdist = {_artifact(package.sdist)}\n")
    if package.wheels:
        out.append(_lines("wheels", map(_artifact, package.wheels)))
    for table, sections in (
        ("optional-dependencies", package.optional_dependencies),
        ("dev-dependencies", package.dev_dependencies),
    ):
        filled = [(name, rows) for name, rows in sections.items() if rows]
        if filled:
            out.append(f"\n[package.{table}]\n")
            out.extend(_lines(name, map(dependency_table, rows)) for name, rows in filled)
    metadata = package.metadata
    if metadata:
        out.append("\n[package.metadata]\n")
        if metadata.requires_dist:
            out.append(_sized("requires-dist", [requirement_table(row) for row in metadata.requires_dist]))
        if metadata.provides_extras:
            out.append(f"provides-extras = {_strings(metadata.provides_extras)}\n")
        if metadata.requires_dev:
            out.append("\n[package.metadata.requires-dev]\n")
            out.extend(
                _sized(group, [requirement_table(row) for row in rows]) for group, rows in metadata.requires_dev.items()
            )


def source_table(source: Source) -> str:
    """Return the inline table of a package source."""
    table = f"{{ {source.kind} = {toml_string(source.location)}"
    if source.subdirectory is not None:
        table += f", subdirectory = {toml_string(source.subdirectory)}"
    return table + " }"


def dependency_table(row: Dependency) -> str:
    """Return the inline table of a dependency row."""
    name, version, source, extra, marker = row
    table = f"{{ name = {toml_string(name)}"
    if version is not None:
        table += f", version = {toml_string(version)}"
    if source is not None:
        table += f", source = {source_table(source)}"
    if extra:
        table += f", extra = {_strings(extra)}"
    if marker:
        table += f", marker = {toml_string(marker)}"
    return table + " }"


def _artifact(row: Artifact) -> str:
    parts: list[str] = []
    if row.url is not None:
        parts.append(f"url = {toml_string(row.url)}")
    elif row.path is not None:
        parts.append(f"path = {toml_string(row.path)}")
    elif row.filename is not None:
        parts.append(f"filename = {toml_string(row.filename)}")
    if row.hash is not None:
        parts.append(f"hash = {toml_string(row.hash)}")
    if row.size is not None:
        parts.append(f"size = {row.size}")
    if row.upload_time is not None:
        parts.append(f"upload-time = {toml_string(row.upload_time)}")
    if row.zstd is not None:
        inner: list[str] = []
        if row.zstd.hash is not None:
            inner.append(f"hash = {toml_string(row.zstd.hash)}")
        if row.zstd.size is not None:
            inner.append(f"size = {row.zstd.size}")
        parts.append(f"zstd = {_table(inner)}")
    return _table(parts)


def requirement_table(row: RequirementRow) -> str:
    """Return the inline table of a requirement."""
    parts = [f"name = {toml_string(row.name)}"]
    if row.extras:
        parts.append(f"extras = {_strings(row.extras)}")
    if row.groups:
        parts.append(f"groups = {_strings(row.groups)}")
    if row.marker:
        parts.append(f"marker = {toml_string(row.marker)}")
    if row.specifier:
        parts.append(f"specifier = {toml_string(row.specifier)}")
    parts.extend(
        f"{key} = {toml_string(value)}"
        for key, value in (
            ("index", row.index),
            ("url", row.url),
            ("subdirectory", row.subdirectory),
            ("git", row.git),
            ("path", row.path),
            ("directory", row.directory),
            ("editable", row.editable),
            ("virtual", row.virtual),
        )
        if value is not None
    )
    if row.conflict is not None:
        parts.append(f"conflict = {_conflict(row.conflict)}")
    return _table(parts)


def manifest_item(item: RequirementRow | ScopedOverride | ScopedExclude | str) -> str:
    """Return an item of a manifest array: a requirement, a name, or a scoped override or exclusion."""
    if isinstance(item, str):
        return toml_string(item)
    if isinstance(item, RequirementRow):
        return requirement_table(item)
    if isinstance(item, ScopedOverride):
        inner = "[" + ", ".join(requirement_table(row) for row in item.dependencies) + "]"
    else:
        inner = _strings(item.dependencies)
    return f"{{ package = {_scope(item.package)}, dependencies = {inner} }}"


def _scope(scope: ScopeRow) -> str:
    parts = [f"name = {toml_string(scope.name)}"]
    if scope.version is not None:
        parts.append(f"version = {toml_string(scope.version)}")
    return _table(parts)


def _conflict(item: ConflictRow) -> str:
    parts = [f"package = {toml_string(item.package)}"]
    if item.extra is not None:
        parts.append(f"extra = {toml_string(item.extra)}")
    if item.group is not None:
        parts.append(f"group = {toml_string(item.group)}")
    return _table(parts)


def _table(parts: Sequence[str]) -> str:
    return f"{{ {', '.join(parts)} }}" if parts else "{}"


def _strings(items: Iterable[str]) -> str:
    return f"[{', '.join(map(toml_string, items))}]"


def _lines(key: str, items: Iterable[str]) -> str:
    return f"{toml_key(key)} = [\n" + "".join(f"    {item},\n" for item in items) + "]\n"


def _sized(key: str, items: Sequence[str]) -> str:
    if len(items) > 1:
        return _lines(key, items)
    return f"{toml_key(key)} = [{', '.join(items)}]\n"

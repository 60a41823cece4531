"""The canonical form of a lock: what writing it, and comparing it with another, goes by.

A file that was written by hand, by an older version or in another order is brought into the form that this version writes;
two locks are the same when their canonical texts are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from ultraviolet.lock._checks import find_target
from ultraviolet.lock.forks import environment_texts, fork_texts, forks_union, parse_environments, parse_forks
from ultraviolet.lock.model import (
    SOURCE_ORDER,
    Dependency,
    Lock,
    Manifest,
    Package,
    PackageMetadata,
    RequirementRow,
    ScopedExclude,
    ScopedOverride,
    ScopeRow,
    Source,
    StaticMetadata,
)
from ultraviolet.lock.requirements import path_sort_key, row_sort_key, sorted_rows
from ultraviolet.lock.sources import parse_git_source
from ultraviolet.standards.markers import TRUE, Marker, parse_marker
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.specifiers import parse_specifiers
from ultraviolet.standards.versions import parse_version

SortKey = tuple[Any, ...]
Identity = tuple[str, str | None, Source]


def same_lock(new: Lock, old: Lock, old_text: str | None = None) -> bool:
    """Whether two locks say the same; quick when the old text is what would be written."""
    from ultraviolet.lock.writer import write_lock

    if sorted(package.name for package in new.packages) != sorted(package.name for package in old.packages):
        return False
    text = write_lock(new)
    return text == old_text or write_lock(_sorted_options(new)) == write_lock(_sorted_options(canonical_lock(old)))


def _sorted_options(lock: Lock) -> Lock:
    """Sort the one table whose order says nothing."""
    cutoffs = lock.options.exclude_newer_package
    if len(cutoffs) < 2:
        return lock
    ordered = {name: cutoffs[name] for name in sorted(cutoffs)}
    return replace(lock, options=replace(lock.options, exclude_newer_package=ordered))


def canonical_lock(lock: Lock) -> Lock:
    """Return a lock with everything sorted, spelled and reduced as this version writes it."""
    requires_python = RequiresPython.from_text(lock.requires_python)
    forks = parse_forks(lock.resolution_markers, requires_python)
    environment = requires_python.simplify(forks_union(forks, requires_python))
    packages = sorted(lock.packages, key=package_sort_key)
    table = rows_table(packages)
    return replace(
        lock,
        requires_python=requires_python.text(),
        resolution_markers=fork_texts(forks, requires_python),
        supported_markers=environment_texts(
            parse_environments(lock.supported_markers, requires_python), requires_python
        ),
        required_markers=environment_texts(parse_environments(lock.required_markers, requires_python), requires_python),
        manifest=canonical_manifest(lock.manifest),
        packages=tuple(_canonical_package(package, table, requires_python, environment) for package in packages),
    )


def _canonical_package(
    package: Package,
    table: Mapping[str, list[Package]],
    requires_python: RequiresPython,
    environment: Marker,
) -> Package:
    def rows(section: Iterable[Dependency]) -> tuple[Dependency, ...]:
        resolved: list[tuple[Package, frozenset[str], Marker]] = []
        for row in section:
            target = find_target(row, table.get(row.name, []))
            if target is not None:
                marker = parse_marker(row.marker) if row.marker else TRUE
                resolved.append((target, frozenset(row.extra), marker & environment))
        return dependency_rows(resolved, table, environment)

    return package.replace(
        version=None if package.version is None else str(parse_version(package.version)),
        resolution_markers=fork_texts(parse_forks(package.resolution_markers, requires_python), requires_python),
        dependencies=rows(package.dependencies),
        optional_dependencies=_sections(package.optional_dependencies, rows),
        dev_dependencies=_sections(package.dev_dependencies, rows),
        metadata=canonical_metadata(package.metadata),
    )


def _sections(sections: Mapping[str, tuple[Dependency, ...]], rows: Any) -> dict[str, tuple[Dependency, ...]]:
    return {name: rows(sections[name]) for name in sorted(sections)}


def rows_table(packages: Iterable[Package]) -> dict[str, list[Package]]:
    """Return packages by name."""
    table: dict[str, list[Package]] = {}
    for package in packages:
        table.setdefault(package.name, []).append(package)
    return table


def dependency_rows(
    resolved: Iterable[tuple[Package, frozenset[str], Marker]],
    table: Mapping[str, list[Package]],
    environment: Marker,
) -> tuple[Dependency, ...]:
    """Return sorted dependency rows from (target, extras, marker with the environment of the lock in it)."""
    ordered = sorted(resolved, key=lambda item: (package_sort_key(item[0]), tuple(sorted(item[1])), item[2].sort_key))
    rows: list[Dependency] = []
    for target, extras, marker in ordered:
        ambiguous = len(table[target.name]) > 1
        rows.append(
            Dependency(
                target.name,
                target.version if ambiguous else None,
                target.source if ambiguous else None,
                tuple(sorted(extra for extra in extras if target.optional_dependencies.get(extra))),
                marker.restrict(environment).to_string() or "",
            )
        )
    return tuple(rows)


def package_sort_key(package: Package) -> SortKey:
    """Order packages by name, version (none first), source kind, source."""
    version: SortKey = (0,) if package.version is None else (1, parse_version(package.version).key)
    return (package.name, version, source_sort_key(package.source))


def source_sort_key(source: Source) -> SortKey:
    """Order sources by kind, then by URL or path."""
    rank = SOURCE_ORDER[source.kind]
    if source.kind == "registry":
        by_path = source.is_path_registry
        return (rank, by_path, path_sort_key(source.location) if by_path else source.location)
    if source.kind == "git":
        git = parse_git_source(source)
        kinds = {"tag": 0, "branch": 1, "rev": 2, "default": 3}
        return (
            rank,
            source.location,
            git.commit or "",
            *((git.subdirectory is not None, path_sort_key(git.subdirectory or "."))),
            *((git.path is not None, path_sort_key(git.path or "."))),
            kinds[git.reference_kind],
            git.reference or "",
            git.lfs,
        )
    if source.kind == "url":
        return (rank, source.location, source.subdirectory is not None, path_sort_key(source.subdirectory or "."))
    return (rank, path_sort_key(source.location))


def canonical_requirement(row: RequirementRow) -> RequirementRow:
    """Return a row with its marker and specifiers in canonical spelling."""
    marker = (parse_marker(row.marker).to_string() or "") if row.marker else ""
    specifier = str(parse_specifiers(row.specifier)) if row.specifier else ""
    if marker == row.marker and specifier == row.specifier:
        return row
    return replace(row, marker=marker, specifier=specifier)


def _rows(rows: Iterable[RequirementRow]) -> tuple[RequirementRow, ...]:
    return sorted_rows({canonical_requirement(row) for row in rows})


def canonical_metadata(metadata: PackageMetadata) -> PackageMetadata:
    """Return metadata with its rows sorted, each once."""
    if not metadata:
        return metadata
    return PackageMetadata(
        _rows(metadata.requires_dist),
        metadata.provides_extras,
        {group: _rows(metadata.requires_dev[group]) for group in sorted(metadata.requires_dev)},
    )


def canonical_manifest(manifest: Manifest) -> Manifest:
    """Return a manifest with its sets sorted, each item once."""
    return Manifest(
        members=tuple(sorted(set(manifest.members))),
        requirements=_rows(manifest.requirements),
        constraints=_rows(manifest.constraints),
        overrides=tuple(sorted({_override(item) for item in manifest.overrides}, key=_override_key)),
        excludes=tuple(sorted(set(manifest.excludes), key=_exclude_key)),
        build_constraints=_rows(manifest.build_constraints),
        dependency_groups={
            group: _rows(manifest.dependency_groups[group])
            for group in sorted(manifest.dependency_groups)
            if manifest.dependency_groups[group]
        },
        dependency_metadata=tuple(sorted(set(manifest.dependency_metadata), key=_static_key)),
    )


def _override(item: RequirementRow | ScopedOverride) -> RequirementRow | ScopedOverride:
    if isinstance(item, RequirementRow):
        return canonical_requirement(item)
    return ScopedOverride(item.package, tuple(map(canonical_requirement, item.dependencies)))


def _scope_key(scope: ScopeRow) -> SortKey:
    return (scope.name, (0,) if scope.version is None else (1, parse_version(scope.version).key))


def _override_key(item: RequirementRow | ScopedOverride) -> SortKey:
    if isinstance(item, RequirementRow):
        return (1, row_sort_key(item))
    return (0, _scope_key(item.package), tuple(map(row_sort_key, item.dependencies)))


def _exclude_key(item: str | ScopedExclude) -> SortKey:
    return (1, item) if isinstance(item, str) else (0, _scope_key(item.package), item.dependencies)


def _static_key(item: StaticMetadata) -> SortKey:
    return (_scope_key(ScopeRow(item.name, item.version)), item.requires_dist, item.requires_python or "")

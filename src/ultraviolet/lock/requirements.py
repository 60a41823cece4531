"""Requirement tables of a lock and requirements as the rest of the program knows them, in both directions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ultraviolet.distributions.direct_urls import archive_kind, parse_direct_url, was_given_absolute
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import (
    DirectorySource,
    GitSource,
    PathSource,
    RegistrySource,
    Source,
    UrlSource,
)
from ultraviolet.distributions.urls import split_fragment, without_credentials
from ultraviolet.lock.model import ConflictRow, RequirementRow
from ultraviolet.lock.sources import LockedGit, absolute_path, git_url, parse_git_url, relative_path
from ultraviolet.standards.conflicts import ConflictItem
from ultraviolet.standards.markers import TRUE, Marker, parse_marker
from ultraviolet.standards.names import ExtraName, GroupName, PackageName
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.specifiers import Specifiers, parse_specifiers

SortKey = tuple[Any, ...]

_OPERATORS = {
    operator: rank for rank, operator in enumerate(("==", "==.*", "===", "!=", "!=.*", "~=", "<", "<=", ">", ">="))
}


def requirement_row(requirement: Requirement, root: str) -> RequirementRow:
    """Return a requirement as a lock in directory ``root`` writes it."""
    source = requirement.source
    fields: dict[str, Any] = {}
    if isinstance(source, RegistrySource):
        fields["specifier"] = str(source.specifiers)
        if source.index is not None:
            fields["index"] = without_credentials(source.index.url)
        if source.conflict is not None:
            fields["conflict"] = conflict_row(source.conflict)
    elif isinstance(source, UrlSource):
        fields["url"] = split_fragment(source.url)[0]
        fields["subdirectory"] = source.subdirectory
    elif isinstance(source, GitSource):
        fields["git"] = git_url(locked_git(source), requirement=True)
    elif isinstance(source, PathSource):
        fields["path"] = locked_path(source.path, source.given, root)
    else:
        kind = "editable" if source.editable else "virtual" if source.virtual else "directory"
        fields[kind] = locked_path(source.path, source.given, root)
    return RequirementRow(
        name=requirement.name,
        extras=requirement.extras,
        groups=requirement.groups,
        marker=requirement.marker.to_string() or "",
        **fields,
    )


def requirement_rows(requirements: Iterable[Requirement], root: str) -> tuple[RequirementRow, ...]:
    """Return requirements as a lock writes them: each once, sorted."""
    return sorted_rows({requirement_row(requirement, root) for requirement in requirements})


def sorted_rows(rows: Iterable[RequirementRow]) -> tuple[RequirementRow, ...]:
    """Sort requirement rows as uv does."""
    rows = tuple(rows)
    return rows if len(rows) < 2 else tuple(sorted(rows, key=row_sort_key))


def row_sort_key(row: RequirementRow) -> SortKey:
    """Order rows by name, extras, groups, marker, then source."""
    marker = parse_marker(row.marker) if row.marker else TRUE
    return (row.name, row.extras, row.groups, marker.sort_key, _source_sort_key(row))


def _source_sort_key(row: RequirementRow) -> SortKey:
    if row.url is not None:
        return (1, row.url, row.subdirectory is not None, row.subdirectory or "")
    if row.git is not None:
        git = parse_git_url(row.git)
        kind = {"branch": 0, "tag": 1, "rev": 2, "default": 5}[git.reference_kind]
        return (
            2 if git.path is None else 3,
            git.repository,
            kind,
            git.reference or "",
            git.commit or "",
            git.lfs,
            git.subdirectory is not None,
            git.subdirectory or "",
            git.path or "",
        )
    if row.path is not None:
        return (4, path_sort_key(row.path))
    for editable, virtual, path in (
        (False, False, row.directory),
        (True, False, row.editable),
        (False, True, row.virtual),
    ):
        if path is not None:
            return (5, path_sort_key(path), editable, virtual)
    specifiers = parse_specifiers(row.specifier) if row.specifier else ()
    conflict = (
        () if row.conflict is None else ((row.conflict.package, row.conflict.extra or "", row.conflict.group or ""))
    )
    return (
        0,
        tuple((_OPERATORS[item.operator], item.version.key, len(item.version.release)) for item in specifiers),
        row.index is not None,
        row.index or "",
        conflict,
    )


def path_sort_key(path: str) -> SortKey:
    """Order paths by their components: the root, then ``..``, then names."""
    parts = [] if path == "." else path.rstrip("/").split("/")
    return tuple((1, "") if part == "" else (3, "") if part == ".." else (4, part) for part in parts)


def conflict_row(item: ConflictItem) -> ConflictRow:
    """Return a conflict item as a lock writes it."""
    return ConflictRow(
        item.package,
        item.name if item.kind == "extra" else None,
        item.name if item.kind == "group" else None,
    )


def conflict_item(row: ConflictRow) -> ConflictItem:
    """Return the conflict item a lock writes."""
    package = PackageName(row.package)
    if row.extra is not None:
        return ConflictItem(package, "extra", row.extra)
    if row.group is not None:
        return ConflictItem(package, "group", row.group)
    return ConflictItem(package, "project")


def locked_git(source: GitSource) -> LockedGit:
    """Return the parts of a git source that a lock records."""
    return LockedGit(
        repository=source.repository,
        commit=source.commit,
        reference_kind=source.reference_kind,
        reference=source.reference,
        subdirectory=source.subdirectory,
        path=source.archive,
        lfs=source.lfs,
    )


def git_source(git: LockedGit) -> GitSource:
    """Return the source that the parts of a git URL of a lock mean."""
    return GitSource(
        repository=git.repository,
        reference_kind=git.reference_kind,
        reference=git.reference,
        commit=git.commit,
        subdirectory=git.subdirectory,
        archive=git.path,
        lfs=git.lfs,
    )


def locked_path(path: str, given: str | None, root: str) -> str:
    """Return a path as a lock writes it: absolute if the user wrote it so, else relative to its directory."""
    return path if was_given_absolute(given) else relative_path(path, root)


def row_requirement(row: RequirementRow, root: str) -> Requirement:
    """Return the requirement of a row; paths become absolute."""
    source: Source
    if row.url is not None:
        kind = archive_kind(row.url.partition("?")[0]) or "sdist"
        source = UrlSource(url=row.url, subdirectory=row.subdirectory, kind=kind)
    elif row.git is not None:
        source = git_source(parse_git_url(row.git))
    elif row.path is not None:
        source = PathSource(path=absolute_path(row.path, root), kind=archive_kind(row.path) or "sdist", given=row.path)
    elif row.directory is not None:
        source = DirectorySource(path=absolute_path(row.directory, root), editable=False, given=row.directory)
    elif row.editable is not None:
        source = DirectorySource(path=absolute_path(row.editable, root), editable=True, given=row.editable)
    elif row.virtual is not None:
        source = DirectorySource(path=absolute_path(row.virtual, root), editable=False, virtual=True, given=row.virtual)
    else:
        source = RegistrySource(
            parse_specifiers(row.specifier) if row.specifier else Specifiers(()),
            IndexLocation(url=row.index) if row.index is not None else None,
            conflict_item(row.conflict) if row.conflict is not None else None,
        )
    return Requirement(
        name=PackageName(row.name),
        source=source,
        extras=tuple(map(ExtraName, row.extras)),
        groups=tuple(map(GroupName, row.groups)),
        marker=parse_marker(row.marker) if row.marker else TRUE,
    )


def comparable_row(row: RequirementRow, root: str, requires_python: RequiresPython) -> RequirementRow:
    """Return the form in which declared and locked requirements are compared.

    Names sorted, credentials dropped, paths absolute, the marker reduced by the Python requirement.
    """
    marker = row.marker
    if marker:
        marker = requires_python.simplify(parse_marker(marker)).to_string() or ""
    specifier = row.specifier
    if specifier:
        specifier = str(parse_specifiers(specifier))
    return RequirementRow(
        name=row.name,
        extras=tuple(sorted(row.extras)),
        groups=tuple(sorted(row.groups)),
        marker=marker,
        specifier=specifier,
        index=None if row.index is None else without_credentials(row.index),
        conflict=row.conflict,
        url=None if row.url is None else split_fragment(without_credentials(row.url))[0],
        subdirectory=row.subdirectory,
        git=None if row.git is None else git_url(parse_git_url(row.git), requirement=True),
        path=_absolute(row.path, root),
        directory=_absolute(row.directory, root),
        editable=_absolute(row.editable, root),
        virtual=_absolute(row.virtual, root),
    )


def _absolute(path: str | None, root: str) -> str | None:
    return None if path is None else absolute_path(path, root)


def lower_requirement(item: str | Requirement) -> Requirement:
    """Return a requirement of metadata: as it is, or parsed from PEP 508 text."""
    if isinstance(item, Requirement):
        return item
    from ultraviolet.standards.requirements import parse_requirement

    parsed = parse_requirement(item)
    source: Source = RegistrySource(parsed.specifiers) if parsed.url is None else parse_direct_url(parsed.url)
    return Requirement(name=parsed.name, source=source, extras=parsed.extras, marker=parsed.marker)


def display_row(row: RequirementRow) -> str:
    """Return a requirement row as messages and trees show it (PEP 508)."""
    from ultraviolet.distributions.direct_urls import direct_url_text

    text = row.name
    if row.extras:
        text += f"[{','.join(row.extras)}]"
    if row.specifier:
        text += row.specifier
    direct = any((row.url, row.git, row.path, row.directory, row.editable, row.virtual))
    if direct:
        text += f" @ {direct_url_text(row_requirement(row, '/').source)}"
    if row.marker:
        text += f" ; {row.marker}"
    return text


def simplified(marker: Marker, requires_python: RequiresPython) -> str:
    """Return the text of a marker reduced by the Python requirement; empty when it is true."""
    return requires_python.simplify(marker).to_string() or ""

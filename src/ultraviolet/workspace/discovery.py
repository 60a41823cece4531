"""Finding the project and the workspace that a directory belongs to."""

from __future__ import annotations

import os
import os.path
from collections.abc import Mapping
from typing import Literal

import msgspec

from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import DirectorySource
from ultraviolet.standards.conflicts import Conflicts
from ultraviolet.standards.dependency_groups import FlatGroup
from ultraviolet.standards.names import GroupName, PackageName
from ultraviolet.standards.pyproject import ProjectTable
from ultraviolet.standards.specifiers import Specifiers
from ultraviolet.workspace.errors import (
    DuplicateMember,
    EditableConflict,
    MissingManifest,
    MissingMemberManifest,
    MissingProjectTable,
    NestedWorkspace,
    NoSuchMember,
    UnmanagedProject,
    WorkspaceError,
)
from ultraviolet.workspace.groups import manifest_groups
from ultraviolet.workspace.manifest import Manifest, Sources, WorkspaceTable, read_manifest
from ultraviolet.workspace.paths import user_display
from ultraviolet.workspace.patterns import glob_paths, pattern_regex

PYPROJECT = "pyproject.toml"


class DiscoveryOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How far to look, and which members to read."""

    members: Literal["all", "existing", "none"] = "all"
    """``existing`` tolerates missing members; ``none`` reads only the root and the current project."""
    ignore: frozenset[str] = frozenset()
    """Members to leave out, as absolute paths."""
    stop_at: str | None = None
    """The outermost directory to look in."""
    cache_root: str | None = None
    """Absolute path of the cache, whose content is never part of a workspace."""
    cwd: str | None = None
    """What paths in messages are relative to; absolute paths are shown without it."""


DEFAULT_OPTIONS = DiscoveryOptions()


class Member(msgspec.Struct, frozen=True):
    """One project of a workspace."""

    root: str
    """Absolute path."""
    manifest: Manifest
    project: ProjectTable

    @property
    def name(self) -> PackageName:
        """The name of the project."""
        return self.project.name

    @property
    def manifest_path(self) -> str:
        """Absolute path of the manifest."""
        return os.path.join(self.root, PYPROJECT)


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """Projects that are locked together."""

    root: str
    """Absolute path."""
    manifest: Manifest
    """The manifest at the root."""
    members: Mapping[PackageName, Member]
    """Sorted by name."""
    required: Mapping[PackageName, bool | None]
    """Members that some source names with ``workspace = true``, with the editable flag it has."""
    sources: Sources
    """Sources of the root, which members inherit."""
    indexes: tuple[IndexLocation, ...] = ()
    warnings: tuple[str, ...] = ()
    """To be shown once."""

    @property
    def is_non_project(self) -> bool:
        """Whether the root is no project itself."""
        return not any(member.root == self.root for member in self.members.values())

    def member_sources(self) -> dict[PackageName, DirectorySource]:
        """Return how each member is installed: editable, as a directory, or virtual (not at all)."""
        return {name: self.member_source(member) for name, member in self.members.items()}

    def member_source(self, member: Member) -> DirectorySource:
        """Return how one member is installed."""
        required = member.name in self.required
        if not member.manifest.is_package(require_build_system=not required):
            return DirectorySource(path=member.root, editable=False, virtual=True)
        editable = self.required.get(member.name)
        return DirectorySource(path=member.root, editable=True if editable is None else editable, virtual=False)

    def member_requirements(self) -> list[Requirement]:
        """Return one requirement for each member, sorted by name."""
        return [Requirement(name=name, source=source) for name, source in self.member_sources().items()]

    def group_requirements(self) -> list[Requirement]:
        """Return one requirement with all its groups for each member that has any."""
        return [
            Requirement(name=name, source=self.member_source(member), groups=member.manifest.group_names())
            for name, member in self.members.items()
            if member.manifest.group_names()
        ]

    def root_groups(self, cwd: str | None = None) -> dict[GroupName, FlatGroup]:
        """Return the groups of a root that is no project; other roots are members.

        :raises UltravioletError: the groups are malformed.
        """
        if not self.is_non_project:
            return {}
        return manifest_groups(self.manifest, shown=user_display(self.root, cwd))

    def conflicts(self) -> Conflicts:
        """Return the declared conflicts of root and members.

        :raises UltravioletError: a declaration makes no sense.
        """
        found = Conflicts()
        if self.is_non_project:
            found += self.manifest.conflicts(None)
        for name, member in self.members.items():
            found += member.manifest.conflicts(name)
        return found

    def requires_python_sources(
        self, groups: frozenset[GroupName] | None = frozenset(), cwd: str | None = None
    ) -> dict[tuple[PackageName, GroupName | None], Specifiers]:
        """Return who asks for which Python versions: members, and their enabled groups.

        :param groups: the enabled groups; None for all.
        """
        found: dict[tuple[PackageName, GroupName | None], Specifiers] = {}
        for name, member in self.members.items():
            if member.project.requires_python is not None:
                found[name, None] = member.project.requires_python
            if not member.manifest.groups and member.manifest.uv.dev_dependencies is None:
                continue
            for group, flat in manifest_groups(member.manifest, shown=user_display(member.root, cwd)).items():
                if flat.requires_python is not None and (groups is None or group in groups):
                    found[name, group] = flat.requires_python
        return found

    def includes(self, path: str) -> bool:
        """Whether the members patterns of the root match a path."""
        table = self.manifest.uv.workspace
        return table is not None and _is_included(path, self.root, table)

    def excludes(self, path: str) -> bool:
        """Whether the exclude patterns of the root match a path."""
        table = self.manifest.uv.workspace
        return table is not None and _is_excluded(path, self.root, table)


class Project(msgspec.Struct, frozen=True):
    """Where a command works: a member, or a root that is no project."""

    workspace: Workspace
    name: PackageName | None
    """None at a root that is no project."""

    @property
    def member(self) -> Member | None:
        """The current member."""
        return None if self.name is None else self.workspace.members[self.name]

    @property
    def root(self) -> str:
        """Absolute path of the project."""
        member = self.member
        return self.workspace.root if member is None else member.root

    @property
    def manifest(self) -> Manifest:
        """The manifest of the project."""
        member = self.member
        return self.workspace.manifest if member is None else member.manifest

    @property
    def manifest_path(self) -> str:
        """Absolute path of that manifest."""
        return os.path.join(self.root, PYPROJECT)


def find_project_root(directory: str, stop_at: str | None = None) -> str | None:
    """Return the first directory at or above a path that has a ``pyproject.toml``, or None."""
    limit = os.path.dirname(stop_at) if stop_at is not None else None
    current = directory
    while current != limit:
        if os.path.isfile(os.path.join(current, PYPROJECT)):
            return current
        parent = os.path.dirname(current)
        if parent == current:
            return None
        current = parent
    return None


def discover_project(directory: str, options: DiscoveryOptions = DEFAULT_OPTIONS) -> Project:
    """Find the project of a directory (an absolute path) and its workspace.

    :raises WorkspaceError: there is none, or it cannot be read.
    """
    root = find_project_root(directory, options.stop_at)
    if root is None:
        raise MissingManifest
    manifest = _read(root, options)
    if manifest.project is not None:
        return Project(_workspace_of(root, manifest, manifest.project, options), manifest.project.name)
    table = manifest.uv.workspace if manifest.uv.workspace is not None else WorkspaceTable()
    return Project(_build(root, table, manifest, None, options), None)


def discover_workspace(directory: str, options: DiscoveryOptions = DEFAULT_OPTIONS) -> Workspace:
    """Find the workspace of a directory (an absolute path).

    :raises WorkspaceError: there is none, or it cannot be read.
    """
    root = find_project_root(directory)
    if root is None:
        raise MissingManifest
    manifest = _read(root, options)
    if manifest.uv.managed is False:
        raise UnmanagedProject(root)
    if manifest.project is None:
        if manifest.uv.workspace is None:
            raise MissingProjectTable(os.path.join(root, PYPROJECT))
        return _build(root, manifest.uv.workspace, manifest, None, options)
    return _workspace_of(root, manifest, manifest.project, options, implicit_sources=True)


def discover_member(directory: str, name: PackageName, options: DiscoveryOptions = DEFAULT_OPTIONS) -> Project:
    """Find the member of that name in the workspace of a directory (``--package``).

    :raises WorkspaceError: there is no such member, or the workspace cannot be read.
    """
    workspace = discover_workspace(directory, options)
    if name not in workspace.members:
        raise NoSuchMember(name, workspace.root)
    return Project(workspace, name)


def update_manifest(project: Project, manifest: Manifest) -> Project | None:
    """Return the project with another manifest at its root; None when it now has another name."""
    workspace = project.workspace
    if project.name is None:
        return Project(msgspec.structs.replace(workspace, manifest=manifest), None)
    if manifest.project is None or project.name not in workspace.members:
        return None
    old = workspace.members[project.name]
    members = {**workspace.members, project.name: Member(old.root, manifest, manifest.project)}
    at_root = old.root == workspace.root
    root_manifest = manifest if at_root else workspace.manifest
    sources = manifest.uv.sources if at_root else workspace.sources
    updated = msgspec.structs.replace(
        workspace,
        manifest=root_manifest,
        members=members,
        sources=sources,
        required=_required_members(members, sources, root_manifest),
    )
    return Project(updated, project.name)


def _read(root: str, options: DiscoveryOptions) -> Manifest:
    path = os.path.join(root, PYPROJECT)
    try:
        return read_manifest(path, user_display(path, options.cwd))
    except OSError as error:
        raise _read_failure(path, error) from None
    except UnicodeDecodeError:
        raise _failure(path, "stream did not contain valid UTF-8") from None


def _read_failure(path: str, error: OSError) -> WorkspaceError:
    return _failure(path, f"{error.strerror} (os error {error.errno})")


def _failure(path: str, reason: str) -> WorkspaceError:
    return WorkspaceError(f"failed to read from file `{path}`: {reason}")


def _workspace_of(
    root: str,
    manifest: Manifest,
    project: ProjectTable,
    options: DiscoveryOptions,
    *,
    implicit_sources: bool = False,
) -> Workspace:
    if manifest.uv.managed is False:
        raise UnmanagedProject(root)
    member = Member(root, manifest, project)
    if manifest.uv.workspace is not None:
        return _build(root, manifest.uv.workspace, manifest, member, options)
    found = _find_root_above(root, options)
    if found is not None:
        above, above_manifest, table = found
        return _build(above, table, above_manifest, member, options)
    if implicit_sources:
        return _build(root, WorkspaceTable(), manifest, member, options)
    members = {project.name: member}
    return Workspace(
        root=root,
        manifest=manifest,
        members=members,
        required=_required_members(members, {}, manifest),
        # The member has the same sources already.
        sources={},
        warnings=_warnings(members, options),
    )


def _find_root_above(project_root: str, options: DiscoveryOptions) -> tuple[str, Manifest, WorkspaceTable] | None:
    cache = options.cache_root if options.stop_at is None else None
    if cache is not None and _is_below(project_root, cache):
        return None
    parent = os.path.dirname(project_root)
    if project_root in {parent, options.stop_at}:
        return None
    root = find_project_root(parent, options.stop_at)
    if root is None:
        return None
    manifest = _read(root, options)
    table = manifest.uv.workspace
    # Another project's directory (its tests, its examples) hides what is above.
    if table is None or not _is_included(project_root, root, table) or _is_excluded(project_root, root, table):
        return None
    return root, manifest, table


def _build(
    root: str, table: WorkspaceTable, manifest: Manifest, current: Member | None, options: DiscoveryOptions
) -> Workspace:
    members = _collect_members(root, table, manifest, options)
    if current is not None and current.name not in members:
        members[current.name] = current
    members = dict(sorted(members.items()))
    return Workspace(
        root=root,
        manifest=manifest,
        members=members,
        required=_required_members(members, manifest.uv.sources, manifest),
        sources=manifest.uv.sources,
        indexes=manifest.uv.indexes,
        warnings=_warnings(members, options),
    )


def _warnings(members: Mapping[PackageName, Member], options: DiscoveryOptions) -> tuple[str, ...]:
    legacy = [
        f"`{user_display(member.manifest_path, options.cwd)}`"
        for member in members.values()
        if member.manifest.uv.dev_dependencies is not None
    ]
    if not legacy:
        return ()
    return (
        (
            f"The `tool.uv.dev-dependencies` field (used in {', '.join(legacy)}) is deprecated and will be removed "
            "in a future release; use `dependency-groups.dev` instead"
        ),
    )


def _collect_members(
    root: str, table: WorkspaceTable, manifest: Manifest, options: DiscoveryOptions
) -> dict[PackageName, Member]:
    members: dict[PackageName, Member] = {}
    seen: set[str] = set()
    if manifest.project is not None:
        seen.add(root)
        members[manifest.project.name] = Member(root, manifest, manifest.project)
    cache = options.cache_root if options.stop_at is None else None
    if cache is not None and _is_below(root, cache):
        cache = None
    for pattern in table.members:
        normalized = os.path.normpath(pattern).replace(os.sep, "/")
        start = "/" if os.path.isabs(normalized) else root
        for path in glob_paths(start, normalized):
            directory = os.path.normpath(path)
            if (cache is not None and _is_below(directory, cache)) or directory in seen:
                continue
            seen.add(directory)
            if options.members == "none" or directory in options.ignore or _is_excluded(directory, root, table):
                continue
            member = _read_member(directory, pattern, options)
            if member is None:
                continue
            existing = members.get(member.name)
            if existing is not None:
                raise DuplicateMember(member.name, existing.root, directory)
            members[member.name] = member
    for member in members.values():
        if member.root != root and member.manifest.uv.workspace is not None:
            raise NestedWorkspace(member.root)
    return members


def _read_member(directory: str, pattern: str, options: DiscoveryOptions) -> Member | None:
    path = os.path.join(directory, PYPROJECT)
    try:
        manifest = read_manifest(path, user_display(path, options.cwd))
    except OSError as error:
        _check_missing_member(directory, pattern, options, error)
        return None
    except UnicodeDecodeError:
        raise _failure(path, "stream did not contain valid UTF-8") from None
    if manifest.uv.managed is False:
        return None
    if manifest.project is None:
        raise MissingProjectTable(path)
    return Member(directory, manifest, manifest.project)


def _check_missing_member(directory: str, pattern: str, options: DiscoveryOptions, error: OSError) -> None:
    if not os.path.isdir(directory):
        if os.path.lexists(directory) or options.members == "existing":
            return
        raise _read_failure(directory, error)
    if not isinstance(error, FileNotFoundError):
        raise _read_failure(os.path.join(directory, PYPROJECT), error)
    if os.path.basename(directory).startswith(".") or options.members == "existing":
        return
    from ultraviolet.workspace.ignored import has_only_ignored_files

    if not has_only_ignored_files(directory):
        raise MissingMemberManifest(directory, pattern)


def _required_members(
    members: Mapping[PackageName, Member], sources: Sources, manifest: Manifest
) -> dict[PackageName, bool | None]:
    own = manifest.project.name if manifest.project is not None else None
    required: dict[PackageName, bool | None] = {}
    tables = [(own, sources), *((name, member.manifest.uv.sources) for name, member in members.items())]
    for owner, table in tables:
        for name, entries in table.items():
            if name == owner:
                continue
            for entry in entries:
                if entry.kind != "workspace" or entry.workspace is not True:
                    continue
                existing = required.get(name)
                if existing is not None and entry.editable is not None and existing != entry.editable:
                    raise EditableConflict(name)
                required[name] = entry.editable
    return required


def _is_below(path: str, directory: str) -> bool:
    return path == directory or path.startswith(directory.rstrip(os.sep) + os.sep)


def _escape(path: str) -> str:
    return "".join(f"[{char}]" if char in "?*[]" else char for char in path)


def _absolute_pattern(pattern: str, root: str) -> str:
    normalized = os.path.normpath(pattern)
    if os.path.isabs(normalized):
        return normalized
    return _escape(root) if normalized == "." else os.path.join(_escape(root), normalized)


def _is_included(path: str, root: str, table: WorkspaceTable) -> bool:
    return any(pattern_regex(_absolute_pattern(pattern, root)).match(path) for pattern in table.members)


def _is_excluded(path: str, root: str, table: WorkspaceTable) -> bool:
    for pattern in table.exclude:
        normalized = os.path.normpath(pattern)
        if normalized == pattern and not os.path.isabs(pattern):
            if _is_below(path, root) and pattern_regex(pattern).match(os.path.relpath(path, root)):
                return True
        elif pattern_regex(_absolute_pattern(pattern, root)).match(path):
            return True
    return False

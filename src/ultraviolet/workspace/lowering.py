"""Joining requirements with ``tool.uv.sources``: each becomes one or more requirements with known sources.

Several sources split a requirement by their markers; what they leave uncovered keeps the plain form.
"""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from ultraviolet.distributions.direct_urls import (
    SDIST_EXTENSIONS,
    InvalidDirectUrl,
    UrlContext,
    archive_kind,
    check_git_scheme,
    looks_like_git,
)
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import (
    DirectorySource,
    DirectSource,
    GitSource,
    PathSource,
    RegistrySource,
    Source,
    UrlSource,
)
from ultraviolet.distributions.urls import path_to_url, redact, split_fragment
from ultraviolet.errors import UltravioletError
from ultraviolet.standards.conflicts import ConflictItem
from ultraviolet.standards.markers import FALSE
from ultraviolet.standards.names import ExtraName, GroupName, PackageName
from ultraviolet.standards.requirements import Pep508Requirement
from ultraviolet.workspace.discovery import DiscoveryOptions, Member, Workspace, discover_workspace
from ultraviolet.workspace.errors import LoweringError
from ultraviolet.workspace.manifest import Sources, read_manifest
from ultraviolet.workspace.plain import plain_requirement
from ultraviolet.workspace.source_entries import SourceEntry

_KINDS = {"git": "Git", "url": "URL", "path": "path", "index": "registry"}


class LoweringContext(msgspec.Struct, frozen=True, kw_only=True):
    """What sources are read against."""

    base: str
    """Directory of the project or script: paths of its own sources start here."""
    project: PackageName | None = None
    sources: Sources = {}
    indexes: tuple[IndexLocation, ...] = ()
    workspace: Workspace | None = None
    """None for scripts and other places without members."""
    command_line_indexes: tuple[IndexLocation, ...] = ()
    """Indexes given on the command line, which names are looked up in first."""
    configured_indexes: tuple[tuple[IndexLocation, str], ...] = ()
    """Indexes of configuration files with the words for where they stand, for the hint about an undeclared one."""
    editable: bool = True
    """Whether members are editable when no source says otherwise."""
    no_sources: bool | frozenset[PackageName] = False
    """True to use no source at all, or the packages that use none."""
    urls: UrlContext = UrlContext()
    options: DiscoveryOptions = DiscoveryOptions()

    def ignores_sources(self, name: PackageName) -> bool:
        """Whether sources of a package do not count."""
        if isinstance(self.no_sources, bool):
            return self.no_sources
        return name in self.no_sources


def lower(
    requirement: Pep508Requirement,
    context: LoweringContext,
    *,
    extra: ExtraName | None = None,
    group: GroupName | None = None,
) -> list[Requirement]:
    """Return what a requirement of a project means.

    :param extra: the extra the requirement belongs to.
    :param group: the group it belongs to.
    :raises LoweringError: a source makes no sense here.
    """
    if context.ignores_sources(requirement.name):
        return [plain_requirement(requirement, context.urls)]
    name = requirement.name
    workspace = context.workspace
    base = context.base
    entries = context.sources.get(name)
    if entries is None and workspace is not None:
        entries = workspace.sources.get(name)
        base = workspace.root
    if entries is not None:
        entries = tuple(
            entry
            for entry in entries
            if (entry.extra is None or entry.extra == extra) and (entry.group is None or entry.group == group)
        )
    if workspace is not None and name in workspace.members and context.project != name:
        _check_member_source(name, entries)
    if entries is None:
        return [plain_requirement(requirement, context.urls)]
    return _split_by_sources(requirement, entries, context, base)


def lower_standalone(requirement: Pep508Requirement, context: LoweringContext) -> list[Requirement]:
    """Return what a requirement of a script, or of another place without extras and groups of its own, means.

    :raises LoweringError: a source makes no sense here.
    """
    entries = None if context.ignores_sources(requirement.name) else context.sources.get(requirement.name)
    if entries is None:
        return [plain_requirement(requirement, context.urls)]
    active = requirement.marker.top_level_extra()
    entries = tuple(entry for entry in entries if entry.extra is None or entry.extra == active)
    return _split_by_sources(requirement, entries, context, context.base)


def _check_member_source(name: PackageName, entries: tuple[SourceEntry, ...] | None) -> None:
    if entries is None:
        raise LoweringError(
            f"`{name}` is included as a workspace member, but is missing an entry in `tool.uv.sources` "
            f"(e.g., `{name} = {{ workspace = true }}`)"
        )
    for entry in entries:
        if entry.kind != "workspace":
            raise LoweringError(
                f"`{name}` is included as a workspace member, but references a {_KINDS[entry.kind]} in "
                "`tool.uv.sources`. Workspace members must be declared as workspace sources "
                f"(e.g., `{name} = {{ workspace = true }}`)."
            )
        if entry.workspace is not True:
            raise LoweringError(
                f"`{name}` is included as a workspace member, but does not use `workspace = true` in `tool.uv.sources`"
            )


def _split_by_sources(
    requirement: Pep508Requirement, entries: Iterable[SourceEntry], context: LoweringContext, base: str
) -> list[Requirement]:
    covered = FALSE
    lowered: list[Requirement] = []
    for entry in entries:
        covered |= entry.marker
        lowered.append(
            Requirement(
                name=requirement.name,
                source=_SOURCES[entry.kind](requirement, entry, context, base),
                extras=requirement.extras,
                marker=entry.marker & requirement.marker,
            )
        )
    rest = ~covered & requirement.marker
    if not rest.is_false:
        plain = plain_requirement(requirement, context.urls)
        lowered.append(msgspec.structs.replace(plain, marker=rest))
    return [item for item in lowered if not item.marker.is_false]


def _git(_: Pep508Requirement, entry: SourceEntry, context: LoweringContext, __: str) -> Source:
    try:
        check_git_scheme(entry.location)
    except InvalidDirectUrl as error:
        raise LoweringError(error.message) from None
    if entry.archive is not None and archive_kind(entry.archive) is None:
        raise LoweringError(
            f"Expected path (`{entry.archive}`) to end in a supported file extension: `.whl`, {SDIST_EXTENSIONS}"
        )
    source = GitSource(
        repository=entry.location.partition("#")[0].partition("?")[0],
        lfs=context.urls.lfs if entry.lfs is None else entry.lfs,
        subdirectory=entry.subdirectory,
        archive=entry.archive,
    )
    if entry.rev is not None:
        full = len(entry.rev) == 40 and all(char in "0123456789abcdefABCDEF" for char in entry.rev)
        return msgspec.structs.replace(
            source, reference_kind="rev", reference=entry.rev, commit=entry.rev.lower() if full else None
        )
    if entry.tag is not None:
        return msgspec.structs.replace(source, reference_kind="tag", reference=entry.tag)
    if entry.branch is not None:
        return msgspec.structs.replace(source, reference_kind="branch", reference=entry.branch)
    return source


def _url(requirement: Pep508Requirement, entry: SourceEntry, _: LoweringContext, __: str) -> Source:
    url, fragment = split_fragment(entry.location)
    shown = redact(entry.location)
    if fragment:
        raise LoweringError(f"Fragments are not allowed in URLs: `{shown}`")
    kind = archive_kind(url.partition("?")[0])
    if kind is None:
        if looks_like_git(url):
            raise LoweringError(
                f"`{requirement.name}` is associated with a URL source, but references a Git repository. Consider using "
                f'a Git source instead (e.g., `{requirement.name} = {{ git = "{shown}" }}`)'
            )
        raise LoweringError(
            f"Expected direct URL (`{shown}`) to end in a supported file extension: `.whl`, {SDIST_EXTENSIONS}"
        )
    return UrlSource(url=url, subdirectory=entry.subdirectory, kind=kind)


def _path(_: Pep508Requirement, entry: SourceEntry, __: LoweringContext, base: str) -> Source:
    return path_source(entry.location, base, editable=entry.editable, package=entry.package, given=entry.location)


def _index(requirement: Pep508Requirement, entry: SourceEntry, context: LoweringContext, _: str) -> Source:
    workspace = context.workspace
    known = (*context.command_line_indexes, *context.indexes, *(workspace.indexes if workspace is not None else ()))
    index = next((index for index in known if index.name == entry.location), None)
    if index is None:
        place = next((where for index, where in context.configured_indexes if index.name == entry.location), None)
        hints: tuple[str, ...] = ()
        if place is not None:
            hints = (
                (
                    f"Index `{entry.location}` was found in {place}, but indexes referenced via `tool.uv.sources` must "
                    "be defined in the project's `pyproject.toml`"
                ),
            )
        raise LoweringError(
            f"Package `{requirement.name}` references an undeclared index: `{entry.location}`", hints=hints
        )
    conflict = None
    if context.project is not None and workspace is not None:
        if entry.extra is not None:
            conflict = ConflictItem(context.project, "extra", entry.extra)
        elif entry.group is not None:
            conflict = ConflictItem(context.project, "group", entry.group)
    return RegistrySource(requirement.specifiers, index=index, conflict=conflict)


def _workspace(requirement: Pep508Requirement, entry: SourceEntry, context: LoweringContext, base: str) -> Source:
    name = requirement.name
    if entry.workspace is False:
        raise LoweringError("`workspace = false` is not yet supported")
    if entry.workspace is True:
        if context.workspace is None:
            raise LoweringError("Workspace members are not allowed in non-workspace contexts")
        member = _member(context.workspace, name)
        source = context.workspace.member_source(member)
        if not source.virtual and context.workspace.required.get(name) is None:
            source = msgspec.structs.replace(source, editable=context.editable)
        return source
    path = os.path.normpath(os.path.join(base, entry.workspace))
    target = discover_workspace(path, context.options)
    if target.root != path:
        raise LoweringError(
            f"Workspace source path `{path}` must point to a workspace root (found workspace at `{target.root}`)"
        )
    member = _member(target, name)
    package = member.manifest.is_package(require_build_system=False)
    editable = (True if entry.editable is None else entry.editable) if package else False
    given = os.path.relpath(member.root, base).replace(os.sep, "/")
    return path_source(given, base, editable=editable, package=package, given=given)


def _member(workspace: Workspace, name: PackageName) -> Member:
    member = workspace.members.get(name)
    if member is None:
        raise LoweringError(
            f"`{name}` references a workspace in `tool.uv.sources` (e.g., `{name} = {{ workspace = true }}`), but is not "
            "a workspace member"
        )
    return member


_SOURCES: Mapping[str, Callable[[Pep508Requirement, SourceEntry, LoweringContext, str], Source]] = {
    "git": _git,
    "url": _url,
    "path": _path,
    "index": _index,
    "workspace": _workspace,
}


def path_source(
    path: str, base: str, *, editable: bool | None, package: bool | None, given: str | None
) -> DirectSource:
    """Return the source of a path as sources tables and commands give it.

    :raises LoweringError: a file was asked to be editable or a package, or is no archive.
    """
    full = os.path.normpath(os.path.join(base, path))
    if os.path.isdir(full) or (not os.path.exists(full) and not os.path.splitext(full)[1]):
        if editable is True:
            return DirectorySource(path=full, editable=True, virtual=False, given=given)
        if package is None:
            package = _target_is_package(full)
        return DirectorySource(path=full, editable=False, virtual=not package, given=given)
    shown = path_to_url(full)
    if editable is True:
        raise LoweringError(f"Source with `editable = true` must refer to a local directory, not a file: `{shown}`")
    if package is True:
        raise LoweringError(f"Source with `package = true` must refer to a local directory, not a file: `{shown}`")
    kind = archive_kind(full)
    if kind is None:
        raise LoweringError(
            f"Expected path (`{path}`) to end in a supported file extension: `.whl`, {SDIST_EXTENSIONS}"
        )
    return PathSource(path=full, kind=kind, given=given)


def _target_is_package(directory: str) -> bool:
    """Whether a path dependency is built; a build system is not asked for."""
    try:
        manifest = read_manifest(os.path.join(directory, "pyproject.toml"))
    except (OSError, UnicodeDecodeError, UltravioletError):
        return True
    return manifest.is_package(require_build_system=False)


def context_of(workspace: Workspace, member: Member | None = None, **changes: Any) -> LoweringContext:
    """Return the context of a member, or of a root that is no project."""
    manifest = workspace.manifest if member is None else member.manifest
    base = workspace.root if member is None else member.root
    return LoweringContext(
        base=base,
        project=None if member is None else member.name,
        sources=manifest.uv.sources,
        indexes=manifest.uv.indexes,
        workspace=workspace,
        **changes,
    )

"""What a source tree says about itself without being built, and its requirements joined with its sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ultraviolet.distributions.metadata import DistMetadata
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.errors import UltravioletError
from ultraviolet.standards.errors import StandardsError
from ultraviolet.standards.markers import extra_marker
from ultraviolet.standards.names import ExtraName, GroupName, PackageName, parse_extra_name, parse_package_name
from ultraviolet.standards.requirements import Pep508Requirement, parse_lenient_requirement
from ultraviolet.standards.versions import Version, parse_version
from ultraviolet.workspace.discovery import Member, Workspace
from ultraviolet.workspace.errors import WorkspaceError
from ultraviolet.workspace.groups import manifest_groups
from ultraviolet.workspace.lowering import LoweringContext, context_of, lower
from ultraviolet.workspace.manifest import Sources
from ultraviolet.workspace.plain import plain_requirement

_NEEDED = ("dependencies", "optional-dependencies")


class StaticMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """Metadata that a manifest states outright."""

    name: PackageName
    version: Version | None
    """None when dynamic."""
    requires: tuple[Pep508Requirement, ...]
    """Dependencies, then those of each extra with its marker, in declaration order."""
    requires_python: str | None
    provides_extra: tuple[ExtraName, ...]
    """In declaration order."""


class InvalidSourceScope(WorkspaceError):
    """A source is limited to an extra or group that does not have the package."""


def static_metadata(
    data: Mapping[str, Any], *, ignore_version: bool = False, ignore_python: bool = False
) -> StaticMetadata | None:
    """Return the metadata that a ``pyproject.toml`` states; None when a backend must be asked.

    :param ignore_version: accept a dynamic version (it is known otherwise, or not needed).
    :param ignore_python: accept dynamic Python versions.
    """
    project = data.get("project")
    if not isinstance(project, dict) or "name" not in project:
        return None
    dynamic = project.get("dynamic") or []
    refused = list(_NEEDED)
    if not ignore_version:
        refused.append("version")
    if not ignore_python:
        refused.append("requires-python")
    if any(field in dynamic for field in refused):
        return None
    if project.get("dependencies") is None and "poetry" in (data.get("tool") or {}):
        # Dependencies are in Poetry's own table.
        return None
    if "version" not in project and not ignore_version:
        return None
    try:
        return _read(project, dynamic)
    except StandardsError:
        return None


def _read(project: Mapping[str, Any], dynamic: list[str]) -> StaticMetadata:
    requires = [parse_lenient_requirement(text) for text in project.get("dependencies") or ()]
    extras: list[ExtraName] = []
    for key, texts in (project.get("optional-dependencies") or {}).items():
        extra = parse_extra_name(key)
        extras.append(extra)
        marker = extra_marker(extra)
        for text in texts:
            requirement = parse_lenient_requirement(text)
            requires.append(msgspec.structs.replace(requirement, marker=requirement.marker & marker))
    version = None if "version" in dynamic or "version" not in project else parse_version(project["version"])
    return StaticMetadata(
        name=parse_package_name(project["name"]),
        version=version,
        requires=tuple(requires),
        requires_python=project.get("requires-python"),
        provides_extra=tuple(extras),
    )


def member_metadata(
    workspace: Workspace, member: Member, *, cwd: str | None = None, **changes: Any
) -> DistMetadata | None:
    """Return the metadata of a member, lowered; None when a backend must be asked.

    :param changes: fields of the lowering context.
    :raises UltravioletError: groups or sources make no sense.
    """
    static = static_metadata(member.manifest.data)
    if static is None or static.version is None:
        return None
    return lower_metadata(
        workspace,
        member,
        version=static.version,
        requires=static.requires,
        provides_extra=static.provides_extra,
        requires_python=static.requires_python,
        dynamic=False,
        cwd=cwd,
        **changes,
    )


def lower_metadata(
    workspace: Workspace,
    member: Member,
    *,
    version: Version,
    requires: Iterable[Pep508Requirement],
    provides_extra: tuple[ExtraName, ...],
    requires_python: str | None,
    dynamic: bool,
    cwd: str | None = None,
    **changes: Any,
) -> DistMetadata:
    """Return metadata (stated or built) of a project joined with the sources of its manifest.

    :raises UltravioletError: groups or sources make no sense.
    """
    context = context_of(workspace, member, **changes)
    listed = tuple(requires)
    groups = lower_groups(workspace, member, context, cwd=cwd, requires=listed, provides_extra=provides_extra)
    lowered: list[Requirement] = []
    for requirement in listed:
        extra = requirement.marker.top_level_extra()
        try:
            lowered += lower(requirement, context, extra=None if extra is None else ExtraName(extra))
        except UltravioletError as error:
            raise _failed_entry(f"Failed to parse entry: `{requirement.name}`", error) from error
    return DistMetadata(
        name=member.name,
        version=version,
        requires=tuple(lowered),
        requires_python=requires_python,
        provides_extra=provides_extra,
        groups=groups,
        dynamic=dynamic,
    )


def lower_groups(
    workspace: Workspace,
    member: Member | None,
    context: LoweringContext,
    *,
    cwd: str | None = None,
    requires: tuple[Pep508Requirement, ...] | None = None,
    provides_extra: tuple[ExtraName, ...] = (),
) -> dict[GroupName, tuple[Requirement, ...]]:
    """Return the groups of a member, or of a root that is no project, joined with their sources.

    :param requires: the dependencies of the project, which sources limited to an extra are checked against.
    :raises UltravioletError: groups or sources make no sense.
    """
    from ultraviolet.workspace.paths import user_display

    manifest = workspace.manifest if member is None else member.manifest
    root = workspace.root if member is None else member.root
    flat = manifest_groups(manifest, shown=user_display(root, cwd))
    if context.no_sources is not True:
        named = {name: {requirement.name for requirement in group.requirements} for name, group in flat.items()}
        _check_scopes(context.sources, named, requires, provides_extra)
    found: dict[GroupName, tuple[Requirement, ...]] = {}
    for name, group in flat.items():
        lowered: list[Requirement] = []
        for requirement in group.requirements:
            try:
                lowered += lower(requirement, context, group=name)
            except UltravioletError as error:
                reason = f"Failed to parse entry in group `{name}`: `{requirement.name}`"
                raise _failed_entry(reason, error) from error
        found[name] = tuple(lowered)
    return found


def _failed_entry(reason: str, error: UltravioletError) -> WorkspaceError:
    return WorkspaceError(reason, hints=error.hints)


def _check_scopes(
    sources: Sources,
    groups: Mapping[GroupName, set[PackageName]],
    requires: tuple[Pep508Requirement, ...] | None,
    provides_extra: tuple[ExtraName, ...],
) -> None:
    for name, entries in sources.items():
        for entry in entries:
            if entry.extra is not None and requires is not None:
                listed = any(
                    requirement.name == name and requirement.marker.top_level_extra() == entry.extra
                    for requirement in requires
                )
                _check_scope(name, entry.extra, known=entry.extra in provides_extra, listed=listed, what="extra")
            if entry.group is not None:
                members = groups.get(entry.group)
                listed = members is not None and name in members
                _check_scope(name, entry.group, known=members is not None, listed=listed, what="group")


def _check_scope(name: PackageName, scope: str, *, known: bool, listed: bool, what: str) -> None:
    if listed and known:
        return
    label = "extra" if what == "extra" else "dependency group"
    table = "project.optional-dependencies" if what == "extra" else "dependency-groups"
    article = "an extra" if what == "extra" else "a group"
    problem = (
        f"`{name}` was not found under the `{table}` section for that {what}"
        if known
        else f"the `{scope}` {what} does not exist"
    )
    raise InvalidSourceScope(
        f"Source entry for `{name}` only applies to {label} `{scope}`, but {problem}. When {article} is present on a "
        f'source (e.g., `{what} = "{scope}"`), the relevant package must be included in the `{table}` section for that '
        f'extra (e.g., `{table} = {{ "{scope}" = ["{name}"] }}`).'
    )


def plain_metadata(static: StaticMetadata, version: Version, context: LoweringContext) -> DistMetadata:
    """Return stated metadata without any sources (``--no-sources``, archives)."""
    return DistMetadata(
        name=static.name,
        version=version,
        requires=tuple(plain_requirement(requirement, context.urls) for requirement in static.requires),
        requires_python=static.requires_python,
        provides_extra=static.provides_extra,
        dynamic=static.version is None,
    )

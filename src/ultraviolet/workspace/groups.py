"""The dependency groups of a manifest, flat, the legacy development group included."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError
from ultraviolet.standards.dependency_groups import (
    DEV_GROUP,
    FlatGroup,
    InvalidGroups,
    MissingGroup,
    flatten_groups,
)
from ultraviolet.standards.names import GroupName
from ultraviolet.workspace.manifest import Manifest


class MalformedGroups(UltravioletError):
    """The groups of a project cannot be resolved; the cause says why."""


def manifest_groups(manifest: Manifest, *, shown: str) -> dict[GroupName, FlatGroup]:
    """Return the groups of a manifest, sorted by name.

    :param shown: its directory as messages name it.
    :raises MalformedGroups: with the reason as cause.
    """
    legacy = manifest.uv.dev_dependencies
    try:
        flat = flatten_groups(manifest.groups or {}, manifest.uv.group_settings)
    except InvalidGroups as error:
        raise _malformed(manifest, shown) from _explain(error, legacy=legacy is not None)
    if legacy is not None:
        existing = flat.get(DEV_GROUP)
        if existing is None:
            flat[DEV_GROUP] = FlatGroup(legacy)
        else:
            flat[DEV_GROUP] = FlatGroup(existing.requirements + legacy, existing.requires_python)
        flat = dict(sorted(flat.items()))
    return flat


def _malformed(manifest: Manifest, shown: str) -> MalformedGroups:
    name = manifest.project.name if manifest.project is not None else ""
    if not shown and not name:
        owner = "Project"
    elif shown in {"", "."}:
        owner = f"Project `{name}`"
    elif not name:
        owner = f"`{shown}`"
    else:
        owner = f"Project `{name} @ {shown}`"
    return MalformedGroups(f"{owner} has malformed dependency groups")


def _explain(error: InvalidGroups, *, legacy: bool) -> InvalidGroups:
    if not legacy or not isinstance(error, MissingGroup) or error.group != DEV_GROUP:
        return error
    if error.parent is None:
        explained = InvalidGroups(
            "`[tool.uv.dependency-groups]` specifies the `dev` group, but only `tool.uv.dev-dependencies` was found. To "
            "reference the `dev` group, remove the `tool.uv.dev-dependencies` section and add any development "
            "dependencies to the `dev` entry in the `[dependency-groups]` table instead."
        )
    else:
        explained = InvalidGroups(
            f'Group `{error.parent}` includes the `dev` group (`include = "dev"`), but only '
            "`tool.uv.dev-dependencies` was found. To reference the `dev` group via an `include`, remove the "
            "`tool.uv.dev-dependencies` section and add any development dependencies to the `dev` entry in the "
            "`[dependency-groups]` table instead."
        )
    explained.__cause__ = error.__cause__
    return explained

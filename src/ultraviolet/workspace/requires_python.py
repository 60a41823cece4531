"""The Python versions that a workspace supports: what its members ask for, together."""

from __future__ import annotations

import msgspec

from ultraviolet.standards.names import GroupName, PackageName
from ultraviolet.standards.requires_python import RequiresPython, tilde_warning
from ultraviolet.standards.specifiers import Specifiers
from ultraviolet.workspace.discovery import Workspace
from ultraviolet.workspace.errors import ConflictingPython

PythonSources = dict[tuple[PackageName, GroupName | None], Specifiers]


class WorkspacePython(msgspec.Struct, frozen=True):
    """What the members of a workspace ask for."""

    requires_python: RequiresPython | None
    """The intersection; None when nobody asks for anything."""
    sources: PythonSources
    warnings: tuple[str, ...] = ()


def workspace_python(
    workspace: Workspace, groups: frozenset[GroupName] | None = frozenset(), cwd: str | None = None
) -> WorkspacePython:
    """Return the Python versions that all members and enabled groups support.

    :param groups: the enabled groups; None for all.
    :raises ConflictingPython: there are none.
    """
    sources = workspace.requires_python_sources(groups, cwd)
    if not sources:
        return WorkspacePython(None, {})
    ordered = dict(sorted(sources.items(), key=lambda item: (item[0][0], item[0][1] is not None, item[0][1] or "")))
    warnings = [tilde_warning(specifiers, package, group) for (package, group), specifiers in ordered.items()]
    requires_python = RequiresPython.intersection(ordered.values())
    if requires_python is None:
        raise ConflictingPython(f"Found conflicting Python requirements:\n{describe_sources(ordered)}")
    return WorkspacePython(requires_python, ordered, tuple(warning for warning in warnings if warning is not None))


def describe_sources(sources: PythonSources) -> str:
    """List who asks for what."""
    return "\n".join(
        f"- {package if group is None else f'{package}:{group}'}: {specifiers.text(', ')}"
        for (package, group), specifiers in sources.items()
    )

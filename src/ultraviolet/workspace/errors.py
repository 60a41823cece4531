"""Failures of reading a workspace."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError


class WorkspaceError(UltravioletError):
    """A workspace cannot be read as it stands."""


class MissingManifest(WorkspaceError):
    """There is no ``pyproject.toml`` here or above."""

    def __init__(self) -> None:
        super().__init__("No `pyproject.toml` found in current directory or any parent directory")


class MissingMemberManifest(WorkspaceError):
    """A directory that matches the members has no ``pyproject.toml``."""

    def __init__(self, path: str, pattern: str) -> None:
        super().__init__(f"Workspace member `{path}` is missing a `pyproject.toml` (matches: `{pattern}`)")
        self.path = path


class MissingProjectTable(WorkspaceError):
    """A manifest that must describe a project has no ``[project]``."""

    def __init__(self, path: str) -> None:
        super().__init__(f"No `project` table found in: {path}")
        self.path = path


class UnmanagedProject(WorkspaceError):
    """The project has ``tool.uv.managed = false``."""

    def __init__(self, path: str) -> None:
        super().__init__(f"The project is marked as unmanaged: {path}")
        self.path = path


class NestedWorkspace(WorkspaceError):
    """A member is a workspace root itself."""

    def __init__(self, path: str) -> None:
        super().__init__(
            "Nested workspaces are not supported, but workspace member has a `tool.uv.workspace` table: " + path
        )
        self.path = path


class NoSuchMember(WorkspaceError):
    """A name that is not a member's."""

    def __init__(self, name: str, root: str) -> None:
        super().__init__(f"The workspace does not have a member {name}: {root}")
        self.name = name


class DuplicateMember(WorkspaceError):
    """Two members have one name."""

    def __init__(self, name: str, first: str, second: str) -> None:
        super().__init__(f"Two workspace members are both named `{name}`: `{first}` and `{second}`")
        self.name = name


class EditableConflict(WorkspaceError):
    """Sources disagree on whether a member is editable."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Workspace member `{name}` was requested as both `editable = true` and `editable = false`")
        self.name = name


class InvalidManifest(WorkspaceError):
    """A manifest cannot be parsed; the cause says why."""

    def __init__(self, path: str, *, hints: tuple[str, ...] = ()) -> None:
        super().__init__(f"Failed to parse: `{path}`", hints=hints)
        self.path = path


class InvalidSources(WorkspaceError):
    """``tool.uv.sources`` is well-formed but makes no sense."""


class LoweringError(WorkspaceError):
    """A requirement cannot be joined with its sources."""


class ConflictingPython(WorkspaceError):
    """No Python version satisfies all members."""

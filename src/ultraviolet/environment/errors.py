"""Failures around environments that a caller can tell apart."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError


class EnvironmentExists(UltravioletError):
    """Something is in the place of the new environment, and nobody said what to do with it."""

    def __init__(self, kind: str, shown: str, path: str) -> None:
        super().__init__(
            f"A {kind} already exists at: {shown}",
            hints=(f"Use the `--clear` flag or set `UV_VENV_CLEAR=1` to replace the existing {kind}",),
        )
        self.kind = kind
        """``virtual environment`` or ``directory``."""
        self.path = path


class ClearRefused(UltravioletError):
    """``--clear`` was given for a directory that is no environment."""

    def __init__(self, path: str) -> None:
        super().__init__(
            "uv will not clear a directory that is not a virtual environment",
            hints=("Use the `--force` flag to remove the existing directory anyway",),
        )
        self.path = path


class CreationError(UltravioletError):
    """An environment cannot be made at the place or from the interpreter given."""


class InvalidEnvironment(UltravioletError):
    """A path is not an environment."""

    def __init__(self, shown: str, reason: str, *, kind: str) -> None:
        super().__init__(f"Invalid environment at `{shown}`: {reason}")
        self.reason = reason
        self.kind = kind
        """``not-directory``, ``empty`` or ``missing-executable``."""


class ExternallyManaged(UltravioletError):
    """The operating system's package manager owns the interpreter (PEP 668)."""


class UnreadableMetadata(UltravioletError):
    """An entry of site-packages looks like an installed distribution but cannot be read as one."""

    def __init__(self, path: str) -> None:
        super().__init__(f"Failed to read metadata from: `{path}`")
        self.path = path


class UnusableProjectEnvironment(UltravioletError):
    """The project's environment can neither be used nor replaced."""

    def __init__(self, message: str, *, is_replaceable: bool = False) -> None:
        super().__init__(message)
        self.is_replaceable = is_replaceable
        """Whether only what else lies in the directory keeps it from being replaced."""

"""Failures while installing or removing a distribution."""

from __future__ import annotations

from ultraviolet.distributions.dist import CachedWheel
from ultraviolet.errors import UltravioletError


class InvalidWheel(UltravioletError):
    """A wheel does not follow the specification."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The wheel is invalid: {reason}")
        self.reason = reason


class MismatchedWheel(UltravioletError):
    """The metadata inside a wheel names another package or version than its file name."""

    def __init__(self, kind: str, inside: str, filename: str) -> None:
        super().__init__(
            f"Wheel {kind} does not match filename ({inside} != {filename}), which indicates a malformed wheel. "
            "If this is intentional, set `UV_SKIP_WHEEL_FILENAME_CHECK=1`."
        )


class ReservedScriptName(UltravioletError):
    """A wheel wants to put a script where the interpreter is."""

    def __init__(self, reserved: str, declared: str) -> None:
        super().__init__(f"Scripts must not use the reserved name `{reserved}`, got: `{declared}`")
        self.reserved = reserved
        self.declared = declared


class InstallFailed(UltravioletError):
    """One wheel could not be installed; the cause says why."""


class DamagedWheel(InstallFailed):
    """A file of an unpacked wheel is gone from the cache."""

    def __init__(self, message: str, wheel: CachedWheel) -> None:
        super().__init__(message)
        self.wheel = wheel


class MissingRecord(UltravioletError):
    """An installed distribution has no list of its files."""

    def __init__(self, path: str, file: str) -> None:
        super().__init__(f"Cannot uninstall package; `{file}` file not found at: {path}")
        self.path = path
        self.file = file
        """``RECORD`` or ``top_level.txt``."""


class CannotUninstall(UltravioletError):
    """An installed distribution does not say enough to be removed safely."""


class IncompatibleWheel(UltravioletError):
    """A wheel given by URL or path does not run here."""


class BytecodeError(UltravioletError):
    """Compiling could not be carried out."""


class BytecodeTimeout(BytecodeError):
    """Compiling one file took too long."""

    def __init__(self, seconds: float, path: str) -> None:
        super().__init__(f"Bytecode timed out ({seconds:g}s) compiling file: `{path}`")
        self.path = path

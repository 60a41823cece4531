"""Failures of the build backend."""

from __future__ import annotations

import os

from ultraviolet.errors import UltravioletError


class BackendError(UltravioletError):
    """The project cannot be built as it stands."""


def invalid(reason: str) -> BackendError:
    """Return the error for project metadata that breaks a rule."""
    error = BackendError("Invalid project metadata")
    error.__cause__ = BackendError(reason)
    return error


def os_reason(error: OSError) -> str:
    """Return what the system said."""
    return f"{error.strerror} (os error {error.errno})"


def shown(path: str, cwd: str) -> str:
    """Return a path for a message: relative when it lies inside the current directory."""
    if path == cwd:
        return "."
    inside = cwd.rstrip(os.sep) + os.sep
    return path[len(inside) :] if cwd and path.startswith(inside) else path

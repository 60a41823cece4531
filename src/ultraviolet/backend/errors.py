"""Failures of the build backend."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError


class BackendError(UltravioletError):
    """The project cannot be built as it stands."""

"""Failures of the cache."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError


class CacheError(UltravioletError):
    """The cache directory cannot be made, read or removed."""

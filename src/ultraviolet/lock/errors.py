"""Failures of reading, building and using a lockfile."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError


class LockError(UltravioletError):
    """A lockfile is inconsistent, or cannot be used for what was asked."""


class LockParseError(LockError):
    """The text of a lockfile cannot be read; the cause says where and why."""


class UnsupportedLockVersion(LockError):
    """The lockfile was written under another schema version."""

    def __init__(self, message: str, *, version: int) -> None:
        super().__init__(message)
        self.version = version

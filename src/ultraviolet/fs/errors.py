"""Failures of the file system that a caller can tell apart."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError


class LockTimeoutError(UltravioletError):
    """Another process kept a lock for longer than we were told to wait."""

    def __init__(self, *, resource: str, path: str, timeout: float) -> None:
        super().__init__(
            f"Timeout ({int(timeout)}s) when waiting for lock on `{resource}` at `{path}`, "
            "is another uv process running? You can set `UV_LOCK_TIMEOUT` to increase the timeout."
        )
        self.resource = resource
        self.path = path
        self.timeout = timeout


class LockError(UltravioletError):
    """The operating system refused to lock a file."""

    def __init__(self, *, resource: str, path: str) -> None:
        super().__init__(f"Could not acquire lock for `{resource}` at `{path}`")
        self.resource = resource
        self.path = path


class ArchiveError(UltravioletError):
    """An archive is malformed, unsafe, or of a kind that cannot be read."""

"""Failures of the file system that a caller can tell apart."""

from __future__ import annotations

import os

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


class FileFailure(UltravioletError):
    """Something could not be done with a file, for the reason the operating system gave."""


def named(error: OSError) -> FileFailure | OSError:
    """Return an error that says which file it is about, and why; the error itself when it is about none."""
    import errno

    path = error.filename2 if error.filename2 is not None else error.filename
    if path is None or error.errno is None:
        return error
    shown = os.fsdecode(path) if isinstance(path, (str, bytes)) else str(path)
    writing = error.errno in {errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EFBIG, errno.EISDIR, errno.EEXIST}
    verb = "write to" if writing else "open"
    return FileFailure(f"failed to {verb} file `{shown}`: {error.strerror} (os error {error.errno})")


class ArchiveError(UltravioletError):
    """An archive is malformed, unsafe, or of a kind that cannot be read."""

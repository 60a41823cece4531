"""Locks between processes, on files.

``flock`` on POSIX and the ``filelock`` library on Windows. A lock belongs to the open file, so it vanishes with the
process, and two :class:`FileLock` objects of one process exclude each other too. Windows byte locks know no shared mode:
there a shared lock is not taken at all, so that commands may still run side by side.
"""

from __future__ import annotations

import errno
import os
import time

from ultraviolet.fs.errors import LockError, LockTimeoutError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any, Literal, Self

    LockMode = Literal["shared", "exclusive"]

DEFAULT_TIMEOUT = 300.0
"""Seconds to wait for a lock (``UV_LOCK_TIMEOUT``)."""


class FileLock:
    """A lock on ``path``, taken on entering the context and given back on leaving it.

    The file is created when missing, open to all users, and left behind: removing a lock file that somebody waits for
    would let two processes hold "the" lock. ``on_wait`` is called once when the lock is busy.
    """

    __slots__ = ("_descriptor", "_windows", "mode", "on_wait", "path", "resource", "timeout")

    def __init__(
        self,
        path: str,
        *,
        resource: str | None = None,
        mode: LockMode = "exclusive",
        timeout: float = DEFAULT_TIMEOUT,
        on_wait: Callable[[], None] | None = None,
    ) -> None:
        self.path = path
        self.resource = resource if resource is not None else path
        self.mode: LockMode = mode
        self.timeout = timeout
        self.on_wait = on_wait
        self._descriptor = -1
        self._windows: Any = None

    def acquire(self) -> Self:
        """Take the lock, waiting up to ``timeout`` seconds.

        :raises LockTimeoutError: it stayed busy.
        :raises LockError: the file system does not support locks.
        """
        if self.try_acquire():
            return self
        if self.on_wait is not None:
            self.on_wait()
        deadline = time.monotonic() + self.timeout
        delay = 0.001
        while not self.try_acquire():
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise LockTimeoutError(resource=self.resource, path=self.path, timeout=self.timeout)
            time.sleep(min(delay, remaining))
            delay = min(delay * 1.5, 0.05)
        return self

    def try_acquire(self) -> bool:
        """Take the lock if it is free; return whether it was."""
        if self.is_held:
            raise RuntimeError(f"lock on `{self.path}` is held already")
        if os.name == "nt":
            return self._try_acquire_windows()
        return self._try_acquire_posix()

    def _try_acquire_posix(self) -> bool:
        import fcntl

        descriptor = _open_lock_file(self.path)
        operation = (fcntl.LOCK_EX if self.mode == "exclusive" else fcntl.LOCK_SH) | fcntl.LOCK_NB
        try:
            fcntl.flock(descriptor, operation)
        except (BlockingIOError, InterruptedError):
            os.close(descriptor)
            return False
        except OSError as error:
            os.close(descriptor)
            raise LockError(resource=self.resource, path=self.path) from error
        self._descriptor = descriptor
        return True

    def _try_acquire_windows(self) -> bool:
        import filelock

        if self.mode == "shared":
            return True
        os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
        lock = filelock.FileLock(self.path, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            return False
        except OSError as error:
            raise LockError(resource=self.resource, path=self.path) from error
        self._windows = lock
        return True

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor >= 0 or self._windows is not None

    @property
    def is_current(self) -> bool:
        """Whether the file that is locked is still the one at ``path``: somebody may have removed it meanwhile."""
        if self._descriptor < 0:
            return True
        held = os.fstat(self._descriptor)
        try:
            found = os.stat(self.path)
        except OSError:
            return False
        return (held.st_ino, held.st_dev) == (found.st_ino, found.st_dev)

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        if self._windows is not None:
            self._windows.release()
            self._windows = None

    def __enter__(self) -> Self:
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _open_lock_file(path: str) -> int:
    flags = os.O_RDWR | getattr(os, "O_CLOEXEC", 0)
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        pass
    except OSError as error:
        if not isinstance(error, PermissionError) and error.errno != errno.EROFS:
            raise
        # Another user's lock file on a shared cache, or a read-only file system: reading is enough to lock it.
        return os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    try:
        descriptor = os.open(path, flags | os.O_CREAT, 0o666)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        descriptor = os.open(path, flags | os.O_CREAT, 0o666)
    try:
        os.fchmod(descriptor, 0o666)  # the umask must not shut other users out
    except OSError:
        pass
    return descriptor

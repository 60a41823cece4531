"""A value that another thread will deliver.

``concurrent.futures`` does the same and costs as much to import as a warm command may take in all.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Future(Generic[Value]):
    """A value or an error to come. Any thread may wait; exactly one delivers."""

    __slots__ = ("_callbacks", "_error", "_gate", "_latch", "_value", "done")

    def __init__(self) -> None:
        self.done = False
        self._value: Value | None = None
        self._error: BaseException | None = None
        self._callbacks: list[Callable[[Future[Value]], None]] = []
        self._gate = allocate_lock()
        """Guards ``done`` and ``_callbacks``."""
        self._latch = allocate_lock()
        """Held until there is a result, so that waiting is taking it."""
        self._latch.acquire()

    def set_result(self, value: Value) -> None:
        """Deliver the value."""
        self._value = value
        self._finish()

    def set_error(self, error: BaseException) -> None:
        """Deliver a failure, which every :meth:`result` raises."""
        self._error = error
        self._finish()

    def _finish(self) -> None:
        with self._gate:
            if self.done:
                return
            self.done = True
            callbacks, self._callbacks = self._callbacks, []
        self._latch.release()
        for callback in callbacks:
            callback(self)

    @property
    def failed(self) -> bool:
        """Whether a failure was delivered."""
        return self._error is not None

    def on_done(self, callback: Callable[[Future[Value]], None]) -> None:
        """Call ``callback`` with this future when it is done: by the delivering thread, or at once."""
        with self._gate:
            if not self.done:
                self._callbacks.append(callback)
                return
        callback(self)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until there is a result; return whether there is one."""
        if self.done:
            return True
        if not self._latch.acquire(timeout=-1 if timeout is None else timeout):
            return False
        self._latch.release()
        return True

    def result(self, timeout: float | None = None) -> Value:
        """Wait for the value and return it, or raise the error delivered in its place.

        :raises TimeoutError: neither came in time.
        """
        if not self.wait(timeout):
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]  # delivered, hence of the type

"""A bounded pool of threads for work that must not wait for other work: unpacking and hashing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Condition, Thread
from typing import TypeVar

from ultraviolet.http.futures import Future

Value = TypeVar("Value")


class WorkPool:
    """Runs functions on up to ``size`` threads, first come, first served."""

    __slots__ = ("_closed", "_idle", "_queue", "_size", "_started", "_wake")

    def __init__(self, size: int) -> None:
        self._size = size
        self._queue: deque[Callable[[], None]] = deque()
        self._wake = Condition()
        """Guards everything below."""
        self._idle = 0
        self._started = 0
        self._closed = False

    def submit(self, function: Callable[..., Value], *arguments: object) -> Future[Value]:
        """Run ``function(*arguments)`` on a thread of the pool; the future delivers what it returns or raises."""
        future: Future[Value] = Future()

        def run() -> None:
            try:
                value = function(*arguments)
            except BaseException as error:  # noqa: BLE001 - delivered to whoever waits
                future.set_error(error)
            else:
                future.set_result(value)

        with self._wake:
            self._queue.append(run)
            if self._idle:
                self._wake.notify()
            elif self._started < self._size:
                self._started += 1
                Thread(target=self._work, daemon=True).start()
        return future

    def close(self) -> None:
        """Drop what was not begun and let the threads end."""
        with self._wake:
            self._closed = True
            self._queue.clear()
            self._wake.notify_all()

    def _work(self) -> None:
        while True:
            with self._wake:
                while not self._queue:
                    if self._closed:
                        return
                    self._idle += 1
                    self._wake.wait()
                    self._idle -= 1
                run = self._queue.popleft()
            run()

"""Turns: how many hooks run side by side, and the end of those that nobody waits for any more."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock, Semaphore, get_ident

from ultraviolet.build.errors import HookEnded


class HookTurns:
    """Hooks take turns, not builds: a build may wait for another one between its hooks, but never inside one.

    A context manager that is entered for each hook, by the thread that runs it.
    """

    __slots__ = ("_ended", "_free", "_gate", "_running")

    def __init__(self, size: int) -> None:
        """Make them.

        :param size: how many hooks run at a time (``UV_CONCURRENT_BUILDS``).
        """
        self._free = Semaphore(size)
        self._gate = Lock()
        """Guards what follows."""
        self._running: dict[int, Callable[[], None]] = {}
        """How to kill the hook that a thread runs."""
        self._ended: set[int] = set()

    def __enter__(self) -> None:
        self.check()
        self._free.acquire()
        try:
            self.check()
        except HookEnded:
            self._free.release()
            raise

    def __exit__(self, *_: object) -> None:
        with self._gate:
            self._running.pop(get_ident(), None)
        self._free.release()

    def begun(self, kill: Callable[[], None]) -> None:
        """Tell how to kill the hook that the calling thread has begun."""
        thread = get_ident()
        with self._gate:
            self._running[thread] = kill
            if thread not in self._ended:
                return
        kill()

    def check(self) -> None:
        """Do nothing, unless the calling thread was ended.

        :raises HookEnded: it was.
        """
        if self.is_ended():
            raise HookEnded("The build is not needed any more")

    def is_ended(self) -> bool:
        """Whether the calling thread was ended."""
        return bool(self._ended) and get_ident() in self._ended

    def end(self, threads: Iterable[int]) -> None:
        """Kill the hooks of threads, and let them begin no others."""
        with self._gate:
            self._ended.update(threads)
            kills = [kill for thread, kill in self._running.items() if thread in self._ended]
        for kill in kills:
            kill()

    def forgive(self) -> None:
        """Let the calling thread, which is about to do something else, begin hooks again."""
        with self._gate:
            self._ended.discard(get_ident())

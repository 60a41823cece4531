"""Work that is begun before it is asked for, and may never be."""

from __future__ import annotations

from collections.abc import Callable
from threading import Condition, get_ident

from ultraviolet.build.turns import HookTurns
from ultraviolet.prepare.pool import WorkPool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

_SECONDS_TO_TIDY = 5.0
"""How long builds that are ended may take to remove what they made."""


class Ahead:
    """A few threads on which sources are fetched and built for their metadata, until that is ended."""

    __slots__ = ("_active", "_begun", "_changed", "_occupied", "_pool", "_round", "_turns")

    def __init__(self, size: int, turns: HookTurns) -> None:
        self._pool = WorkPool(size)
        self._turns = turns
        self._changed = Condition()
        """Guards what follows."""
        self._begun = False
        self._round = 0
        """What was begun in an earlier round is not wanted."""
        self._active: set[int] = set()
        """Threads at work."""
        self._occupied: set[int] = set()
        """Those of them that have something to remove."""

    def begin(self, function: Callable[..., object], *arguments: object) -> None:
        """Have ``function(*arguments)`` called; what it returns or raises is dropped, so it should keep that itself."""
        with self._changed:
            self._begun = True
        self._pool.submit(self._work, self._round, function, arguments)

    def _work(self, number: int, function: Callable[..., object], arguments: tuple[object, ...]) -> None:
        thread = get_ident()
        with self._changed:
            if number != self._round:
                return
            self._active.add(thread)
        try:
            function(*arguments)
        finally:
            with self._changed:
                self._active.discard(thread)
                self._turns.forgive()
                self._changed.notify_all()

    def occupied(self) -> Occupied:
        """Return a context in which the calling thread has something on the disk that it will remove."""
        return Occupied(self)

    def end(self) -> None:
        """End what is under way and forget what was not begun; returns when nothing is left lying about."""
        with self._changed:
            if not self._begun:
                return
            self._begun = False
            self._round += 1
            threads = frozenset(self._active)
        self._turns.end(threads)
        with self._changed:
            tidying = self._occupied & threads
            self._changed.wait_for(lambda: not self._active & tidying, _SECONDS_TO_TIDY)

    def close(self) -> None:
        """End everything, and the threads."""
        self.end()
        self._pool.close()

    def enter(self) -> None:
        """Note that the calling thread has something to remove.

        :raises HookEnded: it was ended, and should not begin.
        """
        with self._changed:
            self._turns.check()
            if get_ident() in self._active:
                self._occupied.add(get_ident())

    def leave(self) -> None:
        """Note that it has removed it."""
        with self._changed:
            self._occupied.discard(get_ident())


class Occupied:
    """See :meth:`Ahead.occupied`. Not for use inside another one of the same thread."""

    __slots__ = ("_ahead",)

    def __init__(self, ahead: Ahead) -> None:
        self._ahead = ahead

    def __enter__(self) -> None:
        self._ahead.enter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ahead.leave()

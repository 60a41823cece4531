"""Which thread waits for which: builds that wait for each other are refused instead of waited for."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock, get_ident

from ultraviolet.build.errors import CyclicBuild

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Waits:
    """Things that threads own, and wait for until their owners let go.

    The stack of builds in progress shows a circle within one thread; this shows one that leads over several.
    """

    __slots__ = ("_gate", "_owners", "_waiting")

    def __init__(self) -> None:
        self._gate = Lock()
        """Guards what follows."""
        self._owners: dict[Hashable, int] = {}
        self._waiting: dict[int, tuple[Hashable, ...]] = {}

    def own(self, thing: Hashable) -> None:
        """Note that the calling thread owns something that others may wait for."""
        with self._gate:
            self._owners[thing] = get_ident()

    def disown(self, thing: Hashable) -> None:
        """Note that nobody owns it now."""
        with self._gate:
            self._owners.pop(thing, None)

    def waiting(self, things: Iterable[Hashable], label: str) -> Waiting:
        """Return a context in which the calling thread waits for all of some things; ``label`` names the build in the error."""
        return Waiting(self, tuple(things), label)

    def begin(self, things: tuple[Hashable, ...], label: str) -> None:
        """Note that the calling thread waits.

        :raises CyclicBuild: one of the owners waits for this thread, maybe over others.
        """
        me = get_ident()
        with self._gate:
            if self._leads_to(me, things):
                raise CyclicBuild(f"Cyclic build dependency detected for `{label}`")
            self._waiting[me] = things

    def finish(self) -> None:
        """Note that the calling thread waits no more."""
        with self._gate:
            self._waiting.pop(get_ident(), None)

    def _leads_to(self, me: int, things: Iterable[Hashable]) -> bool:
        seen: set[int] = set()
        queue = list(things)
        while queue:
            owner = self._owners.get(queue.pop())
            if owner == me:
                return True
            if owner is not None and owner not in seen:
                seen.add(owner)
                queue += self._waiting.get(owner, ())
        return False


class Waiting:
    """See :meth:`Waits.waiting`."""

    __slots__ = ("_label", "_things", "_waits")

    def __init__(self, waits: Waits, things: tuple[Hashable, ...], label: str) -> None:
        self._waits = waits
        self._things = things
        self._label = label

    def __enter__(self) -> None:
        self._waits.begin(self._things, self._label)

    def __exit__(self, *_: object) -> None:
        self._waits.finish()

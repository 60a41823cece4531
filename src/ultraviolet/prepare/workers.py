"""The threads of one command that fetch, unpack and build, and what keeps them out of each other's way."""

from __future__ import annotations

from ultraviolet.build.turns import HookTurns
from ultraviolet.prepare.ahead import Ahead
from ultraviolet.prepare.pool import WorkPool
from ultraviolet.prepare.waits import Waits

_FETCHES_AHEAD = 6
"""How many threads work ahead beside those that keep the hooks busy: they fetch and unpack, and set builds up."""


class Workers:
    """Made when there is something to do that the cache does not know."""

    __slots__ = ("ahead", "pool", "turns", "waits")

    def __init__(self, *, builds: int, installs: int) -> None:
        """Make them.

        :param builds: how many hooks of backends run at a time.
        :param installs: how many threads unpack.
        """
        self.pool = WorkPool(installs)
        self.turns = HookTurns(builds)
        self.ahead = Ahead(builds + _FETCHES_AHEAD, self.turns)
        self.waits = Waits()

    def close(self) -> None:
        """End the threads, and what they do."""
        self.ahead.close()
        self.pool.close()

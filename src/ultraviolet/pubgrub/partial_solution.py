"""The partial solution: what was decided and derived so far, in order, with the means to take it back.

Assignments are kept per package, oldest first, each with everything that holds up to it. Backtracking pops a trail of
packages, so it costs what it undoes. Level 0 holds what is true of any solution; every decision opens a level.
"""

# ruff: noqa: SLF001 - a copy is made by its own class

from __future__ import annotations

from _heapq import heappop, heappush  # all of `heapq` takes longer to import
from collections.abc import Callable
from typing import Any

from ultraviolet.pubgrub.incompatibility import Incompatibility
from ultraviolet.pubgrub.terms import SATISFIED, UNASSIGNED, TermStore

Derivation = tuple[int, int, int, int]
"""(Position in the order of all assignments, decision level, number of the incompatibility, accumulated term)."""
Decision = tuple[int, int, Any, int]
"""(Position in the order of all assignments, decision level, version, term)."""


class PartialSolution:
    """The assignments of one search."""

    __slots__ = (
        "_changed",
        "_clock",
        "_heap",
        "_level_starts",
        "_picked",
        "_queue",
        "_trail",
        "assigned",
        "backtracked",
        "decisions",
        "derivations",
        "level",
        "store",
    )

    def __init__(self, store: TermStore) -> None:
        self.store = store
        self.level = 0
        """How many decisions stand."""
        self.assigned: list[int] = []
        """By package: the term that everything assigned to it amounts to."""
        self.derivations: list[list[Derivation]] = []
        self.decisions: dict[int, Decision] = {}
        """In the order they were made."""
        self.backtracked = False
        """Whether any decision was ever taken back, here or before the search was forked."""
        self._clock = 0
        self._trail: list[int] = []
        self._level_starts: list[int] = [0]
        self._changed: dict[int, None] = {}
        self._queue: dict[int, int] = {}
        self._heap: list[tuple[int, int]] = []
        self._picked = -1

    def copy(self) -> PartialSolution:
        """Return an independent copy."""
        other = PartialSolution.__new__(PartialSolution)
        other.store = self.store
        other.level = self.level
        other.assigned = self.assigned.copy()
        other.derivations = [entries.copy() for entries in self.derivations]
        other.decisions = self.decisions.copy()
        other.backtracked = self.backtracked
        other._clock = self._clock
        other._trail = self._trail.copy()
        other._level_starts = self._level_starts.copy()
        other._changed = self._changed.copy()
        other._queue = self._queue.copy()
        other._heap = self._heap.copy()
        other._picked = self._picked
        return other

    def grow(self, packages: int) -> None:
        """Make room for packages that were numbered meanwhile."""
        missing = packages - len(self.assigned)
        if missing > 0:
            self.assigned += [UNASSIGNED] * missing
            self.derivations += [[] for _ in range(missing)]

    def derive(self, package: int, cause: int, incompatibility: Incompatibility) -> None:
        """Assign the negation of what an incompatibility says of a package."""
        term = incompatibility.term(package) ^ 1
        known = self.assigned[package]
        if known != UNASSIGNED:
            term = self.store.intersection(known, term)
        self.assigned[package] = term
        self.derivations[package].append((self._clock, self.level, cause, term))
        self._clock += 1
        self._trail.append(package)
        if not term & 1:
            self._changed[package] = None

    def decide(self, package: int, version: Any, term: int) -> None:
        """Open a level with a decision; `term` is the positive term of the version alone."""
        self._level_starts.append(len(self._trail))
        self.level += 1
        self.decisions[package] = (self._clock, self.level, version, term)
        self._clock += 1
        self.assigned[package] = term
        self._trail.append(package)

    def backtrack(self, level: int) -> None:
        """Take back every assignment made above a level."""
        trail, derivations, decisions, assigned = self._trail, self.derivations, self.decisions, self.assigned
        changed = self._changed
        start = self._level_starts[level + 1] if level < self.level else len(trail)
        for package in reversed(trail[start:]):
            entries = derivations[package]
            decision = decisions.get(package)
            if decision is not None and decision[1] > level:
                del decisions[package]
            else:
                entries.pop()
            assigned[package] = entries[-1][3] if entries else UNASSIGNED
            changed[package] = None
        del trail[start:]
        del self._level_starts[level + 1 :]
        self.level = level
        self.backtracked = True
        if self._picked >= 0:
            changed[self._picked] = None

    def level_before(self, package: int) -> int | None:
        """Return the level that backtracking to undoes the decision on a package; None when it is undecided."""
        decision = self.decisions.get(package)
        return None if decision is None else decision[1] - 1

    def pick(self, priority_of: Callable[[int], int]) -> int:
        """Take the undecided package of the highest priority out of the queue; -1 when there is none.

        Priorities must be unique; they are asked for anew only for packages whose assignment changed.
        """
        assigned, decisions, queue, heap = self.assigned, self.decisions, self._queue, self._heap
        for package in self._changed:
            term = assigned[package]
            if term < 0 or term & 1 or package in decisions:
                queue.pop(package, None)
                continue
            priority = priority_of(package)
            if queue.get(package) != priority:
                queue[package] = priority
                heappush(heap, (-priority, package))
        self._changed.clear()
        while heap:
            negated, package = heappop(heap)
            if queue.get(package) == -negated:
                del queue[package]
                term = assigned[package]
                if term >= 0 and not term & 1 and package not in decisions:
                    self._picked = package
                    return package
        return -1

    def pending(self) -> list[int]:
        """Return the undecided packages whose priority is up to date or in need of update."""
        assigned, decisions = self.assigned, self.decisions
        return [
            package
            for package in self._changed
            if (term := assigned[package]) >= 0 and not term & 1 and package not in decisions
        ]

    def is_undecided(self, package: int) -> bool:
        """Whether a version of a package is wanted and not chosen."""
        term = self.assigned[package] if package < len(self.assigned) else -1
        return term >= 0 and not term & 1 and package not in self.decisions

    def satisfier(self, package: int, term: int) -> tuple[int, int, int]:
        """Find the earliest assignment after which a term about a package holds.

        :returns: its position, its level, and its cause (-1 for a decision).
        """
        store = self.store
        row = store.rows[term]
        entries = self.derivations[package]
        low, high = 0, len(entries)
        while low < high:
            middle = (low + high) // 2
            accumulated = entries[middle][3]
            relation = row.get(accumulated)
            if relation is None:
                relation = store.relate(term, accumulated)
            if relation == SATISFIED:
                high = middle
            else:
                low = middle + 1
        if low < len(entries):
            position, level, cause, _ = entries[low]
            return position, level, cause
        decision = self.decisions[package]
        return decision[0], decision[1], -1

    def unchanging_term(self, package: int) -> int:
        """Return what is known of a package whatever will be taken back later (up to the first decision)."""
        term = UNASSIGNED
        for _, level, _, accumulated in self.derivations[package]:
            if level > 1:
                break
            term = accumulated
        return term

"""Terms: statements that a package must, or must not, be selected within a set of versions.

A term is one integer. Every distinct set of versions is numbered once, and a term is twice that number, plus one when
it is negative. (Equal sets that are written differently get numbers of their own, so that messages keep the words that
were used; `TermStore.same` tells which are equal.) So terms are compared, negated and stored for nothing, and the algebra on sets runs once for each pair
of terms: its results are remembered for the whole resolution, across all of its forks.

A positive term demands that a version be selected; a negative one is also content with no version at all. Hence
``positive(empty)`` is never true and ``negative(empty)`` always is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Final, Protocol, TypeVar

V_contra = TypeVar("V_contra", contravariant=True)

NEVER: Final = 0
"""The positive term of the empty set."""
ANY: Final = 1
"""The negative term of the empty set."""
UNASSIGNED: Final = -1
"""Stands for "nothing is known of this package" where an assigned term is expected."""

INCONCLUSIVE: Final = 0
SATISFIED: Final = 1
CONTRADICTED: Final = 2


class VersionSet(Hashable, Protocol[V_contra]):
    """An immutable set of versions; equal sets must be equal and hash alike."""

    def contains(self, version: V_contra, /) -> bool:
        """Whether the version is a member."""

    def intersection(self, other: Any, /) -> Any:
        """Return the versions in both sets."""

    def union(self, other: Any, /) -> Any:
        """Return the versions in either set."""

    def complement(self) -> Any:
        """Return the versions not in this set."""

    def is_disjoint(self, other: Any, /) -> bool:
        """Whether no version is in both sets."""

    def is_subset(self, other: Any, /) -> bool:
        """Whether every version of this set is in the other."""


class TermStore:
    """Numbers sets of versions and remembers how terms relate.

    ``rows[term]`` maps an assigned term to the relation that it has to the term; a row is filled on demand by
    `relate`, and the solver's inner loop reads it directly.
    """

    __slots__ = ("_complements", "_equal", "_intersections", "_numbers", "_spelling", "rows", "same", "sets")

    def __init__(self, empty: VersionSet[Any], spelling: Callable[[Any], Hashable] = lambda versions: versions) -> None:
        """Make a store; `spelling` tells apart sets that are equal but written differently."""
        self.sets: list[VersionSet[Any]] = []
        """The sets by number; the empty set is number 0, however it is written."""
        self.same: list[int] = []
        """By number: the least number of an equal set."""
        self.rows: list[dict[int, int]] = []
        self._spelling = spelling
        self._numbers: dict[Hashable, int] = {}
        self._equal: dict[VersionSet[Any], int] = {}
        self._intersections: list[dict[int, int]] = []
        self._complements: dict[int, VersionSet[Any]] = {}
        self.number(empty)

    def number(self, versions: VersionSet[Any]) -> int:
        """Return the number of a set."""
        spelling = self._spelling(versions)
        number = self._numbers.get(spelling)
        if number is None:
            number = len(self.sets)
            same = self._equal.setdefault(versions, number)
            if not same and number:
                number = 0
            else:
                self.sets.append(versions)
                self.same.append(same)
                self.rows += ({UNASSIGNED: INCONCLUSIVE}, {UNASSIGNED: INCONCLUSIVE})
                self._intersections += ({}, {})
            self._numbers[spelling] = number
        return number

    def positive(self, versions: VersionSet[Any]) -> int:
        """Return the term "selected, and within this set"."""
        return self.number(versions) << 1

    def negative(self, versions: VersionSet[Any]) -> int:
        """Return the term "not selected within this set"."""
        return self.number(versions) << 1 | 1

    def versions(self, term: int) -> Any:
        """Return the set that a term speaks of."""
        return self.sets[term >> 1]

    def intersection(self, first: int, second: int) -> int:
        """Return the term that holds exactly when both do.

        Where the sets agree but are written differently, the order decides whose words are kept.
        """
        row = self._intersections[first]
        result = row.get(second)
        if result is None:
            result = row[second] = self._intersect(first, second)
        return result

    def union(self, first: int, second: int) -> int:
        """Return the term that holds exactly when at least one does."""
        return self.intersection(first ^ 1, second ^ 1) ^ 1

    def relate(self, term: int, assigned: int) -> int:
        """Return what an assigned term means for another: satisfied, contradicted or inconclusive.

        An empty assignment satisfies before it contradicts.
        """
        row = self.rows[term]
        relation = row.get(assigned)
        if relation is None:
            relation = row[assigned] = self._relate(term, assigned)
        return relation

    def holds_in(self, term: int, version: Any) -> bool:
        """Whether the term is true when this version is selected."""
        return self.sets[term >> 1].contains(version) is not bool(term & 1)

    def _complement(self, number: int) -> VersionSet[Any]:
        versions = self._complements.get(number)
        if versions is None:
            versions = self._complements[number] = self.sets[number].complement()
        return versions

    def _intersect(self, first: int, second: int) -> int:
        if first == second:
            return first
        left, right = self.sets[first >> 1], self.sets[second >> 1]
        if first & 1:
            if second & 1:
                return self.number(left.union(right)) << 1 | 1
            return self.number(self._complement(first >> 1).intersection(right)) << 1
        if second & 1:
            return self.number(self._complement(second >> 1).intersection(left)) << 1
        return self.number(left.intersection(right)) << 1

    def _relate(self, term: int, assigned: int) -> int:
        versions, known = self.sets[term >> 1], self.sets[assigned >> 1]
        if not term & 1:
            if assigned & 1:
                return CONTRADICTED if versions.is_subset(known) else INCONCLUSIVE
            if known.is_subset(versions):
                return SATISFIED
            return CONTRADICTED if known.is_disjoint(versions) else INCONCLUSIVE
        if assigned & 1:
            return SATISFIED if versions.is_subset(known) else INCONCLUSIVE
        if assigned == NEVER:
            return SATISFIED
        if known.is_subset(versions):
            return CONTRADICTED
        return SATISFIED if known.is_disjoint(versions) else INCONCLUSIVE

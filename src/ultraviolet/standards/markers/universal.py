"""Markers of a universal resolution: environment and conflicting extras, groups and projects in one diagram.

Conflict items are encoded as extras (:mod:`ultraviolet.standards.conflicts`), so the algebra needs nothing new.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations
from typing import Final

import msgspec

from ultraviolet.standards.conflicts import ConflictItem, Conflicts, decode_conflict_item
from ultraviolet.standards.markers import diagram
from ultraviolet.standards.markers.environment import MarkerEnvironment
from ultraviolet.standards.markers.marker import FALSE, TRUE, Marker, extra_marker, from_node
from ultraviolet.standards.markers.render import EXTRA_RANK, disjunctive, term_node
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.requires_python import RequiresPython


class UniversalMarker(msgspec.Struct, frozen=True):
    """A combined marker with its environment-only part kept beside it."""

    marker: Marker
    """The whole condition; conflict items appear as extras."""
    pep508: Marker
    """The same without extras."""

    @classmethod
    def of(cls, marker: Marker, conflict: Marker = TRUE) -> UniversalMarker:
        """Make one from an environment marker and, if there is one, a marker over encoded conflict items."""
        combined = marker & conflict
        return cls(combined, combined.without_extras())

    @property
    def is_true(self) -> bool:
        """Whether the marker always holds."""
        return self.marker.is_true

    @property
    def is_false(self) -> bool:
        """Whether the marker never holds."""
        return self.marker.is_false

    @property
    def has_conflict(self) -> bool:
        """Whether the marker depends on a conflict item."""
        return self.marker is not self.pep508

    @property
    def conflict(self) -> Marker:
        """The part about conflict items, whatever the environment is."""
        return self.marker.only_extras()

    def __and__(self, other: UniversalMarker) -> UniversalMarker:
        return UniversalMarker(self.marker & other.marker, self.pep508 & other.pep508)

    def __or__(self, other: UniversalMarker) -> UniversalMarker:
        return UniversalMarker(self.marker | other.marker, self.pep508 | other.pep508)

    def __invert__(self) -> UniversalMarker:
        return UniversalMarker.of(~self.marker)

    def is_disjoint(self, other: UniversalMarker) -> bool:
        """Whether both can never hold together."""
        return self.marker.is_disjoint(other.marker)

    def imbibe(self, knowledge: Marker) -> UniversalMarker:
        """Use what is known to hold everywhere (:func:`conflicts_marker`): the result is ``not knowledge or self``."""
        return self if knowledge.is_true else UniversalMarker.of(~knowledge | self.marker)

    def assume(self, item: ConflictItem) -> UniversalMarker:
        """Assume that a conflict item is active."""
        return UniversalMarker.of(self.marker.assume_extra(item.encoded))

    def assume_not(self, item: ConflictItem) -> UniversalMarker:
        """Assume that a conflict item is not active."""
        return UniversalMarker.of(self.marker.assume_not_extra(item.encoded))

    def unify(self, inference_sets: Iterable[Iterable[tuple[ConflictItem, bool]]]) -> UniversalMarker:
        """Use sets of inferences (item, active) if each of them alone reduces the marker to the same one."""
        reduced: Marker | None = None
        for inferences in inference_sets:
            marker = self.marker
            for item, active in inferences:
                name = item.encoded
                marker = marker.assume_extra(name) if active else marker.assume_not_extra(name)
            if reduced is None:
                reduced = marker
            elif reduced is not marker:
                return self
        return self if reduced is None else UniversalMarker.of(reduced)

    def evaluate(self, environment: MarkerEnvironment, activated: Collection[str] = ()) -> bool:
        """Whether the marker holds with these *encoded* conflict items (:func:`encode_activated`) active."""
        return self.marker.evaluate(environment, activated)

    def evaluate_only_extras(self, activated: Collection[str]) -> bool:
        """Whether the marker holds in every environment with exactly these encoded conflict items active."""
        return self.marker.evaluate_only_extras(activated)

    def conflict_in(self, environment: MarkerEnvironment) -> Marker:
        """Return the condition on conflict items that remains in one environment."""
        if self.marker.is_true:
            # As uv: the true marker has no clauses to go through.
            return FALSE
        remaining = diagram.FALSE
        for clause in disjunctive(self.marker.node):
            condition = diagram.TRUE
            for term in clause:
                node = term_node(term)
                if term[0] == EXTRA_RANK:
                    condition = diagram.conjunction(condition, node)
                elif not from_node(node).evaluate(environment):
                    break
            else:
                remaining = diagram.disjunction(remaining, condition)
        return from_node(remaining)

    def filter_rules(self) -> tuple[tuple[ConflictItem, ...], tuple[ConflictItem, ...]]:
        """Return the conflict items that the conflict part includes and excludes, in diagram order."""
        included: list[ConflictItem] = []
        excluded: list[ConflictItem] = []
        for name, required in self.conflict.visit_extras():
            (included if required else excluded).append(decode_conflict_item(name))
        return tuple(included), tuple(excluded)

    def __str__(self) -> str:
        return str(self.marker)


UNIVERSAL_TRUE: Final = UniversalMarker(TRUE, TRUE)
"""The universal marker that always holds."""
UNIVERSAL_FALSE: Final = UniversalMarker(FALSE, FALSE)
"""The universal marker that never holds."""


def conflict_item_marker(item: ConflictItem) -> Marker:
    """Return the marker that holds when a conflict item is active."""
    return extra_marker(item.encoded)


def conflicts_marker(conflicts: Conflicts) -> Marker:
    """Return what is known of all conflicts: of each set, no two items are active together."""
    marker = TRUE
    for conflict_set in conflicts.sets:
        for first, second in combinations(conflict_set.items, 2):
            marker &= ~conflict_item_marker(first) | ~conflict_item_marker(second)
    return marker


def encode_activated(items: Iterable[ConflictItem]) -> frozenset[str]:
    """Return active extras, groups and projects in the form markers ask for them."""
    return frozenset(item.encoded for item in items)


def resolve_activated(marker: Marker, known: Mapping[ConflictItem, Marker], scope: PackageName | None = None) -> Marker:
    """Replace each extra by the condition under which it is known to be active; unknown ones are inactive.

    Encoded items are looked up as such; with a ``scope``, other extras are taken as extras of that package.
    """
    if marker.node < 2:
        return marker
    encoded = {item.encoded: condition for item, condition in known.items()}
    result = diagram.FALSE
    for clause in disjunctive(marker.node):
        conjunction = diagram.TRUE
        for term in clause:
            if term[0] == EXTRA_RANK:
                condition = encoded.get(term[2])
                if condition is None and scope is not None:
                    condition = known.get(ConflictItem(scope, "extra", term[2]), FALSE)
                node = (condition or FALSE).node ^ (term[1] != "==")
            else:
                node = term_node(term)
            conjunction = diagram.conjunction(conjunction, node)
        result = diagram.disjunction(result, conjunction)
    return from_node(result)


def edge_marker(
    requires_python: RequiresPython, environment: Marker, parent: UniversalMarker, marker: UniversalMarker
) -> Marker:
    """Return the condition of a dependency as a lock holds it, without what reaching the parent already says.

    ``environment`` is the simplified union of the supported environments, or of ``requires-python``. A lockfile leaves it
    out again: it writes ``result.restrict(environment)``.
    """
    reached = requires_python.simplify(parent.pep508)
    reduced = requires_python.simplify(marker.marker).restrict(reached)
    return requires_python.simplify(reduced) & environment


def canonical_markers(markers: Iterable[UniversalMarker], requires_python: RequiresPython) -> tuple[Marker, ...]:
    """Return the markers of forks as a lockfile has them: environments alone when they tell the forks apart."""
    forks = tuple(markers)
    environments = tuple(dict.fromkeys(requires_python.simplify(fork.pep508) for fork in forks))
    if any(not first.is_disjoint(second) for first, second in combinations(environments, 2)):
        environments = tuple(requires_python.simplify(fork.marker) for fork in forks)
    return tuple(marker for marker in environments if not marker.is_true)

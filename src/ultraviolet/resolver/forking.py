"""Splitting a universal resolution over the dependencies of one version.

Names are taken in alphabetical order. Only several requirements for one name with different conditions, or a condition
that raises the least Python version, split; then declared conflicts do.
"""

from __future__ import annotations

from collections.abc import Iterable

from ultraviolet.resolver.edges import Edge
from ultraviolet.resolver.environment import ForkEnvironment
from ultraviolet.resolver.options import ForkStrategy, ResolutionMode
from ultraviolet.standards.conflicts import ConflictItem, Conflicts, ConflictSet
from ultraviolet.standards.markers import Marker
from ultraviolet.standards.names import PackageName


class Fork:
    """One part of a split: its environment and the dependencies that count in it."""

    __slots__ = ("edges", "environment", "items")

    def __init__(
        self,
        environment: ForkEnvironment,
        edges: list[Edge] | None = None,
        items: set[ConflictItem] | None = None,
    ) -> None:
        self.environment = environment
        self.edges = [] if edges is None else edges
        self.items = set() if items is None else items
        """What declared conflicts would call the dependencies."""

    def add(self, edge: Edge) -> None:
        """Add a dependency."""
        item = edge.package.item
        if item is not None:
            self.items.add(item)
        self.edges.append(edge)

    def within(self, environment: ForkEnvironment) -> Fork:
        """Return the part of this fork that lies in a narrower environment."""
        fork = Fork(environment, [], self.items.copy())
        for edge in self.edges:
            if environment.includes(edge.package.marker):
                fork.edges.append(edge)
            elif edge.package.item is not None:
                fork.items.discard(edge.package.item)
        return fork

    def filtered(self, included: Iterable[ConflictItem], excluded: Iterable[ConflictItem]) -> Fork | None:
        """Return the part of this fork with conflict items assumed active or inactive; None when there is none."""
        environment = self.environment.filtered(included, excluded)
        if environment is None:
            return None
        fork = Fork(environment, [], self.items.copy())
        for edge in self.edges:
            item = edge.package.item
            if (
                item is None
                or environment.includes_item(item)
                # Whole projects are only left out at the top; their extras and groups hang below them.
                or (item.kind == "project" and edge.parent is not None)
            ):
                fork.edges.append(edge)
            else:
                fork.items.discard(item)
        return fork

    def upper_bounds(self) -> int:
        """Count the dependencies that are limited from above."""
        count = 0
        for edge in self.edges:
            bounds = edge.versions.bounds()
            if bounds is not None and bounds[2] is not None:
                count += 1
        return count


def fork_edges(
    edges: list[Edge], environment: ForkEnvironment, conflicts: Conflicts
) -> tuple[list[Fork], list[PackageName]]:
    """Split over dependencies.

    :returns: the forks in the order they arise, and the names that caused them, sorted.
    """
    by_name: dict[PackageName, list[Edge]] = {}
    for edge in edges:
        by_name.setdefault(edge.package.name or PackageName(""), []).append(edge)
    forks = [Fork(environment)]
    diverging: set[PackageName] = set()
    for name in sorted(by_name):
        group = by_name[name]
        if _is_uniform(group, environment):
            for edge in group:
                marker = edge.package.marker
                for fork in forks:
                    if fork.environment.includes(marker):
                        fork.add(edge)
            continue
        for edge in group:
            marker = edge.package.marker
            if not environment.includes(marker):
                continue
            if marker.is_true:
                for fork in forks:
                    fork.add(edge)
                continue
            diverging.add(name)
            forks = _split(forks, edge, marker, environment.python_marker)
    for conflict_set in conflicts.sets:
        forks = _split_conflict(forks, conflict_set, conflicts, diverging)
    return forks, sorted(diverging)


def sort_forks(forks: list[Fork], strategy: ForkStrategy, resolution: ResolutionMode) -> None:
    """Order forks so that the last is to be solved first."""
    forks.sort(key=Fork.upper_bounds)
    forks.sort(
        key=lambda fork: python_order(fork.environment),
        reverse=strategy == "fewest" or resolution == "lowest",
    )


def python_order(environment: ForkEnvironment) -> tuple[object, ...]:
    """Return what orders forks by the least Python version their marker admits."""
    bounds = environment.marker.python_bounds()
    if bounds is None or bounds[0] is None:
        return (0,)
    return (1, bounds[0][0])


def _is_uniform(group: list[Edge], environment: ForkEnvironment) -> bool:
    """Whether the requirements for a name cannot diverge: one condition that leaves the least Python version alone."""
    marker = group[0].package.marker
    if len(group) > 1 and any(edge.package.marker is not marker for edge in group):
        return False
    if marker.is_true:
        return True
    bounds = marker.python_bounds()
    return bounds is None or not environment.python.target.raises(bounds)


def _split(forks: list[Fork], edge: Edge, marker: Marker, python_marker: Marker) -> list[Fork]:
    whole = marker
    out: list[Fork] = []
    for fork in forks:
        environment = fork.environment
        if not environment.includes(marker):
            out.append(fork)
            continue
        parts = []
        negated = ~marker
        if not environment.marker.is_disjoint(negated):
            parts.append(environment.narrowed(negated))
        parts.append(environment.narrowed(marker))
        marker &= ~environment.marker
        for part in parts:
            narrowed = fork.within(part)
            if part.includes(whole):
                narrowed.add(edge)
            if part.includes(python_marker):
                out.append(narrowed)
    return out


def _split_conflict(
    forks: list[Fork], conflict_set: ConflictSet, conflicts: Conflicts, diverging: set[PackageName]
) -> list[Fork]:
    items = conflict_set.items
    out: list[Fork] = []
    for fork in forks:
        concerned = next((item for item in items if item in fork.items), None)
        if concerned is None:
            out.append(fork)
            continue
        diverging.add(concerned.package)
        environment = fork.environment
        allowed = [item for item in items if environment.includes_item(item)]
        if len(allowed) < 2 and not any(_is_contested(item, conflict_set, conflicts, environment) for item in allowed):
            rest = fork.filtered((), [item for item in items if item not in allowed])
            if rest is not None:
                out.append(rest)
            continue
        none = fork.filtered((), items)
        if none is not None:
            out.append(none)
        for item in items:
            one = fork.filtered((item,), [other for other in items if other != item])
            if one is not None:
                out.append(one)
    return out


def _is_contested(
    item: ConflictItem, conflict_set: ConflictSet, conflicts: Conflicts, environment: ForkEnvironment
) -> bool:
    """Whether another set excludes an item that may still be active together with this one."""
    return any(
        other is not conflict_set
        and item in other.items
        and any(rival != item and environment.includes_item(rival) for rival in other.items)
        for other in conflicts.sets
    )

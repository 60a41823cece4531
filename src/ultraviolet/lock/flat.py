"""A lock as a flat list: each package with the condition under which the chosen projects need it.

Conditions on extras and groups that are chosen or not are resolved on the way, so that the markers speak of environments
only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from typing import Literal

import msgspec

from ultraviolet.lock._checks import find_target
from ultraviolet.lock.choices import NO_FILTER, ExtraChoice, GroupChoice, InstallFilter, Target
from ultraviolet.lock.errors import LockError
from ultraviolet.lock.forks import forks_union, lock_environment, lock_requires_python, parse_forks
from ultraviolet.lock.model import Dependency, Lock, Package, RequirementRow
from ultraviolet.standards.conflicts import ConflictItem
from ultraviolet.standards.markers import FALSE, TRUE, Marker, parse_marker
from ultraviolet.standards.markers.universal import resolve_activated
from ultraviolet.standards.names import PackageName

EdgeKind = Literal["production", "extra", "group"]
Known = dict[ConflictItem, Marker]


class FlatRequirement(msgspec.Struct, frozen=True):
    """A package that is needed under a condition."""

    package: Package
    marker: Marker
    dependents: tuple[str, ...] = ()
    """Names of the packages that depend on it, sorted."""


class _Edge(msgspec.Struct, frozen=True):
    source: int
    target: int
    kind: EdgeKind
    name: str | None
    marker: Marker
    extras: tuple[str, ...]


ROOT = 0
"""Position of the target itself among the nodes."""


def flatten(
    lock: Lock,
    target: Target,
    *,
    extras: ExtraChoice | None = None,
    groups: GroupChoice | None = None,
    prune: Collection[str] = (),
    install: InstallFilter = NO_FILTER,
) -> list[FlatRequirement]:
    """Return the packages the target needs, in the order they are reached.

    :param prune: packages to leave out together with what only they need.
    :raises LockError: a project is not locked, or several packages have its name.
    """
    graph = _Graph(lock, target, extras or ExtraChoice(), groups or GroupChoice(), frozenset(prune))
    markers = graph.reachability()
    dependents: dict[int, set[str]] = {}
    for edge in graph.edges:
        if edge.source != ROOT:
            dependents.setdefault(edge.target, set()).add(graph.nodes[edge.source].name)
    project, members = target.project_name(lock), frozenset(lock.manifest.members)
    flat: list[FlatRequirement] = []
    for position, package in graph.packages():
        marker = markers.get(position, TRUE)
        if install.includes(package, project, members) and not marker.is_false:
            flat.append(FlatRequirement(package, marker, tuple(sorted(dependents.get(position, ())))))
    return flat


class _Graph:
    """Packages and rows that may be needed in some environment."""

    def __init__(
        self, lock: Lock, target: Target, extras: ExtraChoice, groups: GroupChoice, prune: frozenset[str]
    ) -> None:
        self.lock = lock
        self.prune = prune
        self.by_name = lock.by_name()
        self.environment = lock_environment(lock)
        self.positions: dict[int, int] = {}
        self.nodes: list[Package] = [_ROOT_PACKAGE]
        self.edges: list[_Edge] = []
        self.outgoing: list[list[_Edge]] = [[]]
        self.known: Known = {}
        self.queue: deque[tuple[Package, str | None]] = deque()
        self.seen: set[tuple[int, str | None]] = set()
        self._start(target, extras, groups)
        self._start_manifest(target, groups)
        self._follow()

    def packages(self) -> Iterator[tuple[int, Package]]:
        """Yield the packages with their positions."""
        yield from list(enumerate(self.nodes))[1:]

    # Building

    def _node(self, package: Package) -> int:
        position = self.positions.get(id(package))
        if position is None:
            position = self.positions[id(package)] = len(self.nodes)
            self.nodes.append(package)
            self.outgoing.append([])
        return position

    def _edge(
        self,
        source: int,
        target: int,
        marker: Marker,
        *,
        kind: EdgeKind = "production",
        name: str | None = None,
        extras: tuple[str, ...] = (),
    ) -> None:
        edge = _Edge(source, target, kind, name, marker, extras)
        self.edges.append(edge)
        self.outgoing[source].append(edge)

    def _marker(self, row: Dependency) -> Marker:
        return parse_marker(row.marker) & self.environment if row.marker else self.environment

    def _target(self, row: Dependency) -> Package:
        target = find_target(row, self.by_name.get(row.name, []))
        if target is None:
            raise LockError(f"Could not find root package `{row.name}`")
        return target

    def _enqueue(self, package: Package, extras: tuple[str, ...]) -> None:
        for extra in (None, *extras):
            if (id(package), extra) not in self.seen:
                self.seen.add((id(package), extra))
                self.queue.append((package, extra))

    def _start(self, target: Target, extras: ExtraChoice, groups: GroupChoice) -> None:
        started = [(name, True) for name in target.roots(self.lock)]
        group_root = target.group_root(self.lock, groups)
        if group_root is not None:
            started.append((group_root.name, False))
        for name, is_root in started:
            if name in self.prune:
                continue
            found = self.by_name.get(name, [])
            if len(found) != 1:
                raise LockError(
                    f"Found multiple packages matching `{name}`" if found else f"Could not find root package `{name}`"
                )
            package = found[0]
            if is_root:
                self.known[ConflictItem(PackageName(name), "project")] = TRUE
            if is_root and groups.production:
                self._edge(ROOT, self._node(package), TRUE)
                self.queue.append((package, None))
                for extra in package.optional_dependencies:
                    if extras.contains(extra):
                        self.queue.append((package, extra))
                        self.known[ConflictItem(PackageName(name), "extra", extra)] = TRUE
            for group, rows in package.dev_dependencies.items():
                if target.includes_group(self.lock, name, group, groups):
                    for row in rows:
                        self.known[ConflictItem(PackageName(name), "group", group)] = TRUE
                        self._start_row(group, row)

    def _start_row(self, group: str, row: Dependency) -> None:
        if row.name in self.prune:
            return
        target = self._target(row)
        self._edge(ROOT, self._node(target), self._marker(row), kind="group", name=group, extras=row.extra)
        self._enqueue(target, row.extra)

    def _start_manifest(self, target: Target, groups: GroupChoice) -> None:
        manifest = self.lock.manifest
        rows = list(manifest.requirements)
        for group, items in manifest.dependency_groups.items():
            if target.includes_group(self.lock, None, group, groups):
                rows.extend(items)
        for row in rows:
            if row.name in self.prune:
                continue
            for package in self.by_name.get(row.name, []):
                marker = requirement_marker(self.lock, row, package)
                if marker is not None:
                    self._edge(ROOT, self._node(package), marker, extras=row.extras)
                    self._enqueue(package, row.extras)

    def _follow(self) -> None:
        while self.queue:
            package, extra = self.queue.popleft()
            source = self.positions[id(package)]
            rows = package.dependencies if extra is None else package.optional_dependencies.get(extra, ())
            for row in rows:
                if row.name in self.prune:
                    continue
                target = self._target(row)
                kind: EdgeKind = "production" if extra is None else "extra"
                self._edge(source, self._node(target), self._marker(row), kind=kind, name=extra, extras=row.extra)
                self._enqueue(target, row.extra)

    # Reachability

    def reachability(self) -> dict[int, Marker]:
        """Return the condition under which each node is reached.

        Beside it, each node knows the conditions under which extras and groups are active on the way to it; these replace
        the extras in its marker and in those of its rows.
        """
        incoming = {edge.target for edge in self.edges}
        queue = [position for position in range(len(self.nodes)) if position not in incoming]
        markers = dict.fromkeys(queue, TRUE)
        maps: dict[int, Known] = {}
        while queue:
            parent = queue.pop()
            scope = None if parent == ROOT else PackageName(self.nodes[parent].name)
            inherited = maps.get(parent, self.known)
            markers[parent] = _resolve(markers[parent], inherited, scope)
            # The newest edge first, as in uv's graph.
            for edge in reversed(self.outgoing[parent]):
                reached, known = self._pass(edge, markers[parent], inherited, scope)
                existing_map = maps.setdefault(edge.target, {})
                for item, condition in known.items():
                    before = existing_map.get(item)
                    existing_map[item] = condition if before is None else before | condition
                existing = markers.get(edge.target)
                combined = reached if existing is None else existing | reached
                if combined is not existing:
                    markers[edge.target] = combined
                    queue.append(edge.target)
        return markers

    def _pass(
        self, edge: _Edge, parent_marker: Marker, inherited: Known, scope: PackageName | None
    ) -> tuple[Marker, Known]:
        known = dict(inherited)
        child = PackageName(self.nodes[edge.target].name)
        for extra in edge.extras:
            known[ConflictItem(child, "extra", extra)] = parent_marker
        active = TRUE
        if edge.kind == "extra" and scope is not None:
            active = known.setdefault(ConflictItem(scope, "extra", edge.name), parent_marker)
        elif edge.kind == "group" and scope is not None:
            known[ConflictItem(scope, "group", edge.name)] = parent_marker
        marker = _resolve(edge.marker, known, scope) & active
        if not marker.is_true:
            known = {item: condition & marker for item, condition in known.items()}
        return parent_marker & marker, known


def _resolve(marker: Marker, known: Known, scope: PackageName | None) -> Marker:
    if marker.without_extras() is marker:
        return marker
    return resolve_activated(marker, known, scope)


def requirement_marker(lock: Lock, row: RequirementRow, package: Package) -> Marker | None:
    """Return the condition under which a requirement of the manifest means a package, reduced; None if it never does."""
    requires_python = lock_requires_python(lock)
    marker = parse_marker(row.marker) if row.marker else TRUE
    if package.resolution_markers:
        marker = forks_union(parse_forks(package.resolution_markers, requires_python), requires_python) & marker
    return None if marker is FALSE else requires_python.simplify(marker)


def _root_package() -> Package:
    from ultraviolet.lock.model import Source

    return Package("", None, Source("virtual", "."))


_ROOT_PACKAGE = _root_package()

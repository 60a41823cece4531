"""``uv tree``: the dependency graph of a lock as text.

The graph holds what some environment, or one, needs; it is cut to what can be reached from the members, turned round for
``--invert``, cut to the packages asked for, and then drawn depth first with repeated parts left out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from ultraviolet.lock._checks import find_target
from ultraviolet.lock.canonical import package_sort_key
from ultraviolet.lock.choices import GroupChoice
from ultraviolet.lock.errors import LockError
from ultraviolet.lock.forks import forks_union, lock_requires_python, parse_forks
from ultraviolet.lock.model import Dependency, Lock, Package, RequirementRow
from ultraviolet.lock.requirements import conflict_item
from ultraviolet.standards.conflicts import Conflicts, ConflictSet
from ultraviolet.standards.markers import TRUE, Marker, MarkerEnvironment, parse_marker
from ultraviolet.standards.markers.universal import UNIVERSAL_TRUE, UniversalMarker, conflicts_marker

EdgeKind = Literal["production", "extra", "group"]
StyleName = Literal["size", "latest", "footer"]
Style = Callable[[StyleName, str], str]
EDGE_RANK: Mapping[EdgeKind, int] = {"production": 0, "extra": 1, "group": 2}


def _plain(_: StyleName, text: str) -> str:
    return text


class TreeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What to show, and how."""

    depth: int = 255
    prune: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    """Roots instead of the members; all that others do not lead to is left out."""
    groups: GroupChoice = GroupChoice()
    no_dedupe: bool = False
    invert: bool = False
    show_sizes: bool = False
    environment: MarkerEnvironment | None = None
    """None for ``--universal``."""
    latest: Mapping[str, str] = {}
    """Newer version by ``str(package)``, for ``--outdated``."""


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """A dependency between nodes, by position; the kind tells the section it stands in."""

    source: int
    target: int
    kind: EdgeKind
    name: str | None = None
    """Of the extra or group."""
    extras: tuple[str, ...] | None = None
    """What is asked of the target; None between the root and a member."""
    marker: UniversalMarker = UNIVERSAL_TRUE


ROOT = 0
"""Position of the synthetic node above the members."""


class Graph:
    """Packages and the edges between them; position 0 is a synthetic root."""

    def __init__(self, lock: Lock, options: TreeOptions) -> None:
        self.lock = lock
        self.options = options
        self.by_name = lock.by_name()
        self.nodes: list[Package | None] = [None]
        self.outgoing: dict[int, list[Edge]] = {ROOT: []}
        self.incoming: dict[int, list[Edge]] = {ROOT: []}
        self._positions: dict[int, int] = {}
        self._queue: deque[tuple[Package, str | None]] = deque()
        self._seen: set[tuple[int, str | None]] = set()
        self.requires_python = lock_requires_python(lock)
        forks = parse_forks(lock.resolution_markers, self.requires_python)
        self._space = self.requires_python.simplify(forks_union(forks, self.requires_python))
        self._markers: dict[str, UniversalMarker] = {}
        self._verdicts: dict[str, bool] = {}
        self.is_turned = False
        self.members = self._find_members()
        self._add_members()
        self._add_manifest()
        self._follow()
        self._keep_reachable(
            [ROOT, *(self._positions[id(item)] for item in self.members if id(item) in self._positions)]
        )
        if options.invert:
            self.is_turned = True
            self.outgoing, self.incoming = self.incoming, self.outgoing
        if options.packages:
            self._keep_reachable(self.named(options.packages))

    def package(self, position: int) -> Package:
        """Return the package at a position other than that of the root."""
        package = self.nodes[position]
        if package is None:
            raise LookupError(position)
        return package

    def positions(self) -> list[int]:
        """Return the positions that are left."""
        return list(self.outgoing)

    def named(self, names: Collection[str]) -> list[int]:
        """Return the positions of packages of these names, in the order of the lock."""
        found = [position for position in self.outgoing if position != ROOT and self.package(position).name in names]
        return sorted(found, key=self.sort_key)

    def sort_key(self, position: int) -> tuple[Any, ...]:
        """Order nodes: the root, then packages as in the lock."""
        return () if position == ROOT else package_sort_key(self.package(position))

    def roots(self) -> list[int]:
        """Return the nodes to draw from."""
        if self.options.packages:
            return self.named(self.options.packages)
        if not self.options.invert:
            return [ROOT]
        return sorted((position for position in self.outgoing if not self.incoming[position]), key=self.sort_key)

    def knowledge(self) -> UniversalMarker:
        """Return what holds everywhere: that conflicting items are never active together."""
        sets = tuple(ConflictSet(tuple(map(conflict_item, rows))) for rows in self.lock.conflicts)
        return UniversalMarker.of(conflicts_marker(Conflicts(sets)))

    # Building

    def _find_members(self) -> list[Package]:
        names = set(self.lock.manifest.members)
        if names:
            return [package for package in self.lock.packages if package.name in names]
        root = self.lock.root()
        return [] if root is None else [root]

    def _node(self, package: Package) -> int:
        position = self._positions.get(id(package))
        if position is None:
            position = self._positions[id(package)] = len(self.nodes)
            self.nodes.append(package)
            self.outgoing[position] = []
            self.incoming[position] = []
        return position

    def _connect(self, edge: Edge) -> None:
        # The newest edge comes first when a node is looked at, as in uv's graph.
        self.outgoing[edge.source].insert(0, edge)
        self.incoming[edge.target].insert(0, edge)

    def _enqueue(self, package: Package, extras: Iterable[str]) -> None:
        for extra in (None, *extras):
            if (id(package), extra) not in self._seen:
                self._seen.add((id(package), extra))
                self._queue.append((package, extra))

    def _marker(self, text: str) -> UniversalMarker:
        marker = self._markers.get(text)
        if marker is None:
            simple = parse_marker(text) & self._space if text else self._space
            marker = self._markers[text] = UniversalMarker.of(self.requires_python.complexify(simple))
        return marker

    def _applies(self, row: Dependency) -> bool:
        environment = self.options.environment
        if environment is None:
            return True
        verdict = self._verdicts.get(row.marker)
        if verdict is None:
            verdict = self._verdicts[row.marker] = self._marker(row.marker).evaluate(environment)
        return verdict

    def _target(self, row: Dependency) -> Package:
        target = find_target(row, self.by_name.get(row.name, []))
        if target is None:
            raise LockError(f"Could not find root package `{row.name}`")
        return target

    def _add_members(self) -> None:
        groups = self.options.groups
        for member in self.members:
            if member.name in self.options.prune:
                continue
            position = self._node(member)
            self._connect(Edge(source=ROOT, target=position, kind="production"))
            if groups.production:
                self._enqueue(member, member.optional_dependencies)
            for group, rows in member.dev_dependencies.items():
                if groups.contains(group):
                    for row in rows:
                        self._add_row(position, row, "group", group)

    def _add_row(self, source: int, row: Dependency, kind: EdgeKind, name: str | None) -> None:
        if row.name in self.options.prune or not self._applies(row):
            return
        target = self._target(row)
        self._connect(
            Edge(
                source=source,
                target=self._node(target),
                kind=kind,
                name=name,
                extras=row.extra,
                marker=self._marker(row.marker),
            )
        )
        self._enqueue(target, row.extra)

    def _add_manifest(self) -> None:
        manifest = self.lock.manifest
        for row in manifest.requirements:
            self._add_requirement(row, "production", None)
        for group, rows in manifest.dependency_groups.items():
            if self.options.groups.contains(group):
                for row in rows:
                    self._add_requirement(row, "group", group)

    def _add_requirement(self, row: RequirementRow, kind: EdgeKind, name: str | None) -> None:
        for package in self.by_name.get(row.name, []):
            marker: Marker = parse_marker(row.marker) if row.marker else TRUE
            if package.resolution_markers:
                forks = parse_forks(package.resolution_markers, self.requires_python)
                marker = forks_union(forks, self.requires_python) & marker
            environment = self.options.environment
            if marker.is_false or (environment is not None and not marker.evaluate(environment)):
                continue
            self._connect(
                Edge(
                    source=ROOT,
                    target=self._node(package),
                    kind=kind,
                    name=name,
                    extras=row.extras,
                    marker=UniversalMarker.of(marker),
                )
            )
            self._enqueue(package, row.extras)

    def _follow(self) -> None:
        while self._queue:
            package, extra = self._queue.popleft()
            rows = package.dependencies if extra is None else package.optional_dependencies.get(extra, ())
            for row in rows:
                self._add_row(self._positions[id(package)], row, "production" if extra is None else "extra", extra)

    def _keep_reachable(self, start: Iterable[int]) -> None:
        reachable = dict.fromkeys(start)
        stack = list(reachable)
        while stack:
            for edge in self.outgoing[stack.pop()]:
                after = self.head(edge)
                if after not in reachable:
                    reachable[after] = None
                    stack.append(after)
        for table in (self.outgoing, self.incoming):
            for position in list(table):
                if position not in reachable:
                    del table[position]
                else:
                    table[position] = [
                        edge for edge in table[position] if edge.source in reachable and edge.target in reachable
                    ]

    def head(self, edge: Edge) -> int:
        """Return the node an edge leads to, in the direction in which the graph is drawn."""
        return edge.source if self.is_turned else edge.target


def render_tree(lock: Lock, options: TreeOptions, style: Style = _plain) -> str:
    """Return the text of the tree.

    :raises LockError: a row has no locked package.
    """
    return _Drawing(Graph(lock, options), style).text()


State = tuple[int, frozenset[str], UniversalMarker | None]
"""A node, the extras that decide about its children, and for inverted trees the condition so far."""


class _Drawing:
    """One tree while it is drawn."""

    def __init__(self, graph: Graph, style: Style) -> None:
        self.graph = graph
        self.options = graph.options
        self.style = style
        self.visited: dict[State, bool] = {}
        """Whether a state had children."""
        self.path: list[State] = []
        self.knowledge = graph.knowledge()

    def text(self) -> str:
        lines: list[str] = []
        for position in self.graph.roots():
            if position == ROOT:
                for edge in self.graph.outgoing[ROOT]:
                    lines += self._visit(self.graph.head(edge), edge, self.knowledge)
            else:
                lines += self._visit(position, None, self.knowledge)
        if any("*" in line for line in lines):
            what = "is a cycle and cannot be shown" if self.options.no_dedupe else "already displayed"
            lines.append(self.style("footer", f"(*) Package tree {what}"))
        return "".join(f"{line}\n" for line in lines)

    def _visit(self, position: int, edge: Edge | None, marker: UniversalMarker) -> list[str]:
        if len(self.path) > self.options.depth or position == ROOT:
            return []
        package = self.graph.package(position)
        extras = expanded_extras(package, edge, invert=self.options.invert)
        state: State = (position, extras, marker if self.options.invert else None)
        line = self._line(package, edge)
        if state in self.path:
            return [f"{line} (*)"]
        if not self.options.no_dedupe and state in self.visited:
            return [f"{line} (*)" if self.visited[state] else line]
        latest = self.options.latest.get(str(package))
        if latest is not None:
            line += " " + self.style("latest", f"(latest: v{latest})")
        children = self._children(position, edge, extras, marker)
        if len(self.path) < self.options.depth:
            self.visited[state] = bool(children)
        lines = [line]
        self.path.append(state)
        for rank, (child, child_edge, child_marker) in enumerate(children):
            first, rest = ("└── ", "    ") if rank == len(children) - 1 else ("├── ", "│   ")
            for number, text in enumerate(self._visit(child, child_edge, child_marker)):
                lines.append((rest if number else first) + text)
        self.path.pop()
        return lines

    def _line(self, package: Package, edge: Edge | None) -> str:
        line = package.name
        if edge is not None and edge.extras:
            line += f"[{', '.join(edge.extras)}]"
        if package.version is not None:
            line += f" v{package.version}"
        if edge is not None and edge.kind != "production":
            line += f" ({edge.kind}: {edge.name})"
        if self.options.show_sizes:
            size = next((wheel.size for wheel in package.wheels if wheel.size is not None), None)
            if size is not None:
                line += " " + self.style("size", f"({human_size(size)})")
        return line

    def _children(
        self, position: int, edge: Edge | None, extras: frozenset[str], marker: UniversalMarker
    ) -> list[tuple[int, Edge, UniversalMarker]]:
        children = [step for step in steps(self.graph, position, edge, extras, marker) if step[0] != ROOT]
        children.sort(key=lambda item: (EDGE_RANK[item[1].kind], item[1].name or "", self.graph.sort_key(item[0])))
        return children


def steps(
    graph: Graph, position: int, edge: Edge | None, extras: frozenset[str], marker: UniversalMarker
) -> Iterator[tuple[int, Edge, UniversalMarker]]:
    """Yield where one can go from a node that was reached by an edge: the node, the edge and the condition from then on."""
    for below in next_edges(graph, position, edge, extras):
        if not graph.options.invert:
            yield graph.head(below), below, UNIVERSAL_TRUE
        elif not (combined := marker & below.marker).is_false:
            yield graph.head(below), below, combined


def next_edges(graph: Graph, position: int, edge: Edge | None, extras: frozenset[str]) -> list[Edge]:
    """Return the edges that go on from a node that was reached by an edge, markers aside."""
    edges = graph.outgoing[position]
    if not graph.options.invert:
        return [below for below in edges if below.kind != "extra" or below.name in extras]
    if edge is not None and edge.kind == "group":
        # A group belongs to the member itself, not to the member as a dependency of another package.
        return []
    # What needs the member with some extras is only reached from who asks for these.
    return [below for below in edges if not extras or (below.extras is not None and extras.issubset(below.extras))]


def expanded_extras(package: Package, edge: Edge | None, *, invert: bool) -> frozenset[str]:
    """Return the extras that decide which dependencies are shown below a package."""
    if invert:
        return frozenset((edge.name,)) if edge is not None and edge.kind == "extra" and edge.name else frozenset()
    if edge is None or edge.extras is None:
        return frozenset(package.optional_dependencies)
    return frozenset(edge.extras).intersection(package.optional_dependencies)


def human_size(size: int) -> str:
    """Return bytes in the largest fitting binary unit, with one decimal."""
    if size < 1024:
        return f"{size:.1f}B"
    quantity, unit = float(size), "B"
    for bigger in ("KiB", "MiB", "GiB", "TiB", "PiB", "EiB"):
        if 1024.0 - quantity > 0.05:
            break
        quantity /= 1024.0
        unit = bigger
    return f"{quantity:.1f}{unit}"

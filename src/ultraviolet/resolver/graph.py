"""From solved forks to one graph: nodes and edges of all forks, with the conditions under which they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ultraviolet.distributions.direct_urls import direct_url_text
from ultraviolet.distributions.dist import Dist, RegistryDist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.metadata import DistMetadata
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.resolution import Resolution, ResolvedEdge, ResolvedNode
from ultraviolet.distributions.source import DirectSource, RegistrySource
from ultraviolet.distributions.urls import redact
from ultraviolet.pubgrub.terms import SATISFIED
from ultraviolet.resolver.environment import ForkEnvironment
from ultraviolet.resolver.flatten import lower_text
from ultraviolet.resolver.fork_state import ForkState, Pin
from ultraviolet.resolver.inquiry import Inquiry
from ultraviolet.resolver.packages import VirtualPackage
from ultraviolet.standards.conflicts import ConflictItem, Conflicts
from ultraviolet.standards.markers import Marker
from ultraviolet.standards.markers.universal import (
    UNIVERSAL_FALSE,
    UNIVERSAL_TRUE,
    UniversalMarker,
    conflicts_marker,
)
from ultraviolet.standards.names import ExtraName, GroupName, PackageName
from ultraviolet.standards.versions import Version

NodeKey = tuple[PackageName, Version, DirectSource | None, str | None, str | None, str | None]
"""(Name, version, direct source, URL of the index, extra, group)."""
ROOT = -1
"""The position of the root among nodes."""


class SolvedNode:
    """A package, extra or group at its version, in one fork."""

    __slots__ = ("extra", "group", "index", "key", "name", "pin", "source", "version")

    def __init__(
        self,
        name: PackageName,
        version: Version,
        extra: str | None,
        group: str | None,
        source: DirectSource | None,
        pin: Pin | None,
    ) -> None:
        self.name = name
        self.version = version
        self.extra = extra
        self.group = group
        self.source = source
        self.pin = pin
        self.index: IndexLocation | None = None if pin is None else pin.index
        url = None if self.index is None else self.index.url
        self.key: NodeKey = (name, version, source, url, extra, group)


class SolvedFork:
    """What one fork found."""

    __slots__ = ("edges", "environment", "nodes")

    def __init__(
        self,
        environment: ForkEnvironment,
        nodes: list[SolvedNode],
        edges: list[tuple[SolvedNode | None, SolvedNode, Marker]],
    ) -> None:
        self.environment = environment
        self.nodes = nodes
        """In the order they were decided."""
        self.edges = edges
        """(What depends, None for the root; what it depends on; condition)."""


def extract_fork(state: ForkState) -> SolvedFork:
    """Read nodes and edges off a solved search: every dependency both of whose sides hold."""
    search = state.search
    knowledge, decisions = search.knowledge, search.solution.decisions
    packages, incompatibilities, store = knowledge.packages, knowledge.incompatibilities, knowledge.store
    known: dict[tuple[PackageName, Version, str | None, str | None], SolvedNode] = {}

    def node(name: PackageName, version: Version, extra: str | None, group: str | None) -> SolvedNode:
        key = (name, version, extra, group)
        found = known.get(key)
        if found is None:
            source = state.urls.get(name)
            pin = state.pins.get((name, version)) if source is None else None
            found = known[key] = SolvedNode(name, version, extra, group, source, pin)
        return found

    nodes: list[SolvedNode] = []
    edges: list[tuple[SolvedNode | None, SolvedNode, Marker]] = []
    relate = store.relate
    for number, decision in decisions.items():
        package: VirtualPackage = packages[number]
        version: Version = decision[2]
        name = package.name
        if package.kind == "package" and name is not None:
            if package.marker.is_true:
                nodes.append(node(name, version, package.extra, package.group))
            source: SolvedNode | None = node(name, version, package.extra, package.group)
        elif package.kind == "root":
            name = None
            source = None
        else:
            continue
        for position in search.relevant[number]:
            found = incompatibilities[position]
            if found.kind != "dependency" or found.package != number or len(found.terms) < 2:
                continue
            wanted = decisions.get(found.dependency)
            if (
                wanted is None
                or relate(found.terms[0][2], decision[3]) != SATISFIED
                or relate(found.terms[1][2] ^ 1, wanted[3]) != SATISFIED
            ):
                continue
            target: VirtualPackage = packages[found.dependency]
            target_name = target.name
            if target_name is None or target.kind not in {"package", "marker", "extra", "group"}:
                continue
            if target_name == name and package.group is None and target.kind in {"package", "marker"}:
                continue
            edges.append((source, node(target_name, wanted[2], target.extra, target.group), target.marker))
            if target.kind == "extra":
                edges.append((source, node(target_name, wanted[2], None, None), target.marker))
    return SolvedFork(state.environment, nodes, edges)


class _Graph:
    """Nodes by position, and edges by their ends."""

    __slots__ = ("edges", "incoming", "markers", "nodes", "outgoing")

    def __init__(self) -> None:
        self.nodes: list[SolvedNode] = []
        self.markers: list[UniversalMarker] = []
        self.edges: dict[tuple[int, int], UniversalMarker] = {}
        self.outgoing: dict[int, list[int]] = {}
        self.incoming: dict[int, list[int]] = {}

    def roots(self) -> list[int]:
        return [position for position in range(ROOT, len(self.nodes)) if not self.incoming.get(position)]


def build_resolution(inquiry: Inquiry, solved: list[SolvedFork]) -> Resolution:
    """Join solved forks."""
    graph = _join(solved)
    conflicts = inquiry.manifest.conflicts
    fork_markers = _fork_markers(solved)
    reached = _reachability(graph, fork_markers)
    world = conflicts_marker(conflicts)
    graph.markers = [reached.get(position, UNIVERSAL_TRUE).imbibe(world) for position in range(len(graph.nodes))]
    if conflicts:
        graph.edges = {key: marker.imbibe(world) for key, marker in graph.edges.items()}
        _simplify_conflicts(graph, conflicts)
    diagnostics: dict[str, None] = dict.fromkeys(inquiry.judge.warnings)
    diagnostics.update(inquiry.warnings)
    nodes: list[ResolvedNode] = []
    positions: dict[int, int] = {}
    for position, node in enumerate(graph.nodes):
        resolved = _resolve_node(inquiry, node, graph.markers[position], diagnostics)
        if not graph.markers[position].is_false:
            positions[position] = len(nodes)
            nodes.append(resolved)
    positions[ROOT] = ROOT
    edges = tuple(
        ResolvedEdge(positions[source], positions[target], marker)
        for (source, target), marker in graph.edges.items()
        if source in positions and target in positions
    )
    if inquiry.options.resolution == "lowest":
        diagnostics.update(_missing_lower_bounds(inquiry, nodes, edges))
    return Resolution(
        nodes=tuple(nodes),
        edges=edges,
        requires_python=inquiry.environment.python.target,
        fork_markers=fork_markers,
        diagnostics=tuple(diagnostics),
    )


def _join(solved: Iterable[SolvedFork]) -> _Graph:
    graph = _Graph()
    positions: dict[NodeKey | None, int] = {None: ROOT}
    for fork in solved:
        for node in fork.nodes:
            if node.key not in positions:
                positions[node.key] = len(graph.nodes)
                graph.nodes.append(node)
    edges = graph.edges
    united: dict[tuple[int, int, int, int], UniversalMarker] = {}
    for fork in solved:
        condition = fork.environment.universal_marker() or UNIVERSAL_TRUE
        places = {id(node): positions[node.key] for node in fork.nodes}
        places[id(None)] = ROOT
        conditions: dict[Marker, UniversalMarker] = {}
        for source, target, marker in fork.edges:
            added = conditions.get(marker)
            if added is None:
                added = conditions[marker] = UniversalMarker.of(marker) & condition
            place = places[id(source)], places[id(target)]
            known = edges.get(place)
            if known is None:
                edges[place] = added
                graph.outgoing.setdefault(place[0], []).append(place[1])
                graph.incoming.setdefault(place[1], []).append(place[0])
                continue
            # Most edges have the same history in all forks, so their conditions are united once.
            key = known.marker.node, known.pep508.node, added.marker.node, added.pep508.node
            union = united.get(key)
            if union is None:
                union = united[key] = known | added
            edges[place] = union
    return graph


def _fork_markers(solved: list[SolvedFork]) -> tuple[UniversalMarker, ...]:
    markers = [fork.environment.universal_marker() for fork in solved]
    if len(markers) == 1:
        return tuple(marker for marker in markers if marker is not None and not marker.is_true)
    return tuple(UNIVERSAL_TRUE if marker is None else marker for marker in markers)


def _reachability(graph: _Graph, fork_markers: tuple[UniversalMarker, ...]) -> dict[int, UniversalMarker]:
    """Find for each node the conditions under which some path leads to it: the least fixpoint."""
    start = UNIVERSAL_TRUE
    if fork_markers:
        start = UNIVERSAL_FALSE
        for marker in fork_markers:
            start |= marker
    queue = graph.roots()
    reached = dict.fromkeys(queue, start)
    edges, outgoing = graph.edges, graph.outgoing
    while queue:
        parent = queue.pop()
        condition = reached[parent]
        for child in outgoing.get(parent, ()):
            marker = edges[parent, child] & condition
            known = reached.get(child)
            if known is not None:
                marker = known | marker
                if marker == known:
                    continue
            reached[child] = marker
            queue.append(child)
    return reached


def _simplify_conflicts(graph: _Graph, conflicts: Conflicts) -> None:
    """Leave out of edges what the extras and groups activated on every path to them already say."""
    activated: dict[int, list[set[ConflictItem]]] = {}
    queue = graph.roots()
    seen: set[int] = set()
    while queue:
        parent = queue.pop()
        item = _item(graph, parent)
        if item is not None:
            for active in activated.setdefault(parent, [set()]):
                active.add(item)
        sets = [active.copy() for active in activated.get(parent, [set()])]
        for child in graph.outgoing.get(parent, ()):
            existing = activated.setdefault(child, [])
            changed = False
            for active in sets:
                if active not in existing:
                    existing.append(active.copy())
                    changed = True
            if child not in seen or changed:
                seen.add(child)
                queue.append(child)
    inferences = {position: [_infer(active, conflicts) for active in sets] for position, sets in activated.items()}
    for key, marker in list(graph.edges.items()):
        source, target = key
        name = graph.nodes[target].name
        if sum(graph.nodes[other].name == name for other in graph.outgoing[source]) > 1:
            continue
        inferred = inferences.get(source)
        if inferred is not None:
            graph.edges[key] = _simplified(marker, inferred)


def _simplified(marker: UniversalMarker, inferred: list[list[tuple[ConflictItem, bool]]]) -> UniversalMarker:
    """Use what is known on the paths to an edge, if that settles its condition on every path alike."""
    if not all(
        marker.evaluate_only_extras({item.encoded for item, active in found if active and item.kind != "project"})
        for found in inferred
    ):
        return marker.unify(inferred)
    for found in inferred:
        for item, is_active in found:
            marker = marker.assume(item) if is_active else marker.assume_not(item)
    return marker


def _item(graph: _Graph, position: int) -> ConflictItem | None:
    if position == ROOT:
        return None
    node = graph.nodes[position]
    if node.extra is not None:
        return ConflictItem(node.name, "extra", node.extra)
    if node.group is not None:
        return ConflictItem(node.name, "group", node.group)
    return None


def _infer(active: set[ConflictItem], conflicts: Conflicts) -> list[tuple[ConflictItem, bool]]:
    inferred: set[tuple[ConflictItem, bool]] = set()
    for item in active:
        inferred.add((item, True))
        for conflict_set in conflicts:
            if item in conflict_set.items:
                inferred.update((other, False) for other in conflict_set if other != item)
    return sorted(inferred, key=lambda entry: (entry[0].sort_key, entry[1]))


def _resolve_node(
    inquiry: Inquiry, node: SolvedNode, marker: UniversalMarker, diagnostics: dict[str, None]
) -> ResolvedNode:
    dist: Dist | InstalledDistribution
    hashes = inquiry.preferences.hashes(node.name, node.version)
    if node.source is not None:
        direct = inquiry.direct_dist(node.name, node.source)
        metadata = inquiry.known_metadata(direct)
        dist = msgspec.structs.replace(direct, version=node.version)
    else:
        if node.pin is None:
            raise LookupError(node.name)
        dist = node.pin.dist
        metadata = inquiry.known_metadata(dist)
        if isinstance(dist, RegistryDist):
            yanked = dist.artifact.yanked
            if yanked is not False:
                reason = f' (reason: "{yanked}")' if isinstance(yanked, str) and yanked else ""
                diagnostics[f"`{node.name}=={node.version}` is yanked{reason}"] = None
        if not hashes and node.pin.prioritized is not None:
            hashes = tuple(sorted(node.pin.prioritized.hashes))
    if metadata is not None:
        shown = f"`{node.name}=={node.version}`"
        if node.source is not None:
            shown = f"`{node.name} @ {redact(direct_url_text(node.source))}`"
        if node.extra is not None and node.extra not in metadata.provides_extra:
            diagnostics[f"The package {shown} does not have an extra named `{node.extra}`"] = None
        if node.group is not None and node.group not in metadata.groups:
            diagnostics[f"The package {shown} does not have a development dependency group named `{node.group}`"] = None
    return ResolvedNode(
        name=node.name,
        version=node.version,
        extra=None if node.extra is None else ExtraName(node.extra),
        group=None if node.group is None else GroupName(node.group),
        dist=dist,
        metadata=metadata or DistMetadata(name=node.name, version=node.version),
        index=node.index,
        hashes=hashes,
        marker=marker,
    )


def _missing_lower_bounds(
    inquiry: Inquiry, nodes: list[ResolvedNode], edges: Iterable[ResolvedEdge]
) -> Mapping[str, None]:
    """Warn of transitive dependencies that nothing bounds from below, when the oldest versions were chosen."""
    parents: dict[int, list[int]] = {}
    for edge in edges:
        parents.setdefault(edge.target, []).append(edge.source)
    warnings: dict[str, None] = {}
    for position, node in enumerate(nodes):
        if not any(_bounds(inquiry, nodes, parent, node.name) for parent in parents.get(position, ())):
            warnings[
                f"The transitive dependency `{node.name}` is unpinned. Consider setting a lower bound with a constraint "
                "when using `--resolution lowest` to avoid using outdated versions."
            ] = None
    return warnings


def _bounds(inquiry: Inquiry, nodes: list[ResolvedNode], parent: int, name: PackageName) -> bool:
    if parent == ROOT:
        return True
    node = nodes[parent]
    if node.name == name:
        return True
    scope = (node.name, node.version)
    requires: list[Requirement] = [
        lower_text(entry) if isinstance(entry, str) else entry
        for entry in node.metadata.requires
        if isinstance(entry, Requirement) or name[:1] in entry.lower()
    ]
    groups: list[Any] = [requirement for group in node.metadata.groups.values() for requirement in group]
    constraints = [requirement for entries in inquiry.constraints.values() for requirement in entries]
    for requirement in (
        *inquiry.overrides.apply(requires, scope),
        *inquiry.overrides.apply(groups),
        *constraints,
    ):
        if requirement.name != name:
            continue
        source = requirement.source
        if not isinstance(source, RegistrySource) or any(item.has_lower_bound for item in source.specifiers):
            return True
    return False

"""Who asked for a package: the part of a dependency graph that leads to it, from a lock or from a resolution.

uv has nothing like it. Every path from what the user wrote to the package is in the graph, and nothing else; each edge says with
which specifiers, markers, extras and groups it asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

import msgspec

from ultraviolet.distributions.dist import DirectDist
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.resolution import Resolution
from ultraviolet.distributions.source import RegistrySource
from ultraviolet.lock.choices import GroupChoice
from ultraviolet.lock.forks import forks_union, parse_forks
from ultraviolet.lock.model import Lock, Package, RequirementRow
from ultraviolet.lock.tree import ROOT, EdgeKind, Graph, TreeOptions
from ultraviolet.standards.markers import FALSE, TRUE, Marker, parse_marker
from ultraviolet.standards.markers.universal import UniversalMarker
from ultraviolet.standards.requirements import parse_lenient_requirement
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.specifiers import parse_specifiers


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A package at a version, or something of the user's that asks for packages."""

    name: str
    """Of the package, or the place: ``-r requirements.in``."""
    version: str | None = None
    source: str | None = None
    """Where it comes from, unless from an index."""
    is_place: bool = False
    """Whether this is a file, not a package."""
    is_member: bool = False
    """Whether this is a project of the user's."""
    marker: str = ""
    """Where this version is used, if others are used elsewhere."""

    def __str__(self) -> str:
        return self.name if self.version is None else f"{self.name} v{self.version}"


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One node asks for another, by position."""

    source: int
    target: int
    requirement: str
    """As it was written, without marker: ``urllib3<3,>=1.21.1``."""
    specifiers: str = ""
    marker: str = ""
    """Where it asks; empty for everywhere."""
    kind: EdgeKind = "production"
    section: str | None = None
    """Name of the extra or group the requirement stands in."""
    condition: Marker = TRUE
    """Where both nodes are present and one asks for the other."""


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """The graph of all paths to a package."""

    nodes: tuple[Node, ...]
    asks: tuple[Ask, ...]
    targets: tuple[int, ...]
    """The versions of the package."""

    def of(self, target: int) -> list[Ask]:
        """Return what asks for a node directly."""
        return [ask for ask in self.asks if ask.target == target]

    def restricted(self, target: int) -> Asking:
        """Return the graph of all paths to one node that some environment can take; positions stay."""
        above: dict[int, list[Ask]] = {}
        for ask in self.asks:
            above.setdefault(ask.target, []).append(ask)
        leading: dict[int, Marker] = {target: TRUE}
        stack = [target]
        while stack:
            below = stack.pop()
            for ask in above.get(below, ()):
                before = leading.get(ask.source, FALSE)
                after = before | (ask.condition & leading[below])
                if after is not before:
                    leading[ask.source] = after
                    stack.append(ask.source)
        kept = tuple(
            ask for ask in self.asks if ask.target in leading and not (ask.condition & leading[ask.target]).is_false
        )
        return msgspec.structs.replace(self, asks=kept, targets=(target,))

    def roots(self) -> list[int]:
        """Return the nodes that nobody asks for, in order; with a ring at the top, its members of the user's."""
        present = {ask.source for ask in self.asks} | set(self.targets)
        asked = {ask.target for ask in self.asks}
        return sorted(position for position in present if position not in asked or self.nodes[position].is_member)


Stated = Callable[[Package], Iterable[str | Requirement | RequirementRow]]
"""Returns what a package requires, as its metadata says."""


def lock_asking(lock: Lock, name: str, stated: Stated) -> Asking:
    """Return who asks for a package in a lock; no targets when it is not locked."""
    graph = Graph(lock, TreeOptions(groups=GroupChoice(all=True)))
    members = {id(member) for member in graph.members}
    targets = graph.named((name,))
    edges = [edge for position in graph.outgoing for edge in graph.outgoing[position]]
    kept = _reaching(targets, ((edge.source, edge.target) for edge in edges))
    numbers = {position: number for number, position in enumerate(sorted(kept, key=graph.sort_key))}
    nodes = []
    for position in numbers:
        if position == ROOT:
            nodes.append(Node(name="the script" if not members else "the workspace", is_place=True))
            continue
        package = graph.package(position)
        nodes.append(
            Node(
                name=package.name,
                version=package.version,
                source=None if package.source.kind == "registry" else str(package.source),
                is_member=id(package) in members,
                marker=_joined_markers(package, graph.requires_python),
            )
        )
    rows: dict[int, list[_Written]] = {}
    asks: dict[Ask, None] = {}
    for edge in edges:
        if edge.source not in numbers or edge.target not in numbers:
            continue
        target = graph.package(edge.target)
        if edge.source == ROOT:
            if id(target) in members and edge.extras is None:
                continue
            written = [
                _written(row)
                for row in (*lock.manifest.requirements, *chain.from_iterable(lock.manifest.dependency_groups.values()))
            ]
        elif edge.kind == "group":
            declared = graph.package(edge.source).metadata.requires_dev.get(edge.name or "", ())
            written = [_written(row) for row in declared]
        else:
            if edge.source not in rows:
                rows[edge.source] = [_written(item) for item in stated(graph.package(edge.source))]
            written = rows[edge.source]
        where = edge.marker.pep508 & _where(target, graph.requires_python)
        if edge.source != ROOT:
            where &= _where(graph.package(edge.source), graph.requires_python)
        fitting = _fitting(written, target.name, edge.kind, edge.name, where)
        for item in fitting or [_Written(target.name, target.name, "", TRUE)]:
            asks[
                Ask(
                    source=numbers[edge.source],
                    target=numbers[edge.target],
                    requirement=item.text,
                    specifiers=item.specifiers,
                    marker=_marker_text(edge.marker, item, graph.requires_python),
                    kind=edge.kind,
                    section=edge.name,
                    condition=where,
                )
            ] = None
    return Asking(nodes=tuple(nodes), asks=tuple(asks), targets=tuple(numbers[position] for position in targets))


def resolution_asking(
    resolution: Resolution, name: str, requirements: Sequence[Requirement], place: Callable[[Requirement], str]
) -> Asking:
    """Return who asks for a package in a resolution.

    :param requirements: what the user wrote.
    :param place: tells where a requirement was written.
    """
    numbers: dict[tuple[str, str, str], int] = {}
    nodes: list[Node] = []
    bases: list[int] = []
    for node in resolution.nodes:
        source = str(node.dist.source) if isinstance(node.dist, DirectDist) else ""
        key = (node.name, str(node.version), source)
        if key not in numbers:
            numbers[key] = len(nodes)
            nodes.append(Node(name=node.name, version=str(node.version), source=source or None))
        bases.append(numbers[key])
    places: dict[str, int] = {}
    asks: dict[Ask, None] = {}
    for edge in resolution.edges:
        target = resolution.nodes[edge.target]
        if edge.source < 0:
            for requirement in requirements:
                if requirement.name != target.name or requirement.marker.is_disjoint(edge.marker.pep508):
                    continue
                label = place(requirement)
                if label not in places:
                    places[label] = len(nodes)
                    nodes.append(Node(name=label, is_place=True))
                item = _written(requirement)
                asks[
                    Ask(
                        source=places[label],
                        target=bases[edge.target],
                        requirement=item.text,
                        specifiers=item.specifiers,
                        marker=_marker_text(edge.marker, item, resolution.requires_python),
                        condition=edge.marker.pep508 & target.marker.pep508,
                    )
                ] = None
            continue
        parent = resolution.nodes[edge.source]
        if bases[edge.source] == bases[edge.target]:
            continue  # an extra asks for its package
        kind: EdgeKind = "extra" if parent.extra else "group" if parent.group else "production"
        written = [_written(row) for row in parent.metadata.requires]
        fitting = _fitting(written, target.name, kind, parent.extra, edge.marker.pep508)
        for item in fitting or [_Written(target.name, target.name, "", TRUE)]:
            asks[
                Ask(
                    source=bases[edge.source],
                    target=bases[edge.target],
                    requirement=item.text,
                    specifiers=item.specifiers,
                    marker=_marker_text(edge.marker, item, resolution.requires_python),
                    kind=kind,
                    section=parent.extra or parent.group,
                    condition=edge.marker.pep508 & parent.marker.pep508 & target.marker.pep508,
                )
            ] = None
    targets = {number for (found, _, _), number in numbers.items() if found == name}
    kept = _reaching(targets, ((ask.source, ask.target) for ask in asks))
    return Asking(
        nodes=tuple(nodes),
        asks=tuple(ask for ask in asks if ask.target in kept and ask.source in kept),
        targets=tuple(sorted(targets)),
    )


def _reaching(targets: Iterable[int], edges: Iterable[tuple[int, int]]) -> set[int]:
    """Return the nodes with a path to one of the targets."""
    above: dict[int, list[int]] = {}
    for source, target in edges:
        above.setdefault(target, []).append(source)
    kept = set(targets)
    stack = list(kept)
    while stack:
        for source in above.get(stack.pop(), ()):
            if source not in kept:
                kept.add(source)
                stack.append(source)
    return kept


class _Written(msgspec.Struct, frozen=True):
    """A requirement as its author wrote it."""

    name: str
    text: str
    specifiers: str
    marker: Marker


def _written(item: str | Requirement | RequirementRow) -> _Written:
    if isinstance(item, str):
        parsed = parse_lenient_requirement(item)
        specifiers = str(parsed.specifiers)
        return _Written(
            parsed.name, _text(parsed.name, parsed.extras, specifiers, parsed.url), specifiers, parsed.marker
        )
    if isinstance(item, RequirementRow):
        specifiers = str(parse_specifiers(item.specifier)) if item.specifier and item.specifier != "*" else ""
        place = item.url or item.git or item.path or item.directory or item.editable or item.virtual
        marker = parse_marker(item.marker) if item.marker else TRUE
        return _Written(item.name, _text(item.name, item.extras, specifiers, place), specifiers, marker)
    if isinstance(item.source, RegistrySource):
        specifiers = str(item.source.specifiers)
        return _Written(item.name, _text(item.name, item.extras, specifiers, None), specifiers, item.marker)
    given = getattr(item.source, "given", None) or getattr(item.source, "url", None) or ""
    return _Written(item.name, _text(item.name, item.extras, "", str(given)), "", item.marker)


def _text(name: str, extras: Sequence[str], specifiers: str, place: str | None) -> str:
    listed = f"[{','.join(extras)}]" if extras else ""
    return f"{name}{listed} @ {place}" if place else f"{name}{listed}{specifiers}"


def _fitting(
    written: Iterable[_Written], name: str, kind: EdgeKind, section: str | None, marker: Marker
) -> list[_Written]:
    """Return the requirements that an edge stands for: those of its section, if any say so."""
    about = [item for item in written if item.name == name and not item.marker.without_extras().is_disjoint(marker)]
    if kind == "extra" and section is not None:
        chosen = [item for item in about if any(extra == section for extra, _ in item.marker.visit_extras())]
    elif kind == "production":
        chosen = [item for item in about if not item.marker.visit_extras()]
    else:
        chosen = about
    return chosen or about


def _where(package: Package, requires_python: RequiresPython) -> Marker:
    """Return the environments that a version is locked for."""
    forks = parse_forks(package.resolution_markers, requires_python)
    return forks_union(forks, requires_python)


def _joined_markers(package: Package, requires_python: RequiresPython) -> str:
    if not package.resolution_markers:
        return ""
    return requires_python.simplify(_where(package, requires_python)).to_string() or ""


def _marker_text(marker: UniversalMarker, item: _Written, requires_python: RequiresPython) -> str:
    """Return where a requirement asks: its own marker, as far as the edge goes."""
    own = item.marker.without_extras() & marker.pep508
    return requires_python.simplify(marker.pep508 if own.is_false else own).to_string() or ""

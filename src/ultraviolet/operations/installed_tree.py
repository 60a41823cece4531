"""The packages of an environment as a tree of dependencies (``pip tree``): a pure look at names, versions, requirements.

A package may be reached in many ways; it is drawn in full once. Packages that nothing else requires are the roots; in a
cycle, the one that comes first in a good order of its members is (the heuristic of Eades, Lin and Smyth, "A fast and
effective heuristic for the feedback arc set problem", 1993).
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.environment.site_packages import read_file, read_site_packages
from ultraviolet.errors import UltravioletError
from ultraviolet.python.request import user_path
from ultraviolet.standards.markers import MarkerEnvironment
from ultraviolet.standards.metadata import parse_metadata
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.requirements import Pep508Requirement, parse_lenient_requirement
from ultraviolet.standards.specifiers import Specifier, Specifiers
from ultraviolet.standards.versions import Version

__all__ = ["Installed", "Line", "Tree", "TreeOptions", "draw_tree", "read_installed_requirements", "read_site_packages"]


class UnreadableInstallation(UltravioletError):
    """The metadata of an installed distribution cannot be read."""


class Installed(msgspec.Struct, frozen=True):
    """What the tree needs of one installed distribution."""

    name: PackageName
    version: Version
    requires: tuple[Pep508Requirement, ...] = ()


class TreeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How the tree is drawn."""

    depth: int = 255
    """Levels below the roots."""
    prune: frozenset[PackageName] = frozenset()
    packages: frozenset[PackageName] = frozenset()
    """Only these and what they depend on; everything when empty."""
    dedupe: bool = True
    invert: bool = False
    """Dependents in the place of dependencies."""
    show_specifiers: bool = False


class Line(msgspec.Struct, frozen=True):
    """One line: its left edge, its text, and the newest version where that is greater and asked for."""

    edge: str
    text: str
    latest: str | None = None


class Tree(msgspec.Struct, frozen=True):
    """The lines, and whether some package was not drawn again."""

    lines: tuple[Line, ...]
    has_repetitions: bool


def read_installed_requirements(distributions: Iterable[InstalledDistribution], cwd: str = "") -> list[Installed]:
    """Read the metadata of distributions; paths in messages are shown relative to ``cwd``.

    :raises UnreadableInstallation: that of one cannot be read.
    """
    found = []
    for distribution in distributions:
        path = distribution.metadata_path or os.path.join(distribution.path, "METADATA")
        data = read_file(path)
        if data is None:
            raise UnreadableInstallation(f"failed to open file `{path}`: No such file or directory (os error 2)")
        try:
            metadata = parse_metadata(data)
            requires = tuple(parse_lenient_requirement(line) for line in metadata.requires_dist)
        except UltravioletError as error:
            what = "METADATA" if distribution.metadata_path is None else "`PKG-INFO`"
            shown = user_path(path, cwd)
            raise UnreadableInstallation(f"Failed to parse {what} file: `{shown}`") from error
        found.append(Installed(metadata.name, metadata.version, requires))
    return found


def draw_tree(
    installed: Iterable[Installed],
    markers: MarkerEnvironment,
    options: TreeOptions,
    latest: Mapping[PackageName, Version] | None = None,
) -> Tree:
    """Draw the tree; an edge exists where the marker holds and the installed version satisfies the requirement."""
    nodes = sorted((node for node in installed if node.name not in options.prune), key=_order)
    edges = _edges(nodes, markers, options)
    kept = _reachable(nodes, edges, options.packages) if options.packages else set(range(len(nodes)))
    edges = [edge for edge in edges if edge[0] in kept and edge[1] in kept]
    painter = _Painter(nodes, edges, options, latest if latest is not None else {})
    lines: list[Line] = []
    for root in _roots(kept, edges):
        lines += painter.visit(root, [], [])
    return Tree(tuple(lines), painter.has_repetitions)


_Edge = tuple[int, int, Pep508Requirement]


def _order(node: Installed) -> tuple[str, object]:
    return node.name, node.version.key


def _edges(nodes: Sequence[Installed], markers: MarkerEnvironment, options: TreeOptions) -> list[_Edge]:
    places: dict[str, list[int]] = {}
    for place, node in enumerate(nodes):
        places.setdefault(node.name, []).append(place)
    edges = []
    for place, node in enumerate(nodes):
        for requirement in node.requires:
            targets = places.get(requirement.name)
            if not targets or not requirement.marker.evaluate(markers):
                continue
            for target in targets:
                if requirement.url is None and not requirement.specifiers.contains(nodes[target].version):
                    continue
                edges.append((target, place, requirement) if options.invert else (place, target, requirement))
    return edges


def _reachable(nodes: Sequence[Installed], edges: Iterable[_Edge], names: Collection[PackageName]) -> set[int]:
    outgoing: dict[int, list[int]] = {}
    for source, target, _ in edges:
        outgoing.setdefault(source, []).append(target)
    found = {place for place, node in enumerate(nodes) if node.name in names}
    pending = list(found)
    while pending:
        for target in outgoing.get(pending.pop(), ()):
            if target not in found:
                found.add(target)
                pending.append(target)
    return found


def _roots(kept: Iterable[int], edges: Sequence[_Edge]) -> list[int]:
    """Return the nodes that nothing leads to once cycles are cut open."""
    ranks = _sequence([(source, target) for source, target, _ in edges])
    inner = {target for source, target, _ in edges if ranks[source] < ranks[target]}
    return [place for place in sorted(kept) if place not in inner]


def _sequence(edges: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Order the ends of edges so that few edges lead backwards: sources first, sinks last, then the best balance."""
    outgoing: dict[int, list[int]] = {}
    incoming: dict[int, list[int]] = {}
    for source, target in edges:
        for node in (source, target):
            outgoing.setdefault(node, [])
            incoming.setdefault(node, [])
        outgoing[source].append(target)
        incoming[target].append(source)
    out_degree = {node: len(targets) for node, targets in outgoing.items()}
    in_degree = {node: len(sources) for node, sources in incoming.items()}
    left = dict.fromkeys(outgoing)
    first: list[int] = []
    last: deque[int] = deque()

    def take(node: int) -> None:
        del left[node]
        for target in outgoing[node]:
            in_degree[target] -= 1
        for source in incoming[node]:
            out_degree[source] -= 1

    while left:
        moved = True
        while moved:
            moved = False
            for node in [node for node in left if not out_degree[node]]:
                take(node)
                last.appendleft(node)
                moved = True
        moved = True
        while moved:
            moved = False
            for node in [node for node in left if not in_degree[node]]:
                take(node)
                first.append(node)
                moved = True
        if left:
            best = max(left, key=lambda node: (out_degree[node] - in_degree[node], node))
            take(best)
            first.append(best)
    return {node: rank for rank, node in enumerate((*first, *last))}


_EDGES = (("├── ", "│   "), ("└── ", "    "))
"""First and further lines below a node that others follow, and below the last one."""


class _Painter:
    """Walks the graph depth first and remembers what was drawn."""

    def __init__(
        self,
        nodes: Sequence[Installed],
        edges: Iterable[_Edge],
        options: TreeOptions,
        latest: Mapping[PackageName, Version],
    ) -> None:
        self._nodes = nodes
        self._options = options
        self._latest = latest
        self._outgoing: dict[int, dict[int, list[Pep508Requirement]]] = {}
        for source, target, requirement in edges:
            self._outgoing.setdefault(source, {}).setdefault(target, []).append(requirement)
        self._drawn: dict[PackageName, bool] = {}
        """Whether a package that was drawn has lines below it."""
        self.has_repetitions = False

    def visit(self, place: int, requirements: Sequence[Pep508Requirement], path: list[int]) -> list[Line]:
        """Return the lines of a node and everything below it; ``requirements`` are the edges that led here."""
        if len(path) > self._options.depth:
            return []
        node = self._nodes[place]
        text = f"{node.name} v{node.version}"
        if self._options.show_specifiers and path:
            text += " " + self._specifier_text(path[-1], requirements)
        if node.name in self._drawn and (
            self._options.dedupe or any(self._nodes[above].name == node.name for above in path)
        ):
            if not self._drawn[node.name]:
                return [Line("", text)]
            self.has_repetitions = True
            return [Line("", f"{text} (*)")]
        newest = self._latest.get(node.name)
        newer = str(newest) if newest is not None and newest > node.version else None
        targets = sorted(self._outgoing.get(place, {}).items())
        self._drawn[node.name] = bool(targets)
        lines = [Line("", text, newer)]
        path.append(place)
        for number, (target, edges) in enumerate(targets):
            last = number == len(targets) - 1
            for index, line in enumerate(self.visit(target, edges, path)):
                edge = _EDGES[last][index > 0]
                lines.append(Line(edge + line.edge, line.text, line.latest))
        path.pop()
        return lines

    def _specifier_text(self, parent: int, requirements: Sequence[Pep508Requirement]) -> str:
        condition = requirement_text(requirements) or "*"
        if self._options.invert:
            return f"[requires: {self._nodes[parent].name} {condition}]"
        return f"[required: {condition}]"


def requirement_text(requirements: Iterable[Pep508Requirement]) -> str | None:
    """Return what several requirements ask of one package together: a URL, or the bounds that matter."""
    items: list[Specifier] = []
    for requirement in requirements:
        if requirement.url is not None:
            return requirement.url
        items += requirement.specifiers
    return simplified(items).text(", ") or None


def simplified(items: Iterable[Specifier]) -> Specifiers:
    """Drop bounds that others imply: only the highest lower and the lowest upper one stay, and nothing twice."""
    lower: Specifier | None = None
    upper: Specifier | None = None
    rest: list[Specifier] = []
    for item in items:
        if item.operator in (">", ">="):
            if (
                lower is None
                or item.version > lower.version
                or (item.version == lower.version and item.operator == ">")
            ):
                lower = item
        elif item.operator in ("<", "<="):
            if (
                upper is None
                or item.version < upper.version
                or (item.version == upper.version and item.operator == "<")
            ):
                upper = item
        else:
            rest.append(item)
    seen: set[str] = set()
    kept = []
    for bound in (lower, upper, *rest):
        if bound is not None and str(bound) not in seen:
            seen.add(str(bound))
            kept.append(bound)
    return Specifiers(kept)

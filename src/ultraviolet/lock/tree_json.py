"""``uv tree --format json``: the part of a lock's dependency graph that the tree would show, as JSON (uv's preview schema).

Nodes are packages, their extras and groups, the script, and the workspace with the groups that belong to none of its members;
each has an id, and ``dependencies`` are the edges. An extra depends on its package; that a package has extras and groups is
listed apart and is no edge. With ``--invert`` the edges are turned round, the lists are not.
"""

from __future__ import annotations

import json
import posixpath
from collections import deque
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from ultraviolet.lock.model import Artifact, Lock, Package, Source
from ultraviolet.lock.tree import ROOT, Edge, Graph, TreeOptions, expanded_extras, steps
from ultraviolet.standards.filenames import parse_wheel_filename
from ultraviolet.standards.markers.universal import UNIVERSAL_TRUE, UniversalMarker


class TreeTarget(msgspec.Struct, frozen=True):
    """What the lock belongs to."""

    kind: Literal["workspace", "script"]
    path: str
    """Absolute, with ``/``: the directory of the workspace, or the script."""

    @property
    def root(self) -> str:
        """The directory that paths in the lock are relative to."""
        return self.path if self.kind == "workspace" else posixpath.dirname(self.path)


def render_tree_json(lock: Lock, options: TreeOptions, target: TreeTarget) -> str:
    """Return the JSON text, without a final newline.

    :raises LockError: a row has no locked package.
    """
    report = _Report(Graph(lock, options), target)
    return json.dumps(report.values(), indent=2, ensure_ascii=False)


State = tuple[int, frozenset[str], UniversalMarker, bool]
"""A node, the extras that decide where to go from it, for inverted trees the condition, and whether a group led there."""


def _reach(graph: Graph) -> tuple[dict[int, None], dict[Edge, None]]:
    """Return the nodes and edges within the depth; what the root leads to is at depth zero."""
    invert = graph.options.invert
    distances: dict[State, int] = {}
    queue: deque[tuple[State, Edge | None]] = deque()
    edges: dict[Edge, None] = {}

    def reach(position: int, edge: Edge | None, marker: UniversalMarker, distance: int) -> None:
        extras = expanded_extras(graph.package(position), edge, invert=invert)
        state = (position, extras, marker, invert and edge is not None and edge.kind == "group")
        if state not in distances:
            distances[state] = distance
            queue.append((state, edge))

    for position in graph.roots():
        if position == ROOT:
            for edge in graph.outgoing[ROOT]:
                reach(graph.head(edge), edge, UNIVERSAL_TRUE, 0)
        else:
            reach(position, None, graph.knowledge() if invert else UNIVERSAL_TRUE, 0)
    while queue:
        state, edge_to = queue.popleft()
        position, extras, marker, _ = state
        distance = distances[state]
        if distance >= graph.options.depth:
            continue
        for head, edge, condition in steps(graph, position, edge_to, extras, marker):
            edges[edge] = None
            if head != ROOT:
                reach(head, edge, condition, distance + 1)
    return dict.fromkeys(position for position, *_ in distances), edges


class _Node:
    """A node while edges are still added to it."""

    __slots__ = ("dependencies", "extras", "facts", "groups", "more")

    def __init__(self, facts: dict[str, Any], more: dict[str, Any]) -> None:
        self.facts = facts
        self.more = more
        self.dependencies: set[tuple[str, str]] = set()
        """Ids and markers; an empty marker always holds."""
        self.extras: set[tuple[str, str]] = set()
        """Names and ids."""
        self.groups: set[tuple[str, str]] = set()

    def values(self) -> dict[str, Any]:
        values = dict(self.facts)
        values["dependencies"] = [
            {"id": identity, "marker": marker} if marker else {"id": identity}
            for identity, marker in sorted(self.dependencies)
        ]
        for key, rows in (("optional_dependencies", self.extras), ("dependency_groups", self.groups)):
            if rows:
                values[key] = [{"name": name, "id": identity} for name, identity in sorted(rows)]
        return values | self.more


class _Report:
    """The nodes of one graph, made as edges ask for them."""

    def __init__(self, graph: Graph, target: TreeTarget) -> None:
        self.graph = graph
        self.options = graph.options
        self.target = target
        self.nodes: dict[str, _Node] = {}

    def values(self) -> dict[str, Any]:
        positions, edges = _reach(self.graph)
        for position in positions:
            self._package(self.graph.package(position))
        for edge in edges:
            if edge.source != ROOT:
                self._add_edge(self._section(self.graph.package(edge.source), edge), edge)
        top = self._top()
        for edge in self._top_edges(edges):
            if self.target.kind == "script":
                self._add_edge(top, edge)
            elif edge.kind == "group" and edge.name is not None:
                self._add_edge(self._workspace_group(edge.name), edge)
        report: dict[str, Any] = {
            "schema": {"version": "preview"},
            "workspace_root": self.target.root or ".",
            self.target.kind: {"path": self.target.path, "id": top},
            "roots": [{"id": identity} for identity in sorted(set(self._roots(top)))],
            "inverted": self.options.invert,
        }
        if members := self._members():
            report["members"] = members
        report["resolution"] = {identity: self.nodes[identity].values() for identity in sorted(self.nodes)}
        return report

    # Nodes

    def _node(self, identity: str, facts: dict[str, Any], more: dict[str, Any] | None = None) -> str:
        if identity not in self.nodes:
            self.nodes[identity] = _Node(facts, more or {})
        return identity

    def _identity(self, package: Package, mark: str = "") -> str:
        version = "" if package.version is None else f"=={package.version}"
        kind, value = self._source(package.source)
        if kind == "url":
            kind = "direct"
        return f"{package.name}{mark}{version}@{kind}+{value}"

    def _of_package(self, package: Package, mark: str, kind: Any, more: dict[str, Any] | None = None) -> str:
        facts: dict[str, Any] = {"name": package.name}
        if package.version is not None:
            facts["version"] = package.version
        facts["source"] = self._source_values(package.source)
        facts["kind"] = kind
        return self._node(self._identity(package, mark), facts, more)

    def _package(self, package: Package) -> str:
        identity = self._identity(package)
        if identity in self.nodes:
            return identity
        more: dict[str, Any] = {}
        latest = self.options.latest.get(str(package))
        if latest is not None:
            more["latest_version"] = latest
        if package.wheels:
            more["wheels"] = [self._wheel(wheel) for wheel in package.wheels]
        return self._of_package(package, "", "package", more)

    def _extra(self, package: Package, extra: str) -> str:
        owner = self._package(package)
        identity = self._of_package(package, f"[{extra}]", {"extra": extra})
        self.nodes[owner].extras.add((extra, identity))
        self._depend(identity, owner, "")
        return identity

    def _section(self, package: Package, edge: Edge) -> str:
        """Return the node that stands for the section of a package in which a dependency is written."""
        if edge.kind == "extra" and edge.name is not None:
            return self._extra(package, edge.name)
        owner = self._package(package)
        if edge.kind == "group" and edge.name is not None:
            identity = self._of_package(package, f":{edge.name}", {"group": edge.name})
            self.nodes[owner].groups.add((edge.name, identity))
            return identity
        return owner

    def _top(self) -> str:
        """Return the node of the workspace or script itself."""
        kind, path = self.target.kind, self.target.path
        return self._node(f"{kind}+{path}", {"kind": kind, "path": path})

    def _workspace_group(self, group: str) -> str:
        top = self._top()
        identity = self._node(f"{top}:{group}", {"kind": {"group": group}, "path": self.target.path})
        self.nodes[top].groups.add((group, identity))
        return identity

    # Edges

    def _add_edge(self, source: str, edge: Edge) -> None:
        package = self.graph.package(edge.target)
        marker = self.graph.requires_python.simplify(edge.marker.pep508).to_string() or ""
        # An extra leads to its package anyway.
        targets = [self._extra(package, extra) for extra in edge.extras or ()] or [self._package(package)]
        for target in targets:
            self._depend(source, target, marker)

    def _depend(self, source: str, target: str, marker: str) -> None:
        if self.options.invert:
            source, target = target, source
        self.nodes[source].dependencies.add((target, marker))

    def _top_edges(self, reached: Iterable[Edge]) -> list[Edge]:
        """Return what the workspace or script itself asks for; turned round, only where the tree leads up to it."""
        if self.options.invert:
            return [edge for edge in reached if edge.source == ROOT]
        return self.graph.outgoing.get(ROOT, [])

    # Roots and members

    def _roots(self, top: str) -> list[str]:
        roots: list[str] = []
        for position in self.graph.roots():
            if position != ROOT:
                package = self.graph.package(position)
                roots += [self._package(package)] if self.options.invert else self._sections(package)
            elif self.target.kind == "script":
                roots.append(top)
            else:
                for edge in self.graph.outgoing[ROOT]:
                    if edge.kind == "production":
                        roots += self._sections(self.graph.package(edge.target))
                roots += self._shown(
                    f"{top}:{group}"
                    for group in self.graph.lock.manifest.dependency_groups
                    if self.options.groups.contains(group)
                )
        return roots

    def _sections(self, package: Package) -> list[str]:
        """Return a package, and its extras and groups as far as something is shown of them."""
        groups = self.options.groups
        found: list[str] = []
        if groups.production:
            found.append(self._package(package))
            found += self._shown(self._identity(package, f"[{extra}]") for extra in package.optional_dependencies)
        return found + self._shown(
            self._identity(package, f":{group}") for group in package.dev_dependencies if groups.contains(group)
        )

    def _shown(self, identities: Iterable[str]) -> list[str]:
        return [identity for identity in identities if identity in self.nodes]

    def _members(self) -> list[dict[str, str]]:
        if self.target.kind == "script":
            return []
        return [
            {"name": package.name, "path": self._path(package.source.location), "id": identity}
            for package in self.graph.members
            if package.source.is_source_tree and (identity := self._identity(package)) in self.nodes
        ]

    # Values

    def _path(self, path: str) -> str:
        return posixpath.join(self.target.root, "" if path == "." else path) or "."

    def _source(self, source: Source) -> tuple[str, str]:
        if source.is_local or source.is_path_registry:
            return source.kind, self._path(source.location)
        return source.kind, source.location

    def _source_values(self, source: Source) -> dict[str, Any]:
        kind, value = self._source(source)
        if kind == "registry":
            return {kind: {"path" if source.is_path_registry else "url": value}}
        if kind == "url":
            return {
                kind: value,
                "subdirectory": None if source.subdirectory is None else self._path(source.subdirectory),
            }
        return {kind: value}

    def _wheel(self, wheel: Artifact) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if wheel.url is not None:
            values["url"] = wheel.url
        elif wheel.path is not None:
            values["path"] = self._path(wheel.path)
        values |= _digest_and_size(wheel.hash, wheel.size)
        if wheel.upload_time is not None:
            values["upload_time"] = wheel.upload_time
        values["filename"] = str(parse_wheel_filename(wheel.name or ""))
        if wheel.zstd is not None:
            values["zstd"] = _digest_and_size(wheel.zstd.hash, wheel.zstd.size)
        return values


def _digest_and_size(digest: str | None, size: int | None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if digest is not None:
        algorithm, _, text = digest.partition(":")
        values["hashes"] = {algorithm: text}
    if size is not None:
        values["size"] = size
    return values

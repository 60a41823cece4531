"""Why a distribution that could not be had is wanted: the shortest path from it to what the user asked for, as a hint."""

from __future__ import annotations

from collections.abc import Iterable

from ultraviolet.distributions.resolution import Resolution
from ultraviolet.lock.select import Selection
from ultraviolet.prepare.errors import PreparationFailed

Step = tuple[str, str | None, str]
"""A package, its version if it has one, and the extra (``[x]``) or group (``:x``) by which it asks for the next one."""
Edge = tuple[int, int, str]
"""Positions of the package that asks (-1 is the user) and of the one asked for, and the extra or group."""
Node = tuple[str, str | None]
"""Name and version."""


def explained(error: PreparationFailed, wanted: Selection | Resolution | None) -> PreparationFailed:
    """Add to a failure why its distribution is wanted, before the hints it has."""
    if wanted is None or error.name is None:
        return error
    nodes, edges = _selected(wanted) if isinstance(wanted, Selection) else _resolved(wanted)
    found = _hints(nodes, edges, (error.name, error.version))
    error.hints = (*found, *(hint for hint in error.hints if hint not in found))
    return error


def _selected(selection: Selection) -> tuple[list[Node], list[Edge]]:
    marks = {"extra": "[{}]", "group": ":{}"}
    edges = [
        (edge.source, edge.target, marks[edge.kind].format(edge.name) if edge.kind in marks else "")
        for edge in selection.edges
    ]
    return [(node.package.name, node.package.version) for node in selection.nodes], edges


def _resolved(resolution: Resolution) -> tuple[list[Node], list[Edge]]:
    marks = [
        f"[{node.extra}]" if node.extra is not None else f":{node.group}" if node.group is not None else ""
        for node in resolution.nodes
    ]
    edges = [(edge.source, edge.target, marks[edge.source] if edge.source >= 0 else "") for edge in resolution.edges]
    return [(node.name, str(node.version)) for node in resolution.nodes], edges


def _hints(nodes: list[Node], edges: Iterable[Edge], wanted: Node) -> tuple[str, ...]:
    parents: dict[int, list[tuple[int, str]]] = {}
    for source, target, mark in edges:
        parents.setdefault(target, []).append((source, mark))
    starts = [position for position, node in enumerate(nodes) if node[0] == wanted[0]]
    exact = [position for position in starts if wanted[1] in {None, nodes[position][1]}]
    path = _shortest(nodes, parents, exact or starts)
    if not path:
        return ()
    name, version = wanted
    steps = [f"`{parent}{mark}`{_shown(parent_version)}" for parent, parent_version, mark in path]
    first, *others = [*steps, f"`{name}`"]
    chain = " which depends on ".join(others)
    return (f"`{name}`{_shown(version)} was included because {first} depends on {chain}",)


def _shown(version: str | None) -> str:
    return f" (v{version})" if version is not None else ""


def _shortest(nodes: list[Node], parents: dict[int, list[tuple[int, str]]], starts: list[int]) -> list[Step]:
    """Return the steps from the user's wish down to the parent of the start, breadth first."""
    queue: list[tuple[int, list[Step]]] = [(start, []) for start in starts]
    seen: set[int] = set()
    for position, path in queue:
        if position in seen:
            continue
        seen.add(position)
        for parent, mark in parents.get(position, ()):
            if parent < 0:
                return path
            same = nodes[parent][0] == nodes[position][0]  # an extra of the package, rather than what needs it
            queue.append((parent, path if same else [(*nodes[parent], mark), *path]))
    return []

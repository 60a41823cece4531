"""Scenarios of the resolver: small worlds in TOML files, each with what must come of it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tests.support.reference import WorldServer

from ultraviolet.resolver import NoSolution, resolve

DIRECTORY = Path(__file__).parent.parent / "resolver" / "scenarios"


def load(path: Path) -> dict[str, Any]:
    """Read a scenario as a world."""
    world: dict[str, Any] = {"extras": {}, "groups": {}, "settings": {}, "python": ">=3.12"}
    return world | tomllib.loads(path.read_text())


def outcome(server: WorldServer, number: str, world: dict[str, Any]) -> list[str]:
    """Tell what comes of a world, a line for each fact."""
    provider, manifest, options, environment, _ = server.question(number, world)
    try:
        resolution = resolve(manifest, provider, options, environment)
    except NoSolution as error:
        return [error.message, *error.report.splitlines(), *(f"hint: {hint}" for hint in error.hints)]
    python = resolution.requires_python
    lines = [f"fork {python.simplify(marker.marker)}" for marker in resolution.fork_markers]
    names = []
    facts = []
    for node in resolution.nodes:
        label = str(node.name)
        if node.extra is not None:
            label += f"[{node.extra}]"
        elif node.group is not None:
            label += f":{node.group}"
        label += f" {node.version}"
        names.append(label)
        facts.append(f"{label} ; {python.simplify(node.marker.marker)}".removesuffix(" ; "))
    for edge in resolution.edges:
        if edge.source >= 0:
            marker = python.simplify(edge.marker.marker)
            facts.append(f"{names[edge.source]} -> {names[edge.target]} ; {marker}".removesuffix(" ; "))
    return [*lines, *sorted(facts), *(f"warning: {text}" for text in resolution.diagnostics)]

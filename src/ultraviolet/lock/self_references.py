"""Requirements of a project on its own extras, and the part of a condition that belongs to one extra."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from msgspec.structs import replace

from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import RegistrySource
from ultraviolet.standards.markers import Marker


def production_part(marker: Marker) -> Marker:
    """Return the condition when no extra is active."""
    return marker.simplify_not_extras({name for name, _ in marker.visit_extras()})


def optional_part(marker: Marker, extra: str) -> Marker:
    """Return the condition when one extra is active, less what holds without it."""
    others = {name for name, _ in marker.visit_extras()} - {extra}
    return marker.simplify_extras((extra,)).simplify_not_extras(others) & ~production_part(marker)


def flatten_self_references(requirements: Iterable[Requirement], name: str) -> list[Requirement]:
    """Replace requirements of a project on its own extras by what these extras require.

    Constraints on the project itself stay, without extras.
    """
    declared = list(requirements)
    flat = list(declared)
    queue = deque((extra, item.marker) for item in declared if item.name == name for extra in item.extras)
    if all(item.name != name for item in declared):
        return flat
    seen: set[tuple[str, Marker]] = set()
    while queue:
        extra, outer = queue.popleft()
        if (extra, outer) in seen:
            continue
        seen.add((extra, outer))
        for item in declared:
            marker = outer & optional_part(item.marker, extra)
            if marker.is_false:
                continue
            if item.name == name:
                queue.extend((inner, marker) for inner in item.extras)
            flat.append(replace(item, marker=marker))
    constraints = [
        replace(item, extras=())
        for item in flat
        if item.name == name and not (isinstance(item.source, RegistrySource) and not item.source.specifiers)
    ]
    return [item for item in flat if item.name != name] + constraints

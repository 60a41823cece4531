"""Values that hold for a package only in some forks: where a first-party requirement asked for them."""

from __future__ import annotations

from typing import Generic, TypeVar

from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import RegistrySource
from ultraviolet.resolver.environment import ForkEnvironment
from ultraviolet.standards.conflicts import ConflictItem
from ultraviolet.standards.markers import Marker
from ultraviolet.standards.markers.universal import conflict_item_marker
from ultraviolet.standards.names import PackageName

T = TypeVar("T")


class ForkMap(Generic[T]):
    """Maps names to values, each with the condition and conflict item of the requirement it comes from."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: dict[PackageName, list[tuple[T, Marker, ConflictItem | None]]] = {}

    def add(self, requirement: Requirement, value: T) -> None:
        """Enter a value for a requirement's package."""
        item = conflict_of(requirement)
        marker = requirement.marker
        if item is not None and item.kind == "group":
            marker = marker.without_extras() & conflict_item_marker(item)
        self._entries.setdefault(requirement.name, []).append((value, marker, item))

    def get(self, name: PackageName, environment: ForkEnvironment) -> list[T]:
        """Return the values that hold in a fork."""
        entries = self._entries.get(name)
        if entries is None:
            return []
        return [
            value
            for value, marker, item in entries
            if environment.includes(marker) and (item is None or environment.includes_item(item))
        ]

    def holds(self, name: PackageName, environment: ForkEnvironment) -> bool:
        """Whether there is any value in a fork."""
        return name in self._entries and bool(self.get(name, environment))

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __bool__(self) -> bool:
        return bool(self._entries)


def conflict_of(requirement: Requirement) -> ConflictItem | None:
    """Return the extra or group that a requirement belongs to, if that limits where it counts."""
    source = requirement.source
    if isinstance(source, RegistrySource) and source.conflict is not None:
        return source.conflict
    origin = requirement.origin
    if origin is not None and origin.kind == "group" and origin.project is not None:
        return ConflictItem(origin.project, "group", origin.name)
    return None

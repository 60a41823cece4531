"""Declared conflicts: sets of extras, dependency groups and projects of which no two may be active together.

An item also has an *encoded* form, a valid extra name, so that markers can ask for it:
``extra-<len>-<package>-<extra>``, ``group-<len>-<package>-<group>``, ``project-<len>-<package>``, where ``<len>`` is the
length of the package name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, cast

import msgspec

from ultraviolet.errors import UltravioletError
from ultraviolet.standards.names import PackageName, normalize_name

ConflictKind = Literal["extra", "group", "project"]

_ORDER: dict[str, int] = {"extra": 0, "group": 1, "project": 2}


class InvalidConflict(UltravioletError):
    """A declaration of conflicts, or an encoded conflict item, that makes no sense."""


class ConflictItem(msgspec.Struct, frozen=True):
    """One extra, group, or the project itself (its production dependencies) of a package."""

    package: PackageName
    kind: ConflictKind
    name: str | None = None
    """Name of the extra or group; ``None`` for a project."""

    @property
    def encoded(self) -> str:
        """The item as a name of an extra.

        >>> ConflictItem(PackageName("foo"), "extra", "x1").encoded
        'extra-3-foo-x1'
        """
        text = f"{self.kind}-{len(self.package)}-{self.package}"
        return text if self.name is None else f"{text}-{self.name}"

    @property
    def sort_key(self) -> tuple[str, int, str]:
        """Package, then extras before groups before projects, then name."""
        return self.package, _ORDER[self.kind], self.name or ""

    @property
    def words(self) -> tuple[str | int, ...]:
        """What uv hashes of the item."""
        words = (self.package, _ORDER[self.kind])
        return words if self.name is None else (*words, self.name)


class ConflictSet(msgspec.Struct, frozen=True):
    """Two or more items that exclude each other, sorted and without duplicates."""

    items: tuple[ConflictItem, ...]

    @classmethod
    def of(cls, items: Iterable[ConflictItem]) -> ConflictSet:
        """Make a set; raises :class:`InvalidConflict` for fewer than two different items."""
        unique = tuple(sorted(set(items), key=lambda item: item.sort_key))
        if len(unique) < 2:
            count = "only one" if unique else "none"
            raise InvalidConflict(f"Each set of conflicts must have at least two entries, but found {count}")
        return cls(unique)

    def contains(self, package: PackageName, kind: ConflictKind, name: str | None = None) -> bool:
        """Whether the set names this item."""
        return ConflictItem(package, kind, name) in self.items

    def __iter__(self) -> Iterator[ConflictItem]:
        return iter(self.items)

    @property
    def words(self) -> tuple[str | int, ...]:
        """What uv hashes of the set."""
        return (len(self.items), *(word for item in self.items for word in item.words))


class Conflicts(msgspec.Struct, frozen=True):
    """All declared sets, in order of declaration."""

    sets: tuple[ConflictSet, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sets)

    def __iter__(self) -> Iterator[ConflictSet]:
        return iter(self.sets)

    def __add__(self, other: Conflicts) -> Conflicts:
        return Conflicts(self.sets + other.sets)

    def contains(self, package: PackageName, kind: ConflictKind, name: str | None = None) -> bool:
        """Whether any set names this item."""
        item = ConflictItem(package, kind, name)
        return any(item in conflict_set.items for conflict_set in self.sets)

    def with_transitive_groups(self, package: PackageName, includes: Mapping[str, Iterable[str]]) -> Conflicts:
        """Add the sets that follow from groups including other groups.

        ``includes`` maps each group of the package to the groups it includes directly. A group that includes a
        conflicting one conflicts in its place; cyclic includes add nothing.
        """
        if not any(item.kind == "group" for conflict_set in self.sets for item in conflict_set.items):
            return self
        if not any(included for included in map(tuple, includes.values())):
            return self
        conflicting = {
            item.name: item
            for conflict_set in reversed(self.sets)
            for item in reversed(conflict_set.items)
            if item.kind == "group"
        }
        includers: dict[str, list[str]] = {}
        for group, included_groups in includes.items():
            for included in included_groups:
                if included in includes or included in conflicting:
                    includers.setdefault(included, []).append(group)
        order = _topological([*dict.fromkeys([*map(str, conflicting), *includes])], includers)
        if order is None:
            return self
        reached: dict[str, dict[ConflictItem, None]] = {str(name): {item: None} for name, item in conflicting.items()}
        substitutions: dict[ConflictItem, dict[ConflictItem, None]] = {}
        for group in order:
            for includer in includers.get(group, ()):
                item = conflicting.get(includer) or ConflictItem(package, "group", includer)
                for canonical in reached.get(group, {}):
                    substitutions.setdefault(canonical, {})[item] = None
                    reached.setdefault(includer, {})[canonical] = None
        from ultraviolet.standards.hash_order import bucket_order, fx_hash

        # As many new sets as combinations, in the order of uv's hash maps: a lockfile lists them so.
        known = dict.fromkeys(self.sets)
        for canonical in bucket_order(substitutions, lambda item: fx_hash(*item.words)):
            replacements = bucket_order(substitutions[canonical], lambda item: fx_hash(*item.words))
            added: dict[ConflictSet, None] = {}
            for conflict_set in known:
                if canonical in conflict_set.items:
                    rest = [item for item in conflict_set.items if item != canonical]
                    for replacement in replacements:
                        items = {*rest, replacement}
                        expanded = ConflictSet(tuple(sorted(items, key=lambda item: item.sort_key)))
                        if expanded not in known:
                            added[expanded] = None
            known.update(dict.fromkeys(bucket_order(added, lambda items: fx_hash(*items.words))))
        return Conflicts((*self.sets, *list(known)[len(dict.fromkeys(self.sets)) :]))


def decode_conflict_item(name: str) -> ConflictItem:
    """Read an encoded item back; raises :class:`InvalidConflict`."""
    kind, found, tail = name.partition("-")
    if not found:
        raise _invalid(name, "expected to find leading `package`, `extra-` or `group-`")
    length_text, found, tail = tail.partition("-")
    if not found:
        raise _invalid(name, "expected to find `{number}-` after leading `package-`, `extra-` or `group-`")
    if not (length_text.isascii() and length_text.isdigit()):
        raise _invalid(name, f"found package length number `{length_text}`, but could not parse into integer")
    length = int(length_text)
    if length > len(tail):
        raise _invalid(name, f"expected at least {length} bytes for package name, but found {len(tail)}")
    package, tail = tail[:length], tail[length:]
    if kind == "project":
        return ConflictItem(PackageName(normalize_name(package)), "project")
    if kind not in {"extra", "group"}:
        raise _invalid(name, f"unrecognized kind `{kind}` (must be `extra` or `group`)")
    if not tail.startswith("-"):
        raise _invalid(name, f"expected `-` after package name `{package}`")
    return ConflictItem(PackageName(normalize_name(package)), cast("ConflictKind", kind), normalize_name(tail[1:]))


def _invalid(name: str, reason: str) -> InvalidConflict:
    return InvalidConflict(f"Invalid extra value in conflict marker: {reason}: {name}")


def _topological(groups: list[str], following: Mapping[str, list[str]]) -> list[str] | None:
    """Sort groups so that each comes before those that include it; ``None`` when they go round in a circle."""
    waiting = dict.fromkeys(groups, 0)
    for targets in following.values():
        for target in targets:
            waiting[target] += 1
    ready = [group for group, count in waiting.items() if not count]
    order: list[str] = []
    while ready:
        group = ready.pop(0)
        order.append(group)
        for target in following.get(group, ()):
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return order if len(order) == len(groups) else None

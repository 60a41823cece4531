"""Dependency groups: includes resolved into flat lists of requirements.

Specification: https://packaging.python.org/en/latest/specifications/dependency-groups/ (PEP 735)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ultraviolet.errors import UltravioletError
from ultraviolet.standards import shapes
from ultraviolet.standards.errors import StandardsError
from ultraviolet.standards.names import GroupName, normalize_name, parse_group_name
from ultraviolet.standards.requirements import Pep508Requirement, parse_requirement
from ultraviolet.standards.shapes import Path, ShapeError
from ultraviolet.standards.specifiers import Specifiers, parse_specifiers

DEV_GROUP = GroupName("dev")


class GroupInclude(msgspec.Struct, frozen=True):
    """An ``{ include-group = "..." }`` entry."""

    name: GroupName


class UnknownEntry(msgspec.Struct, frozen=True):
    """An entry that is a table of another form."""

    fields: tuple[tuple[str, str], ...]


GroupEntry = str | GroupInclude | UnknownEntry
Groups = Mapping[GroupName, tuple[GroupEntry, ...]]


class FlatGroup(msgspec.Struct, frozen=True):
    """A group with everything it includes."""

    requirements: tuple[Pep508Requirement, ...]
    requires_python: Specifiers | None = None
    """What ``tool.uv.dependency-groups`` asks of the interpreter, for the group and for what it includes."""


class InvalidGroups(UltravioletError):
    """The groups of a project contradict themselves."""


class MissingGroup(InvalidGroups):
    """An include or a setting names a group that does not exist."""

    def __init__(self, message: str, *, group: GroupName, parent: GroupName | None) -> None:
        super().__init__(message)
        self.group = group
        self.parent = parent
        """The including group; None for a setting."""


class CyclicGroups(InvalidGroups):
    """Groups include each other in a circle."""

    def __init__(self, cycle: tuple[GroupName, ...]) -> None:
        chain = " -> ".join(f"`{name}`" for name in (*cycle, cycle[0]))
        super().__init__(f"Detected a cycle in `dependency-groups`: {chain}")
        self.cycle = cycle


def read_groups(value: Any, path: Path = ("dependency-groups",)) -> dict[GroupName, tuple[GroupEntry, ...]]:
    """Read the table, names sorted.

    :raises ShapeError: it has another shape.
    """
    found: dict[GroupName, tuple[GroupEntry, ...]] = {}
    for name, item, key in shapes.unique(
        value,
        path,
        parse_group_name,
        duplicate="duplicate dependency group: `{}`",
        expected="a table with unique dependency group names",
    ):
        entries = shapes.array(item, (*path, key))
        found[name] = tuple(_read_entry(entry, (*path, key, index)) for index, entry in enumerate(entries))
    return dict(sorted(found.items()))


def _read_entry(entry: Any, path: Path) -> GroupEntry:
    if isinstance(entry, str):
        return entry
    if not isinstance(entry, dict):
        raise shapes.wrong_type(entry, "a string or a map with the `include-group` key", path)
    for key, value in entry.items():
        shapes.string(value, (*path, key))
    if not entry:
        raise ShapeError("missing field `include-group`", path)
    if len(entry) == 1 and "include-group" in entry:
        try:
            return GroupInclude(parse_group_name(entry["include-group"]))
        except UltravioletError as error:
            raise ShapeError(error.message, path) from None
    return UnknownEntry(tuple(sorted(entry.items())))


def read_group_settings(
    value: Any, path: Path = ("tool", "uv", "dependency-groups")
) -> dict[GroupName, Specifiers | None]:
    """Read ``tool.uv.dependency-groups``: the Python versions that groups need.

    :raises ShapeError: it has another shape.
    """
    found: dict[GroupName, Specifiers | None] = {}
    for name, item, key in shapes.unique(
        value, path, parse_group_name, duplicate="duplicate settings for dependency group `{}`"
    ):
        settings = shapes.table(item, (*path, key), "struct DependencyGroupSettings")
        text = settings.get("requires-python")
        found[name] = None
        if text is not None:
            found[name] = shapes.parsed(text, (*path, key, "requires-python"), parse_specifiers)
    return dict(sorted(found.items()))


def flatten_groups(
    groups: Groups, settings: Mapping[GroupName, Specifiers | None] | None = None
) -> dict[GroupName, FlatGroup]:
    """Resolve all includes, depth first and in place.

    :raises InvalidGroups: a group is missing or included in a circle, or an entry is not understood.
    """
    settings = settings or {}
    for name in settings:
        if name not in groups:
            raise MissingGroup(
                f"Failed to find group `{name}` specified in `[tool.uv.dependency-groups]`", group=name, parent=None
            )
    flat: dict[GroupName, FlatGroup] = {}
    for name in sorted(groups):
        _flatten(name, groups, settings, flat, [])
    return dict(sorted(flat.items()))


def _flatten(
    name: GroupName,
    groups: Groups,
    settings: Mapping[GroupName, Specifiers | None],
    flat: dict[GroupName, FlatGroup],
    parents: list[GroupName],
) -> None:
    entries = groups.get(name)
    if entries is None:
        parent = parents[-1]
        raise MissingGroup(f"Failed to find group `{name}` included by `{parent}`", group=name, parent=parent)
    if name in parents:
        raise CyclicGroups(tuple(parents))
    if name in flat:
        return
    parents.append(name)
    requirements: list[Pep508Requirement] = []
    python: list[str] = []
    for entry in entries:
        if isinstance(entry, str):
            requirements.append(_parse_entry(name, entry))
        elif isinstance(entry, GroupInclude):
            _flatten(entry.name, groups, settings, flat, parents)
            included = flat[entry.name]
            requirements += included.requirements
            if included.requires_python is not None:
                python.append(str(included.requires_python))
        else:
            fields = ", ".join(f'"{key}": "{value}"' for key, value in entry.fields)
            raise InvalidGroups(f"Group `{name}` contains an unknown dependency object specifier: {{{fields}}}")
    own = settings.get(name)
    if own:
        from ultraviolet.standards.requires_python import RequiresPython

        python.append(str(own))
        marker = RequiresPython.from_specifiers(own).to_marker()
        requirements = [
            msgspec.structs.replace(requirement, marker=requirement.marker & marker) for requirement in requirements
        ]
    parents.pop()
    flat[name] = FlatGroup(tuple(requirements), parse_specifiers(",".join(python)) if python else None)


def _parse_entry(group: GroupName, text: str) -> Pep508Requirement:
    try:
        return parse_requirement(text)
    except StandardsError as error:
        raise InvalidGroups(f"Failed to parse entry in group `{group}`: `{text}`") from error


def is_group(name: str, group: str) -> bool:
    """Whether a spelling names a group."""
    try:
        return normalize_name(name) == group
    except UltravioletError:
        return False

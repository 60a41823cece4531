"""Dependency lists in TOML: finding, inserting, replacing and removing requirements without disturbing comments.

The rules are those of uv: a list that was sorted stays sorted, and a list that changes is laid out one item a line,
with the indentation of its first item and a trailing comma.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from ultraviolet.errors import UltravioletError
from ultraviolet.standards.errors import StandardsError
from ultraviolet.standards.markers import Marker
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.requirements import Pep508Requirement, parse_requirement
from ultraviolet.standards.toml_document import Array, Scalar, Value

INDENTATION = "    "


class AmbiguousUpdate(UltravioletError):
    """Several entries of a list are equally meant by an update."""

    def __init__(self, name: PackageName, requirements: Sequence[str]) -> None:
        listing = "\n".join(f"- `{requirement}`" for requirement in requirements)
        super().__init__(f"Cannot perform ambiguous update; found multiple entries for `{name}`:\n{listing}")
        self.name = name
        self.requirements = tuple(requirements)


class ArrayEdit(msgspec.Struct, frozen=True):
    """What happened to a list."""

    added: bool
    """Whether the entry is new."""
    index: int
    """Its position."""


def find_requirements(
    array: Array, name: PackageName, marker: Marker | None = None
) -> list[tuple[int, Pep508Requirement]]:
    """Return the entries of a package, with their positions; of exactly that marker if one is given."""
    found = []
    for index, item in enumerate(array.items):
        requirement = _requirement(item)
        if requirement is not None and requirement.name == name and marker in {None, requirement.marker}:
            found.append((index, requirement))
    return found


def put_requirement(array: Array, requirement: Pep508Requirement, *, text: str, has_source: bool) -> ArrayEdit:
    """Update the entry of the same package and marker, or insert ``text``.

    :raises AmbiguousUpdate: several entries qualify.
    """
    existing = find_requirements(array, requirement.name, requirement.marker)
    if len(existing) > 1:
        raise AmbiguousUpdate(requirement.name, [str(entry) for _, entry in existing])
    if existing:
        index, old = existing[0]
        replace_text(array, index, str(_updated(old, requirement, has_source=has_source)))
        lay_out(array)
        return ArrayEdit(added=False, index=index)
    index = _insertion_point(array, text)
    _insert(array, index, text)
    lay_out(array)
    return ArrayEdit(added=True, index=index)


def replace_text(array: Array, index: int, text: str) -> None:
    """Put another string in the place of an item."""
    old = array.items[index]
    new = Scalar(text)
    new.prefix, new.suffix = old.prefix, old.suffix
    array.items[index] = new


def remove_requirements(array: Array, name: PackageName) -> list[str]:
    """Remove all entries of a package; return their texts."""
    removed = []
    for index, _ in reversed(find_requirements(array, name)):
        item = array.items[index]
        removed.append(str(item.value) if isinstance(item, Scalar) else "")
        _remove(array, index)
    if removed:
        lay_out(array)
    return removed


def _requirement(item: Value) -> Pep508Requirement | None:
    if not isinstance(item, Scalar) or not isinstance(item.value, str):
        return None
    try:
        return parse_requirement(item.value)
    except (StandardsError, UltravioletError):
        return None


def _updated(old: Pep508Requirement, new: Pep508Requirement, *, has_source: bool) -> Pep508Requirement:
    changes: dict[str, Any] = {"extras": tuple(sorted({*old.extras, *new.extras}))}
    if has_source:
        changes["url"] = None
    if new.url is not None:
        changes["url"] = new.url
        changes["specifiers"] = new.specifiers
    elif new.specifiers:
        changes["specifiers"] = new.specifiers
        changes["url"] = None
    if not new.marker.is_true:
        changes["marker"] = new.marker
    return msgspec.structs.replace(old, **changes)


def _split(text: str) -> tuple[str, str]:
    """Split a requirement's text into its name with extras, and the rest."""
    cut = min((at for at in (text.find(char) for char in "><=~!@") if at >= 0), default=len(text))
    return text[:cut].strip(), text[cut:].strip()


def _insertion_point(array: Array, text: str) -> int:
    texts = [item.value if isinstance(item, Scalar) and isinstance(item.value, str) else None for item in array.items]
    strings = [item for item in texts if item is not None]
    orders: tuple[Callable[[str], Any], ...] = (
        lambda item: _split(item.lower()),
        _split,
        str.lower,
        str,
    )
    for order in orders:
        keys = [order(item) for item in strings]
        if all(first <= second for first, second in pairwise(keys)):
            new = order(text)
            for index, item in enumerate(texts):
                if item is not None and order(item) > new:
                    return index
            break
    # Includes of other groups stay at the end.
    return max((index + 1 for index, item in enumerate(texts) if item is not None), default=len(texts))


def _insert(array: Array, index: int, text: str) -> None:
    items = array.items
    new = Scalar(text)
    if index == len(items):
        # Comments after the last item belong above the new one, or on the line of the last.
        new.prefix = array.trailing or ""
        array.trailing = ""
    elif index > 0:
        # A comment that ends the line of the item before is held by the item after it.
        new.prefix = items[index].prefix or ""
        items[index].prefix = ""
    items.insert(index, new)
    if index == 0 and len(items) > 1:
        _share_prefix(new, items[1])


def _share_prefix(new: Value, first: Value) -> None:
    """Give a new first item the indentation; comments on lines of their own stay with the old first item."""
    prefix = first.prefix or ""
    cut = min((at for at in (prefix.find("\r"), prefix.find("\n")) if at >= 0), default=-1)
    if cut < 0:
        new.prefix = prefix
        return
    newline = "\r\n" if prefix.startswith("\r\n", cut) else prefix[cut]
    first_line, rest = prefix[:cut], prefix[cut + 1 :]
    lines = split_lines(rest)
    new.prefix = f"{first_line}{newline}{lines[-1] if lines else ''}"
    first.prefix = f"{newline}{rest}"


def _remove(array: Array, index: int) -> None:
    prefix = array.items[index].prefix
    if prefix:
        if index + 1 < len(array.items):
            after = array.items[index + 1]
            after.prefix = prefix + (after.prefix or "")
        else:
            array.trailing = prefix + (array.trailing or "")
    del array.items[index]


def lay_out(array: Array) -> None:
    """Write every item on a line of its own, keep all comments, end with a comma."""
    items = array.items
    if not array.trailing_comma and items and "#" in (items[-1].suffix or ""):
        # Behind a new comma, comments of the last item are the array's.
        array.trailing = (items[-1].suffix or "") + (array.trailing or "")
        items[-1].suffix = ""
    indentation = INDENTATION
    if items:
        lines = split_lines(items[0].prefix or "")
        indentation = (lines[-1] if lines else "").partition("#")[0] or INDENTATION
    line = "\n" + indentation
    for item in items:
        comments = _comments(item.prefix) + _comments(item.suffix)
        item.prefix = _join_comments(comments, line) + line
        item.suffix = ""
    trailing = _join_comments(_comments(array.trailing), line)
    if trailing or items:
        trailing += "\n"
    array.trailing = trailing
    array.trailing_comma = True


def split_lines(text: str) -> list[str]:
    """Split at line feeds; a final one starts no line, a carriage return before one is dropped."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def _comments(text: str | None) -> list[tuple[str | None, str]]:
    """Return (space before it if it ends a line, comment) for the comments in the space around a value."""
    found: list[tuple[str | None, str]] = []
    after_blank = after_comment = False
    for line in split_lines(text or ""):
        before, mark, comment = line.partition("#")
        if mark:
            own_line = after_blank or after_comment
            space = before[len(before.rstrip()) :]
            found.append((None if own_line else space, "#" + comment.rstrip()))
        after_blank = not line.strip()
        after_comment = bool(mark)
    return found


def _join_comments(comments: list[tuple[str | None, str]], line: str) -> str:
    return "".join((line if space is None else space) + text for space, text in comments)

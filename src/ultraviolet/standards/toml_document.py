r"""A TOML document that can be changed and written back with everything else untouched.

The nodes keep the text around every key and value, so that writing an unchanged document gives the text that was read
(line endings become ``\\n``). The model and the default spacing follow ``toml_edit``, which uv edits manifests with:
a missing text (``None``) means "the usual spacing of this place". Reading for data only is
``toml.parse_toml``.

Specification: https://toml.io/en/v1.1.0
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


class Key:
    """A key as it is written, with the space around it."""

    __slots__ = ("dotted_prefix", "dotted_suffix", "name", "prefix", "raw", "span", "suffix")

    def __init__(self, name: str, raw: str | None = None, span: tuple[int, int] | None = None) -> None:
        self.name = name
        self.raw = raw
        self.span = span
        self.prefix: str | None = None
        """Text before the key: blank lines, comments and indentation of its line."""
        self.suffix: str | None = None
        self.dotted_prefix: str | None = None
        self.dotted_suffix: str | None = None

    def copy(self) -> Key:
        """Return a key that can be changed on its own."""
        key = Key(self.name, self.raw, self.span)
        key.prefix, key.suffix = self.prefix, self.suffix
        key.dotted_prefix, key.dotted_suffix = self.dotted_prefix, self.dotted_suffix
        return key

    def reset(self) -> None:
        """Drop the spelling and the space around the key."""
        self.raw = self.prefix = self.suffix = self.dotted_prefix = self.dotted_suffix = None

    def text(self) -> str:
        """Return the spelling."""
        return self.raw if self.raw is not None else format_key(self.name)


class Scalar:
    """A string, number, boolean or date."""

    __slots__ = ("prefix", "raw", "span", "suffix", "value")

    def __init__(self, value: Any, raw: str | None = None, span: tuple[int, int] | None = None) -> None:
        self.value = value
        self.raw = raw
        self.span = span
        self.prefix: str | None = None
        self.suffix: str | None = None

    def text(self) -> str:
        """Return the spelling."""
        return self.raw if self.raw is not None else format_scalar(self.value)


class Array:
    """A list of values in brackets."""

    __slots__ = ("items", "prefix", "span", "suffix", "trailing", "trailing_comma")

    def __init__(self, items: list[Value] | None = None, span: tuple[int, int] | None = None) -> None:
        self.items: list[Value] = items if items is not None else []
        self.span = span
        self.prefix: str | None = None
        self.suffix: str | None = None
        self.trailing: str | None = None
        """Text between the last comma (or value) and the closing bracket."""
        self.trailing_comma = False

    def push(self, value: Value) -> None:
        """Append with the usual spacing."""
        value.prefix, value.suffix = (" " if self.items else "", "")
        self.items.append(value)


class InlineTable:
    """A table in braces; ``dotted`` when it only carries the rest of a dotted key."""

    __slots__ = ("dotted", "entries", "implicit", "prefix", "span", "suffix", "trailing", "trailing_comma")

    def __init__(self, span: tuple[int, int] | None = None) -> None:
        self.entries: dict[str, tuple[Key, Value]] = {}
        self.span = span
        self.prefix: str | None = None
        self.suffix: str | None = None
        self.trailing: str | None = None
        self.trailing_comma = False
        self.dotted = False
        self.implicit = False

    def reset_spacing(self) -> None:
        """Give all entries the usual spacing."""
        for key, value in self.entries.values():
            key.prefix = key.suffix = key.dotted_prefix = key.dotted_suffix = None
            value.prefix = value.suffix = None
        self.trailing = None
        self.trailing_comma = False


class Table:
    """A table under a ``[header]``, the root of a document, or the inner part of a dotted key."""

    __slots__ = ("dotted", "entries", "implicit", "position", "prefix", "span", "suffix")

    def __init__(self, *, implicit: bool = False, dotted: bool = False) -> None:
        self.entries: dict[str, tuple[Key, Node]] = {}
        self.span: tuple[int, int] | None = None
        self.prefix: str | None = None
        self.suffix: str | None = None
        self.implicit = implicit
        """Without a header of its own."""
        self.dotted = dotted
        self.position: int | None = None
        """Rank of the header in the text; None stays with the table before it."""

    def get(self, name: str) -> Node | None:
        """Return the node of a key."""
        entry = self.entries.get(name)
        return entry[1] if entry is not None else None

    def set(self, name: str, node: Node) -> None:
        """Put a node under a key; an existing key keeps its rank but not its spelling."""
        entry = self.entries.get(name)
        key = entry[0] if entry is not None else Key(name)
        key.reset()
        self.entries[name] = (key, node)

    def setdefault(self, name: str, make: Callable[[], Node]) -> Node:
        """Return the node of a key, made and appended when it is missing."""
        entry = self.entries.get(name)
        if entry is None:
            entry = self.entries[name] = (Key(name), make())
        return entry[1]

    def remove(self, name: str) -> None:
        """Delete a key if it is there."""
        self.entries.pop(name, None)


class ArrayOfTables:
    """The tables of a ``[[header]]``."""

    __slots__ = ("span", "tables")

    def __init__(self, tables: list[Table] | None = None) -> None:
        self.tables: list[Table] = tables if tables is not None else []
        self.span: tuple[int, int] | None = None


Value = Scalar | Array | InlineTable
Node = Scalar | Array | InlineTable | Table | ArrayOfTables


class Document:
    """A whole text."""

    __slots__ = ("bom", "root", "text", "trailing")

    def __init__(self, root: Table, trailing: str, text: str) -> None:
        self.root = root
        self.trailing = trailing
        """What follows the last entry."""
        self.text = text
        """The text that was read."""
        self.bom = text.startswith("\ufeff")

    def to_text(self) -> str:
        """Write the document."""
        out: list[str] = []
        tables: list[tuple[int, int, Table, list[Key], bool]] = []
        last = 0
        for table, path, in_array in _nested_tables(self.root, [], in_array=False):
            if table.position is not None:
                last = table.position
            tables.append((last, len(tables), table, path, in_array))
        tables.sort(key=lambda entry: entry[:2])
        first = True
        for _, _, table, path, in_array in tables:
            first = _write_table(out, table, path, in_array=in_array, first=first)
        out.append(self.trailing)
        return "".join(out).replace("\r", "")

    def locate(self, path: tuple[str | int, ...], *, key: bool = False) -> tuple[int, int] | None:
        """Return the span of the node at a path (or of its key), or None."""
        node: Node | None = self.root
        found: Key | None = None
        for part in path:
            found, node = _child(node, part)
        if key:
            return found.span if found is not None else None
        if isinstance(node, ArrayOfTables):
            return node.tables[0].span if node.tables else None
        if node is None:
            return None
        # A table that only the headers or dotted keys of others imply lies where its name does.
        return node.span if node.span is not None or found is None else found.span


def _child(node: Node | None, part: str | int) -> tuple[Key | None, Node | None]:
    if isinstance(part, int):
        items: list[Any] = []
        if isinstance(node, Array):
            items = node.items
        elif isinstance(node, ArrayOfTables):
            items = node.tables
        return None, items[part] if part < len(items) else None
    if node is None or isinstance(node, Scalar | Array | ArrayOfTables):
        return None, None
    return node.entries.get(part, (None, None))


def plain(node: Node) -> Any:
    """Return the data of a node as ``tomllib`` gives it."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Array):
        return [plain(item) for item in node.items]
    if isinstance(node, ArrayOfTables):
        return [plain(table) for table in node.tables]
    return {name: plain(value) for name, (_, value) in node.entries.items()}


# Writing


def _nested_tables(table: Table, path: list[Key], *, in_array: bool) -> Iterator[tuple[Table, list[Key], bool]]:
    if not table.dotted:
        yield table, path, in_array
    for key, node in table.entries.values():
        if isinstance(node, Table):
            yield from _nested_tables(node, [*path, key], in_array=False)
        elif isinstance(node, ArrayOfTables):
            for inner in node.tables:
                yield from _nested_tables(inner, [*path, key], in_array=True)


def table_values(table: Table | InlineTable) -> Iterator[tuple[list[Key], Value]]:
    """Yield the (key path, value) lines of a table; dotted keys are joined."""
    yield from _values(table, [])


def _values(table: Table | InlineTable, path: list[Key]) -> Iterator[tuple[list[Key], Value]]:
    for key, node in table.entries.values():
        here = [*path, key]
        if isinstance(node, Table):
            if node.dotted:
                yield from _values(node, here)
        elif isinstance(node, InlineTable) and node.dotted:
            yield from _values(node, here)
        elif isinstance(node, Scalar | Array | InlineTable):
            yield here, node


def _write_table(out: list[str], table: Table, path: list[Key], *, in_array: bool, first: bool) -> bool:
    lines = list(table_values(table))
    if not path:
        if lines:
            first = False
    elif in_array or not (table.implicit and not lines):
        prefix = table.prefix if table.prefix is not None else ("" if first else "\n")
        first = False
        out.append(prefix)
        out.append("[[" if in_array else "[")
        _write_key_path(out, path, "", "")
        out.append("]]" if in_array else "]")
        out.append(table.suffix or "")
        out.append("\n")
    for keys, value in lines:
        _write_key_path(out, keys, "", " ")
        out.append("=")
        _write_value(out, value, " ", "")
        out.append("\n")
    return first


def _write_key_path(out: list[str], path: list[Key], prefix: str, suffix: str) -> None:
    leaf = path[-1]
    last = len(path) - 1
    for index, key in enumerate(path):
        if index == 0:
            out.append(leaf.prefix if leaf.prefix is not None else prefix)
        else:
            out.append(".")
            out.append(key.dotted_prefix or "")
        out.append(key.text())
        if index == last:
            out.append(leaf.suffix if leaf.suffix is not None else suffix)
        else:
            out.append(key.dotted_suffix or "")


def _write_value(out: list[str], value: Value, prefix: str, suffix: str) -> None:
    out.append(value.prefix if value.prefix is not None else prefix)
    if isinstance(value, Scalar):
        out.append(value.text())
    elif isinstance(value, Array):
        out.append("[")
        for index, item in enumerate(value.items):
            if index:
                out.append(",")
            _write_value(out, item, " " if index else "", "")
        if value.trailing_comma and value.items:
            out.append(",")
        out.append(value.trailing or "")
        out.append("]")
    else:
        out.append("{")
        lines = list(table_values(value))
        for index, (keys, inner) in enumerate(lines):
            if index:
                out.append(",")
            _write_key_path(out, keys, " ", " ")
            out.append("=")
            last = index == len(lines) - 1
            _write_value(out, inner, " ", " " if last and not value.trailing_comma else "")
        if value.trailing_comma and lines:
            out.append(",")
        out.append(value.trailing or "")
        out.append("}")
    out.append(value.suffix if value.suffix is not None else suffix)


_BARE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_ESCAPES = {
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}


def format_key(name: str) -> str:
    """Spell a key: bare if it can be."""
    if name and _BARE.issuperset(name):
        return name
    return format_string(name)


def format_string(text: str) -> str:
    """Spell a string: basic unless a literal string avoids escapes."""
    if not any(char in _ESCAPES or _is_control(char) for char in text):
        return f'"{text}"'
    if "'" not in text and not any(_is_control(char) for char in text):
        return f"'{text}'"
    return '"' + "".join(_escape(char) for char in text) + '"'


def _is_control(char: str) -> bool:
    return (char < " " and char != "\t") or char == "\x7f"


def _escape(char: str) -> str:
    known = _ESCAPES.get(char)
    if known is not None:
        return known
    return f"\\u{ord(char):04X}" if _is_control(char) else char


def format_scalar(value: Any) -> str:
    """Spell a string, boolean or integer."""
    if isinstance(value, str):
        return format_string(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)

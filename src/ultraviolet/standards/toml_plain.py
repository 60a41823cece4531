"""Reads the TOML that manifests are mostly made of, without importing a whole reader.

Tables and arrays of tables with bare names; bare and quoted keys; strings without further escapes than of quotes and backslashes, whole numbers, booleans, arrays
and inline tables of these. What is anything else, or wrong, is left to a full reader: :func:`parse_plain_toml` never
answers what that would refuse, and never answers differently.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BARE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
_ENDS = frozenset(" \t\n,]}#")


class _NotPlain(Exception):
    """There is something that only a full reader should judge."""


def parse_plain_toml(text: str) -> dict[str, Any] | None:
    r"""Return the data of a text, ``None`` when it takes a full reader to tell.

    >>> parse_plain_toml('[project]\nname = "a"  # short\ndependencies = [\n  "b>1",\n]\n')
    {'project': {'name': 'a', 'dependencies': ['b>1']}}
    >>> parse_plain_toml("when = 2020-01-01") is None
    True
    """
    if not text.replace("\n", "").replace("\t", "").isprintable():
        return None
    try:
        return _Reader(text + "\n").read()
    except (_NotPlain, IndexError, ValueError, RecursionError):
        return None


class _Reader:
    """One reading of one text, which ends with a line end."""

    __slots__ = ("arrays", "implicit", "tables", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.tables: set[int] = set()
        """Identities of tables that headers have made, not keys."""
        self.implicit: set[int] = set()
        """Those of them that only stood before a dot so far."""
        self.arrays: set[int] = set()
        """Identities of arrays of tables."""

    def read(self) -> dict[str, Any]:
        text, end = self.text, len(self.text)
        root: dict[str, Any] = {}
        table = root
        self.tables.add(id(root))
        position = self.skip(0)
        while position < end:
            if text[position] == "[":
                table, position = self.header(root, position)
            else:
                name, position = self.key(position)
                if name in table:
                    raise _NotPlain
                table[name], position = self.value(position)
            position = self.line_end(position)
            position = self.skip(position)
        return root

    def skip(self, position: int) -> int:
        """Pass over white space, line ends and comments."""
        text, end = self.text, len(self.text)
        while position < end:
            char = text[position]
            if char in " \t\n":
                position += 1
            elif char == "#":
                position = text.index("\n", position)
            else:
                break
        return position

    def space(self, position: int) -> int:
        text = self.text
        while text[position] in " \t":
            position += 1
        return position

    def line_end(self, position: int) -> int:
        """Nothing but a comment may follow on a line."""
        position = self.space(position)
        if self.text[position] not in "\n#":
            raise _NotPlain
        return position

    def header(self, root: dict[str, Any], position: int) -> tuple[dict[str, Any], int]:
        """Read ``[a.b]`` or ``[[a.b]]``, and return the table that begins."""
        text = self.text
        is_array = text.startswith("[[", position)
        start = position + (2 if is_array else 1)
        end = text.index("\n", start)
        close = text.find("]", start, end)
        if close < 0 or (is_array and text[close : close + 2] != "]]"):
            raise _NotPlain
        names = [name.strip(" \t") for name in text[start:close].split(".")]
        if not all(name and _BARE.issuperset(name) for name in names):
            raise _NotPlain
        table = root
        for name in names[:-1]:
            table = self.enter(table, name)
        last = names[-1]
        if is_array:
            return self.element(table, last), close + 2
        found = table.get(last)
        if found is None:
            found = table[last] = {}
            self.tables.add(id(found))
        elif id(found) in self.implicit:
            self.implicit.discard(id(found))
        else:
            raise _NotPlain
        return found, close + 1

    def enter(self, table: dict[str, Any], name: str) -> dict[str, Any]:
        """Return the table before a dot."""
        found = table.get(name)
        if found is None:
            found = table[name] = {}
            self.tables.add(id(found))
            self.implicit.add(id(found))
        elif id(found) in self.arrays:
            found = found[-1]
        elif id(found) not in self.tables:
            raise _NotPlain
        inner: dict[str, Any] = found
        return inner

    def element(self, table: dict[str, Any], name: str) -> dict[str, Any]:
        """Return a new element of an array of tables."""
        found = table.get(name)
        if found is None:
            found = table[name] = []
            self.arrays.add(id(found))
        elif id(found) not in self.arrays:
            raise _NotPlain
        inner: dict[str, Any] = {}
        self.tables.add(id(inner))
        found.append(inner)
        return inner

    def key(self, position: int) -> tuple[str, int]:
        """Read ``name =`` or ``"name" =``, and return where the value begins."""
        text = self.text
        if text[position] in "\"'":
            name, position = self.string(position)
        else:
            start = position
            while text[position] in _BARE:
                position += 1
            name = text[start:position]
            if not name:
                raise _NotPlain
        position = self.space(position)
        if text[position] != "=":
            raise _NotPlain
        return name, self.space(position + 1)

    def value(self, position: int) -> tuple[Any, int]:
        text = self.text
        char = text[position]
        if char in "\"'":
            return self.string(position)
        if char == "[":
            return self.array(position + 1)
        if char == "{":
            return self.inline_table(position + 1)
        start = position
        while text[position] not in _ENDS:
            position += 1
        word = text[start:position]
        if word in ("true", "false"):
            return word == "true", position
        digits = word.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 19) or (digits[0] == "0" and len(word) > 1):
            raise _NotPlain
        return int(word), position

    def string(self, position: int) -> tuple[str, int]:
        text = self.text
        quote = text[position]
        start = position + 1
        end = text.find(quote, start)
        if end == start and text[end + 1] == quote:  # a string of several lines
            raise _NotPlain
        if quote == '"' and text.find("\\", start, end) >= 0:
            return self.escaped(start)
        content = text[start:end]
        if end < 0 or "\n" in content:
            raise _NotPlain
        return content, end + 1

    def escaped(self, position: int) -> tuple[str, int]:
        """Read on in a string with quotes or backslashes inside."""
        text = self.text
        parts = []
        while True:
            end, escape = text.index('"', position), text.find("\\", position)
            if escape < 0 or end < escape:
                parts.append(text[position:end])
                content = "".join(parts)
                if "\n" in content:
                    raise _NotPlain
                return content, end + 1
            if text[escape + 1] not in '"\\':
                raise _NotPlain
            parts += (text[position:escape], text[escape + 1])
            position = escape + 2

    def array(self, position: int) -> tuple[list[Any], int]:
        text = self.text
        found: list[Any] = []
        position = self.skip(position)
        while text[position] != "]":
            value, position = self.value(position)
            found.append(value)
            position = self.skip(position)
            if text[position] == ",":
                position = self.skip(position + 1)
            elif text[position] != "]":
                raise _NotPlain
        return found, position + 1

    def inline_table(self, position: int) -> tuple[dict[str, Any], int]:
        text = self.text
        found: dict[str, Any] = {}
        position = self.space(position)
        if text[position] == "}":
            return found, position + 1
        while True:
            name, position = self.key(position)
            if name in found:
                raise _NotPlain
            found[name], position = self.value(position)
            position = self.space(position)
            if text[position] == "}":
                return found, position + 1
            if text[position] != ",":
                raise _NotPlain
            position = self.space(position + 1)

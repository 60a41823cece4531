"""Reads TOML 1.1 into a document, naming errors as uv does.

Two kinds of errors exist. Structural ones (a missing bracket) end the reading at once. Others (a bad escape, a
duplicate key) leave the structure intact; the first of them is reported when the structure turned out to be sound.
"""

from __future__ import annotations

from typing import Any, NoReturn

from ultraviolet.patterns import compile_pattern
from ultraviolet.standards.toml_document import (
    Array,
    ArrayOfTables,
    Document,
    InlineTable,
    Key,
    Node,
    Scalar,
    Table,
    Value,
)
from ultraviolet.standards.toml_errors import TomlError

_SPACE = compile_pattern(r"[ \t]*")
_ATOM = compile_pattern(r"""[^ \t\r\n=.,#\[\]{}"']+""")
_VALUE_ATOM = compile_pattern(r"""[^ \t\r\n=,#\[\]{}"']+""")
_BARE = compile_pattern(r"[A-Za-z0-9_-]+\Z")
_DATE = compile_pattern(r"\d{4}-\d")
_TIME = compile_pattern(r"\d\d:\d\d")
_NUMBER = compile_pattern(r"([0-9_]*)(?:(\.)([0-9_]*))?(?:([eE])([+-]?)([0-9_]*))?")
_WHOLE_DATE = compile_pattern(r"(\d{4})-(\d\d)?(?:-(\d\d)?)?(?:([Tt ])(.*))?")
_WHOLE_TIME = compile_pattern(r"(\d\d)(?::(\d\d))?(?::(\d\d))?")
_COMMENT_BAD = compile_pattern(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_KEY_CHARS = "expected letters, numbers, `-`, `_`"
_UNQUOTED = "string values must be quoted, expected literal string"
_ESCAPED = {"b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_HEX = frozenset("0123456789abcdefABCDEF")
_TABLE_NAMES: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "float",
    str: "string",
}


def parse_document(text: str) -> Document:
    """Read a TOML text for changing it, or for finding the place of an error.

    :raises TomlError: with the place and the words uv has for it.
    """
    return _Parser(text).parse()


class _Parser:
    """One reading of one text."""

    __slots__ = ("deferred", "position", "text", "token_end")

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 1 if text.startswith("\ufeff") else 0
        self.token_end = self.position
        self.deferred: TomlError | None = None

    def parse(self) -> Document:
        """Read everything.

        :raises TomlError: the text is not TOML.
        """
        text = self.text
        root = Table()
        root.position = 0
        root.span = (0, len(text))
        current = root
        tables = 0
        mark = self.position
        while True:
            self.space()
            char = self.peek()
            if char == "":
                break
            if char in "\r\n":
                self.newline()
            elif char == "#":
                self.comment()
            elif char == "[":
                tables += 1
                current = self.header(root, text[mark : self.position], tables)
                mark = self.position
            else:
                self.assignment(current, mark)
                mark = self.position
        if self.deferred is not None:
            raise self.deferred
        return Document(root, text[mark:], text)

    # Small steps

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def space(self) -> str:
        match = _SPACE.match(self.text, self.position)
        if match is None:
            return ""
        self.position = match.end()
        return match.group()

    def fail(self, reason: str, start: int, end: int | None = None) -> NoReturn:
        raise TomlError(reason, text=self.text, start=start, end=end)

    def defer(self, reason: str, start: int, end: int | None = None) -> None:
        if self.deferred is None:
            self.deferred = TomlError(reason, text=self.text, start=start, end=end)

    def newline(self) -> None:
        if self.text.startswith("\r\n", self.position):
            self.position += 2
        elif self.peek() == "\r":
            position = self.position + 1
            self.position = position
            self.defer("carriage return must be followed by newline, expected newline", position)
        else:
            self.position += 1

    def comment(self) -> None:
        end = self.text.find("\n", self.position)
        if end < 0:
            end = len(self.text)
        if end and self.text[end - 1] == "\r" and end - 1 > self.position:
            end -= 1
        bad = _COMMENT_BAD.search(self.text, self.position, end)
        if bad is not None:
            self.defer("invalid comment character, expected printable characters", bad.start())
        self.position = end

    def line_end(self) -> str:
        """Read the blank rest of a line, without its newline."""
        start = self.position
        self.space()
        char = self.peek()
        if char == "#":
            self.comment()
        elif char not in {"", "\r", "\n"}:
            self.fail("unexpected key or value, expected newline, `#`", self.position)
        rest = self.text[start : self.position]
        if self.peek():
            self.newline()
        return rest

    def trivia(self) -> str:
        """Read blanks, newlines and comments."""
        start = self.position
        while True:
            self.space()
            char = self.peek()
            if char == "#":
                self.comment()
            elif char and char in "\r\n":
                self.newline()
            else:
                return self.text[start : self.position]

    # Keys

    def simple_key(self) -> Key:
        text, start = self.text, self.position
        char = self.peek()
        if char in {'"', "'"}:
            if text.startswith(char * 3, start):
                end = text.find(char * 3, start + 3)
                end = len(text) if end < 0 else end + 3
                kind = "basic" if char == '"' else "literal"
                self.defer(
                    f"keys cannot be multi-line {kind} strings, expected basic string, literal string", start, end
                )
                self.position = self.token_end = end
                return Key(text[start:end], text[start:end], (start, end))
            value = self.single_line_string(char)
            return Key(value, text[start : self.position], (start, self.position))
        match = _ATOM.match(text, start)
        if match is None:
            self.defer(f"unquoted keys cannot be empty, {_KEY_CHARS}", start)
            return Key("", "", (start, start))
        self.position = self.token_end = match.end()
        name = match.group()
        if not _BARE.match(name):
            self.defer(f"invalid unquoted key, {_KEY_CHARS}", start, self.position)
        return Key(name, name, (start, self.position))

    def key_path(self) -> list[Key]:
        keys = [self.simple_key()]
        while True:
            mark = self.position
            blank = self.space()
            if self.peek() != ".":
                self.position = mark
                return keys
            keys[-1].dotted_suffix = blank
            self.position += 1
            self.token_end = self.position
            blank = self.space()
            key = self.simple_key()
            key.dotted_prefix = blank
            keys.append(key)

    # Statements

    def header(self, root: Table, prefix: str, position: int) -> Table:
        text, start = self.text, self.position
        in_array = text.startswith("[[", start)
        self.position += 2 if in_array else 1
        self.token_end = self.position
        blank = self.space()
        keys = self.key_path()
        keys[-1].prefix = blank
        mark = self.position
        blank = self.space()
        keys[-1].suffix = blank
        closing = "]]" if in_array else "]"
        if not text.startswith(closing, self.position):
            if in_array and self.peek() == "]":
                self.fail("unclosed array table, expected `]`", self.position + 1)
            self.fail(f"unclosed {'array table' if in_array else 'table'}, expected `]`", mark)
        self.position += len(closing)
        end = self.position
        suffix = self.line_end()
        return self.open_table(root, keys, prefix, suffix, position, in_array=in_array, span=(start, end))

    def open_table(
        self,
        root: Table,
        keys: list[Key],
        prefix: str,
        suffix: str,
        position: int,
        *,
        in_array: bool,
        span: tuple[int, int],
    ) -> Table:
        parent = self.descend(root, keys[:-1])
        leaf = keys[-1]
        entry = parent.entries.get(leaf.name)
        node = entry[1] if entry is not None else None
        table = Table()
        if in_array:
            if node is None:
                node = ArrayOfTables()
                parent.entries[leaf.name] = (leaf, node)
            if isinstance(node, ArrayOfTables):
                node.tables.append(table)
            else:
                self.duplicate(leaf)
        elif isinstance(node, Table) and node.implicit and not node.dotted:
            table = node
            table.implicit = False
            # The table now stands where its header is.
            parent.entries.pop(leaf.name)
            parent.entries[leaf.name] = (leaf, table)
        elif node is None:
            parent.entries[leaf.name] = (leaf, table)
        else:
            self.duplicate(leaf)
        table.prefix, table.suffix, table.position, table.span = prefix, suffix, position, span
        return table

    def duplicate(self, key: Key) -> None:
        start, end = key.span or (0, 0)
        self.defer("duplicate key", start, end)

    def descend(self, table: Table, keys: list[Key]) -> Table:
        """Follow a header's path, making implicit tables on the way."""
        for key in keys:
            entry = table.entries.get(key.name)
            if entry is None:
                inner = Table(implicit=True)
                table.entries[key.name] = (key, inner)
                table = inner
                continue
            node: Node = entry[1]
            if isinstance(node, Table):
                table = node
            elif isinstance(node, ArrayOfTables) and node.tables:
                table = node.tables[-1]
            else:
                start, end = key.span or (0, 0)
                self.defer(f"cannot extend value of type {_type_name(node)} with a dotted key", start, end)
                return Table()
        return table

    def assignment(self, table: Table, mark: int) -> None:
        text = self.text
        char = self.peek()
        if char == "]":
            self.fail("missing table open, expected `[`", self.position)
        if char == "{":
            self.fail("invalid key-value pair, expected key", self.position)
        if char == "=" and text.startswith("==", self.position):
            self.fail("extra `=`, expected nothing", self.position + 1)
        prefix = text[mark : self.position]
        keys = self.key_path()
        end = self.position
        suffix = self.space()
        if self.peek() != "=":
            self.fail("key with no value, expected `=`", self.position if self.peek() not in {"", "\r", "\n"} else end)
        self.position += 1
        self.token_end = self.position
        keys[-1].prefix, keys[-1].suffix = prefix, suffix
        blank = self.space()
        value = self.value()
        value.prefix, value.suffix = blank, self.line_end()
        self.insert(table, keys, value)

    def insert(self, table: Table | InlineTable, keys: list[Key], value: Value) -> None:
        target: Any = table
        inline = isinstance(table, InlineTable)
        for key in keys[:-1]:
            entry = target.entries.get(key.name)
            if entry is None:
                if inline:
                    inner: Any = InlineTable()
                    inner.dotted = inner.implicit = True
                else:
                    inner = Table(implicit=True, dotted=True)
                target.entries[key.name] = (key, inner)
                target = inner
                continue
            node = entry[1]
            if isinstance(node, Table | InlineTable) and node.dotted:
                target = node
                continue
            start, end = key.span or (0, 0)
            if isinstance(node, Table | ArrayOfTables):
                self.defer("duplicate key", start, end)
            else:
                self.defer(f"cannot extend value of type {_type_name(node)} with a dotted key", start, end)
            return
        leaf = keys[-1]
        if leaf.name in target.entries:
            self.duplicate(leaf)
            return
        target.entries[leaf.name] = (leaf, value)

    # Values

    def value(self) -> Value:
        text, start = self.text, self.position
        char = self.peek()
        if char == "[":
            return self.array()
        if char == "{":
            return self.inline_table()
        if char in {'"', "'"}:
            content = self.string(char)
            return Scalar(content, text[start : self.position], (start, self.position))
        if char == "]":
            self.fail("missing array opening, expected `[`", start)
        if char == "}":
            self.fail("missing inline table opening, expected `{`", start)
        if char == "=":
            self.fail("extra `=`, expected nothing", start)
        end = start
        while True:
            match = _VALUE_ATOM.match(text, end)
            if match is None:
                break
            end = match.end()
            blank = _SPACE.match(text, end)
            after = blank.end() if blank is not None else end
            if after == end or not _VALUE_ATOM.match(text, after):
                break
            end = after
        raw = text[start:end]
        self.position = self.token_end = end
        return Scalar(self.scalar(raw, start), raw, (start, end))

    def array(self) -> Array:
        start = self.position
        self.position += 1
        self.token_end = self.position
        array = Array()
        need_comma = False
        blank = self.trivia()
        while True:
            char = self.peek()
            if char == "":
                self.fail("unclosed array, expected `]`", self.token_end)
            if char == "]":
                if need_comma:
                    array.items[-1].suffix = blank
                    array.trailing = ""
                else:
                    array.trailing = blank
                self.position += 1
                self.token_end = self.position
                array.span = (start, self.position)
                return array
            if char == ",":
                if not need_comma:
                    self.fail("extra comma in array, expected value", self.position)
                array.items[-1].suffix = blank
                self.position += 1
                self.token_end = self.position
                array.trailing_comma = True
                need_comma = False
                blank = self.trivia()
                continue
            if need_comma:
                self.fail("missing comma between array elements, expected `,`", self.position)
            value = self.value()
            value.prefix, value.suffix = blank, ""
            array.items.append(value)
            array.trailing_comma = False
            need_comma = True
            blank = self.trivia()

    def inline_table(self) -> InlineTable:
        start = self.position
        self.position += 1
        self.token_end = self.position
        table = InlineTable()
        previous: Value | None = None
        need_comma = False
        blank = self.trivia()
        while True:
            char = self.peek()
            if char == "":
                self.fail("unclosed inline table, expected `}`", self.token_end)
            if char == "}":
                if need_comma and previous is not None:
                    previous.suffix = blank
                    table.trailing = ""
                else:
                    table.trailing = blank
                self.position += 1
                self.token_end = self.position
                table.span = (start, self.position)
                return table
            if char == ",":
                if not need_comma or previous is None:
                    self.fail("extra comma in inline table, expected key", self.position)
                previous.suffix = blank
                self.position += 1
                self.token_end = self.position
                table.trailing_comma = True
                need_comma = False
                blank = self.trivia()
                continue
            if char in "[]":
                self.fail(f"invalid inline table element, expected {'`,`' if need_comma else 'key'}", self.position)
            if need_comma:
                mark = self.position
                self.key_path()
                self.space()
                if self.peek() == "=" and "\n" not in blank:
                    self.fail("extra assignment between key-value pairs, expected `,`", self.position)
                self.fail("missing comma between key-value pairs, expected `,`", mark)
            previous = self.inline_entry(table, blank)
            table.trailing_comma = False
            need_comma = True
            blank = self.trivia()

    def inline_entry(self, table: InlineTable, blank: str) -> Value:
        keys = self.key_path()
        suffix = self.trivia()
        char = self.peek()
        if char == "":
            self.fail("unclosed inline table, expected `}`", self.token_end)
        if char == ",":
            self.fail("extra comma in inline table, expected `=`", self.position)
        if char == "}":
            self.fail("invalid literal string, expected `'`", self.position)
        if char != "=":
            self.fail("key with no value, expected `=`", self.position)
        self.position += 1
        self.token_end = self.position
        keys[-1].prefix, keys[-1].suffix = blank, suffix
        before = self.trivia()
        char = self.peek()
        if char == "":
            self.fail("unclosed inline table, expected `}`", self.token_end)
        if char == ",":
            self.fail("extra comma in inline table, expected value", self.position)
        if char == "}":
            self.fail("invalid literal string, expected `'`", self.position)
        value = self.value()
        value.prefix, value.suffix = before, ""
        self.insert(table, keys, value)
        return value

    # Strings

    def string(self, quote: str) -> str:
        if self.text.startswith(quote * 3, self.position):
            return self.multi_line_string(quote)
        return self.single_line_string(quote)

    def single_line_string(self, quote: str) -> str:
        text, start = self.text, self.position
        kind = "basic" if quote == '"' else "literal"
        position = start + 1
        while True:
            char = text[position : position + 1]
            if char in {"", "\n"} or text.startswith("\r\n", position):
                self.defer(f"invalid {kind} string, expected `{quote}`", position)
                end = position
                break
            if char == "\\" and quote == '"':
                step = text[position + 1 : position + 2]
                if step in {"", "\n"}:
                    position += 1
                    continue
                position += 2
                continue
            if char == quote:
                end = position + 1
                break
            position += 1
        self.position = self.token_end = end
        body = text[start + 1 : end - 1] if end > start + 1 and text[end - 1] == quote else text[start + 1 : end]
        return self.content(body, start + 1, quote, kind)

    def multi_line_string(self, quote: str) -> str:
        text, start = self.text, self.position
        kind = "multi-line basic" if quote == '"' else "multi-line literal"
        position = body = start + 3
        while True:
            if position >= len(text):
                self.defer(f"invalid {kind} string, expected `{quote}`", len(text))
                end = stop = len(text)
                break
            if text[position] == "\\" and quote == '"':
                position += 2
                continue
            if text.startswith(quote * 3, position):
                stop = position
                end = position + 3
                while end - position < 5 and text[end : end + 1] == quote:
                    end += 1
                    stop += 1
                break
            position += 1
        self.position = self.token_end = end
        content = text[body:stop]
        for newline in ("\r\n", "\n"):
            if content.startswith(newline):
                content, body = content[len(newline) :], body + len(newline)
                break
        return self.content(content, body, quote, kind)

    def content(self, body: str, offset: int, quote: str, kind: str) -> str:
        """Check the characters of a string and resolve its escapes."""
        multi = kind.startswith("multi")
        for index, char in enumerate(body):
            bad = (char < " " and char != "\t") or char == "\x7f"
            if bad and multi and (char == "\n" or body.startswith("\r\n", index)):
                bad = False
            if bad:
                allowed = (
                    "non-double-quote visible characters, `\\`"
                    if quote == '"'
                    else "non-single-quote visible characters"
                )
                self.defer(f"invalid {kind} string, expected {allowed}", offset + index)
                break
        if multi:
            body = body.replace("\r\n", "\n")
        if quote == "'" or "\\" not in body:
            return body
        return self.unescape(body, offset)

    def unescape(self, body: str, offset: int) -> str:
        out: list[str] = []
        position = 0
        while position < len(body):
            char = body[position]
            if char != "\\":
                out.append(char)
                position += 1
                continue
            code = body[position + 1 : position + 2]
            position += 2
            if code in {"x", "u", "U"}:
                size = {"x": 2, "u": 4, "U": 8}[code]
                digits = ""
                while len(digits) < size and body[position + len(digits) : position + len(digits) + 1] in _HEX:
                    if position + len(digits) >= len(body):
                        break
                    digits += body[position + len(digits)]
                if len(digits) < size:
                    self.defer(
                        "too few unicode value digits, expected unicode hexadecimal value",
                        offset + position + len(digits),
                    )
                else:
                    number = int(digits, 16)
                    if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
                        self.defer("invalid value, expected unicode hexadecimal value", offset + position)
                    else:
                        out.append(chr(number))
                position += len(digits)
            elif code in _ESCAPED and code:
                out.append(_ESCAPED[code])
            elif code and code in " \t\r\n":
                rest = body[position - 1 :]
                stripped = rest.lstrip(" \t")
                if stripped.startswith(("\n", "\r\n")):
                    position += len(rest) - 1 - len(rest.lstrip(" \t\r\n"))
                else:
                    self.bad_escape(offset + position - 1)
            else:
                self.bad_escape(offset + position - 1)
        return "".join(out)

    def bad_escape(self, position: int) -> None:
        self.defer('missing escaped value, expected `b`, `e`, `f`, `n`, `r`, `\\`, `"`, `x`, `u`, `U`', position)

    # Numbers, booleans and dates

    def scalar(self, raw: str, start: int) -> Any:
        end = start + len(raw)
        if raw in {"true", "false"}:
            return raw == "true"
        if raw == "":
            self.defer(_UNQUOTED, start)
            return ""
        first = raw[0]
        if " " in raw or "\t" in raw:
            if _DATE.match(raw):
                return self.date(raw, start)
            self.defer(_UNQUOTED, start, end)
            return ""
        if first in "tTfF":
            self.defer(f"invalid boolean, expected `{'true' if first in 'tT' else 'false'}`", start, end)
            return False
        if _DATE.match(raw) or _TIME.match(raw):
            return self.date(raw, start)
        return self.number(raw, start)

    def number(self, raw: str, start: int) -> Any:
        end = start + len(raw)
        body = raw[1:] if raw[0] in "+-" else raw
        offset = start + len(raw) - len(body)
        if body in {"inf", "nan"}:
            return float(raw)
        if body[:1] in {"i", "I", "n", "N"} and (body[:3].lower() in {"inf", "nan"}):
            self.defer(f"invalid float, expected `{body[:3].lower()}`", start, end)
            return 0.0
        if body[:1] in {"+", "-"} and body:
            self.defer("redundant numeric sign, expected nothing", offset)
            return 0
        if not body or body[0] not in "0123456789._":
            self.defer(_UNQUOTED, start, end)
            return 0
        if body[:2].lower() in {"0x", "0o", "0b"}:
            return self.radix(raw, body, start, offset)
        return self.decimal(raw, body, offset)

    def radix(self, raw: str, body: str, start: int, offset: int) -> int:
        base = {"x": 16, "o": 8, "b": 2}[body[1].lower()]
        name = {16: "hexadecimal", 8: "octal", 2: "binary"}[base]
        if raw is not body and raw != body:
            self.defer("integers with a radix cannot be signed, expected nothing", start)
            return 0
        if body[1].isupper():
            self.defer(f"radix must be lowercase, expected `{body[:2].lower()}`", start, start + 2)
            return 0
        digits = body[2:]
        if not digits:
            self.defer("integer number overflowed", start, start + 2)
            return 0
        if self.underscores(digits, offset + 2, "0123456789abcdefABCDEF"):
            return 0
        allowed = "0123456789abcdef"[:base]
        for index, char in enumerate(digits):
            if char != "_" and char.lower() not in allowed:
                self.defer(f"invalid {name} number", offset + 2 + index)
                return 0
        return int(digits.replace("_", ""), base)

    def underscores(self, digits: str, offset: int, alphabet: str) -> bool:
        for index, char in enumerate(digits):
            if char == "_" and not (
                0 < index < len(digits) - 1 and digits[index - 1] in alphabet and digits[index + 1] in alphabet
            ):
                self.defer("`_` may only go between digits, expected nothing", offset + index)
                return True
        return False

    def decimal(self, raw: str, body: str, offset: int) -> int | float:
        match = _NUMBER.match(body)
        if match is None:
            return 0
        whole, dot, fraction, exponent, _, power = match.groups()
        rest = body[match.end() :]
        if not whole:
            self.defer("invalid mantissa, expected digits", offset)
            return 0
        if len(whole) > 1 and whole[0] == "0":
            self.defer("unexpected leading zero, expected nothing", offset)
            return 0
        if self.underscores(whole, offset, "0123456789"):
            return 0
        if dot is not None and not fraction:
            self.defer("invalid fraction, expected digits", offset + match.end(2))
            return 0
        if fraction and self.underscores(fraction, offset + match.start(3), "0123456789"):
            return 0
        if exponent is not None and not power:
            self.defer("invalid exponent, expected digits", offset + match.end(5))
            return 0
        if power and self.underscores(power, offset + match.start(6), "0123456789"):
            return 0
        if rest:
            reason = (
                "invalid float, expected nothing"
                if dot is not None or exponent is not None
                else "invalid integer, expected nothing"
            )
            self.defer(reason, offset + match.end(), offset + len(body))
            return 0
        text = raw.replace("_", "")
        return int(text) if dot is None and exponent is None else float(text)

    def date(self, raw: str, start: int) -> Any:
        import tomllib

        try:
            return tomllib.loads(f"x = {raw}")["x"]
        except (tomllib.TOMLDecodeError, ValueError):
            reason = _date_problem(raw)
            if reason is not None:
                self.defer(reason, start, start + len(raw))
            return raw


def _type_name(node: Node) -> str:
    if isinstance(node, InlineTable):
        return "inline table"
    if isinstance(node, Array):
        return "array"
    if isinstance(node, Scalar):
        return _TABLE_NAMES.get(type(node.value), "datetime")
    return "table"


def _date_problem(raw: str) -> str | None:
    match = _WHOLE_DATE.match(raw)
    if match is None:
        return _time_problem(raw)
    year, month, day, separator, time = match.groups()
    problem: str | None = None
    if month is None:
        problem = "invalid date, expected a two-digit month (MM)"
    elif not 1 <= int(month) <= 12:
        problem = "invalid date, expected month between 01 and 12"
    elif day is None:
        problem = "invalid date, expected a two-digit day (DD)"
    else:
        leap = int(year) % 4 == 0 and (int(year) % 100 != 0 or int(year) % 400 == 0)
        last = 29 if int(month) == 2 and leap else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[int(month) - 1]
        if not 1 <= int(day) <= last:
            problem = f"invalid date, expected day between 01 and {last}"
        elif separator is not None:
            problem = _time_problem(time)
    return problem


def _time_problem(time: str) -> str | None:
    if not time:
        return "invalid time, expected hour"
    match = _WHOLE_TIME.match(time)
    if match is None:
        return "invalid time, expected a two-digit hour (HH)"
    hour, minute, second = match.groups()
    if int(hour) > 23:
        return "invalid time, expected hour between 00 and 23"
    if minute is not None and int(minute) > 59:
        return "invalid time, expected minute between 00 and 59"
    if second is not None and int(second) > 60:
        return "invalid time, expected second between 00 and 60"
    return None

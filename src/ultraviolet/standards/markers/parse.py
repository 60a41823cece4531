"""Marker text to diagram (PEP 508 grammar, with uv's lenient reading).

Comparisons that are well-formed but meaningless (two variables, an unparsable version ...) are skipped: they take no part
in the result at all, neither as true nor as false.
"""

from __future__ import annotations

from typing import Final

from ultraviolet.standards.errors import InvalidName, InvalidVersion
from ultraviolet.standards.markers.diagram import FALSE, NodeId, conjunction, disjunction
from ultraviolet.standards.markers.errors import InvalidMarker
from ultraviolet.standards.markers.leaves import (
    STRINGS,
    extra_leaf,
    list_leaf,
    string_leaf,
    version_in_leaf,
    version_leaf,
)
from ultraviolet.standards.names import normalize_name
from ultraviolet.standards.versions import Version, parse_version, parse_version_pattern

_ALIASES: Final = {
    "os.name": "os_name",
    "sys.platform": "sys_platform",
    "platform.machine": "platform_machine",
    "platform.version": "platform_version",
    "platform.python_implementation": "platform_python_implementation",
    "python_implementation": "platform_python_implementation",
}
_KINDS: Final = {
    **dict.fromkeys(STRINGS, "string"),
    **dict.fromkeys(("python_version", "python_full_version", "implementation_version"), "version"),
    "extras": "list",
    "dependency_groups": "list",
    "extra": "extra",
}
_COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "~="})
_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "in": "contains", "not in": "not contains"}
_SPACE: Final = " \t\n\r\x0b\x0c\x85\xa0"
_IGNORED: Final = -1

_leaves: Final[dict[tuple[str, str, str], NodeId]] = {}
"""Nodes of ``name operator 'value'``, :data:`_IGNORED` for meaningless ones."""


def parse_node(text: str, start: int = 0) -> NodeId | None:
    """Parse a marker that begins at ``start`` and takes the rest of the text; ``None`` if all of it is ignored.

    Raises :class:`InvalidMarker`, whose span counts from the beginning of ``text``.
    """
    if not start:
        words = text.split(" ")
        if len(words) == 3:
            key, operator, quoted = words
            value = quoted[1:-1]
            if (
                key in _KINDS
                and (operator in _COMPARISONS or operator == "in")
                and len(quoted) > 1
                and quoted[0] in "'\""
                and quoted[0] == quoted[-1]
                and quoted[0] not in value
                and _KINDS[key] != "list"
            ):
                found = _leaf(key, operator, value)
                return None if found == _IGNORED else found
    return _Parser(text, start).marker()


def _is_space(character: str) -> bool:
    return character in _SPACE or (not character.isascii() and character.isspace())


class _Parser:
    __slots__ = ("end", "position", "text")

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.position = start
        self.end = len(text)

    def marker(self) -> NodeId | None:
        """Parse ``or`` of ``and`` of comparisons and groups, with a stack instead of recursion."""
        groups: list[tuple[NodeId | None, NodeId | None, int]] = []
        either: NodeId | None = None
        every: NodeId | None = None
        while True:
            self._skip_space()
            if self.text.startswith("(", self.position):
                groups.append((either, every, self.position))
                either = every = None
                self.position += 1
                continue
            operand = self._comparison()
            while True:
                if every is None:
                    every = operand
                elif operand is not None:
                    every = conjunction(every, operand)
                self._skip_space()
                if self._accept_word("and"):
                    break
                if either is None:
                    either = every
                elif every is not None:
                    either = disjunction(either, every)
                every = None
                if self._accept_word("or"):
                    break
                if not groups:
                    return self._finish(either)
                operand = either
                either, every, opened = groups.pop()
                self._expect(")", opened)

    def _finish(self, node: NodeId | None) -> NodeId | None:
        if self.position < self.end:
            found = self.text[self.position]
            raise self._error(
                f"Unexpected character '{found}', expected 'and', 'or' or end of input",
                self.position,
                self.end - self.position,
            )
        return node

    def _comparison(self) -> NodeId | None:
        start = self.position
        left, left_quoted = self._value()
        self._skip_space()
        operator = self._operator()
        self._skip_space()
        right, right_quoted = self._value()
        if left_quoted:
            if right_quoted:
                return None
            return self._reversed(left, operator, right, start)
        kind = _KINDS[left]
        if kind == "list":
            raise self._error(
                f"The marker {left} must be on the right hand side of the expression", start, self.position - start
            )
        if not right_quoted:
            return None
        found = _leaf(left, operator, right)
        return None if found == _IGNORED else found

    def _reversed(self, value: str, operator: str, key: str, start: int) -> NodeId | None:
        """Lower ``'value' operator key``."""
        kind = _KINDS[key]
        if kind == "extra":
            found = _leaf(key, operator, value)
        elif kind == "string":
            found = _leaf(key, _FLIPPED.get(operator, operator), value)
        elif kind == "version":
            # No wildcards and no `in` this way round.
            if operator in {"in", "not in"} or value.endswith("*"):
                return None
            found = _leaf(key, _FLIPPED.get(operator, operator), value)
        else:
            if operator not in {"in", "not in"}:
                raise self._error(
                    f"The operator {operator} is not supported with the marker {key}, "
                    "only the `in` and `not in` operators are supported",
                    start,
                    self.position - start,
                )
            try:
                name, valid = normalize_name(value), True
            except InvalidName:
                name, valid = value, False
            return list_leaf(key, name, valid=valid, contained=operator == "in")
        return None if found == _IGNORED else found

    def _value(self) -> tuple[str, bool]:
        """Read a quoted string or a variable; tells which."""
        text, start = self.text, self.position
        if start >= self.end:
            raise self._error("Expected marker value, found end of dependency specification", start, 1)
        quote = text[start]
        if quote in "'\"":
            close = text.find(quote, start + 1)
            if close < 0:
                raise self._error(f"Expected '{quote}', found end of dependency specification", start, 1)
            self.position = close + 1
            return text[start + 1 : close], True
        position = start
        while position < self.end and not ((character := text[position]) in ">=<!~)" or _is_space(character)):
            position += 1
        word = text[start:position]
        self.position = position
        word = _ALIASES.get(word, word)
        if word not in _KINDS:
            raise self._error(
                f"Expected a quoted string or a valid marker name, found `{word}`", start, position - start
            )
        return word, False

    def _operator(self) -> str:
        text, start = self.text, self.position
        position = start
        if position < self.end and text[position].isalpha():
            while position < self.end and not ((character := text[position]) in "'\"" or _is_space(character)):
                position += 1
        else:
            while position < self.end and text[position] in "<=>~!":
                position += 1
        operator = text[start:position]
        self.position = position
        if operator in _COMPARISONS or operator == "in":
            return operator
        if operator == "not":
            return self._not_in()
        raise self._error(
            f"Expected a valid marker operator (such as `>=` or `not in`), found `{operator}`",
            start,
            position - start,
        )

    def _not_in(self) -> str:
        if self.position >= self.end:
            raise self._error("Expected whitespace after 'not', found end of input", self.position, 1)
        following = self.text[self.position]
        if not _is_space(following):
            raise self._error(f"Expected whitespace after `not`, found `{following}`", self.position, 1)
        self._skip_space()
        self._expect("i", self.position)
        self._expect("n", self.position)
        return "not in"

    def _expect(self, expected: str, opened: int) -> None:
        if self.position >= self.end:
            raise self._error(f"Expected '{expected}', found end of dependency specification", opened, 1)
        found = self.text[self.position]
        if found != expected:
            raise self._error(f"Expected `{expected}`, found `{found}`", self.position, 1)
        self.position += 1

    def _accept_word(self, word: str) -> bool:
        end = self.position + len(word)
        if self.text.startswith(word, self.position) and (end == self.end or _is_space(self.text[end])):
            self.position = end
            return True
        return False

    def _skip_space(self) -> None:
        text, position = self.text, self.position
        while position < self.end and _is_space(text[position]):
            position += 1
        self.position = position

    def _error(self, reason: str, start: int, length: int) -> InvalidMarker:
        return InvalidMarker(reason, self.text, start, length)


def _leaf(key: str, operator: str, value: str) -> NodeId:
    """Return the node of a comparison with the variable on the left, :data:`_IGNORED` if it means nothing."""
    memo = (key, operator, value)
    node = _leaves.get(memo)
    if node is None:
        node = _leaves[memo] = _lower(key, operator, value)
    return node


def _lower(key: str, operator: str, value: str) -> NodeId:
    kind = _KINDS[key]
    if kind == "string":
        return _IGNORED if operator == "~=" else string_leaf(key, operator, value)
    if kind == "version":
        return _version(key, operator, value)
    if operator not in {"==", "!="}:
        return _IGNORED
    try:
        name = normalize_name(value)
    except InvalidName:
        return FALSE
    return extra_leaf(name, active=operator == "==")


def _version(key: str, operator: str, value: str) -> NodeId:
    try:
        if operator in {"in", "not in"}:
            return version_in_leaf(key, _versions(value), contained=operator == "in")
        version, wildcard = parse_version_pattern(value)
    except InvalidVersion:
        return _IGNORED
    if wildcard:
        if operator not in {"==", "!="}:
            return _IGNORED
        operator += ".*"
    if operator == "~=" and len(version.release) < 2:
        return _IGNORED
    if version.is_local and operator not in {"==", "!="}:
        return _IGNORED
    return version_leaf(key, operator, version)


def _versions(value: str) -> list[Version]:
    return [parse_version(word) for word in value.split()]

"""Portable glob patterns: the syntax of PEP 639 ``license-files`` and the slightly wider one of build settings.

``*`` and ``?`` stop at ``/``; ``**`` between slashes is any number of directories; ``[...]`` holds word characters, ``.`` and ``-``; build
settings may also escape a character with a backslash.
"""

from __future__ import annotations

from collections.abc import Iterable

from ultraviolet.backend.errors import BackendError


class InvalidGlob(BackendError):
    """A pattern leaves the portable syntax."""


def compile_glob(pattern: str, *, escapes: bool) -> str:
    """Translate a pattern into a regular expression that matches whole relative paths with ``/`` separators.

    :param escapes: allow a backslash before any character but slashes (build settings, not PEP 639).
    :raises InvalidGlob: a character or sequence is not portable.
    """
    _check(pattern, escapes=escapes)
    out: list[str] = []
    position = 0
    length = len(pattern)
    while position < length:
        char = pattern[position]
        if char == "*":
            if pattern.startswith("**", position):
                position = _double_star(pattern, position, out)
                continue
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[":
            position = _character_class(pattern, position, out)
            continue
        else:
            if char == "\\":
                position += 1
            out.append(_quote(pattern[position]))
        position += 1
    return "".join(out)


def _check(pattern: str, *, escapes: bool) -> None:
    """Refuse what is not portable."""
    position = 0
    begins_component = True
    while position < len(pattern):
        char = pattern[position]
        end = position + 1
        if char == "*":
            while pattern.startswith("*", end):
                end += 1
            stars = end - position
            if stars > 2 or (stars == 2 and end < len(pattern) and pattern[end] != "/"):
                raise InvalidGlob(f"Too many at stars at position {position} in glob: `{pattern}`")
        elif char == "." and begins_component and pattern.startswith(".", end):
            raise InvalidGlob(
                f"The parent directory operator (`..`) at position {position} is not allowed in glob: `{pattern}`"
            )
        elif char == "[":
            end = _check_class(pattern, end)
        elif char == "\\":
            end = _check_escape(pattern, position, escapes=escapes)
        elif not (char.isalnum() or char in "_-?./"):
            raise InvalidGlob(
                f"Invalid character `{char}` at position {position} in glob: `{pattern}`",
                hints=("Characters can be escaped with a backslash",) if escapes else (),
            )
        begins_component = char == "/"
        position = end


def _check_class(pattern: str, start: int) -> int:
    for position in range(start, len(pattern)):
        char = pattern[position]
        if char == "]":
            return position + 1
        if not (char.isalnum() or char in "_-."):
            raise InvalidGlob(f"Invalid character `{char}` in range at position {position} in glob: `{pattern}`")
    return len(pattern)


def _check_escape(pattern: str, position: int, *, escapes: bool) -> int:
    if not escapes:
        raise InvalidGlob(
            f"Only forward slashes are allowed as path separator, invalid character at position {position} in glob: "
            f"`{pattern}`"
        )
    if position + 1 == len(pattern):
        raise InvalidGlob(f"Trailing backslash at position {position} in glob: `{pattern}`")
    if pattern[position + 1] in "/\\":
        raise InvalidGlob(
            f"Path separators can't be escaped, invalid character at position {position + 1} in glob: `{pattern}`"
        )
    return position + 2


def _quote(char: str) -> str:
    return char if char.isalnum() or char in "_/" else "\\" + char


def _double_star(pattern: str, position: int, out: list[str]) -> int:
    """Translate ``**``; where it is no component of its own it is like ``*``."""
    end = position + 2
    if position and pattern[position - 1] != "/":
        out.append("[^/]*")
        return end
    if end == len(pattern):
        out.append(".*")
        return end
    out.append("(?:.*/)?")
    return end + 1


def _character_class(pattern: str, position: int, out: list[str]) -> int:
    # A bracket right after the opening one is a member.
    end = pattern.find("]", position + 2)
    if end < 0:
        raise InvalidGlob(f"error parsing glob '{pattern}': unclosed character class; missing ']'")
    body = pattern[position + 1 : end]
    for at in range(1, len(body) - 1):
        if body[at] == "-" and body[at - 1] > body[at + 1]:
            raise InvalidGlob(f"error parsing glob '{pattern}': invalid range; '{body[at - 1]}' > '{body[at + 1]}'")
    out.append("[" + body.replace("]", "\\]") + "]")
    return end + 1


def escape_glob(text: str) -> str:
    """Return a pattern (with escapes) that matches a text literally."""
    return "".join(char if char.isalnum() or char in "_-./" else "\\" + char for char in text)


class GlobSet:
    """Several patterns as one test."""

    __slots__ = ("_expression", "_patterns")

    def __init__(self, patterns: Iterable[str], *, escapes: bool = True) -> None:
        import re

        self._patterns = tuple(patterns)
        expressions = [compile_glob(pattern, escapes=escapes) for pattern in self._patterns]
        self._expression = re.compile("|".join(f"(?:{item})" for item in expressions) or r"(?!)", re.DOTALL)

    def matches(self, path: str) -> bool:
        """Whether a relative path with ``/`` separators matches one of the patterns."""
        return self._expression.fullmatch(path) is not None

    def may_match_below(self, directory: str) -> bool:
        """Whether something below a path could match."""
        import re

        parts = directory.split("/") if directory else []
        for pattern in self._patterns:
            components = pattern.split("/")
            for component, part in zip(components, parts, strict=False):
                if component == "**":
                    return True
                if "\\" not in component and not re.fullmatch(compile_glob(component, escapes=False), part):
                    break
            else:
                if len(components) > len(parts):
                    return True
        return False

"""Portable glob patterns: the syntax of PEP 639 ``license-files`` and the slightly wider one of build settings.

``*`` and ``?`` stop at ``/``; ``**`` is a whole path component; ``[...]`` holds word characters; build settings may also escape a
character with a backslash.
"""

from __future__ import annotations

from collections.abc import Iterable

from ultraviolet.backend.errors import BackendError


class InvalidGlob(BackendError):
    """A pattern leaves the portable syntax."""


def compile_glob(pattern: str, *, escapes: bool) -> str:
    """Translate a pattern into a regular expression that matches whole relative paths with ``/`` separators.

    :param escapes: allow a backslash before any character (build settings, not PEP 639).
    :raises InvalidGlob: a character or sequence is not portable.
    """
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
        elif char == "\\" and escapes and position + 1 < length:
            position += 1
            out.append(_quote(pattern[position]))
        elif char.isalnum() or char in "_-./ " or (escapes and char in "+~!,@=#%&'"):
            if pattern.startswith("../", position) and (position == 0 or pattern[position - 1] == "/"):
                raise InvalidGlob(
                    f"The parent directory operator (`..`) at position {position} is not allowed in glob: `{pattern}`"
                )
            out.append(_quote(char))
        else:
            raise InvalidGlob(
                f"Invalid character `{char}` at position {position} in glob: `{pattern}`",
                hints=("Characters can be escaped with a backslash",) if escapes else (),
            )
        position += 1
    return "".join(out)


def _quote(char: str) -> str:
    return char if char.isalnum() or char in "_/" else "\\" + char


def _double_star(pattern: str, position: int, out: list[str]) -> int:
    """Translate ``**``, which must stand alone between slashes."""
    end = position
    while end < len(pattern) and pattern[end] == "*":
        end += 1
    if end - position > 2:
        raise InvalidGlob(f"Too many stars at position {position} in glob: `{pattern}`")
    before = position == 0 or pattern[position - 1] == "/"
    after = end == len(pattern) or pattern[end] == "/"
    if not (before and after):
        raise InvalidGlob(f"Too many stars at position {position} in glob: `{pattern}`")
    if end == len(pattern):
        out.append(".*")
        return end
    out.append("(?:.*/)?")
    return end + 1


def _character_class(pattern: str, position: int, out: list[str]) -> int:
    end = pattern.find("]", position + 1)
    if end < 0:
        raise InvalidGlob(f"Unclosed character class at position {position} in glob: `{pattern}`")
    body = pattern[position + 1 : end]
    for offset, char in enumerate(body):
        if not (char.isalnum() or char in "_-."):
            raise InvalidGlob(
                f"Invalid character `{char}` in range at position {position + 1 + offset} in glob: `{pattern}`"
            )
    out.append(f"[{body}]")
    return end + 1


def escape_glob(text: str) -> str:
    """Return a pattern (with escapes) that matches a text literally."""
    return "".join(char if char.isalnum() or char in "_-./ " else "\\" + char for char in text)


class GlobSet:
    """Several patterns as one test."""

    __slots__ = ("_expression",)

    def __init__(self, patterns: Iterable[str], *, escapes: bool = True) -> None:
        import re

        expressions = [compile_glob(pattern, escapes=escapes) for pattern in patterns]
        self._expression = re.compile("|".join(f"(?:{item})" for item in expressions) or r"(?!)", re.DOTALL)

    def matches(self, path: str) -> bool:
        """Whether a relative path with ``/`` separators matches one of the patterns."""
        return self._expression.fullmatch(path) is not None


def exclude_set(patterns: Iterable[str]) -> GlobSet:
    """Return a test for excludes: unanchored unless they start with ``/``."""
    return GlobSet(pattern[1:] if pattern.startswith("/") else f"**/{pattern}" for pattern in patterns)

"""Path patterns of workspaces and cache keys: ``*``, ``?``, ``[a-z]`` and ``**``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ultraviolet.errors import UltravioletError

if TYPE_CHECKING:
    import re

_MAGIC = frozenset("*?[")


class InvalidPattern(UltravioletError):
    """A pattern cannot be read."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"Pattern syntax error near position {position}: {reason}")


def check_pattern(pattern: str) -> str:
    """Return the pattern if it can be read.

    :raises InvalidPattern: otherwise.
    """
    pattern_regex(pattern)
    return pattern


def pattern_regex(pattern: str) -> re.Pattern[str]:
    """Compile a pattern for whole paths; ``*`` also crosses separators, as uv matches members with it.

    :raises InvalidPattern: the pattern cannot be read.
    """
    import re

    return re.compile(_translate(pattern, any_char="."), re.DOTALL)


def _translate(pattern: str, any_char: str) -> str:
    import re

    out: list[str] = []
    position = 0
    while position < len(pattern):
        char = pattern[position]
        if char == "?":
            out.append(any_char)
            position += 1
        elif char == "*":
            end = position
            while end < len(pattern) and pattern[end] == "*":
                end += 1
            count = end - position
            if count > 2:
                raise InvalidPattern(position + 2, "wildcards are either regular `*` or recursive `**`")
            if count == 2:
                if position and pattern[position - 1] != "/":
                    raise InvalidPattern(end - 1, "recursive wildcards must form a single path component")
                if end < len(pattern) and pattern[end] != "/":
                    raise InvalidPattern(end, "recursive wildcards must form a single path component")
                if end < len(pattern):
                    out.append("(?:.*/)?")
                    end += 1
                else:
                    out.append(".*")
            else:
                out.append(f"{any_char}*")
            position = end
        elif char == "[":
            position = _character_class(pattern, position, out)
        else:
            out.append(re.escape(char))
            position += 1
    return "".join(out) + r"\Z"


def _character_class(pattern: str, position: int, out: list[str]) -> int:
    start = position + 1
    negated = pattern[start : start + 1] == "!"
    if negated:
        start += 1
    end = pattern.find("]", start + 1)
    if end < 0:
        raise InvalidPattern(position, "invalid range pattern")
    body = pattern[start:end].replace("\\", "\\\\").replace("]", "\\]").replace("^", "\\^").replace("[", "\\[")
    out.append(f"[{'^' if negated else ''}{body}]")
    return end + 1


def glob_paths(root: str, pattern: str) -> Iterator[str]:
    """Yield the existing paths below a directory that match a normalised relative pattern, sorted by component."""
    yield from _expand(root, [part for part in pattern.split("/") if part not in {"", "."}])


def _expand(base: str, parts: list[str]) -> Iterator[str]:
    if not parts:
        if os.path.lexists(base):
            yield base
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        yield from _expand_recursive(base, rest)
    elif _MAGIC.isdisjoint(part):
        path = os.path.normpath(os.path.join(base, part)) if part == ".." else os.path.join(base, part)
        if os.path.lexists(path):
            yield from _expand(path, rest)
    else:
        import re

        regex = re.compile(_translate(part, any_char="[^/]"), re.DOTALL)
        for name in _names(base):
            if regex.match(name):
                yield from _expand(os.path.join(base, name), rest)


def _expand_recursive(base: str, rest: list[str]) -> Iterator[str]:
    if rest:
        yield from _expand(base, rest)
    else:
        yield base
    for name in _names(base):
        path = os.path.join(base, name)
        if os.path.isdir(path) and not os.path.islink(path):
            yield from _expand_recursive(path, rest)


def _names(directory: str) -> list[str]:
    try:
        return sorted(os.listdir(directory))
    except OSError:
        return []

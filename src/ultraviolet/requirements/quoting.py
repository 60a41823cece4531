"""Shell quoting in requirements files."""

from __future__ import annotations

_ESCAPED = frozenset('"\\`$\n')


def unquote(text: str) -> str:
    """Remove one level of POSIX shell quoting; a text with an unclosed quote stays as it is."""
    if not any(char in text for char in "'\"\\"):
        return text
    out: list[str] = []
    position = 0
    while position < len(text):
        char = text[position]
        position += 1
        if char == "'":
            end = text.find("'", position)
            if end < 0:
                return text
            out.append(text[position:end])
            position = end + 1
        elif char == '"':
            end = _double_quoted(text, position, out)
            if end < 0:
                return text
            position = end
        elif char == "\\":
            if position < len(text) and text[position] != "\n":
                out.append(text[position])
            position += 1
        else:
            out.append(char)
    return "".join(out)


def _double_quoted(text: str, position: int, out: list[str]) -> int:
    """Read up to the closing quote; return where it ends, or -1."""
    while position < len(text):
        char = text[position]
        position += 1
        if char == '"':
            return position
        if char == "\\":
            if position >= len(text):
                return -1
            if text[position] not in _ESCAPED:
                out.append(char)
            char = text[position]
            position += 1
        out.append(char)
    return -1

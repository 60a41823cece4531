"""The form of TOML errors: the heading, the line, a mark below the place, and the reason."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError


class TomlError(UltravioletError):
    """A text is not TOML, or does not have the shape that was asked of it; the message shows the place."""

    def __init__(self, reason: str, *, text: str = "", start: int | None = None, end: int | None = None) -> None:
        super().__init__(describe_place(text, start, end) + reason)
        self.reason = reason
        """The last line of the message."""
        self.start = start
        """Offset of the place in code points."""


def describe_place(text: str, start: int | None, end: int | None) -> str:
    """Return the heading, the line and the mark that uv prints above the reason of a TOML error."""
    if start is None:
        return ""
    stop = start if end is None else end
    line_start, overshoot = _line_start(text, start)
    line = text.count("\n", 0, line_start) + 1
    column = min(start, max(len(text) - 1, 0)) - line_start + overshoot
    content = text[line_start:].partition("\n")[0]
    width = len(text[start:stop].encode())
    width = min(width, max(len(content.encode()) - column, 0))
    gutter = " " * (len(str(line)) + 1)
    content = content.removesuffix("\r")
    return (
        f"TOML parse error at line {line}, column {column + 1}\n{gutter}|\n{line} | {content}\n"
        f"{gutter}|{' ' * (column + 1)}{'^' * max(width, 1)}\n"
    )


def _line_start(text: str, position: int) -> tuple[int, int]:
    if not text:
        return 0, position
    inside = min(position, len(text) - 1)
    return text.rfind("\n", 0, inside) + 1, position - inside

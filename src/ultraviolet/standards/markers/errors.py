"""What can be wrong with a marker as written."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError


class InvalidMarker(UltravioletError):
    """A marker that does not follow the grammar; the message shows the text and underlines the place."""

    def __init__(self, reason: str, text: str, start: int, length: int) -> None:
        super().__init__(underlined(reason, text, start, length))
        self.reason = reason
        """What was expected and found, one sentence."""
        self.text = text
        """Everything that was being parsed."""
        self.start = start
        """Index of the first character at fault; may be one past the end."""
        self.length = length
        """Number of characters at fault."""


def underlined(reason: str, text: str, start: int, length: int) -> str:
    """Return the reason, the text, and a line of carets under the place at fault.

    >>> print(underlined("Expected `b`", "aaa", 1, 1))
    Expected `b`
    aaa
     ^
    """
    if not text:
        return reason
    carets = 1 if start == len(text) else _width(text[start : start + length])
    return f"{reason}\n{text}\n{' ' * _width(text[:start])}{'^' * carets}"


def _width(text: str) -> int:
    """Return the number of terminal columns a text takes."""
    if text.isascii():
        return sum(character.isprintable() for character in text)
    import unicodedata

    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
        if character.isprintable() or character.isspace()
    )

"""Failures of parsing a standard's text, worded as uv words them.

Each parser raises its own class, so that a caller can tell a bad version from a bad requirement; the facts a
caller may want (the offending text, the span in it) are attributes.
"""

from __future__ import annotations

from ultraviolet.errors import UltravioletError


class StandardsError(UltravioletError):
    """Text that does not follow the packaging standard it claims to follow."""


class InvalidName(StandardsError):
    """A package, extra or group name that PEP 508 does not allow."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f'Not a valid package or extra name: "{text}". Names must start and end with a letter or digit and '
            "may only contain -, _, ., and alphanumeric characters."
        )
        self.text = text
        """The name as given."""


class InvalidVersion(StandardsError):
    """Text that is not a PEP 440 version."""


class InvalidSpecifier(StandardsError):
    """Text that is not a PEP 440 version specifier, or a list of them."""

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        self.reason = message if reason is None else reason
        """The bare cause, without the quoted text and the caret line."""


class InvalidRequirement(StandardsError):
    """Text that is not a PEP 508 requirement.

    The message is three lines: the reason, the text, and a caret line below the offending part.
    """

    def __init__(self, reason: str, text: str, start: int, length: int) -> None:
        super().__init__(f"{reason}\n{text}\n{caret_line(text, start, length)}" if text else reason)
        self.reason = reason
        """The reason alone."""
        self.text = text
        """The requirement as given."""
        self.start = start
        """Where the offending part starts, in code points."""
        self.length = length
        """How many code points the offending part spans (0 when the text ended too early)."""


class InvalidWheelFilename(StandardsError):
    """A file name that is not a wheel's."""


class InvalidSdistFilename(StandardsError):
    """A file name that is not that of a source distribution of the expected package."""


class InvalidMetadata(StandardsError):
    """Core metadata that lacks or garbles a required field."""


class InvalidPlatform(StandardsError):
    """Interpreter facts from which no compatibility tags can be derived."""


def display_width(text: str) -> int:
    """Columns that `text` takes up in a terminal: wide characters count twice, combining ones not at all."""
    if text.isascii() and text.isprintable():
        return len(text)
    from unicodedata import category, east_asian_width

    width = 0
    for character in text:
        if east_asian_width(character) in {"W", "F"}:
            width += 2
        elif category(character) not in {"Cc", "Mn", "Me", "Cf"}:
            width += 1
    return width


def caret_line(text: str, start: int, length: int) -> str:
    """Underline `length` code points of `text` from `start`; one caret marks the end of the text."""
    width = 1 if start == len(text) else display_width(text[start : start + length])
    return " " * display_width(text[:start]) + "^" * width


def quoted(text: str) -> str:
    r"""Render `text` between double quotes with control characters escaped, as uv quotes raw input.

    >>> print(quoted('a"b'))
    "a\"b"
    """
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}
    out = [
        escapes.get(character) or (character if character.isprintable() else "\\u{" + format(ord(character), "x") + "}")
        for character in text
    ]
    return '"' + "".join(out) + '"'

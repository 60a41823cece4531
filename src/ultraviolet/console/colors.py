"""Colour codes, and when to use them: ``--color``, then ``NO_COLOR``, ``FORCE_COLOR``, then whether a terminal listens."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    class Stream(Protocol):
        """Where text goes."""

        def write(self, text: str, /) -> object:
            """Write text."""

        def isatty(self) -> bool:
            """Whether a terminal listens."""


def wants_color(stream: Stream, environ: Mapping[str, str], choice: str = "auto") -> bool:
    """Whether text for a stream gets colour codes."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR") or environ.get("CLICOLOR_FORCE", "0") not in {"", "0"}:
        return True
    return stream.isatty() and environ.get("TERM") != "dumb" and environ.get("CLICOLOR", "1") != "0"


class Paint:
    """Wraps text in colour codes, or leaves it alone."""

    __slots__ = ("enabled",)

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled

    def _wrap(self, start: str, text: object, end: str) -> str:
        return f"\x1b[{start}m{text}\x1b[{end}m" if self.enabled else str(text)

    def bold(self, text: object) -> str:
        """Bold."""
        return self._wrap("1", text, "0")

    def dim(self, text: object) -> str:
        """Dim."""
        return self._wrap("2", text, "0")

    def italic(self, text: object) -> str:
        """Italic."""
        return self._wrap("3", text, "0")

    def red(self, text: object) -> str:
        """Red."""
        return self._wrap("31", text, "39")

    def green(self, text: object) -> str:
        """Green."""
        return self._wrap("32", text, "39")

    def yellow(self, text: object) -> str:
        """Yellow."""
        return self._wrap("33", text, "39")

    def cyan(self, text: object) -> str:
        """Cyan."""
        return self._wrap("36", text, "39")


def strip_color(text: str) -> str:
    """Remove colour codes."""
    if "\x1b[" not in text:
        return text
    first, *rest = text.split("\x1b[")
    return first + "".join(part.partition("m")[2] for part in rest)

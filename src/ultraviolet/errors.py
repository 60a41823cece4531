"""The one root of every failure a user or a server can cause.

A room subclasses :class:`UltravioletError` for failures that a caller can tell apart, and chains with
``raise ... from error``. The console renders the chain, then the hints; the error owns its exit code.
"""

from __future__ import annotations


class UltravioletError(Exception):
    """A failure that can be explained: what was being done, why it failed, what to do next."""

    exit_code: int = 2
    """Exit status of the process when nothing handles the error (1: the request failed; 2: everything else)."""

    is_diagnostic: bool = False
    """Rendered as a tree of causes (`  × ...`): a resolution or a distribution failed, rather than the command."""

    hides_hints: bool = False
    """Whether the hints of its causes are kept from the user."""

    afterword: str = ""
    """Said after the hints; uv says nothing of the kind, so only to those who read along."""

    def __init__(self, message: str, *, hints: tuple[str, ...] = (), exit_code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        """One true sentence, literals in backticks, no final period."""
        self.hints = hints
        """Actionable sentences, printed as ``hint: ...`` after the cause chain."""
        if exit_code is not None:
            self.exit_code = exit_code

    def __str__(self) -> str:
        return self.message

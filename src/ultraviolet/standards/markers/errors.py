"""What can be wrong with a marker as written."""

from __future__ import annotations

from ultraviolet.standards.errors import InvalidRequirement


class InvalidMarker(InvalidRequirement):
    """A marker that does not follow the grammar; the message shows the text and underlines the place."""

    def __init__(self, reason: str, text: str, start: int, length: int) -> None:
        super().__init__(reason, text, start, length)
        if not text:
            self.message = reason

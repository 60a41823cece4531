"""Columns and trees of plain text."""

from __future__ import annotations

from ultraviolet.console.formats import text_width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

BRANCH, LAST, RAIL, GAP = "├── ", "└── ", "│   ", "    "
"""Parts of a tree's left edge."""


def columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table: header, dashes, rows; cells padded to the widest, joined by a blank, right-trimmed.

    >>> columns(("Package", "Version"), [("attrs", "26.1.0")])
    ['Package Version', '------- -------', 'attrs   26.1.0']
    """
    widths = [max(text_width(row[place]) for row in (header, *rows)) for place in range(len(header))]
    lines = [header, ["-" * width for width in widths], *rows]
    return [
        " ".join(cell + " " * (width - text_width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]

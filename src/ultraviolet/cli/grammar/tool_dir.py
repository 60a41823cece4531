"""The words and options of ``uv tool dir``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import BIN, GLOBALS

COMMAND: Command = {
    "path": ("tool", "dir"),
    "options": (
        *BIN,
        *GLOBALS,
    ),
}

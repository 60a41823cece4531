"""The words and options of ``uv python dir``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import BIN, GLOBALS

COMMAND: Command = {
    "path": ("python", "dir"),
    "options": (
        *BIN,
        *GLOBALS,
    ),
}

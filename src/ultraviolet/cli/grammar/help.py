"""The words and options of ``uv help``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS

COMMAND: Command = {
    "path": ("help",),
    "positionals": ({"name": "command", "value": "COMMAND", "repeat": True},),
    "options": (
        {"long": "--no-pager"},
        *GLOBALS,
    ),
}

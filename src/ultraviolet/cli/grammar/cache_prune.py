"""The words and options of ``uv cache prune``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import FORCE, GLOBALS

COMMAND: Command = {
    "path": ("cache", "prune"),
    "options": (
        {"long": "--ci"},
        *FORCE,
        *GLOBALS,
    ),
}

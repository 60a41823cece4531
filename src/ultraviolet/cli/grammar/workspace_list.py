"""The words and options of ``uv workspace list``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS

COMMAND: Command = {
    "path": ("workspace", "list"),
    "options": (
        {"long": "--paths"},
        {"long": "--scripts"},
        *GLOBALS,
    ),
}

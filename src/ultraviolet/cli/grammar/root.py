"""The words and options before the command's name."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS

COMMAND: Command = {
    "path": (),
    "options": (
        *GLOBALS,
        {"long": "--version", "short": "-V", "heading": "Global options", "action": "version"},
    ),
}

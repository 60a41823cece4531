"""The words and options of ``uv pip``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS, PIP_GLOBALS

COMMAND: Command = {
    "path": ("pip",),
    "options": (
        *PIP_GLOBALS,
        *GLOBALS,
    ),
    "more_help": True,
}

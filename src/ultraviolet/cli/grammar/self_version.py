"""The words and options of ``uv self version``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS, OUTPUT_FORMAT, SHORT

COMMAND: Command = {
    "path": ("self", "version"),
    "options": (
        *SHORT,
        *OUTPUT_FORMAT,
        *GLOBALS,
    ),
}

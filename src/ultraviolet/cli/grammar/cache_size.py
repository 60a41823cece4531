"""The words and options of ``uv cache size``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS

COMMAND: Command = {
    "path": ("cache", "size"),
    "options": (
        {
            "long": "--output-format",
            "value": "OUTPUT_FORMAT",
            "choices": ("auto", "human", "machine"),
            "default": "auto",
        },
        {"long": "--human", "short": "-H", "aliases": ("--human-readable",), "conflicts": ("--output-format",)},
        *GLOBALS,
    ),
}

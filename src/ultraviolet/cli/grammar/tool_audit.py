"""The words and options of ``uv tool audit``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import ALL, GLOBALS, OUTPUT_FORMAT_OPTIONS

COMMAND: Command = {
    "path": ("tool", "audit"),
    "positionals": ({"name": "name", "value": "NAME", "required": True, "repeat": True, "kind": "package"},),
    "options": (
        *ALL,
        *OUTPUT_FORMAT_OPTIONS,
        *GLOBALS,
    ),
}

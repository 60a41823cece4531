"""The words and options of ``uv tool uninstall``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import ALL, GLOBALS

COMMAND: Command = {
    "path": ("tool", "uninstall"),
    "positionals": ({"name": "name", "value": "NAME", "required": True, "repeat": True, "kind": "package"},),
    "options": (
        *ALL,
        *GLOBALS,
    ),
}

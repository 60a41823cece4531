"""The words and options of ``uv cache clean``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import FORCE, GLOBALS

COMMAND: Command = {
    "path": ("cache", "clean"),
    "positionals": ({"name": "package", "value": "PACKAGE", "repeat": True, "kind": "package"},),
    "options": (
        *FORCE,
        *GLOBALS,
    ),
}

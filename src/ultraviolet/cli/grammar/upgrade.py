"""The words and options of ``uv upgrade``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import EXCLUDE, GLOBALS

COMMAND: Command = {
    "path": ("upgrade",),
    "positionals": ({"name": "packages", "value": "PACKAGES", "repeat": True, "kind": "package"},),
    "options": (
        *EXCLUDE,
        *GLOBALS,
    ),
}

"""The words and options of ``uv auth dir``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS

COMMAND: Command = {
    "path": ("auth", "dir"),
    "positionals": ({"name": "service", "value": "SERVICE"},),
    "options": (*GLOBALS,),
}

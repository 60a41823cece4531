"""The words and options of ``uv tool update-shell``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS

COMMAND: Command = {
    "path": ("tool", "update-shell"),
    "options": (*GLOBALS,),
}

"""The words and options of ``uv tool``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS

COMMAND: Command = {
    "path": ("tool",),
    "options": (*GLOBALS,),
    "more_help": True,
}

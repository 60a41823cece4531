"""The words and options of ``uv auth``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS

COMMAND: Command = {
    "path": ("auth",),
    "options": (*GLOBALS,),
    "more_help": True,
}

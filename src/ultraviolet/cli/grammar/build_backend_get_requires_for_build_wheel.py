"""The words and options of ``uv build-backend get-requires-for-build-wheel``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS

COMMAND: Command = {
    "path": ("build-backend", "get-requires-for-build-wheel"),
    "options": (*GLOBALS,),
}

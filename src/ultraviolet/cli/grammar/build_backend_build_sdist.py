"""The words and options of ``uv build-backend build-sdist``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS

COMMAND: Command = {
    "path": ("build-backend", "build-sdist"),
    "positionals": ({"name": "sdist_directory", "value": "SDIST_DIRECTORY", "required": True},),
    "options": (*GLOBALS,),
}

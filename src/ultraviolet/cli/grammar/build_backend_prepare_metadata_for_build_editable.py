"""The words and options of ``uv build-backend prepare-metadata-for-build-editable``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS

COMMAND: Command = {
    "path": ("build-backend", "prepare-metadata-for-build-editable"),
    "positionals": ({"name": "wheel_directory", "value": "WHEEL_DIRECTORY", "required": True},),
    "options": (*GLOBALS,),
}

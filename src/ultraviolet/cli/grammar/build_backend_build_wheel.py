"""The words and options of ``uv build-backend build-wheel``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS, METADATA_DIRECTORY

COMMAND: Command = {
    "path": ("build-backend", "build-wheel"),
    "positionals": ({"name": "wheel_directory", "value": "WHEEL_DIRECTORY", "required": True},),
    "options": (
        *METADATA_DIRECTORY,
        *GLOBALS,
    ),
}

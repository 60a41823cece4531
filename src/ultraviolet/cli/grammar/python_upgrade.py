"""The words and options of ``uv python upgrade``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import (
    COMPILE_BYTECODE_2,
    GLOBALS,
    INSTALL_DIR,
    MIRROR_OPTIONS,
    NO_COMPILE_BYTECODE,
    PYTHON_DOWNLOADS_JSON_URL,
    REINSTALL,
)

COMMAND: Command = {
    "path": ("python", "upgrade"),
    "positionals": ({"name": "targets", "value": "TARGETS", "repeat": True, "env": "UV_PYTHON"},),
    "options": (
        *INSTALL_DIR,
        *MIRROR_OPTIONS,
        *REINSTALL,
        *PYTHON_DOWNLOADS_JSON_URL,
        *COMPILE_BYTECODE_2,
        *NO_COMPILE_BYTECODE,
        *GLOBALS,
    ),
}

"""The words and options of ``uv pip check``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import (
    GLOBALS,
    NO_SYSTEM,
    PIP_GLOBALS,
    PYTHON,
    PYTHON_PLATFORM,
    PYTHON_VERSION,
    SYSTEM,
)

COMMAND: Command = {
    "path": ("pip", "check"),
    "options": (
        *PYTHON,
        *SYSTEM,
        *NO_SYSTEM,
        *PYTHON_VERSION,
        *PYTHON_PLATFORM,
        *PIP_GLOBALS,
        *GLOBALS,
    ),
    "more_help": True,
}

"""The words and options of ``uv pip show``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import (
    DISABLE_PIP_VERSION_CHECK,
    GLOBALS,
    NO_SYSTEM,
    PIP_GLOBALS,
    PYTHON,
    STRICT_OPTIONS,
    SYSTEM,
    TARGET_OPTIONS,
)

COMMAND: Command = {
    "path": ("pip", "show"),
    "positionals": ({"name": "package", "value": "PACKAGE", "repeat": True, "kind": "package"},),
    "options": (
        *STRICT_OPTIONS,
        {"long": "--files", "short": "-f"},
        *PYTHON,
        *SYSTEM,
        *NO_SYSTEM,
        *TARGET_OPTIONS,
        *DISABLE_PIP_VERSION_CHECK,
        *PIP_GLOBALS,
        *GLOBALS,
    ),
    "more_help": True,
}

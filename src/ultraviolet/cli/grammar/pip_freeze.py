"""The words and options of ``uv pip freeze``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import (
    DISABLE_PIP_VERSION_CHECK,
    EXCLUDE,
    GLOBALS,
    NO_SYSTEM,
    PIP_GLOBALS,
    PYTHON,
    STRICT_OPTIONS,
    SYSTEM,
)

COMMAND: Command = {
    "path": ("pip", "freeze"),
    "options": (
        {"long": "--exclude-editable"},
        *EXCLUDE,
        *STRICT_OPTIONS,
        *PYTHON,
        {"long": "--path", "value": "PATHS", "kind": "path", "repeat": True},
        *SYSTEM,
        *NO_SYSTEM,
        {
            "long": "--target",
            "short": "-t",
            "value": "TARGET",
            "kind": "native-path",
            "conflicts": ("--prefix", "--path"),
        },
        {"long": "--prefix", "value": "PREFIX", "kind": "native-path", "conflicts": ("--target", "--path")},
        *DISABLE_PIP_VERSION_CHECK,
        *PIP_GLOBALS,
        *GLOBALS,
    ),
    "more_help": True,
}

"""The words and options of ``uv pip debug``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS, PIP_GLOBALS

COMMAND: Command = {
    "path": ("pip", "debug"),
    "options": (
        {"long": "--platform", "value": "PLATFORM", "hidden": True},
        {"long": "--python-version", "value": "PYTHON_VERSION", "hidden": True},
        {"long": "--implementation", "value": "IMPLEMENTATION", "hidden": True},
        {"long": "--abi", "value": "ABI", "hidden": True},
        *PIP_GLOBALS,
        *GLOBALS,
    ),
}

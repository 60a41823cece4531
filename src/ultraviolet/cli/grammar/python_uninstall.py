"""The words and options of ``uv python uninstall``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS, INSTALL_DIR

COMMAND: Command = {
    "path": ("python", "uninstall"),
    "positionals": ({"name": "targets", "value": "TARGETS", "required": True, "repeat": True},),
    "options": (
        *INSTALL_DIR,
        {"long": "--all", "conflicts": ("targets",)},
        *GLOBALS,
    ),
}

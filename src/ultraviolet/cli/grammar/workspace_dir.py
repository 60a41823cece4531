"""The words and options of ``uv workspace dir``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS

COMMAND: Command = {
    "path": ("workspace", "dir"),
    "options": (
        {"long": "--package", "value": "PACKAGE", "kind": "package"},
        *GLOBALS,
    ),
}

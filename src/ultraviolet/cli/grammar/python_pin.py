"""The words and options of ``uv python pin``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS, NO_PROJECT_2, PYTHON_DOWNLOADS_JSON_URL

COMMAND: Command = {
    "path": ("python", "pin"),
    "positionals": ({"name": "request", "value": "REQUEST"},),
    "options": (
        {"long": "--resolved", "overrides": ("--resolved",)},
        {"long": "--no-resolved", "overrides": ("--no-resolved",), "hidden": True},
        *NO_PROJECT_2,
        {"long": "--global"},
        {"long": "--rm", "conflicts": ("request", "--resolved")},
        *PYTHON_DOWNLOADS_JSON_URL,
        *GLOBALS,
    ),
}

"""The words and options of ``uv python find``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS, NO_SYSTEM, PYTHON_DOWNLOADS_JSON_URL, SYSTEM

COMMAND: Command = {
    "path": ("python", "find"),
    "positionals": ({"name": "request", "value": "REQUEST"},),
    "options": (
        {"long": "--no-project", "aliases": ("--no_workspace",), "kind": "boolish", "env": "UV_NO_PROJECT"},
        *SYSTEM,
        *NO_SYSTEM,
        {"long": "--script", "value": "SCRIPT", "conflicts": ("request", "--no-project", "--system", "--no-system")},
        {"long": "--show-version"},
        {"long": "--resolve-links"},
        *PYTHON_DOWNLOADS_JSON_URL,
        *GLOBALS,
    ),
}

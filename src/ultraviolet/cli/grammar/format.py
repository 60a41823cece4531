"""The words and options of ``uv format``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS, NO_PROJECT, SHOW_VERSION

COMMAND: Command = {
    "path": ("format",),
    "positionals": ({"name": "extra_args", "value": "EXTRA_ARGS", "repeat": True, "last": True},),
    "options": (
        {"long": "--check"},
        {"long": "--diff"},
        {"long": "--version", "value": "VERSION"},
        {"long": "--exclude-newer", "value": "EXCLUDE_NEWER", "kind": "exclude-newer", "env": "UV_EXCLUDE_NEWER"},
        *NO_PROJECT,
        *SHOW_VERSION,
        *GLOBALS,
    ),
    "more_help": True,
}

"""The words and options of ``uv python list``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS, OUTPUT_FORMAT, PYTHON_DOWNLOADS_JSON_URL

COMMAND: Command = {
    "path": ("python", "list"),
    "positionals": ({"name": "request", "value": "REQUEST"},),
    "options": (
        {"long": "--all-versions"},
        {"long": "--all-platforms"},
        {"long": "--all-arches", "aliases": ("--all_architectures",)},
        {"long": "--only-installed", "conflicts": ("--only-downloads",)},
        {"long": "--only-downloads", "conflicts": ("--only-installed",)},
        {"long": "--show-urls"},
        *OUTPUT_FORMAT,
        *PYTHON_DOWNLOADS_JSON_URL,
        *GLOBALS,
    ),
}

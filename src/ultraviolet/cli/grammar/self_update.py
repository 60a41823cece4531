"""The words and options of ``uv self update``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import DRY_RUN, GLOBALS

COMMAND: Command = {
    "path": ("self", "update"),
    "positionals": ({"name": "target_version", "value": "TARGET_VERSION"},),
    "options": (
        {"long": "--token", "value": "TOKEN", "env": "UV_GITHUB_TOKEN"},
        *DRY_RUN,
        *GLOBALS,
    ),
}

"""The words and options of ``uv auth logout``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS, KEYRING_PROVIDER, USERNAME

COMMAND: Command = {
    "path": ("auth", "logout"),
    "positionals": ({"name": "service", "value": "SERVICE", "required": True},),
    "options": (
        *USERNAME,
        *KEYRING_PROVIDER,
        *GLOBALS,
    ),
}

"""The words and options of ``uv auth login``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS, KEYRING_PROVIDER

COMMAND: Command = {
    "path": ("auth", "login"),
    "positionals": ({"name": "service", "value": "SERVICE", "required": True},),
    "options": (
        {"long": "--username", "short": "-u", "value": "USERNAME", "conflicts": ("--token",)},
        {"long": "--password", "value": "PASSWORD", "conflicts": ("--token",)},
        {"long": "--token", "short": "-t", "value": "TOKEN", "conflicts": ("--username", "--password")},
        *KEYRING_PROVIDER,
        *GLOBALS,
    ),
}

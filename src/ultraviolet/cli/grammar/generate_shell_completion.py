"""The words and options of ``uv generate-shell-completion``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS, NO_CONFIG, PYTHON_PREFERENCE_OPTIONS

COMMAND: Command = {
    "path": ("generate-shell-completion",),
    "positionals": (
        {
            "name": "shell",
            "value": "SHELL",
            "required": True,
            "choices": ("bash", "elvish", "fish", "nushell", "powershell", "zsh"),
        },
    ),
    "options": (
        {"long": "--no-cache", "short": "-n", "hidden": True, "kind": "boolish"},
        {"long": "--cache-dir", "value": "CACHE_DIR", "kind": "native-path", "hidden": True},
        *PYTHON_PREFERENCE_OPTIONS,
        {"long": "--quiet", "short": "-q", "count": True, "conflicts": ("--verbose",), "hidden": True},
        {"long": "--verbose", "short": "-v", "count": True, "conflicts": ("--quiet",), "hidden": True},
        {
            "long": "--color",
            "value": "COLOR",
            "choices": ("auto", "always", "never"),
            "conflicts": ("--no-color",),
            "hidden": True,
        },
        {"long": "--native-tls", "hidden": True},
        {"long": "--offline", "hidden": True},
        {"long": "--no-progress", "hidden": True},
        {"long": "--config-file", "value": "CONFIG_FILE", "kind": "native-path", "hidden": True},
        *NO_CONFIG,
        {"long": "--help", "short": "-h", "hidden": True, "action": "help"},
        {"long": "--version", "short": "-V", "hidden": True},
        *(
            row
            for row in GLOBALS
            if row["long"]
            not in (
                "--cache-dir",
                "--color",
                "--config-file",
                "--help",
                "--native-tls",
                "--no-cache",
                "--no-config",
                "--no-progress",
                "--no-python-downloads",
                "--offline",
                "--python-preference",
                "--quiet",
                "--verbose",
            )
        ),
    ),
}

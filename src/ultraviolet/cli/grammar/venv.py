"""The words and options of ``uv venv``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import (
    EXCLUDE_NEWER_OPTIONS,
    FORCE,
    GLOBALS,
    INDEX_OPTIONS,
    INDEX_STRATEGY_OPTIONS,
    NO_PROJECT_2,
    NO_SYSTEM,
    PYTHON,
    REFRESH_OPTIONS,
)

COMMAND: Command = {
    "path": ("venv",),
    "positionals": ({"name": "path", "value": "PATH", "kind": "native-path"},),
    "options": (
        *PYTHON,
        {
            "long": "--system",
            "kind": "boolish",
            "env": "UV_SYSTEM_PYTHON",
            "overrides": ("--no-system",),
            "hidden": True,
        },
        *NO_SYSTEM,
        *NO_PROJECT_2,
        {"long": "--seed", "kind": "boolish", "settings_env": "UV_VENV_SEED"},
        {"long": "--clear", "short": "-c", "settings_env": "UV_VENV_CLEAR", "overrides": ("--allow-existing",)},
        *FORCE,
        {"long": "--no-clear", "conflicts": ("--allow-existing",), "overrides": ("--clear",), "hidden": True},
        {"long": "--allow-existing", "overrides": ("--clear",)},
        {"long": "--prompt", "value": "PROMPT"},
        {"long": "--system-site-packages"},
        {"long": "--relocatable", "settings_env": "UV_VENV_RELOCATABLE", "overrides": ("--no-relocatable",)},
        {"long": "--no-relocatable", "overrides": ("--relocatable",), "hidden": True},
        *INDEX_OPTIONS,
        *INDEX_STRATEGY_OPTIONS,
        *EXCLUDE_NEWER_OPTIONS,
        {
            "long": "--link-mode",
            "value": "LINK_MODE",
            "choices": ("clone", "copy", "hardlink", "symlink"),
            "choice_aliases": {"reflink": "clone"},
            "env": "UV_LINK_MODE",
        },
        *REFRESH_OPTIONS,
        {"long": "--no-seed", "hidden": True},
        {"long": "--no-pip", "hidden": True},
        {"long": "--no-setuptools", "hidden": True},
        {"long": "--no-wheel", "hidden": True},
        *GLOBALS,
    ),
    "more_help": True,
}

"""The words and options of ``uv lock``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import (
    CONFIG_SETTING,
    CONFIG_SETTINGS_PACKAGE,
    EXCLUDE_NEWER_OPTIONS,
    GLOBALS,
    INDEX_OPTIONS,
    INDEX_STRATEGY_OPTIONS,
    LINK_MODE,
    NO_BUILD_ISOLATION_OPTIONS,
    NO_BUILD_ISOLATION_PACKAGE,
    NO_BUILD_OPTIONS,
    NO_SOURCES_OPTIONS,
    PYTHON,
    REFRESH_OPTIONS,
    RESOLUTION_OPTIONS,
    SCRIPT,
    UPGRADE_OPTIONS,
)

COMMAND: Command = {
    "path": ("lock",),
    "options": (
        {"long": "--check", "kind": "boolish", "conflicts": ("--check-exists", "--upgrade"), "overrides": ("--check",)},
        {"long": "--locked", "settings_env": "UV_LOCKED", "conflicts": ("--check-exists", "--upgrade"), "hidden": True},
        {
            "long": "--check-exists",
            "aliases": ("--frozen",),
            "settings_env": "UV_FROZEN",
            "conflicts": ("--check", "--locked"),
        },
        {"long": "--dry-run", "conflicts": ("--check-exists", "--check", "--locked")},
        *SCRIPT,
        *INDEX_OPTIONS,
        *UPGRADE_OPTIONS,
        *INDEX_STRATEGY_OPTIONS,
        *RESOLUTION_OPTIONS,
        *CONFIG_SETTING,
        *CONFIG_SETTINGS_PACKAGE,
        *NO_BUILD_ISOLATION_OPTIONS,
        *NO_BUILD_ISOLATION_PACKAGE,
        *EXCLUDE_NEWER_OPTIONS,
        *LINK_MODE,
        *NO_SOURCES_OPTIONS,
        *NO_BUILD_OPTIONS,
        *REFRESH_OPTIONS,
        *PYTHON,
        *GLOBALS,
    ),
    "more_help": True,
}

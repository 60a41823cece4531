"""The words and options of ``uv workspace metadata``."""

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
    LOCKED,
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
    "path": ("workspace", "metadata"),
    "options": (
        *SCRIPT,
        *LOCKED,
        {"long": "--frozen", "settings_env": "UV_FROZEN", "conflicts": ("--locked",)},
        {"long": "--dry-run", "conflicts": ("--frozen", "--locked", "--sync")},
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
        {"long": "--sync"},
        {"long": "--active"},
        *PYTHON,
        *GLOBALS,
    ),
}

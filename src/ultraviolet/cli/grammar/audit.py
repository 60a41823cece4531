"""The words and options of ``uv audit``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import (
    CONFIG_SETTING,
    CONFIG_SETTINGS_PACKAGE,
    EXCLUDE_NEWER_OPTIONS,
    FROZEN,
    GLOBALS,
    INDEX_OPTIONS,
    INDEX_STRATEGY_OPTIONS,
    LINK_MODE,
    LOCKED,
    NO_BUILD_ISOLATION_OPTIONS,
    NO_BUILD_ISOLATION_PACKAGE,
    NO_BUILD_OPTIONS,
    NO_EXTRA,
    NO_GROUP_OPTIONS,
    NO_SOURCES_OPTIONS,
    OUTPUT_FORMAT_OPTIONS,
    PYTHON_PLATFORM,
    PYTHON_VERSION,
    RESOLUTION_OPTIONS,
    SCRIPT,
    UPGRADE_OPTIONS,
)

COMMAND: Command = {
    "path": ("audit",),
    "options": (
        *NO_EXTRA,
        {"long": "--no-dev", "kind": "boolish", "settings_env": "UV_NO_DEV"},
        *NO_GROUP_OPTIONS,
        {"long": "--only-group", "value": "ONLY_GROUP", "kind": "group", "repeat": True},
        {"long": "--only-dev", "conflicts": ("--no-dev",)},
        *LOCKED,
        *FROZEN,
        *OUTPUT_FORMAT_OPTIONS,
        *NO_BUILD_OPTIONS,
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
        *SCRIPT,
        *PYTHON_VERSION,
        *PYTHON_PLATFORM,
        *GLOBALS,
    ),
    "more_help": True,
}

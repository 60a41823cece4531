"""The words and options of ``uv tool upgrade``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import (
    ALL,
    COMPILE_BYTECODE,
    CONFIG_SETTING,
    EXCLUDE_NEWER_OPTIONS,
    GLOBALS,
    INDEX_OPTIONS,
    INDEX_STRATEGY_OPTIONS,
    LINK_MODE,
    NO_BUILD_ISOLATION_OPTIONS,
    NO_BUILD_ISOLATION_PACKAGE,
    NO_BUILD_OPTIONS,
    NO_COMPILE_BYTECODE,
    NO_SOURCES_OPTIONS,
    PYTHON,
    PYTHON_PLATFORM,
    REINSTALL_OPTIONS,
    RESOLUTION_OPTIONS,
)

COMMAND: Command = {
    "path": ("tool", "upgrade"),
    "positionals": ({"name": "name", "value": "NAME", "required": True, "repeat": True},),
    "options": (
        *ALL,
        *PYTHON,
        *PYTHON_PLATFORM,
        {"long": "--upgrade", "short": "-U", "hidden": True},
        {
            "long": "--upgrade-package",
            "short": "-P",
            "value": "UPGRADE_PACKAGE",
            "kind": "requirement",
            "repeat": True,
            "hidden": True,
        },
        {"long": "--upgrade-group", "value": "UPGRADE_GROUP", "kind": "group", "repeat": True, "hidden": True},
        *INDEX_OPTIONS,
        *REINSTALL_OPTIONS,
        *INDEX_STRATEGY_OPTIONS,
        *RESOLUTION_OPTIONS,
        *CONFIG_SETTING,
        {
            "long": "--config-setting-package",
            "aliases": ("--config-settings-package",),
            "value": "CONFIG_SETTING_PACKAGE",
            "kind": "config-setting-package",
            "repeat": True,
            "heading": "Build options",
        },
        *NO_BUILD_ISOLATION_OPTIONS,
        *NO_BUILD_ISOLATION_PACKAGE,
        *EXCLUDE_NEWER_OPTIONS,
        *LINK_MODE,
        *COMPILE_BYTECODE,
        *NO_COMPILE_BYTECODE,
        *NO_SOURCES_OPTIONS,
        *NO_BUILD_OPTIONS,
        *GLOBALS,
    ),
}

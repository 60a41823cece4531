"""The words and options of ``uv pip list``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import (
    DISABLE_PIP_VERSION_CHECK,
    EDITABLE,
    EXCLUDE,
    EXCLUDE_NEWER_OPTIONS,
    GLOBALS,
    INDEX_OPTIONS,
    INDEX_STRATEGY_OPTIONS,
    NO_SYSTEM,
    OUTDATED_OPTIONS,
    PIP_GLOBALS,
    PYTHON,
    STRICT_OPTIONS,
    SYSTEM,
    TARGET_OPTIONS,
)

COMMAND: Command = {
    "path": ("pip", "list"),
    "options": (
        *EDITABLE,
        {"long": "--exclude-editable", "conflicts": ("--editable",)},
        *EXCLUDE,
        {"long": "--format", "value": "FORMAT", "choices": ("columns", "freeze", "json"), "default": "columns"},
        *OUTDATED_OPTIONS,
        *STRICT_OPTIONS,
        *INDEX_OPTIONS,
        *INDEX_STRATEGY_OPTIONS,
        *EXCLUDE_NEWER_OPTIONS,
        *PYTHON,
        *SYSTEM,
        *NO_SYSTEM,
        *TARGET_OPTIONS,
        *DISABLE_PIP_VERSION_CHECK,
        *PIP_GLOBALS,
        *GLOBALS,
    ),
    "more_help": True,
}

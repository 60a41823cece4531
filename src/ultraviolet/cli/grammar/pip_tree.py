"""The words and options of ``uv pip tree``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import (
    DEPTH_OPTIONS,
    DISABLE_PIP_VERSION_CHECK,
    EXCLUDE_NEWER_OPTIONS,
    GLOBALS,
    INDEX_OPTIONS,
    INDEX_STRATEGY_OPTIONS,
    NO_SYSTEM,
    PIP_GLOBALS,
    PYTHON,
    SHOW_VERSION_SPECIFIERS,
    STRICT_OPTIONS,
    SYSTEM,
)

COMMAND: Command = {
    "path": ("pip", "tree"),
    "options": (
        *SHOW_VERSION_SPECIFIERS,
        *DEPTH_OPTIONS,
        *STRICT_OPTIONS,
        *INDEX_OPTIONS,
        *INDEX_STRATEGY_OPTIONS,
        *EXCLUDE_NEWER_OPTIONS,
        *PYTHON,
        *SYSTEM,
        *NO_SYSTEM,
        *DISABLE_PIP_VERSION_CHECK,
        *PIP_GLOBALS,
        *GLOBALS,
    ),
    "more_help": True,
}

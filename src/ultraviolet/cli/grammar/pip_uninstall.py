"""The words and options of ``uv pip uninstall``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import (
    BREAK_SYSTEM_PACKAGES_OPTIONS,
    DISABLE_PIP_VERSION_CHECK,
    DRY_RUN,
    GLOBALS,
    KEYRING_PROVIDER,
    NO_SYSTEM,
    PIP_GLOBALS,
    PYTHON,
    REQUIREMENTS,
    SYSTEM,
    TARGET_OPTIONS,
)

COMMAND: Command = {
    "path": ("pip", "uninstall"),
    "positionals": ({"name": "package", "value": "PACKAGE", "repeat": True, "groups": ("sources",)},),
    "options": (
        *REQUIREMENTS,
        *PYTHON,
        *KEYRING_PROVIDER,
        *SYSTEM,
        *NO_SYSTEM,
        *BREAK_SYSTEM_PACKAGES_OPTIONS,
        *TARGET_OPTIONS,
        *DRY_RUN,
        {"long": "--yes", "short": "-y", "hidden": True},
        *DISABLE_PIP_VERSION_CHECK,
        *PIP_GLOBALS,
        *GLOBALS,
    ),
    "groups": {"sources": {"required": True, "multiple": True}},
    "more_help": True,
}

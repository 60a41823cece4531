"""The words and options of ``uv python install``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import (
    COMPILE_BYTECODE_2,
    GLOBALS,
    INSTALL_DIR,
    MIRROR_OPTIONS,
    NO_COMPILE_BYTECODE,
    PYTHON_DOWNLOADS_JSON_URL,
    REINSTALL,
)

COMMAND: Command = {
    "path": ("python", "install"),
    "positionals": ({"name": "targets", "value": "TARGETS", "repeat": True, "env": "UV_PYTHON"},),
    "options": (
        *INSTALL_DIR,
        {"long": "--bin", "overrides": ("--no-bin",), "hidden": True},
        {"long": "--no-bin", "conflicts": ("--default",), "overrides": ("--bin",)},
        {"long": "--registry", "overrides": ("--no-registry",), "hidden": True},
        {"long": "--no-registry", "overrides": ("--registry",)},
        *MIRROR_OPTIONS,
        *PYTHON_DOWNLOADS_JSON_URL,
        *REINSTALL,
        {"long": "--force", "short": "-f"},
        {"long": "--upgrade", "short": "-U"},
        {"long": "--default", "conflicts": ("--no-bin",)},
        *COMPILE_BYTECODE_2,
        *NO_COMPILE_BYTECODE,
        *GLOBALS,
    ),
}

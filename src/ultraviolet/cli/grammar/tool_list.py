"""The words and options of ``uv tool list``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import (
    EXCLUDE_NEWER_OPTIONS,
    GLOBALS,
    OUTDATED_OPTIONS,
    PYTHON_PREFERENCE_OPTIONS,
    SHOW_VERSION_SPECIFIERS,
)

COMMAND: Command = {
    "path": ("tool", "list"),
    "options": (
        {"long": "--show-paths"},
        *SHOW_VERSION_SPECIFIERS,
        {"long": "--show-with"},
        {"long": "--show-extras"},
        {"long": "--show-python"},
        *OUTDATED_OPTIONS,
        *EXCLUDE_NEWER_OPTIONS,
        *PYTHON_PREFERENCE_OPTIONS,
        *(row for row in GLOBALS if row["long"] not in ("--python-preference", "--no-python-downloads")),
    ),
}

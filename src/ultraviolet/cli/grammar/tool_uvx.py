"""The words and options of ``uvx``, which are those of ``uv tool run`` and ``--version``."""

from __future__ import annotations

from ultraviolet.cli.grammar import tool_run
from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GENERATE_SHELL_COMPLETION

_OPTIONS = tool_run.COMMAND["options"]
_OWN = _OPTIONS.index(GENERATE_SHELL_COMPLETION[-1]) + 1
"""How many come before those that every command has."""

COMMAND: Command = {
    **tool_run.COMMAND,
    "path": ("tool", "uvx"),
    "options": (*_OPTIONS[:_OWN], {"long": "--version", "short": "-V", "action": "version"}, *_OPTIONS[_OWN:]),
}

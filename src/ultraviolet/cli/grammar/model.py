"""What a row of the grammar may say.

The tables are plain literals: building one command's costs microseconds, while an argument parser object of the
standard library costs more than the rest of the start. Rows are dictionaries with only the keys that apply, in the
order in which clap declares the options, because usage lines and suggestions follow that order.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypedDict

    class Option(TypedDict, total=False):
        """One option or flag."""

        long: str
        """With its dashes; it also names the option in ``conflicts``, ``overrides`` and the parsed result."""
        short: str
        aliases: tuple[str, ...]
        value: str
        """Placeholder of the value; a row without it is a flag."""
        kind: str
        """How a value is checked, see :mod:`ultraviolet.cli.values`; any text when absent."""
        count: bool
        """A flag whose occurrences are counted."""
        repeat: bool
        split: str
        """Separator of several values in one word."""
        choices: tuple[str, ...]
        choice_aliases: dict[str, str]
        default: str
        env: str
        """Variable that stands in for the option, with the checks and conflicts of the option."""
        settings_env: str
        """Variable that :mod:`ultraviolet.settings` reads; only help needs it here."""
        settings_env_value: str
        conflicts: tuple[str, ...]
        overrides: tuple[str, ...]
        requires: tuple[str, ...]
        required: bool
        groups: tuple[str, ...]
        hidden: bool
        instead: str
        """A name that is only known to be wrong: the option that is meant."""
        heading: str
        is_global: bool
        action: str
        """``help`` or ``version``."""

    class Positional(TypedDict, total=False):
        """One positional argument."""

        name: str
        value: str
        kind: str
        required: bool
        repeat: bool
        last: bool
        """Only after ``--``."""
        choices: tuple[str, ...]
        default: str
        env: str
        groups: tuple[str, ...]

    class Group(TypedDict):
        """Arguments of which one is required, or which exclude each other."""

        required: bool
        multiple: bool

    class Command(TypedDict, total=False):
        """One command."""

        path: tuple[str, ...]
        options: tuple[Option, ...]
        positionals: tuple[Positional, ...]
        groups: dict[str, Group]
        external: bool
        """From the first word that is no option, everything belongs to a child program."""
        more_help: bool
        """Short help ends with a pointer to ``uv help``."""
        unsupported: tuple[str, ...]
        """Options that are recognised and refused until they are implemented."""

else:
    Option = Positional = Group = Command = dict

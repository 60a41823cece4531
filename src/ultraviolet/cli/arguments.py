"""What the parser answers: the arguments of one command, and the tables it read them by."""

from __future__ import annotations

from ultraviolet.cli import registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ultraviolet.cli.grammar.model import Command, Option, Positional

COMMAND_LINE = "command line"
ENVIRONMENT = "environment"
DEFAULT = "default"


class Match:
    """What was said about one argument."""

    __slots__ = ("source", "values")

    def __init__(self, source: str) -> None:
        self.source = source
        """``command line``, ``environment`` or ``default``."""
        self.values: list[Any] = []
        """Checked values in order; a flag has one, true or false, and a counted flag one number."""


class Arguments:
    """The checked arguments of one command, keyed by long option (``"--frozen"``) or positional name."""

    __slots__ = ("external", "matches", "path")

    def __init__(self, path: tuple[str, ...], matches: dict[str, Match], external: list[str] | None) -> None:
        self.path = path
        """Words of the command, aliases resolved: ``("pip", "install")``."""
        self.matches = matches
        self.external = external
        """Command line of the child program of ``run`` and ``tool run``, ``None`` when there is none."""

    @property
    def command(self) -> str:
        """The command's words joined by a blank, ``"pip install"``."""
        return " ".join(self.path)

    def flag(self, name: str) -> bool:
        """Whether a flag was given (or its variable is true)."""
        match = self.matches.get(name)
        return match is not None and bool(match.values[-1])

    def count(self, name: str) -> int:
        """How often a counted flag was given."""
        match = self.matches.get(name)
        return match.values[-1] if match is not None else 0

    def one(self, name: str) -> Any:
        """Value of an option that takes one, ``None`` when absent."""
        match = self.matches.get(name)
        return match.values[-1] if match is not None and match.values else None

    def many(self, name: str) -> list[Any]:
        """Values of an option that may be repeated, in order."""
        match = self.matches.get(name)
        return list(match.values) if match is not None else []

    def source(self, name: str) -> str | None:
        """Where a value comes from; ``None`` when there is none."""
        match = self.matches.get(name)
        return match.source if match is not None else None

    def switch(self, name: str, negation: str) -> bool | None:
        """Answer of a pair of flags such as ``--upgrade`` and ``--no-upgrade``; ``None`` when neither was given."""
        if self.flag(name):
            return True
        return False if self.flag(negation) else None


class Level:
    """The tables of one command in the form the parser and the messages look things up in."""

    __slots__ = ("by_name", "command", "display", "longs", "options", "path", "positionals", "shorts", "subcommands")

    def __init__(self, command: Command, display: str) -> None:
        self.command = command
        self.display = display
        """Words that usage lines begin with, ``uv pip install``."""
        self.path = command["path"]
        self.options = command["options"]
        self.positionals = command.get("positionals", ())
        self.subcommands = registry.subcommands(self.path)
        """Canonical name of every name and alias."""
        self.longs: dict[str, Option] = {}
        self.shorts: dict[str, Option] = {}
        longs, shorts = self.longs, self.shorts
        for option in self.options:
            longs[option["long"]] = option
            if "aliases" in option:
                for alias in option["aliases"]:
                    longs[alias] = option
            if "short" in option:
                shorts[option["short"]] = option
        self.by_name: dict[str, Positional] = {row["name"]: row for row in self.positionals}

    def members(self, group: str) -> list[str]:
        """Names of the arguments in a group, positionals in front as uv declares them."""
        names = [row["name"] for row in self.positionals if group in row.get("groups", ())]
        names += [row["long"] for row in self.options if group in row.get("groups", ())]
        return names


class HelpRequested(Exception):
    """``--help`` or ``--version`` was met, or a command that needs a subcommand stands alone."""

    def __init__(self, level: Level, action: str) -> None:
        super().__init__(action)
        self.level = level
        self.action = action
        """``help``, ``version`` or ``missing`` (help on stderr, exit code 2)."""

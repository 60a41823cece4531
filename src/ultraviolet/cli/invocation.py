"""One run of one command: its arguments, settings and console, and the table of command modules.

A command's module is ``ultraviolet.cli.commands.<words>`` with ``run(invocation: Invocation) -> int``.
"""

from __future__ import annotations

import os

from ultraviolet.cli import registry
from ultraviolet.console.printer import Console
from ultraviolet.errors import UltravioletError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from ultraviolet.cli.arguments import Arguments
    from ultraviolet.settings.options import Settings


_PIP_COMMANDS = frozenset({"pip compile", "pip install", "pip sync"})
_PROJECT_COMMANDS = frozenset({"add", "lock", "remove", "run", "sync"})
"""Commands that ask an interpreter what it is before anything else takes time."""


class NotSupported(UltravioletError):
    """A command or option that uv has, and that is still to be written."""


class Invocation:
    """What a command receives."""

    __slots__ = ("_settings", "arguments", "console", "cwd", "environ", "program", "started", "words")

    def __init__(
        self,
        arguments: Arguments,
        *,
        words: list[str],
        environ: MutableMapping[str, str],
        console: Console,
        cwd: str,
        program: str,
        started: int,
    ) -> None:
        self.arguments = arguments
        """The checked command line, see :class:`ultraviolet.cli.arguments.Arguments`."""
        self.words = words
        """The words after the program's name as they were typed."""
        self.environ = environ
        self.console = console
        self.cwd = cwd
        """The working directory, ``--directory`` applied."""
        self.program = program
        """``uv`` or ``uvx``."""
        self.started = started
        """``time.time_ns()`` before the first input was read, for :func:`ultraviolet.stamp.record`."""
        self._settings: Settings | None = None

    @property
    def settings(self) -> Settings:
        """The settings of the command, every layer applied; read on first use."""
        if self._settings is None:
            from ultraviolet.settings.resolve import resolve_settings

            self._settings = resolve_settings(
                self.arguments.command, self.arguments, self.environ, self.cwd, warn=self.console.warn_once
            )
        return self._settings

    def run(self) -> int:
        """Import the command's module and run it."""
        command = self.arguments.command
        if command in registry.PLANNED:
            raise NotSupported(f"`uv {command}` is not yet supported")
        refused = registry.grammar(self.arguments.path).get("unsupported", ())
        for name in refused:
            if self.arguments.source(name) == "command line":
                raise NotSupported(f"`{name}` is not yet supported")
        if command in _PIP_COMMANDS or command in _PROJECT_COMMANDS:
            from ultraviolet.operations.early_python import ask_python

            ask_python(self.settings, self.arguments.one("--python"), is_pip=command in _PIP_COMMANDS)
        try:
            body = registry.body(self.arguments.path)
        except ModuleNotFoundError as error:
            if error.name is None or not error.name.startswith("ultraviolet.cli.commands."):
                raise
            raise NotSupported(f"`uv {command}` is not yet supported") from None
        return body(self)


def color_choice(arguments: Arguments) -> str:
    """``always``, ``never`` or ``auto``, from ``--color`` and ``--no-color``."""
    if arguments.flag("--no-color"):
        return "never"
    return str(arguments.one("--color") or "auto")


def prepare(arguments: Arguments, words: list[str], environ: MutableMapping[str, str], *, program: str) -> Invocation:
    """Make the console, and go to ``--directory``."""
    import time

    started = time.time_ns()
    console = Console(
        environ=environ,
        quiet=arguments.count("--quiet"),
        verbose=arguments.count("--verbose"),
        color=color_choice(arguments),
        no_progress=arguments.flag("--no-progress") or environ.get("UV_NO_PROGRESS", "").lower() in _TRUE,
    )
    directory = arguments.one("--directory") or environ.get("UV_WORKING_DIRECTORY")
    if directory:
        try:
            os.chdir(directory)
        except OSError as error:
            raise UltravioletError(f"{error.strerror} (os error {error.errno})") from None
    return Invocation(
        arguments,
        words=words,
        environ=environ,
        console=console,
        cwd=os.getcwd(),
        program=program,
        started=started,
    )


_TRUE = frozenset({"y", "yes", "t", "true", "on", "1"})

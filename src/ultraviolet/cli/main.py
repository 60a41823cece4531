"""Run a command line: parse, look up the command, run it, and turn failures into text and an exit code."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence

    from ultraviolet.cli.invocation import Invocation


def main(argv: Sequence[str] | None = None, *, program: str = "uv") -> int:
    """Run the words after the program's name, answering the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    return run(words, os.environ, program=program)


def run(words: list[str], environ: MutableMapping[str, str], *, program: str = "uv") -> int:
    """Run a command line with the given environment variables."""
    from ultraviolet.cli.arguments import HelpRequested
    from ultraviolet.cli.parser import parse
    from ultraviolet.errors import UltravioletError

    try:
        arguments = parse(words, environ, program)
    except HelpRequested as request:
        return _show_help(request, environ)
    except UltravioletError as error:
        return _usage_error(str(error), environ, error.exit_code)
    from ultraviolet.cli.invocation import prepare

    invocation: Invocation | None = None
    try:
        invocation = prepare(arguments, words, environ, program=program)
        return invocation.run()
    except UltravioletError as error:
        from ultraviolet.console.errors import render_error

        console = invocation.console if invocation is not None else None
        return render_error(error, console, environ)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _silence_stdout()
        return 1
    except OSError as error:
        from ultraviolet.console.errors import render_error, system_failure

        console = invocation.console if invocation is not None else None
        return render_error(system_failure(error), console, environ)


def _silence_stdout() -> None:
    """Keep the interpreter from complaining about a closed pipe when it leaves."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _show_help(request: object, environ: MutableMapping[str, str]) -> int:
    from ultraviolet.cli.arguments import HelpRequested
    from ultraviolet.console.colors import wants_color

    assert isinstance(request, HelpRequested)
    if request.action == "version":
        from ultraviolet.cli.version import version_line

        sys.stdout.write(version_line("uvx" if request.level.path else "uv") + "\n")
        return 0
    from ultraviolet.cli.help import help_text
    from ultraviolet.cli.usage import plain

    stream = sys.stderr if request.action == "missing" else sys.stdout
    text = help_text(request.level, environ)
    stream.write((text if wants_color(stream, environ) else plain(text)) + "\n")
    return 2 if request.action == "missing" else 0


def _usage_error(text: str, environ: MutableMapping[str, str], exit_code: int) -> int:
    from ultraviolet.cli.usage import plain
    from ultraviolet.console.colors import wants_color

    sys.stderr.write(text if wants_color(sys.stderr, environ) else plain(text))
    return exit_code

"""``uv why``."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation
    from ultraviolet.operations.why import Why


def run(invocation: Invocation) -> int:
    """Tell why a package is here, and why at this version."""
    from ultraviolet.operations.why import why_json, why_text

    arguments, console = invocation.arguments, invocation.console
    why = _compiled(invocation) if arguments.many("--requirements") else _locked(invocation)
    paint = console.on_stdout

    def style(name: str, text: str) -> str:
        if name == "package":
            return paint.bold(text)
        return paint.dim(text) if name == "dim" else paint.bold(paint.green(text))

    console.stdout.write(why_json(why) if arguments.one("--format") == "json" else why_text(why, style))
    return 0


def _locked(invocation: Invocation) -> Why:
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.operations.options import make_world
    from ultraviolet.operations.why import why_locked

    settings, arguments = invocation.settings, invocation.arguments
    script = arguments.one("--script")
    with make_world(settings, ConsoleReporter(invocation.console)) as world:
        return why_locked(settings, world, arguments.one("name"), None if script is None else str(script))


def _compiled(invocation: Invocation) -> Why:
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.operations.options import make_world
    from ultraviolet.operations.pip_compile import Solved, compile_requirements
    from ultraviolet.operations.pip_request import file_sources, requirement_files
    from ultraviolet.operations.why import why_compiled

    settings, arguments = invocation.settings, invocation.arguments
    answers: list[Why] = []

    def observe(solved: Solved) -> None:
        answers.append(why_compiled(solved, arguments.one("name"), settings.cwd))

    with make_world(settings, ConsoleReporter(invocation.console), settings.pip.resolver) as world:
        sources = file_sources(settings, requirement_files(settings, arguments.many("--requirements")))
        compile_requirements(settings, world, sources, stdin=sys.stdin.read, observe=observe)
    return answers[0]

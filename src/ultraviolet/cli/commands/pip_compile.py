"""``uv pip compile``."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Resolve requirements, and write the pinned ones."""
    from ultraviolet.cli.compatibility import check_compatibility
    from ultraviolet.cli.keeping import keep_compiled
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.operations.compile_output import plain
    from ultraviolet.operations.options import make_world
    from ultraviolet.operations.pip_compile import compile_requirements, write_output
    from ultraviolet.operations.pip_request import file_sources, requirement_files

    check_compatibility(invocation.arguments, invocation.console.warn_once)
    settings, console, arguments = invocation.settings, invocation.console, invocation.arguments
    resolver = settings.pip.resolver
    reporter = ConsoleReporter(console)
    output = settings.pip.output_file
    read = {}
    if output is not None:
        from ultraviolet.remember import quick_hash

        path = os.path.join(settings.cwd, output)
        read[path] = quick_hash(path)
    with make_world(settings, reporter, resolver) as world:
        sources = file_sources(settings, requirement_files(settings, arguments.many("src_file")))
        compiled = compile_requirements(
            settings,
            world,
            sources,
            words=invocation.words,
            output_format=arguments.one("--format"),
            stdin=sys.stdin.read,
        )
        if compiled.output_file is None or console.quiet == 0:
            console.important(compiled.text(console.on_stdout.green), end="")
        if compiled.output_file is not None:
            write_output(compiled.output_file, compiled.text(plain))
        keep_compiled(invocation, world, reporter, sources, compiled, read)
    for warning in compiled.diagnostics:
        console.warn(warning)
    return 0

"""``uv export``."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Print the lock in another format, and write it where ``--output-file`` says."""
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.operations.export import export, read_export_request, write_export
    from ultraviolet.operations.options import make_world

    settings, console = invocation.settings, invocation.console
    request = read_export_request(settings, invocation.words)
    script = invocation.arguments.one("--script")
    with make_world(settings, ConsoleReporter(console)) as world:
        exported = export(settings, world, request, None if script is None else str(script))
        plain = exported.text(str)
        shown = exported.text(console.on_stdout.green) if console.on_stdout.enabled else plain
    if not console.quiet or request.output_file is None:
        console.stdout.write(shown)
    if request.output_file is not None:
        write_export(plain, os.path.join(invocation.cwd, request.output_file))
    return 0

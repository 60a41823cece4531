"""``uv add``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Add requirements to the project, or to the script that ``--script`` names."""
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.operations.add import add_to_project, add_to_script
    from ultraviolet.operations.add_request import read_add_request
    from ultraviolet.operations.options import make_world

    settings = invocation.settings
    request = read_add_request(settings)
    reporter = ConsoleReporter(invocation.console)
    with make_world(settings, reporter, reinstalled=request.reinstalled()) as world:
        script = invocation.arguments.one("--script")
        if script is not None:
            add_to_script(settings, world, request, str(script), stdin=_read_stdin)
        else:
            add_to_project(settings, world, request, stdin=_read_stdin)
    return 0


def _read_stdin() -> str:
    import sys

    return sys.stdin.read()

"""``uv remove``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Remove dependencies from the project, or from the script that ``--script`` names."""
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.operations.options import make_world
    from ultraviolet.operations.remove import read_remove_request, remove_from_project, remove_from_script

    settings = invocation.settings
    request = read_remove_request(settings)
    with make_world(settings, ConsoleReporter(invocation.console)) as world:
        script = invocation.arguments.one("--script")
        if script is not None:
            remove_from_script(settings, world, request, str(script))
        else:
            remove_from_project(settings, world, request)
    return 0

"""``uv sync``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Sync the project's environment, or that of the script that ``--script`` names."""
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.operations.options import make_world

    arguments = invocation.arguments
    dry_run = arguments.flag("--dry-run")
    check = arguments.flag("--check")
    with make_world(invocation.settings, ConsoleReporter(invocation.console)) as world:
        script = arguments.one("--script")
        if script is not None:
            from ultraviolet.operations.scripts import sync_script

            sync_script(invocation.settings, world, script, dry_run=dry_run, check=check)
        else:
            from ultraviolet.operations.project_sync import sync_project

            sync_project(invocation.settings, world, dry_run=dry_run, check=check)
    return 0

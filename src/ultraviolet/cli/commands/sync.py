"""``uv sync``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation
    from ultraviolet.fastpath import Report
    from ultraviolet.operations.project_sync import SyncedProject


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

            done = sync_project(invocation.settings, world, dry_run=dry_run, check=check)
            if not dry_run and not check:
                _record(invocation, done)
    return 0


def _record(invocation: Invocation, done: SyncedProject) -> None:
    """Let the fast path answer the next time, as long as nothing changes."""
    from ultraviolet.operations.stamping import stamp_project

    locked = done.locked
    report: Report = (("checked", done.applied.checked),)
    if not done.frozen:
        report = (("resolved", len(locked.lock.packages)), *report)
    stamp_project(
        done.project,
        locked.lock,
        done.target.path,
        done.environment.root,
        words=invocation.words,
        cwd=invocation.cwd,
        environ=invocation.environ,
        started=invocation.started,
        report=report,
        clean=not invocation.console.has_warned,
        written={done.target.path: locked.text.encode()} if locked.changed and locked.text is not None else None,
    )

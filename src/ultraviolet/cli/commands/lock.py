"""``uv lock``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation
    from ultraviolet.operations.project_lock import ProjectLock


def run(invocation: Invocation) -> int:
    """Lock the project, or the script that ``--script`` names."""
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.operations.options import make_world

    arguments = invocation.arguments
    dry_run = arguments.flag("--dry-run")
    reporter = ConsoleReporter(invocation.console)
    with make_world(invocation.settings, reporter) as world:
        script = arguments.one("--script")
        if script is not None:
            from ultraviolet.operations.scripts import lock_script

            done = lock_script(invocation.settings, world, script, dry_run=dry_run)
        else:
            from ultraviolet.operations.project_lock import lock_project

            done = lock_project(invocation.settings, world, dry_run=dry_run)
    _tell(invocation, done, dry_run=dry_run)
    if script is None and not dry_run and done.options.mode == "write" and done.environment is not None:
        _record(invocation, done, done.environment)
    return 0


def _record(invocation: Invocation, done: ProjectLock, environment: str) -> None:
    """Let the fast path answer the next time, as long as nothing changes."""
    from ultraviolet.operations.stamping import stamp_project

    locked = done.locked
    assert done.project is not None
    stamp_project(
        done.project,
        locked.lock,
        done.target.path,
        environment,
        words=invocation.words,
        cwd=invocation.cwd,
        environ=invocation.environ,
        started=invocation.started,
        report=(("resolved", len(locked.lock.packages)),),
        clean=not invocation.console.has_warned,
        written=locked.written(done.target.path),
    )


def _tell(invocation: Invocation, done: ProjectLock, *, dry_run: bool) -> None:
    """Say what changed, package by package; of a first lock only in a dry run."""
    console = invocation.console
    if done.options.mode == "frozen":
        console.warn_once(
            f"The lockfile at `{done.target.name}` was only checked for validity, not whether it is up-to-date, because "
            f"`{done.options.flag}` was provided; use `--check` instead"
        )
        return
    paint = console.paint
    changes = done.changes()
    if dry_run and not done.locked.changed:
        console.note(paint.bold("No lockfile changes detected"))
        return
    if not dry_run and done.locked.previous is None:
        return
    for change in changes:
        verb = paint.bold(change.verb(dry_run=dry_run))
        console.note(f"{paint.red(verb) if change.kind == 'remove' else paint.green(verb)} {change.rest}")
    if dry_run and not changes:
        console.note(paint.bold("Lockfile changes detected"))

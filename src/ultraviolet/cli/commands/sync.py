"""``uv sync``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.fastpath import Report
    from ultraviolet.operations.project_sync import SyncedProject
    from ultraviolet.operations.scripts import SyncedScript
    from ultraviolet.operations.world import World


def run(invocation: Invocation) -> int:
    """Sync the project's environment, or that of the script that ``--script`` names."""
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.operations.options import make_world
    from ultraviolet.operations.project_sync import OutdatedEnvironment, sync_project

    arguments = invocation.arguments
    dry_run = arguments.flag("--dry-run")
    check = arguments.flag("--check")
    as_json = arguments.one("--output-format") == "json"
    script = arguments.one("--script")
    reporter = ConsoleReporter(invocation.console)
    with make_world(invocation.settings, reporter) as world:
        try:
            if script is not None:
                from ultraviolet.operations.scripts import sync_script

                synced = sync_script(invocation.settings, world, script, dry_run=dry_run, check=check)
                if as_json:
                    _report_script(invocation, synced, dry_run=dry_run or check)
                return 0
            done = sync_project(invocation.settings, world, dry_run=dry_run, check=check)
            if as_json:
                _report(invocation, done, dry_run=dry_run or check)
            elif not dry_run and not check and not invocation.settings.checks_malware:
                _record(invocation, done)
                _keep(invocation, world, reporter, done)
        except OutdatedEnvironment as error:
            if as_json and script is None:
                _report(invocation, error.done, dry_run=True)  # type: ignore[arg-type] # that of a project
            elif as_json:
                _report_script(invocation, error.done, dry_run=True)  # type: ignore[arg-type] # that of a script
            raise
    return 0


def _report(invocation: Invocation, done: SyncedProject, *, dry_run: bool) -> None:
    """Print what was done as JSON."""
    from ultraviolet.operations.sync_report import sync_report

    project = done.project
    text = sync_report(
        project=(project.root, project.workspace.root),
        environment=done.environment,
        root=done.root,
        action=done.action,
        applied=done.applied,
        locked=done.locked,
        frozen=done.frozen,
        target=done.target,
        dry_run=dry_run,
    )
    invocation.console.important(text)


def _report_script(invocation: Invocation, done: SyncedScript, *, dry_run: bool) -> None:
    """Print what was done for a script as JSON."""
    from ultraviolet.operations.project import lock_mode
    from ultraviolet.operations.sync_report import sync_report

    text = sync_report(
        script=done.path,
        environment=done.environment,
        root=done.root,
        action=done.action,
        applied=done.applied,
        locked=done.locked,
        frozen=lock_mode(invocation.settings)[0] == "frozen",
        target=done.target,
        dry_run=dry_run,
    )
    invocation.console.important(text)


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
        written=locked.written(done.target.path),
    )


def _keep(invocation: Invocation, world: World, reporter: ConsoleReporter, done: SyncedProject) -> None:
    """Let the same command fill another environment at once, if this one was empty or new."""
    if done.is_central or done.applied.recipe is None or done.action == "replace":
        return
    if done.action == "create" and done.made is None:
        return
    from ultraviolet.cli.keeping import keep_installed
    from ultraviolet.operations.stamping import project_inputs

    lock = done.locked.lock
    found = project_inputs(done.project, lock, done.target.path)
    if found is None:
        return
    files, members = found
    # What is built from source trees goes by the times of their files.
    is_built = any(package.source.kind in {"directory", "editable", "path"} for package in lock.packages)
    keep_installed(
        invocation,
        world,
        reporter,
        done.applied,
        root=done.environment.root,
        executable=done.environment.interpreter.executable,
        made=done.made.fields() if done.made is not None else None,
        resolved=None if done.frozen else len(lock.packages),
        contents=members if is_built else (*files, *members),
        directories=files if is_built else (),
        resolver=invocation.settings.resolver,
    )

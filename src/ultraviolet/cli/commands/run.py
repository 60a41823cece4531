"""``uv run``."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation
    from ultraviolet.operations.reporter import Reporter
    from ultraviolet.operations.run import Prepared
    from ultraviolet.operations.run_command import Mode, RunCommand

_MAX_DEPTH = 100


def run(invocation: Invocation) -> int:
    """Run a command or script in an environment that has what it needs."""
    from ultraviolet.operations.run_command import choose_command, look_at

    words = invocation.arguments.external
    command = None
    if words:
        command = choose_command(words, _mode(invocation), look_at, sys.stdin.buffer.read)
    if command is not None and command.kind == "remote":
        from ultraviolet.operations.remote_script import downloaded

        with downloaded(command.target, invocation.settings, invocation.environ) as path:
            return _run(invocation, command, path)
    return _run(invocation, command, None)


def _mode(invocation: Invocation) -> Mode:
    modes: tuple[Mode, ...] = ("module", "script", "gui-script")
    return next((mode for mode in modes if invocation.arguments.flag(f"--{mode}")), "")


def _run(invocation: Invocation, command: RunCommand | None, path: str | None) -> int:
    """Prepare the environment, then start the command.

    :param path: where the script was downloaded to.
    """
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.operations.child import RecursionDepthExceeded, recursion_depth
    from ultraviolet.operations.env_files import read_env_files, split_paths
    from ultraviolet.operations.options import make_world
    from ultraviolet.operations.run import SummaryReporter, prepare_run
    from ultraviolet.operations.run_inputs import check_sources, read_item, read_sources
    from ultraviolet.operations.script_lock import script_settings

    settings, arguments, console = invocation.settings, invocation.arguments, invocation.console
    if command is not None and command.directory:
        from ultraviolet.settings.resolve import resolve_settings

        directory = os.path.normpath(os.path.join(invocation.cwd, command.directory))
        settings = resolve_settings(
            "run", arguments, invocation.environ, invocation.cwd, warn=console.warn_once, directory=directory
        )
    item = None if command is None else read_item(command, path, invocation.cwd)
    if item is not None:
        settings = script_settings(settings, item.script)
    depth = recursion_depth(invocation.environ)
    limit = arguments.one("--max-recursion-depth")
    limit = _MAX_DEPTH if limit is None else int(limit)
    sources = read_sources(settings)
    if depth > limit:
        raise RecursionDepthExceeded(depth, limit)
    check_sources(sources, reads_stdin=command is not None and command.reads_stdin)
    added: dict[str, str] = {}
    if not settings.flag("--no-env-file"):
        paths = split_paths([str(value) for value in arguments.many("--env-file")])
        added = read_env_files(paths, cwd=invocation.cwd, environ=invocation.environ, warn=console.warn)
    reporter: Reporter = ConsoleReporter(console)
    if not (settings.flag("--show-resolution") or settings.globals.verbose):
        reporter = SummaryReporter(reporter)
    with make_world(settings, reporter) as world:
        prepared = prepare_run(settings, world, item=item, sources=sources, stdin=sys.stdin.read)
        if command is None:
            prepared.close()
            return _list_commands(invocation, prepared)
        try:
            if prepared.temporary or path is not None or world.cache.is_temporary or os.name == "nt":
                return _start(invocation, command, prepared, path, added, depth, replace=False)
        finally:
            prepared.close()
        from ultraviolet.operations.run_stamp import stamp_run

        stamp_run(
            prepared,
            command,
            settings,
            words=invocation.words,
            environ=invocation.environ,
            started=invocation.started,
            warned=console.has_warned,
        )
    return _start(invocation, command, prepared, path, added, depth, replace=True)


def _start(
    invocation: Invocation,
    command: RunCommand,
    prepared: Prepared,
    path: str | None,
    added: dict[str, str],
    depth: int,
    *,
    replace: bool,
) -> int:
    """Start the command, in our place if nothing is left to do."""
    from ultraviolet.operations.child import (
        become,
        child_environment,
        limit_open_files,
        raise_open_file_limit,
        run_child,
    )
    from ultraviolet.operations.run_command import RunCommand, command_line, display_command

    console = invocation.console
    if path is not None:
        command = RunCommand("script", path, command.arguments)
    console.debug(f"Running `{display_command(command)}`")
    environ = child_environment(
        invocation.environ,
        scripts=prepared.scripts,
        prefix=prepared.prefix,
        added=added,
        depth=depth,
        program=os.path.abspath(sys.argv[0]) if sys.argv and sys.argv[0] not in ("", "-c", "-m") else None,
    )
    raise_open_file_limit()
    limit = invocation.settings.environment.number("UV_RUN_RLIMIT_NOFILE")
    if limit is not None:
        limit_open_files(limit)
    words = command_line(command, prepared.interpreter.executable, prepared.interpreter.scheme.scripts)
    if replace:
        become(words, environ, command.executable_name)
    return run_child(words, environ, command.executable_name, debug=console.debug)


def _list_commands(invocation: Invocation, prepared: Prepared) -> int:
    """Say which commands there are."""
    from ultraviolet.operations.run import available_commands

    console = invocation.console
    console.result("Provide a command or script to invoke with `uv run <command>` or `uv run <script>.py`.\n")
    commands = available_commands(prepared.interpreter)
    if commands:
        console.result("The following commands are available in the environment:\n")
        for name in commands:
            console.result(f"- {name}")
    console.result(f"\nSee `{console.on_stdout.bold('uv run --help')}` for more information.")
    return 2

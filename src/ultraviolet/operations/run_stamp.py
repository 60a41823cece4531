"""Write down what a ``run`` depended on, so that the next one can start its command at once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from ultraviolet import fastpath, stamp
from ultraviolet.lock.model import Lock
from ultraviolet.operations.run import Prepared
from ultraviolet.operations.run_command import RunCommand
from ultraviolet.operations.stamping import stamp_project
from ultraviolet.settings.options import Settings

_STARTED_BY_STAMP = ("python", "script", "module", "external")
_LOCAL_SOURCES = ("directory", "editable", "virtual", "path")


def stamp_run(
    prepared: Prepared,
    command: RunCommand,
    settings: Settings,
    *,
    words: Sequence[str],
    environ: Mapping[str, str],
    started: int,
    warned: bool,
) -> bool:
    """Write the stamp if everything the run depended on can be told; return whether that was possible.

    :param words: the command line after the program's name.
    :param started: ``time.time_ns()`` from before the first input was read.
    :param warned: whether something was said that would have to be said again.
    """
    python = settings.arguments.one("--python")
    if settings.checks_malware or command.kind not in _STARTED_BY_STAMP or not prepared.stampable or prepared.temporary:
        return False
    named: tuple[str, ...] = ()
    if python is not None and not str(python).replace(".", "").isdigit():
        if not os.path.isabs(str(python)):
            return False
        named = (str(python), os.path.realpath(str(python)))
    run = stamp.Run(
        interpreter=prepared.interpreter.executable,
        scripts=prepared.scripts[0],
        prefix=prepared.prefix or "",
        module=command.kind == "module",
    )
    synced = prepared.synced
    if synced is not None:
        locked = synced.locked
        return stamp_project(
            synced.project,
            locked.lock,
            synced.target.path,
            synced.environment.root,
            words=words,
            cwd=settings.cwd,
            environ=environ,
            started=started,
            report=(),
            clean=not warned,
            written={synced.target.path: locked.text.encode()} if locked.changed and locked.text is not None else None,
            run=run,
            metadata=prepared.reads_metadata,
            more_files=named,
        )
    if prepared.script is None or prepared.prefix is None:
        return False
    directory = fastpath.script_stamps(environ, settings.cwd)
    if directory is None or not _is_below(directory, settings.globals.cache_dir):
        return False
    script = prepared.script
    locked_now = script.locked
    if locked_now is not None and not _is_remote(locked_now.lock):
        return False
    return stamp.record(
        prepared.prefix,
        words=words,
        cwd=settings.cwd,
        environ=environ,
        started=started,
        files=named,
        written=(
            {script.target.path: locked_now.text.encode()}
            if locked_now is not None and locked_now.changed and locked_now.text is not None
            else None
        ),
        run=run,
        clean=not warned,
        metadata=True,
    )


def _is_below(directory: str, cache: str) -> bool:
    return os.path.normpath(directory) == os.path.join(cache, *fastpath.SCRIPT_STAMPS.split("/"))


def _is_remote(lock: Lock) -> bool:
    """Whether nothing in a lock can change without the lockfile."""
    return all(package.source.kind not in _LOCAL_SOURCES for package in lock.packages)

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
    if settings.checks_malware or command.kind not in _STARTED_BY_STAMP or not prepared.stampable or prepared.temporary:
        return False
    named = _named_python(settings.arguments.one("--python"))
    if named is None:
        return False
    run = stamp.Run(
        interpreter=prepared.interpreter.executable,
        scripts=prepared.scripts[0],
        prefix=prepared.prefix or "",
        module=command.kind == "module",
    )
    synced = prepared.synced
    if synced is not None:
        return stamp_project(
            synced.project,
            synced.locked.lock,
            synced.target.path,
            synced.environment.root,
            words=words,
            cwd=settings.cwd,
            environ=environ,
            started=started,
            report=(),
            clean=not warned,
            written=synced.locked.written(synced.target.path),
            run=run,
            metadata=prepared.reads_metadata,
            more_files=named,
        )
    if prepared.script is None or prepared.prefix is None:
        return False
    directory = fastpath.script_stamps(environ, settings.cwd)
    if directory is None or not _is_below(directory, settings.globals.cache_dir):
        return False
    locked = prepared.script.locked
    if locked is not None and not _is_remote(locked.lock):
        return False
    return stamp.record(
        prepared.prefix,
        words=words,
        cwd=settings.cwd,
        environ=environ,
        started=started,
        files=named,
        written=None if locked is None else locked.written(prepared.script.target.path),
        run=run,
        clean=not warned,
        metadata=True,
    )


def _named_python(request: str | None) -> tuple[str, ...] | None:
    """Return the files that ``--python`` names; None if it asks for something that is searched for."""
    if request is None or request.replace(".", "").isdigit():
        return ()
    return (request, os.path.realpath(request)) if os.path.isabs(request) else None


def _is_below(directory: str, cache: str) -> bool:
    return os.path.normpath(directory) == os.path.join(cache, *fastpath.SCRIPT_STAMPS.split("/"))


def _is_remote(lock: Lock) -> bool:
    """Whether nothing in a lock can change without the lockfile."""
    return all(package.source.kind not in _LOCAL_SOURCES for package in lock.packages)

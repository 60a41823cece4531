"""Ask the interpreter that a command will most likely want, while the command's modules are still being imported.

With an empty cache nothing is known of any interpreter, and asking one takes as long as half of our imports. :func:`begin`
starts the probe without waiting; :func:`take` gives its answer to :func:`ultraviolet.python.probe.run_probe`, which asks
anew if there is none. A wrong guess costs a process once: the next command finds a cache that is not empty.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPT = os.path.join(os.path.dirname(__file__), "_probe_script.py")

_started: dict[str, tuple[int, int]] = {}
"""Process and end of the pipe by executable."""


def begin(cache: str, environ: Mapping[str, str], cwd: str, *, python: str | None, active: bool) -> bool:
    """Start to ask an interpreter if the cache (its interpreter bucket) is empty; answer whether that was done.

    :param python: ``--python``; only a path is understood.
    :param active: whether ``VIRTUAL_ENV`` is what the command works on.
    """
    if not hasattr(os, "posix_spawn") or os.path.isdir(cache):
        return False
    executable = guess(environ, cwd, python=python, active=active)
    if executable is None:
        return False
    try:
        reading, writing = os.pipe()
    except OSError:
        return False
    try:
        process = os.posix_spawn(
            executable,
            [executable, "-I", "-B", SCRIPT],
            {**environ, "SYSTEM_VERSION_COMPAT": "0"},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, writing, 1),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ],
        )
    except (OSError, ValueError):
        os.close(reading)
        return False
    finally:
        os.close(writing)
    _started[executable] = (process, reading)
    return True


def guess(environ: Mapping[str, str], cwd: str, *, python: str | None, active: bool) -> str | None:
    """Return the path of the interpreter that will be asked first, or ``None`` when the search has to tell."""
    if python is not None:
        if "/" not in python:
            return None
        path = os.path.normpath(os.path.join(cwd, python))
        return _of_environment(path) if os.path.isdir(path) else path
    root = environ.get("VIRTUAL_ENV") if active else environ.get("UV_PROJECT_ENVIRONMENT")
    return _of_environment(os.path.normpath(os.path.join(cwd, root or ".venv")))


def _of_environment(root: str) -> str | None:
    for name in ("python3", "python"):
        path = f"{root}/bin/{name}"
        if os.path.exists(path):
            return path
    return None


def is_waiting() -> bool:
    """Whether an interpreter is being asked."""
    return bool(_started)


def take(executable: str) -> bytes | None:
    """Wait for what an interpreter has to say; ``None`` if it was not asked, or could not answer."""
    started = _started.pop(executable, None)
    if started is None:
        return None
    process, reading = started
    with open(reading, "rb") as stream:
        answer = stream.read()
    _process, status = os.waitpid(process, 0)
    return answer if status == 0 else None


def leave() -> None:
    """End those that nobody wanted, so that no program we become inherits a child."""
    while _started:
        process, reading = _started.popitem()[1]
        import signal

        os.close(reading)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)

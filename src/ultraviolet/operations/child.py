"""Start the program of ``uv run`` and pass on its fate, or become it.

Where nothing must be tidied up afterwards the process is replaced, so that signals, the terminal and the exit status are
the child's own. Otherwise the child runs beside us with inherited streams, signals are forwarded, and its exit status
becomes ours; death by signal *n* becomes 128 + *n*, as shells count.
"""

from __future__ import annotations

import os
import sys

from ultraviolet.errors import UltravioletError
from ultraviolet.python import early

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import NoReturn

_FORWARDED = ("SIGTERM", "SIGUSR1", "SIGUSR2", "SIGHUP", "SIGALRM", "SIGQUIT", "SIGWINCH", "SIGPIPE", "SIGINFO")
_IGNORED_BY_PYTHON = ("SIGPIPE", "SIGXFSZ", "SIGXFZ")
_INTERRUPT_DELAY = 0.2
"""Seconds: a terminal may deliver the signal to the child by itself."""


class SpawnFailed(UltravioletError):
    """The program could not be started; the cause says why."""


class RecursionDepthExceeded(UltravioletError):
    """``uv run`` was started by itself too many times."""

    def __init__(self, depth: int, limit: int) -> None:
        super().__init__(
            f"`uv run` was recursively invoked {depth} times which exceeds the limit of {limit}",
            hints=(
                "If you are running a script with `uv run` in the shebang, you may need to include the `--script` flag",
            ),
        )


def recursion_depth(environ: Mapping[str, str]) -> int:
    """Return how many runs this one is inside of.

    :raises UltravioletError: ``UV_RUN_RECURSION_DEPTH`` is no number.
    """
    text = environ.get("UV_RUN_RECURSION_DEPTH")
    if text is None:
        return 0
    digits = text.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        reason = "cannot parse integer from empty string" if not text else "invalid digit found in string"
        raise UltravioletError("invalid value for UV_RUN_RECURSION_DEPTH") from UltravioletError(reason)
    return int(digits)


def child_environment(
    environ: Mapping[str, str],
    *,
    scripts: Iterable[str],
    prefix: str | None,
    added: Mapping[str, str],
    depth: int,
    program: str | None,
) -> dict[str, str]:
    """Return the variables of the child.

    :param scripts: directories that come first on the ``PATH``.
    :param prefix: of the virtual environment the child runs in; None when it runs in none.
    :param added: variables of environment files.
    :param program: path of our own executable.
    """
    child = {**environ, **added}
    directories = list(dict.fromkeys(scripts))
    path = environ.get("PATH")
    child["PATH"] = os.pathsep.join(directories if path is None else [*directories, path])
    child["UV_RUN_RECURSION_DEPTH"] = str(depth + 1)
    if program is not None:
        child["UV"] = program
    if prefix is not None:
        child["VIRTUAL_ENV"] = prefix
    return child


def find_program(name: str, environ: Mapping[str, str]) -> str:
    """Return the path of a program, looked up as ``execvp`` does with the child's ``PATH``.

    :raises OSError: it is not there, or must not be run.
    """
    if os.sep in name:
        return name
    refused = False
    for directory in environ.get("PATH", os.defpath).split(os.pathsep):
        candidate = os.path.join(directory or ".", name)
        if os.path.isfile(candidate):
            if os.access(candidate, os.X_OK):
                return candidate
            refused = True
    import errno

    code = errno.EACCES if refused else errno.ENOENT
    raise OSError(code, os.strerror(code))


def become(arguments: Sequence[str], environ: Mapping[str, str], shown: str) -> NoReturn:
    """Replace this process by the program.

    :raises SpawnFailed: it cannot be started.
    """
    import signal

    sys.stdout.flush()
    sys.stderr.flush()
    for name in _IGNORED_BY_PYTHON:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        early.leave()
        os.execve(find_program(arguments[0], environ), list(arguments), dict(environ))  # noqa: S606 - no shell is wanted
    except OSError as error:
        raise SpawnFailed(f"Failed to spawn: `{shown}`") from error


def run_child(arguments: Sequence[str], environ: Mapping[str, str], shown: str, *, debug: Callable[[str], None]) -> int:
    """Run the program with our streams and return its exit code.

    :raises SpawnFailed: it cannot be started.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":
        return _run_on_windows(arguments, environ, shown)
    return _run_on_posix(arguments, environ, shown, debug)


def _run_on_posix(
    arguments: Sequence[str], environ: Mapping[str, str], shown: str, debug: Callable[[str], None]
) -> int:
    import signal

    numbers = [getattr(signal, name) for name in _IGNORED_BY_PYTHON if hasattr(signal, name)]
    child: list[int] = []
    early: list[int] = []

    def forward(number: int, _frame: object) -> None:
        if not child:
            early.append(number)
        elif number == signal.SIGINT:
            _interrupt(child[0], debug)
        else:
            debug(f"Received {signal.Signals(number).name}, forwarding to child at {child[0]}")
            _kill(child[0], number)

    before = {}
    for name in ("SIGINT", *_FORWARDED):
        number = getattr(signal, name, None)
        if number is not None:
            before[number] = signal.signal(number, forward)
    try:
        try:
            process = os.posix_spawn(
                find_program(arguments[0], environ),
                list(arguments),
                dict(environ),
                setsigdef=[*numbers, *before],
            )
        except OSError as error:
            raise SpawnFailed(f"Failed to spawn: `{shown}`") from error
        child.append(process)
        debug(f"Spawned child {process} in process group {os.getpgid(0)}")
        for number in early:
            forward(number, None)
        _, status = os.waitpid(process, 0)
    finally:
        child.clear()
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
    if os.WIFSIGNALED(status):
        debug(f"Command exited with signal: {os.WTERMSIG(status)}")
        return 128 + os.WTERMSIG(status)
    debug(f"Command exited with code: {os.WEXITSTATUS(status)}")
    return os.WEXITSTATUS(status)


def _interrupt(process: int, debug: Callable[[str], None]) -> None:
    """Pass Ctrl-C on, unless the terminal has sent it to the child as well.

    Two interrupts mean "at once" to many programs, so the child must not get one from each of us.
    """
    try:
        same_group = os.getpgid(process) == os.getpgid(0)
    except OSError:
        return
    if same_group and os.isatty(0):
        debug("Received SIGINT, assuming the child received it from the terminal driver")
        return
    import signal
    import time

    debug(f"Received SIGINT, forwarding to child at {process} in 200ms")
    time.sleep(_INTERRUPT_DELAY)
    _kill(process, signal.SIGINT)


def _kill(process: int, number: int) -> None:
    try:
        os.kill(process, number)
    except OSError:
        return


def _run_on_windows(arguments: Sequence[str], environ: Mapping[str, str], shown: str) -> int:
    import signal
    import subprocess

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # the console sends it to the child, too
    try:
        return subprocess.run(list(arguments), env=dict(environ), check=False).returncode
    except OSError as error:
        raise SpawnFailed(f"Failed to spawn: `{shown}`") from error
    finally:
        signal.signal(signal.SIGINT, before)


def limit_open_files(limit: int) -> None:
    """Apply ``UV_RUN_RLIMIT_NOFILE``.

    :raises UltravioletError: the system does not allow it.
    """
    if os.name == "nt":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    failure = f"Failed to apply `UV_RUN_RLIMIT_NOFILE` value `{limit}`"
    if hard != resource.RLIM_INFINITY and limit > hard:
        raise UltravioletError(failure) from UltravioletError(
            f"requested open file limit ({limit}) exceeds the hard limit ({hard})"
        )
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    except (OSError, ValueError) as error:
        raise UltravioletError(failure) from UltravioletError(
            f"failed to set open file limit from {soft} to {limit}: {error}"
        )


def raise_open_file_limit() -> None:
    """Let the child open as many files as the system allows, up to 2**20, as uv does for itself and its children."""
    if os.name == "nt":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 0x100000
    target = most if hard == resource.RLIM_INFINITY else min(hard, most)
    if soft != resource.RLIM_INFINITY and soft < target:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (target, hard))
        except (OSError, ValueError):
            return

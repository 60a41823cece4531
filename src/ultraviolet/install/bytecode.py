"""Compile installed modules to bytecode, with workers that run the environment's own Python.

Each worker is a process that is fed one path after the other, so that a file which never finishes compiling is noticed
(``UV_COMPILE_BYTECODE_TIMEOUT``) and named. Errors in sources are not errors of the installation.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ultraviolet.environment.site_packages import read_file
from ultraviolet.environment.value import Environment
from ultraviolet.install.errors import BytecodeError, BytecodeTimeout
from ultraviolet.standards.record import parse_record

_WORKER = os.path.join(os.path.dirname(__file__), "_compile_worker.py")


def recorded_sources(dist_infos: Iterable[str]) -> list[str]:
    """Return the ``.py`` files in the RECORDs of some ``.dist-info`` directories (``pip install`` compiles these)."""
    found: dict[str, None] = {}
    for dist_info in dist_infos:
        data = read_file(os.path.join(dist_info, "RECORD"))
        if data is None:
            continue
        base = os.path.dirname(dist_info)
        for path, _, _ in parse_record(data.decode("utf-8", "replace")):
            if path.endswith(".py"):
                found[os.path.normpath(os.path.join(base, path))] = None
    return [path for path in found if os.path.isfile(path)]


def sources_below(directories: Iterable[str]) -> Iterator[str]:
    """Yield every ``.py`` file below some directories (a project's sync compiles all of site-packages)."""
    for directory in directories:
        for root, names, files in os.walk(directory):
            if "__pycache__" in names:
                names.remove("__pycache__")
            for name in sorted(files):
                if name.endswith(".py"):
                    yield os.path.join(root, name)


def compile_sources(
    paths: Sequence[str],
    environment: Environment,
    *,
    environ: Mapping[str, str],
    timeout: float = 60.0,
    workers: int | None = None,
) -> int:
    """Compile ``paths`` and return how many they are.

    ``timeout`` is in seconds for each file, 0 for none.

    :raises BytecodeTimeout: a file took longer.
    :raises BytecodeError: the interpreter does not work.
    """
    if not paths:
        return 0
    import queue
    import threading

    count = min(workers or os.cpu_count() or 1, len(paths))
    todo: queue.SimpleQueue[str] = queue.SimpleQueue()
    for path in paths:
        todo.put(path)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            _drive_worker(todo, environment.executable, environ, timeout, failures)
        except BaseException as error:  # noqa: BLE001  # handed to the caller below
            failures.append(error)

    threads = [threading.Thread(target=work, name=f"bytecode-{number}") for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return len(paths)


def _drive_worker(
    todo: object, executable: str, environ: Mapping[str, str], timeout: float, failures: Sequence[BaseException]
) -> None:
    import queue
    import selectors
    import subprocess

    process = subprocess.Popen(
        [executable, "-I", "-B", _WORKER] if os.name != "nt" else [executable, "-B", _WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(environ),
    )
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None  # noqa: PT018
    selector = selectors.DefaultSelector() if os.name == "posix" else None
    try:
        if selector is not None:
            selector.register(process.stdout, selectors.EVENT_READ)
        if process.stdout.readline().strip() != b"Ready":
            reason = process.stderr.read().decode("utf-8", "replace").strip()
            raise BytecodeError(f"Python startup failed for bytecode compilation: {reason}")
        while not failures:
            try:
                path = todo.get_nowait()  # type: ignore[attr-defined]  # a queue.SimpleQueue, imported when needed
            except queue.Empty:
                break
            process.stdin.write(os.fsencode(path) + b"\n")
            process.stdin.flush()
            if selector is not None and timeout and not selector.select(timeout):
                raise BytecodeTimeout(timeout, path)
            if not process.stdout.readline():
                reason = process.stderr.read().decode("utf-8", "replace").strip()
                raise BytecodeError(f"Bytecode compilation failed on `{path}`: {reason}")
        process.stdin.close()
        process.wait(timeout=10)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()
        if selector is not None:
            selector.close()

"""The executables of an environment on Windows, where links need a privilege: launchers that come with each Python.

The decision what to copy from where is a pure function, so that it is tested everywhere.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from ultraviolet.environment.errors import CreationError
from ultraviolet.python.interpreter import Interpreter


def executable_names(interpreter: Interpreter) -> list[str]:
    """Return the names of the executables an environment gets."""
    major, minor = interpreter.release[:2]
    if interpreter.system == "emscripten":
        return ["python.exe"]
    names = ["python.exe"]
    match interpreter.implementation_name:
        case "graalpy":
            return [*names, "graalpy.exe", f"python{major}.exe"]
        case "pypy":
            return [
                *names,
                f"python{major}.exe",
                f"python{major}.{minor}.exe",
                "pythonw.exe",
                "pypy.exe",
                f"pypy{major}.exe",
                f"pypy{major}.{minor}.exe",
                "pypyw.exe",
                f"pypy{major}.{minor}w.exe",
            ]
    names.append("pythonw.exe")
    if interpreter.gil_disabled:
        names += [f"python{major}.{minor}t.exe", f"pythonw{major}.{minor}t.exe"]
    return names


def launcher_name(name: str, *, gil_disabled: bool) -> str:
    """Return the name of the generic launcher that stands in for an executable."""
    stem = name.removesuffix(".exe")
    window = "w" if stem.startswith("pythonw") or stem.endswith("w") else ""
    threads = "t" if stem.endswith("t") or (gil_disabled and stem.startswith("python")) else ""
    return f"venv{window}launcher{threads}.exe"


def launcher_sources(name: str, interpreter: Interpreter, base: str) -> list[str]:
    """Return where to look for an executable, best first: the shim, the launcher, conda's launcher, Python itself."""
    launcher = launcher_name(name, gil_disabled=interpreter.gil_disabled)
    shims = os.path.join(interpreter.stdlib, "venv", "scripts", "nt")
    home = os.path.dirname(base)
    return [
        os.path.join(shims, name),
        os.path.join(shims, launcher),
        os.path.join(home, launcher),
        os.path.join(home, name),
    ]


def place_executables(
    interpreter: Interpreter,
    base: str,
    scripts: str,
    *,
    home: str,
    copy: Callable[[str, str], object] | None = None,
) -> None:
    """Copy the launchers of ``interpreter`` into ``scripts``.

    They find Python through ``home`` in ``pyvenv.cfg``, so that following a managed installation's minor version needs
    nothing more.

    :raises CreationError: the installation has none of them.
    """
    if copy is None:
        import shutil

        copy = shutil.copyfile
    for position, name in enumerate(executable_names(interpreter)):
        for rank, source in enumerate(launcher_sources(name, interpreter, base)):
            try:
                copy(source, os.path.join(scripts, name))
            except FileNotFoundError:
                continue
            if rank == 3 and position == 0:
                _copy_libraries(interpreter, home, scripts, copy)
            break
        else:
            if position == 0:
                raise CreationError(
                    "Could not find a suitable Python executable for the virtual environment based on the interpreter: "
                    f"{base}"
                )


def _copy_libraries(interpreter: Interpreter, home: str, scripts: str, copy: Callable[[str, str], object]) -> None:
    """An embedded Python runs only beside its libraries."""
    for directory, suffixes in (
        (home, (".dll", ".pyd", ".zip")),
        (os.path.join(interpreter.base_prefix, "DLLs"), (".dll", ".pyd")),
    ):
        try:
            names = os.listdir(directory)
        except FileNotFoundError:
            continue
        for name in names:
            if name.lower().endswith(suffixes):
                copy(os.path.join(directory, name), os.path.join(scripts, name))

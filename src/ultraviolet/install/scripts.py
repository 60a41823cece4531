"""The texts that start entry points, and the names that scripts must not have.

On POSIX a launcher is a Python file with a shebang. On Windows there is a choice of two, see
``docs/adr/0010-windows-launchers.md``: an ``.exe`` made from the launcher that the interpreter itself carries, or a script
with a batch file beside it.
"""

from __future__ import annotations

from ultraviolet.install.errors import InvalidWheel, ReservedScriptName
from ultraviolet.standards.entry_points import EntryPoint

_RESERVED = frozenset(("python", "pythonw", "python3", "graalpy", "pypy", "pypy2", "pypy3"))


def launcher_text(entry_point: EntryPoint, shebang: str) -> str:
    """Return the script that imports and calls an entry point."""
    return (
        f"{shebang}\n"
        "# -*- coding: utf-8 -*-\n"
        "import sys\n"
        f"from {entry_point.module} import {entry_point.import_name}\n"
        'if __name__ == "__main__":\n'
        '    if sys.argv[0].endswith("-script.pyw"):\n'
        "        sys.argv[0] = sys.argv[0][:-11]\n"
        '    elif sys.argv[0].endswith(".exe"):\n'
        "        sys.argv[0] = sys.argv[0][:-4]\n"
        f"    sys.exit({entry_point.function}())\n"
    )


def shebang_for(executable: str, os_name: str, *, relocatable: bool) -> str:
    """Return the first line (or lines) of a script that runs under ``executable``.

    A kernel reads 127 bytes of a shebang and splits at the first space, so long paths and those with spaces go through
    ``/bin/sh``, in a way that is also a string to Python. So do relocatable scripts, whose ``executable`` is relative to
    the scripts directory.
    """
    if os_name != "posix" or not (len(executable) + 3 > 127 or " " in executable or relocatable):
        return "#!" + executable
    prefix = '"$(dirname -- "$(realpath -- "$0")")"/' if relocatable else ""
    quoted = "'" + executable.replace("'", "'\"'\"'") + "'"
    return f"#!/bin/sh\n'''exec' {prefix}{quoted} \"$0\" \"$@\"\n' '''"


def reserved_name(name: str) -> str | None:
    """Return the reserved name that a lower-cased script name is (``.py`` aside), or None."""
    name = name.removesuffix(".py")
    if name in _RESERVED:
        return name
    for prefix in ("python3.", "pythonw3."):
        if name.startswith(prefix):
            minor = name[len(prefix) :]
            if minor.removesuffix("t").isdecimal() and (minor[-1] == "t" or prefix == "python3."):
                return name
    return None


def check_entry_point_name(name: str) -> str:
    """Return the file name for an entry point, cleaned of ``.`` and ``..`` parts.

    :raises InvalidWheel: it would lie outside of the scripts directory.
    :raises ReservedScriptName: it would replace the interpreter.
    """
    parts: list[str] = []
    for part in name.replace("\\", "/").split("/"):
        if part == "..":
            if not parts:
                raise _outside(name)
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    if not parts or name.startswith(("/", "\\")):
        raise _outside(name)
    cleaned = "/".join(parts)
    reserved = reserved_name(cleaned.lower())
    if reserved is not None:
        raise ReservedScriptName(reserved, name)
    return cleaned


def _outside(name: str) -> InvalidWheel:
    return InvalidWheel(f"Script path must resolve to a file within the scripts directory: `{name}`")


def check_data_script_name(name: str) -> None:
    """Refuse a file that a wheel puts right into the scripts directory over the interpreter.

    :raises ReservedScriptName: it would replace the interpreter.
    """
    reserved = reserved_name(name.lower().removesuffix(".exe"))
    if reserved is not None:
        raise ReservedScriptName(reserved, name)


def is_activation_name(name: str) -> bool:
    """Whether a script has the name of an activation script, which deserves a warning."""
    return name in ("activate", "activate_this.py") or name.startswith("activate.")


def windows_launcher(template: bytes, script: str) -> bytes:
    """Return an ``.exe``: the generic launcher, the shebang it looks for, and the script zipped as ``__main__.py``.

    This is the format of the simple launchers of distlib, which pip carries: the program finds the last shebang line before
    the archive at its end, and runs that interpreter on itself.
    """
    import io
    import zipfile

    shebang, _, _ = script.partition("\n")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("__main__.py", (1980, 1, 1, 0, 0, 0))
        archive.writestr(entry, script)
    return template + shebang.encode() + b"\r\n" + buffer.getvalue()


def batch_launcher(script_name: str, *, gui: bool) -> str:
    """Return the batch file that runs a script beside it with the interpreter beside it."""
    program = "pythonw.exe" if gui else "python.exe"
    return f'@"%~dp0{program}" "%~dp0{script_name}" %*\r\n'

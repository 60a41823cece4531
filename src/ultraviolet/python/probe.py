"""Ask interpreters for their facts, once: each answer is remembered beside the identity of the file that gave it.

A record is one ``marshal`` file in the cache's interpreter bucket. It holds while the executable behind all links has the
same time stamp, size and inode, and the ``pyvenv.cfg`` that governs it (if any) is unchanged. Answers of shims, programs
that run some other interpreter, are not remembered: they depend on more than files.
"""

from __future__ import annotations

import marshal
import os

from ultraviolet.python.early import SCRIPT, take
from ultraviolet.python.errors import (
    BrokenInterpreterLink,
    InterpreterMissing,
    ProbeError,
    ProbeFailed,
    ProbeRefused,
    ProbeSpawnError,
    UnusablePython,
)
from ultraviolet.python.interpreter import Interpreter, interpreter_from_answer, interpreter_from_facts
from ultraviolet.python.request import user_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

RECORD_VERSION = 1
"""Raised whenever the facts or their layout change, so that older records are asked again."""


class Prober:
    """Answers "what is this executable?" from records in ``directory``, or by running it.

    Without a directory nothing is remembered. ``environ`` is the environment of the command: launchers on macOS and
    Windows report other paths under some variables.
    """

    __slots__ = ("_host", "_known", "cwd", "directory", "environ", "refresh")

    def __init__(self, directory: str | None, *, environ: Mapping[str, str], cwd: str, refresh: bool = False) -> None:
        self.directory = directory
        self.environ = environ
        self.cwd = cwd
        self.refresh = refresh
        """Ignore the records there are (``--refresh``)."""
        # The markers name the machine and the kernel's release, which change without the interpreter changing.
        uname = getattr(os, "uname", None)
        self._host = " ".join(uname()[2:]) if uname is not None else environ.get("PROCESSOR_ARCHITECTURE", "nt")
        self._known: dict[str, Interpreter] = {}

    def query(self, executable: str) -> Interpreter:
        """Return the interpreter at ``executable``.

        :raises ProbeError: there is none, or it cannot be used.
        """
        absolute = os.path.normpath(os.path.join(self.cwd, executable))
        known = self._known.get(absolute)
        if known is not None:
            return known
        identity = self._identity(absolute, executable)
        record = self._record_path(absolute)
        interpreter = None if self.refresh or record is None else _read_record(record, identity, executable)
        if interpreter is None:
            interpreter = interpreter_from_answer_of(run_probe(absolute, self.environ, self.cwd), absolute, executable)
            if record is not None and _same_file(absolute, interpreter.executable):
                _write_record(record, identity, interpreter)
        self._known[absolute] = interpreter
        return interpreter

    def remember(self, interpreter: Interpreter, executable: str) -> None:
        """Record facts that are known without asking: those of an environment that was just created."""
        record = self._record_path(executable)
        if record is not None:
            _write_record(record, self._identity(executable, executable), interpreter)
        self._known[executable] = interpreter

    def record(self, executable: str) -> tuple[str, tuple[Any, ...]] | None:
        """Return where the cache knows an executable, and what it knows: version, identity, facts."""
        path, known = self._record_path(executable), self._known.get(executable)
        if path is None or known is None:
            return None
        return path, (RECORD_VERSION, self._identity(executable, executable), known.facts())

    def forget(self, executable: str) -> None:
        """Drop what is known about an executable."""
        absolute = os.path.normpath(os.path.join(self.cwd, executable))
        self._known.pop(absolute, None)
        record = self._record_path(absolute)
        if record is not None:
            try:
                os.unlink(record)
            except OSError:
                pass

    def _identity(self, absolute: str, given: str) -> tuple[object, ...]:
        """Return what must stay equal for a record to hold; the paths keep hash collisions apart."""
        try:
            canonical = os.path.realpath(absolute, strict=True)
            facts = os.stat(canonical)
        except (FileNotFoundError, NotADirectoryError):
            if os.path.islink(absolute):
                root = os.path.dirname(os.path.dirname(absolute))
                raise BrokenInterpreterLink(
                    given,
                    user_path(given, self.cwd),
                    in_environment=os.path.isfile(os.path.join(root, "pyvenv.cfg")),
                ) from None
            raise InterpreterMissing(given) from None
        except OSError as error:
            raise ProbeSpawnError("Failed to query Python interpreter", given) from error
        configuration: tuple[object, ...] = ()
        try:
            cfg = os.stat(os.path.join(os.path.dirname(os.path.dirname(absolute)), "pyvenv.cfg"))
            configuration = (cfg.st_mtime_ns, cfg.st_size, cfg.st_ino)
        except OSError:
            pass
        launchers = (self.environ.get("PYTHONEXECUTABLE"), self.environ.get("__PYVENV_LAUNCHER__"))
        return absolute, canonical, facts.st_mtime_ns, facts.st_size, facts.st_ino, configuration, launchers, self._host

    def _record_path(self, absolute: str) -> str | None:
        if self.directory is None:
            return None
        from _imp import source_hash  # the hash of .pyc files: quick, and always compiled in

        launcher = self.environ.get("__PYVENV_LAUNCHER__", "")
        digest = source_hash(RECORD_VERSION, f"{absolute}\0{launcher}\0{self._host}".encode("utf-8", "surrogateescape"))
        return os.path.join(self.directory, digest.hex())


def _read_record(path: str, identity: tuple[object, ...], queried: str) -> Interpreter | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except OSError:
        return None
    try:
        data = os.read(descriptor, os.fstat(descriptor).st_size)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    try:
        version, recorded, facts = marshal.loads(data)  # noqa: S302  # our own cache
        if version != RECORD_VERSION or recorded != identity:
            return None
        return interpreter_from_facts(facts, queried)
    except (EOFError, ValueError, TypeError):
        return None  # torn or foreign; it will be written anew


def _write_record(path: str, identity: tuple[object, ...], interpreter: Interpreter) -> None:
    from ultraviolet.fs.atomic import write_bytes

    record: Any = (RECORD_VERSION, identity, interpreter.facts())  # plain data, whatever its static type
    try:
        write_bytes(path, marshal.dumps(record))
    except OSError:
        pass  # a cache that cannot be written costs time, nothing else


def _same_file(left: str, right: str) -> bool:
    try:
        return left == right or os.path.samefile(left, right)
    except OSError:
        return False


def run_probe(executable: str, environ: Mapping[str, str], cwd: str) -> bytes:
    """Run the probe script under ``executable`` and return what it printed.

    :raises ProbeError: it could not be started, or did not answer.
    """
    early = take(executable)
    if early is not None:
        return early
    import subprocess

    variables = dict(environ)
    # Lets `platform.mac_ver()` tell the truth to interpreters built against old SDKs.
    variables["SYSTEM_VERSION_COMPAT"] = "0"
    try:
        process = subprocess.run(
            [executable, "-I", "-B", SCRIPT],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=variables,
            cwd=cwd or None,
            check=False,
        )
    except FileNotFoundError:
        raise InterpreterMissing(executable) from None
    except PermissionError as error:
        raise ProbeRefused(f"Failed to query Python interpreter at `{executable}`", executable) from error
    except OSError as error:
        raise ProbeSpawnError(f"Failed to query Python interpreter at `{executable}`", executable) from error
    if process.returncode == 0:
        return process.stdout
    stdout, stderr = process.stdout.decode("utf-8", "replace"), process.stderr.decode("utf-8", "replace")
    if _home_is_gone(executable):
        raise BrokenInterpreterLink(executable, user_path(executable, cwd), in_environment=True, launcher=True)
    if "Unknown option: -I" in stderr:
        raise UnusablePython(executable) from ProbeFailed(
            "Python executable does not support `-I` flag. Please use Python 3.6 or newer.", executable
        )
    status = f"exit status: {process.returncode}" if process.returncode > 0 else f"signal: {-process.returncode}"
    raise ProbeFailed(
        f"Querying Python at `{executable}` failed with exit status {status}" + _output_sections(stdout, stderr),
        executable,
    )


def interpreter_from_answer_of(output: bytes, executable: str, queried: str) -> Interpreter:
    """Decode what the probe printed.

    :raises ProbeError: it is no answer, or the answer is a refusal.
    """
    import json

    try:
        answer = json.loads(output)
        if answer["result"] == "error":
            raise _refusal(answer, executable)
        return interpreter_from_answer(answer, queried)
    except (ValueError, KeyError, TypeError) as error:
        detail = "EOF while parsing a value at line 1 column 0" if not output.strip() else str(error)
        text = output.decode("utf-8", "replace")
        raise ProbeFailed(
            f"Querying Python at `{executable}` returned an invalid response: {detail}" + _output_sections(text, ""),
            executable,
        ) from None


def _output_sections(stdout: str, stderr: str) -> str:
    sections = [
        f"\n\n[{name}]\n{text.strip()}" for name, text in (("stdout", stdout), ("stderr", stderr)) if text.strip()
    ]
    return "".join(sections) + "\n" if sections else ""


def _refusal(answer: Mapping[str, object], executable: str) -> ProbeError:
    match answer.get("kind"):
        case "libc_not_found":
            reason = "Could not detect a glibc or a musl libc (while running on Linux)"
        case "broken_mac_ver":
            reason = "Broken Python installation, `platform.mac_ver()` returned an empty value, please reinstall Python"
        case "unknown_operating_system":
            reason = f"Unknown operating system: `{answer.get('operating_system')}`"
        case "unsupported_python_version":
            reason = f"Python {answer.get('python_version')} is not supported. Please use Python 3.6 or newer."
        case "missing_required_distutils":
            major, minor = answer.get("python_major"), answer.get("python_minor")
            reason = (
                "Python installation is missing `distutils`, which is required for packaging on older Python versions. "
                f"Your system may package it separately, e.g., as `python{major}-distutils` or "
                f"`python{major}.{minor}-distutils`."
            )
        case "emscripten_not_pyodide":
            reason = "Only Pyodide is supported for Emscripten Python"
        case kind:
            reason = f"The interpreter gave an unknown reason: {kind}"
    error = UnusablePython(executable)
    error.__cause__ = ProbeFailed(reason, executable)
    return error


def _home_is_gone(executable: str) -> bool:
    """Whether the interpreter belongs to an environment whose base installation was removed."""
    try:
        with open(os.path.join(os.path.dirname(os.path.dirname(executable)), "pyvenv.cfg"), encoding="utf-8") as file:
            for line in file:
                key, separator, value = line.partition("=")
                if separator and key.strip() == "home":
                    return not os.path.exists(value.strip())
    except (OSError, UnicodeDecodeError):
        pass
    return False

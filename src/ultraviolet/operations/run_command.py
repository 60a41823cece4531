"""Which kind of thing ``uv run`` is asked to start, and the command line that starts it.

:func:`choose_command` is pure: what it needs to know about a path arrives as a function.
"""

from __future__ import annotations

import os

from ultraviolet.errors import UltravioletError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal

    Kind = Literal[
        "python", "script", "module", "gui-script", "package", "zipapp", "stdin", "gui-stdin", "remote", "external"
    ]
    Mode = Literal["", "module", "script", "gui-script"]
    Place = Literal["missing", "file", "package", "directory", "zipapp", "other"]


class RunCommand:
    """One command to start. Do not change it."""

    __slots__ = ("arguments", "content", "kind", "target")

    def __init__(self, kind: Kind, target: str, arguments: Sequence[str], content: bytes = b"") -> None:
        self.kind: Kind = kind
        self.target = target
        """Path, module, URL or name, as it was typed."""
        self.arguments = tuple(arguments)
        self.content = content
        """The program, of ``stdin``."""

    def __repr__(self) -> str:
        return f"RunCommand({self.kind!r}, {self.target!r}, {self.arguments!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunCommand) and self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash(self._facts())

    def _facts(self) -> tuple[object, ...]:
        return self.kind, self.target, self.arguments, self.content

    @property
    def may_be_script(self) -> bool:
        """Whether inline metadata is looked for."""
        return self.kind in ("script", "gui-script", "stdin", "gui-stdin", "remote")

    @property
    def directory(self) -> str:
        """The directory of a script or the like, as typed; empty for others and for those in the working directory."""
        if self.kind in ("script", "gui-script", "zipapp", "package"):
            return os.path.dirname(self.target.rstrip("/") if self.kind == "package" else self.target)
        return ""

    @property
    def reads_stdin(self) -> bool:
        """Whether standard input was taken for the program."""
        return self.kind in ("stdin", "gui-stdin")

    @property
    def executable_name(self) -> str:
        """What is started, for messages."""
        if self.kind in ("external", "package"):
            return self.target
        windowed = self.kind.startswith("gui-") and os.name == "nt"
        python = "pythonw" if windowed else "python"
        if self.kind == "module":
            return "python -m"
        return f"{python} -c" if self.reads_stdin else python


def choose_command(
    words: Sequence[str],
    mode: Mode,
    look: Callable[[str], Place],
    read_stdin: Callable[[], bytes],
) -> RunCommand:
    """Return the command that words stand for; the first rule that fits decides.

    :param mode: ``--module``, ``--script`` or ``--gui-script``.
    :param look: what is at a path.
    :param read_stdin: take all of standard input.
    :raises UltravioletError: a module cannot come from standard input.
    """
    target, arguments = words[0], words[1:]
    if target == "-":
        content = read_stdin()
        if mode == "module":
            raise UltravioletError("Cannot run a Python module from stdin")
        return RunCommand("gui-stdin" if mode == "gui-script" else "stdin", target, arguments, content)
    if target.startswith(("http://", "https://")) and look(target) == "missing":
        return RunCommand("remote", target, arguments)
    if mode:
        return RunCommand(mode, target, arguments)
    if target.lower() == "python":
        return RunCommand("python", target, arguments)
    place = look(target)
    extension = os.path.splitext(target)[1].lower()
    is_file = place in ("file", "zipapp")
    if is_file and extension in (".py", ".pyc"):
        return RunCommand("script", target, arguments)
    if is_file and extension == ".pyw":
        return RunCommand("gui-script", target, arguments)
    if place == "package":
        return RunCommand("package", target, arguments)
    if place == "zipapp":
        return RunCommand("zipapp", target, arguments)
    return RunCommand("external", target, arguments)


def look_at(path: str) -> Place:
    """Say what is at a path; a file is opened only if its name does not say that it is a script."""
    if os.path.isdir(path):
        return "package" if os.path.isfile(os.path.join(path, "__main__.py")) else "directory"
    if os.path.isfile(path):
        if path.lower().endswith((".py", ".pyc", ".pyw")):
            return "file"
        return "zipapp" if is_zipapp(path) else "file"
    return "other" if os.path.exists(path) else "missing"


def is_zipapp(path: str) -> bool:
    """Whether a file is a zip archive with a ``__main__.py``."""
    try:
        with open(path, "rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            if size < 22:
                return False
            start = max(0, size - (1 << 16) - 8192)
            stream.seek(start)
            tail = stream.read()
            if b"PK\x05\x06" not in tail:
                return False
            from ultraviolet.fs.errors import ArchiveError
            from ultraviolet.fs.zips import find_end, read_central_directory

            stream.seek(0)
            data = stream.read()
    except OSError:
        return False
    try:
        end = find_end(data)
        members = read_central_directory(data, end.start - end.size, end.start)
    except (ArchiveError, ValueError):
        return False
    return any(member.name == "__main__.py" for member in members)


def command_line(command: RunCommand, python: str, scripts: str) -> list[str]:
    """Return program and arguments; the program is a path, or a name to be looked up on the ``PATH``.

    :param python: the interpreter.
    :param scripts: its directory of executables.
    """
    kind, target, arguments = command.kind, command.target, command.arguments
    if kind == "external":
        return [target, *arguments]
    if kind == "package":
        stem, extension = os.path.splitext(os.path.normpath(target))
        installed = os.path.join(scripts, stem + ".exe" if os.name == "nt" else stem)
        del extension
        if os.path.isfile(installed) and os.access(installed, os.X_OK):
            return [installed, *arguments]
        return [python, target, *arguments]
    if kind.startswith("gui-"):
        python = windowed_python(python)
    if kind == "python":
        return [python, *arguments]
    if kind == "module":
        return [python, "-m", target, *arguments]
    if command.reads_stdin:
        return [python, "-c", os.fsdecode(command.content), *arguments]
    return [python, target, *arguments]


def windowed_python(python: str) -> str:
    """Return the interpreter without a console, where there is one beside the ordinary one."""
    directory, name = os.path.split(python)
    candidate = os.path.join(directory, name.replace("python", "pythonw"))
    return candidate if os.path.isfile(candidate) else python


def display_command(command: RunCommand) -> str:
    """Return how the log names the command."""
    words = [command.executable_name]
    if command.kind in ("script", "zipapp", "gui-script", "module"):
        words.append(command.target)
    if command.kind not in ("stdin", "gui-stdin", "remote"):
        words += command.arguments
    return " ".join(words)

"""The environment as other rooms see it: where things are installed, and with which interpreter.

``--target`` and ``--prefix`` directories are environments too: the interpreter is some other environment's, the scheme is
their own.
"""

from __future__ import annotations

import os

from ultraviolet.environment.errors import InvalidEnvironment
from ultraviolet.environment.pyvenv import PyvenvConfiguration, read_pyvenv
from ultraviolet.python.discovery import environment_executable
from ultraviolet.python.interpreter import Interpreter, Scheme
from ultraviolet.python.probe import Prober
from ultraviolet.python.request import user_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    EnvironmentKind = Literal["python", "target", "prefix"]


class Environment:
    """A place to install into. Do not change it; make another."""

    __slots__ = ("interpreter", "kind", "root", "scheme")

    def __init__(self, root: str, interpreter: Interpreter, scheme: Scheme, kind: EnvironmentKind = "python") -> None:
        self.root = root
        """``sys.prefix``, or the ``--target``/``--prefix`` directory; absolute."""
        self.interpreter = interpreter
        self.scheme = scheme
        """Where the five kinds of files go."""
        self.kind: EnvironmentKind = kind

    def __repr__(self) -> str:
        return f"Environment({self.root!r})"

    @property
    def executable(self) -> str:
        """The interpreter that installed scripts run."""
        return self.interpreter.executable

    @property
    def python_version(self) -> tuple[int, int]:
        """Major and minor version."""
        release = self.interpreter.release
        return release[0], release[1]

    @property
    def os_name(self) -> str:
        """``posix`` or ``nt``, of the target."""
        return self.interpreter.markers["os_name"]

    @property
    def configuration(self) -> PyvenvConfiguration | None:
        """``pyvenv.cfg``, read now; None for system interpreters and target directories."""
        return read_pyvenv(self.root)

    @property
    def relocatable(self) -> bool:
        """Whether scripts must find the interpreter relative to themselves."""
        configuration = self.configuration if self.kind == "python" else None
        return configuration is not None and configuration.relocatable

    @property
    def is_virtualenv(self) -> bool:
        """Whether it is a virtual environment proper."""
        return self.kind == "python" and self.interpreter.is_virtualenv

    def site_packages(self) -> list[str]:
        """Return the directories in which packages are installed, each once, whatever links there are between them."""
        purelib, platlib = self.scheme.purelib, self.scheme.platlib
        if self.kind != "python" or purelib == platlib:
            return [purelib]
        try:
            if os.path.samefile(purelib, platlib):
                return [purelib]
        except OSError:
            pass
        return [purelib, platlib]

    def uses(self, interpreter: Interpreter) -> bool:
        """Whether the environment runs the same Python as ``interpreter``."""
        if os.name == "nt":
            return self.interpreter.base_prefix == interpreter.base_prefix
        try:
            return self.executable == interpreter.executable or os.path.samefile(
                self.executable, interpreter.executable
            )
        except OSError:
            return False

    def using_line(self, cwd: str) -> str:
        """Return ``Using Python 3.12.1 environment at: v1``."""
        variant = "+" + self.interpreter.variant if self.interpreter.variant else ""
        return f"Using Python {self.interpreter.version}{variant} environment at: {user_path(self.root, cwd)}"


def environment_of(interpreter: Interpreter) -> Environment:
    """Return the environment, virtual or the system's, that an interpreter runs from."""
    scheme = interpreter.scheme
    if interpreter.is_virtualenv:
        # The headers of packages go into the environment, where the interpreter's own do not.
        headers = os.path.join(interpreter.prefix, "include", "site", "python" + interpreter.minor_version)
        scheme = Scheme(scheme.purelib, scheme.platlib, scheme.scripts, scheme.data, headers)
    return Environment(interpreter.prefix, interpreter, scheme)


def target_environment(interpreter: Interpreter, directory: str) -> Environment:
    """Return (and make) the ``--target`` directory as an environment: everything goes right into it."""
    os.makedirs(directory, exist_ok=True)
    scheme = Scheme(directory, directory, os.path.join(directory, "bin"), directory, os.path.join(directory, "include"))
    return Environment(directory, interpreter, scheme, "target")


def prefix_environment(interpreter: Interpreter, directory: str) -> Environment:
    """Return (and make) the ``--prefix`` directory as an environment, laid out as a virtual one."""
    scheme = interpreter.venv_scheme.below(directory)
    os.makedirs(scheme.purelib, exist_ok=True)
    return Environment(directory, interpreter, scheme, "prefix")


def read_environment(root: str, prober: Prober, *, cwd: str) -> Environment | None:
    """Return the environment at ``root``, or None when nothing is there.

    :raises InvalidEnvironment: a file, an empty directory, or one without an interpreter.
    :raises ProbeError: its interpreter cannot be asked.
    """
    shown = user_path(root, cwd)
    if not os.path.exists(root):
        return None
    if os.path.isfile(root):
        raise InvalidEnvironment(shown, "expected directory but found a file", kind="not-directory")
    if not os.listdir(root):
        raise InvalidEnvironment(shown, "directory is empty", kind="empty")
    # The path is left as it is, links and all: it decides what `sys.executable` will be.
    executable = environment_executable(root)
    if not (os.path.islink(executable) or os.path.isfile(executable)):
        reason = f"missing Python executable at `{user_path(executable, cwd)}`"
        raise InvalidEnvironment(shown, reason, kind="missing-executable")
    return environment_of(prober.query(executable))

"""Failures while looking for, or asking, an interpreter."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError


class InvalidPythonRequest(UltravioletError):
    """A text is not a version request."""


class ProbeError(UltravioletError):
    """An interpreter could not be asked for its facts."""

    critical = False
    """Whether discovery must stop, instead of trying the next candidate."""

    def __init__(self, message: str, path: str, *, hints: tuple[str, ...] = ()) -> None:
        super().__init__(message, hints=hints)
        self.path = path


class InterpreterMissing(ProbeError):
    """There is no file at the path of the interpreter."""

    def __init__(self, path: str) -> None:
        super().__init__(f"Python interpreter not found at `{path}`", path)


class BrokenInterpreterLink(ProbeError):
    """The path is a link whose target is gone."""

    def __init__(self, path: str, shown: str, *, in_environment: bool, launcher: bool = False) -> None:
        kind = "Python trampoline" if launcher else "symlink"
        hints = ("Consider recreating the environment (e.g., with `uv venv`)",) if in_environment else ()
        super().__init__(
            f"Broken {kind} at `{shown}`, was the underlying Python interpreter removed?", path, hints=hints
        )
        self.in_environment = in_environment


class ProbeFailed(ProbeError):
    """The program ran, but not as an interpreter does: bad status, bad answer."""


class ProbeRefused(ProbeError):
    """The program may not be executed."""


class UnusablePython(ProbeError):
    """The interpreter answered that it cannot be used (too old, unknown platform)."""

    def __init__(self, path: str) -> None:
        super().__init__(f"Can't use Python at `{path}`", path)


class ProbeSpawnError(ProbeError):
    """The operating system could not start the program, or a file could not be read."""

    critical = True


class DiscoveryError(UltravioletError):
    """A search could not go on."""

    critical = True
    """False for a broken environment that happened to lie on the way."""


class InspectionError(DiscoveryError):
    """One candidate could not be inspected."""

    def __init__(self, error: ProbeError, shown: str, source: str, *, critical: bool) -> None:
        super().__init__(f"Failed to inspect Python interpreter from {source} at `{shown}` ", hints=error.hints)
        self.critical = critical
        self.__cause__ = error


class BrokenEnvironment(DiscoveryError):
    """A ``.venv`` without ``pyvenv.cfg`` lies on the way up."""

    critical = False

    def __init__(self, path: str) -> None:
        super().__init__(f"Broken virtual environment `{path}`: `pyvenv.cfg` is missing")
        self.path = path


class SourceNotAllowed(DiscoveryError):
    """The request names a source that the Python preference excludes."""


class PythonNotFound(UltravioletError):
    """No interpreter satisfies the request."""

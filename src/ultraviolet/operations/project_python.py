"""Which Python a project works with."""

from __future__ import annotations

import os

import msgspec

from ultraviolet.errors import UltravioletError
from ultraviolet.python.discovery import using_line
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.python.request import PythonRequest, parse_request, request_from_specifiers
from ultraviolet.standards.names import GroupName
from ultraviolet.standards.requires_python import RequiresPython, missing_warning, unbounded_warning
from ultraviolet.workspace.discovery import Workspace
from ultraviolet.workspace.requires_python import PythonSources, workspace_python

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.operations.python_mismatch import RequestOrigin
    from ultraviolet.operations.reporter import Reporter
    from ultraviolet.operations.world import World
    from ultraviolet.python.discovery import Installation


class PythonChoice(msgspec.Struct, frozen=True, kw_only=True):
    """What was said about the Python of a project."""

    request: str | None = None
    """``--python`` or ``UV_PYTHON``."""
    active: bool | None = None
    """``--active``: use ``VIRTUAL_ENV`` as the environment; ``--no-active``: do not even warn about it."""
    no_config: bool = False
    """Ignore ``.python-version`` files."""
    user_directory: str | None = None
    """Where the user's own ``.python-version`` may lie."""
    centralized: bool = False
    """Keep the environment in the cache (preview ``centralized-project-envs``)."""


class ProjectPython(msgspec.Struct, frozen=True):
    """A request with its origin, and what the project supports."""

    request: PythonRequest | None
    source: RequestOrigin
    """``file``: a pin."""
    origin: str | None
    """Path of the pin file as shown."""
    requires_python: RequiresPython | None
    sources: PythonSources
    several: bool = False
    """Whether the workspace has more than one member."""

    @property
    def follows_upgrades(self) -> bool:
        """Whether an environment is to work with later patch releases of its interpreter."""
        return self.request is None or not self.request.includes_patch


class IncompatiblePython(UltravioletError):
    """The interpreter that was asked for does not fit the project."""


def project_python(
    workspace: Workspace,
    directory: str,
    choice: PythonChoice,
    world: World,
    *,
    groups: frozenset[GroupName] | None = frozenset(),
) -> ProjectPython:
    """Return the request in force: the user's, else the pin file's, else what ``requires-python`` asks for.

    :param directory: where the search for a pin file begins; it ends at the workspace root.
    :param groups: enabled groups, whose own Python requirements count.
    :raises UltravioletError: the requirements of the members exclude each other.
    """
    from ultraviolet.python.pins import find_pin_file, read_pin_file

    asked = workspace_python(workspace, groups, world.cwd)
    several = len(workspace.members) > 1
    for warning in asked.warnings:
        world.reporter.warn(warning)
    if choice.request is not None:
        request = parse_request(choice.request, world.cwd)
        return ProjectPython(request, "user", None, asked.requires_python, asked.sources, several)
    if not choice.no_config:
        path = find_pin_file(directory, stop_at=workspace.root, user_directory=choice.user_directory)
        pins = read_pin_file(path, world.cwd) if path is not None else None
        if pins is not None and path is not None:
            for warning in pins.warnings():
                world.reporter.warn(warning)
            is_global = choice.user_directory is not None and os.path.dirname(path) == choice.user_directory
            if pins.request is not None and not (is_global and _contradicts(pins.request, asked.requires_python)):
                return ProjectPython(
                    pins.request, "file", pins.file_name, asked.requires_python, asked.sources, several
                )
    wanted = None
    if asked.requires_python is not None:
        wanted = request_from_specifiers(asked.requires_python.specifiers)
    return ProjectPython(wanted, "requires-python", None, asked.requires_python, asked.sources, several)


def _contradicts(request: PythonRequest, requires_python: RequiresPython | None) -> bool:
    if requires_python is None:
        return False
    from ultraviolet.standards.ranges import release_range

    return not request.intersects(release_range(requires_python.specifiers, trim=False))


def effective_requires_python(python: ProjectPython, interpreter: Interpreter, reporter: Reporter) -> RequiresPython:
    """Return what a lock is made for, with the warnings it deserves; the interpreter's minor version by default."""
    from ultraviolet.standards.versions import parse_version

    default = RequiresPython.greater_than_equal(parse_version(interpreter.minor_version))
    if python.requires_python is None:
        reporter.warn(missing_warning(default))
        return default
    warning = unbounded_warning(python.requires_python, default)
    if warning is not None:
        reporter.warn(warning)
    return python.requires_python


def search_interpreter(python: ProjectPython, world: World, *, note: bool = True) -> Interpreter:
    """Find an installed interpreter for a project.

    :raises PythonNotFound: there is none.
    :raises IncompatiblePython: the one asked for does not fit ``requires-python``.
    """
    installation = find_installation(python, world)
    if note:
        world.reporter.note(using_line(installation, world.search))
    check_interpreter(installation.interpreter, python)
    return installation.interpreter


def find_installation(python: ProjectPython, world: World) -> Installation:
    """Find an installed interpreter that is what was asked for, whether the project supports it or not.

    :raises PythonNotFound: there is none.
    """
    from ultraviolet.operations.python_search import search_python

    return search_python(world, python.request, environments="only-system")


def check_interpreter(interpreter: Interpreter, python: ProjectPython) -> None:
    """Refuse an interpreter that the project does not support."""
    from ultraviolet.operations.python_mismatch import mismatch_message

    requires_python = python.requires_python
    if requires_python is None or requires_python.contains(interpreter.python_version):
        return
    raise IncompatiblePython(
        mismatch_message(
            interpreter,
            requires_python,
            python.sources,
            origin=python.source,
            pin=python.origin,
            several=python.several,
        )
    )

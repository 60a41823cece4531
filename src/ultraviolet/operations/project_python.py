"""Which Python a project works with, and the environment it is installed into."""

from __future__ import annotations

import os

import msgspec

from ultraviolet.environment.errors import UnusableProjectEnvironment
from ultraviolet.environment.project import ProjectEnvironmentDecision, decide, inspect
from ultraviolet.errors import UltravioletError
from ultraviolet.python.discovery import using_line
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.python.request import PythonRequest, parse_request, request_from_specifiers, user_path
from ultraviolet.standards.names import GroupName
from ultraviolet.standards.requires_python import RequiresPython, missing_warning, unbounded_warning
from ultraviolet.workspace.discovery import Workspace
from ultraviolet.workspace.requires_python import PythonSources, workspace_python

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.environment.value import Environment
    from ultraviolet.operations.python_mismatch import RequestOrigin
    from ultraviolet.operations.reporter import Reporter
    from ultraviolet.operations.world import World


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


def environment_path(workspace: Workspace, choice: PythonChoice, world: World, *, warn: bool = True) -> str:
    """Return where the project's environment is or will be."""
    configured = world.environ.get("UV_PROJECT_ENVIRONMENT")
    root = os.path.normpath(os.path.join(workspace.root, configured or ".venv"))
    active = world.environ.get("VIRTUAL_ENV")
    if not active:
        return root
    active_root = os.path.normpath(os.path.join(world.cwd, active))
    if choice.active:
        return active_root
    if choice.active is None and warn and not _same_directory(active_root, root):
        world.reporter.warn(
            f"`VIRTUAL_ENV={user_path(active, world.cwd)}` does not match the project environment path `{user_path(root, world.cwd)}` and will be "
            "ignored; use `--active` to target the active environment instead"
        )
    return root


def _same_directory(left: str, right: str) -> bool:
    if left == right:
        return True
    try:
        return os.path.samefile(left, right)
    except OSError:
        return False


def find_project_interpreter(
    workspace: Workspace,
    directory: str,
    choice: PythonChoice,
    world: World,
    *,
    groups: frozenset[GroupName] | None = frozenset(),
    note: bool = True,
) -> tuple[Interpreter, ProjectPython]:
    """Return the interpreter to lock with: that of a fitting environment, else one that is searched for."""
    python = project_python(workspace, directory, choice, world, groups=groups)
    root = environment_path(workspace, choice, world, warn=False)
    facts = inspect(
        root,
        world.search,
        request=python.request,
        requires_python=python.requires_python,
        preference=world.options.python_preference,
    )
    decision = decide(facts, "optional")
    if decision.action == "use" and decision.environment is not None:
        return decision.environment.interpreter, python
    for warning in decision.warnings:
        world.reporter.warn(warning)
    return search_interpreter(python, world, note=note), python


def search_interpreter(python: ProjectPython, world: World, *, note: bool = True) -> Interpreter:
    """Find an installed interpreter for a project.

    :raises PythonNotFound: there is none.
    :raises IncompatiblePython: the one asked for does not fit ``requires-python``.
    """
    from ultraviolet.operations.python_search import search_python

    installation = search_python(world, python.request, environments="only-system")
    if note:
        world.reporter.note(using_line(installation, world.search))
    interpreter = installation.interpreter
    check_interpreter(interpreter, python)
    return interpreter


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


def get_environment(
    workspace: Workspace,
    directory: str,
    choice: PythonChoice,
    world: World,
    *,
    groups: frozenset[GroupName] | None = frozenset(),
    prompt: str | None = None,
    preserve: bool = False,
    dry_run: bool = False,
) -> tuple[Environment, ProjectPython, ProjectEnvironmentDecision]:
    """Return the project's environment, made (anew) when there is none that fits.

    In a dry run nothing is made: the environment is a temporary stand-in that the caller must only read.
    """
    from ultraviolet.fs.locks import FileLock

    python = project_python(workspace, directory, choice, world, groups=groups)
    root = environment_path(workspace, choice, world)
    creation_lock = _creation_lock(world, workspace.root)
    with FileLock(creation_lock, resource=workspace.root, timeout=world.options.lock_timeout):
        facts = inspect(
            root,
            world.search,
            request=python.request,
            requires_python=python.requires_python,
            preference=world.options.python_preference,
        )
        try:
            decision = decide(facts, "preserve" if preserve else "compatible")
        except UnusableProjectEnvironment as error:
            if error.is_replaceable:
                # As uv: the interpreter for the new environment is found, and told, before the old one is looked at.
                search_interpreter(python, world)
            raise
        for warning in decision.warnings:
            world.reporter.warn(warning)
        if decision.action == "use" and decision.environment is not None:
            return decision.environment, python, decision
        from ultraviolet.environment.create import VenvOptions, create_venv, remember_environment, remove_environment

        interpreter = search_interpreter(python, world)
        name = prompt if prompt is not None else os.path.basename(workspace.root)
        if dry_run:
            stand_in = world.cache.new_directory("builds")
            made = create_venv(stand_in, interpreter, VenvOptions(on_existing="replace"), cwd=world.cwd)
            return made, python, decision
        shown = user_path(root, world.cwd)
        if decision.action == "replace":
            remove_environment(root)
            world.reporter.note(f"Removed virtual environment at: {shown}")
        world.reporter.note(f"Creating virtual environment at: {shown}")
        options = VenvOptions(
            prompt=name,
            on_existing="replace",
            follow_upgrades=python.request is None or not python.request.includes_patch,
        )
        environment = create_venv(root, interpreter, options, cwd=world.cwd, managed_root=world.search.managed_root)
        remember_environment(world.prober, environment)
        if decision.action == "create":
            from ultraviolet.environment.made import read_made

            decision.made = read_made(root, world.prober, creation_lock)
        return environment, python, decision


def _creation_lock(world: World, root: str) -> str:
    from ultraviolet.environment.locking import named_lock_path

    return named_lock_path(root, world.temporary_directory)

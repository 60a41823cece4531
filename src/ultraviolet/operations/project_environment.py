"""The environment that a project is installed into: where it is, whether it fits, and how it is made."""

from __future__ import annotations

import os

from ultraviolet.environment.errors import UnusableProjectEnvironment
from ultraviolet.environment.project import ProjectEnvironmentDecision, ProjectEnvironmentFacts, decide, inspect
from ultraviolet.operations.project_python import ProjectPython, PythonChoice, project_python, search_interpreter
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.python.request import user_path
from ultraviolet.standards.names import GroupName
from ultraviolet.workspace.discovery import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.environment.project import Policy
    from ultraviolet.environment.value import Environment
    from ultraviolet.operations.world import World


def environment_path(workspace: Workspace, choice: PythonChoice, world: World, *, warn: bool = True) -> str:
    """Return where the project's environment is or will be, or what leads there if it is kept in the cache."""
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


def _is_default_place(choice: PythonChoice, world: World) -> bool:
    """Whether nobody said where the environment is."""
    return not (world.environ.get("UV_PROJECT_ENVIRONMENT") or (choice.active and world.environ.get("VIRTUAL_ENV")))


def _is_centralized(choice: PythonChoice, world: World) -> bool:
    """Whether the environment is kept in the cache."""
    if not choice.centralized or not _is_default_place(choice, world):
        return False
    if world.cache.is_temporary:
        world.reporter.warn("The `centralized-project-envs` feature has no effect when `--no-cache` is enabled")
        return False
    return True


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
    centralized = _is_centralized(choice, world)
    python = project_python(workspace, directory, choice, world, groups=groups)
    if centralized:
        from ultraviolet.operations.central import CentralEnvironment

        return CentralEnvironment(workspace, python, world).interpreter(note=note), python
    root = environment_path(workspace, choice, world, warn=False)
    decision = _decide(root, choice, python, world, "optional")
    if decision.action == "use" and decision.environment is not None:
        return decision.environment.interpreter, python
    return search_interpreter(python, world, note=note), python


def _decide(
    root: str, choice: PythonChoice, python: ProjectPython, world: World, policy: Policy
) -> ProjectEnvironmentDecision:
    """Look at a place outside the cache, and say what is wrong with what is there."""
    facts = ProjectEnvironmentFacts(root, "missing")
    if not (_is_default_place(choice, world) and _is_path_file(root, world)):
        facts = inspect(
            root,
            world.search,
            request=python.request,
            requires_python=python.requires_python,
            preference=world.options.python_preference,
        )
    try:
        decision = decide(facts, policy)
    except UnusableProjectEnvironment as error:
        if error.is_replaceable:
            # As uv: the interpreter for the new environment is found, and told, before the old one is looked at.
            search_interpreter(python, world)
        raise
    for warning in decision.warnings:
        world.reporter.warn(warning)
    decision.root = root
    return decision


def _is_path_file(root: str, world: World) -> bool:
    """Whether a file takes the place of a link to an environment in the cache."""
    if not os.path.isfile(root):
        return False
    from ultraviolet.environment.store import EnvironmentStore

    return EnvironmentStore(world.cache.bucket("environments")).is_named_by(root)


def _leads_to_cache(root: str, world: World) -> bool:
    """Whether there is a link to an environment in the cache, or a file in place of one."""
    if not (os.path.islink(root) or os.path.isfile(root)):
        return False
    from ultraviolet.environment.store import EnvironmentStore

    return EnvironmentStore(world.cache.bucket("environments")).is_led_to(root)


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
    tells_links: bool = True,
) -> tuple[Environment, ProjectPython, ProjectEnvironmentDecision]:
    """Return the project's environment, made (anew) when there is none that fits.

    In a dry run nothing is made: the environment is a temporary stand-in that the caller must only read.

    :param tells_links: whether to warn when the project cannot be made to lead to its environment in the cache.
    """
    from ultraviolet.environment.locking import named_lock_path
    from ultraviolet.fs.locks import FileLock

    root = environment_path(workspace, choice, world)
    centralized = _is_centralized(choice, world)
    python = project_python(workspace, directory, choice, world, groups=groups)
    name = prompt if prompt is not None else os.path.basename(workspace.root)
    policy: Policy = "preserve" if preserve else "compatible"
    creation_lock = named_lock_path(workspace.root, world.temporary_directory)
    with FileLock(creation_lock, resource=workspace.root, timeout=world.options.lock_timeout):
        if centralized:
            from ultraviolet.operations.central import CentralEnvironment

            central = CentralEnvironment(workspace, python, world)
            environment, decision = central.get(policy, name=name, dry_run=dry_run, tells_links=tells_links)
            return environment, python, decision
        decision = _decide(root, choice, python, world, policy)
        if decision.action == "use" and decision.environment is not None:
            return decision.environment, python, decision
        interpreter = search_interpreter(python, world)
        is_link = _leads_to_cache(root, world)
        if is_link:
            decision.action = "replace"
        from ultraviolet.operations.new_environment import make_environment, make_room, stand_in

        if dry_run:
            return stand_in(interpreter, world), python, decision
        if is_link:
            os.unlink(root)
            world.reporter.note(f"Removed link to project environment at: {user_path(root, world.cwd)}")
        elif decision.action == "replace":
            make_room(root, world)
        world.reporter.note(f"Creating virtual environment at: {user_path(root, world.cwd)}")
        environment = make_environment(root, interpreter, python, name, world)
        if decision.action == "create":
            from ultraviolet.environment.made import read_made

            decision.made = read_made(root, world.prober, creation_lock)
        return environment, python, decision

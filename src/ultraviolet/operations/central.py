"""Environments of projects that are kept in the cache (preview ``centralized-project-envs``), one for each interpreter.

``.venv`` only leads there. Its interpreter is preferred, so that the environment in use stays in use; what it leads to is worked out
anew all the same, for anybody can write a link.
"""

from __future__ import annotations

import os

from ultraviolet.cache.keys import digest, entry_name
from ultraviolet.environment.project import ProjectEnvironmentDecision, decide, inspect
from ultraviolet.environment.store import EnvironmentStore, lead_to, read_path_file
from ultraviolet.environment.value import Environment, read_environment
from ultraviolet.errors import UltravioletError
from ultraviolet.operations.new_environment import make_environment, make_room, stand_in
from ultraviolet.operations.project_python import ProjectPython, check_interpreter, find_installation
from ultraviolet.operations.world import World
from ultraviolet.python.discovery import Installation, using_line
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.python.managed import managed_installation_of
from ultraviolet.workspace.discovery import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.environment.project import Policy

_SHORT_NAMES = {"cpython": "cp", "pypy": "pp", "graalpy": "gp"}


def central_root(
    store: EnvironmentStore, workspace: Workspace, interpreter: Interpreter, *, follow_upgrades: bool, managed_root: str
) -> str:
    """Return where the environment of a workspace for an interpreter is, or will be.

    Two ways to one workspace lead to one environment.

    :param follow_upgrades: whether it is to work with later patch releases of a managed interpreter.
    """
    real = os.path.realpath(workspace.root)
    key, version = interpreter.key, interpreter.version
    if follow_upgrades:
        managed = managed_installation_of(interpreter, managed_root)
        if managed is not None and managed.minor_link is not None:
            key, version = managed.key.minor_name, interpreter.minor_version
    project = workspace.manifest.project
    label = entry_name(project.name) if project is not None and project.name else ""
    label = label or entry_name(os.path.basename(real))
    implementation = interpreter.implementation_name.lower()
    entry = f"{_SHORT_NAMES.get(implementation, implementation)}{version}-{digest(real, key)}"
    return os.path.join(store.directory, f"{label}-{entry}" if label else entry)


class CentralEnvironment:
    """The environment of a project in the cache."""

    def __init__(self, workspace: Workspace, python: ProjectPython, world: World) -> None:
        self._workspace = workspace
        self._python = python
        self._world = world
        self._store = EnvironmentStore(world.cache.bucket("environments"))
        self._link = os.path.join(workspace.root, ".venv")

    def interpreter(self, *, note: bool) -> Interpreter:
        """Return the interpreter of an environment that fits, else one that is searched for."""
        decision, installation = self._find("optional")
        if decision.environment is not None:
            return decision.environment.interpreter
        return self._accept(installation, note=note)

    def get(
        self, policy: Policy, *, name: str, dry_run: bool, tells_links: bool
    ) -> tuple[Environment, ProjectEnvironmentDecision]:
        """Return the environment, made (anew) when there is none that fits, and make the project lead to it.

        In a dry run nothing is made: the environment is a temporary stand-in.

        :param name: for the prompt of a shell.
        :param tells_links: whether to warn when the project cannot be made to lead to it.
        """
        decision, installation = self._find(policy)
        environment = decision.environment
        if environment is None:
            interpreter = self._accept(installation, note=True)
            if dry_run:
                return stand_in(interpreter, self._world), decision
            if decision.action == "replace":
                make_room(decision.root, self._world)
            self._world.reporter.note(f"Creating virtual environment `{os.path.basename(decision.root)}`")
            environment = make_environment(decision.root, interpreter, self._python, name, self._world)
        if not dry_run:
            problem = lead_to(environment.root, self._link)
            if problem is not None and tells_links:
                self._world.reporter.warn(problem)
        return environment, decision

    def _find(self, policy: Policy) -> tuple[ProjectEnvironmentDecision, Installation | None]:
        """Return what to do, and the interpreter to do it with if the environment must be made."""
        linked = self._linked_interpreter()
        if linked is not None:
            decision = self._decide(linked, policy)
            if decision.action == "use":
                return decision, None
        installation = find_installation(self._python, self._world)
        return self._decide(installation.interpreter, policy), installation

    def _linked_interpreter(self) -> Interpreter | None:
        """Return the interpreter of what the project leads to, whatever that is."""
        root = read_path_file(self._link) or self._link
        try:
            environment = read_environment(root, self._world.prober, cwd=self._world.cwd)
        except UltravioletError:
            return None
        return None if environment is None else environment.interpreter

    def _decide(self, interpreter: Interpreter, policy: Policy) -> ProjectEnvironmentDecision:
        """Look at the place for an interpreter, and say what is wrong with what is there."""
        world, python = self._world, self._python
        root = central_root(
            self._store,
            self._workspace,
            interpreter,
            follow_upgrades=python.follows_upgrades,
            managed_root=world.search.managed_root,
        )
        facts = inspect(
            root,
            world.search,
            request=python.request,
            requires_python=python.requires_python,
            preference=world.options.python_preference,
        )
        facts.shown = os.path.basename(root)
        decision = decide(facts, policy, is_ours=True)
        for warning in decision.warnings:
            world.reporter.warn(warning)
        decision.root, decision.is_central = root, True
        return decision

    def _accept(self, installation: Installation | None, *, note: bool) -> Interpreter:
        """Tell which interpreter was found, and refuse one that the project does not support."""
        assert installation is not None  # there is one unless the environment can be used
        if note:
            self._world.reporter.note(using_line(installation, self._world.search))
        check_interpreter(installation.interpreter, self._python)
        return installation.interpreter

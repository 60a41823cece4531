"""``uv sync`` on a project: environment, lock, install; and the same steps for the commands that end in a sync."""

from __future__ import annotations

from typing import Literal

import msgspec

from ultraviolet.environment.value import Environment
from ultraviolet.errors import UltravioletError
from ultraviolet.install.plan import Reinstall
from ultraviolet.lock.choices import GroupChoice, Target, check_conflicts, check_names
from ultraviolet.lock.select import check_python
from ultraviolet.operations.apply import Applied, ApplyOptions
from ultraviolet.operations.engines import Engines
from ultraviolet.operations.lock import (
    Locked,
    LockOptions,
    LockTarget,
    commit,
    frozen,
    lock,
    refuse_outdated,
)
from ultraviolet.operations.options import engine_options, malware_check
from ultraviolet.operations.project import (
    ProjectScope,
    declared_sections,
    enabled_groups,
    install_filter,
    lock_options,
    open_project,
    project_scope,
    python_choice,
    refuse_install_contradictions,
)
from ultraviolet.operations.project_environment import get_environment
from ultraviolet.operations.project_lock import project_trees, target_of
from ultraviolet.operations.project_python import ProjectPython, PythonChoice, effective_requires_python
from ultraviolet.operations.sync import SyncOptions, sync
from ultraviolet.standards.names import parse_package_name
from ultraviolet.workspace.discovery import Project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.environment.made import MadeEnvironment
    from ultraviolet.environment.project import ProjectEnvironmentDecision
    from ultraviolet.lock.model import Lock
    from ultraviolet.operations.world import World
    from ultraviolet.settings.options import Settings


class OutdatedEnvironment(UltravioletError):
    """``--check``: the environment is not what the lockfile says."""

    exit_code = 1
    silent = True
    """It was told in place of a summary."""

    def __init__(self, world: World, done: object) -> None:
        super().__init__("The environment is outdated; run `uv sync` to update the environment")
        world.reporter.note(self.message)
        self.done = done
        """What a sync would do: a :class:`SyncedProject`, or a ``SyncedScript``."""


class SyncedProject(msgspec.Struct, frozen=True, kw_only=True):
    """What a sync worked on, for those who go on with it."""

    project: Project
    environment: Environment
    locked: Locked
    target: LockTarget
    applied: Applied
    frozen: bool = False
    """Whether the lockfile was taken as it is."""
    action: Literal["use", "create", "replace"] = "use"
    """What was done to have the environment, or would be."""
    root: str = ""
    """Where the environment is, or would be in a dry run."""
    is_central: bool = False
    """Whether that is in the cache."""
    made: MadeEnvironment | None = None
    """How it was created, if that can be repeated."""


def apply_options(settings: Settings, *, exact: bool, dry_run: bool = False) -> ApplyOptions:
    """Return how the environment of a project is changed."""
    resolver = settings.resolver
    return ApplyOptions(
        exact=exact,
        strict=True,
        reinstall=Reinstall(everything=resolver.reinstall, packages=frozenset(resolver.reinstall_package)),
        dry_run=dry_run,
        compile_everything=True,
    )


def sync_options(settings: Settings, scope: ProjectScope, *, exact: bool, dry_run: bool = False) -> SyncOptions:
    """Return what of the lock goes into the environment."""
    return SyncOptions(
        extras=scope.extras,
        groups=scope.groups,
        filter=scope.filter,
        editable=scope.editable,
        not_editable=scope.not_editable,
        platform=settings.arguments.one("--python-platform"),
        apply=apply_options(settings, exact=exact, dry_run=dry_run),
        malware=malware_check(settings),
    )


def sync_project(settings: Settings, world: World, *, dry_run: bool = False, check: bool = False) -> SyncedProject:
    """Bring the environment of a project in line with its lockfile, which is brought in line with the project.

    :param check: like a dry run, but fail if something would change.
    :raises OutdatedEnvironment: with ``check``, something would change.
    """
    arguments = settings.arguments
    dry_run = dry_run or check
    refuse_install_contradictions(settings)
    packages = tuple(arguments.many("--package"))
    options = lock_options(settings, dry_run=dry_run)
    project = open_project(
        settings,
        world,
        package=packages[0] if len(packages) == 1 and options.mode != "frozen" else None,
        existing_members=options.mode == "frozen",
    )
    scope = project_scope(
        settings,
        project,
        packages=packages,
        all_packages=arguments.flag("--all-packages"),
        install=install_filter(settings),
    )
    if options.mode == "frozen" and len(packages) == 1:
        # Its manifest may be missing: the lockfile says what the package is.
        target = Target(kind="project", names=(parse_package_name(packages[0]),), root=project.workspace.root)
        scope = msgspec.structs.replace(scope, target=target)
    choice = python_choice(settings)
    environment, python, decision = environment_for(world, project, choice, scope.groups, dry_run=dry_run)
    try:
        tells_steps = arguments.one("--output-format") != "json"
        if dry_run and tells_steps:
            _tell_environment(decision, world)
        exact = not arguments.flag("--inexact")
        done = lock_and_sync(
            settings,
            world,
            project,
            environment,
            python,
            options=options,
            scope=scope,
            exact=exact,
            dry_run=dry_run,
            tell_scripts=True,
            tells_steps=tells_steps,
        )
        done = msgspec.structs.replace(
            done,
            action=decision.action,
            root=decision.root,
            is_central=decision.is_central,
            made=decision.made,
        )
        if check and not done.applied.is_empty:
            raise OutdatedEnvironment(world, done)
        return done
    finally:
        if dry_run and decision.action != "use":
            from ultraviolet.environment.create import remove_environment

            remove_environment(environment.root)


def environment_for(
    world: World,
    project: Project,
    choice: PythonChoice,
    groups: GroupChoice,
    *,
    preserve: bool = False,
    dry_run: bool = False,
    tells_links: bool = True,
) -> tuple[Environment, ProjectPython, ProjectEnvironmentDecision]:
    """Return the environment of a project, made when there is none that fits."""
    prompt = project.workspace.manifest.project.name if project.workspace.manifest.project is not None else None
    return get_environment(
        project.workspace,
        project.workspace.root,
        choice,
        world,
        groups=enabled_groups(groups, project),
        prompt=prompt,
        preserve=preserve,
        dry_run=dry_run,
        tells_links=tells_links,
    )


def lock_and_sync(
    settings: Settings,
    world: World,
    project: Project,
    environment: Environment,
    python: ProjectPython,
    *,
    options: LockOptions,
    scope: ProjectScope,
    exact: bool,
    dry_run: bool = False,
    install: bool = True,
    tell_scripts: bool = False,
    tells_steps: bool = True,
) -> SyncedProject:
    """Lock, write the lockfile if that is allowed, and sync.

    :param install: False to stop after locking (``--no-sync``).
    :param tell_scripts: warn when the project's commands cannot be installed.
    :param tells_steps: whether a dry run tells of the lockfile.
    """
    target = target_of(settings, world, project)
    engines = Engines(
        world,
        msgspec.structs.replace(engine_options(settings), build_constraints=target.declared.build_constraints),
        environment.interpreter,
        trees=project_trees(settings, world, project),
        shared_environment=environment,
    )
    try:
        locked = _locked(target, engines, environment, python, options, dry_run=dry_run)
        if dry_run and not (options.mode == "frozen" or (options.mode == "locked" and locked.changed)) and tells_steps:
            _tell_lockfile(locked, target, world)
        applied = Applied()
        if install:
            if tell_scripts:
                _warn_about_scripts(project, locked.lock, scope, world)
            check_python(locked.lock, environment.interpreter.marker_environment)
            declared = declared_sections(project.workspace, locked.lock, options)
            check_names(locked.lock, scope.target, scope.extras, scope.groups, declared)
            check_conflicts(locked.lock, scope.target, scope.extras, scope.groups)
            applied = sync(
                locked.lock,
                scope.target,
                environment,
                engines,
                sync_options(settings, scope, exact=exact, dry_run=dry_run),
                lock_timeout=world.options.lock_timeout,
            )
        if options.mode == "locked" and dry_run:
            refuse_outdated(locked, target, options)
    finally:
        engines.close()
    return SyncedProject(
        project=project,
        environment=environment,
        locked=locked,
        target=target,
        applied=applied,
        frozen=options.mode == "frozen",
    )


def _locked(
    target: LockTarget,
    engines: Engines,
    environment: Environment,
    python: ProjectPython,
    options: LockOptions,
    *,
    dry_run: bool,
) -> Locked:
    """Return a valid lock, and write it if that is allowed."""
    if options.mode == "frozen":
        return frozen(target, options)
    requires_python = effective_requires_python(python, environment.interpreter, engines.reporter)
    locked = lock(target, engines, environment.interpreter, requires_python, options)
    if options.mode == "locked" and not dry_run:
        refuse_outdated(locked, target, options)
    if options.mode == "write":
        commit(locked, target)
    return locked


def _warn_about_scripts(project: Project, lock: Lock, scope: ProjectScope, world: World) -> None:
    """Say why the commands of projects that are no packages are not installed."""
    roots = scope.target.roots(lock)
    for member in project.workspace.members.values():
        if member.name not in roots or not member.project.has_scripts:
            continue
        if member.manifest.is_package(require_build_system=True):
            continue
        world.reporter.warn(
            f"Skipping installation of entry points (`project.scripts`) for package `{member.name}` because this project is "
            "not packaged; to install entry points, set `tool.uv.package = true` or define a `build-system`"
        )


def _tell_environment(decision: ProjectEnvironmentDecision, world: World) -> None:
    from ultraviolet.python.request import user_path

    verb = {"use": "Would use", "create": "Would create", "replace": "Would replace"}[decision.action]
    world.reporter.note(f"{verb} project environment at: {user_path(decision.root, world.cwd)}")


def _tell_lockfile(locked: Locked, target: LockTarget, world: World) -> None:
    from ultraviolet.python.request import user_path

    created = "Would create" if locked.previous is None else "Would update"
    verb = created if locked.changed else "Found up-to-date"
    world.reporter.note(f"{verb} lockfile at: {user_path(target.path, world.cwd)}")

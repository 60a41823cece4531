"""What follows a change of a manifest: the interpreter or environment to work with, and a new lock."""

from __future__ import annotations

import msgspec

from ultraviolet.environment.locking import named_lock_path
from ultraviolet.environment.value import Environment
from ultraviolet.fs.locks import FileLock
from ultraviolet.lock.choices import ExtraChoice, GroupChoice
from ultraviolet.lock.model import Lock
from ultraviolet.operations.edited import Edited, EditedProject
from ultraviolet.operations.engines import Engines
from ultraviolet.operations.lock import (
    Locked,
    LockOptions,
    LockTarget,
    OutdatedLockfile,
    commit,
    lock,
    refuse_outdated,
)
from ultraviolet.operations.options import engine_options
from ultraviolet.operations.project import ProjectScope, default_groups, enabled_groups, install_target, python_choice
from ultraviolet.operations.project_environment import environment_path, find_project_interpreter
from ultraviolet.operations.project_lock import project_trees, target_of
from ultraviolet.operations.project_python import ProjectPython, effective_requires_python
from ultraviolet.operations.project_sync import environment_for, sync_options
from ultraviolet.operations.sync import sync
from ultraviolet.operations.world import World
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.python.request import user_path
from ultraviolet.settings.options import Settings
from ultraviolet.workspace.discovery import Project, find_project_root


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """What a manifest is locked with, and installed into."""

    interpreter: Interpreter
    python: ProjectPython
    environment: Environment | None = None
    """None: nothing is installed."""


def edit_lock(directory: str, world: World) -> FileLock:
    """Return the lock that keeps two processes from editing one manifest at a time.

    :param directory: where the search for the manifest begins, or the path of a script.
    """
    subject = f"{find_project_root(directory) or directory}:edit"
    path = named_lock_path(subject, world.temporary_directory)
    return FileLock(path, resource=user_path(directory, world.cwd), timeout=world.options.lock_timeout)


def project_site(settings: Settings, world: World, project: Project, groups: GroupChoice, *, install: bool) -> Site:
    """Return the environment of a project, made if need be; only an interpreter when nothing is installed."""
    choice = python_choice(settings)
    if install:
        environment, python, _ = environment_for(world, project, choice, groups)
        return Site(interpreter=environment.interpreter, python=python, environment=environment)
    environment_path(project.workspace, choice, world)  # for its warning
    interpreter, python = find_project_interpreter(
        project.workspace, settings.project_dir, choice, world, groups=enabled_groups(groups, project)
    )
    return Site(interpreter=interpreter, python=python)


def make_engines(settings: Settings, world: World, edited: Edited, target: LockTarget | None, site: Site) -> Engines:
    """Return engines that know a manifest as it is now."""
    options = engine_options(settings)
    if target is not None:
        options = msgspec.structs.replace(options, build_constraints=target.declared.build_constraints)
    return Engines(
        world,
        options,
        site.interpreter,
        trees=project_trees(settings, world, edited.project) if isinstance(edited, EditedProject) else None,
        shared_environment=site.environment,
    )


def lock_target(settings: Settings, world: World, edited: Edited) -> LockTarget:
    """Return what the lockfile of a manifest is made for."""
    if isinstance(edited, EditedProject):
        return target_of(settings, world, edited.project)
    from ultraviolet.operations.script_lock import script_target_of

    return script_target_of(edited.script, settings, world)


class Relocked(msgspec.Struct, frozen=True):
    """A lock, and the engines that made it, to be closed by the caller."""

    locked: Locked
    engines: Engines

    @property
    def lock(self) -> Lock:
        """The lock itself."""
        return self.locked.lock


def relock(settings: Settings, world: World, edited: Edited, site: Site, options: LockOptions) -> Relocked:
    """Lock a manifest as it is now, and write the lockfile unless the mode forbids it.

    :raises OutdatedLockfile: in mode ``locked``, the lockfile would change.
    """
    target = lock_target(settings, world, edited)
    engines = make_engines(settings, world, edited, target, site)
    try:
        requires_python = effective_requires_python(site.python, site.interpreter, world.reporter)
        locked = lock(target, engines, site.interpreter, requires_python, options)
        if options.mode == "locked":
            _refuse_outdated(locked, target, options)
        elif options.mode == "write":
            commit(locked, target)
    except BaseException:
        engines.close()
        raise
    return Relocked(locked, engines)


def lock_and_install(
    settings: Settings, world: World, edited: EditedProject, options: LockOptions, *, exact: bool
) -> None:
    """Lock a changed project and install it with its default groups, unless ``--no-sync`` was said.

    :param exact: remove what the lock does not name.
    :raises OutdatedLockfile: in mode ``locked``, the lockfile would change.
    """
    project = edited.project
    groups = GroupChoice(defaults=default_groups(project))  # type: ignore[arg-type] # a tuple, or the word `all`
    site = project_site(settings, world, project, groups, install=not settings.flag("--no-sync"))
    relocked = relock(settings, world, edited, site, options)
    try:
        if site.environment is not None:
            scope = ProjectScope(target=install_target(project), extras=ExtraChoice(), groups=groups)
            sync(
                relocked.lock,
                scope.target,
                site.environment,
                relocked.engines,
                sync_options(settings, scope, exact=exact),
                lock_timeout=world.options.lock_timeout,
            )
    finally:
        relocked.engines.close()


def _refuse_outdated(locked: Locked, target: LockTarget, options: LockOptions) -> None:
    try:
        refuse_outdated(locked, target, options)
    except OutdatedLockfile as error:
        # Only `lock` and `sync` treat this as an answer rather than a failure.
        error.exit_code = 2
        raise

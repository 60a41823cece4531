"""``uv lock`` on a project: everything between the settings and the lock."""

from __future__ import annotations

import msgspec

from ultraviolet.operations.early_python import look_up_project_early
from ultraviolet.operations.engines import Engines
from ultraviolet.operations.lock import (
    Locked,
    LockOptions,
    LockTarget,
    commit,
    frozen,
    lock,
    refuse_outdated,
    workspace_target,
)
from ultraviolet.operations.options import engine_options
from ultraviolet.operations.project import lock_options, lowering_changes, open_project, python_choice
from ultraviolet.operations.project_environment import find_project_interpreter
from ultraviolet.operations.project_python import effective_requires_python
from ultraviolet.operations.trees import ProjectTrees
from ultraviolet.workspace.discovery import Project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.lock.diff import Change
    from ultraviolet.operations.world import World
    from ultraviolet.python.interpreter import Interpreter
    from ultraviolet.settings.options import Settings
    from ultraviolet.standards.requires_python import RequiresPython


class ProjectLock(msgspec.Struct, frozen=True, kw_only=True):
    """A lock with what it was made for."""

    locked: Locked
    target: LockTarget
    options: LockOptions
    project: Project | None = None
    """None for a script."""
    environment: str | None = None
    """Root of the project's environment, if its interpreter was the one to lock with."""

    def changes(self) -> tuple[Change, ...]:
        """Return what differs from the lockfile before, by package name."""
        from ultraviolet.lock.diff import diff

        return diff(self.locked.previous, self.locked.lock) if self.locked.changed else ()


def project_trees(settings: Settings, world: World, project: Project) -> ProjectTrees:
    """Return the trees of a command, with the project known to them."""
    trees = ProjectTrees(environ=world.environ, cwd=world.cwd, **lowering_changes(settings))
    trees.adopt(project)
    return trees


def target_of(settings: Settings, world: World, project: Project) -> LockTarget:
    """Return what the lockfile of a project's workspace is made for."""
    target = workspace_target(
        project.workspace, environ=world.environ, cwd=world.cwd, changes=lowering_changes(settings)
    )
    remember_git_credentials(project, world)
    world.know_indexes(target.indexes, settings.resolver.index_locations)
    return target


def remember_git_credentials(project: Project, world: World) -> None:
    """Make the credentials in the URLs of repositories known, which lockfiles lack."""
    workspace = project.workspace
    for sources in (workspace.sources, *(member.manifest.uv.sources for member in workspace.members.values())):
        for entries in sources.values():
            for entry in entries:
                if entry.kind == "git" and "@" in entry.location:
                    world.git().remember_credentials(entry.location)


def lock_project(settings: Settings, world: World, *, dry_run: bool = False) -> ProjectLock:
    """Lock the project of a directory and write the lockfile, unless the mode forbids it.

    :raises OutdatedLockfile: in mode ``locked``, the lockfile would change.
    """
    project = open_project(settings, world)
    options = lock_options(settings, dry_run=dry_run)
    target = target_of(settings, world, project)
    if options.mode == "frozen":
        return ProjectLock(locked=frozen(target, options), target=target, options=options, project=project)
    look_up_project_early(world, project, lambda: engine_options(settings).index)
    interpreter, python = find_project_interpreter(
        project.workspace, settings.project_dir, python_choice(settings), world
    )
    requires_python = effective_requires_python(python, interpreter, world.reporter)
    locked = lock_with(settings, world, project, target, interpreter, requires_python, options)
    if options.mode == "locked":
        refuse_outdated(locked, target, options)
    elif options.mode == "write":
        commit(locked, target)
    return ProjectLock(
        locked=locked,
        target=target,
        options=options,
        project=project,
        environment=interpreter.prefix if interpreter.is_virtualenv else None,
    )


def lock_with(
    settings: Settings,
    world: World,
    project: Project,
    target: LockTarget,
    interpreter: Interpreter,
    requires_python: RequiresPython,
    options: LockOptions,
) -> Locked:
    """Lock with engines that are closed again."""
    engines = Engines(
        world,
        msgspec.structs.replace(engine_options(settings), build_constraints=target.declared.build_constraints),
        interpreter,
        trees=project_trees(settings, world, project),
    )
    try:
        return lock(target, engines, interpreter, requires_python, options)
    finally:
        engines.close()

"""Scripts with inline metadata (PEP 723) as things to lock and to sync: ``lock --script``, ``sync --script``, ``run``."""

from __future__ import annotations

import os
import time
from typing import Literal

import msgspec

from ultraviolet.build.options import ExtraBuildRequirement
from ultraviolet.environment.create import remove_environment
from ultraviolet.environment.locking import environment_lock
from ultraviolet.environment.site_packages import read_site_packages
from ultraviolet.environment.value import Environment
from ultraviolet.errors import UltravioletError
from ultraviolet.install.plan import Reinstall
from ultraviolet.install.satisfaction import SatisfactionOptions
from ultraviolet.lock.choices import Target
from ultraviolet.operations.apply import Applied, ApplyOptions, apply, build_record
from ultraviolet.operations.engines import Engines
from ultraviolet.operations.lock import Locked, LockOptions, LockTarget, commit, frozen, lock, refuse_outdated
from ultraviolet.operations.options import engine_options, malware_check, upgrade_choice
from ultraviolet.operations.project import (
    extra_choice,
    group_choice,
    lock_mode,
    lock_options,
    lowering_changes,
    refuse_install_contradictions,
)
from ultraviolet.operations.project_lock import ProjectLock
from ultraviolet.operations.project_python import ProjectPython, effective_requires_python
from ultraviolet.operations.project_sync import OutdatedEnvironment, apply_options
from ultraviolet.operations.satisfied import is_satisfied
from ultraviolet.operations.script_environment import (
    ScriptEnvironment,
    ScriptItem,
    find_script_python,
    get_script_environment,
)
from ultraviolet.operations.script_lock import (
    open_or_start_script,
    open_script,
    script_context,
    script_python,
    script_settings,
    script_target_of,
)
from ultraviolet.operations.selection import resolved_dists
from ultraviolet.operations.sync import SyncOptions, sync, target_facts
from ultraviolet.operations.trees import ProjectTrees
from ultraviolet.operations.wishes import Wishes, in_context, resolve_wishes, wishes_of_script
from ultraviolet.operations.world import World
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.python.request import user_path
from ultraviolet.resolver.errors import NoSolution
from ultraviolet.settings.options import Settings
from ultraviolet.settings.values import ResolverSettings
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.requirements import parse_requirement
from ultraviolet.workspace.lowering import LoweringContext, lower_standalone
from ultraviolet.workspace.scripts import Script


class MissingScriptLock(UltravioletError):
    """A lockfile of a script is required and not there."""


class SyncedScript(msgspec.Struct, frozen=True, kw_only=True):
    """What a sync of a script left behind."""

    environment: Environment
    locked: Locked | None = None
    """None when the script has no lockfile."""
    target: LockTarget
    applied: Applied
    action: Literal["use", "create", "replace"] = "use"
    """What was done to have the environment, or would be."""
    root: str = ""
    """Where the environment is, or would be."""
    path: str = ""
    """Of the script."""


def script_engines(
    settings: Settings,
    world: World,
    script: Script,
    target: LockTarget,
    interpreter: Interpreter,
    *,
    environment: Environment | None = None,
) -> Engines:
    """Return the engines for a script."""
    resolver = settings.resolver
    options = engine_options(settings)
    extra = extra_build_requirements(resolver, script_context(script, settings, world))
    return Engines(
        world,
        msgspec.structs.replace(
            options,
            build=msgspec.structs.replace(options.build, extra_requirements=extra),
            build_constraints=target.declared.build_constraints,
        ),
        interpreter,
        trees=ProjectTrees(environ=world.environ, cwd=world.cwd, **lowering_changes(settings)),
        shared_environment=environment,
    )


def extra_build_requirements(
    resolver: ResolverSettings, context: LoweringContext
) -> dict[PackageName, tuple[ExtraBuildRequirement, ...]]:
    """Return ``extra-build-dependencies`` with the sources of a script applied."""
    found: dict[PackageName, tuple[ExtraBuildRequirement, ...]] = {}
    for name, entries in resolver.extra_build_dependencies.items():
        lowered: list[ExtraBuildRequirement] = []
        for entry in entries:
            text, match = (
                (entry, False) if isinstance(entry, str) else (entry["requirement"], entry.get("match-runtime"))
            )
            lowered += [
                ExtraBuildRequirement(requirement, match_runtime=bool(match))
                for requirement in lower_standalone(parse_requirement(str(text)), context)
            ]
        found[PackageName(name)] = tuple(lowered)
    return found


def lock_script(settings: Settings, world: World, path: str, *, dry_run: bool = False) -> ProjectLock:
    """Lock the script at a path; one without metadata is locked as if it had an empty block.

    :raises OutdatedLockfile: in mode ``locked``, the lockfile would change.
    """
    script = open_or_start_script(path, settings, world)
    settings = script_settings(settings, script)
    options = lock_options(settings, dry_run=dry_run)
    if options.upgrade_groups:
        raise UltravioletError(
            f"PEP 723 scripts do not support dependency groups, but group `{options.upgrade_groups[0]}` was specified"
        )
    target = script_target_of(script, settings, world)
    if options.mode == "frozen":
        return ProjectLock(locked=frozen(target, options), target=target, options=options)
    found = find_script_python(ScriptItem(script=script), settings, world)
    interpreter = found.interpreter if isinstance(found, Environment) else found
    python = script_python(script, settings, world)
    engines = script_engines(settings, world, script, target, interpreter)
    try:
        locked = _locked(target, engines, interpreter, python, options)
    finally:
        engines.close()
    return ProjectLock(locked=locked, target=target, options=options)


def _locked(
    target: LockTarget,
    engines: Engines,
    interpreter: Interpreter,
    python: ProjectPython,
    options: LockOptions,
    *,
    dry_run: bool = False,
) -> Locked:
    """Lock, and write the lockfile if the mode allows it."""
    requires_python = effective_requires_python(python, interpreter, engines.reporter)
    locked = lock(target, engines, interpreter, requires_python, options)
    if options.mode == "locked" and not dry_run:
        refuse_outdated(locked, target, options)
    elif options.mode == "write":
        commit(locked, target)
    return locked


def sync_script(
    settings: Settings, world: World, path: str, *, dry_run: bool = False, check: bool = False
) -> SyncedScript:
    """Bring the environment of a script in line with its lockfile, or with the script itself when there is none.

    :param check: like a dry run, but fail if something would change.
    :raises OutdatedEnvironment: with ``check``, something would change.
    """
    refuse_install_contradictions(settings, script=True)
    script = open_script(path, world.cwd)
    settings = script_settings(settings, script)
    dry_run = dry_run or check
    item = ScriptItem(script=script)
    active = settings.arguments.switch("--active", "--no-active")  # type: ignore[attr-defined] # the command line's own type
    made = get_script_environment(item, settings, world, active=active, dry_run=dry_run)
    try:
        if settings.arguments.one("--output-format") != "json":
            _tell_environment(made, world, dry_run=dry_run)
        target = script_target_of(script, settings, world)
        exact = not settings.arguments.flag("--inexact")
        done: SyncedScript
        if os.path.isfile(target.path):
            done = sync_locked_script(
                settings,
                world,
                item,
                target,
                made.environment,
                exact=exact,
                dry_run=dry_run,
            )
        else:
            mode, flag = lock_mode(settings)
            if mode in ("frozen", "locked"):
                shown = user_path(script.path, world.cwd)
                flag = "--frozen" if mode == "frozen" else flag
                raise MissingScriptLock(
                    f"`uv sync {flag}` requires a script lockfile; run `uv lock --script {shown}` to lock the script"
                )
            done = SyncedScript(
                environment=made.environment,
                target=target,
                applied=install_script(settings, world, item, target, made.environment, exact=exact, dry_run=dry_run),
            )
        done = msgspec.structs.replace(done, action=made.action, root=made.root, path=script.path)
        if check and not done.applied.is_empty:
            raise OutdatedEnvironment(world, done)
        return done
    finally:
        if dry_run and made.action != "use":
            remove_environment(made.environment.root)


def _tell_environment(made: ScriptEnvironment, world: World, *, dry_run: bool) -> None:
    verbs = {"use": "Using", "create": "Creating", "replace": "Updating"}
    if dry_run:
        verbs = {"use": "Would use", "create": "Would create", "replace": "Would replace"}
    world.reporter.note(f"{verbs[made.action]} script environment at: {user_path(made.root, world.cwd)}")


def sync_locked_script(
    settings: Settings,
    world: World,
    item: ScriptItem,
    target: LockTarget,
    environment: Environment,
    *,
    exact: bool,
    dry_run: bool = False,
    context: str | None = None,
) -> SyncedScript:
    """Lock a script that has a lockfile, and install from it.

    :param context: whose dependencies these are, for the message when there is no solution.
    """
    options = lock_options(settings, dry_run=dry_run)
    engines = script_engines(settings, world, item.script, target, environment.interpreter, environment=environment)
    try:
        if options.mode == "frozen":
            locked = frozen(target, options)
        else:
            python = script_python(item.script, settings, world)
            try:
                locked = _locked(target, engines, environment.interpreter, python, options, dry_run=dry_run)
            except NoSolution as error:
                if context is not None:
                    raise in_context(error, context) from error.__cause__
                raise
        if dry_run and options.mode != "frozen" and settings.arguments.one("--output-format") != "json":
            verb = "Found up-to-date" if not locked.changed else "Would update"
            world.reporter.note(f"{verb} lockfile at: {user_path(target.path, world.cwd)}")
        applied = sync(
            locked.lock,
            Target(kind="script", root=target.root),
            environment,
            engines,
            SyncOptions(
                extras=extra_choice(settings),
                groups=group_choice(settings, ()),
                platform=settings.arguments.one("--python-platform"),
                apply=apply_options(settings, exact=exact, dry_run=dry_run),
                malware=malware_check(settings),
            ),
            lock_timeout=world.options.lock_timeout,
        )
        if options.mode == "locked" and dry_run:
            refuse_outdated(locked, target, options)
    finally:
        engines.close()
    return SyncedScript(environment=environment, locked=locked, target=target, applied=applied)


def install_script(
    settings: Settings,
    world: World,
    item: ScriptItem,
    target: LockTarget,
    environment: Environment,
    *,
    exact: bool,
    dry_run: bool = False,
    context: str | None = None,
) -> Applied:
    """Install what a script without a lockfile asks for; nothing is resolved when it is there already.

    :param context: whose dependencies these are, for the message when there is no solution.
    """
    wishes = wishes_of_script(item.script.metadata, script_context(item.script, settings, world))
    engines = script_engines(settings, world, item.script, target, environment.interpreter, environment=environment)
    try:
        return update_environment(wishes, environment, engines, settings, exact=exact, dry_run=dry_run, context=context)
    finally:
        engines.close()


def update_environment(
    wishes: Wishes,
    environment: Environment,
    engines: Engines,
    settings: Settings,
    *,
    exact: bool,
    dry_run: bool = False,
    context: str | None = None,
) -> Applied:
    """Make an environment hold what is asked for, keeping what is installed and fits."""
    resolver = settings.resolver
    world = engines.world
    started = time.monotonic()
    upgrade = upgrade_choice(resolver)
    reinstall = resolver.reinstall or frozenset(resolver.reinstall_package)
    platform = settings.arguments.one("--python-platform")
    with environment_lock(
        environment,
        cwd=world.cwd,
        temporary_directory=world.temporary_directory,
        timeout=world.options.lock_timeout,
    ):
        installed = read_site_packages(environment)
        markers, tags = target_facts(environment, platform, world.environ)
        if not exact and not upgrade and not reinstall and not installed.interrupted:
            options = satisfaction_options(engines, tags)
            if is_satisfied(wishes, installed, markers, options):
                return Applied()
        resolution = resolve_wishes(
            wishes,
            engines,
            environment,
            installed=installed,
            reinstall=reinstall,
            upgrade=upgrade,
            platform=platform,
            context=context,
        )
        dists = resolved_dists(resolution)
        names = {node.name for node in resolution.nodes}
        engines.reporter.phase("Resolved", len(names), time.monotonic() - started)
        kept = names - {dist.name for dist in dists}
        applied = apply(
            dists,
            environment,
            engines,
            ApplyOptions(
                exact=exact,
                reinstall=Reinstall(everything=resolver.reinstall, packages=frozenset(resolver.reinstall_package)),
                dry_run=dry_run,
                keep_installed=frozenset(map(PackageName, kept)),
                compile_everything=True,
            ),
            started=time.monotonic(),
            count=len(names),
        )
        for diagnostic in resolution.diagnostics:
            engines.reporter.warn(diagnostic)
    return applied


def satisfaction_options(engines: Engines, tags: object) -> SatisfactionOptions:
    """Return what makes an installed distribution good enough, as ``pip`` commands see it."""
    return SatisfactionOptions(
        tags=tags,  # type: ignore[arg-type] # Tags
        source_state=engines.trees.state,
        build_info=lambda name: build_record(engines, name),
    )

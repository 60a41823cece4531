"""``uv run``: everything up to the moment when the command can be started.

A script with inline metadata gets an environment of its own; else the project's is brought up to date; else any interpreter
will do. ``--with`` lays more packages over it. What comes out says which interpreter runs the command and what must be
removed when it has ended.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import RegistrySource
from ultraviolet.environment.create import VenvOptions, create_venv
from ultraviolet.environment.site_packages import read_site_packages
from ultraviolet.environment.value import Environment, environment_of
from ultraviolet.errors import UltravioletError
from ultraviolet.fs.trees import remove_tree
from ultraviolet.lock.model import Lock
from ultraviolet.operations.lock import OutdatedLockfile, read_lockfile
from ultraviolet.operations.project import (
    enabled_groups,
    extra_choice,
    group_choice,
    lock_mode,
    lock_options,
    open_project,
    project_scope,
    python_choice,
)
from ultraviolet.operations.project_python import ProjectPython, check_interpreter, project_python
from ultraviolet.operations.project_sync import SyncedProject, environment_for, lock_and_sync
from ultraviolet.operations.python_search import search_python
from ultraviolet.operations.reporter import InnerReporter
from ultraviolet.operations.script_environment import ScriptItem
from ultraviolet.operations.world import World
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.python.pins import find_pin_file, read_pin_file
from ultraviolet.python.request import parse_request
from ultraviolet.requirements.sources import Source
from ultraviolet.settings.options import Settings
from ultraviolet.workspace.discovery import Project
from ultraviolet.workspace.errors import MissingManifest, UnmanagedProject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.operations.scripts import SyncedScript

_FOR_SCRIPTS = "is a no-op for Python scripts with inline metadata, which always run in isolation"


class SummaryReporter(InnerReporter):
    """Says only what was uninstalled and installed: ``uv run`` should not stand between a command and its reader."""

    def note(self, text: str) -> None:
        """Pass on."""
        self._outer.note(text)

    def phase(self, verb: str, count: int, seconds: float, *, suffix: str = "") -> None:
        """Pass on what changed."""
        if verb in ("Uninstalled", "Installed"):
            self._outer.phase(verb, count, seconds, suffix=suffix)

    def compiled(self, files: int, seconds: float) -> None:
        """Pass on."""
        self._outer.compiled(files, seconds)


class Prepared:
    """Where a command can be started. Close it when the command has ended."""

    def __init__(self, base: Interpreter) -> None:
        self.base = base
        """Of the script's, the project's or any other environment."""
        self.interpreter = base
        """Runs the command."""
        self.scripts: list[str] = [base.scheme.scripts]
        """Directories for the ``PATH``, first ones first."""
        self.temporary: list[str] = []
        """Directories to be removed."""
        self.synced: SyncedProject | None = None
        """The project, if there is one and it was synced."""
        self.script: SyncedScript | None = None
        """The script with inline metadata that was made ready, if it is a local file."""
        self.reads_metadata = False
        """Whether the metadata of installed packages had a say."""
        self.stampable = True
        """Whether nothing but files that a stamp can name had a say."""
        self.lock: tuple[Lock, str] | None = None
        """The lockfile in force with its directory: versions that ``--with`` prefers."""

    @property
    def prefix(self) -> str | None:
        """Root of the virtual environment the command runs in; None for a system interpreter."""
        return self.interpreter.prefix if self.interpreter.is_virtualenv else None

    def close(self) -> None:
        """Remove what was made for this run only."""
        for directory in self.temporary:
            remove_tree(directory)
        self.temporary.clear()


def prepare_run(
    settings: Settings, world: World, *, item: ScriptItem | None, sources: Sequence[Source], stdin: object = None
) -> Prepared:
    """Make everything ready for a command.

    :param item: the script to run, if it has inline metadata.
    :param sources: what ``--with`` and its like ask for.
    :param stdin: a function that returns standard input, for ``--with-requirements -``.
    :raises UltravioletError: something cannot be resolved, built or installed, or there is no interpreter.
    """
    prepared: Prepared | None = None
    temporary: list[str] = []
    try:
        if item is not None:
            prepared = _prepare_script(settings, world, item, temporary)
            _warn_script_flags(settings, world)
        else:
            prepared = _prepare_project(settings, world, temporary, keep_lock=bool(sources))
        prepared.temporary = temporary
        if sources:
            _lay_over(settings, world, prepared, sources, stdin)
    except BaseException:
        for directory in temporary:
            remove_tree(directory)
        raise
    return prepared


@contextmanager
def outdated_is_an_error() -> Iterator[None]:
    """Fail with 2 over an outdated lockfile: 1 would look like the command's own answer."""
    try:
        yield
    except OutdatedLockfile as error:
        error.exit_code = 2
        raise


# -- scripts


def _prepare_script(settings: Settings, world: World, item: ScriptItem, temporary: list[str]) -> Prepared:
    from ultraviolet.operations.script_environment import find_script_python, get_script_environment
    from ultraviolet.operations.script_lock import script_target_of
    from ultraviolet.operations.scripts import SyncedScript, install_script, sync_locked_script

    active = settings.arguments.flag("--active")
    keep = settings.flag("--no-sync")
    exact = settings.arguments.flag("--exact")
    target = script_target_of(item.script, settings, world)
    if item.is_local and os.path.isfile(target.path):
        made = get_script_environment(item, settings, world, active=active, keep=keep)
        with outdated_is_an_error():
            done = sync_locked_script(settings, world, item, target, made.environment, exact=exact, context="script")
        prepared = Prepared(made.environment.interpreter)
        prepared.script = done
        if done.locked is not None:
            prepared.lock = (done.locked.lock, target.root)
        return prepared
    _refuse_missing_lock(settings, world)
    if item.script.metadata.dependencies is None:
        found = find_script_python(item, settings, world, active=active, keep=keep)
        interpreter = found.interpreter if isinstance(found, Environment) else found
        return Prepared(_temporary_environment(interpreter, world, temporary))
    made = get_script_environment(item, settings, world, active=active, keep=keep)
    applied = install_script(settings, world, item, target, made.environment, exact=exact, context="script")
    prepared = Prepared(made.environment.interpreter)
    if item.is_local:
        prepared.script = SyncedScript(environment=made.environment, target=target, applied=applied)
        declared = (target.requirements, target.declared.constraints, target.declared.overrides)
        prepared.stampable = all(_is_plain(requirement) for rows in declared for requirement in rows)
    return prepared


def _is_plain(requirement: object) -> bool:
    """Whether a requirement is met by any index, so that no file or URL can change its meaning."""
    if not isinstance(requirement, Requirement):
        return False
    return isinstance(requirement.source, RegistrySource) and requirement.source.index is None


def _refuse_missing_lock(settings: Settings, world: World) -> None:
    """Complain about ``--locked`` and ``--frozen`` on a script without a lockfile; of variables only warn."""
    mode, flag = lock_mode(settings)
    if mode not in ("locked", "frozen"):
        return
    if flag.startswith("--"):
        from ultraviolet.operations.scripts import MissingScriptLock

        raise MissingScriptLock(
            f"Unable to find lockfile for Python script, but `{flag}` was provided. To create a lockfile, run "
            "`uv lock --script`."
        )
    shown = "--frozen" if mode == "frozen" else flag
    world.reporter.warn(
        f"No lockfile found for Python script (ignoring `{shown}`); run `uv lock --script` to generate a lockfile"
    )


def _warn_script_flags(settings: Settings, world: World) -> None:
    arguments, warn = settings.arguments, world.reporter.warn
    if _extra_flags(settings):
        warn("Extras are not supported for Python scripts with inline metadata")
    for flag in _group_flags(settings):
        warn(f"`{flag}` is not supported for Python scripts with inline metadata")
    for flag in ("--all-packages", "--package"):
        if arguments.flag(flag):
            warn(f"`{flag}` {_FOR_SCRIPTS}")
    for flag in ("--no-sync", "--isolated"):
        if settings.flag(flag):
            warn(f"`{flag}` {_FOR_SCRIPTS}")


def _extra_flags(settings: Settings) -> list[str]:
    choice = extra_choice(settings)
    flags = ["--all-extras"] if choice.all else []
    return flags + _named("--extra", choice.names) + _named("--no-extra", choice.excluded)


def _group_flags(settings: Settings) -> list[str]:
    choice = group_choice(settings, ())
    flags = ["--all-groups"] if choice.all else []
    if choice.no_defaults:
        flags.append("--no-default-groups")
    if choice.dev is not None:
        flags.append({"include": "--dev", "exclude": "--no-dev", "only": "--only-dev"}[choice.dev])
    return (
        flags
        + _named("--group", choice.names)
        + _named("--only-group", choice.only)
        + _named("--no-group", choice.excluded)
    )


def _named(flag: str, names: tuple[str, ...]) -> list[str]:
    if len(names) == 1:
        return [f"{flag} {names[0]}"]
    return [flag] if names else []


# -- projects, and neither


def _prepare_project(settings: Settings, world: World, temporary: list[str], *, keep_lock: bool) -> Prepared:
    no_project = settings.arguments.flag("--no-project")
    project = None if no_project else _find_project(settings, world)
    if project is None:
        _warn_project_flags(
            settings, world, "when used alongside `--no-project`" if no_project else "when used outside of a project"
        )
        return _prepare_plain(settings, world, temporary)
    arguments = settings.arguments
    isolated, no_sync = settings.flag("--isolated"), settings.flag("--no-sync")
    scope = project_scope(settings, project, all_packages=arguments.flag("--all-packages"))
    choice = python_choice(settings)
    python: ProjectPython
    if isolated:
        groups = enabled_groups(scope.groups, project)
        python = project_python(project.workspace, settings.project_dir, choice, world, groups=groups)
        interpreter = search_python(world, python.request).interpreter
        check_interpreter(interpreter, python)
        environment = environment_of(_temporary_environment(interpreter, world, temporary))
    else:
        environment, python, _ = environment_for(
            world, project, choice, scope.groups, preserve=no_sync, tells_links=False
        )
    prepared = Prepared(environment.interpreter)
    if no_sync:
        if keep_lock and not isolated:
            prepared.lock = _existing_lock(project)
        return prepared
    options = lock_options(settings)
    if isolated and options.mode == "write":
        options = msgspec.structs.replace(options, mode="dry-run")
    with outdated_is_an_error():
        synced = lock_and_sync(
            settings,
            world,
            project,
            environment,
            python,
            options=options,
            scope=scope,
            exact=arguments.flag("--exact"),
        )
    prepared.synced = None if isolated else synced
    prepared.lock = (synced.locked.lock, project.workspace.root)
    return prepared


def _find_project(settings: Settings, world: World) -> Project | None:
    package = settings.arguments.one("--package")
    try:
        return open_project(settings, world, package=package)
    except (MissingManifest, UnmanagedProject):
        if package is not None:
            raise
        return None


def _existing_lock(project: Project) -> tuple[Lock, str] | None:
    root = project.workspace.root
    try:
        found = read_lockfile(os.path.join(root, "uv.lock"))
    except (UltravioletError, OSError):
        return None
    return (found[0], root) if found is not None else None


def _warn_project_flags(settings: Settings, world: World, where: str) -> None:
    """Say which flags count for nothing without a project."""
    flags = [*_extra_flags(settings), *_group_flags(settings)]
    mode, flag = lock_mode(settings)
    if mode == "locked":
        flags.append(flag)
    if mode == "frozen" and "--no-project" in where:
        flags.append("--frozen")
    if settings.flag("--no-sync"):
        flags.append("--no-sync")
    for name in flags:
        world.reporter.warn(f"`{name}` has no effect {where}")


def _prepare_plain(settings: Settings, world: World, temporary: list[str]) -> Prepared:
    choice = python_choice(settings)
    request = None
    if choice.request is not None:
        request = parse_request(choice.request, world.cwd)
    elif not choice.no_config:
        path = find_pin_file(settings.project_dir, user_directory=choice.user_directory)
        pins = read_pin_file(path, world.cwd) if path is not None else None
        if pins is not None:
            for warning in pins.warnings():
                world.reporter.warn(warning)
            request = pins.request
    interpreter = search_python(world, request).interpreter
    if settings.flag("--isolated"):
        interpreter = _temporary_environment(interpreter, world, temporary)
    return Prepared(interpreter)


def _temporary_environment(interpreter: Interpreter, world: World, temporary: list[str]) -> Interpreter:
    directory = world.cache.new_directory("builds")
    temporary.append(directory)
    return create_venv(directory, interpreter, VenvOptions(on_existing="replace"), cwd=world.cwd).interpreter


# -- `--with`


def _lay_over(settings: Settings, world: World, prepared: Prepared, sources: Sequence[Source], stdin: object) -> None:
    """Put what was asked for on top of the environment, unless that has it already."""
    from ultraviolet.operations.engines import Engines
    from ultraviolet.operations.options import engine_options, url_context, with_torch
    from ultraviolet.operations.overlay import (
        base_interpreter,
        cached_environment,
        installed_preferences,
        locked_build_constraints,
        locked_preferences,
        overlay_environment,
    )
    from ultraviolet.operations.pip_request import fetcher
    from ultraviolet.operations.satisfied import is_satisfied
    from ultraviolet.operations.scripts import satisfaction_options
    from ultraviolet.operations.wishes import warn_about_ignored_options, wishes_of_sources
    from ultraviolet.requirements.specification import ReadContext, read_specification

    urls = url_context(settings)
    fetch = None if settings.globals.offline else fetcher(world)
    specification = read_specification(sources, ReadContext(urls=urls, fetch=fetch, stdin=stdin))  # type: ignore[arg-type] # a function
    for warning in specification.warnings:
        world.reporter.warn(warning)
    wishes = wishes_of_sources(specification, urls)
    below = prepared.base
    installed = read_site_packages(environment_of(below))
    interpreter = base_interpreter(below, world)
    options = with_torch(engine_options(settings), settings, settings.resolver.torch_backend)
    if prepared.lock is not None:
        options = msgspec.structs.replace(options, build_constraints=locked_build_constraints(*prepared.lock))
    engines = Engines(world, options, interpreter)
    try:
        resolver = settings.resolver
        if not (resolver.reinstall or resolver.reinstall_package) and is_satisfied(
            wishes, installed, below.marker_environment, satisfaction_options(engines, below.tags())
        ):
            world.reporter.debug("Base environment satisfies requirements")
            prepared.reads_metadata = True
            prepared.stampable = prepared.stampable and all(map(_is_plain, wishes.requirements))
            return
        warn_about_ignored_options(specification, resolver, world.reporter)
        preferences = (
            locked_preferences(*prepared.lock) if prepared.lock is not None else installed_preferences(installed)
        )
        requirements = cached_environment(
            wishes,
            engines,
            interpreter,
            preferences=preferences,
            platform=settings.arguments.one("--python-platform"),
        )
    finally:
        engines.close()
    directory = world.cache.new_directory("builds")
    prepared.temporary.append(directory)
    overlay = overlay_environment(directory, requirements, below, world)
    prepared.interpreter = overlay.interpreter
    prepared.scripts = [overlay.scheme.scripts, requirements.scheme.scripts, *prepared.scripts]


def available_commands(interpreter: Interpreter) -> list[str]:
    """Return the names of the programs in an environment, sorted, without what only activates it."""
    try:
        entries = list(os.scandir(interpreter.scheme.scripts))
    except FileNotFoundError:
        return []
    names = []
    for entry in entries:
        if not entry.is_file() or not os.access(entry.path, os.X_OK):
            continue
        name = entry.name.removesuffix(".exe") if os.name == "nt" else entry.name
        if not name.startswith(("activate", "deactivate")):
            names.append(name)
    return sorted(names)

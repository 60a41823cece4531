"""``uv add``: requirements are written into a manifest, which is then locked and installed.

The order is uv's: the manifest is written, locked, given the bounds that the lock suggests, and locked again. When anything of
that fails, or is interrupted, manifest and lockfile get back the bytes they had.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

import msgspec

from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import DirectorySource, GitSource
from ultraviolet.distributions.urls import url_to_path
from ultraviolet.environment.value import Environment
from ultraviolet.errors import UltravioletError
from ultraviolet.install.plan import Reinstall
from ultraviolet.lock.choices import ExtraChoice, GroupChoice
from ultraviolet.lock.model import Lock
from ultraviolet.operations.add_request import AddRequest, is_below, read_requirements
from ultraviolet.operations.apply import ApplyOptions
from ultraviolet.operations.edited import Edited, EditedProject, EditedScript
from ultraviolet.operations.lock import LockOptions, commit
from ultraviolet.operations.project import (
    ProjectScope,
    default_groups,
    install_filter,
    install_target,
    lock_options,
    open_project,
)
from ultraviolet.operations.project_sync import sync_options
from ultraviolet.operations.relock import Relocked, Site, edit_lock, lock_target, make_engines, project_site, relock
from ultraviolet.operations.snapshots import Snapshot, rewrite
from ultraviolet.operations.sync import sync
from ultraviolet.operations.world import World
from ultraviolet.pubgrub import Derivation
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.python.request import user_path
from ultraviolet.requirements.arguments import UnnamedRequirement
from ultraviolet.settings.options import Settings
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version, parse_version
from ultraviolet.workspace.additions import (
    Addition,
    AddOptions,
    add_requirements,
    apply_bounds,
    augment,
    augment_git,
    check_self_dependencies,
)
from ultraviolet.workspace.discovery import Project
from ultraviolet.workspace.editing import ManifestEditor

Stdin = Callable[[], str]

_FROZEN_HINT = (
    "If you want to add the package regardless of the failed resolution, provide the `--frozen` flag to skip locking "
    "and syncing"
)


def add_to_project(settings: Settings, world: World, request: AddRequest, *, stdin: Stdin | None = None) -> None:
    """Add requirements to the project of a directory, or to the member that was named.

    :raises UltravioletError: the manifest is as it was before.
    """
    _prefetch(settings, world, request)
    with edit_lock(settings.project_dir, world):
        project = open_project(settings, world, package=request.package)
        _check_list(project, request)
        groups = _groups(request, project)
        options = lock_options(settings)
        stays_out = options.mode == "frozen" or settings.flag("--no-sync")
        site = project_site(settings, world, project, groups, install=not stays_out)
        work = _Work(settings, world, request, site, options)
        work.read(EditedProject(project), stdin)
        if request.target.kind == "production":
            check_self_dependencies(work.requirements, project.name)
        root = project.workspace.root
        paths = (os.path.join(root, "pyproject.toml"), project.manifest_path, os.path.join(root, "uv.lock"))
        snapshot = Snapshot(dict.fromkeys(paths))
        try:
            work.edit(work.with_members(project))
            if options.mode != "frozen":
                work.lock()
                if site.environment is not None:
                    work.install(site.environment, groups)
        except BaseException as error:
            if work.modified:
                snapshot.restore()
            work.explain(error)
            raise
        finally:
            work.close()


def add_to_script(
    settings: Settings, world: World, request: AddRequest, path: str, *, stdin: Stdin | None = None
) -> None:
    """Add requirements to the metadata of a script, which it gets if it has none.

    Only a lockfile that exists is brought up to date; nothing is installed.

    :raises UltravioletError: the script is as it was before.
    """
    from ultraviolet.operations.script_lock import (
        open_or_start_script,
        script_interpreter,
        script_settings,
        warn_about_project_flags,
    )

    _prefetch(settings, world, request)
    warn_about_project_flags(settings, world, lock_options(settings))
    script = open_or_start_script(path, settings, world)
    settings = script_settings(settings, script)
    interpreter, python = script_interpreter(script, settings, world)
    with edit_lock(script.path, world):
        options = lock_options(settings, dry_run=not os.path.isfile(script.path + ".lock"))
        work = _Work(settings, world, request, Site(interpreter=interpreter, python=python), options)
        edited = EditedScript(script)
        work.read(edited, stdin)
        snapshot = Snapshot((script.path, script.path + ".lock"))
        try:
            work.edit(edited)
            if options.mode != "frozen":
                work.lock()
        except BaseException as error:
            if work.modified:
                snapshot.restore()
            work.explain(error)
            raise
        finally:
            work.close()


def _prefetch(settings: Settings, world: World, request: AddRequest) -> None:
    """Start to look up what will be asked for, while the project and its environment are found."""
    index = settings.resolver.index_options(offline=settings.globals.offline)
    pinned = bool(settings.arguments.many("--index"))
    if not pinned and not request.raw:
        client = world.index(index)
        for name in request.registry_names():
            client.prefetch(name, None)


def _check_list(project: Project, request: AddRequest) -> None:
    """Refuse production dependencies of a root that is no project."""
    if project.name is None and request.target.kind in {"production", "extra"}:
        kind = "production" if request.target.kind == "production" else "optional"
        raise UltravioletError(
            f"Project is missing a `[project]` table; add a `[project]` table to use {kind} dependencies, or run "
            "`uv add --dev` instead"
        )


def _groups(request: AddRequest, project: Project) -> GroupChoice:
    """Return the groups that are installed after an addition to a list."""
    defaults = default_groups(project)
    if request.target.kind == "group":
        if request.dev:
            return GroupChoice(dev="include", defaults=defaults)  # type: ignore[arg-type] # a tuple, or the word `all`
        return GroupChoice(names=(request.target.name,), defaults=defaults)  # type: ignore[arg-type] # the same
    return GroupChoice(dev="exclude", defaults=defaults)  # type: ignore[arg-type] # the same


class _Work:
    """One addition, step by step."""

    def __init__(self, settings: Settings, world: World, request: AddRequest, site: Site, options: LockOptions) -> None:
        self.settings = settings
        self.world = world
        self.request = request
        self.site = site
        self.options = options
        self.requirements: list[Requirement] = []
        self.modified = False
        """Whether a manifest was written."""
        self._additions: list[Addition] = []
        self._editor: ManifestEditor | None = None
        self._edited: Edited | None = None
        self._relocked: Relocked | None = None

    # Reading

    def read(self, edited: Edited, stdin: Stdin | None) -> None:
        """Read the requirements that were given, and find out the names of those without."""
        request = self.request
        given = read_requirements(self.settings, self.world, request, stdin=stdin)
        self.options = msgspec.structs.replace(self.options, constraints=given.constraints)
        named = [requirement for requirement in given.requirements if isinstance(requirement, Requirement)]
        if len(named) < len(given.requirements):
            from ultraviolet.operations.pip_inputs import name_requirements

            engines = make_engines(self.settings, self.world, edited, None, self.site)
            try:
                named = name_requirements([self._at_reference(entry) for entry in given.requirements], engines)
            finally:
                engines.close()
        for requirement in named:
            if isinstance(requirement.source, GitSource):
                # They are not written down.
                self.world.git().remember_credentials(requirement.source.repository)
        self.requirements = [
            augment(
                requirement,
                rev=request.rev,
                tag=request.tag,
                branch=request.branch,
                lfs=request.lfs,
                marker=request.marker,
            )
            for requirement in named
        ]

    def _at_reference(self, entry: Requirement | UnnamedRequirement) -> Requirement | UnnamedRequirement:
        """Return a requirement without name at the reference that was asked for, where its name is looked for."""
        request, source = self.request, entry.source
        if isinstance(entry, Requirement) or not isinstance(source, GitSource):
            return entry
        at = augment_git(source, rev=request.rev, tag=request.tag, branch=request.branch, lfs=request.lfs)
        return msgspec.structs.replace(entry, source=at)

    # Editing

    def with_members(self, project: Project) -> EditedProject:
        """Make the directories among the requirements members of the workspace, where they are to be."""
        workspace = project.workspace
        joining = [
            requirement.source.path
            for requirement in self.requirements
            if isinstance(requirement.source, DirectorySource)
            and self._joins(requirement.source.path, workspace.root)
            and not workspace.includes(requirement.source.path)
        ]
        if not joining:
            return EditedProject(project)
        editor = ManifestEditor(workspace.manifest.text)
        for path in joining:
            relative = os.path.relpath(path, workspace.root) if is_below(path, workspace.root) else path
            editor.add_member("" if relative == "." else relative)
            self.world.reporter.note(f"Added `{user_path(relative, self.world.cwd)}` to workspace members")
        self.modified = True
        rewrite(os.path.join(workspace.root, "pyproject.toml"), editor.text().encode())
        return EditedProject(_reopened(project, self.world))

    def _joins(self, path: str, root: str) -> bool:
        if self.request.workspace is not None:
            return self.request.workspace
        return is_below(path, root)

    def edit(self, edited: Edited) -> None:
        """Write the requirements, their sources and their indexes into the manifest."""
        request = self.request
        given = self._given_indexes()
        members: Iterable[PackageName] = ()
        if isinstance(edited, EditedProject):
            members = edited.project.workspace.members
        editor = edited.editor()
        self._additions = add_requirements(
            editor,
            self.requirements,
            AddOptions(
                target=request.target,
                dev=request.dev,
                raw=request.raw,
                rev=request.rev,
                tag=request.tag,
                branch=request.branch,
                lfs=request.lfs,
                lfs_from_environment=request.lfs_from_environment,
                extras=request.extras,
                index=given[0].name if len(given) == 1 else None,
                editable=request.editable,
                not_editable=request.not_editable,
                root=edited.root,
                members=frozenset(members),
                sources=edited.sources,
            ),
        )
        usable = [index for index in given if self._is_usable(index)]
        if not request.raw:
            usable.sort(key=lambda index: index.default)
            for index in reversed(usable):
                editor.add_index(index, edited.root)
        self._editor = editor
        text = editor.text()
        before, self.modified = self.modified, True  # whatever interrupts the writing
        self.modified = edited.write(text) or before
        self._edited = edited if self.options.mode == "frozen" else edited.updated(text)

    def _given_indexes(self) -> list[IndexLocation]:
        """Return the indexes of ``--default-index`` and ``--index``, by priority; they stand in front of all others."""
        arguments = self.settings.arguments
        count = sum(len(str(text).split()) for text in arguments.many("--index"))
        if arguments.one("--default-index"):
            count += 1
        return list(self.settings.resolver.index_locations.indexes[:count])

    def _is_usable(self, index: IndexLocation) -> bool:
        """Whether an index is worth writing down: a directory must exist, and hold something."""
        if not index.url.startswith("file:"):
            return True
        path = url_to_path(index.url)
        if not os.path.isdir(path):
            raise UltravioletError(f"Directory not found for index: {index.url}")
        if not os.listdir(path):
            self.world.reporter.warn(f"Index directory `{index.url}` is empty, skipping")
            return False
        return True

    # Locking

    def lock(self) -> None:
        """Lock, write the bounds that new entries lack, and lock again if there were any."""
        request = self.request
        first = self.options
        if first.mode == "write" and not request.raw and any(_lacks_bounds(addition) for addition in self._additions):
            first = msgspec.structs.replace(first, mode="dry-run")  # the lockfile is written once
        relocked = self._lock_once(first)
        if request.raw:
            return
        assert self._editor is not None
        assert self._edited is not None
        lowest = _lowest_versions(relocked.lock)
        changed, notes = apply_bounds(self._editor, self._additions, lowest, request.bounds)
        for note in notes:
            self.world.reporter.note(f"note: {note}")
        if not changed:
            if first is not self.options:
                self._lock_once(msgspec.structs.replace(self.options, quiet=True))
            return
        text = self._editor.text()
        self._edited.write(text)
        self._edited = self._edited.updated(text)
        options = msgspec.structs.replace(self.options, constraints=(), quiet=True)
        if self.options.mode == "locked" or not self._restate(relocked, lowest, options):
            self._lock_once(options)

    def _lock_once(self, options: LockOptions) -> Relocked:
        assert self._edited is not None
        self.close()
        self._relocked = relock(self.settings, self.world, self._edited, self.site, options)
        return self._relocked

    def _restate(self, relocked: Relocked, lowest: Mapping[PackageName, Version], options: LockOptions) -> bool:
        """Exchange what the lock says about the manifest, if that is all that a second resolution would do."""
        from ultraviolet.operations.restate import restate

        edited = self._edited
        if not isinstance(edited, EditedProject):
            return False
        target = lock_target(self.settings, self.world, edited)
        engines = make_engines(self.settings, self.world, edited, target, self.site)
        bounded = {
            addition.requirement.name: lowest[addition.requirement.name]
            for addition in self._additions
            if _lacks_bounds(addition) and addition.requirement.name in lowest
        }
        restated = restate(relocked.locked, target, engines.trees, options, bounded)
        if restated is None:
            return False
        commit(restated, target)
        self.close()
        self._relocked = Relocked(restated, engines)
        return True

    # Installing

    def install(self, environment: Environment, groups: GroupChoice) -> None:
        """Bring an environment in line with the lock; what else is installed stays."""
        assert isinstance(self._edited, EditedProject)
        assert self._relocked is not None
        target = self.request.target
        scope = ProjectScope(
            target=install_target(self._edited.project),
            extras=ExtraChoice(names=(target.name,) if target.kind == "extra" else ()),
            groups=groups,
            filter=install_filter(self.settings),
        )
        options = sync_options(self.settings, scope, exact=False)
        sync(
            self._relocked.lock,
            scope.target,
            environment,
            self._relocked.engines,
            msgspec.structs.replace(options, apply=self._with_given_trees(options.apply)),
            lock_timeout=self.world.options.lock_timeout,
        )

    def _with_given_trees(self, options: ApplyOptions) -> ApplyOptions:
        """Source trees named on the command line are installed anew."""
        given, set_up = self.request.reinstalled(), options.reinstall
        reinstall = Reinstall(
            everything=set_up.everything,
            packages=set_up.packages | given.packages,
            paths=set_up.paths | given.paths,
        )
        return msgspec.structs.replace(options, reinstall=reinstall)

    # Failing

    def explain(self, error: BaseException) -> None:
        """Add what helps with an addition that failed."""
        if not isinstance(error, UltravioletError) or not error.is_diagnostic:
            return
        hints: list[str] = []
        module = _standard_module(error, self._additions, self.site.interpreter)
        if module is not None:
            hints.append(
                f"The module `{module}` is included in the Python standard library and usually should not be added as a "
                "dependency"
            )
        append_hints(error, (*hints, _FROZEN_HINT))

    def close(self) -> None:
        """End what runs in the background."""
        if self._relocked is not None:
            self._relocked.engines.close()
            self._relocked = None


def append_hints(error: UltravioletError, hints: tuple[str, ...]) -> None:
    """Add hints behind all that an error and its causes have."""
    last: BaseException = error
    while isinstance(last.__cause__, UltravioletError):
        last = last.__cause__
    assert isinstance(last, UltravioletError)
    last.hints = (*last.hints, *hints)


def _reopened(project: Project, world: World) -> Project:
    from ultraviolet.workspace.discovery import DiscoveryOptions, discover_project

    return discover_project(project.root, DiscoveryOptions(cache_root=world.cache.root, cwd=world.cwd))


def _lacks_bounds(addition: Addition) -> bool:
    """Whether an entry is new and asks for any version of an index."""
    if not addition.edit.added or (addition.source is not None and addition.source.kind != "index"):
        return False
    return addition.requirement.url is None and not addition.requirement.specifiers


def _lowest_versions(lock: Lock) -> dict[PackageName, Version]:
    lowest: dict[PackageName, Version] = {}
    for package in lock.packages:
        if package.version is None:
            continue
        name, version = PackageName(package.name), parse_version(package.version)
        if name not in lowest or version.key < lowest[name].key:
            lowest[name] = version
    return lowest


def _standard_module(
    error: UltravioletError, additions: Iterable[Addition], interpreter: Interpreter
) -> PackageName | None:
    """Return the addition that made a resolution fail and is part of Python itself."""
    from ultraviolet.resolver.errors import NoSolution

    if not isinstance(error, NoSolution):
        return None
    from ultraviolet.standards.stdlib_modules import is_standard_module

    minor = interpreter.release[1]
    for addition in additions:
        name = addition.requirement.name
        if addition.source is not None and addition.source.kind != "index":
            continue
        if is_standard_module(minor, name) and name in _packages(error.derivation):
            return name
    return None


def _packages(derivation: Derivation) -> set[str]:
    """Return the names of the packages that a derivation speaks of."""
    from ultraviolet.pubgrub import Leaf

    found: set[str] = set()
    seen: set[int] = set()
    stack = [derivation]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Leaf):
            for package in (node.package, node.dependency):
                name = getattr(package, "name", None)
                if name is not None:
                    found.add(name)
        else:
            stack += (node.first, node.second)
    return found

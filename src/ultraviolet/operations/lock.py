"""``uv lock``: is the lockfile still right, and if not, make it again.

The same steps serve a workspace and a script: what differs is a :class:`LockTarget`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from ultraviolet.distributions.direct_urls import UrlContext
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import DirectorySource
from ultraviolet.errors import UltravioletError
from ultraviolet.lock.errors import LockError, LockParseError, UnsupportedLockVersion
from ultraviolet.lock.model import Lock, ScopedExclude, ScopeRow, StaticMetadata
from ultraviolet.lock.model import Manifest as LockManifest
from ultraviolet.lock.model import Options as LockedOptions
from ultraviolet.lock.preferences import UnknownGroup, UpgradeChoice, reusable
from ultraviolet.lock.reader import parse_lock
from ultraviolet.lock.satisfies import Expectation, Outcome, satisfies
from ultraviolet.operations.present_declarations import PresentDeclarations
from ultraviolet.standards.conflicts import Conflicts
from ultraviolet.standards.markers import Marker
from ultraviolet.standards.names import ExtraName, PackageName
from ultraviolet.standards.requirements import Pep508Requirement
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.versions import parse_version
from ultraviolet.workspace.discovery import Workspace
from ultraviolet.workspace.lowering import LoweringContext, context_of, lower
from ultraviolet.workspace.manifest import UvTable
from ultraviolet.workspace.metadata import lower_groups
from ultraviolet.workspace.scoped import ScopedDependencies

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.distributions.resolution import Resolution, ResolvedNode
    from ultraviolet.lock.declared_rows import Adjust
    from ultraviolet.operations.engines import Engines
    from ultraviolet.python.interpreter import Interpreter
    from ultraviolet.resolver.manifest import ScopedExclusion, ScopedOverride
    from ultraviolet.standards.versions import Version


Mode = Literal["write", "locked", "frozen", "dry-run"]


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """Limits, replacements and environments that ``[tool.uv]`` declares, sources applied."""

    constraints: tuple[Requirement, ...] = ()
    overrides: tuple[Requirement, ...] = ()
    scoped_overrides: tuple[tuple[ScopedDependencies, tuple[Requirement, ...]], ...] = ()
    excludes: tuple[PackageName, ...] = ()
    scoped_excludes: tuple[ScopedDependencies, ...] = ()
    build_constraints: tuple[Requirement, ...] = ()
    environments: tuple[Marker, ...] = ()
    required_environments: tuple[Marker, ...] = ()


class LockTarget(msgspec.Struct, frozen=True, kw_only=True):
    """What a lockfile is made for: the requirements, and everything declared about them."""

    root: str
    """Absolute directory that paths in the lockfile are relative to."""
    path: str
    """Absolute path of the lockfile."""
    name: str
    """How messages call the lockfile: ``uv.lock``, ``script.py.lock``."""
    members: tuple[str, ...] = ()
    """For the manifest of the lockfile; empty for a single project and for scripts."""
    sources: dict[PackageName, DirectorySource] = {}
    """How each member is installed."""
    inputs: tuple[Requirement, ...] = ()
    """What the resolver starts from, in its order: members with all extras, their groups, then loose requirements."""
    requirements: tuple[Requirement, ...] = ()
    """Loose requirements (scripts)."""
    groups: dict[str, tuple[Requirement, ...]] = {}
    """Groups of a root that is no project."""
    declared: Declared
    """What ``[tool.uv]`` of the root says."""
    conflicts: Conflicts = Conflicts()
    indexes: tuple[IndexLocation, ...] = ()
    """Declared beside the requirements."""
    known_groups: frozenset[str] = frozenset()
    """Dependency groups of the root and of all members."""


class LockOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to lock."""

    mode: Mode = "write"
    flag: str = "--locked"
    """What the user said to get mode ``locked`` or ``frozen``, for messages."""
    upgrade: UpgradeChoice = UpgradeChoice()
    upgrade_groups: tuple[str, ...] = ()
    """``--upgrade-group``: looked up in the lockfile."""
    upgrade_constraints: tuple[Requirement, ...] = ()
    """From ``--upgrade-package name==1``."""
    constraints: tuple[Requirement, ...] = ()
    """Of this run only (``uv add -c``)."""
    refresh: bool = False
    check_layout: bool = False
    """Refuse a lockfile that is laid out in another way in mode ``locked`` (preview ``lockfile-format-check``)."""
    renew_layout: bool = False
    """Count another layout as a change (the same with ``--refresh``)."""
    recorded: LockedOptions = LockedOptions()
    """The resolver's options as the lockfile records them."""
    dependency_metadata: tuple[StaticMetadata, ...] = ()
    """``tool.uv.dependency-metadata``, which the lockfile records."""
    configured_indexes: tuple[IndexLocation, ...] | None = None
    """All configured indexes and find-links; None when there are none."""
    find_links: tuple[IndexLocation, ...] = ()
    """Those of ``--find-links`` alone, which must be there."""
    hash_algorithms: dict[str, str] = {}
    """Required algorithm by public URL of the index."""
    hash_algorithms_are_experimental: bool = True
    """Whether to warn where an index requires an algorithm."""
    conflicts_are_experimental: bool = True
    """Whether to warn where packages are declared to conflict."""
    without_metadata: bool = False
    """Leave the declarations of packages out (preview ``lock-without-metadata``)."""
    quiet: bool = False
    """Do not tell of the resolution (the second one of ``uv add``)."""


class Locked(msgspec.Struct, frozen=True, kw_only=True):
    """The lock in force, and how it came to be."""

    lock: Lock
    previous: Lock | None = None
    changed: bool = False
    """Whether it differs from the file there was."""
    text: str | None = None
    """Its text, when it was made anew and may be written."""
    seconds: float = 0.0

    def written(self, path: str) -> dict[str, bytes] | None:
        """Return the lockfile's new content by its path, as stamps take it; None if it stayed as it was."""
        return {path: self.text.encode()} if self.changed and self.text is not None else None


class MissingLockfile(UltravioletError):
    """``--locked`` or ``--frozen`` without a lockfile."""


class OutdatedLockfile(UltravioletError):
    """The lockfile does not answer what is asked, and may not be changed."""


def workspace_target(
    workspace: Workspace, *, environ: Mapping[str, str], cwd: str, changes: Mapping[str, Any]
) -> LockTarget:
    """Return what the lockfile of a workspace is made for.

    :param changes: fields of the lowering context (``no_sources``, command-line indexes).
    :raises UltravioletError: declarations of the root make no sense.
    """
    uv = workspace.manifest.uv
    root_member = next((member for member in workspace.members.values() if member.root == workspace.root), None)
    arguments: dict[str, Any] = {"urls": UrlContext(base=workspace.root, environ=environ, cwd=cwd), **changes}
    context = context_of(workspace, root_member, **arguments)
    members = workspace.member_sources()
    inputs: list[Requirement] = []
    for name, member in workspace.members.items():
        extras = tuple(sorted(member.project.optional_dependencies or ()))
        inputs.append(Requirement(name=name, source=members[name], extras=tuple(map(ExtraName, extras))))
    inputs += workspace.group_requirements()
    groups: dict[str, tuple[Requirement, ...]] = {}
    if workspace.is_non_project:
        lowered = lower_groups(workspace, None, context_of(workspace, None, **arguments), cwd=cwd)
        groups = {str(name): rows for name, rows in lowered.items()}
        for rows in lowered.values():
            inputs += rows
    single = len(workspace.members) == 1 and not workspace.is_non_project
    return LockTarget(
        root=workspace.root,
        path=os.path.join(workspace.root, "uv.lock"),
        name="uv.lock",
        members=() if single else tuple(workspace.members),
        sources=members,
        inputs=tuple(inputs),
        groups=groups,
        declared=_declarations(uv, context),
        conflicts=_conflicts(workspace),
        indexes=(
            *uv.indexes,
            *(index for member in workspace.members.values() for index in member.manifest.uv.indexes),
        ),
        known_groups=frozenset(
            str(name)
            for manifest in (workspace.manifest, *(member.manifest for member in workspace.members.values()))
            for name in manifest.group_names()
        ),
    )


def _conflicts(workspace: Workspace) -> Conflicts:
    """Return the declared conflicts, and those that follow from groups of the root that include others."""
    conflicts = workspace.conflicts()
    manifest = workspace.manifest
    if conflicts and manifest.project is not None and manifest.groups is not None:
        from ultraviolet.standards.dependency_groups import GroupInclude

        includes = {
            str(name): [str(entry.name) for entry in entries if isinstance(entry, GroupInclude)]
            for name, entries in manifest.groups.items()
        }
        return conflicts.with_transitive_groups(manifest.project.name, includes)
    return conflicts


def script_target(
    path: str, uv: UvTable, requirements: tuple[Requirement, ...], context: LoweringContext
) -> LockTarget:
    """Return what the lockfile of a script is made for; scripts cannot declare environments."""
    declared = msgspec.structs.replace(_declarations(uv, context), environments=(), required_environments=())
    return LockTarget(
        root=os.path.dirname(path),
        path=path + ".lock",
        name=os.path.basename(path) + ".lock",
        inputs=requirements,
        requirements=requirements,
        declared=declared,
        indexes=uv.indexes,
    )


def _declarations(uv: UvTable, context: LoweringContext) -> Declared:
    def lowered(items: Iterable[Pep508Requirement]) -> tuple[Requirement, ...]:
        return tuple(row for item in items for row in lower(item, context))

    scoped = [item for item in uv.override_dependencies if isinstance(item, ScopedDependencies)]
    return Declared(
        constraints=lowered(uv.constraint_dependencies),
        overrides=lowered(item for item in uv.override_dependencies if not isinstance(item, ScopedDependencies)),
        scoped_overrides=tuple((item, lowered(item.requirements)) for item in scoped),
        excludes=tuple(item for item in uv.exclude_dependencies if not isinstance(item, ScopedDependencies)),
        scoped_excludes=tuple(item for item in uv.exclude_dependencies if isinstance(item, ScopedDependencies)),
        build_constraints=lowered(uv.build_constraint_dependencies),
        environments=uv.environments or (),
        required_environments=uv.required_environments or (),
    )


def read_lockfile(path: str) -> tuple[Lock, str] | None:
    """Return a lockfile and its text; None when there is none.

    :raises LockParseError: it is malformed.
    """
    try:
        with open(path, encoding="utf-8", newline="") as stream:
            text = stream.read()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise LockParseError(f"Failed to parse `{os.path.basename(path)}`") from error
    return parse_lock(text), text


def lock(
    target: LockTarget,
    engines: Engines | Callable[[], Engines],
    interpreter: Interpreter,
    requires_python: RequiresPython,
    options: LockOptions,
) -> Locked:
    """Return a lock that answers the target, re-using as much of the present one as still holds.

    Nothing is written. With ``engines`` a function, they are made only if they are needed.

    :raises OutdatedLockfile: in mode ``locked``, the lockfile would change.
    :raises MissingLockfile: in mode ``locked``, there is none.
    """
    started = time.monotonic()
    made = [] if callable(engines) else [engines]

    def get_engines() -> Engines:
        if not made:
            made.append(engines())  # type: ignore[operator]  # not Engines, hence the function
        return made[0]

    _warn_experimental_conflicts(target, options, get_engines)
    _check_upgrade_groups(target, options)
    _check_find_links(options)
    check_environments(target, requires_python)
    found = _read_existing(target, options, get_engines)
    if found is None and options.mode == "locked":
        raise MissingLockfile(
            f"Unable to find lockfile at `{target.name}`, but `{options.flag}` was provided. To create a lockfile, run "
            "`uv lock` or `uv sync` without the flag."
        )
    previous, previous_text = found if found is not None else (None, None)
    if options.check_layout and options.mode == "locked" and previous_text is not None:
        _refuse_layout(previous_text, target, options)
    if options.upgrade_groups and previous is not None:
        options = _with_upgrade_groups(options, previous)
    outcome: Outcome | None = None
    manifest = lock_manifest(target, options)
    if previous is not None:
        _warn_experimental_hashes((package.source.location for package in previous.packages), options, get_engines)
        outcome = _check(previous, target, manifest, get_engines, interpreter, requires_python, options)
        reporter = get_engines().reporter
        if outcome is not None and outcome.is_satisfied:
            if not options.quiet:
                reporter.phase("Resolved", len(previous.packages), time.monotonic() - started)
            return Locked(lock=previous, previous=previous, seconds=time.monotonic() - started)
        if outcome is not None:
            _tell(outcome, get_engines())
    resolution = _resolve(previous, outcome, target, get_engines(), interpreter, requires_python, options)
    if not options.quiet:
        count = sum(node.extra is None and node.group is None for node in resolution.nodes)
        get_engines().reporter.phase("Resolved", count, time.monotonic() - started)
    _warn_experimental_hashes(_indexes_of(resolution), options, get_engines)
    fresh = _written_down(resolution, target, manifest, options)
    from ultraviolet.operations.selection import late_diagnostics

    for diagnostic in late_diagnostics(resolution):
        get_engines().reporter.warn(diagnostic)
    seconds = time.monotonic() - started
    from ultraviolet.lock.canonical import same_lock
    from ultraviolet.lock.writer import write_lock

    if previous is not None and (
        write_lock(fresh) == previous_text if options.renew_layout else same_lock(fresh, previous, previous_text)
    ):
        return Locked(lock=previous, previous=previous, seconds=seconds)
    text = write_lock(fresh) if options.mode == "write" else None
    return Locked(lock=fresh, previous=previous, changed=True, text=text, seconds=seconds)


def _refuse_layout(text: str, target: LockTarget, options: LockOptions) -> None:
    from ultraviolet.lock.layout import first_misplaced_line

    line = first_misplaced_line(text)
    if line is not None:
        raise OutdatedLockfile(
            f"The lockfile at `{target.name}` has non-canonical formatting at line {line}, but `{options.flag}` was "
            "provided.",
            hints=("To regenerate the lockfile, run `uv lock --refresh --preview-features lockfile-format-check`.",),
            exit_code=1,
        )


def _warn_experimental_conflicts(target: LockTarget, options: LockOptions, engines: Callable[[], Engines]) -> None:
    if not options.conflicts_are_experimental:
        return
    if any(item.kind == "project" for conflict in target.conflicts for item in conflict):
        engines().reporter.warn(
            "Declaring conflicts for packages (`package = ...`) is experimental and may change without warning. Pass "
            "`--preview-features package-conflicts` to disable this warning."
        )


def _warn_experimental_hashes(places: Iterable[str], options: LockOptions, engines: Callable[[], Engines]) -> None:
    """Warn once if an index among these places requires an algorithm."""
    if not options.hash_algorithms_are_experimental or not options.hash_algorithms:
        return
    if any(place in options.hash_algorithms for place in places):
        engines().reporter.warn(
            "Setting `hash-algorithm` on configured indexes is experimental and may change without warning. Pass "
            "`--preview-features index-hash-algorithm` to disable this warning."
        )


def _indexes_of(resolution: Resolution) -> Iterator[str]:
    """Yield the URLs of the indexes that a resolution takes packages from."""
    from ultraviolet.distributions.dist import RegistryDist

    for node in resolution.nodes:
        if isinstance(node.dist, RegistryDist):
            yield (node.index or node.dist.index).public_url


def _check_find_links(options: LockOptions) -> None:
    """Refuse directories that are not there, even when nothing is looked up in them."""
    from ultraviolet.distributions.urls import url_to_path

    for index in options.find_links:
        if index.url.startswith("file:"):
            path = url_to_path(index.url)
            if not os.path.exists(path):
                cause = UltravioletError("No such file or directory (os error 2)")
                raise UltravioletError(f"Failed to read `--find-links` directory: {path}") from cause


def _check_upgrade_groups(target: LockTarget, options: LockOptions) -> None:
    for group in options.upgrade_groups:
        if group not in target.known_groups:
            whose = "any project's" if len(target.members) > 1 else "the project's"
            raise UnknownGroup(f"Group `{group}` is not defined in {whose} `dependency-groups` table")


def _with_upgrade_groups(options: LockOptions, previous: Lock) -> LockOptions:
    from ultraviolet.lock.preferences import upgrade_group_names

    names = set(options.upgrade.packages)
    for group in options.upgrade_groups:
        try:
            names |= upgrade_group_names(previous, group)
        except UnknownGroup:
            continue  # it is new, and so is what it requires
    upgrade = UpgradeChoice(all=options.upgrade.all, packages=frozenset(names))
    return msgspec.structs.replace(options, upgrade=upgrade)


def commit(locked: Locked, target: LockTarget) -> None:
    """Write a lock that changed."""
    if locked.changed and locked.text is not None:
        from ultraviolet.fs.atomic import write_text

        write_text(target.path, locked.text)


def refuse_outdated(locked: Locked, target: LockTarget, options: LockOptions) -> None:  # noqa: ARG001 - see below
    """In mode ``locked``: fail if the lockfile would change; uv names ``uv.lock`` for scripts, too."""
    if locked.changed:
        raise OutdatedLockfile(
            f"The lockfile at `uv.lock` needs to be updated, but `{options.flag}` was provided.",
            hints=("To update the lockfile, run `uv lock`.",),
            exit_code=1,
        )


def frozen(target: LockTarget, options: LockOptions) -> Locked:
    """Return the lockfile as it is (``--frozen``)."""
    found = read_lockfile(target.path)
    if found is None:
        raise MissingLockfile(
            f"Unable to find lockfile at `{target.name}`, but `{options.flag}` was provided. To create a lockfile, run "
            "`uv lock` or `uv sync` without the flag."
        )
    existing, _ = found
    known = {package.name for package in existing.packages}
    for name in target.sources:
        if name not in known:
            raise OutdatedLockfile(
                f"The lockfile at `{target.name}` needs to be updated, but `{options.flag}` was provided: Missing workspace "
                f"member `{name}`.",
                hints=("To update the lockfile, run `uv lock`.",),
            )
    return Locked(lock=existing, previous=existing)


# -- the steps


def check_environments(target: LockTarget, requires_python: RequiresPython) -> None:
    """Refuse environments that overlap each other or lie outside ``requires-python``."""
    for position, left in enumerate(target.declared.environments):
        for right in target.declared.environments[position + 1 :]:
            if not left.is_disjoint(right):
                rest = (right & ~left).to_string()
                raise UltravioletError(
                    "Supported environments must be disjoint, but the following markers overlap: "
                    f"`{left.to_string()}` and `{right.to_string()}`",
                    hints=(f"replace `{right.to_string()}` with `{rest}`",),
                )
    python = requires_python.to_marker()
    for marker in target.declared.environments:
        if marker.is_disjoint(python):
            raise UltravioletError(
                f"Environment markers `{marker.to_string()}` don't overlap with Python requirement "
                f"`{requires_python.specifiers.text(', ')}`"
            )


def _read_existing(target: LockTarget, options: LockOptions, engines: Callable[[], Engines]) -> tuple[Lock, str] | None:
    try:
        return read_lockfile(target.path)
    except (LockParseError, UnsupportedLockVersion):
        raise
    except LockError as error:
        if options.mode == "locked":
            raise
        engines().reporter.warn(f"Failed to read existing lockfile; ignoring locked requirements: {error}")
        return None


def lock_manifest(target: LockTarget, options: LockOptions) -> LockManifest:
    """Return what the lockfile of a target says was asked for."""
    from ultraviolet.lock.from_resolution import ScopedRequirements, make_manifest

    overrides: list[Requirement | ScopedRequirements] = list(target.declared.overrides)
    for scope, rows in target.declared.scoped_overrides:
        version = str(scope.version) if scope.version is not None else None
        overrides.append(ScopedRequirements(scope.package, version, rows))
    excludes: list[str | ScopedExclude] = list(target.declared.excludes)
    for item in target.declared.scoped_excludes:
        version = str(item.version) if item.version is not None else None
        excludes.append(ScopedExclude(ScopeRow(item.package, version), tuple(item.names)))
    return make_manifest(
        target.root,
        members=target.members,
        requirements=target.requirements,
        constraints=target.declared.constraints,
        overrides=overrides,
        excludes=excludes,
        build_constraints=target.declared.build_constraints,
        dependency_groups={name: rows for name, rows in target.groups.items() if rows},
        dependency_metadata=options.dependency_metadata,
    )


def _check(
    previous: Lock,
    target: LockTarget,
    manifest: LockManifest,
    engines: Callable[[], Engines],
    interpreter: Interpreter,
    requires_python: RequiresPython,
    options: LockOptions,
) -> Outcome | None:
    """Return what the present lockfile is good for; None when even asking failed."""
    upgrade = options.upgrade
    indexes = options.configured_indexes
    if target.indexes:
        indexes = (*(indexes or ()), *target.indexes)
    expectation = Expectation(
        root=target.root,
        options=options.recorded,
        requires_python=requires_python,
        manifest=manifest,
        members=target.sources,
        supported_environments=target.declared.environments,
        required_environments=target.declared.required_environments,
        conflicts=target.conflicts,
        indexes=indexes,
        upgrade="all" if upgrade.all else "none" if upgrade.is_none else "some",
        hash_algorithms=options.hash_algorithms,
        refresh=options.refresh,
        environment=interpreter.marker_environment,
        offline=engines().world.options.http.offline,
        adjust=_adjustment(target) if options.without_metadata and previous.may_omit_metadata else None,
    )
    return satisfies(previous, expectation, PresentDeclarations(engines, target.root))


def _adjustment(target: LockTarget) -> Adjust:
    """Return what applies the overrides and exclusions of a target."""
    from ultraviolet.resolver.manifest import Excludes, Overrides

    overrides = Overrides(target.declared.overrides, _scoped_overrides(target))
    excludes = Excludes(frozenset(target.declared.excludes), _scoped_excludes(target))

    def adjust(
        requirements: Iterable[Requirement], scope: tuple[PackageName, Version] | None, *, group: bool = False
    ) -> list[Requirement]:
        applied = overrides.apply(requirements, None if group else scope)
        return [requirement for requirement in applied if not excludes.contains(requirement.name, scope)]

    return adjust


def _scoped_overrides(target: LockTarget) -> tuple[ScopedOverride, ...]:
    from ultraviolet.resolver.manifest import ScopedOverride

    return tuple(
        ScopedOverride(package=scope.package, version=scope.version, dependencies=rows)
        for scope, rows in target.declared.scoped_overrides
    )


def _scoped_excludes(target: LockTarget) -> tuple[ScopedExclusion, ...]:
    from ultraviolet.resolver.manifest import ScopedExclusion

    return tuple(
        ScopedExclusion(package=item.package, version=item.version, dependencies=frozenset(item.names))
        for item in target.declared.scoped_excludes
    )


def _tell(outcome: Outcome, engines: Engines) -> None:
    if outcome.level == "debug":
        engines.reporter.debug(outcome.message)
    elif outcome.level == "warn":
        engines.reporter.warn(outcome.message)
    else:
        engines.reporter.note(outcome.message)


def _with_archive_hashes(resolution: Resolution, engines: Engines) -> Resolution:
    """Archives at URLs and paths are locked with their digests, which only the archives themselves tell."""
    from ultraviolet.distributions.dist import DirectDist

    if not any(isinstance(node.dist, DirectDist) for node in resolution.nodes):
        return resolution
    return msgspec.structs.replace(
        resolution, nodes=tuple(_with_hashes_of_archive(node, engines) for node in resolution.nodes)
    )


def _with_hashes_of_archive(node: ResolvedNode, engines: Engines) -> ResolvedNode:
    from ultraviolet.distributions.dist import DirectDist

    if not isinstance(node.dist, DirectDist) or node.hashes or node.dist.hashes:
        return node
    hashes = engines.preparer.archive_hashes(msgspec.structs.replace(node.dist, version=node.version))
    return msgspec.structs.replace(node, hashes=hashes) if hashes else node


def _with_dynamic_extras(target: LockTarget, engines: Engines) -> tuple[Requirement, ...]:
    """Return the inputs with all extras of members, those that only a build can name included."""
    found = []
    for requirement in target.inputs:
        extras = requirement.extras
        if requirement.name in target.sources and not requirement.groups:
            extras = tuple(sorted({*extras, *_dynamic_extras(requirement, engines)}))
        found.append(
            requirement if extras == requirement.extras else msgspec.structs.replace(requirement, extras=extras)
        )
    return tuple(found)


def _dynamic_extras(requirement: Requirement, engines: Engines) -> tuple[ExtraName, ...]:
    """Return the extras of a member whose manifest leaves some of its metadata to the backend."""
    from ultraviolet.distributions.dist import DirectDist

    source = requirement.source
    if not isinstance(source, DirectorySource):
        return ()
    try:
        if engines.trees.static_metadata(source.path) is not None:
            return ()
        metadata = engines.preparer.metadata(DirectDist(name=requirement.name, source=source)).metadata
    except UltravioletError:
        return ()  # the resolver will meet it again, and knows how to tell
    return metadata.provides_extra if metadata is not None else ()


def _resolve(
    previous: Lock | None,
    outcome: Outcome | None,
    target: LockTarget,
    engines: Engines,
    interpreter: Interpreter,
    requires_python: RequiresPython,
    options: LockOptions,
) -> Resolution:
    from ultraviolet.operations.selection import tell_early
    from ultraviolet.resolver.environment import PythonRequirement, ResolverEnvironment
    from ultraviolet.resolver.manifest import Manifest, Preference

    preferences: list[Preference] = []
    forks: tuple[Marker, ...] = ()
    if previous is not None and outcome is not None and outcome.kind != "unusable":
        reuse = reusable(previous, target.root, options.upgrade, with_forks=outcome.kind == "preferable")
        forks = tuple(fork.marker for fork in reuse.forks)
        if reuse.commits:
            engines.world.git().remember(reuse.commits)
        preferences = [
            Preference(
                name=version.name,
                version=version.version,
                source="lock",
                fork_markers=version.fork_markers,
                index=version.index if version.index is not None else "implicit",
            )
            for version in reuse.versions
        ]
    if not forks:
        forks = target.declared.environments
    members = frozenset(target.sources)
    asked = Manifest(
        requirements=_with_dynamic_extras(target, engines),
        constraints=(*target.declared.constraints, *options.constraints, *options.upgrade_constraints),
        overrides=target.declared.overrides,
        scoped_overrides=_scoped_overrides(target),
        excludes=frozenset(target.declared.excludes),
        scoped_excludes=_scoped_excludes(target),
        preferences=tuple(preferences),
        workspace_members=members,
        conflicts=target.conflicts,
        upgrade=options.upgrade.all or frozenset(map(PackageName, options.upgrade.packages)),
    )
    python = PythonRequirement.from_requires_python(parse_version(interpreter.version), requires_python)
    resolution = engines.resolve(
        asked,
        ResolverEnvironment.universal(python, interpreter.marker_environment, forks),
        options=msgspec.structs.replace(
            engines.options.resolver,
            environments=target.declared.environments,
            required_environments=target.declared.required_environments,
        ),
    )
    tell_early(resolution, engines.reporter)
    return _with_archive_hashes(resolution, engines)


def _written_down(resolution: Resolution, target: LockTarget, manifest: LockManifest, options: LockOptions) -> Lock:
    """Return the lock of a resolution."""
    from ultraviolet.lock.from_resolution import LockRequest, lock_from_resolution

    return lock_from_resolution(
        resolution,
        LockRequest(
            root=target.root,
            manifest=manifest,
            options=options.recorded,
            supported_environments=target.declared.environments,
            required_environments=target.declared.required_environments,
            conflicts=target.conflicts,
            hash_algorithms=options.hash_algorithms,
            without_metadata=options.without_metadata,
        ),
    )

"""What one environment needs from a lock: a walk from the chosen projects along the rows whose markers hold."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import combinations
from typing import Literal

import msgspec
from msgspec.structs import replace

from ultraviolet.distributions.dist import DirectDist, Dist
from ultraviolet.distributions.source import DirectorySource
from ultraviolet.lock._checks import find_target
from ultraviolet.lock.choices import NO_FILTER, ExtraChoice, GroupChoice, InstallFilter, Target, editable_override
from ultraviolet.lock.dists import ANYTHING_GOES, BuildRules, all_hashes, package_dist
from ultraviolet.lock.errors import LockError
from ultraviolet.lock.forks import forks_union, parse_environments, parse_forks
from ultraviolet.lock.model import Dependency, Lock, Package, RequirementRow
from ultraviolet.lock.requirements import conflict_item
from ultraviolet.standards.conflicts import ConflictItem
from ultraviolet.standards.markers import TRUE, Marker, MarkerEnvironment, parse_marker
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.tags import Tags

EdgeKind = Literal["production", "extra", "group"]


class IncompatibleLock(LockError):
    """The lock was not made for this Python or this platform."""


class SelectOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to turn a selection into distributions."""

    rules: BuildRules = ANYTHING_GOES
    filter: InstallFilter = NO_FILTER
    editable: bool | None = None
    """Installs all source trees as editable (``--editable``), or none (``--no-editable``)."""
    not_editable: frozenset[str] = frozenset()
    """Packages of ``--no-editable-package``."""


class SelectedNode(msgspec.Struct, frozen=True, kw_only=True):
    """A package that was reached."""

    package: Package
    dist: Dist | None
    """What to install; None for what a filter leaves out."""
    hashes: tuple[str, ...]
    """Any of these digests is right; empty when none is known."""

    @property
    def installed(self) -> bool:
        """Whether the package is part of the environment."""
        return self.dist is not None and self.package.source.kind != "virtual"


class SelectedEdge(msgspec.Struct, frozen=True):
    """A dependency between nodes, by position; source -1 is the target itself."""

    source: int
    target: int
    kind: EdgeKind
    name: str | None = None
    """Of the extra or group."""


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a lock that one environment needs, in the order it was reached."""

    nodes: tuple[SelectedNode, ...]
    edges: tuple[SelectedEdge, ...]
    omitted: tuple[tuple[str, str], ...] = ()
    """(package, option) for what was left out, for the log."""

    def to_install(self) -> tuple[tuple[Dist, tuple[str, ...]], ...]:
        """Return the distributions to install, each with its accepted digests."""
        return tuple((node.dist, node.hashes) for node in self.nodes if node.dist is not None and node.installed)


def check_python(lock: Lock, environment: MarkerEnvironment) -> None:
    """Check that a lock was made for a Python.

    :raises IncompatibleLock: it was not.
    """
    from ultraviolet.standards.versions import parse_version

    requires_python = RequiresPython.from_text(lock.requires_python)
    version = parse_version(environment.python_full_version)
    if not requires_python.contains(version):
        raise IncompatibleLock(
            f"The current Python version ({version}) is not compatible with the locked Python requirement: "
            f"`{requires_python.text()}`"
        )


def check_environment(lock: Lock, environment: MarkerEnvironment) -> None:
    """Check that a lock was made for a Python and a platform.

    :raises IncompatibleLock: it was not.
    """
    check_python(lock, environment)
    if not lock.supported_markers:
        return
    supported = parse_environments(lock.supported_markers, RequiresPython.from_text(lock.requires_python))
    if not any(marker.evaluate(environment) for marker in supported):
        texts = ", ".join(f"`{text}`" for text in lock.supported_markers)
        raise IncompatibleLock(
            f"The current Python platform is not compatible with the lockfile's supported environments: {texts}"
        )


def select(
    lock: Lock,
    target: Target,
    *,
    environment: MarkerEnvironment,
    tags: Tags,
    extras: ExtraChoice | None = None,
    groups: GroupChoice | None = None,
    options: SelectOptions | None = None,
) -> Selection:
    """Return what an environment needs of a lock.

    :raises LockError: a project is not locked, extras conflict, or a package cannot be installed here.
    """
    walk = _Walk(
        lock,
        target,
        environment=environment,
        tags=tags,
        extras=extras or ExtraChoice(),
        groups=groups or GroupChoice(),
        options=options or SelectOptions(),
    )
    return walk.run()


class _Walk:
    """The state of one selection."""

    def __init__(
        self,
        lock: Lock,
        target: Target,
        *,
        environment: MarkerEnvironment,
        tags: Tags,
        extras: ExtraChoice,
        groups: GroupChoice,
        options: SelectOptions,
    ) -> None:
        self.lock = lock
        self.target = target
        self.environment = environment
        self.tags = tags
        self.extras = extras
        self.groups = groups
        self.options = options
        self.by_name = lock.by_name()
        self.members = frozenset(lock.manifest.members)
        self.project = target.project_name(lock)
        self.packages: list[Package] = []
        self.installed: list[bool] = []
        self.positions: dict[int, int] = {}
        """Position by identity of the package object."""
        self.edges: list[SelectedEdge] = []
        self.queue: deque[tuple[Package, str | None]] = deque()
        self.seen: set[tuple[int, str | None]] = set()
        self.active: dict[ConflictItem, None] = {}
        self.reachable: dict[tuple[int, str | None], Marker] = {}
        self.verdicts: dict[str, bool] = {}
        self.omitted: list[tuple[str, str]] = []
        requires_python = RequiresPython.from_text(lock.requires_python)
        forks = parse_forks(lock.resolution_markers, requires_python)
        self.requires_python = requires_python
        self.inside = forks_union(forks, requires_python).evaluate(environment)
        """Whether the environment is one that the lock covers; row markers take it for granted."""

    def run(self) -> Selection:
        roots = [self._root(name) for name in self.target.roots(self.lock)]
        group_root = self.target.group_root(self.lock, self.groups)
        if self.lock.conflicts:
            self._activate(roots, group_root)
        self._start(roots, group_root)
        self._start_manifest()
        if self.lock.conflicts:
            self._find_extras()
        self._follow()
        nodes = tuple(
            self._node(package, installed) for package, installed in zip(self.packages, self.installed, strict=True)
        )
        return Selection(nodes=nodes, edges=tuple(self.edges), omitted=tuple(self.omitted))

    # Markers

    def _holds(self, text: str, more: Iterable[ConflictItem] = ()) -> bool:
        """Whether the marker of a row holds with the items that are active now."""
        if not text:
            return self.inside
        more = tuple(more)
        if more or text not in self.verdicts:
            active = [item.encoded for item in (*self.active, *more)]
            verdict = self.inside and parse_marker(text).evaluate(self.environment, active)
            if more:
                return verdict
            self.verdicts[text] = verdict
        return self.verdicts[text]

    def _activate_item(self, item: ConflictItem) -> None:
        self.active[item] = None
        self.verdicts.clear()

    def _new_extras(self, row: Dependency) -> list[ConflictItem]:
        items = [ConflictItem(PackageName(row.name), "extra", extra) for extra in row.extra]
        return [item for item in items if item not in self.active]

    # Roots

    def _root(self, name: str) -> Package:
        found = self.by_name.get(name, [])
        if len(found) > 1:
            raise LockError(f"Found multiple packages matching `{name}`")
        if not found:
            raise LockError(f"Could not find root package `{name}`")
        return found[0]

    def _activate(self, roots: list[Package], group_root: Package | None) -> None:
        for package in roots:
            if self.groups.production:
                self._activate_item(ConflictItem(PackageName(package.name), "project"))
                for extra in package.optional_dependencies:
                    if self.extras.contains(extra):
                        self._activate_item(ConflictItem(PackageName(package.name), "extra", extra))
        for package in (*roots, *([] if group_root is None else [group_root])):
            for group in package.dev_dependencies:
                if self.target.includes_group(self.lock, package.name, group, self.groups):
                    self._activate_item(ConflictItem(PackageName(package.name), "group", group))

    def _start(self, roots: list[Package], group_root: Package | None) -> None:
        started: list[tuple[Package, bool]] = [(package, True) for package in roots]
        if group_root is not None:
            started.append((group_root, False))
        for package, is_root in started:
            position = self._add(package, install=is_root and self.groups.production)
            self.edges.append(SelectedEdge(-1, position, "production"))
        for package, is_root in started:
            if is_root and self.groups.production:
                self._reach(package, None, TRUE)
                self.queue.append((package, None))
                for extra in package.optional_dependencies:
                    if self.extras.contains(extra):
                        self._reach(package, extra, TRUE)
                        self.queue.append((package, extra))
            for group, rows in package.dev_dependencies.items():
                if self.target.includes_group(self.lock, package.name, group, self.groups):
                    for row in rows:
                        self._start_row(package, group, row)

    def _start_row(self, package: Package, group: str, row: Dependency) -> None:
        new = self._new_extras(row)
        if not self._holds(row.marker, new):
            return
        target = self._target(row)
        position = self.positions.get(id(target))
        if position is None:
            position = self._add(target, install=True)
        elif not self.groups.production or not self.installed[position]:
            # A member that ``--only-group`` leaves out comes back when a group asks for it.
            self.installed[position] = self._is_included(target)
        self.edges.append(SelectedEdge(self.positions[id(package)], position, "group", group))
        for item in new:
            self._activate_item(item)
        marker = parse_marker(row.marker) if row.marker else TRUE
        self._enqueue(target, row.extra, marker)

    def _start_manifest(self) -> None:
        manifest = self.lock.manifest
        for row in manifest.requirements:
            target = self._requirement_target(row)
            if target is None:
                continue
            position = self._add(target, install=self.groups.production)
            self.edges.append(SelectedEdge(-1, position, "production"))
            self._enqueue(target, row.extras, TRUE)
        for group, rows in manifest.dependency_groups.items():
            if not self.target.includes_group(self.lock, None, group, self.groups):
                continue
            for row in rows:
                target = self._requirement_target(row)
                if target is None:
                    continue
                position = self.positions.get(id(target), -1)
                if position < 0:
                    position = self._add(target, install=True)
                elif not self.groups.production:
                    self.installed[position] = self._is_included(target)
                self.edges.append(SelectedEdge(-1, position, "group", group))
                for extra in row.extras:
                    self._activate_item(ConflictItem(PackageName(target.name), "extra", extra))
                self._enqueue(target, row.extras, TRUE)

    def _requirement_target(self, row: RequirementRow) -> Package | None:
        if row.marker and not parse_marker(row.marker).evaluate(self.environment):
            return None
        found = [package for package in self.by_name.get(row.name, []) if self._is_in_fork(package)]
        if len(found) > 1:
            raise LockError(f"Found multiple packages matching `{row.name}`")
        if not found:
            raise LockError(f"Could not find root package `{row.name}`")
        return found[0]

    def _is_in_fork(self, package: Package) -> bool:
        if not package.resolution_markers:
            return True
        forks = parse_forks(package.resolution_markers, self.requires_python)
        return any(fork.evaluate(self.environment) for fork in forks)

    # Nodes and rows

    def _add(self, package: Package, *, install: bool) -> int:
        position = self.positions.get(id(package))
        included = install and self._is_included(package)
        if position is None:
            position = self.positions[id(package)] = len(self.packages)
            self.packages.append(package)
            self.installed.append(included)
        elif included:
            self.installed[position] = True
        return position

    def _is_included(self, package: Package) -> bool:
        option = self.options.filter.omitted_by(package, self.project, self.members)
        if option is not None and (package.name, option) not in self.omitted:
            self.omitted.append((package.name, option))
        return option is None

    def _target(self, row: Dependency) -> Package:
        target = find_target(row, self.by_name.get(row.name, []))
        if target is None:
            raise LockError(f"Could not find root package `{row.name}`")
        return target

    def _enqueue(self, package: Package, extras: Iterable[str], marker: Marker) -> None:
        for extra in (None, *extras):
            self._reach(package, extra, marker)
            if (id(package), extra) not in self.seen:
                self.seen.add((id(package), extra))
                self.queue.append((package, extra))

    def _reach(self, package: Package, extra: str | None, marker: Marker) -> bool:
        """Note another condition under which a package is reached; whether that is news."""
        key = (id(package), extra)
        known = self.reachable.get(key)
        combined = marker if known is None else known | marker
        self.reachable[key] = combined
        return combined is not known

    def _rows(self, package: Package, extra: str | None) -> tuple[Dependency, ...]:
        return package.dependencies if extra is None else package.optional_dependencies.get(extra, ())

    def _find_extras(self) -> None:
        """Find all extras that get activated on the way, which decide about the rows of conflicting packages."""
        queue = deque(self.queue)
        while queue:
            package, extra = queue.popleft()
            above = self.reachable.get((id(package), extra))
            if above is None:
                continue
            for row in self._rows(package, extra):
                marker = above & (parse_marker(row.marker) if row.marker else TRUE)
                new = self._new_extras(row)
                active = [item.encoded for item in (*self.active, *new)]
                if not (self.inside and marker.evaluate(self.environment, active)):
                    continue
                for item in new:
                    self._activate_item(item)
                target = self._target(row)
                for name in (None, *row.extra):
                    if self._reach(target, name, marker):
                        queue.append((target, name))
        enabled = sorted((item for item in self.active if item.kind == "extra"), key=lambda item: item.sort_key)
        for rows in self.lock.conflicts:
            items = {conflict_item(row) for row in rows}
            for first, second in combinations(enabled, 2):
                if first in items and second in items:
                    raise LockError(
                        f"Found conflicting extras `{first.package}[{first.name}]` and "
                        f"`{second.package}[{second.name}]` enabled simultaneously"
                    )

    def _follow(self) -> None:
        while self.queue:
            package, extra = self.queue.popleft()
            source = self.positions[id(package)]
            for row in self._rows(package, extra):
                if not self._holds(row.marker):
                    continue
                target = self._target(row)
                position = self.positions.get(id(target))
                if position is None:
                    position = self._add(target, install=True)
                elif not self.installed[position]:
                    self.installed[position] = self._is_included(target)
                self.edges.append(SelectedEdge(source, position, "production" if extra is None else "extra", extra))
                for name in (None, *row.extra):
                    if (id(target), name) not in self.seen:
                        self.seen.add((id(target), name))
                        self.queue.append((target, name))

    def _node(self, package: Package, installed: bool) -> SelectedNode:
        if not installed:
            return SelectedNode(package=package, dist=None, hashes=all_hashes(package))
        dist, hashes = package_dist(
            package, self.target.root, self.tags, environment=self.environment, rules=self.options.rules
        )
        override = editable_override(package.name, self.options.editable, self.options.not_editable)
        if override is not None:
            dist = _with_editable(dist, override)
        return SelectedNode(package=package, dist=dist, hashes=hashes)


def _with_editable(dist: Dist, editable: bool) -> Dist:
    if isinstance(dist, DirectDist) and isinstance(dist.source, DirectorySource) and not dist.source.virtual:
        return replace(dist, source=replace(dist.source, editable=editable))
    return dist

"""Checks the rows of packages whose declarations were left out of the lock (preview ``lock-without-metadata``).

Instead of comparing what was declared then with what is declared now, the rows that a resolution would write for today's
declarations, choosing among the locked packages, are made and compared with those of the lock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol

import msgspec
from msgspec.structs import replace

from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import (
    DirectorySource,
    GitSource,
    PathSource,
    RegistrySource,
    UrlSource,
)
from ultraviolet.distributions.source import Source as DeclaredSource
from ultraviolet.distributions.urls import split_fragment, url_to_path, without_credentials
from ultraviolet.lock._checks import find_target
from ultraviolet.lock.forks import forks_union, parse_forks
from ultraviolet.lock.model import Dependency, Lock, Package, Source
from ultraviolet.lock.requirements import conflict_item, locked_git
from ultraviolet.lock.self_references import optional_part, production_part
from ultraviolet.lock.sources import absolute_path, parse_git_source
from ultraviolet.standards.conflicts import ConflictItem, Conflicts, ConflictSet
from ultraviolet.standards.markers import FALSE, TRUE, Marker, parse_marker
from ultraviolet.standards.markers.universal import UniversalMarker, conflict_item_marker, conflicts_marker, edge_marker
from ultraviolet.standards.names import ExtraName, GroupName, PackageName
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.versions import Version, parse_version

Scope = tuple[PackageName, Version] | None
"""The version of a package whose dependencies are looked at; None for those of the root."""
Identity = tuple[str, str | None, Source]
Rows = Counter[tuple[Identity, frozenset[str], Marker]]


class Adjust(Protocol):
    """Applies the overrides and exclusions of the resolution."""

    def __call__(
        self, requirements: Iterable[Requirement], scope: Scope, *, group: bool = False
    ) -> Iterable[Requirement]:
        """Return what counts of the requirements of a package; of a group, overrides for the package do not apply."""


class Section(msgspec.Struct, frozen=True):
    """A part of a package that has rows of its own."""

    kind: Literal["production", "extra", "group"] = "production"
    name: str = ""

    def rows(self, package: Package) -> Sequence[Dependency]:
        """Return the locked rows."""
        if self.kind == "production":
            return package.dependencies
        sections = package.optional_dependencies if self.kind == "extra" else package.dev_dependencies
        return sections.get(self.name, ())

    def conflict(self, package: PackageName, conflicts: Conflicts) -> ConflictItem | None:
        """Return the declared conflict item that this section is."""
        if self.kind == "production" or not conflicts.contains(package, self.kind, self.name):
            return None
        return ConflictItem(package, self.kind, self.name)


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """What a package declares now; markers reduced by the Python requirement of the lock."""

    requires: tuple[Requirement, ...]
    groups: Mapping[GroupName, tuple[Requirement, ...]]
    provides_extra: tuple[ExtraName, ...]
    requires_python: RequiresPython | None


class DeclaredRows:
    """The rows of a lock as its declarations would make them; made for one check.

    Packages must be checked in the order in which they are reached: which extras of a package count is known from its
    parents.
    """

    def __init__(
        self, lock: Lock, root: str, requires_python: RequiresPython, adjust: Adjust, sources: Iterable[Requirement]
    ) -> None:
        """Prepare the check of one lock.

        :param sources: requirements at URLs, paths and in repositories, which anybody's requirement of that name may mean.
        """
        self._lock = lock
        self._root = root
        self._requires_python = requires_python
        self._adjust = adjust
        self._by_name = lock.by_name()
        self._sources: dict[PackageName, list[DeclaredSource]] = {}
        for requirement in sources:
            self._sources.setdefault(requirement.name, []).append(requirement.source)
        self._forks = forks_union(parse_forks(lock.resolution_markers, requires_python), requires_python)
        self._environment = requires_python.simplify(self._forks)
        self._conflicts = Conflicts(tuple(ConflictSet(tuple(map(conflict_item, rows))) for rows in lock.conflicts))
        self._world = conflicts_marker(self._conflicts)
        self._active: dict[Identity, set[str]] = {}
        self._checked: dict[Identity, frozenset[str]] = {}

    def activate(self, package: Package, extras: Iterable[str]) -> None:
        """Note that extras of a package are asked for."""
        self._active.setdefault(_identity(package), set()).update(extras)

    def note_checked(self, package: Package) -> None:
        """Remember which extras were known of when a package was checked."""
        identity = _identity(package)
        self._checked[identity] = frozenset(self._active.get(identity, ()))

    def is_stale(self, package: Package) -> bool:
        """Whether a package was checked before all of its extras were known of."""
        identity = _identity(package)
        checked = self._checked.get(identity)
        return checked is not None and not self._active.get(identity, set()) <= checked

    def difference(self, package: Package, declared: Declared, *, compare: bool) -> str | None:
        """Return the first section whose rows would be others, as ``requested`` and ``existing`` texts.

        :param compare: False only to note the extras that the package asks for.
        """
        scope = self._scope(package)
        requires = list(self._adjust(declared.requires, scope))
        groups = {name: list(self._adjust(rows, scope, group=True)) for name, rows in declared.groups.items()}
        reached = self._reached(package, declared.requires_python)
        for section in self._sections(package, declared):
            if section.kind == "extra" and section.name not in declared.provides_extra:
                if compare:
                    return _texts(Counter(), self._locked(section.rows(package)))
                continue
            parent = self._parent(package, section, declared, reached)
            wanted = groups.get(GroupName(section.name), []) if section.kind == "group" else requires
            rows, complete = self._made(package, section, wanted, parent)
            if not compare:
                continue
            existing = self._locked(section.rows(package))
            if not complete or rows != existing:
                return _texts(rows, existing)
        return None

    # The parts of a package

    def _scope(self, package: Package) -> Scope:
        return None if package.version is None else (PackageName(package.name), parse_version(package.version))

    def _is_member(self, package: Package) -> bool:
        members = self._lock.manifest.members
        if members:
            return package.name in members
        root = self._lock.root()
        return root is not None and _identity(root) == _identity(package)

    def _sections(self, package: Package, declared: Declared) -> list[Section]:
        """Return the sections that would have rows, and those that have some."""
        active = self._active.get(_identity(package), set())
        member = self._is_member(package)
        extras = {extra for extra in declared.provides_extra if member or extra in active}
        groups = set(declared.groups) if member else set()
        return [
            Section(),
            *(Section("extra", name) for name in sorted({*extras, *package.optional_dependencies})),
            *(Section("group", name) for name in sorted({*groups, *package.dev_dependencies})),
        ]

    def _reached(self, package: Package, requires_python: RequiresPython | None) -> UniversalMarker:
        """Return where the package can be chosen. Conflicts are part of its rows, and are not multiplied out here."""
        marker = UniversalMarker.of(self._forks)
        if package.resolution_markers:
            marker = marker & self._fork_marker(package)
        if requires_python is not None:
            marker = marker & UniversalMarker.of(requires_python.to_marker())
        return marker

    def _fork_marker(self, package: Package) -> UniversalMarker:
        union = FALSE
        for fork in parse_forks(package.resolution_markers, self._requires_python):
            union |= fork.marker
        return UniversalMarker.of(union)

    def _parent(
        self, package: Package, section: Section, declared: Declared, reached: UniversalMarker
    ) -> UniversalMarker:
        """Return the condition under which a section is reached; false where its conflicts exclude each other."""
        if not self._conflicts:
            return reached
        name = PackageName(package.name)
        conflicting = self._conflicts.contains(name, "project")
        project = ConflictItem(name, "project")
        world = UniversalMarker.of(self._world)
        if conflicting and section.kind != "group":
            world = world.assume(project)
        item = section.conflict(name, self._conflicts)
        if item is not None:
            world = world.assume(item)
        if world.is_false:
            return UniversalMarker.of(FALSE)
        if not conflicting or section.kind != "production":
            return reached
        active = conflict_item_marker(project)
        for extra in declared.provides_extra:
            if self._conflicts.contains(name, "extra", extra):
                active |= conflict_item_marker(ConflictItem(name, "extra", extra))
        return reached & UniversalMarker.of(active)

    # Rows

    def _made(
        self, package: Package, section: Section, wanted: Iterable[Requirement], parent: UniversalMarker
    ) -> tuple[Rows, bool]:
        """Return the rows that requirements make, and whether locked packages satisfy all of them."""
        complete = True
        edges: dict[tuple[Identity, frozenset[str]], UniversalMarker] = {}
        for requirement in wanted:
            marker = self._condition(package, section, requirement, parent)
            if marker.is_false:
                continue
            if requirement.name == package.name and section.kind != "group":
                complete = complete and self._satisfies(package, package, requirement)
                continue
            covered = FALSE
            for target in self._by_name.get(requirement.name, []):
                if not self._satisfies(target, package, requirement):
                    continue
                reached = marker if not target.resolution_markers else marker & self._fork_marker(target)
                if reached.is_false:
                    continue
                covered |= reached.marker
                self.activate(target, requirement.extras)
                extras = frozenset(extra for extra in requirement.extras if extra in target.optional_dependencies)
                for asked in {frozenset(), extras} if extras else {extras}:
                    key = (_identity(target), asked)
                    edges[key] = edges[key] | reached if key in edges else reached
            if not (~covered).is_disjoint(marker.marker):
                complete = False
        return self._merged(edges, parent), complete

    def _condition(
        self, package: Package, section: Section, requirement: Requirement, parent: UniversalMarker
    ) -> UniversalMarker:
        own = requirement.marker
        own = optional_part(own, section.name) if section.kind == "extra" else production_part(own)
        marker = UniversalMarker.of(own) & parent
        for item in self._conflict_items(package, section, requirement):
            marker = marker & UniversalMarker.of(conflict_item_marker(item))
        return marker

    def _conflict_items(self, package: Package, section: Section, requirement: Requirement) -> list[ConflictItem]:
        """Return the conflict items that a requirement is bound to: of its source, its extras, the project it means."""
        if not self._conflicts:
            return []
        found = []
        if isinstance(requirement.source, RegistrySource) and requirement.source.conflict is not None:
            found.append(requirement.source.conflict)
        found += [
            ConflictItem(requirement.name, "extra", extra)
            for extra in requirement.extras
            if self._conflicts.contains(requirement.name, "extra", extra)
        ]
        if self._conflicts.contains(requirement.name, "project"):
            found.append(ConflictItem(requirement.name, "project"))
        selected = section.conflict(PackageName(package.name), self._conflicts)
        return [*found, selected] if found and selected is not None else found

    def _merged(
        self, edges: Mapping[tuple[Identity, frozenset[str]], UniversalMarker], parent: UniversalMarker
    ) -> Rows:
        """Return one row for each package and condition, with all extras asked for."""
        extras: dict[tuple[Identity, Marker], set[str]] = {}
        for (identity, asked), marker in edges.items():
            reduced = edge_marker(self._requires_python, self._environment, parent, marker)
            extras.setdefault((identity, reduced), set()).update(asked)
        return Counter(
            (identity, frozenset(asked), self._known(marker)) for (identity, marker), asked in extras.items()
        )

    def _locked(self, rows: Iterable[Dependency]) -> Rows:
        found: Rows = Counter()
        for row in rows:
            target = find_target(row, self._by_name.get(row.name, []))
            if target is not None:
                marker = (parse_marker(row.marker) if row.marker else TRUE) & self._environment
                found[_identity(target), frozenset(row.extra), self._known(marker)] += 1
        return found

    def _known(self, marker: Marker) -> Marker:
        """Bring a condition into the form in which it is compared: what conflicts rule out does not count."""
        whole = UniversalMarker.of(self._requires_python.complexify(marker)).imbibe(self._world)
        return self._requires_python.simplify(whole.marker)

    # Whether a package is what a requirement means

    def _satisfies(self, target: Package, package: Package, requirement: Requirement) -> bool:
        source = requirement.source
        found = self._is_source(target.source, source)
        if isinstance(source, RegistrySource):
            if not found and source.index is None:
                # One requirement at a URL or path chooses the source for all others of that name.
                found = _identity(target) == _identity(package) or any(
                    self._is_source(target.source, shared) for shared in self._sources.get(requirement.name, ())
                )
            if found and target.version is not None:
                return source.specifiers.contains(parse_version(target.version))
        return found

    def _is_source(self, locked: Source, source: DeclaredSource) -> bool:
        """Whether a locked source is what a requirement names."""
        if isinstance(source, RegistrySource):
            return locked.kind == "registry" and (source.index is None or self._is_index(locked, source.index))
        if isinstance(source, UrlSource):
            return locked.kind == "url" and (
                without_credentials(locked.location) == split_fragment(without_credentials(source.url))[0]
                and locked.subdirectory == source.subdirectory
            )
        if isinstance(source, PathSource):
            return locked.kind == "path" and absolute_path(locked.location, self._root) == source.path
        if isinstance(source, DirectorySource):
            return self._is_directory(locked, source)
        return locked.kind == "git" and _is_repository(locked, source)

    def _is_index(self, locked: Source, index: IndexLocation) -> bool:
        if index.url.startswith("file:"):
            return absolute_path(locked.location, self._root) == url_to_path(index.url)
        return locked.location == without_credentials(index.url)

    def _is_directory(self, locked: Source, source: DirectorySource) -> bool:
        if not locked.is_source_tree or absolute_path(locked.location, self._root) != source.path:
            return False
        if (locked.kind == "editable") != bool(source.editable):
            return False
        if (locked.kind == "virtual") == bool(source.virtual):
            return True
        return locked.kind == "virtual" and source.path == self._root


def _is_repository(locked: Source, source: GitSource) -> bool:
    found, expected = parse_git_source(locked), locked_git(source)
    if expected.commit is None:
        found = replace(found, commit=None)
    return replace(found, repository=without_credentials(found.repository)) == replace(
        expected, repository=without_credentials(expected.repository)
    )


def _identity(package: Package) -> Identity:
    return package.name, package.version, package.source


def _texts(requested: Rows, existing: Rows) -> str:
    return f"\n  Requested: {_row_texts(requested)}\n  Existing: {_row_texts(existing)}"


def _row_texts(rows: Rows) -> str:
    texts = []
    for (name, version, _), extras, marker in rows:
        text = name + (f"[{','.join(sorted(extras))}]" if extras else "") + (f"=={version}" if version else "")
        condition = marker.to_string()
        texts.append(text if condition is None else f"{text} ; {condition}")
    return "{" + ", ".join(sorted(texts)) + "}"

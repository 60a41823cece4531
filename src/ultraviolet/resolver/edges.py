"""Dependency edges: what a requirement asks of the solver."""

from __future__ import annotations

from collections.abc import Iterable

from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import DirectSource, RegistrySource
from ultraviolet.pubgrub import TermStore
from ultraviolet.resolver.availability import UnsatisfiableRequirement
from ultraviolet.resolver.flatten import Applied
from ultraviolet.resolver.packages import PackageTable, VirtualPackage
from ultraviolet.standards.conflicts import Conflicts
from ultraviolet.standards.markers import TRUE, Marker
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.ranges import EMPTY, FULL, Range


class Edge:
    """A dependency on one virtual package."""

    __slots__ = ("index", "is_singleton", "package", "parent", "source", "term", "versions")

    def __init__(
        self,
        package: VirtualPackage,
        versions: Range,
        term: int,
        *,
        parent: PackageName | None = None,
        source: DirectSource | None = None,
        index: IndexLocation | None = None,
    ) -> None:
        self.package = package
        self.versions = versions
        self.term = term
        """The positive term of the versions."""
        self.parent = parent
        """The project that depends, when neither an extra nor a group is involved on either side."""
        self.source = source
        self.is_singleton = versions.is_singleton_constraint()
        """Whether exactly one version is asked for."""
        self.index = index
        """The index a dependency group pins the package to."""


class Unsatisfiable(Exception):
    """A requirement admits no version."""

    def __init__(self, requirement: UnsatisfiableRequirement) -> None:
        super().__init__(str(requirement))
        self.requirement = requirement


class EdgeFactory:
    """Makes edges, each once for a requirement, condition and parent."""

    __slots__ = ("_conflicts", "_edges", "_packages", "_store")

    def __init__(self, conflicts: Conflicts, packages: PackageTable, store: TermStore) -> None:
        self._conflicts = conflicts
        self._packages = packages
        self._store = store
        self._edges: dict[tuple[int, Marker, PackageName | None], tuple[Requirement, list[Edge]]] = {}

    def edges(self, applied: Iterable[Applied], parent: VirtualPackage) -> list[Edge]:
        """Return the edges of flattened requirements, in order.

        :raises Unsatisfiable: one of them admits no version.
        """
        name = parent.project if parent.extra is None and parent.group is None else None
        out: list[Edge] = []
        known = self._edges
        for requirement, marker in applied:
            key = (id(requirement), marker, name)
            found = known.get(key)
            if found is None:
                found = known[key] = (requirement, self._make(requirement, marker, name))
            out += found[1]
        return out

    def proxied(self, package: VirtualPackage, term: int, versions: Range) -> list[Edge]:
        """Return what a proxy depends on at one version."""
        get = self._packages.get
        name, marker = package.name, package.marker
        targets: list[VirtualPackage] = []
        for condition in (TRUE,) if marker.is_true else (TRUE, marker):
            if package.kind == "extra":
                targets.append(get("package", name, marker=condition))
                targets.append(get("package", name, package.extra, None, condition))
            elif package.kind == "group":
                targets.append(get("package", name, None, package.group, condition))
            else:
                targets.append(get("package", name, marker=condition))
        return [Edge(target, versions, term) for target in targets]

    def _make(self, requirement: Requirement, marker: Marker, parent: PackageName | None) -> list[Edge]:
        source = requirement.source
        versions = FULL
        direct: DirectSource | None = None
        index: IndexLocation | None = None
        if isinstance(source, RegistrySource):
            versions = Range.from_specifiers(source.specifiers)
            if versions == EMPTY:
                raise Unsatisfiable(UnsatisfiableRequirement(requirement.name, requirement.extras, source.specifiers))
            origin = requirement.origin
            if origin is not None and origin.kind == "group" and origin.project is not None:
                index = source.index
        else:
            direct = source
        if marker.without_extras() is not marker:
            marker = marker.simplify_extras({name for name, _ in marker.visit_extras()})
        term = self._store.positive(versions)
        name, contains = requirement.name, self._conflicts.contains
        targets: list[tuple[str | None, str | None]] = []
        if requirement.extras:
            if any(contains(name, "extra", extra) for extra in requirement.extras):
                targets.append((None, None))
            targets += [(extra, None) for extra in requirement.extras]
        elif requirement.groups:
            if any(contains(name, "group", group) for group in requirement.groups):
                targets.append((None, None))
            targets += [(None, group) for group in requirement.groups]
        else:
            targets.append((None, None))
        return [
            Edge(
                self._packages.required(name, extra, group, marker),
                versions,
                term,
                parent=parent if extra is None and group is None else None,
                source=direct,
                index=index,
            )
            for extra, group in targets
        ]

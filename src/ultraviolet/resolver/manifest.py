"""Everything asked of one resolution, and how overrides, constraints and exclusions change what packages ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import RegistrySource
from ultraviolet.resolver.errors import ResolutionError
from ultraviolet.resolver.options import DependencyMode
from ultraviolet.standards.conflicts import Conflicts
from ultraviolet.standards.markers import TRUE, Marker, MarkerEnvironment, extra_marker
from ultraviolet.standards.markers.universal import UniversalMarker
from ultraviolet.standards.names import ExtraName, PackageName
from ultraviolet.standards.versions import Version

PreferenceSource = Literal["environment", "lock", "requirements-txt", "resolver"]
Scope = tuple[PackageName, Version] | None
"""The version of a package whose dependencies are looked at; None for those of the root."""


class Preference(msgspec.Struct, frozen=True, kw_only=True):
    """A version to try first."""

    name: PackageName
    version: Version
    source: PreferenceSource
    marker: Marker = TRUE
    """The condition on the requirement it was read from."""
    fork_markers: tuple[UniversalMarker, ...] = ()
    """The forks that locked this version; empty when all did."""
    index: IndexLocation | Literal["any", "implicit"] = "any"
    """Where it was found: a certain index, one of those looked through for any package, or unknown."""
    hashes: tuple[str, ...] = ()


class ScopedOverride(msgspec.Struct, frozen=True, kw_only=True):
    """Overrides for the dependencies of one package, or of one version of it."""

    package: PackageName
    version: Version | None = None
    dependencies: tuple[Requirement, ...]


class ScopedExclusion(msgspec.Struct, frozen=True, kw_only=True):
    """Dependencies to be left out of one package, or of one version of it."""

    package: PackageName
    version: Version | None = None
    dependencies: frozenset[PackageName]


class Lookahead(msgspec.Struct, frozen=True, kw_only=True):
    """The requirements of a distribution at a URL or path, which count as first-party."""

    package: PackageName
    version: Version
    extras: tuple[ExtraName, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    direct: bool = False
    """Whether it is a local source tree."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything asked of one resolution."""

    requirements: tuple[Requirement, ...] = ()
    """In order; of a project, its members with all extras and groups."""
    constraints: tuple[Requirement, ...] = ()
    overrides: tuple[Requirement, ...] = ()
    scoped_overrides: tuple[ScopedOverride, ...] = ()
    excludes: frozenset[PackageName] = frozenset()
    scoped_excludes: tuple[ScopedExclusion, ...] = ()
    preferences: tuple[Preference, ...] = ()
    project: PackageName | None = None
    """Name of the root; projects leave it out and appear as members."""
    workspace_members: frozenset[PackageName] = frozenset()
    conflicts: Conflicts = Conflicts()
    installed: Mapping[PackageName, tuple[InstalledDistribution, ...]] = {}
    """What is in the environment and may stay."""
    reinstall: bool | frozenset[PackageName] = False
    """What must not stay: everything, or these packages."""
    upgrade: bool | frozenset[PackageName] = False
    lookaheads: tuple[Lookahead, ...] | None = None
    """What direct requirements at URLs and paths require in turn; None to find out."""


class Overrides:
    """Overrides by the name they replace, globally and by scope."""

    __slots__ = ("_global", "_scoped")

    def __init__(self, overrides: Iterable[Requirement], scoped: Iterable[ScopedOverride]) -> None:
        """Index the overrides.

        :raises ResolutionError: a scoped one names a URL, a path or an index.
        """
        self._global: dict[PackageName, list[Requirement]] = {}
        for requirement in overrides:
            self._global.setdefault(requirement.name, []).append(requirement)
        self._scoped: dict[PackageName, dict[Version | None, dict[PackageName, list[Requirement]]]] = {}
        for entry in scoped:
            names = self._scoped.setdefault(entry.package, {}).setdefault(entry.version, {})
            for requirement in entry.dependencies:
                _check_scoped(entry.package, requirement)
                names.setdefault(requirement.name, []).append(requirement)

    def __bool__(self) -> bool:
        return bool(self._global or self._scoped)

    def apply(self, requirements: Iterable[Requirement], scope: Scope = None) -> Iterator[Requirement]:
        """Replace what is overridden, in place, and add what a scope adds."""
        scoped = self._scope(scope)
        if scoped is None:
            if not self._global:
                yield from requirements
                return
            scoped = {}
        else:
            requirements = list(requirements)
        for requirement in requirements:
            replacements = scoped.get(requirement.name) or self._global.get(requirement.name)
            if replacements is None:
                yield requirement
                continue
            extra = requirement.marker.top_level_extra()
            if extra is None:
                yield from replacements
                continue
            condition = extra_marker(extra)
            for replacement in replacements:
                yield msgspec.structs.replace(replacement, marker=condition & replacement.marker)
        if scoped:
            present = {requirement.name for requirement in requirements}
            additions = [
                requirement for name, entries in scoped.items() if name not in present for requirement in entries
            ]
            yield from sorted(additions, key=_requirement_key)

    def global_requirements(self) -> Iterator[Requirement]:
        """Yield all overrides without a scope."""
        for entries in self._global.values():
            yield from entries

    def scoped_requirements(self) -> Iterator[tuple[PackageName, Version | None, Requirement]]:
        """Yield all overrides with a scope."""
        for package, versions in self._scoped.items():
            for version, names in versions.items():
                for entries in names.values():
                    for requirement in entries:
                        yield package, version, requirement

    def has_exact_scope(self, package: PackageName, version: Version) -> bool:
        """Whether a scope names this very version."""
        return version in self._scoped.get(package, {})

    def _scope(self, scope: Scope) -> dict[PackageName, list[Requirement]] | None:
        if scope is None or not self._scoped:
            return None
        versions = self._scoped.get(scope[0])
        if versions is None:
            return None
        found = versions.get(scope[1])
        return versions.get(None) if found is None else found


class Excludes:
    """Dependencies to be left out, globally and by scope."""

    __slots__ = ("_global", "_scoped")

    def __init__(self, excludes: frozenset[PackageName], scoped: Iterable[ScopedExclusion]) -> None:
        self._global = excludes
        self._scoped: dict[PackageName, dict[Version | None, frozenset[PackageName]]] = {}
        for entry in scoped:
            versions = self._scoped.setdefault(entry.package, {})
            versions[entry.version] = versions.get(entry.version, frozenset()) | entry.dependencies

    def __bool__(self) -> bool:
        return bool(self._global or self._scoped)

    def contains(self, name: PackageName, scope: Scope = None) -> bool:
        """Whether a dependency is left out; the entry for the very version beats the one for the package."""
        if name in self._global:
            return True
        if scope is None or not self._scoped:
            return False
        versions = self._scoped.get(scope[0])
        if versions is None:
            return False
        found = versions.get(scope[1])
        if found is None:
            found = versions.get(None)
        return found is not None and name in found

    def contains_in_scope(
        self, overrides: Overrides, package: PackageName, version: Version | None, name: PackageName
    ) -> bool:
        """Whether a dependency is left out wherever an override with this scope could apply."""
        if version is not None:
            return self.contains(name, (package, version))
        if name in self._global:
            return True
        versions = self._scoped.get(package)
        if versions is None or name not in versions.get(None, frozenset()):
            return False
        return all(
            name in names
            for exact, names in versions.items()
            if exact is not None and not overrides.has_exact_scope(package, exact)
        )


class FirstParty:
    """The requirements that enjoy first-party privileges: URLs, yanked versions, pre-releases, pinned indexes."""

    __slots__ = ("_constraints", "_excludes", "_lookaheads", "_mode", "_overrides", "_requirements", "_target")

    def __init__(
        self,
        manifest: Manifest,
        overrides: Overrides,
        excludes: Excludes,
        mode: DependencyMode,
        target: MarkerEnvironment | None,
    ) -> None:
        self._requirements = manifest.requirements
        self._lookaheads = manifest.lookaheads or ()
        self._constraints = constraints_by_name(manifest.constraints)
        self._overrides = overrides
        self._excludes = excludes
        self._mode = mode
        self._target = target

    def without_overrides(self) -> Iterator[Requirement]:
        """Yield lookaheads (unless transitive dependencies are off), requirements and constraints, overrides applied."""
        excludes = self._excludes
        if self._mode == "transitive":
            yield from self._looked_ahead(direct_only=False)
        for requirement in self._overrides.apply(self._requirements):
            if not excludes.contains(requirement.name) and self._holds(requirement):
                yield requirement
        for entries in self._constraints.values():
            for requirement in entries:
                if not excludes.contains(requirement.name) and self._holds(requirement):
                    yield requirement

    def overrides(self) -> Iterator[Requirement]:
        """Yield the overrides that apply everywhere."""
        for requirement in self._overrides.global_requirements():
            if not self._excludes.contains(requirement.name) and self._holds(requirement):
                yield requirement

    def all(self) -> Iterator[Requirement]:
        """Yield all but scoped overrides."""
        yield from self.without_overrides()
        yield from self.overrides()

    def for_candidates(self) -> Iterator[Requirement]:
        """Yield all, overrides with a scope included."""
        yield from self.all()
        for package, version, requirement in self._overrides.scoped_requirements():
            if not self._excludes.contains_in_scope(
                self._overrides, package, version, requirement.name
            ) and self._holds(requirement):
                yield requirement

    def by_user(self) -> Iterator[Requirement]:
        """Yield what the user wrote: requirements, and those of local source trees."""
        if self._mode == "transitive":
            yield from self._looked_ahead(direct_only=True)
        for requirement in self._overrides.apply(self._requirements):
            if self._holds(requirement):
                yield requirement

    def _looked_ahead(self, *, direct_only: bool) -> Iterator[Requirement]:
        for lookahead in self._lookaheads:
            if direct_only and not lookahead.direct:
                continue
            scope = (lookahead.package, lookahead.version)
            for requirement in self._overrides.apply(lookahead.requirements, scope):
                if not self._excludes.contains(requirement.name, scope) and self._holds(requirement, lookahead.extras):
                    yield requirement

    def _holds(self, requirement: Requirement, extras: Iterable[str] = ()) -> bool:
        return requirement.marker.is_true or requirement.marker.evaluate_optional(self._target, tuple(extras))


def constraints_by_name(constraints: Iterable[Requirement]) -> dict[PackageName, list[Requirement]]:
    """Group constraints; extras do not count, and those that say nothing are dropped."""
    grouped: dict[PackageName, list[Requirement]] = {}
    for requirement in constraints:
        source = requirement.source
        if isinstance(source, RegistrySource) and not source.specifiers:
            continue
        if requirement.extras:
            requirement = msgspec.structs.replace(requirement, extras=())  # noqa: PLW2901
        grouped.setdefault(requirement.name, []).append(requirement)
    return grouped


def _check_scoped(package: PackageName, requirement: Requirement) -> None:
    problem = None
    if not isinstance(requirement.source, RegistrySource):
        problem = "a URL or path source"
    elif requirement.source.index is not None:
        problem = "an explicit index"
    if problem is not None:
        raise ResolutionError(
            f"Scoped override for `{package}` cannot use {problem} for `{requirement.name}`; "
            "scoped overrides currently support version specifiers only"
        )


def _requirement_key(requirement: Requirement) -> tuple[object, ...]:
    source = requirement.source
    specifiers = str(source.specifiers) if isinstance(source, RegistrySource) else ""
    return requirement.name, requirement.extras, requirement.groups, requirement.marker.sort_key, specifiers

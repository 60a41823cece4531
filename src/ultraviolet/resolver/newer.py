"""Why not a newer version: what keeps each of the versions above a chosen one out of a resolution.

uv has nothing like it. The rules are those of the search itself (`version_map`, `candidates`), asked of every newer version
instead of the best one only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from ultraviolet.distributions.dist import RegistryDist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.resolver.environment import ResolverEnvironment
from ultraviolet.resolver.options import ResolverOptions
from ultraviolet.resolver.provider import MetadataProvider
from ultraviolet.resolver.version_map import Judge, VersionMap, specifiers_of, timestamp
from ultraviolet.standards.markers import Marker
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.requirements import Pep508Requirement, parse_lenient_requirement
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.specifiers import Specifiers
from ultraviolet.standards.versions import Version

Kind = Literal["bound", "exclude-newer", "file", "prerelease", "python", "dependency", "mode", "preference", "search"]
"""What kept a version out: somebody's bound, its date, its files, its being a pre-release, the versions of Python it is for,
what it depends on in turn, ``--resolution``, a lockfile or output file, or nothing but the course of the search."""


class Limit(msgspec.Struct, frozen=True):
    """Something that admits only some versions."""

    who: str
    specifiers: Specifiers
    requirement: str


class KeptOut(msgspec.Struct, frozen=True, kw_only=True):
    """Newer versions, and what they have against them."""

    versions: tuple[Version, ...]
    """Ascending; neighbours with the same reasons are told together."""
    kind: Kind
    reasons: tuple[str, ...]
    """Sentences; several for several bounds."""


class Shelf:
    """The versions of packages as one resolution sees them."""

    __slots__ = ("_environment", "_judge", "_maps", "_options", "_provider", "_python")

    def __init__(self, provider: MetadataProvider, options: ResolverOptions, environment: ResolverEnvironment) -> None:
        self._provider = provider
        self._options = options
        self._environment = environment
        self._python = environment.python.target
        self._judge = Judge(options, environment.tags, self._python, {})
        self._maps: dict[tuple[PackageName, str | None], tuple[VersionMap, ...]] = {}

    def prefetch(self, names: Iterable[tuple[PackageName, IndexLocation | None]]) -> None:
        """Start to look packages up."""
        for name, index in names:
            self._provider.prefetch_listings(name, index)

    def maps(self, name: PackageName, index: IndexLocation | None) -> tuple[VersionMap, ...]:
        """Return the versions of a package, index by index."""
        key = (name, None if index is None else index.url)
        if key not in self._maps:
            listings = self._provider.listings(name, index)
            flat = () if index is not None else listings.find_links
            maps = [VersionMap(name, listing, flat, self._judge) for listing in listings.found]
            self._maps[key] = tuple(maps) or ((VersionMap(name, None, flat, self._judge),) if flat else ())
        return self._maps[key]

    def dist(self, name: PackageName, version: Version, index: IndexLocation | None) -> RegistryDist | None:
        """Return what would be used of a version."""
        for version_map in self.maps(name, index):
            position = version_map.position(version)
            found = version_map.get(position) if position is not None else None
            if found is not None and found.dist is not None:
                return found.dist
        return None

    def prefetch_metadata(self, name: PackageName, version: Version, index: IndexLocation | None) -> None:
        """Start to fetch what a version requires."""
        dist = self.dist(name, version, index)
        if dist is not None:
            self._provider.prefetch_metadata(dist)

    def requires(
        self, name: PackageName, version: Version, index: IndexLocation | None
    ) -> tuple[str | Requirement, ...]:
        """Return what a version requires; nothing if that cannot be told."""
        dist = self.dist(name, version, index)
        metadata = None if dist is None else self._provider.metadata(dist).metadata
        return () if metadata is None else metadata.requires

    def kept_out(
        self,
        name: PackageName,
        chosen: Version,
        index: IndexLocation | None,
        *,
        limits: Sequence[Limit],
        marker: Marker,
        others: Callable[[str], Sequence[Version]],
        preference: str | None,
        lowest: bool,
    ) -> tuple[KeptOut, ...]:
        """Return what keeps the versions above the chosen one out.

        :param limits: the bounds that hold where the chosen version is used.
        :param marker: where that is.
        :param others: returns the chosen versions of another package.
        :param preference: what pins the chosen version, in words.
        :param lowest: the oldest version is wanted.
        """
        python = self._python
        bounds = marker.python_bounds()
        if bounds is not None:
            python = python.narrow(bounds) or python
        groups: list[tuple[list[Version], Kind, tuple[str, ...]]] = []
        looked_into = 0
        for version, version_map, position in reversed(list(self._newer(name, chosen, index))):
            verdict = self._verdict(name, version, version_map, position, chosen, limits, python)
            if verdict is None and lowest:
                verdict = ("mode", (f"the lowest version is wanted (`--resolution {self._options.resolution}`)",))
            if verdict is None and looked_into < _LOOKED_INTO:
                looked_into += 1
                verdict = self._own_wishes(version_map, position, marker, python, others)
            if verdict is None:
                verdict = _settled(preference)
            if groups and groups[-1][1:] == verdict:
                groups[-1][0].append(version)
            else:
                groups.append(([version], verdict[0], verdict[1]))
        return tuple(
            KeptOut(versions=tuple(reversed(versions)), kind=kind, reasons=reasons)
            for versions, kind, reasons in groups
        )

    def _newer(
        self, name: PackageName, chosen: Version, index: IndexLocation | None
    ) -> Iterator[tuple[Version, VersionMap, int]]:
        found: dict[Version, tuple[Version, VersionMap, int]] = {}
        for version_map in self.maps(name, index):
            for position in range(version_map.lower_bound(chosen), len(version_map)):
                version = version_map.version(position)
                if version.key > chosen.key and version.without_local() != chosen:
                    found.setdefault(version, (version, version_map, position))
        for version in sorted(found, key=lambda item: item.key):
            yield found[version]

    def _verdict(
        self,
        name: PackageName,
        version: Version,
        version_map: VersionMap,
        position: int,
        chosen: Version,
        limits: Sequence[Limit],
        python: RequiresPython,
    ) -> tuple[Kind, tuple[str, ...]] | None:
        against = [limit for limit in limits if not limit.specifiers.contains(version)]
        if against:
            return "bound", tuple(dict.fromkeys(f"{limit.who} requires `{limit.requirement}`" for limit in against))
        if not version_map.is_considered(position):
            return "exclude-newer", (f"published after the `exclude-newer` date {timestamp(version_map.cutoff or 0)}",)
        files = version_map.get(position)
        if files is None:
            return "file", ("has no files",)
        if files.unusable is not None:
            return "file", (files.unusable.message(plural=False),)
        admitted = chosen.is_prerelease or self._options.prerelease_mode(name) == "allow"
        if version.is_prerelease and not admitted:
            return "prerelease", ("is a pre-release; `--prerelease allow` would admit it",)
        wanted = files.requires_python
        if wanted is not None and not python.is_contained_by(wanted):
            return "python", (f"requires Python {wanted.text(', ')}, which does not cover Python {python.text()}",)
        return None

    def _own_wishes(
        self,
        version_map: VersionMap,
        position: int,
        marker: Marker,
        python: RequiresPython,
        others: Callable[[str], Sequence[Version]],
    ) -> tuple[Kind, tuple[str, ...]] | None:
        """Hold what a version depends on against what was chosen."""
        files = version_map.get(position)
        dist = None if files is None else files.dist
        if dist is None:
            return None
        result = self._provider.metadata(dist)
        metadata = result.metadata
        if metadata is None:
            return "file", (f"its metadata is not to be had ({result.unavailable})",)
        wanted = specifiers_of(metadata.requires_python)
        if wanted is not None and not python.is_contained_by(wanted):
            return "python", (f"requires Python {wanted.text(', ')}, which does not cover Python {python.text()}",)
        against = []
        for item in metadata.requires:
            if not isinstance(item, str):
                continue
            parsed: Pep508Requirement = parse_lenient_requirement(item)
            if parsed.marker.visit_extras() or parsed.marker.is_disjoint(marker) or parsed.url is not None:
                continue
            if self._environment.target is not None and not parsed.marker.evaluate(self._environment.target):
                continue
            present = others(parsed.name)
            if present and not any(parsed.specifiers.contains(version) for version in present):
                listed = ", ".join(map(str, present))
                against.append(f"depends on `{parsed.name}{parsed.specifiers}`, but {parsed.name} {listed} is used")
        return ("dependency", tuple(against)) if against else None


def _settled(preference: str | None) -> tuple[Kind, tuple[str, ...]]:
    return ("preference", (preference,)) if preference else ("search", (_UNEXPLAINED,))


_LOOKED_INTO = 12
"""How many versions' metadata is fetched."""
_UNEXPLAINED = "nothing rules it out by itself: the search settled on other versions first"

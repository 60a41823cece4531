"""What a resolution was asked, and what it has learned from its provider so far."""

from __future__ import annotations

from collections.abc import Callable

from ultraviolet.distributions.dist import DirectDist, Dist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.listing import Listings
from ultraviolet.distributions.metadata import DistMetadata, MetadataResult
from ultraviolet.distributions.source import DirectSource, RegistrySource, UrlSource
from ultraviolet.errors import UltravioletError
from ultraviolet.resolver.availability import UnavailablePackage
from ultraviolet.resolver.candidates import Selector
from ultraviolet.resolver.environment import ResolverEnvironment
from ultraviolet.resolver.errors import MismatchedName, UnhashedPackage
from ultraviolet.resolver.manifest import Excludes, FirstParty, Manifest, Overrides, constraints_by_name
from ultraviolet.resolver.options import ResolverOptions
from ultraviolet.resolver.preferences import Preferences
from ultraviolet.resolver.provider import MetadataProvider
from ultraviolet.resolver.version_map import Judge, VersionMap
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version

ListingKey = tuple[PackageName, str | None]
"""(Package, URL of the index it is pinned to)."""


class Inquiry:
    """The facts of one resolution, shared by its forks. Grows, but nothing in it changes."""

    __slots__ = (
        "_direct",
        "_metadata",
        "asked_for",
        "constraints",
        "environment",
        "excludes",
        "first_party",
        "incomplete",
        "judge",
        "listings",
        "manifest",
        "maps",
        "options",
        "overrides",
        "preferences",
        "provider",
        "selector",
        "unavailable",
        "warnings",
    )

    def __init__(
        self,
        manifest: Manifest,
        provider: MetadataProvider,
        options: ResolverOptions,
        environment: ResolverEnvironment,
    ) -> None:
        """Begin an inquiry; the manifest's lookaheads must be known."""
        target = environment.target
        self.manifest = manifest
        self.provider = provider
        self.options = options
        self.environment = environment
        self.overrides = Overrides(manifest.overrides, manifest.scoped_overrides)
        self.excludes = Excludes(manifest.excludes, manifest.scoped_excludes)
        self.constraints = constraints_by_name(manifest.constraints)
        self.first_party = FirstParty(manifest, self.overrides, self.excludes, options.dependency_mode, target)
        self.preferences = Preferences(manifest.preferences, target)
        """Those of the manifest."""
        self.selector = Selector(options, manifest, self.first_party)
        self.judge = Judge(
            options,
            environment.tags,
            environment.python.target,
            _allowed_yanks(self.first_party, self.preferences),
        )
        self.maps: dict[ListingKey, tuple[VersionMap, ...]] = {}
        self.listings: dict[ListingKey, Listings] = {}
        self.unavailable: dict[PackageName, UnavailablePackage] = {}
        self.incomplete: dict[PackageName, dict[Version, MetadataResult]] = {}
        """What was wrong with the metadata of versions."""
        self.asked_for: set[PackageName] = set()
        """The packages a version was searched for."""
        self.warnings: dict[str, None] = {}
        self._metadata: dict[int, tuple[object, MetadataResult]] = {}
        self._direct: dict[tuple[PackageName, DirectSource], DirectDist] = {}

    def maps_of(self, name: PackageName, index: IndexLocation | None) -> tuple[VersionMap, ...]:
        """Return the versions of a package, index by index; asks the provider once."""
        key = (name, None if index is None else index.url)
        maps = self.maps.get(key)
        if maps is not None:
            if not maps and name not in self.unavailable:
                self._mark_unavailable(name, self.listings[key])
            return maps
        listings = self.listings[key] = self.provider.listings(name, index)
        flat = () if index is not None else listings.find_links
        if listings.found:
            judge = self.judge
            maps = tuple(
                VersionMap(name, None, (listing,), judge)
                if listing.index.flat
                else VersionMap(name, listing, flat, judge)
                for listing in listings.found
            )
        elif flat:
            maps = (VersionMap(name, None, flat, self.judge),)
        else:
            maps = ()
            self._mark_unavailable(name, listings)
        self.maps[key] = maps
        return maps

    def _mark_unavailable(self, name: PackageName, listings: Listings) -> None:
        self.unavailable[name] = UnavailablePackage(listings.unavailable or "not-found", listings.detail)

    def direct_dist(self, name: PackageName, source: DirectSource) -> DirectDist:
        """Return the distribution at a direct source."""
        key = (name, source)
        dist = self._direct.get(key)
        if dist is None:
            dist = self._direct[key] = DirectDist(name=name, source=source)
        return dist

    def metadata_of(
        self, dist: Dist | InstalledDistribution, why: Callable[[], tuple[str, ...]] | None = None
    ) -> MetadataResult:
        """Return the metadata of a distribution; asks the provider once.

        :param why: makes the hints that tell why it was needed, should the provider fail.
        :raises UltravioletError: the provider failed.
        """
        known = self._metadata.get(id(dist))
        if known is not None:
            return known[1]
        try:
            result = self.provider.metadata(dist)
        except UltravioletError as error:
            if why is not None and error.is_diagnostic:
                error.hints = (*error.hints, *why())
            raise
        metadata = result.metadata
        if metadata is not None and metadata.name != dist.name:
            raise MismatchedName(dist.name, metadata.name)
        self._metadata[id(dist)] = (dist, result)
        return result

    def known_metadata(self, dist: Dist | InstalledDistribution) -> DistMetadata | None:
        """Return the metadata of a distribution if it was read."""
        known = self._metadata.get(id(dist))
        return None if known is None else known[1].metadata

    def is_read(self, dist: Dist | InstalledDistribution) -> bool:
        """Whether the metadata of a distribution was asked for."""
        return id(dist) in self._metadata

    def check_hashed(self, name: PackageName, source: DirectSource) -> None:
        """Check that a direct source may be used where digests are required.

        :raises UnhashedPackage: it has none.
        """
        if self.options.hash_mode == "require":
            location = source.url if isinstance(source, UrlSource) else getattr(source, "given", None) or ""
            if location not in self.options.url_hashes:
                raise UnhashedPackage(name)


def _allowed_yanks(first_party: FirstParty, preferences: Preferences) -> dict[PackageName, set[Version]]:
    """Return the yanked versions that may be used: pinned exactly by a first party, or preferred."""
    allowed: dict[PackageName, set[Version]] = {}
    for requirement in first_party.for_candidates():
        source = requirement.source
        if isinstance(source, RegistrySource) and len(source.specifiers) == 1:
            (item,) = source.specifiers
            if item.operator in {"==", "==="}:
                allowed.setdefault(requirement.name, set()).add(item.version)
    for name, versions in preferences.versions():
        allowed.setdefault(name, set()).update(versions)
    return allowed

"""Asking the provider early for what will likely be needed. Never changes what is chosen."""

from __future__ import annotations

from ultraviolet.distributions.dist import Dist, RegistryDist
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.pubgrub import TermStore
from ultraviolet.resolver.environment import ForkEnvironment
from ultraviolet.resolver.fork_state import ForkState
from ultraviolet.resolver.inquiry import Inquiry, ListingKey
from ultraviolet.resolver.locations import PinnedIndexes, Urls
from ultraviolet.resolver.packages import VirtualPackage
from ultraviolet.resolver.version_map import Prioritized
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.ranges import Range
from ultraviolet.standards.versions import Version


class Prefetcher:
    """Passes hints to the provider, each once."""

    __slots__ = (
        "_anywhere",
        "_indexes",
        "_inquiry",
        "_prefetched",
        "_requested",
        "_store",
        "_unlisted",
        "_urls",
        "_visited",
    )

    def __init__(self, inquiry: Inquiry, store: TermStore, urls: Urls, indexes: PinnedIndexes) -> None:
        self._inquiry = inquiry
        self._store = store
        self._urls = urls
        self._indexes = indexes
        self._anywhere = ForkEnvironment(inquiry.environment.python, inquiry.environment.target)
        self._requested: set[ListingKey] = set()
        self._prefetched: set[int] = set()
        self._visited: set[tuple[int, int]] = set()
        """The packages and sets of versions that hints were given for, whatever the fork."""
        self._unlisted: dict[int, None] = {}
        """Packages that were passed over, because it was not known yet which versions there are."""

    def request(self, state: ForkState, package: VirtualPackage) -> None:
        """Have the provider start on a package that will be looked at."""
        name = package.project
        if name is None:
            return
        source = state.urls.get(name)
        if source is not None:
            self._inquiry.check_hashed(name, source)
            self.metadata(self._inquiry.direct_dist(name, source))
            return
        if name in self._urls:
            return
        index = state.indexes.get(name) if state.indexes else None
        key = (name, None if index is None else index.url)
        if key not in self._requested:
            self._requested.add(key)
            if key not in self._inquiry.maps:
                self._inquiry.provider.prefetch_listings(name, index)

    def likely(self, state: ForkState) -> None:
        """Start on the metadata of what will likely be chosen."""
        solution, packages = state.search.solution, state.search.knowledge.packages
        visited, same_sets = self._visited, self._store.same
        unlisted, self._unlisted = self._unlisted, {}
        numbers = solution.pending()
        if unlisted:
            numbers += [number for number in unlisted if solution.is_undecided(number)]
        for number in numbers:
            package = packages[number]
            if not package.is_plain:
                continue
            key = (number, same_sets[solution.assigned[number] >> 1])
            if key in visited:
                continue
            name = package.name
            if name in self._urls or name in self._indexes:
                visited.add(key)
                continue
            if (name, None) not in self._inquiry.maps and not self._inquiry.provider.listings_ready(name, None):
                self._unlisted[number] = None
                continue
            visited.add(key)
            candidate = self._inquiry.selector.select(
                name,
                self._store.versions(solution.assigned[number]),
                self._inquiry.maps_of(name, None),
                self._inquiry.preferences,
                self._anywhere,
                index=None,
            )
            if candidate is None or candidate.prioritized is None or candidate.prioritized.dist is None:
                continue
            dist = candidate.prioritized.dist
            if dist.wheel is None and not self._is_worth_building(
                name, self._store.versions(solution.assigned[number])
            ):
                continue
            self._candidate(state, candidate.prioritized, dist)

    def _is_worth_building(self, name: PackageName, versions: Range) -> bool:
        """Whether a source is likely to build: the oldest of all versions is likely not to."""
        return versions.has_lower_bound or self._inquiry.selector.wants_highest(name, self._anywhere)

    def _candidate(self, state: ForkState, prioritized: Prioritized, dist: RegistryDist) -> None:
        specifiers = prioritized.requires_python
        if specifiers is None or state.environment.admits(specifiers):
            self.metadata(dist)

    def metadata(self, dist: Dist | InstalledDistribution) -> None:
        """Have the provider start on the metadata of a distribution."""
        key = id(dist)
        if key not in self._prefetched and not self._inquiry.is_read(dist):
            self._prefetched.add(key)
            self._inquiry.provider.prefetch_metadata(dist)

    def batch(self, state: ForkState, package: VirtualPackage, version: Version) -> None:
        """After several rejected versions, start on the metadata of those that may be tried next."""
        name = package.name
        if name is None:
            return
        tried = len(state.tried.get(name, ()))
        if tried < 5:
            return
        last = state.last_prefetch.get(name, 0)
        if not (last < 5 or (tried >= 10 and last < 10) or (tried >= 20 and (last < 20 or tried - last >= 20))):
            return
        state.last_prefetch[name] = tried
        index = state.indexes.get(name)
        maps = self._inquiry.maps_of(name, index)
        solution = state.search.solution
        remaining: Range = self._store.versions(solution.assigned[package.number])
        unchanging = solution.unchanging_term(package.number)
        previous, in_order = version, False
        for _ in range(min(tried, 50)):
            if in_order:
                highest = self._inquiry.selector.wants_highest(name, state.environment)
                remaining = Range.between(None, previous) if highest else Range.between(previous, None)
                if unchanging >= 0:
                    limit: Range = self._store.versions(unchanging)
                    remaining &= ~limit if unchanging & 1 else limit
            candidate = self._inquiry.selector.select_from_index(name, remaining, maps, state.environment)
            if candidate is None:
                if in_order:
                    return
                in_order = True
                continue
            previous = candidate.version
            if not in_order:
                remaining -= Range.singleton(previous)
            prioritized = candidate.prioritized
            if prioritized is None or prioritized.dist is None or prioritized.dist.wheel is None:
                continue
            specifiers = prioritized.requires_python
            if specifiers is None or state.environment.admits(specifiers):
                self.metadata(prioritized.dist)

"""Which URLs and pinned indexes packages may come from, and which one a fork uses."""

from __future__ import annotations

import msgspec

from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.source import DirectorySource, DirectSource, RegistrySource
from ultraviolet.resolver.environment import ForkEnvironment
from ultraviolet.resolver.errors import ConflictingSources, DisallowedUrl
from ultraviolet.resolver.fork_map import ForkMap
from ultraviolet.resolver.manifest import FirstParty
from ultraviolet.resolver.sources import conflict_text, is_same_resource, source_text
from ultraviolet.standards.names import PackageName


class Urls:
    """The direct sources that first-party requirements name; those of overrides push the others aside."""

    __slots__ = ("_overrides", "_regular")

    def __init__(self, first_party: FirstParty) -> None:
        self._regular: dict[PackageName, list[DirectSource]] = {}
        self._overrides: ForkMap[DirectSource] = ForkMap()
        for requirement in first_party.without_overrides():
            source = requirement.source
            if not isinstance(source, RegistrySource):
                _enter(self._regular.setdefault(requirement.name, []), source)
        for requirement in first_party.overrides():
            source = requirement.source
            if not isinstance(source, RegistrySource):
                self._regular.pop(requirement.name, None)
                self._overrides.add(requirement, source)

    @property
    def has_overrides(self) -> bool:
        """Whether any override names a direct source."""
        return bool(self._overrides)

    def __contains__(self, name: object) -> bool:
        """Whether a package comes from a direct source in any fork."""
        return name in self._regular or name in self._overrides

    def get(self, name: PackageName, source: DirectSource | None, environment: ForkEnvironment) -> list[DirectSource]:
        """Return the sources that a dependency on a package brings into a fork.

        :raises DisallowedUrl: no first party named its URL.
        :raises ConflictingSources: the URL is none of those, or several of those, that were named.
        """
        if name in self._overrides:
            return self._overrides.get(name, environment)
        if source is None:
            return []
        expected = self._regular.get(name)
        if expected is None:
            raise DisallowedUrl(name, source_text(source))
        matching = [candidate for candidate in expected if is_same_resource(candidate, source)]
        if len(matching) != 1:
            raise _conflict(name, [*matching, source], environment)
        return matching

    @staticmethod
    def enter(
        used: dict[PackageName, DirectSource],
        name: PackageName,
        source: DirectSource,
        environment: ForkEnvironment,
    ) -> None:
        """Note the source a fork uses for a package.

        :raises ConflictingSources: it uses another one.
        """
        known = used.setdefault(name, source)
        if known != source:
            raise _conflict(name, [known, source], environment)


class PinnedIndexes:
    """The indexes that first-party requirements pin packages to."""

    __slots__ = ("_indexes",)

    def __init__(self, first_party: FirstParty) -> None:
        self._indexes: ForkMap[IndexLocation] = ForkMap()
        for requirement in first_party.all():
            source = requirement.source
            if isinstance(source, RegistrySource) and source.index is not None:
                self._indexes.add(requirement, source.index)

    def __contains__(self, name: object) -> bool:
        return name in self._indexes

    def __bool__(self) -> bool:
        return bool(self._indexes)

    def get(self, name: PackageName, environment: ForkEnvironment) -> list[IndexLocation]:
        """Return the indexes a package is pinned to in a fork."""
        return self._indexes.get(name, environment)

    @staticmethod
    def enter(
        used: dict[PackageName, IndexLocation],
        name: PackageName,
        index: IndexLocation,
        environment: ForkEnvironment,
    ) -> None:
        """Note the index a fork uses for a package.

        :raises ConflictingSources: it uses another one.
        """
        known = used.get(name)
        used[name] = index
        if known is not None and known != index:
            urls = tuple(sorted((known.display, index.display)))
            raise ConflictingSources(name, "indexes", urls, _where(environment))


def _enter(sources: list[DirectSource], source: DirectSource) -> None:
    for position, known in enumerate(sources):
        if is_same_resource(known, source):
            if (
                isinstance(known, DirectorySource)
                and known.editable
                and isinstance(source, DirectorySource)
                and source.editable is None
            ):
                source = msgspec.structs.replace(source, editable=True)
            sources[position] = source
            return
    sources.append(source)


def _conflict(name: PackageName, sources: list[DirectSource], environment: ForkEnvironment) -> ConflictingSources:
    texts = tuple(sorted(map(conflict_text, sources)))
    return ConflictingSources(name, "URLs", texts, _where(environment))


def _where(environment: ForkEnvironment) -> str | None:
    return environment.describe() if environment.is_universal else None

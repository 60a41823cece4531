"""Choosing a version: preferences first, then what is installed, then the best of the index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.source import RegistrySource
from ultraviolet.resolver.availability import UnusableFile
from ultraviolet.resolver.environment import ForkEnvironment
from ultraviolet.resolver.fork_map import ForkMap
from ultraviolet.resolver.manifest import FirstParty, Manifest
from ultraviolet.resolver.options import PrereleaseMode, ResolverOptions
from ultraviolet.resolver.preferences import Preferences, PreferredVersion
from ultraviolet.resolver.version_map import Prioritized, VersionMap
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.ranges import Range
from ultraviolet.standards.specifiers import Specifiers
from ultraviolet.standards.versions import Version

PrereleaseSelection = Literal["disallow", "allow", "prefer-stable"]
_Pass = Literal["all", "stable", "pre"]


class Candidate:
    """A version, and how it would be had."""

    __slots__ = ("installed", "name", "prioritized", "version")

    def __init__(
        self,
        name: PackageName,
        version: Version,
        prioritized: Prioritized | None,
        installed: InstalledDistribution | None = None,
    ) -> None:
        self.name = name
        self.version = version
        self.prioritized = prioritized
        """Its files; None for an installed one."""
        self.installed = installed

    @property
    def unusable(self) -> UnusableFile | None:
        """Why none of its files can be used; None when one can."""
        return None if self.prioritized is None else self.prioritized.unusable


class Selector:
    """Chooses candidates under the options of one resolution."""

    __slots__ = (
        "_direct",
        "_explicit",
        "_installed",
        "_modes",
        "_options",
        "_reinstall",
        "_upgrade",
    )

    def __init__(self, options: ResolverOptions, manifest: Manifest, first_party: FirstParty) -> None:
        self._options = options
        self._installed: Mapping[PackageName, tuple[InstalledDistribution, ...]] = manifest.installed
        self._reinstall = manifest.reinstall
        self._upgrade = manifest.upgrade
        self._modes: dict[PackageName, PrereleaseMode] = dict(options.prerelease_packages)
        self._direct: ForkMap[None] = ForkMap()
        if options.resolution == "lowest-direct":
            for requirement in first_party.by_user():
                self._direct.add(requirement, None)
        self._explicit: ForkMap[None] = ForkMap()
        if "explicit" in {options.prerelease, *options.prerelease_packages.values()}:
            for requirement in first_party.for_candidates():
                source = requirement.source
                if isinstance(source, RegistrySource) and names_prerelease(source.specifiers):
                    self._explicit.add(requirement, None)

    def wants_highest(self, name: PackageName, environment: ForkEnvironment) -> bool:
        """Whether the newest version of a package is wanted, not the oldest."""
        mode = self._options.resolution
        if mode == "highest":
            return True
        return mode == "lowest-direct" and not self._direct.holds(name, environment)

    def prereleases(self, name: PackageName, environment: ForkEnvironment) -> PrereleaseSelection:
        """Return how pre-releases of a package take part."""
        mode = self._modes.get(name, self._options.prerelease)
        if mode == "disallow":
            return "disallow"
        if mode == "allow":
            return "allow"
        if mode == "explicit" and not self._explicit.holds(name, environment):
            return "disallow"
        return "prefer-stable"

    def select(
        self,
        name: PackageName,
        versions: Range,
        maps: Sequence[VersionMap],
        preferences: Preferences,
        environment: ForkEnvironment,
        *,
        index: IndexLocation | None,
    ) -> Candidate | None:
        """Choose a version, usable or not; None when there is nothing in range.

        :param index: the index the package is pinned to in this fork.
        """
        reinstall = _covers(self._reinstall, name)
        stated = preferences.get(name)
        if stated:
            preferred = self._preferred(name, versions, maps, stated, environment, index=index)
            if preferred is not None:
                return preferred
        installed = None
        if self._installed and not reinstall:
            installed = self._single_installed(name)
            if installed is not None and not versions.contains(installed.version):
                installed = None
        if installed is not None and not _covers(self._upgrade, name):
            return Candidate(name, installed.version, None, installed)
        best = self.select_from_index(name, versions, maps, environment)
        if installed is not None and (
            best is None
            or (
                installed.version >= best.version
                if self.wants_highest(name, environment)
                else installed.version <= best.version
            )
        ):
            return Candidate(name, installed.version, None, installed)
        return best

    def select_from_index(
        self, name: PackageName, versions: Range, maps: Sequence[VersionMap], environment: ForkEnvironment
    ) -> Candidate | None:
        """Choose the best version of the indexes, usable or not."""
        selection = self.prereleases(name, environment)
        highest = self.wants_highest(name, environment)
        if selection == "allow":
            return self._search(name, versions, maps, "all", highest=highest)
        if selection == "disallow":
            return self._search(name, versions, maps, "stable", highest=highest)
        if self._options.index_strategy == "unsafe-first-match":
            for version_map in maps:
                found = self._search(name, versions, (version_map,), "stable", highest=highest) or self._search(
                    name, versions, (version_map,), "pre", highest=highest
                )
                if found is not None:
                    return found
            return None
        return self._search(name, versions, maps, "stable", highest=highest) or self._search(
            name, versions, maps, "pre", highest=highest
        )

    def _single_installed(self, name: PackageName) -> InstalledDistribution | None:
        installed = self._installed.get(name, ())
        return installed[0] if len(installed) == 1 else None

    def _preferred(
        self,
        name: PackageName,
        versions: Range,
        maps: Sequence[VersionMap],
        stated: list[PreferredVersion],
        environment: ForkEnvironment,
        *,
        index: IndexLocation | None,
    ) -> Candidate | None:
        if index is not None:
            url = index.public_url
            stated = [entry for entry in stated if entry.index is None or entry.index == url]
        if len(stated) > 1:
            highest = self.wants_highest(name, environment)
            stated = sorted(stated, key=lambda entry: entry.version.key, reverse=highest)
            stated = sorted(stated, key=lambda entry: not any(map(environment.includes, entry.markers)))
        selection = self.prereleases(name, environment)
        reinstall = _covers(self._reinstall, name)
        for entry in stated:
            version = entry.version
            if not versions.contains(version):
                continue
            if not reinstall and self._installed:
                installed = self._single_installed(name)
                if installed is not None and installed.version == version:
                    return Candidate(name, version, None, installed)
            if version.is_prerelease and (
                selection == "disallow" or (selection == "prefer-stable" and entry.source == "resolver")
            ):
                continue
            found = _find(name, version, versions, maps)
            if found is not None:
                return found
        return None

    def _search(
        self, name: PackageName, versions: Range, maps: Sequence[VersionMap], which: _Pass, *, highest: bool
    ) -> Candidate | None:
        if self._options.index_strategy == "unsafe-best-match" and len(maps) > 1:
            return _first_candidate(name, _merged(maps, versions, highest=highest), which)
        for version_map in maps:
            candidate = _first_candidate(name, _positions(version_map, versions, highest=highest), which)
            if candidate is not None:
                return candidate
        return None


def names_prerelease(specifiers: Specifiers) -> bool:
    """Whether specifiers name a pre-release other than to exclude it."""
    return any(item.operator not in {"!=", "!=.*"} and item.version.is_prerelease for item in specifiers.items)


def _covers(selection: bool | frozenset[PackageName], name: PackageName) -> bool:
    return selection if isinstance(selection, bool) else name in selection


def _find(name: PackageName, version: Version, versions: Range, maps: Sequence[VersionMap]) -> Candidate | None:
    """Find a preferred version, or a local version of it."""
    for version_map in maps:
        position = version_map.position(version)
        prioritized = None if position is None else version_map.get(position)
        if position is None or prioritized is None:
            continue
        if version_map.has_local:
            for other in range(len(version_map) - 1, position, -1):
                local = version_map.version(other)
                if not local.is_local or local.without_local() != version or not versions.contains(local):
                    continue
                found = version_map.get(other)
                if found is not None:
                    return Candidate(name, local, found)
        return Candidate(name, version_map.version(position), prioritized)
    return None


def _positions(version_map: VersionMap, versions: Range, *, highest: bool) -> Iterator[tuple[VersionMap, int]]:
    spans = versions.spans(version_map.keys)
    if highest:
        for start, end in reversed(spans):
            for position in range(end - 1, start - 1, -1):
                yield version_map, position
    else:
        for start, end in spans:
            for position in range(start, end):
                yield version_map, position


def _merged(maps: Sequence[VersionMap], versions: Range, *, highest: bool) -> Iterator[tuple[VersionMap, int]]:
    """Go through the versions of all maps in order; equal versions in order of the maps."""
    if len(maps) == 1:
        return _positions(maps[0], versions, highest=highest)
    from heapq import merge

    return merge(
        *(_positions(version_map, versions, highest=highest) for version_map in maps),
        key=lambda entry: entry[0].version(entry[1]).key,
        reverse=highest,
    )


def _first_candidate(name: PackageName, positions: Iterator[tuple[VersionMap, int]], which: _Pass) -> Candidate | None:
    """Return the first version whose files exist: a usable one, if any index has one of that version."""
    unusable: Candidate | None = None
    for version_map, position in positions:
        version = version_map.version(position)
        if unusable is not None and version != unusable.version:
            return unusable
        if which != "all" and version.is_prerelease is (which == "stable"):
            continue
        if not version_map.is_considered(position):
            continue
        prioritized = version_map.get(position)
        if prioritized is None:
            continue
        reason = prioritized.unusable
        if reason is None:
            return Candidate(name, version, prioritized)
        if reason.reason != "exclude-newer" and unusable is None:
            unusable = Candidate(name, version, prioritized)
    return unusable

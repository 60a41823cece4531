"""Choosing a version of a package in a fork: from its URL, from the environment, or from the indexes."""

from __future__ import annotations

from collections.abc import Sequence

from ultraviolet.distributions.dist import RegistryDist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.source import DirectSource, PathSource, UrlSource
from ultraviolet.distributions.urls import url_filename
from ultraviolet.pubgrub import TermStore
from ultraviolet.resolver.availability import UnavailablePackage, UnavailableVersion, UnusableFile
from ultraviolet.resolver.candidates import Candidate
from ultraviolet.resolver.environment import ForkEnvironment, marker_forks, python_forks
from ultraviolet.resolver.errors import UnhashedPackage
from ultraviolet.resolver.fork_state import ForkState, Pin
from ultraviolet.resolver.inquiry import Inquiry
from ultraviolet.resolver.packages import VirtualPackage
from ultraviolet.resolver.prefetch import Prefetcher
from ultraviolet.resolver.reachability import reachable
from ultraviolet.resolver.version_map import Prioritized, VersionMap, specifiers_of
from ultraviolet.standards.errors import InvalidWheelFilename
from ultraviolet.standards.filenames import parse_wheel_filename
from ultraviolet.standards.markers import TRUE, parse_marker
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.ranges import Range
from ultraviolet.standards.specifiers import Specifiers
from ultraviolet.standards.versions import Version, parse_version
from ultraviolet.standards.wheel_markers import implied_markers

ROOT_VERSION = parse_version("0a0.dev0")
"""The version of the root: below every other."""


class Rejected:
    """The chosen version cannot be used."""

    __slots__ = ("reason", "version")

    def __init__(self, version: Version, reason: UnavailableVersion) -> None:
        self.version = version
        self.reason = reason


class Split:
    """The fork must be split before the package can be decided."""

    __slots__ = ("parts",)

    def __init__(self, parts: list[tuple[ForkEnvironment, Version | None]]) -> None:
        self.parts = parts
        """Environments, each with the version that was chosen for it already, if one was; the last is solved first."""


Outcome = Version | Rejected | Split | None
"""What came of choosing a version; None when there is none."""


class Chooser:
    """Chooses versions under the facts of one resolution."""

    __slots__ = ("_covered", "_inquiry", "_prefetcher", "_store", "preferences")

    def __init__(self, inquiry: Inquiry, store: TermStore, prefetcher: Prefetcher) -> None:
        self._inquiry = inquiry
        self._store = store
        self._prefetcher = prefetcher
        self._covered = () if inquiry.environment.target is not None else inquiry.options.covered_environments
        self.preferences = inquiry.preferences.copy()
        """Those of the manifest, and what solved forks chose."""

    def choose(self, state: ForkState, package: VirtualPackage) -> Outcome:
        """Choose a version of a package within what is known of it."""
        if package.kind == "root":
            return ROOT_VERSION
        number = package.number
        term = state.search.solution.assigned[number]
        versions: Range = self._store.versions(term)
        if package.kind == "python":
            return None
        if package.kind == "system":
            return versions.as_singleton()
        name = package.name
        if name is None:
            return None
        source = state.urls.get(name)
        if source is not None:
            self._inquiry.check_hashed(name, source)
            return self._choose_direct(state, package, name, source, versions)
        index = state.indexes.get(name)
        if index is not None:
            return self._choose_listed(state, package, name, versions, index)
        same = self._store.same[term >> 1]
        known = state.selected.get(number)
        if known is not None and known[0] == same:
            return known[1]
        outcome = self._choose_listed(state, package, name, versions, None)
        if isinstance(outcome, Version):
            state.selected[number] = (same, outcome)
        return outcome

    def _choose_direct(
        self, state: ForkState, package: VirtualPackage, name: PackageName, source: DirectSource, versions: Range
    ) -> Outcome:
        """Take the one version of a direct source, if it is in range and fits the fork."""
        result = self._inquiry.metadata_of(self._inquiry.direct_dist(name, source))
        metadata = result.metadata
        if metadata is None:
            self._inquiry.unavailable[name] = UnavailablePackage(
                result.unavailable or "invalid-metadata", result.detail
            )
            return None
        version = metadata.version
        if not versions.contains(version):
            return None
        if isinstance(source, (UrlSource, PathSource)) and source.kind == "wheel":
            unusable = self._judge_direct_wheel(state, package, source)
            if unusable is not None:
                return Rejected(version, UnavailableVersion("file", unusable))
        specifiers = specifiers_of(metadata.requires_python)
        if specifiers is not None and not state.environment.admits(specifiers):
            return Rejected(version, self._python_reason(state, specifiers, "source"))
        return version

    def _judge_direct_wheel(
        self, state: ForkState, package: VirtualPackage, source: UrlSource | PathSource
    ) -> UnusableFile | None:
        location = source.url if isinstance(source, UrlSource) else source.path
        try:
            filename = parse_wheel_filename(url_filename(location))
        except InvalidWheelFilename:
            return None
        if self._covered:
            covered = implied_markers(filename)
            for marker in self._covered:
                if (
                    state.environment.includes(marker)
                    and covered.is_disjoint(marker)
                    and not reachable(state.search, package).is_disjoint(marker)
                ):
                    return UnusableFile("wheel", "missing-platform", platform=marker)
        if not state.environment.python.target.matches_wheel(filename):
            return UnusableFile("wheel", "tag", tag="abi-python-version")
        return None

    def _choose_listed(
        self,
        state: ForkState,
        package: VirtualPackage,
        name: PackageName,
        versions: Range,
        index: IndexLocation | None,
    ) -> Outcome:
        """Choose a version of the indexes, or an installed one."""
        maps = self._inquiry.maps_of(name, index)
        self._inquiry.asked_for.add(name)
        environment = state.environment
        candidate = self._inquiry.selector.select(name, versions, maps, self.preferences, environment, index=index)
        if candidate is None:
            return None
        version, prioritized = candidate.version, candidate.prioritized
        if prioritized is None or prioritized.dist is None:
            if candidate.installed is None:
                unusable = candidate.unusable or UnusableFile("none", "unavailable")
                return Rejected(version, UnavailableVersion("file", unusable))
            self._pin(state, package, candidate)
            return version
        specifiers = prioritized.requires_python
        if specifiers is not None and not environment.admits(specifiers):
            if self._inquiry.options.fork_strategy == "requires-python" and environment.is_universal:
                forks = python_forks(environment, specifiers)
                if forks:
                    return Split([(fork, None) for fork in forks])
            kind = "source" if prioritized.dist.from_sdist else "wheel"
            return Rejected(version, self._python_reason(state, specifiers, kind))
        if environment.is_universal and not prioritized.markers.is_true:
            outcome = self._cover(state, package, candidate, prioritized, versions, maps, index)
            if outcome is not None:
                return outcome
        self._pin(state, package, candidate)
        return version

    def _cover(
        self,
        state: ForkState,
        package: VirtualPackage,
        candidate: Candidate,
        prioritized: Prioritized,
        versions: Range,
        maps: Sequence[VersionMap],
        index: IndexLocation | None,
    ) -> Outcome:
        """Deal with a version whose wheels do not cover every platform: split, reject it, or take another.

        :returns: None when the version can be used as it is.
        """
        environment, covered = state.environment, prioritized.markers
        for marker in self._covered:
            if (
                environment.includes(marker)
                and covered.is_disjoint(marker)
                and not reachable(state.search, package).is_disjoint(marker)
            ):
                halves = marker_forks(environment, marker)
                if halves is None:
                    unusable = UnusableFile("wheel", "missing-platform", platform=marker)
                    return Rejected(candidate.version, UnavailableVersion("file", unusable))
                return Split([(half, None) for half in halves])
        if not candidate.version.is_local:
            return None
        public = versions & Range.singleton(candidate.version.without_local())
        base = self._inquiry.selector.select(candidate.name, public, maps, self.preferences, environment, index=index)
        if base is None or (base.prioritized is not None and base.prioritized.dist is None):
            return None
        remainder = (TRUE if base.prioritized is None else base.prioritized.markers) & ~covered
        if remainder.is_false or not environment.includes(remainder):
            return None
        if not environment.includes(covered):
            self._pin(state, package, base)
            return base.version
        for platform in ("darwin", "linux", "win32"):
            marker = parse_marker(f"sys_platform == '{platform}'")
            if covered.is_disjoint(marker) and not remainder.is_disjoint(marker):
                remainder |= marker
        halves = marker_forks(environment, remainder)
        if halves is None:
            return None
        self._pin(state, package, candidate)
        self._pin(state, package, base)
        return Split([(halves[0], base.version), (halves[1], candidate.version)])

    def _pin(self, state: ForkState, package: VirtualPackage, candidate: Candidate) -> None:
        key = (candidate.name, candidate.version)
        pin = state.pins.get(key)
        if pin is None:
            prioritized = candidate.prioritized
            dist: RegistryDist | InstalledDistribution | None = candidate.installed
            if prioritized is not None and prioritized.dist is not None:
                dist = prioritized.dist
            if dist is None:
                raise LookupError(candidate.name)
            pin = state.pins[key] = Pin(dist, prioritized)
        if package.kind == "package" and self._inquiry.options.dependency_mode == "transitive":
            if self._inquiry.options.hash_mode == "require" and key not in self._inquiry.options.hashes:
                raise UnhashedPackage(candidate.name)
            self._prefetcher.metadata(pin.dist)

    def _python_reason(self, state: ForkState, specifiers: Specifiers, file: str) -> UnavailableVersion:
        python = state.environment.python
        return UnavailableVersion(
            "file",
            UnusableFile(
                "wheel" if file == "wheel" else "source",
                "requires-python",
                requires_python=specifiers,
                python="installed" if python.is_installed else "target",
            ),
        )

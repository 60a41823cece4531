"""Versions to try first: locked, installed or written down ones, and those that earlier forks chose."""

from __future__ import annotations

from collections.abc import Iterable

from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.resolver.manifest import Preference, PreferenceSource
from ultraviolet.standards.markers import TRUE, Marker, MarkerEnvironment
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version


class PreferredVersion:
    """One version to try, and where it was chosen."""

    __slots__ = ("hashes", "index", "markers", "source", "version")

    def __init__(
        self,
        version: Version,
        markers: list[Marker],
        index: str | None,
        source: PreferenceSource,
        hashes: tuple[str, ...] = (),
    ) -> None:
        self.version = version
        self.markers = markers
        """The conditions of the forks that chose it, without conflict items."""
        self.index = index
        """Its URL; empty for one of those looked through for any package; None when unknown."""
        self.source: PreferenceSource = source
        self.hashes = hashes


class Preferences:
    """Preferences by package, in the order they were stated; forks add to them."""

    __slots__ = ("_entries",)

    def __init__(self, preferences: Iterable[Preference], target: MarkerEnvironment | None) -> None:
        """Index preferences; for one environment, those that do not apply are dropped."""
        self._entries: dict[PackageName, list[PreferredVersion]] = {}
        for preference in preferences:
            if target is not None:
                if not preference.marker.evaluate(target):
                    continue
                forks = preference.fork_markers
                if forks and not any(fork.marker.evaluate(target) for fork in forks):
                    continue
            index = preference.index
            if isinstance(index, IndexLocation):
                url: str | None = index.public_url
            else:
                url = None if index == "any" else ""
            markers = [fork.pep508 for fork in preference.fork_markers] or [TRUE]
            self._entries.setdefault(preference.name, []).append(
                PreferredVersion(preference.version, markers, url, preference.source, preference.hashes)
            )

    def copy(self) -> Preferences:
        """Return an independent copy."""
        other = Preferences((), None)
        other._entries = {name: entries.copy() for name, entries in self._entries.items()}
        return other

    def add(self, name: PackageName, version: Version, marker: Marker, index: IndexLocation | None) -> None:
        """Enter the choice of a fork."""
        url = "" if index is None else index.public_url
        entries = self._entries.setdefault(name, [])
        for entry in entries:
            if entry.source == "resolver" and entry.index == url and entry.version == version:
                if marker not in entry.markers:
                    entry.markers.append(marker)
                return
        entries.append(PreferredVersion(version, [marker], url, "resolver"))

    def get(self, name: PackageName) -> list[PreferredVersion]:
        """Return the preferences for a package."""
        return self._entries.get(name, [])

    def versions(self) -> Iterable[tuple[PackageName, list[Version]]]:
        """Yield every package with its preferred versions."""
        for name, entries in self._entries.items():
            yield name, [entry.version for entry in entries]

    def hashes(self, name: PackageName, version: Version) -> tuple[str, ...]:
        """Return the digests stated with a version."""
        for entry in self._entries.get(name, ()):
            if entry.version == version:
                return entry.hashes
        return ()

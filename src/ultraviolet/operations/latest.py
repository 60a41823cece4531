"""The newest version of a package that an interpreter could install (``--outdated``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from ultraviolet.distributions.artifact import Artifact
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.listing import ProjectListing
from ultraviolet.errors import UltravioletError
from ultraviolet.index.client import IndexClient
from ultraviolet.resolver.options import ResolverOptions
from ultraviolet.standards.filenames import parse_wheel_filename, split_filename
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.specifiers import parse_lenient_specifiers
from ultraviolet.standards.tags import Tags
from ultraviolet.standards.versions import Version

FileKind = Literal["wheel", "sdist"]


class Latest(msgspec.Struct, frozen=True):
    """The newest version, and the best kind of file it has."""

    version: Version
    kind: FileKind


class LatestFinder:
    """Looks for newest versions under the rules of one interpreter; asks each index once."""

    def __init__(
        self,
        client: IndexClient,
        options: ResolverOptions,
        *,
        tags: Tags | None = None,
        requires_python: RequiresPython | None = None,
        warn: Callable[[str], None] | None = None,
    ) -> None:
        """Pre-releases and cut-off dates come from ``options``; ``tags`` None accepts every wheel."""
        self._client = client
        self._options = options
        self._tags = tags
        self._requires_python = requires_python
        self._warn = warn

    def find_all(self, names: Iterable[PackageName], index: IndexLocation | None = None) -> dict[PackageName, Latest]:
        """Return the newest version of each package that has one; all are fetched side by side.

        :raises UltravioletError: an index cannot be asked or understood.
        """
        wanted = list(dict.fromkeys(names))
        for name in wanted:
            self._client.prefetch_listings(name, index)
        found = {}
        for name in wanted:
            latest = self.find(name, index)
            if latest is not None:
                found[name] = latest
        return found

    def find(self, name: PackageName, index: IndexLocation | None = None) -> Latest | None:
        """Return the newest version of a package; None when there is none, or no index to ask.

        :raises UltravioletError: an index cannot be asked or understood.
        """
        listings = self._client.listings(name, index)
        best: Latest | None = None
        for listing in (*listings.found, *listings.find_links):
            cutoff, _ = self._options.exclude_newer_for(name, listing.index)
            candidate = self._newest(listing, cutoff)
            if candidate is not None and (best is None or _rank(candidate) > _rank(best)):
                best = candidate
        return best

    def _newest(self, listing: ProjectListing, cutoff: int | Literal[False] | None) -> Latest | None:
        prereleases = self._options.prerelease_mode(listing.name) == "allow"
        best: Latest | None = None
        for position in range(len(listing) - 1, -1, -1):
            version = listing.version(position)
            if version.is_prerelease and not prereleases:
                continue
            kinds = [
                kind
                for artifact in listing.files(position)
                if (kind := self._usable(artifact, listing.name, cutoff)) is not None
            ]
            if best is None and kinds:
                best = Latest(version, "wheel" if "wheel" in kinds else "sdist")
            if best is not None and (self._warn is None or cutoff in (None, False)):
                break  # the older ones only matter for warnings about missing dates
        return best

    def _usable(self, artifact: Artifact, name: PackageName, cutoff: int | Literal[False] | None) -> FileKind | None:
        if cutoff is not None and cutoff is not False:
            if artifact.upload_time is None:
                if self._warn is not None:
                    moment = timestamp_text(cutoff)
                    self._warn(f"{artifact.filename} is missing an upload date, but user provided: {moment}")
            elif artifact.upload_time >= cutoff:
                return None
        if artifact.yanked is not False:
            return None
        if self._requires_python is not None and artifact.requires_python is not None:
            try:
                specifiers = parse_lenient_specifiers(artifact.requires_python)
            except UltravioletError:
                return None
            if not self._requires_python.is_contained_by(specifiers):
                return None
        split = split_filename(artifact.filename, name)
        if split is None:
            return None
        if split[0] == "wheel" and self._tags is not None:
            try:
                wheel = parse_wheel_filename(artifact.filename)
            except UltravioletError:
                return None
            if not self._tags.is_compatible(wheel):
                return None
        return split[0]


def _rank(latest: Latest) -> tuple[object, bool]:
    return latest.version.key, latest.kind == "wheel"


def timestamp_text(milliseconds: int) -> str:
    """Return a moment as RFC 3339 text in UTC.

    >>> timestamp_text(1735689600000), timestamp_text(1735689600250)
    ('2025-01-01T00:00:00Z', '2025-01-01T00:00:00.25Z')
    """
    import time

    seconds, rest = divmod(milliseconds, 1000)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    fraction = f".{rest:03}".rstrip("0") if rest else ""
    return f"{text}{fraction}Z"

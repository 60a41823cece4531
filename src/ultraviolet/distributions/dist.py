"""Distributions: what a resolution chose, before and after it was prepared."""

from __future__ import annotations

import msgspec

from ultraviolet.distributions.artifact import Artifact
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.manifest import WheelManifest
from ultraviolet.distributions.source import DirectSource
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version


class RegistryDist(msgspec.Struct, frozen=True, kw_only=True):
    """A version at an index, with the files that may be used."""

    name: PackageName
    version: Version
    index: IndexLocation
    wheels: tuple[Artifact, ...] = ()
    """All wheels of the version that are not cut off (a universal lock records them), sorted by filename."""
    sdist: Artifact | None = None
    wheel: Artifact | None = None
    """The wheel chosen for the target (specific mode) or for metadata (universal mode)."""
    from_sdist: bool = False
    """Install by building ``sdist`` although ``wheel`` serves the metadata."""

    @property
    def artifact(self) -> Artifact:
        """The file to install from."""
        chosen = self.sdist if self.from_sdist or self.wheel is None else self.wheel
        if chosen is None:
            raise LookupError(self.name)
        return chosen

    @property
    def metadata_artifact(self) -> Artifact:
        """The file to read metadata from."""
        chosen = self.wheel if self.wheel is not None else self.sdist
        if chosen is None:
            raise LookupError(self.name)
        return chosen


class DirectDist(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution at a URL, in a repository, an archive file or a source tree."""

    name: PackageName
    source: DirectSource
    version: Version | None = None
    """Known once metadata was read; None also for source trees with a dynamic version in a lockfile."""
    hashes: tuple[str, ...] = ()
    """Digests recorded for an archive."""


Dist = RegistryDist | DirectDist


class CachedWheel(msgspec.Struct, frozen=True, kw_only=True):
    """A wheel unpacked in the cache, ready to be linked into an environment."""

    dist: Dist
    name: PackageName
    version: Version
    filename: str
    path: str
    """Absolute path of the unpacked directory."""
    manifest: WheelManifest
    hashes: tuple[str, ...] = ()
    cache_info: bytes | None = None
    """JSON for ``uv_cache.json`` (local sources only)."""
    build_info: bytes | None = None
    """JSON for ``uv_build.json`` (wheels built here only)."""

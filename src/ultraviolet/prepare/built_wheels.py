"""Wheels that were built, kept with the revision they were built from and for the settings they were built with."""

from __future__ import annotations

import os

from ultraviolet.cache.keys import digest
from ultraviolet.cache.store import POINTER_SUFFIX, ArchiveStore, WheelPointer, read_pointer, write_pointer
from ultraviolet.distributions.dist import CachedWheel, Dist, RegistryDist
from ultraviolet.distributions.source import DirectorySource, PathSource, UrlSource
from ultraviolet.prepare.errors import InvalidWheel, MismatchedMetadata
from ultraviolet.prepare.labels import dist_label
from ultraviolet.prepare.shared import Shared
from ultraviolet.prepare.source_revisions import SourceRevision
from ultraviolet.prepare.wheels import cached_wheel
from ultraviolet.standards.filenames import parse_wheel_filename
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version


class BuiltWheels:
    """What builds have left."""

    __slots__ = ("_shared",)

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def directory(self, source: SourceRevision) -> str:
        """Return where wheels of a revision lie that were built with the present settings."""
        settings = self._build_info(source.dist)
        return source.directory if settings == b"{}" else f"{source.directory}/{digest(settings.decode())}"

    def find(self, source: SourceRevision) -> CachedWheel | None:
        """Return a wheel that fits the target."""
        directory = self.directory(source)
        try:
            names = sorted(os.listdir(directory))
        except OSError:
            return None
        tags = self._shared.options.tags
        for name in names:
            found_pointer = read_pointer(f"{directory}/{name}") if name.endswith(".whl" + POINTER_SUFFIX) else None
            if found_pointer is None:
                continue
            pointer = found_pointer[0]
            if tags is not None and not tags.is_compatible(parse_wheel_filename(pointer.filename)):
                continue
            found = cached_wheel(self._shared.cache, source.dist, pointer)
            if found is not None:
                return found
        return None

    def find_asked(self, source: SourceRevision) -> CachedWheel | None:
        """Return a wheel that fits the target, unless it was built by this command and for its metadata alone."""
        found = self.find(source)
        if found is None or (self.directory(source), found.filename) in self._shared.unasked_wheels:
            return None
        return found

    def keep(self, source: SourceRevision, directory: str, filename: str, *, is_wanted: bool = True) -> CachedWheel:
        """Take a wheel into the cache.

        :param directory: where the build has put it.
        :param is_wanted: False when only its metadata is; it may then be for any target.
        :raises MismatchedMetadata: it is of another package or version.
        :raises InvalidWheel: it does not fit the target, or is damaged.
        """
        dist = source.dist
        parsed = parse_wheel_filename(filename)
        check_identity(dist, parsed.name, parsed.version)
        tags = self._shared.options.tags
        if is_wanted and tags is not None and not tags.is_compatible(parsed):
            raise InvalidWheel(
                f"The built wheel `{filename}` is not compatible with the current Python "
                f"{self._shared.options.target_python}"
            )
        identity, _ = ArchiveStore(self._shared.cache).add_wheel(os.path.join(directory, filename))
        pointer = WheelPointer(identity, filename, (), None, self._build_info(dist), self._cache_info(dist))
        wheel = cached_wheel(self._shared.cache, dist, pointer)
        if wheel is None:
            raise InvalidWheel(f"The wheel of `{dist_label(dist)}` could not be unpacked into the cache")
        write_pointer(f"{self.directory(source)}/{filename}{POINTER_SUFFIX}", pointer)
        return wheel

    def _build_info(self, dist: Dist) -> bytes:
        """Return JSON for ``uv_build.json``: the settings a build depended on, ``{}`` for none."""
        return self._shared.options.build.record_for(dist.name)

    def _cache_info(self, dist: Dist) -> bytes | None:
        if isinstance(dist, RegistryDist) or isinstance(dist.source, UrlSource):
            return None
        if isinstance(dist.source, DirectorySource):
            return self._shared.trees.cache_info(dist.source.path)
        return self._shared.trees.cache_info_of_file(dist.source.path) if isinstance(dist.source, PathSource) else None


def check_identity(dist: Dist, name: PackageName, version: Version) -> None:
    """Check that a build made what was asked for.

    :raises MismatchedMetadata: it has another name or version.
    """
    if dist.name and name != dist.name:
        raise MismatchedMetadata(f"Package metadata name `{name}` does not match given name `{dist.name}`")
    wanted = dist.version if isinstance(dist, RegistryDist) else None
    if wanted is not None and wanted not in (version, version.without_local()):
        raise MismatchedMetadata(f"Package metadata version `{version}` does not match given version `{wanted}`")

"""Source distributions, source trees and repositories: their metadata read or built, their wheels built and kept.

``source_revisions`` has them unpacked, ``building`` builds, ``built_wheels`` knows what was built before.
"""

from __future__ import annotations

import msgspec

from ultraviolet.build.ports import BuildStack
from ultraviolet.distributions.dist import CachedWheel, DirectDist, Dist, RegistryDist
from ultraviolet.distributions.metadata import DistMetadata
from ultraviolet.distributions.source import DirectorySource, GitSource
from ultraviolet.prepare.built_wheels import BuiltWheels
from ultraviolet.prepare.errors import MismatchedMetadata
from ultraviolet.prepare.shared import Shared
from ultraviolet.prepare.source_revisions import SourceRevisions, existing_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.prepare.building import Builder
    from ultraviolet.standards.metadata import Metadata


class SourceBuilder:
    """Metadata and wheels of what must be built."""

    __slots__ = ("_built", "_revisions", "_shared", "_stack")

    def __init__(self, shared: Shared, stack: BuildStack) -> None:
        self._shared = shared
        self._stack = stack
        self._revisions = SourceRevisions(shared)
        self._built = BuiltWheels(shared)

    def metadata(self, dist: Dist) -> DistMetadata:
        """Return metadata, built where it is not stated."""
        if isinstance(dist, DirectDist) and isinstance(dist.source, DirectorySource):
            tree = existing_directory(dist.source)
            return self._tree_metadata(dist, tree)
        if isinstance(dist, DirectDist) and isinstance(dist.source, GitSource):
            return self._git_metadata(dist, dist.source)
        from ultraviolet.prepare.static import read_static_metadata

        with self._revisions.locked(dist):
            source = self._revisions.of_archive(dist)
            tree = self._revisions.unpacked_tree(source)
            version = dist.version if isinstance(dist, RegistryDist) else None
            found = read_static_metadata(tree, version=version)
            if found is not None and found.name == dist.name and (version is None or found.version == version):
                return _plain(found)
            return _plain(self._builder().metadata(source, tree))

    def archive_hashes(self, dist: Dist) -> tuple[str, ...]:
        """Return the digests of an archive."""
        with self._revisions.locked(dist):
            return self._revisions.of_archive(dist).revision.hashes

    def find(self, dist: Dist) -> CachedWheel | None:
        """Return a wheel built earlier, if what it was built from is still the same."""
        if isinstance(dist, DirectDist) and isinstance(dist.source, GitSource):
            if self._shared.git.commit_of(dist.source) is None:
                return None
            dist = self._precise(dist, dist.source)
        elif self._revisions.must_refresh(dist):
            return None
        source = self._revisions.current(dist)
        return None if source is None else self._built.find_asked(source)

    def wheel(self, dist: Dist) -> CachedWheel:
        """Return a wheel, built if need be."""
        tree = None
        if isinstance(dist, DirectDist) and isinstance(dist.source, GitSource):
            from ultraviolet.prepare.repositories import check_out, tree_of

            tree = tree_of(dist.source, check_out(self._shared, dist.source))
            dist = self._precise(dist, dist.source)
        with self._revisions.locked(dist):
            if isinstance(dist, DirectDist) and isinstance(dist.source, DirectorySource):
                tree = existing_directory(dist.source)
            if isinstance(dist, DirectDist) and tree is not None:
                source = self._revisions.of_tree(dist)
            else:
                source = self._revisions.of_archive(dist)
                tree = self._revisions.unpacked_tree(source)
            found = self._built.find(source)
            return found if found is not None else self._builder().wheel(source, tree)

    def _builder(self) -> Builder:
        from ultraviolet.prepare.building import Builder

        return Builder(self._shared, self._stack)

    def _precise(self, dist: DirectDist, source: GitSource) -> DirectDist:
        return msgspec.structs.replace(dist, source=self._shared.git.precise(source))

    def _tree_metadata(self, dist: DirectDist, tree: str) -> DistMetadata:
        """Return the metadata of a source tree with its sources applied."""
        static = self._shared.trees.static_metadata(tree)
        if static is not None:
            return static
        with self._revisions.locked(dist):
            built = self._builder().metadata(self._revisions.of_tree(dist), tree)
        return self._shared.trees.lower(tree, built)

    def _git_metadata(self, dist: DirectDist, source: GitSource) -> DistMetadata:
        from ultraviolet.prepare.repositories import check_out, tree_of, within_repository

        checkout = check_out(self._shared, source)
        found = self._tree_metadata(dist, tree_of(source, checkout))
        if dist.name and found.name != dist.name:
            raise MismatchedMetadata(f"Package metadata name `{found.name}` does not match given name `{dist.name}`")
        return within_repository(found, source, checkout)


def _plain(metadata: Metadata) -> DistMetadata:
    return DistMetadata(
        name=metadata.name,
        version=metadata.version,
        requires=metadata.requires_dist,
        requires_python=metadata.requires_python,
        provides_extra=metadata.provides_extra,
        dynamic=metadata.dynamic,
    )

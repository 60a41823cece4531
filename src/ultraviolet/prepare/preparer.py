"""The provider of metadata and wheels: finds in the cache, fetches, builds; each distribution once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

import msgspec

from ultraviolet.build.ports import BuildStack
from ultraviolet.distributions.direct_urls import archive_kind
from ultraviolet.distributions.dist import CachedWheel, DirectDist, Dist, RegistryDist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.listing import Listings
from ultraviolet.distributions.metadata import DistMetadata, MetadataResult
from ultraviolet.distributions.source import DirectorySource, GitSource, PathSource, UrlSource
from ultraviolet.distributions.urls import url_filename
from ultraviolet.errors import UltravioletError
from ultraviolet.http.futures import Future
from ultraviolet.prepare.errors import MismatchedMetadata, PreparationFailed, PythonTooOld
from ultraviolet.prepare.labels import dist_label
from ultraviolet.prepare.shared import Shared
from ultraviolet.standards.filenames import split_filename
from ultraviolet.standards.metadata import Metadata, parse_metadata
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version, parse_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextlib import AbstractContextManager


class Preparer:
    """Implements the resolver's ``MetadataProvider`` and gives the installer its wheels."""

    __slots__ = ("_shared", "_stack", "_static")

    def __init__(self, shared: Shared, stack: BuildStack | None = None) -> None:
        self._shared = shared
        self._stack = stack if stack is not None else BuildStack()
        self._static = {(entry.name, entry.version): entry for entry in shared.options.static_metadata}

    def inside(self, stack: BuildStack) -> Preparer:
        """Return a preparer for the requirements of a build in progress; these need no digests."""
        return Preparer(self._shared.for_builds(), stack)

    def silently(self) -> Preparer:
        """Return a preparer of the same work that tells nobody of it."""
        return Preparer(self._shared.silently(), self._stack)

    # -- listings

    def prefetch_listings(self, name: PackageName, index: IndexLocation | None) -> None:
        """Start to look a package up."""
        self._shared.index.prefetch(name, index)

    def listings(self, name: PackageName, index: IndexLocation | None) -> Listings:
        """Return the versions of a package."""
        return self._shared.index.listings(name, index)

    def listings_ready(self, name: PackageName, index: IndexLocation | None) -> bool:
        """Whether :meth:`listings` would answer at once."""
        return self._shared.index.is_ready(name, index)

    # -- metadata

    def prefetch_metadata(self, dist: Dist | InstalledDistribution) -> None:
        """Start to fetch or build metadata; what builds need is not built ahead in turn."""
        if isinstance(dist, InstalledDistribution) or self._stated(dist) is not None:
            return
        if isinstance(dist, RegistryDist):
            if dist.wheel is not None:
                self._shared.index.prefetch_metadata(dist.wheel, dist.name, dist.index)
                return
        elif isinstance(dist.source, UrlSource) and dist.source.kind == "wheel":
            from ultraviolet.prepare.direct import url_artifact

            self._shared.index.prefetch_metadata(url_artifact(dist.source), dist.name, None)
            return
        elif _is_wheel(dist) or (isinstance(dist.source, DirectorySource) and self._is_static(dist.source)):
            return
        if self._stack.entries or (_key(dist), "metadata") in self._shared.metadata:
            return
        from ultraviolet.prepare.source_revisions import SourceRevisions

        if not SourceRevisions(self._shared).has_archive(dist):
            self._shared.workers.ahead.begin(self.metadata, dist)

    def _is_static(self, source: DirectorySource) -> bool:
        """Whether a directory states its metadata, or has none."""
        if not _is_tree(source):
            return True
        try:
            return self._tree_metadata(source.path) is not None
        except UltravioletError:
            return True  # told when it is asked for

    def _tree_metadata(self, tree: str) -> DistMetadata | None:
        """Return what a source tree states, if that is all there is to know."""
        kept = self._shared.tree_metadata
        if tree not in kept:
            kept[tree] = self._shared.trees.static_metadata(tree)
        return kept[tree]

    def end_prefetches(self) -> None:
        """End the builds that were begun early and not asked for."""
        if self._shared.has_workers:
            self._shared.workers.ahead.end()

    def metadata(self, dist: Dist | InstalledDistribution) -> MetadataResult:
        """Return metadata, or why this version cannot be used.

        :raises PreparationFailed: fetching or building failed in a way that another version would not mend.
        """
        stated = self._stated(dist)
        if stated is not None:
            if isinstance(dist, DirectDist) and isinstance(dist.source, GitSource):
                self._find_commit(dist, dist.source)
            return MetadataResult(stated)
        if isinstance(dist, InstalledDistribution):
            return MetadataResult(_plain(_installed_metadata(dist)))
        if isinstance(dist, RegistryDist):
            if dist.wheel is not None:
                return self._wheel_metadata(dist)
        else:
            from ultraviolet.prepare.direct import check_direct

            check_direct(dist)
            if isinstance(dist.source, DirectorySource) and self._is_static(dist.source):
                return self._source_metadata(dist)  # there is nothing to wait for
        key = (_key(dist), "metadata")
        while True:
            future, is_mine = self._shared.metadata_future(key)
            if is_mine:
                self._deliver_metadata(dist, key, future)
                return future.result()
            if not future.done:
                with self._described(dist, building=True), self._shared.workers.waits.waiting((key,), dist.name):
                    future.wait()
            # One that was begun ahead may have been ended meanwhile.
            if not future.failed or self._shared.metadata.get(key) is future:
                return future.result()

    def _deliver_metadata(self, dist: Dist, key: tuple[object, str], future: Future[MetadataResult]) -> None:
        shared = self._shared
        waits = shared.workers.waits
        waits.own(key)
        try:
            result = self._source_metadata(dist)
        except BaseException as error:  # noqa: BLE001 - delivered to all who wait, this thread included
            if shared.workers.turns.is_ended():
                with shared.gate:
                    shared.metadata.pop(key, None)
            future.set_error(error)
        else:
            future.set_result(result)
        finally:
            waits.disown(key)

    def _find_commit(self, dist: DirectDist, source: GitSource) -> None:
        """Find out which commit a reference means, although nothing in it is read."""
        if self._shared.git.commit_of(source) is None:
            with self._described(dist, building=True):
                self._shared.git.fetch(source, self._shared.reporter)

    def _stated(self, dist: Dist | InstalledDistribution) -> DistMetadata | None:
        """Return ``tool.uv.dependency-metadata`` for a distribution."""
        anything = self._shared.options.static_any_version
        if not self._static and not anything:
            return None
        version = _told_version(dist)
        if version is not None:
            entry = self._static.get((dist.name, version))
            if entry is None:
                entry = next((found for name, found in anything if name == dist.name), None)
            return entry if entry is None else msgspec.structs.replace(entry, version=version)
        if any(name == dist.name for name, _ in anything):
            return None
        entries = [entry for entry in self._static.values() if entry.name == dist.name]
        return entries[0] if len(entries) == 1 else None

    def _wheel_metadata(self, dist: RegistryDist) -> MetadataResult:
        assert dist.wheel is not None
        try:
            metadata = self._shared.index.wheel_metadata(dist.wheel, dist.name, dist.index)
        except UltravioletError as error:
            return _unusable(error, dist.wheel.filename, dist.index.ignore_error_codes or ())
        return MetadataResult(_plain(metadata))  # its version is compared when the wheel is installed

    def _direct_wheel_metadata(self, dist: DirectDist) -> MetadataResult:
        from ultraviolet.index.errors import MetadataParseError, WheelStructureError
        from ultraviolet.prepare.direct import direct_wheel_metadata

        with self._described(dist, building=False):
            try:
                return MetadataResult(_plain(direct_wheel_metadata(self._shared, dist)))
            except MetadataParseError as error:
                return MetadataResult(None, "invalid-metadata", _chain(error))
            except WheelStructureError as error:
                return MetadataResult(None, "invalid-structure", _chain(error))

    def _check_hashable(self, dist: DirectDist) -> None:
        """Refuse what has no digest where digests are required."""
        if self._shared.options.hashes.mode != "require":
            return
        from ultraviolet.prepare.errors import HashesMissing

        kinds = {DirectorySource: "local directories", GitSource: "Git repositories"}
        kind = kinds.get(type(dist.source))
        if kind is not None and not (isinstance(dist.source, GitSource) and dist.source.archive is not None):
            raise HashesMissing(f"Hash-checking is not supported for {kind}: `{dist_label(dist)}`")

    def _archive(self, dist: DirectDist) -> DirectDist:
        from ultraviolet.prepare.repositories import archive_of

        assert isinstance(dist.source, GitSource)
        with self._described(dist, building=archive_kind(dist.source.archive or "") == "sdist"):
            return archive_of(self._shared, dist)

    def _source_metadata(self, dist: Dist) -> MetadataResult:
        if isinstance(dist, DirectDist) and _is_wheel(dist):
            return self._direct_wheel_metadata(dist)
        if isinstance(dist, DirectDist) and isinstance(dist.source, GitSource) and dist.source.archive is not None:
            return self._source_metadata(self._archive(dist))
        if isinstance(dist, DirectDist) and isinstance(dist.source, DirectorySource):
            with self._described(dist, building=True):
                self._check_hashable(dist)
                # Most projects state all there is to know, and need nothing that builds.
                stated = self._tree_metadata(dist.source.path) if _is_tree(dist.source) else None
                if stated is not None and stated.name != dist.name:
                    raise MismatchedMetadata(
                        f"Package metadata name `{stated.name}` does not match given name `{dist.name}`"
                    )
            if stated is not None:
                return MetadataResult(stated)
        from ultraviolet.http.errors import OfflineError
        from ultraviolet.prepare.sources import SourceBuilder

        try:
            with self._described(dist, building=True):
                if isinstance(dist, DirectDist):
                    self._check_hashable(dist)
                return MetadataResult(SourceBuilder(self._shared, self._stack).metadata(dist))
        except PreparationFailed as error:
            if isinstance(error.__cause__, OfflineError) and isinstance(dist, RegistryDist):
                return MetadataResult(None, "offline")
            if isinstance(error.__cause__, MismatchedMetadata) and isinstance(dist, RegistryDist):
                return MetadataResult(None, "inconsistent-metadata", str(error.__cause__))
            if isinstance(error.__cause__, PythonTooOld):
                return MetadataResult(
                    None, "requires-python", f"{error.__cause__.required}\n{error.__cause__.installed}"
                )
            raise

    def archive_hashes(self, dist: DirectDist) -> tuple[str, ...]:
        """Return the digests of an archive at a URL or path, fetched if need be; nothing for other sources.

        :raises PreparationFailed: the archive cannot be had.
        """
        if isinstance(dist.source, GitSource) and dist.source.archive is not None:
            dist = self._archive(dist)
        source = dist.source
        if not isinstance(source, (UrlSource, PathSource)):
            return ()
        if source.kind == "wheel":
            found = self.find(dist)
            return (found if found is not None else self.start(dist).result()).hashes
        from ultraviolet.prepare.sources import SourceBuilder

        with self._described(dist, building=True):
            return SourceBuilder(self._shared, self._stack).archive_hashes(dist)

    # -- wheels

    def find(self, dist: Dist) -> CachedWheel | None:
        """Return the wheel of a distribution if the cache holds it, fresh and with the digests asked for."""
        if _is_wheel(dist):
            from ultraviolet.prepare.wheels import WheelFetcher

            return WheelFetcher(self._shared).find(dist)
        if isinstance(dist, DirectDist) and isinstance(dist.source, GitSource) and dist.source.archive is not None:
            if dist.source.commit is None:
                return None
            found = self.find(self._archive(dist))
            return None if found is None else _in_repository(found, dist)
        from ultraviolet.prepare.sources import SourceBuilder

        return SourceBuilder(self._shared, self._stack).find(dist)

    def prepare(
        self, dists: Iterable[Dist], on_ready: Callable[[CachedWheel], None] | None = None
    ) -> list[CachedWheel]:
        """Fetch or build wheels side by side; the result is in the order asked.

        :param on_ready: called with each wheel as soon as it is there, by the calling thread, which has time meanwhile.
        :raises PreparationFailed: the first failure; what was fetched stays in the cache.
        """
        from _queue import SimpleQueue

        wanted = list(dists)
        if not wanted:
            return []
        order = sorted(range(len(wanted)), key=lambda position: -_size(wanted[position]))
        futures: dict[int, Future[CachedWheel]] = {position: self.start(wanted[position]) for position in order}
        arrived: SimpleQueue[Future[CachedWheel]] = SimpleQueue()
        for future in futures.values():
            future.on_done(arrived.put)
        with self._waiting(dist for position, dist in enumerate(wanted) if not futures[position].done):
            for count in range(1, len(wanted) + 1):
                future = arrived.get()
                if future.failed:
                    break  # the first in the order asked is told, whichever came first
                self._shared.reporter.on_prepared(count, len(wanted))
                if on_ready is not None:
                    on_ready(future.result())
            return [futures[position].result() for position in range(len(wanted))]

    def _waiting(self, dists: Iterable[Dist]) -> AbstractContextManager[None]:
        """Return the context in which the calling thread waits for the wheels of distributions.

        :raises CyclicBuild: on entering: the build of one of them waits for one that the calling thread does.
        """
        missing = [dist for dist in dists if not _is_wheel(dist)]
        label = missing[0].name if missing else ""
        return self._shared.workers.waits.waiting(((_key(dist), "wheel") for dist in missing), label)

    def discard(self, wheel: CachedWheel) -> None:
        """Forget a wheel whose unpacked files are not all there, so that it is fetched or built again."""
        from ultraviolet.cache.store import ArchiveStore

        ArchiveStore(self._shared.cache).forget(os.path.basename(wheel.path))
        with self._shared.gate:
            self._shared.wheels.pop(_key(wheel.dist), None)

    def refuse_cycles(self, dists: Iterable[Dist]) -> None:
        """Refuse to build what is being built already.

        :raises CyclicBuild: one of the distributions waits for this build.
        """
        for dist in dists:
            if not _is_wheel(dist):
                self._stack.entering(dist_label(dist), dist.name)

    def start(self, dist: Dist) -> Future[CachedWheel]:
        """Start to fetch or build one wheel."""
        key = _key(dist)
        shared = self._shared
        with shared.gate:
            future = shared.wheels.get(key)
            if future is not None:
                return future
            future = shared.wheels[key] = Future()
        if _is_wheel(dist):
            from ultraviolet.prepare.wheels import WheelFetcher

            WheelFetcher(shared).start(dist, future)
        elif self._stack.entries:
            self._build(dist, future)
        else:
            from threading import Thread

            Thread(target=self._build, args=(dist, future), daemon=True).start()
        return future

    def _build(self, dist: Dist, future: Future[CachedWheel]) -> None:
        key, waits = (_key(dist), "wheel"), self._shared.workers.waits
        waits.own(key)
        try:
            wheel = self._built(dist)
        except BaseException as error:  # noqa: BLE001 - delivered to all who wait
            if self._shared.workers.turns.is_ended():
                with self._shared.gate:
                    self._shared.wheels.pop(key[0], None)
            future.set_error(error)
        else:
            future.set_result(wheel)
        finally:
            waits.disown(key)

    def _built(self, dist: Dist) -> CachedWheel:
        from ultraviolet.prepare.sources import SourceBuilder

        if isinstance(dist, DirectDist) and isinstance(dist.source, GitSource) and dist.source.archive is not None:
            archive = self._archive(dist)
            precise = msgspec.structs.replace(dist, source=self._shared.git.precise(dist.source))
            future = self.start(archive)
            with self._waiting((archive,)):
                return _in_repository(future.result(), precise)
        with self._described(dist, building=True):
            wheel = SourceBuilder(self._shared, self._stack).wheel(dist)
            if isinstance(dist, DirectDist):
                _check_version(dist, wheel.version)
        return wheel

    def _failure(self, verb: str, dist: Dist) -> PreparationFailed:
        # Only its build tells what version a source has.
        is_told = isinstance(dist, RegistryDist) or _is_wheel(dist)
        version = str(dist.version) if dist.version is not None and is_told else None
        return PreparationFailed(verb, dist_label(dist), name=dist.name, version=version)

    def _described(self, dist: Dist, *, building: bool) -> _Described:
        return _Described(self, dist, building=building)


class _Described:
    """Wraps what goes wrong inside into an error that names the distribution."""

    __slots__ = ("_building", "_dist", "_preparer")

    def __init__(self, preparer: Preparer, dist: Dist, *, building: bool) -> None:
        self._preparer = preparer
        self._dist = dist
        self._building = building

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, UltravioletError) or isinstance(error, PreparationFailed):
            return
        raise self._preparer._failure(self._verb(error), self._dist) from error  # noqa: SLF001 - one unit

    def _verb(self, error: UltravioletError) -> str:
        from ultraviolet.build.errors import BuildError

        if isinstance(error, BuildError) and error.is_backend_failure:
            return "build"
        source = self._dist.source if isinstance(self._dist, DirectDist) else None
        if isinstance(source, DirectorySource) or (isinstance(source, PathSource) and self._building):
            return "build"
        if isinstance(source, PathSource):
            return "read"
        return "download and build" if self._building else "download"


def _in_repository(wheel: CachedWheel, dist: DirectDist) -> CachedWheel:
    """Return a wheel from an archive as one from the repository that the archive is in."""
    return msgspec.structs.replace(wheel, dist=dist)


def _check_version(dist: DirectDist, found: Version) -> None:
    from ultraviolet.prepare.direct import stated_version
    from ultraviolet.prepare.errors import InvalidWheel

    stated = stated_version(dist)
    if stated is not None and stated not in (found, found.without_local()):
        raise InvalidWheel(f"Package metadata version `{found}` does not match given version `{stated}`")


def _is_tree(source: DirectorySource) -> bool:
    return os.path.isdir(source.path)


def _is_wheel(dist: Dist) -> bool:
    if isinstance(dist, RegistryDist):
        return dist.wheel is not None and not dist.from_sdist
    return isinstance(dist.source, (UrlSource, PathSource)) and dist.source.kind == "wheel"


def _unusable(error: UltravioletError, filename: str, ignored: tuple[int, ...]) -> MetadataResult:
    """Return why a version whose wheel gave no metadata cannot be used, or let the failure rise.

    :param ignored: the status codes with which the index may refuse files.
    """
    from ultraviolet.fs.errors import ArchiveError
    from ultraviolet.http.errors import HttpError, OfflineError, status_text
    from ultraviolet.index.errors import MetadataParseError, WheelStructureError

    match error:
        case OfflineError():
            return MetadataResult(None, "offline")
        case HttpError(status=int(status)) if status in ignored:
            return MetadataResult(None, "network", status_text(status))
        case MetadataParseError():
            return MetadataResult(None, "invalid-metadata", _chain(error.__cause__ or error))
        case WheelStructureError():
            return MetadataResult(None, "invalid-structure", _chain(error))
        case ArchiveError():
            raise ArchiveError(f"Failed to unzip wheel: {filename}") from error.__cause__ or error
    raise error


def _told_version(dist: Dist | InstalledDistribution) -> Version | None:
    """Return the version of a distribution as far as it is known without opening it; names of files tell it, too."""
    if dist.version is not None or not isinstance(dist, DirectDist):
        return dist.version
    source = dist.source
    if isinstance(source, PathSource):
        filename = os.path.basename(source.path)
    elif isinstance(source, UrlSource) and source.kind == "wheel":
        filename = url_filename(source.url)
    else:
        return None
    found = split_filename(filename, dist.name)
    return parse_version(found[1]) if found is not None else None


def _key(dist: Dist) -> object:
    if isinstance(dist, RegistryDist):
        artifact = dist.artifact if dist.wheel is not None or dist.sdist is not None else None
        return (dist.name, dist.version, artifact.url if artifact is not None else None)
    return (dist.name, dist.source)


def _size(dist: Dist) -> int:
    return (dist.artifact.size or 0) if isinstance(dist, RegistryDist) else 0


def _plain(metadata: Metadata) -> DistMetadata:
    return DistMetadata(
        name=metadata.name,
        version=metadata.version,
        requires=metadata.requires_dist,
        requires_python=metadata.requires_python,
        provides_extra=metadata.provides_extra,
        dynamic=metadata.dynamic,
    )


def _installed_metadata(dist: InstalledDistribution) -> Metadata:
    for name in ("METADATA", "PKG-INFO", ""):
        path = os.path.join(dist.path, name) if name else dist.path
        if os.path.isfile(path):
            with open(path, "rb") as stream:
                return parse_metadata(stream.read())
    version: Version = dist.version
    return Metadata(name=dist.name, version=version)


def _chain(error: BaseException) -> str:
    texts = []
    current: BaseException | None = error
    while current is not None:
        texts.append(str(current))
        current = current.__cause__
    return ": ".join(texts)

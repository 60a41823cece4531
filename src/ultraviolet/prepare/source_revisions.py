"""Revisions of what is built: archives fetched and unpacked once, source trees as long as their facts are the same.

The layout of an entry is that of ``cache.revisions``. A revision stands as long as its stamp does: for archives at URLs the digests, for
files in the file system their facts, for source trees the cache keys of the project.
"""

from __future__ import annotations

import os
import tempfile

import msgspec

from ultraviolet.cache.keys import editable_key, git_key, index_key, path_key, url_key
from ultraviolet.cache.revisions import REVISION_FILE, Revision, new_revision_id, read_revision, write_revision
from ultraviolet.distributions.dist import DirectDist, Dist, RegistryDist
from ultraviolet.distributions.hashes import hash_algorithm
from ultraviolet.distributions.source import DirectorySource, GitSource, PathSource, UrlSource
from ultraviolet.distributions.urls import path_to_url, split_fragment, url_filename, url_to_path
from ultraviolet.errors import UltravioletError
from ultraviolet.fs.locks import FileLock
from ultraviolet.prepare.errors import HashesMissing, HashMismatch, SourceMissing
from ultraviolet.prepare.labels import dist_label, source_url
from ultraviolet.prepare.shared import Shared
from ultraviolet.prepare.waits import Waits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.http.downloads import Download


class SourceRevision(msgspec.Struct, frozen=True):
    """A distribution that must be built, as it is now."""

    dist: Dist
    entry: str
    """Directory of all its revisions."""
    revision: Revision

    @property
    def directory(self) -> str:
        """Where everything that belongs to this revision lies."""
        return f"{self.entry}/{self.revision.id}"


class LockedEntry:
    """See :meth:`SourceRevisions.locked`."""

    __slots__ = ("_entry", "_label", "_lock", "_waits")

    def __init__(self, waits: Waits, entry: str, label: str) -> None:
        self._waits = waits
        self._entry = entry
        self._label = label
        self._lock = FileLock(f"{entry}/.lock", resource=entry)

    def __enter__(self) -> None:
        os.makedirs(self._entry, exist_ok=True)
        with self._waits.waiting((self._entry,), self._label):
            self._lock.acquire()
        self._waits.own(self._entry)

    def __exit__(self, *_: object) -> None:
        self._waits.disown(self._entry)
        self._lock.release()


class SourceRevisions:
    """Finds and makes revisions. An entry must be locked while one is made."""

    __slots__ = ("_shared",)

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def entry(self, dist: Dist) -> str:
        """Return the directory of all revisions of a distribution."""
        cache = self._shared.cache
        if isinstance(dist, RegistryDist):
            return cache.path("sdists", index_key(dist.index), dist.name, str(dist.version))
        source = dist.source
        if isinstance(source, DirectorySource):
            key = editable_key(source.path) if source.editable else path_key(source.path)
        elif isinstance(source, PathSource):
            key = path_key(source.path)
        elif isinstance(source, GitSource):
            commit = self._shared.git.commit_of(source)
            assert commit is not None
            key = git_key(_git_place(source), commit)
        else:
            assert isinstance(source, UrlSource)
            key = url_key(source.url)
        return cache.path("sdists", key)

    def locked(self, dist: Dist) -> LockedEntry:
        """Return the lock of an entry, a context manager.

        :raises CyclicBuild: on entering: whoever has it waits for this build.
        """
        return LockedEntry(self._shared.workers.waits, self.entry(dist), dist.name)

    def current(self, dist: Dist) -> SourceRevision | None:
        """Return the revision there is, if it is not outdated."""
        entry = self.entry(dist)
        revision = read_revision(f"{entry}/{REVISION_FILE}")
        if revision is None or not self._is_current(dist, revision):
            return None
        return SourceRevision(dist, entry, revision)

    def has_archive(self, dist: Dist) -> bool:
        """Whether the archive of a distribution was fetched before: a guess, made without looking into it."""
        if isinstance(dist, DirectDist) and isinstance(dist.source, (DirectorySource, GitSource)):
            return False
        return not self.must_refresh(dist) and os.path.exists(f"{self.entry(dist)}/{REVISION_FILE}")

    def of_archive(self, dist: Dist) -> SourceRevision:
        """Return the revision of an archive, fetched and unpacked when there is none.

        :raises HashMismatch: it is not the archive that was asked for.
        """
        known = self.current(dist)
        if known is not None and _has_files(f"{known.directory}/src") and not self._is_refreshed(known):
            self._check_hashes(dist, known.revision.hashes)
            return known
        filename, archive, hashes, sink = self._fetch(dist)
        try:
            self._check_hashes(dist, hashes)
            made = SourceRevision(dist, self.entry(dist), Revision(new_revision_id(), hashes, self._stamp(dist)))
            self._unpack(made, archive, filename)
        finally:
            if sink is not None:
                sink.close()
        self._record(made)
        return made

    def of_tree(self, dist: DirectDist) -> SourceRevision:
        """Return the revision of a source tree, or of a commit."""
        entry, stamp = self.entry(dist), self._stamp(dist)
        known = read_revision(f"{entry}/{REVISION_FILE}")
        if known is not None and known.cache_info == stamp:
            found = SourceRevision(dist, entry, known)
            # A commit is what it is.
            if isinstance(dist.source, GitSource) or not self._is_refreshed(found):
                return found
        made = SourceRevision(dist, entry, Revision(new_revision_id(), (), stamp))
        os.makedirs(made.directory)
        self._record(made)
        return made

    def unpacked_tree(self, source: SourceRevision) -> str:
        """Return the source tree in an unpacked archive.

        :raises SourceMissing: the archive has no such subdirectory.
        """
        tree, dist = f"{source.directory}/src", source.dist
        subdirectory = None
        if isinstance(dist, DirectDist) and isinstance(dist.source, UrlSource):
            subdirectory = dist.source.subdirectory
        if subdirectory is None:
            return tree
        path = os.path.join(tree, subdirectory)
        if not os.path.isdir(path):
            shown = source_url(dist.source) if isinstance(dist, DirectDist) else dist_label(dist)
            raise SourceMissing(f"The source distribution `{shown}` has no subdirectory `{subdirectory}`")
        return path

    def _unpack(self, made: SourceRevision, archive: bytes | str, filename: str) -> None:
        from ultraviolet.fs.archives import top_directory, unpack_sdist
        from ultraviolet.fs.errors import ArchiveError
        from ultraviolet.fs.trees import remove_tree

        os.makedirs(made.directory)
        unpacking = tempfile.mkdtemp(prefix=".tmp", dir=made.directory)
        try:
            unpack_sdist(archive, filename, unpacking, validate=self._shared.options.validate_zips)
        except ArchiveError as error:
            raise ArchiveError(f"Failed to extract archive: {dist_label(made.dist)}") from error
        # Without the top directory, whose name says nothing and shows up in messages of backends.
        os.rename(top_directory(unpacking), f"{made.directory}/src")
        if os.path.isdir(unpacking):
            remove_tree(unpacking)

    def _record(self, made: SourceRevision) -> None:
        self._shared.new_revisions.add(made.directory)
        write_revision(f"{made.entry}/{REVISION_FILE}", made.revision)

    def _is_refreshed(self, known: SourceRevision) -> bool:
        """Whether a revision is to be replaced although it is current: not one that this command made itself."""
        return self.must_refresh(known.dist) and known.directory not in self._shared.new_revisions

    def must_refresh(self, dist: Dist) -> bool:
        """Whether what the cache holds of a distribution was made before this command wants it to be."""
        return self._shared.cache.refresh.applies_to(dist.name, _local_path(dist))

    def _is_current(self, dist: Dist, revision: Revision) -> bool:
        try:
            return self._stamp(dist) == revision.cache_info
        except UltravioletError:
            return False

    def _stamp(self, dist: Dist) -> bytes | None:
        """Return what must stay equal; None for archives at URLs, which are told by their digests."""
        if isinstance(dist, RegistryDist):
            url = dist.artifact.url
            return _facts(url_to_path(url)) if url.startswith("file:") else None
        if isinstance(dist.source, DirectorySource):
            return self._shared.trees.cache_info(dist.source.path)
        return _facts(dist.source.path) if isinstance(dist.source, PathSource) else None

    # -- archives

    def _fetch(self, dist: Dist) -> tuple[str, bytes | str, tuple[str, ...], Download | None]:
        """Return (filename, archive, digests, sink to discard)."""
        local = None
        if isinstance(dist, RegistryDist):
            artifact = dist.sdist if dist.sdist is not None else dist.artifact
            filename, url, scope = artifact.filename, artifact.url, dist.index.url
            if url.startswith("file:"):
                local = url_to_path(url)
        elif isinstance(dist.source, PathSource):
            local, filename, url, scope = dist.source.path, os.path.basename(dist.source.path), "", None
        else:
            assert isinstance(dist.source, UrlSource)
            url, scope = split_fragment(dist.source.url)[0], None
            filename = url_filename(url)
        algorithms = tuple(sorted({"sha256", *map(hash_algorithm, self._expected(dist))}))
        if local is not None:
            return filename, *_read_local(local, algorithms), None
        from ultraviolet.http.downloads import Download
        from ultraviolet.http.messages import Request

        sink = Download(self._shared.cache.bucket("archive"), algorithms=algorithms)
        request = Request(url, headers={"Accept-Encoding": "identity"}, sink=sink, scope=scope)
        self._shared.index.http.send(request).result().raise_for_status()
        return filename, sink.content(), sink.hashes(), sink

    def _expected(self, dist: Dist) -> tuple[str, ...]:
        identity = str(dist.version) if isinstance(dist, RegistryDist) else _identity(dist)
        given = self._shared.options.hashes.expected(dist.name, identity)
        if given or self._shared.options.hashes.mode == "none" or isinstance(dist, RegistryDist):
            return given
        return dist.hashes

    def _check_hashes(self, dist: Dist, hashes: tuple[str, ...]) -> None:
        expected = self._expected(dist)
        if not expected:
            if self._shared.options.hashes.mode == "require":
                raise HashesMissing(f"Hash-checking is enabled, but no hashes were provided for: `{dist_label(dist)}`")
            return
        if isinstance(dist, RegistryDist):
            accepted = any(item in expected for item in hashes)
        else:
            known = {hash_algorithm(item) for item in hashes}
            accepted = all(item in hashes for item in expected if hash_algorithm(item) in known) and any(
                hash_algorithm(item) in known for item in expected
            )
        if not accepted:
            algorithms = {hash_algorithm(item) for item in expected}
            computed = tuple(item for item in hashes if hash_algorithm(item) in algorithms) or hashes
            raise HashMismatch(dist_label(dist), expected, computed)


def existing_directory(source: DirectorySource) -> str:
    """Return the path of a source tree.

    :raises SourceMissing: there is none.
    """
    if not os.path.isdir(source.path):
        raise SourceMissing(f"Distribution not found at: {path_to_url(source.path)}")
    return source.path


def _has_files(directory: str) -> bool:
    try:
        return bool(os.listdir(directory))
    except OSError:
        return False


def _git_place(source: GitSource) -> str:
    """Return the part of a repository that is built."""
    fragments = [f"subdirectory={source.subdirectory}"] if source.subdirectory is not None else []
    if source.lfs:
        fragments.append("lfs=true")
    return split_fragment(source.repository)[0] + ("#" + "&".join(fragments) if fragments else "")


def _identity(dist: DirectDist) -> str:
    if isinstance(dist.source, UrlSource):
        return split_fragment(dist.source.url)[0]
    return dist.source.path if isinstance(dist.source, (PathSource, DirectorySource)) else ""


def _facts(path: str) -> bytes:
    try:
        facts = os.stat(path)
    except OSError as error:
        raise SourceMissing(f"Distribution not found at: {path_to_url(path)}") from error
    return f"{facts.st_mtime_ns}:{facts.st_size}".encode()


def _local_path(dist: Dist) -> str | None:
    """Return the real path of a distribution in the file system."""
    if isinstance(dist, DirectDist) and isinstance(dist.source, (DirectorySource, PathSource)):
        return os.path.realpath(dist.source.path)
    return None


def _read_local(path: str, algorithms: tuple[str, ...]) -> tuple[bytes, tuple[str, ...]]:
    import hashlib

    try:
        with open(path, "rb") as stream:
            content = stream.read()
    except OSError as error:
        raise SourceMissing(f"Distribution not found at: {path_to_url(path)}") from error
    hashes = (f"{name}:{hashlib.new(name, content, usedforsecurity=False).hexdigest()}" for name in algorithms)
    return content, tuple(hashes)

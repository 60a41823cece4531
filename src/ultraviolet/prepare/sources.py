"""Source distributions and source trees: unpacked once, their metadata read or built, their wheels built and kept.

The layout of an entry is that of ``cache.revisions``.

A revision stands as long as its stamp does: for archives the digests, for files in the file system their facts, for source trees the
cache keys of the project.
"""

from __future__ import annotations

import os
import tempfile

import msgspec

from ultraviolet.build.errors import BuildDisabled
from ultraviolet.build.frontend import BuildKind, SourceBuild, SourceTree
from ultraviolet.build.ports import BuildStack
from ultraviolet.build.system import BuildSystem, read_build_system
from ultraviolet.cache.keys import digest, editable_key, git_key, index_key, path_key, url_key
from ultraviolet.cache.records import DAMAGE, discard, read_record, write_record
from ultraviolet.cache.revisions import (
    METADATA_FILE,
    REVISION_FILE,
    Revision,
    new_revision_id,
    read_revision,
    write_revision,
)
from ultraviolet.cache.store import POINTER_SUFFIX, ArchiveStore, WheelPointer, read_pointer, write_pointer
from ultraviolet.cache.wheel_metadata import decode_metadata, encode_metadata
from ultraviolet.distributions.dist import CachedWheel, DirectDist, Dist, RegistryDist
from ultraviolet.distributions.hashes import hash_algorithm
from ultraviolet.distributions.metadata import DistMetadata
from ultraviolet.distributions.source import DirectorySource, GitSource, PathSource, UrlSource
from ultraviolet.distributions.urls import path_to_url, split_fragment, url_filename, url_to_path
from ultraviolet.errors import UltravioletError
from ultraviolet.fs.archives import top_directory, unpack_sdist
from ultraviolet.fs.errors import ArchiveError
from ultraviolet.fs.locks import FileLock
from ultraviolet.fs.trees import remove_tree
from ultraviolet.http.downloads import Download
from ultraviolet.http.messages import Request
from ultraviolet.prepare.errors import HashesMissing, HashMismatch, InvalidWheel, MismatchedMetadata, SourceMissing
from ultraviolet.prepare.labels import dist_label, source_url
from ultraviolet.prepare.shared import Shared
from ultraviolet.prepare.static import read_static_metadata
from ultraviolet.prepare.wheels import cached_wheel
from ultraviolet.standards.filenames import parse_wheel_filename
from ultraviolet.standards.metadata import Metadata, parse_metadata

COMPATIBLE_BACKEND = "0.12.5"
"""The version of ``uv_build`` that builds in process reproduce."""
_COMPATIBLE_BACKENDS = ("0.9.30", "0.10.12", "0.11.33", COMPATIBLE_BACKEND)
"""Versions whose wheels are the same: a ``uv_build`` requirement must admit one of them."""


class SourceBuilder:
    """Metadata and wheels of what must be built."""

    __slots__ = ("_shared", "_stack")

    def __init__(self, shared: Shared, stack: BuildStack) -> None:
        self._shared = shared
        self._stack = stack

    # -- what others ask

    def metadata(self, dist: Dist) -> DistMetadata:
        """Return metadata, built where it is not stated."""
        if isinstance(dist, DirectDist) and isinstance(dist.source, DirectorySource):
            tree = _existing_directory(dist.source)
            static = self._shared.trees.static_metadata(tree)
            if static is not None:
                return static
            return self._shared.trees.lower(tree, self._built_metadata(dist, tree))
        if isinstance(dist, DirectDist) and isinstance(dist.source, GitSource):
            return self._git_metadata(dist, dist.source)
        entry = self._entry(dist)
        with _locked(entry):
            revision = self._revision(dist, entry)
            tree = self._tree(dist, entry, revision)
            version = dist.version if isinstance(dist, RegistryDist) else None
            found = read_static_metadata(tree, version=version)
            if found is not None and found.name == dist.name and (version is None or found.version == version):
                return _plain(found)
            return _plain(self._metadata_of(dist, entry, revision, tree))

    def archive_hashes(self, dist: Dist) -> tuple[str, ...]:
        """Return the digests of an archive."""
        entry = self._entry(dist)
        with _locked(entry):
            return self._revision(dist, entry).hashes

    def find(self, dist: Dist) -> CachedWheel | None:
        """Return a wheel built earlier, if what it was built from is still the same."""
        if isinstance(dist, DirectDist) and isinstance(dist.source, GitSource):
            if self._shared.git.commit_of(dist.source) is None:
                return None
            dist = self._precise(dist, dist.source)
        elif self._shared.cache.refresh.applies_to(dist.name, _local_path(dist)):
            return None
        entry = self._entry(dist)
        revision = read_revision(f"{entry}/{REVISION_FILE}")
        if revision is None or not self._is_current(dist, revision):
            return None
        found = self._find_built(dist, entry, revision)
        if (
            found is None
            or (self._built_directory(dist, entry, revision), found.filename) in self._shared.unasked_wheels
        ):
            return None
        return found

    def wheel(self, dist: Dist) -> CachedWheel:
        """Return a wheel, built if need be."""
        checkout = None
        if isinstance(dist, DirectDist) and isinstance(dist.source, GitSource):
            checkout = self._git_tree(dist.source)
            dist = self._precise(dist, dist.source)
        entry = self._entry(dist)
        with _locked(entry):
            if checkout is not None and isinstance(dist, DirectDist):
                tree = checkout
                revision = self._directory_revision(dist, entry)
            elif isinstance(dist, DirectDist) and isinstance(dist.source, DirectorySource):
                tree = _existing_directory(dist.source)
                revision = self._directory_revision(dist, entry)
            else:
                revision = self._revision(dist, entry)
                tree = self._tree(dist, entry, revision)
            found = self._find_built(dist, entry, revision)
            if found is not None:
                return found
            return self._build(dist, entry, revision, tree)

    # -- revisions

    def _entry(self, dist: Dist) -> str:
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

    def _revision(self, dist: Dist, entry: str) -> Revision:
        """Return the current revision of an archive, fetched and unpacked when there is none."""
        known = read_revision(f"{entry}/{REVISION_FILE}")
        if (
            known is not None
            and self._is_current(dist, known)
            and _has_files(f"{entry}/{known.id}/src")
            and not self._is_refreshed(dist, f"{entry}/{known.id}")
        ):
            self._check_hashes(dist, known.hashes)
            return known
        filename, archive, hashes, sink = self._fetch(dist)
        try:
            self._check_hashes(dist, hashes)
            stamp = self._stamp(dist)
            identity = new_revision_id()
            target = f"{entry}/{identity}"
            os.makedirs(target)
            unpacking = tempfile.mkdtemp(prefix=".tmp", dir=target)
            try:
                unpack_sdist(archive, filename, unpacking, validate=self._shared.options.validate_zips)
            except ArchiveError as error:
                raise ArchiveError(f"Failed to extract archive: {dist_label(dist)}") from error
            # Without the top directory, whose name says nothing and shows up in messages of backends.
            os.rename(top_directory(unpacking), f"{target}/src")
            if os.path.isdir(unpacking):
                remove_tree(unpacking)
        finally:
            if sink is not None:
                sink.close()
        revision = Revision(identity, hashes, stamp)
        self._shared.new_revisions.add(f"{entry}/{revision.id}")
        write_revision(f"{entry}/{REVISION_FILE}", revision)
        return revision

    def _directory_revision(self, dist: DirectDist, entry: str) -> Revision:
        stamp = self._stamp(dist)
        known = read_revision(f"{entry}/{REVISION_FILE}")
        if (
            known is not None
            and known.cache_info == stamp
            # A commit is what it is.
            and (isinstance(dist.source, GitSource) or not self._is_refreshed(dist, f"{entry}/{known.id}"))
        ):
            return known
        revision = Revision(new_revision_id(), (), stamp)
        os.makedirs(f"{entry}/{revision.id}")
        self._shared.new_revisions.add(f"{entry}/{revision.id}")
        write_revision(f"{entry}/{REVISION_FILE}", revision)
        return revision

    def _is_refreshed(self, dist: Dist, directory: str) -> bool:
        """Whether a revision is to be replaced although it is current: not one that this command made itself."""
        return (
            self._shared.cache.refresh.applies_to(dist.name, _local_path(dist))
            and directory not in self._shared.new_revisions
        )

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
        sink = Download(self._shared.cache.bucket("archive"), algorithms=algorithms)
        request = Request(url, headers={"Accept-Encoding": "identity"}, sink=sink, scope=scope)
        self._shared.index.http.send(request).result().raise_for_status()
        return filename, sink.content(), sink.hashes(), sink

    def _tree(self, dist: Dist, entry: str, revision: Revision) -> str:
        tree = f"{entry}/{revision.id}/src"
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

    # -- repositories

    def _precise(self, dist: DirectDist, source: GitSource) -> DirectDist:
        return msgspec.structs.replace(dist, source=self._shared.git.precise(source))

    def _git_tree(self, source: GitSource) -> str:
        from ultraviolet.prepare.repositories import check_out, tree_of

        return tree_of(source, check_out(self._shared, source))

    def _git_metadata(self, dist: DirectDist, source: GitSource) -> DistMetadata:
        from ultraviolet.prepare.repositories import check_out, tree_of, within_repository

        checkout = check_out(self._shared, source)
        tree = tree_of(source, checkout)
        found = self._shared.trees.static_metadata(tree)
        if found is None:
            found = self._shared.trees.lower(tree, self._built_metadata(dist, tree))
        if dist.name and found.name != dist.name:
            raise MismatchedMetadata(f"Package metadata name `{found.name}` does not match given name `{dist.name}`")
        return within_repository(found, source, checkout)

    # -- building

    def _built_metadata(self, dist: DirectDist, tree: str) -> Metadata:
        entry = self._entry(dist)
        with _locked(entry):
            return self._metadata_of(dist, entry, self._directory_revision(dist, entry), tree)

    def _metadata_of(self, dist: Dist, entry: str, revision: Revision, tree: str) -> Metadata:
        """Return METADATA of a revision: kept from an earlier build, from the hook, or from a wheel."""
        path = f"{entry}/{revision.id}/{METADATA_FILE}"
        record = read_record(path)
        if record is not None:
            try:
                kept = decode_metadata(record.payload)
            except DAMAGE:
                discard(path)
            else:
                check_metadata(dist, kept)
                return kept
        self._check_allowed(dist)
        system = self._system(dist, tree)
        if builds_in_process(system):
            from ultraviolet.backend.wheel import build_metadata

            content = build_metadata(
                tree, backend_version=COMPATIBLE_BACKEND, cwd=self._shared.cwd, warn=self._shared.reporter.warn
            )
        else:
            build, key = self._source_build(dist, entry, revision, tree, system)
            stated = build.metadata()
            if stated is None:
                # Only this counts as building.
                self._shared.reporter.on_build_start(dist_label(dist))
                try:
                    wheel = self._store_built(dist, entry, revision, build)
                finally:
                    build.close()
                self._shared.reporter.on_build_complete(dist_label(dist))
                with open(f"{wheel.path}/{wheel.manifest.dist_info}/METADATA", "rb") as stream:
                    stated = stream.read()
                # It counts as prepared only when it is asked for.
                self._shared.unasked_wheels.add((self._built_directory(dist, entry, revision), wheel.filename))
            else:
                self._shared.keep_build(key, build)
            content = stated
        metadata = parse_metadata(content)
        check_metadata(dist, metadata)
        write_record(path, None, encode_metadata(metadata))
        return metadata

    def _system(self, dist: Dist, tree: str) -> BuildSystem:
        """Return the build system of a tree, with the warnings it deserves."""
        system = read_build_system(tree)
        if system.warning is not None:
            self._shared.reporter.warn(system.warning)
        if system.ignores_settings and isinstance(dist, DirectDist):
            backend = (
                "the `build-system` table is missing"
                if system.has_default_requires
                else f"uses `{system.backend}` as build backend instead"
            )
            self._shared.reporter.warn(
                f"`{dist.name}` defines settings for `uv_build` in `tool.uv.build-backend`, but {backend}"
            )
        return system

    def _build(self, dist: Dist, entry: str, revision: Revision, tree: str) -> CachedWheel:
        self._check_allowed(dist)
        label = dist_label(dist)
        self._shared.reporter.on_build_start(label)
        system = self._system(dist, tree)
        if builds_in_process(system):
            wheel = self._build_in_process(dist, entry, revision, tree)
        else:
            build, _ = self._source_build(dist, entry, revision, tree, system)
            try:
                wheel = self._store_built(dist, entry, revision, build)
            finally:
                build.close()
        self._shared.reporter.on_build_complete(label)
        return wheel

    def _build_in_process(self, dist: Dist, entry: str, revision: Revision, tree: str) -> CachedWheel:
        from ultraviolet.backend.wheel import build_editable, build_wheel

        with tempfile.TemporaryDirectory(prefix="ultraviolet-wheel-") as directory:
            build = build_editable if _kind(dist) == "editable" else build_wheel
            filename = build(
                tree,
                directory,
                backend_version=COMPATIBLE_BACKEND,
                cwd=self._shared.cwd,
                warn=self._shared.reporter.warn,
            )
            return self._keep(dist, entry, revision, directory, filename)

    def _store_built(self, dist: Dist, entry: str, revision: Revision, build: SourceBuild) -> CachedWheel:
        with tempfile.TemporaryDirectory(prefix="ultraviolet-wheel-") as directory:
            return self._keep(dist, entry, revision, directory, build.wheel(directory))

    def _keep(self, dist: Dist, entry: str, revision: Revision, directory: str, filename: str) -> CachedWheel:
        parsed = parse_wheel_filename(filename)
        if dist.name and parsed.name != dist.name:
            raise MismatchedMetadata(f"Package metadata name `{parsed.name}` does not match given name `{dist.name}`")
        wanted = dist.version if isinstance(dist, RegistryDist) else None
        if wanted is not None and wanted not in (parsed.version, parsed.version.without_local()):
            raise MismatchedMetadata(
                f"Package metadata version `{parsed.version}` does not match given version `{wanted}`"
            )
        tags = self._shared.options.tags
        if tags is not None and not tags.is_compatible(parsed):
            raise InvalidWheel(
                f"The built wheel `{filename}` is not compatible with the current Python "
                f"{self._shared.options.target_python}"
            )
        identity, _ = ArchiveStore(self._shared.cache).add_wheel(os.path.join(directory, filename))
        pointer = WheelPointer(identity, filename, (), None, self._build_info(dist), self._cache_info(dist))
        wheel = cached_wheel(self._shared.cache, dist, pointer)
        if wheel is None:
            raise InvalidWheel(f"The wheel of `{dist_label(dist)}` could not be unpacked into the cache")
        write_pointer(f"{self._built_directory(dist, entry, revision)}/{filename}{POINTER_SUFFIX}", pointer)
        return wheel

    def _find_built(self, dist: Dist, entry: str, revision: Revision) -> CachedWheel | None:
        directory = self._built_directory(dist, entry, revision)
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
            found = cached_wheel(self._shared.cache, dist, pointer)
            if found is not None:
                return found
        return None

    def _built_directory(self, dist: Dist, entry: str, revision: Revision) -> str:
        settings = self._build_info(dist)
        directory = f"{entry}/{revision.id}"
        return directory if settings == b"{}" else f"{directory}/{digest(settings.decode())}"

    def _build_info(self, dist: Dist) -> bytes:
        """Return JSON for ``uv_build.json``: the settings a build depended on, ``{}`` for none."""
        return self._shared.options.build.record_for(dist.name)

    def _cache_info(self, dist: Dist) -> bytes | None:
        if isinstance(dist, RegistryDist) or isinstance(dist.source, UrlSource):
            return None
        if isinstance(dist.source, DirectorySource):
            return self._shared.trees.cache_info(dist.source.path)
        return self._shared.trees.cache_info_of_file(dist.source.path) if isinstance(dist.source, PathSource) else None

    def _check_allowed(self, dist: Dist) -> None:
        if isinstance(dist, DirectDist) and isinstance(dist.source, DirectorySource) and dist.source.editable:
            return
        if self._shared.options.forbids_build(dist.name):
            raise BuildDisabled(f"Building source distributions for `{dist.name}` is disabled")

    def _source_build(
        self, dist: Dist, entry: str, revision: Revision, tree: str, system: BuildSystem
    ) -> tuple[SourceBuild, object]:
        """Return a build that is set up, and the key to keep it by: that which gave the metadata, if there was one."""
        key = (self._built_directory(dist, entry, revision), tree, _kind(dist))
        kept = self._shared.take_build(key)
        if kept is not None:
            return kept, key
        build = SourceBuild(
            SourceTree(
                path=tree,
                system=system,
                name=dist.name,
                version=str(dist.version) if dist.version is not None else None,
                label=dist_label(dist) if dist.name else None,
            ),
            kind=_kind(dist),
            provision=self._shared.provision,
            options=self._shared.options.build,
            environ=self._shared.environ,
            stack=self._stack.entering(build_identity(dist), dist.name),
            output=self._shared.output,
        )
        return build.__enter__(), key


def _has_files(directory: str) -> bool:
    try:
        return bool(os.listdir(directory))
    except OSError:
        return False


def check_metadata(dist: Dist, metadata: Metadata) -> None:
    """Check that a build made what was asked for.

    :raises InvalidWheel: it has another name or version.
    """
    if dist.name and metadata.name != dist.name:
        raise MismatchedMetadata(f"Package metadata name `{metadata.name}` does not match given name `{dist.name}`")
    wanted = dist.version if isinstance(dist, RegistryDist) else None
    if wanted is not None and wanted not in (metadata.version, metadata.version.without_local()):
        raise MismatchedMetadata(
            f"Package metadata version `{metadata.version}` does not match given version `{wanted}`"
        )


def builds_in_process(system: BuildSystem) -> bool:
    """Whether our own backend stands in for ``uv_build``: it is the only requirement and admits the version we reproduce."""
    if system.backend != "uv_build" or system.backend_path or len(system.requires) != 1:
        return False
    from ultraviolet.standards.requirements import parse_requirement
    from ultraviolet.standards.versions import parse_version

    try:
        requirement = parse_requirement(system.requires[0])
    except UltravioletError:
        return False
    if requirement.name != "uv-build" or requirement.url is not None:
        return False
    return any(requirement.specifiers.contains(parse_version(version)) for version in _COMPATIBLE_BACKENDS)


def _kind(dist: Dist) -> BuildKind:
    if isinstance(dist, DirectDist) and isinstance(dist.source, DirectorySource) and dist.source.editable:
        return "editable"
    return "wheel"


def build_identity(dist: Dist) -> str:
    """Return what tells one build from another."""
    return f"{dist.name}=={dist.version}" if isinstance(dist, RegistryDist) else dist_label(dist)


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


def _existing_directory(source: DirectorySource) -> str:
    if not os.path.isdir(source.path):
        raise SourceMissing(f"Distribution not found at: {path_to_url(source.path)}")
    return source.path


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


def _locked(entry: str) -> FileLock:
    os.makedirs(entry, exist_ok=True)
    return FileLock(f"{entry}/.lock", resource=entry)


def _plain(metadata: Metadata) -> DistMetadata:
    return DistMetadata(
        name=metadata.name,
        version=metadata.version,
        requires=metadata.requires_dist,
        requires_python=metadata.requires_python,
        provides_extra=metadata.provides_extra,
        dynamic=metadata.dynamic,
    )

"""Wheels of indexes, URLs and paths: into the cache, checked and unpacked."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from ultraviolet.cache.freshness import Policy, confirmed, policy_for
from ultraviolet.cache.keys import index_key, path_key, url_key
from ultraviolet.cache.layout import Cache
from ultraviolet.cache.store import ArchiveStore, WheelPointer, pointer_path, read_pointer, write_pointer
from ultraviolet.distributions.dist import CachedWheel, DirectDist, Dist, RegistryDist
from ultraviolet.distributions.hashes import hash_algorithm
from ultraviolet.distributions.source import PathSource, UrlSource
from ultraviolet.distributions.urls import path_to_url, split_fragment, url_filename, url_to_path, without_credentials
from ultraviolet.errors import UltravioletError
from ultraviolet.fs.errors import named
from ultraviolet.http.futures import Future
from ultraviolet.prepare.errors import (
    HashesMissing,
    HashMismatch,
    InvalidWheel,
    PreparationFailed,
    SizeMismatch,
    SourceMissing,
)
from ultraviolet.prepare.labels import dist_label
from ultraviolet.prepare.shared import Shared
from ultraviolet.standards.filenames import WheelFilename, parse_wheel_filename

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.http.messages import Response
    from ultraviolet.prepare.announced import AnnouncedDownload


class WheelFetcher:
    """Finds and fetches wheels that exist as files."""

    __slots__ = ("_shared",)

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    def find(self, dist: Dist) -> CachedWheel | None:
        """Return the unpacked wheel if the cache holds it and nothing asks to fetch it again."""
        if self._shared.cache.refresh.applies_to(dist.name, _local_path(dist)):
            return None
        entry = read_pointer(self._place(dist))
        if entry is None:
            return None
        pointer = entry[0]
        if pointer.modified != _modified(dist) or not self._accepts(dist, pointer.hashes):
            return None
        return cached_wheel(self._shared.cache, dist, pointer)

    def start(self, dist: Dist, future: Future[CachedWheel]) -> None:
        """Begin to fetch; the future delivers the wheel or a :class:`PreparationFailed`."""
        from ultraviolet.http.messages import Request
        from ultraviolet.prepare.announced import AnnouncedDownload

        local = _local_path(dist)
        if local is not None:
            self._shared.workers.pool.submit(self._read_local, dist, local).on_done(
                _deliver(self._failed, dist, future)
            )
            return
        url, scope, size = _remote(dist)
        sink = AnnouncedDownload(dist, size, self._shared, self._algorithms(dist))

        known = self._known(dist)
        headers = {"Accept-Encoding": "identity"}
        if known is not None and known[1] is not None:
            headers |= known[1].conditions()
            if self._shared.cache.refresh.applies_to(dist.name):
                headers["Cache-Control"] = "no-cache"

        def arrived(answer: Future[Response]) -> None:
            self._shared.workers.pool.submit(self._unpack_response, dist, answer, sink, known).on_done(
                _deliver(self._failed, dist, future)
            )

        request = Request(url, headers=headers, sink=sink, scope=scope)
        self._shared.index.http.send(request).on_done(arrived)

    def _known(self, dist: Dist) -> tuple[WheelPointer, Policy | None] | None:
        """Return what the cache holds of a remote wheel, to ask whether it changed."""
        entry = read_pointer(self._place(dist))
        if entry is None or not self._accepts(dist, entry[0].hashes):
            return None
        return entry if ArchiveStore(self._shared.cache).manifest(entry[0].archive) is not None else None

    def _unpack_response(
        self,
        dist: Dist,
        answer: Future[Response],
        sink: AnnouncedDownload,
        known: tuple[WheelPointer, Policy | None] | None,
    ) -> CachedWheel:
        from ultraviolet.http.messages import Request

        try:
            response = answer.result().raise_for_status()
            if response.status == 304 and known is not None and known[1] is not None:
                pointer, policy = known
                wheel = cached_wheel(self._shared.cache, dist, pointer)
                if wheel is not None and policy is not None and policy.confirms(response.headers):
                    fresh = confirmed(policy, response_headers=response.headers, now=time.time())
                    write_pointer(self._place(dist), pointer, fresh)
                    return wheel
                url, scope, _ = _remote(dist)
                again = Request(url, headers={"Accept-Encoding": "identity"}, sink=sink, scope=scope)
                response = self._shared.index.http.send(again).result().raise_for_status()
            archive = sink.content()
            sink.announce_end()
            policy = policy_for(
                url=without_credentials(_remote(dist)[0]),
                request_headers={},
                status=response.status,
                response_headers=response.headers,
                now=time.time(),
            )
            return self._store(dist, archive, sink.hashes(), received=sink.size, policy=policy)
        finally:
            sink.close()

    def _read_local(self, dist: Dist, path: str) -> CachedWheel:
        import hashlib

        try:
            with open(path, "rb") as stream:
                archive = stream.read()
        except OSError as error:
            raise SourceMissing(f"Distribution not found at: {path_to_url(path)}") from error
        hashes = tuple(
            f"{name}:{hashlib.new(name, archive, usedforsecurity=False).hexdigest()}" for name in self._algorithms(dist)
        )
        return self._store(dist, archive, hashes)

    def _algorithms(self, dist: Dist) -> tuple[str, ...]:
        return tuple(sorted({"sha256", *map(hash_algorithm, self._expected(dist))}))

    def _store(
        self,
        dist: Dist,
        archive: bytes | str,
        hashes: tuple[str, ...],
        *,
        received: int | None = None,
        policy: Policy | None = None,
    ) -> CachedWheel:
        if not self._accepts(dist, hashes):
            expected = self._expected(dist)
            if not expected:
                raise HashesMissing(f"Hash-checking is enabled, but no hashes were provided for: `{dist_label(dist)}`")
            algorithms = {hash_algorithm(digest) for digest in expected}
            computed = tuple(digest for digest in hashes if hash_algorithm(digest) in algorithms)
            mismatch = HashMismatch(dist_label(dist), expected, computed)
            try:
                # It is what the address leads to, for those who ask for no digests.
                self._keep(dist, archive, hashes, policy)
            except (UltravioletError, OSError):
                raise mismatch from None
            raise mismatch
        if isinstance(dist, RegistryDist) and received is not None and self._shared.options.sizes_are_authoritative:
            locked = dist.artifact.size
            if locked is not None and locked != received:
                raise SizeMismatch(dist_label(dist), locked, received)
        return self._keep(dist, archive, hashes, policy)

    def _keep(self, dist: Dist, archive: bytes | str, hashes: tuple[str, ...], policy: Policy | None) -> CachedWheel:
        """Unpack into the cache."""
        sha256 = next(digest[7:] for digest in hashes if digest.startswith("sha256:"))
        store = ArchiveStore(self._shared.cache)
        identity, _ = store.add_wheel(
            archive,
            sha256=sha256,
            validate=self._shared.options.validate_zips,
            label=_local_path(dist) or _filename(dist),
        )
        info = None
        if isinstance(dist, DirectDist) and isinstance(dist.source, PathSource):
            info = self._shared.trees.cache_info_of_file(dist.source.path)
        pointer = WheelPointer(identity, _filename(dist), hashes, _modified(dist), None, info)
        wheel = cached_wheel(self._shared.cache, dist, pointer)
        if wheel is None:
            raise InvalidWheel(f"The wheel of `{dist_label(dist)}` could not be unpacked into the cache")
        write_pointer(self._place(dist), pointer, policy)
        return wheel

    def _expected(self, dist: Dist) -> tuple[str, ...]:
        identity = str(dist.version) if isinstance(dist, RegistryDist) else _direct_identity(dist)
        given = self._shared.options.hashes.expected(dist.name, identity)
        if given or self._shared.options.hashes.mode == "none" or not isinstance(dist, DirectDist):
            return given
        return dist.hashes

    def _accepts(self, dist: Dist, hashes: tuple[str, ...]) -> bool:
        expected = self._expected(dist)
        if not expected:
            return self._shared.options.hashes.mode != "require"
        if isinstance(dist, RegistryDist):
            return any(digest in expected for digest in hashes)
        known = {hash_algorithm(digest) for digest in hashes}
        return all(digest in hashes for digest in expected if hash_algorithm(digest) in known) and any(
            hash_algorithm(digest) in known for digest in expected
        )

    def _place(self, dist: Dist) -> str:
        """Return the path of the pointer."""
        if isinstance(dist, RegistryDist):
            place = index_key(dist.index)
        elif isinstance(dist.source, PathSource):
            place = path_key(dist.source.path)
        else:
            assert isinstance(dist.source, UrlSource)
            place = url_key(dist.source.url)
        return pointer_path(self._shared.cache, place, dist.name, _filename(dist))

    def _failed(self, dist: Dist, error: BaseException) -> BaseException:
        if not isinstance(error, (UltravioletError, OSError)):
            return error
        local = isinstance(dist, DirectDist) and isinstance(dist.source, PathSource)
        version = str(dist.version) if dist.version is not None else None
        failure = PreparationFailed("read" if local else "download", dist_label(dist), name=dist.name, version=version)
        failure.__cause__ = named(error) if isinstance(error, OSError) else error
        return failure


def _deliver(
    failed: Callable[[Dist, BaseException], BaseException], dist: Dist, future: Future[CachedWheel]
) -> Callable[[Future[CachedWheel]], None]:
    def deliver(done: Future[CachedWheel]) -> None:
        try:
            wheel = done.result()
        except BaseException as error:  # noqa: BLE001 - delivered
            future.set_error(failed(dist, error))
        else:
            future.set_result(wheel)

    return deliver


def cached_wheel(cache: Cache, dist: Dist, pointer: WheelPointer) -> CachedWheel | None:
    """Return the wheel a pointer leads to; None when the archive is gone or broken."""
    manifest = ArchiveStore(cache).manifest(pointer.archive)
    if manifest is None:
        return None
    filename = parse_wheel_filename(pointer.filename)
    return CachedWheel(
        dist=dist,
        name=filename.name,
        version=filename.version,
        filename=pointer.filename,
        path=cache.path("archive", pointer.archive),
        manifest=manifest,
        hashes=pointer.hashes,
        cache_info=pointer.cache_info,
        build_info=pointer.build_info,
    )


def wheel_filename(dist: Dist) -> WheelFilename:
    """Return the parsed filename of a wheel distribution."""
    return parse_wheel_filename(_filename(dist))


def _filename(dist: Dist) -> str:
    if isinstance(dist, RegistryDist):
        return dist.artifact.filename
    if isinstance(dist.source, PathSource):
        return os.path.basename(dist.source.path)
    assert isinstance(dist.source, UrlSource)
    return url_filename(dist.source.url)


def _direct_identity(dist: DirectDist) -> str:
    if isinstance(dist.source, UrlSource):
        return split_fragment(dist.source.url)[0]
    return dist.source.path if isinstance(dist.source, PathSource) else ""


def _local_path(dist: Dist) -> str | None:
    if isinstance(dist, RegistryDist):
        url = dist.artifact.url
        return url_to_path(url) if url.startswith("file:") else None
    return dist.source.path if isinstance(dist.source, PathSource) else None


def _remote(dist: Dist) -> tuple[str, str | None, int | None]:
    if isinstance(dist, RegistryDist):
        return dist.artifact.url, dist.index.url, dist.artifact.size
    assert isinstance(dist.source, UrlSource)
    return split_fragment(dist.source.url)[0], None, None


def _modified(dist: Dist) -> int | None:
    """Return the modification time of a local wheel in nanoseconds; -1 when it is missing, None for remote ones."""
    path = _local_path(dist)
    if path is None:
        return None
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return -1

"""The question for the metadata of one wheel.

Order (specification of the index room, section 5): the cached record; a wheel in the file system is read; the index offers the
metadata beside the wheel (PEP 658); a byte range of the archive; the whole archive.
"""

from __future__ import annotations

import time
from _thread import RLock

from ultraviolet.cache.freshness import confirmed, policy_for
from ultraviolet.cache.keys import index_key, url_key
from ultraviolet.cache.layout import Cache
from ultraviolet.cache.records import DAMAGE, Record, discard, write_record
from ultraviolet.cache.wheel_metadata import decode_metadata, encode_metadata
from ultraviolet.distributions.artifact import Artifact
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.urls import redact, split_fragment, url_to_path, without_credentials
from ultraviolet.standards.metadata import Metadata
from ultraviolet.standards.names import PackageName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from ultraviolet.http.cached import CachedRequest
    from ultraviolet.http.client import Client
    from ultraviolet.http.messages import Response
    from ultraviolet.http.remote_zip import RemoteMember
else:
    Protocol = object  # making real ones takes time

_IMMUTABLE = "max-age=365000000, immutable, public"
_FILE_HOSTS = ("https://download.pytorch.org/", "https://pypi.nvidia.com/")
"""Indexes whose files never change although their servers do not say so."""


class Asker(Protocol):
    """What a question needs of the index client."""

    cache: Cache

    @property
    def http(self) -> Client:
        """The client of transfers."""

    def usable_record(self, path: str, url: str, name: PackageName | None) -> tuple[Record | None, bool]:
        """Return the record at ``path`` and whether it may be used as it is."""

    def refresh_since(self, name: PackageName | None) -> float | None:
        """Return the moment before which entries of a package are asked for again, if any."""

    def has_ranges(self, index: IndexLocation | None) -> bool:
        """Whether an index has not shown yet that it cannot serve parts of files."""

    def forget_ranges(self, index: IndexLocation | None) -> None:
        """Remember that an index cannot serve parts of files."""


def files_cache_control(index: IndexLocation | None, url: str) -> str | None:
    """Return the Cache-Control that replaces the one of a file's response."""
    if index is not None and index.cache_control_files is not None:
        return index.cache_control_files
    place = index.url if index is not None else url
    return _IMMUTABLE if place.startswith(_FILE_HOSTS) else None


def record_path(cache: Cache, artifact: Artifact, name: PackageName, index: IndexLocation | None) -> str:
    """Return where the metadata of a wheel are kept."""
    place = index_key(index) if index is not None else url_key(artifact.url)
    return cache.path("wheels", place, name, f"{artifact.filename.removesuffix('.whl')}.meta")


class WheelQuestion:
    """The metadata of one wheel; made, it is under way."""

    __slots__ = (
        "_artifact",
        "_asker",
        "_cached",
        "_gate",
        "_index",
        "_metadata",
        "_name",
        "_path",
        "_record",
        "_remote",
        "_stale",
        "_url",
    )

    def __init__(self, asker: Asker, artifact: Artifact, name: PackageName, index: IndexLocation | None) -> None:
        self._asker = asker
        self._artifact = artifact
        self._name = name
        self._index = index
        self._gate = RLock()
        self._metadata: Metadata | None = None
        self._record: Record | None = None
        self._cached: CachedRequest | None = None
        self._remote: RemoteMember | None = None
        self._stale: Record | None = None
        self._url = split_fragment(artifact.url)[0]
        if artifact.core_metadata:
            self._url += ".metadata"
        self._path = record_path(asker.cache, artifact, name, index)
        if self._is_local:
            return
        record, usable = asker.usable_record(self._path, self._url, name)
        if usable:
            self._record = record
        else:
            self._send(record)

    @property
    def _is_local(self) -> bool:
        return self._artifact.url.startswith("file:")

    def _send(self, record: Record | None) -> None:
        revalidate = self._asker.refresh_since(self._name) is not None
        scope = self._index.url if self._index is not None else None
        if self._artifact.core_metadata:
            from ultraviolet.http.cached import CachedRequest

            self._cached = CachedRequest(
                self._asker.http,
                url=self._url,
                path=self._path,
                headers={},
                record=record,
                revalidate=revalidate,
                cache_control=files_cache_control(self._index, self._url),
                scope=scope,
            )
            return
        from ultraviolet.http.remote_zip import RemoteMember
        from ultraviolet.index.wheels import choose_metadata

        headers = {}
        if record is not None and record.policy is not None and record.policy.matches(self._plain_url, {}):
            self._stale = record
            headers = record.policy.conditions()
        if revalidate:
            headers["Cache-Control"] = "no-cache"
        name = self._name
        self._remote = RemoteMember(
            self._asker.http,
            self._url,
            lambda members: choose_metadata(members, name),
            headers=headers,
            scope=scope,
            use_ranges=self._asker.has_ranges(self._index),
        )

    @property
    def _plain_url(self) -> str:
        return without_credentials(self._url)

    def finish(self) -> Metadata:
        """Wait for the metadata; see :meth:`IndexClient.wheel_metadata` for what is raised."""
        metadata = self._metadata
        if metadata is None:
            with self._gate:
                if self._metadata is None:
                    self._metadata = self._read()
                metadata = self._metadata
        return metadata

    def _read(self) -> Metadata:
        if self._is_local:
            from ultraviolet.index.wheels import parse_wheel_metadata, read_wheel_metadata

            path = url_to_path(self._artifact.url)
            content = read_wheel_metadata(path, self._name)
            return parse_wheel_metadata(content, name=self._name, filename=self._artifact.filename, source=path)
        try:
            metadata = decode_metadata(self._answer().payload)
        except DAMAGE:
            discard(self._path)
            self._record = None
            self._send(None)
            metadata = decode_metadata(self._answer().payload)
        if metadata.name != self._name:  # a record of an earlier, wrong answer
            from ultraviolet.index.wheels import check_name

            discard(self._path)
            check_name(metadata, self._name)
        return metadata

    def _answer(self) -> Record:
        if self._record is None:
            if self._cached is not None:
                self._record = self._cached.finish(self._encode_response)
                self._cached = None
            else:
                self._record = self._finish_remote()
                self._remote = None
        return self._record

    def _encode_response(self, response: Response) -> bytes:
        return self._encode(response.body)

    def _encode(self, content: bytes) -> bytes:
        from ultraviolet.index.wheels import parse_wheel_metadata

        return encode_metadata(
            parse_wheel_metadata(
                content,
                name=self._name,
                filename=self._artifact.filename,
                source=redact(self._url),
            )
        )

    def _finish_remote(self) -> Record:
        remote = self._remote
        assert remote is not None
        content, response = remote.future.result()
        if not remote.ranges_work:
            self._asker.forget_ranges(self._index)
        override = files_cache_control(self._index, self._url)
        stale_policy = self._stale.policy if self._stale is not None else None
        if response.status == 304 and self._stale is not None and stale_policy is not None:
            if not stale_policy.confirms(response.headers):
                self._stale = None
                self._send(None)
                return self._finish_remote()
            policy = confirmed(stale_policy, response_headers=response.headers, now=time.time(), cache_control=override)
            record = Record(policy, self._stale.payload)
            self._write(record)
            return record
        new_policy = policy_for(
            url=self._plain_url,
            request_headers={},
            status=200,
            response_headers=response.headers,
            now=time.time(),
            cache_control=override,
        )
        record = Record(new_policy, self._encode(content))
        if new_policy is not None:
            self._write(record)
        return record

    def _write(self, record: Record) -> None:
        try:
            write_record(self._path, record.policy, record.payload)
        except OSError:  # a cache that cannot be written costs time, not correctness
            pass

    def settle(self) -> None:
        """Finish if that needs no waiting, so that the answer is kept."""
        remote = self._remote
        if (self._cached is not None and self._cached.is_done) or (remote is not None and remote.future.done):
            try:
                self.finish()
            except Exception:  # noqa: BLE001, S110 - nobody asked, so nobody is told
                pass

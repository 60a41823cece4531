"""The one place to ask which versions of a package exist and what its wheels require.

A question is a small object that is started (non-blocking: the cache is looked at, a request is sent) and finished (waits,
parses, keeps the result). ``prefetch`` starts, ``listings`` and ``wheel_metadata`` start if need be and finish. Whatever is
asked twice is one object, so identical requests are joined.
"""

from __future__ import annotations

import os
import time
from _thread import RLock
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from ultraviolet.cache.keys import index_key
from ultraviolet.cache.layout import Cache
from ultraviolet.cache.records import DAMAGE, Record, discard, is_usable, read_record
from ultraviolet.distributions.artifact import Artifact
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.listing import Listings, ProjectListing
from ultraviolet.distributions.urls import without_credentials
from ultraviolet.index.metadata import WheelQuestion
from ultraviolet.index.options import IndexOptions
from ultraviolet.standards.metadata import Metadata
from ultraviolet.standards.names import PackageName

if TYPE_CHECKING:
    from ultraviolet.http.cached import CachedRequest
    from ultraviolet.http.client import Client
    from ultraviolet.index.flat import FlatFiles

_TOLERATED = frozenset({401, 403, 404, 407, 511})
"""Statuses that mean "not here" under the unsafe strategies."""


class IndexClient:
    """Looks packages up. Used from several threads; close it to keep what was prefetched and never asked for."""

    def __init__(
        self,
        *,
        cache: Cache,
        options: IndexOptions,
        http: Client | Callable[[], Client],
    ) -> None:
        """``http`` may be a function that makes the client when the network is needed for the first time."""
        self.cache = cache
        self.options = options
        self._http = http
        self._gate = RLock()
        """Guards the questions and memories below, and the making of the client."""
        self._projects: dict[tuple[str, PackageName], _ProjectQuestion] = {}
        self._pages: dict[str, _PageQuestion] = {}
        self._wheels: dict[str, WheelQuestion] = {}
        self._without_ranges: set[str] = set()
        self._answers: dict[tuple[PackageName, str | None], Listings] = {}
        self._indexes = options.locations.implicit_indexes()
        self._own_indexes = dict(options.package_indexes)
        self.now = time.time()

    @property
    def http(self) -> Client:
        """The client of transfers, made on first use."""
        with self._gate:
            if callable(self._http):
                self._http = self._http()
            return self._http

    # Listings.

    def prefetch(self, name: PackageName, index: IndexLocation | None = None) -> None:
        """Start to look a package up; returns at once."""
        if self.options.locations.no_index or (name, index.url if index else None) in self._answers:
            return
        for one in self._asked_at_once(name, index):
            self._start(one, name)
        if index is None:
            for location in self.options.locations.find_links:
                self._page(location)

    prefetch_listings = prefetch

    def listings(self, name: PackageName, index: IndexLocation | None = None) -> Listings:
        """Return the versions of a package: at one index, or at those that are looked through for any package.

        Find-links locations are asked too when no index is given.

        :raises UltravioletError: an index cannot be asked or understood.
        """
        key = (name, index.url if index is not None else None)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = self._look_up(name, index)
        return answer

    def is_ready(self, name: PackageName, index: IndexLocation | None = None) -> bool:
        """Whether :meth:`listings` would answer without waiting for the network."""
        if self.options.locations.no_index or (name, index.url if index is not None else None) in self._answers:
            return True
        for one in self._asked_at_once(name, index):
            with self._gate:
                question = self._projects.get((one.url, name))
            if question is None or not (question.is_at_hand or question.has_arrived):
                return False
        return True

    def _asked_at_once(self, name: PackageName, index: IndexLocation | None) -> tuple[IndexLocation, ...]:
        """Return the indexes that are asked in any case; later ones only when the first does not know the package."""
        if index is not None:
            return (index,)
        own = self._own_indexes.get(name)
        if own is not None:
            return own
        return self._indexes[:1] if self.options.strategy == "first-index" else self._indexes

    def _look_up(self, name: PackageName, index: IndexLocation | None) -> Listings:
        found: list[ProjectListing] = []
        refusals = _Refusals()
        no_index = self.options.locations.no_index
        if not no_index:
            own = self._own_indexes.get(name) if index is None else None
            indexes = (index,) if index is not None else self._indexes
            if own is not None:
                self._look_everywhere(own, name, found, refusals)
            elif self.options.strategy == "first-index" or index is not None:
                self._look_through(indexes, name, found, refusals)
            else:
                self._look_everywhere(indexes, name, found, refusals)
        offline = False
        flat: list[ProjectListing] = []
        if index is None:
            for location in self.options.locations.find_links:
                page = self._page(location)
                listing = page.files().listing(name)
                offline = offline or page.is_offline
                if listing is not None:
                    flat.append(listing)
        unavailable = None
        if not found and not flat:
            if no_index:
                unavailable = "offline" if offline else "no-index"
            else:
                unavailable = "offline" if self.options.offline else "not-found"
        return Listings(
            found=tuple(found),
            find_links=tuple(flat),
            unavailable=unavailable,
            unauthorized=tuple(refusals.unauthorized),
            forbidden=tuple(refusals.forbidden),
        )

    def _look_through(
        self,
        indexes: tuple[IndexLocation, ...],
        name: PackageName,
        found: list[ProjectListing],
        refusals: _Refusals,
    ) -> None:
        """Ask one index after another until one knows the package."""
        for index in indexes:
            outcome = self._ask(index, name)
            if isinstance(outcome, int):
                ignored = outcome in (index.ignore_error_codes or _default_ignored(index))
                if outcome == 404 or ignored:
                    continue
                refusals.note(index, outcome)
                return
            if outcome is not None:
                found.append(outcome)
                return

    def _look_everywhere(
        self,
        indexes: tuple[IndexLocation, ...],
        name: PackageName,
        found: list[ProjectListing],
        refusals: _Refusals,
    ) -> None:
        """Ask all indexes at once."""
        for index in indexes:
            self._start(index, name)
        for index in indexes:
            outcome = self._ask(index, name, tolerant=True)
            if isinstance(outcome, int):
                refusals.note(index, outcome)
            elif outcome is not None:
                found.append(outcome)

    def _start(self, index: IndexLocation, name: PackageName) -> None:
        if index.flat:
            self._page(index)
        else:
            self._project(index, name)

    def _ask(self, index: IndexLocation, name: PackageName, *, tolerant: bool = False) -> ProjectListing | int | None:
        """Return a listing, ``None`` when the index does not know the package, or a status that may be ignored.

        :param tolerant: whether refusals of any kind may be, as where several indexes are asked.
        :raises UltravioletError: anything else.
        """
        if index.flat:
            return self._page(index).files().listing(name)
        question = self._project(index, name)
        if question.is_at_hand:
            return question.finish()
        from ultraviolet.http.errors import HttpError, OfflineError

        try:
            return question.finish()
        except OfflineError:
            return None
        except HttpError as error:
            status = error.status
            if status is None:
                raise
            if status == 404:
                return 404
            if index.ignore_error_codes is not None and status in index.ignore_error_codes:
                return status
            if status in (_TOLERATED if tolerant or self.options.strategy != "first-index" else {401, 403}):
                return status
            raise

    def _project(self, index: IndexLocation, name: PackageName) -> _ProjectQuestion:
        key = (index.url, name)
        question = self._projects.get(key)
        if question is None:
            with self._gate:
                question = self._projects.get(key)
                if question is None:
                    question = self._projects[key] = _ProjectQuestion(self, index, name)
        return question

    def _page(self, index: IndexLocation) -> _PageQuestion:
        with self._gate:
            question = self._pages.get(index.url)
            if question is None:
                question = self._pages[index.url] = _PageQuestion(self, index)
            return question

    # Metadata.

    def prefetch_metadata(self, artifact: Artifact, name: PackageName, index: IndexLocation | None = None) -> None:
        """Start to fetch the metadata of a wheel; returns at once."""
        if not artifact.url.startswith("file:"):
            self._wheel(artifact, name, index)

    def wheel_metadata(self, artifact: Artifact, name: PackageName, index: IndexLocation | None = None) -> Metadata:
        """Return the metadata of a wheel at an index, or (``index`` is ``None``) at a URL.

        :raises HttpError: it cannot be fetched.
        :raises WheelMetadataError: it cannot be used.
        :raises ArchiveError: the wheel cannot be read.
        """
        return self._wheel(artifact, name, index).finish()

    def _wheel(self, artifact: Artifact, name: PackageName, index: IndexLocation | None) -> WheelQuestion:
        question = self._wheels.get(artifact.url)
        if question is None:
            with self._gate:
                question = self._wheels.get(artifact.url)
                if question is None:
                    question = self._wheels[artifact.url] = WheelQuestion(self, artifact, name, index)
        return question

    def has_ranges(self, index: IndexLocation | None) -> bool:
        """Whether an index has not shown yet that it cannot serve parts of files."""
        return index is None or index.url not in self._without_ranges

    def forget_ranges(self, index: IndexLocation | None) -> None:
        """Remember for this run that an index cannot serve parts of files."""
        if index is not None:
            self._without_ranges.add(index.url)

    # For the questions.

    def refresh_since(self, name: PackageName | None) -> float | None:
        """Return the moment before which entries of a package are asked for again, if any."""
        refresh = self.cache.refresh
        return refresh.since if refresh.applies_to(name) else None

    def usable_record(self, path: str, url: str, name: PackageName | None) -> tuple[Record | None, bool]:
        """Return the record at ``path`` and whether it may be used as it is."""
        record = read_record(path)
        if record is None:
            return None, False
        usable = is_usable(
            record,
            without_credentials(url),
            now=self.now,
            refresh_since=self.refresh_since(name),
            offline=self.options.offline,
        )
        return record, usable

    def consulted(self) -> Consulted | None:
        """What the answers so far came from; ``None`` when that is more than records in the cache."""
        if self._pages:
            return None
        paths: list[str] = []
        ends: list[float] = []
        for question in self._projects.values():
            if not question.was_asked:
                continue
            found = question.source()
            if found is None:
                return None
            paths.append(found[0])
            if found[1] is not None and not self.options.offline:
                ends.append(found[1])
        return Consulted(tuple(paths), min(ends, default=None))

    def close(self) -> None:
        """Keep the answers that arrived and were never asked for, so that the next command need not ask again."""
        with self._gate:
            questions: list[_ProjectQuestion | WheelQuestion] = [
                *self._projects.values(),
                *self._wheels.values(),
            ]
        for question in questions:
            question.settle()


class Consulted(msgspec.Struct, frozen=True):
    """The records that answers came from."""

    paths: tuple[str, ...]
    expires: float | None
    """When the first of them must be asked for again (seconds since the epoch)."""


class _Refusals:
    """Indexes that did not let us in, for the hints of an error."""

    __slots__ = ("forbidden", "unauthorized")

    def __init__(self) -> None:
        self.unauthorized: list[IndexLocation] = []
        self.forbidden: list[IndexLocation] = []

    def note(self, index: IndexLocation, status: int) -> None:
        if status == 401:
            self.unauthorized.append(index)
        elif status == 403:
            self.forbidden.append(index)


def _default_ignored(index: IndexLocation) -> tuple[int, ...]:
    return (403,) if index.url.startswith("https://download.pytorch.org/") else ()


class _ProjectQuestion:
    """The listing of one project at one index."""

    __slots__ = ("_client", "_gate", "_index", "_listing", "_name", "_path", "_record", "_request", "_url", "was_asked")

    def __init__(self, client: IndexClient, index: IndexLocation, name: PackageName) -> None:
        self.was_asked = False
        """Whether somebody wanted to know, and not only expected to."""
        self._client = client
        self._index = index
        self._name = name
        self._gate = RLock()
        self._url = f"{index.url.rstrip('/')}/{name}/"
        self._path = client.cache.path("simple", index_key(index), f"{name}.rec")
        self._listing: ProjectListing | None = None
        self._request: CachedRequest | None = None
        self._record: Record | None = None
        if index.url.startswith("file:"):
            return
        record, usable = client.usable_record(self._path, self._url, name)
        if usable:
            self._record = record
        else:
            self._send(record)

    def _send(self, record: Record | None) -> None:
        from ultraviolet.http.cached import CachedRequest
        from ultraviolet.index.pages import ACCEPT, ACCEPT_ENCODING

        self._request = CachedRequest(
            self._client.http,
            url=self._url,
            path=self._path,
            headers={"Accept": ACCEPT, "Accept-Encoding": ACCEPT_ENCODING},
            record=record,
            revalidate=self._client.refresh_since(self._name) is not None,
            cache_control=self._index.cache_control_api,
            scope=self._index.url,
        )

    @property
    def is_at_hand(self) -> bool:
        """Whether the cache holds the answer."""
        return self._record is not None or self._listing is not None

    @property
    def has_arrived(self) -> bool:
        """Whether the server's answer is here."""
        return self._request is not None and self._request.is_done

    def finish(self) -> ProjectListing | None:
        """Wait for the listing; ``None`` when a local index has none."""
        self.was_asked = True
        with self._gate:
            if self._listing is None:
                if self._index.url.startswith("file:"):
                    self._listing = self._read_local()
                    return self._listing
                try:
                    self._listing = ProjectListing(self._name, self._index, self._payload())
                except DAMAGE:
                    discard(self._path)
                    self._record = None
                    self._send(None)
                    self._listing = ProjectListing(self._name, self._index, self._payload())
            return self._listing

    def _payload(self) -> bytes | memoryview:
        if self._record is None:
            assert self._request is not None
            from ultraviolet.index.pages import listing_record

            name = self._name
            self._record = self._request.finish(
                lambda response: listing_record(response.headers.get("content-type"), response.body, response.url, name)
            )
            self._request = None
        return self._record.payload

    def _read_local(self) -> ProjectListing | None:
        """Read ``NAME/index.html`` of a directory."""
        from ultraviolet.distributions.urls import url_to_path
        from ultraviolet.index.pages import listing_record

        path = os.path.join(url_to_path(self._url), "index.html")
        try:
            with open(path, "rb") as file:
                content = file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None
        record = listing_record("text/html", content, self._url, self._name)
        return ProjectListing(self._name, self._index, record)

    def source(self) -> tuple[str, float | None] | None:
        """Return the record that the listing came from, and how long it may be used; ``None``: it came from elsewhere."""
        record = self._record
        if record is None or self._listing is None:
            return None
        policy = record.policy
        return self._path, None if policy is None else policy.stored_at - policy.age + policy.lifetime

    def settle(self) -> None:
        """Finish if that needs no waiting."""
        if self._request is not None and self._request.is_done:
            try:
                self.finish()
            except Exception:  # noqa: BLE001, S110 - nobody asked, so nobody is told
                pass


class _PageQuestion:
    """The files of one flat location."""

    __slots__ = ("_client", "_files", "_gate", "_index", "_path", "_record", "_request", "is_offline")

    def __init__(self, client: IndexClient, index: IndexLocation) -> None:
        from ultraviolet.index.flat import page_record_path

        self._client = client
        self._index = index
        self._gate = RLock()
        self._files: FlatFiles | None = None
        self._record: Record | None = None
        self._request: CachedRequest | None = None
        self._path = page_record_path(client.cache, index)
        self.is_offline = False
        """Whether the location could not be asked because the network is disabled."""
        if index.url.startswith("file:"):
            return
        record, usable = client.usable_record(self._path, index.url, None)
        if usable:
            self._record = record
        else:
            self._send(record)

    def _send(self, record: Record | None) -> None:
        from ultraviolet.http.cached import CachedRequest
        from ultraviolet.index.flat import PAGE_HEADERS

        self._request = CachedRequest(
            self._client.http,
            url=self._index.url,
            path=self._path,
            headers=PAGE_HEADERS,
            record=record,
            revalidate=self._client.refresh_since(None) is not None,
            scope=self._index.url,
        )

    def files(self) -> FlatFiles:
        """Wait for the files.

        :raises FindLinksError: the location cannot be read.
        """
        with self._gate:
            if self._files is None:
                self._files = self._read()
            return self._files

    def _read(self) -> FlatFiles:
        from ultraviolet.index.flat import FlatFiles, decode_files, read_local

        if self._index.url.startswith("file:"):
            return read_local(self._index)
        if self._record is not None:
            try:
                return decode_files(self._index, self._record.payload)
            except DAMAGE:
                discard(self._path)
                self._send(None)
        return self._finish_request() or FlatFiles(self._index, ())

    def _finish_request(self) -> FlatFiles | None:
        from ultraviolet.index.flat import decode_files, encode_files

        if self._request is not None:
            from ultraviolet.http.errors import HttpError, OfflineError
            from ultraviolet.index.errors import FindLinksError

            try:
                self._record = self._request.finish(lambda response: encode_files(response.body, response.url))
            except OfflineError:
                self.is_offline = True
                return None
            except HttpError as error:
                raise FindLinksError(f"Failed to read `--find-links` URL: {self._index.display}") from error
        assert self._record is not None
        return decode_files(self._index, self._record.payload)

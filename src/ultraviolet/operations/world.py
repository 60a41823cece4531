"""The adapters of one command: cache, network, interpreters. Made where first used, closed together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import msgspec

from ultraviolet.cache.layout import Cache
from ultraviolet.http.options import HttpOptions
from ultraviolet.python import early
from ultraviolet.python.discovery import SearchContext

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.distributions.indexes import IndexLocation, IndexLocations
    from ultraviolet.git.repositories import Repositories
    from ultraviolet.http.client import Client
    from ultraviolet.index.client import Consulted, IndexClient
    from ultraviolet.index.options import IndexOptions
    from ultraviolet.operations.reporter import Reporter
    from ultraviolet.python.discovery import PythonPreference
    from ultraviolet.python.probe import Prober


class WorldOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What is the same for everything a command does."""

    http: HttpOptions = HttpOptions()
    python_preference: PythonPreference = "managed"
    python_downloads: Literal["automatic", "manual", "never"] = "automatic"
    index_credentials: Mapping[str, tuple[str | None, str | None]] = {}
    """User name and password by index name, from ``UV_INDEX_<NAME>_USERNAME`` and ``_PASSWORD``."""
    lock_timeout: float = 300.0
    """Seconds (``UV_LOCK_TIMEOUT``)."""


class World:
    """Where the outside is reached from. Use it as a context, or close it."""

    def __init__(
        self,
        *,
        cwd: str,
        environ: Mapping[str, str],
        cache: Cache,
        reporter: Reporter,
        options: WorldOptions | None = None,
    ) -> None:
        self.cwd = cwd
        """Absolute; what relative paths mean."""
        self.environ = environ
        self.cache = cache
        self.reporter = reporter
        self.options = options if options is not None else WorldOptions()
        self._client: Client | None = None
        self._git: Repositories | None = None
        self._indexes: dict[IndexOptions, IndexClient] = {}
        self._known_indexes: list[IndexLocation] = []
        self._search: SearchContext | None = None

    def __enter__(self) -> World:  # noqa: PYI034 - nobody derives from it
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def search(self) -> SearchContext:
        """What interpreters are looked for with."""
        from ultraviolet.python.probe import Prober

        if self._search is None:
            prober = Prober(
                self.cache.bucket("interpreter"),
                environ=self.environ,
                cwd=self.cwd,
                refresh=self.cache.refresh.everything,
            )
            self._search = SearchContext(prober, environ=self.environ, cwd=self.cwd)
        return self._search

    @property
    def prober(self) -> Prober:
        """Asks interpreters what they are."""
        return self.search.prober

    @property
    def temporary_directory(self) -> str:
        """Where locks of places that cannot hold a file lie."""
        return self.environ.get("TMPDIR") or self.environ.get("TEMP") or self.environ.get("TMP") or "/tmp"  # noqa: S108

    def client(self) -> Client:
        """Return the client of all transfers, made on first use."""
        if self._client is None:
            from ultraviolet.http.authentication import Authenticator
            from ultraviolet.http.client import Client

            authenticator = Authenticator(self.options.http, warn=self.reporter.warn)
            for index in self._known_indexes:
                self._introduce(authenticator, index)
            self._client = Client(self.options.http, authenticator)
        return self._client

    def know_indexes(self, declared: Iterable[IndexLocation], locations: IndexLocations) -> None:
        """Make indexes known that are none of the configured ones (a workspace member, or a file named, declares them).

        The environment may have credentials for them; their other settings do not count, as in uv.
        """
        configured = {index.public_url for index in locations.indexes}
        others = [index for index in declared if index.public_url not in configured]
        if not others:
            return
        from ultraviolet.settings.indexes import with_credentials

        for index in others:
            url = with_credentials(index.url, index.name, self.environ)
            known = msgspec.structs.replace(index, url=url, authenticate="auto")
            self._known_indexes.append(known)
            if self._client is not None:
                self._introduce(self._client.authenticator, known)

    def _introduce(self, authenticator: object, index: IndexLocation) -> None:
        from ultraviolet.http.authentication import Authenticator
        from ultraviolet.http.credentials import Credentials

        assert isinstance(authenticator, Authenticator)
        named = self.options.index_credentials.get(index.name) if index.name is not None else None
        authenticator.add_index(
            index.url,
            credentials=Credentials(*named) if named is not None else None,
            policy=index.authenticate,
        )

    def git(self) -> Repositories:
        """Return what is known of git repositories, made on first use."""
        if self._git is None:
            from ultraviolet.git.repositories import Repositories

            self._git = Repositories(
                self.cache,
                environ=self.environ,
                cwd=self.cwd,
                http=self.options.http,
                lock_timeout=self.options.lock_timeout,
            )
        return self._git

    @property
    def uses_git(self) -> bool:
        """Whether any repository was asked for."""
        return self._git is not None

    def index(self, options: IndexOptions) -> IndexClient:
        """Return the client that looks things up as configured; equal options share one."""
        from ultraviolet.index.client import IndexClient

        found = self._indexes.get(options)
        if found is None:
            self._known_indexes += [*options.locations.indexes, *options.locations.find_links]
            if self._client is not None:
                for index in options.locations.indexes:
                    self._introduce(self._client.authenticator, index)
            make: Callable[[], Client] = self.client
            found = self._indexes[options] = IndexClient(cache=self.cache, options=options, http=make)
        return found

    def consulted(self) -> Consulted | None:
        """What the indexes' answers so far came from; None when that is more than records in the cache."""
        from ultraviolet.index.client import Consulted

        if self._git is not None:
            return None
        found = [index.consulted() for index in self._indexes.values()]
        told = [one for one in found if one is not None]
        if len(told) != len(found):
            return None
        ends = [one.expires for one in told if one.expires is not None]
        return Consulted(tuple(path for one in told for path in one.paths), min(ends, default=None))

    def close(self) -> None:
        """Keep what was fetched, abandon what is under way, give the cache back."""
        early.leave()
        for index in self._indexes.values():
            index.close()
        self._indexes.clear()
        if self._client is not None:
            self._client.close()
            self._client = None
        self.cache.close()

"""Which credentials go with which request.

Order: those written into the URL; those of the index it belongs to; those that worked for the URL's prefix or realm (scheme,
host, port); then, only after the server refused, a look into netrc, the credential store and the keyring program, once for
each realm and user name. An index may demand credentials always, or forbid them.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Callable
from typing import Literal

from ultraviolet.distributions.urls import without_credentials
from ultraviolet.http.credentials import Credentials
from ultraviolet.http.errors import CredentialsError
from ultraviolet.http.options import HttpOptions
from ultraviolet.http.urls import Origin, origin_of

AuthPolicy = Literal["auto", "always", "never"]
Provider = Callable[[str, str | None], Credentials | None]
"""Looks up credentials for a URL (no credentials in it) and an optional user name."""


class IndexAccess:
    """How one index is accessed."""

    __slots__ = ("credentials", "given", "policy", "root", "url")

    def __init__(self, url: str, credentials: Credentials | None, policy: AuthPolicy) -> None:
        self.given = without_credentials(url)
        """The URL as it was configured, by which stores know it."""
        self.url = _as_prefix(self.given)
        trimmed = self.url.rstrip("/")
        self.root = _as_prefix(trimmed.removesuffix("/simple"))
        """Prefix under which files of the index live too."""
        self.credentials = credentials
        self.policy: AuthPolicy = policy


def _as_prefix(url: str) -> str:
    return url.rstrip("/") + "/"


class Authenticator:
    """Knows credentials and finds them. One for a client; used from several threads."""

    def __init__(
        self,
        options: HttpOptions,
        providers: tuple[Provider, ...] | None = None,
        *,
        warn: Callable[[str], None] | None = None,
    ) -> None:
        """Know of nothing yet.

        :param warn: takes what the user should know about the places where credentials are kept.
        """
        self._options = options
        self._providers = providers
        self._warn = warn
        self._indexes: list[IndexAccess] = []
        self._gate = allocate_lock()
        """Guards the three memories below."""
        self._by_realm: dict[tuple[Origin, str | None], Credentials] = {}
        self._by_prefix: dict[str, Credentials] = {}
        self._looked_up: dict[tuple[str, str | None], Credentials | None] = {}

    def add_index(
        self,
        url: str,
        *,
        credentials: Credentials | None = None,
        policy: AuthPolicy = "auto",
    ) -> None:
        """Make an index known; ``credentials`` (of its environment variables) win over those in its URL."""
        access = IndexAccess(url, credentials or Credentials.from_url(url), policy)
        self._indexes.append(access)
        self._indexes.sort(key=lambda known: -len(known.url))
        if access.credentials is not None and access.credentials.is_complete:
            self._store(url, access.root, access.credentials)

    def add_credentials(self, url: str, credentials: Credentials) -> None:
        """Make credentials known for a URL and its realm (a direct URL or repository with credentials)."""
        self._store(url, None, credentials)

    def _index_of(self, url: str, scope: str | None) -> IndexAccess | None:
        plain = without_credentials(url)
        for access in self._indexes:
            if plain.startswith((access.url, access.root)):
                return access
        if scope is not None:
            prefix = _as_prefix(without_credentials(scope))
            realm = origin_of(url)
            for access in self._indexes:
                if access.url == prefix and origin_of(access.url) == realm:
                    return access
        return None

    def known(self, url: str, scope: str | None) -> Credentials | None:
        """Return the credentials to send at once, without looking anywhere."""
        access = self._index_of(url, scope)
        given = Credentials.from_url(url)
        if access is not None and access.policy == "never":
            # Nothing is added, but what the URL itself says is said.
            return given
        if given is not None and given.is_complete:
            return given
        username = given.username if given is not None else None
        own = access.credentials if access is not None else None
        if own is not None and own.is_complete and username in {None, own.username}:
            return own
        plain = without_credentials(url)
        with self._gate:
            for prefix, credentials in self._by_prefix.items():
                if plain.startswith(prefix) and username in {None, credentials.username}:
                    return credentials
            if username is not None:
                found = self._by_realm.get((origin_of(url), username))
                return found if found is not None else given
        return own if own is not None else given

    def needs_lookup_first(self, url: str, scope: str | None) -> bool:
        """Whether the request may not be sent before credentials were looked up."""
        access = self._index_of(url, scope)
        policy = access.policy if access is not None else "auto"
        if policy == "never":
            return False
        known = self.known(url, scope)
        if policy == "always":
            return known is None or not known.is_complete
        # A user name without a password: asking without the password is pointless when a store may know it.
        return known is not None and not known.is_complete and self._has_providers()

    def _has_providers(self) -> bool:
        options = self._options
        return bool(
            self._providers
            or options.netrc is not None
            or options.credentials_file is not None
            or options.keyring != "disabled"
        )

    def required(self, url: str, scope: str | None) -> Credentials | None:
        """Look credentials up before the first attempt.

        :raises CredentialsError: the index demands them and there are none.
        """
        known = self.known(url, scope)
        found = self.look_up(url, scope, known) or known
        access = self._index_of(url, scope)
        if access is not None and access.policy == "always" and (found is None or not found.is_complete):
            from ultraviolet.distributions.urls import redact

            lack = "Missing" if found is None else "Incomplete"
            shown = redact(without_credentials(url))
            raise CredentialsError(f"Failed to fetch: `{shown}`") from CredentialsError(
                f"{lack} credentials for {shown}"
            )
        return found

    def may_look_up(self, url: str, scope: str | None, tried: Credentials | None) -> bool:
        """Whether a refused request may be tried again with other credentials."""
        access = self._index_of(url, scope)
        if access is not None and access.policy == "never":
            return False
        if tried is not None and tried.is_complete:
            return False
        with self._gate:
            if any(realm == origin_of(url) for realm, _ in self._by_realm):
                return True
        return self._has_providers()

    def look_up(self, url: str, scope: str | None, tried: Credentials | None) -> Credentials | None:
        """Search everything that is configured, each place once for a realm or index and user name."""
        username = tried.username if tried is not None else None
        realm = origin_of(url)
        access = self._index_of(url, scope)
        key = (access.url if access is not None else "{}://{}:{}".format(*realm), username)
        with self._gate:
            for (known_realm, known_name), credentials in self._by_realm.items():
                if known_realm == realm and credentials != tried and username in {None, known_name}:
                    return credentials
            if key in self._looked_up:
                return self._looked_up[key]
        found: Credentials | None = None
        place = access.given if access is not None else without_credentials(url)
        for provider in self._all_providers(access):
            found = provider(place, username)
            if found is not None:
                break
        with self._gate:
            self._looked_up[key] = found
        return found

    def _all_providers(self, access: IndexAccess | None) -> tuple[Provider, ...]:
        if self._providers is not None:
            return self._providers
        from ultraviolet.http import providers

        options = self._options
        found: list[Provider] = []
        if options.netrc is not None:
            found.append(providers.NetrcProvider(options.netrc))
        if options.credentials_file is not None:
            found.append(providers.StoreProvider(options.credentials_file))
        if options.keyring == "subprocess":
            always = access is not None and access.policy == "always"
            found.append(
                providers.KeyringProvider(environ=options.keyring_environ, without_username=always, warn=self._warn)
            )
        return tuple(found)

    def remember(self, url: str, scope: str | None, credentials: Credentials) -> None:
        """Keep credentials that worked."""
        access = self._index_of(url, scope)
        if access is not None and access.credentials == credentials:
            return
        self._store(url, access.root if access is not None else None, credentials)

    def _store(self, url: str, prefix: str | None, credentials: Credentials) -> None:
        with self._gate:
            realm = origin_of(url)
            self._by_realm[(realm, credentials.username)] = credentials
            if prefix is not None:
                self._by_prefix[prefix] = credentials

"""The repositories of one command: which commit a reference means, and where its files are.

A reference means one commit throughout a command, whoever asks. What a lockfile says of it is said before
(:meth:`Repositories.remember`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Protocol

import msgspec

from ultraviolet.cache.keys import digest
from ultraviolet.cache.layout import Cache
from ultraviolet.distributions.source import GitSource
from ultraviolet.distributions.urls import canonical_url, credentials, redact, split_authority, without_credentials
from ultraviolet.errors import UltravioletError
from ultraviolet.fs.locks import DEFAULT_TIMEOUT, FileLock
from ultraviolet.git.checkout import check_out, is_ready
from ultraviolet.git.database import Database, Transport
from ultraviolet.git.errors import GitError, GitFailed
from ultraviolet.git.program import GitProgram
from ultraviolet.git.reference import is_commit, reference_of
from ultraviolet.git.remote import Remote
from ultraviolet.http.options import HttpOptions

_Key = tuple[str, str, str | None]


class CheckoutReporter(Protocol):
    """Hears of repositories that are fetched."""

    def on_checkout_start(self, url: str, revision: str) -> None:
        """A repository is asked for a revision."""
        ...

    def on_checkout_complete(self, url: str, commit: str) -> None:
        """The files of the commit are there."""
        ...


class Checkout(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a commit."""

    path: str
    """Absolute path of the root of the repository."""
    commit: str
    large_files: bool = False
    """Whether those are there; they are only looked for when wanted."""


class Repositories:
    """What one command knows of repositories. Used from several threads."""

    def __init__(
        self,
        cache: Cache,
        *,
        environ: Mapping[str, str],
        cwd: str = "",
        http: HttpOptions | None = None,
        lock_timeout: float = DEFAULT_TIMEOUT,
    ) -> None:
        """Put them together.

        :param cwd: paths in messages are relative to it.
        """
        self.program = GitProgram(environ)
        self._cache = cache
        self._cwd = cwd
        self._http = http if http is not None else HttpOptions()
        self._lock_timeout = lock_timeout
        self._gate = Lock()
        """Guards what follows."""
        self._commits: dict[_Key, str] = {}
        self._credentials: dict[str, str] = {}
        self._checkouts: dict[tuple[str, str, bool], Checkout] = {}

    def remember(self, sources: Iterable[GitSource]) -> None:
        """Hold references at commits, as a lockfile does."""
        with self._gate:
            for source in sources:
                if source.commit is not None:
                    self._commits[_key(source)] = source.commit

    def remember_credentials(self, url: str) -> None:
        """Use the credentials in the URL of a repository, if there are any, wherever it is named without them."""
        if credentials(url) == (None, None):
            return
        with self._gate:
            self._credentials[canonical_url(url)] = split_authority(url)[1].rpartition("@")[0]

    def commit_of(self, source: GitSource) -> str | None:
        """Return the commit of a source, as far as it is known."""
        if source.commit is not None:
            return source.commit
        with self._gate:
            return self._commits.get(_key(source))

    def precise(self, source: GitSource) -> GitSource:
        """Return a source with its commit, as far as it is known."""
        commit = self.commit_of(source)
        if commit is None or commit == source.commit:
            return source
        return msgspec.structs.replace(source, commit=commit)

    def fetch(self, source: GitSource, reporter: CheckoutReporter | None = None) -> Checkout:
        """Return the files of a source, fetched if need be.

        :raises GitFailed: they cannot be had.
        """
        repository = canonical_url(source.repository)
        commit = self.commit_of(source)
        if commit is not None:
            with self._gate:
                found = self._checkouts.get((repository, commit, source.lfs))
            if found is not None:
                return found
        locks = self._cache.path("git", "locks")
        os.makedirs(locks, exist_ok=True)
        lock = FileLock(f"{locks}/{digest(repository)}", resource=redact(source.repository), timeout=self._lock_timeout)
        with lock:
            try:
                # Another thread may have found out meanwhile.
                checkout = self._fetch(source, self.commit_of(source), reporter)
            except GitError as error:
                raise GitFailed from error
            except OSError as error:
                raise GitFailed from UltravioletError(str(error))
        with self._gate:
            self._commits.setdefault(_key(source), checkout.commit)
            self._checkouts[repository, checkout.commit, source.lfs] = checkout
        return checkout

    def _fetch(self, source: GitSource, commit: str | None, reporter: CheckoutReporter | None) -> Checkout:
        if commit is not None and is_ready(self._checkout_path(source, commit), commit):
            return Checkout(path=self._checkout_path(source, commit), commit=commit, large_files=source.lfs)
        remote = Remote(self._with_credentials(source.repository))
        if commit is not None and source.reference is not None and commit == source.reference.lower():
            commit = None  # asked for rather than held at
        reference = reference_of(source)
        path = self._cache.path("git", "db", digest(canonical_url(source.repository)))
        database = Database(self.program, path, shown=self._shown(path))
        held = commit
        if held is None and reference.kind == "branch, tag, or commit" and is_commit(reference.name):
            held = reference.name.lower()
        updates = True
        large_files: bool | None = True if source.lfs else None
        if held is not None and database.is_there and database.contains(held):
            updates = source.lfs and not database.has_large_files(f"{held}^0")
        if updates:
            if reporter is not None:
                reporter.on_checkout_start(remote.shown, reference.name)
            transport = self._transport(source.repository)
            held = database.update(remote, reference, commit, transport)
            if source.lfs:
                large_files = database.fetch_large_files(remote, held, transport)
        assert held is not None
        if commit is None and is_commit(source.reference or "") and source.reference_kind == "rev":
            self._check_exact(source, held)
        target = self._checkout_path(source, held)
        intact = source.lfs
        if not is_ready(target, held):
            intact = check_out(self.program, database, held, target, remote, large_files=large_files)
        if updates and reporter is not None:
            reporter.on_checkout_complete(remote.shown, held)
        return Checkout(path=target, commit=held, large_files=intact)

    def _check_exact(self, source: GitSource, commit: str) -> None:
        if (source.reference or "").lower() != commit:
            raise GitError(
                f"Exact Git revision `{source.reference}` does not match precise commit `{commit}` for "
                f"`{redact(source.repository)}`"
            )

    def _checkout_path(self, source: GitSource, commit: str) -> str:
        # Files of the same commit differ when large files are wanted.
        canonical = canonical_url(source.repository)
        kind = digest(canonical, "lfs") if source.lfs else digest(canonical)
        return self._cache.path("git", "checkouts", kind, commit[:16])

    def _with_credentials(self, url: str) -> str:
        with self._gate:
            known = self._credentials.get(canonical_url(url))
        if known is None:
            return url
        scheme, authority, rest = split_authority(without_credentials(url))
        return f"{scheme}{known}@{authority.rpartition('@')[2]}{rest}"

    def _transport(self, url: str) -> Transport:
        return Transport(offline=self._http.offline, insecure=self._is_insecure(url))

    def _is_insecure(self, url: str) -> bool:
        scheme, authority, _ = split_authority(url)
        if scheme != "https://":
            return False
        host, _, port = authority.rpartition("@")[2].partition(":")
        return self._http.is_insecure(host, int(port) if port.isdigit() else 443)

    def _shown(self, path: str) -> str:
        inside = self._cwd and path.startswith(self._cwd.rstrip("/") + "/")
        return path[len(self._cwd.rstrip("/")) + 1 :] if inside else path


def _key(source: GitSource) -> _Key:
    return canonical_url(source.repository), source.reference_kind, source.reference

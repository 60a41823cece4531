"""The cache directory: buckets, base files, the lock that keeps removal and use apart.

=============== ======================================================================================
bucket          content
=============== ======================================================================================
``simple``      ``INDEX/NAME.rec``: listings of one project (an HTTP record, see ``records``)
``flat``        ``DIGEST.rec``: pages that list files of any package
``wheels``      ``INDEX/NAME/STEM.meta``: metadata of a wheel; ``STEM.ptr``: pointer to an unpacked wheel
``sdists``      source trees, their revisions, built wheels
``archive``     ``ID/``: an unpacked wheel, ``ID.manifest``: its files (see ``store``)
``git``         ``db/``: clones, ``checkouts/``, ``locks/``
``interpreter`` facts probed from interpreters
``builds``      temporary build environments
``environments`` environments kept for ``run --with`` and tools
``python``      downloads of managed Pythons
``binaries``    tools fetched as programs
``osv``         vulnerability records
``state``       small facts that make the next command quicker
=============== ======================================================================================

``INDEX`` is ``pypi``, ``index/DIGEST``, ``url/DIGEST``, ``path/DIGEST``, ``editable/DIGEST`` or ``git/DIGEST/COMMIT``. The
directory may be shared with uv, so no bucket has a name that uv uses, but for those of environments, whose paths show up in messages and
in what backends print: their entries are told apart by their names.
"""

from __future__ import annotations

import os

from ultraviolet.cache.errors import CacheError
from ultraviolet.cache.refresh import Refresh
from ultraviolet.fs.locks import DEFAULT_TIMEOUT, FileLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    Bucket = Literal[
        "simple", "flat", "wheels", "sdists", "archive", "git", "interpreter", "builds", "environments",
        "python", "binaries", "osv", "state",
    ]  # fmt: skip
else:  # every command makes a cache; `typing` would be most of its cost
    Bucket = str

BUCKETS: dict[Bucket, str] = {
    "wheels": "wheel-records-v1",
    "sdists": "sources-v2",
    "flat": "pages-v1",
    "git": "repositories-v1",
    "interpreter": "interpreters-v1",
    "simple": "listings-v1",
    "archive": "unpacked-v1",
    "builds": "builds-v0",
    "environments": "environments-v2",
    "python": "python-downloads-v1",
    "binaries": "programs-v1",
    "osv": "advisories-v1",
    "state": "state-v1",
}
"""Directory of each bucket; the number is the format of what lies in it."""

_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This file is a cache directory tag. For information about cache directory tags, see:\n"
    "#\thttps://bford.info/cachedir/\n"
)

_ATTEMPTS = 100
"""How often to make a directory that others remove."""


class Cache:
    """One cache directory. Paths are texts; nothing is created before :meth:`open`."""

    __slots__ = ("_lock", "_prefixes", "is_temporary", "lock_timeout", "refresh", "root")

    def __init__(
        self,
        root: str,
        *,
        refresh: Refresh | None = None,
        is_temporary: bool = False,
        lock_timeout: float = DEFAULT_TIMEOUT,
    ) -> None:
        """Name the directory; ``is_temporary`` ones (``--no-cache``) are removed by :meth:`close`."""
        self.root = os.path.abspath(root)
        self.refresh = refresh if refresh is not None else Refresh()
        self.is_temporary = is_temporary
        self.lock_timeout = lock_timeout
        self._lock: FileLock | None = None
        self._prefixes = {bucket: os.path.join(self.root, name) for bucket, name in BUCKETS.items()}

    @classmethod
    def temporary(cls, parent: str | None = None, *, refresh: Refresh | None = None) -> Cache:
        """Return a cache in a new directory that :meth:`close` removes."""
        import tempfile

        return cls(tempfile.mkdtemp(prefix="ultraviolet-cache-", dir=parent), refresh=refresh, is_temporary=True)

    def bucket(self, bucket: Bucket) -> str:
        """Return the directory of a bucket."""
        return self._prefixes[bucket]

    def path(self, bucket: Bucket, *parts: str) -> str:
        """Return a path below a bucket; parts use ``/``."""
        return "/".join((self._prefixes[bucket], *parts))

    def open(self) -> Cache:
        """Create the base files and take the shared lock, which every command holds to its end.

        :raises CacheError: the directory cannot be made.
        """
        if self._lock is not None:
            return self
        lock = FileLock(os.path.join(self.root, ".lock"), resource=self.root, mode="shared", timeout=self.lock_timeout)
        try:
            self._acquire(lock)
            if not os.path.isfile(os.path.join(self.root, "CACHEDIR.TAG")):
                self._create_base_files()
        except OSError as error:
            lock.release()
            raise CacheError(f"Failed to initialize cache at `{self.root}`") from error
        self._lock = lock
        return self

    def _acquire(self, lock: FileLock) -> None:
        """Take a lock on the cache, anew if the one taken was removed with the cache (``cache clean``) meanwhile."""
        attempts = 0
        while True:
            try:
                lock.acquire()
            except FileNotFoundError:  # the directory went away after it was made
                attempts += 1
                if attempts > _ATTEMPTS:
                    raise
                continue
            if lock.is_current:
                return
            lock.release()

    def _create_base_files(self) -> None:
        sources = self.bucket("sdists")
        os.makedirs(sources, exist_ok=True)
        # Build backends look upwards for VCS files: these two end their search inside the cache.
        _create(os.path.join(sources, ".gitignore"), "")
        _create(os.path.join(sources, ".git"), "")
        _create(os.path.join(self.root, ".gitignore"), "*")
        _create(os.path.join(self.root, "CACHEDIR.TAG"), _TAG)

    def lock_exclusively(self, *, force: bool = False, on_wait: Callable[[], None] | None = None) -> bool:
        """Take the lock that removal needs, waiting for other commands to end.

        With ``force``, go on without it when it is busy; return whether it is held. ``on_wait`` is called when there is
        something to wait for.
        """
        if self._lock is not None:
            self._lock.release()
        lock = FileLock(
            os.path.join(self.root, ".lock"),
            resource=self.root,
            timeout=self.lock_timeout,
            on_wait=on_wait,
        )
        if force:
            held = lock.try_acquire()
        else:
            self._acquire(lock)
            held = True
        self._lock = lock
        return held

    def unlock(self) -> None:
        """Give the lock back."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def close(self) -> None:
        """Give the lock back; remove a temporary cache."""
        self.unlock()
        if self.is_temporary:
            from ultraviolet.fs.removal import remove

            remove(self.root)

    def lock_for(self, entry: str, resource: str | None = None) -> FileLock:
        """Return the exclusive lock that writers of one entry (a path in the cache) take."""
        return FileLock(entry + ".lock", resource=resource or entry, timeout=self.lock_timeout)

    def new_directory(self, bucket: Bucket) -> str:
        """Create and return an empty directory with a random name in a bucket, for building an entry in."""
        path = self.path(bucket, f".tmp{os.urandom(8).hex()}")
        try:
            os.mkdir(path, 0o777)
        except FileNotFoundError:
            os.makedirs(path)
        return path


def _create(path: str, text: str) -> None:
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        pass
    except OSError:
        if not os.path.lexists(path):  # a read-only cache that was filled before is fine
            raise

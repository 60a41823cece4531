"""``cache clean``, ``cache prune``, ``cache size``."""

from __future__ import annotations

import os

from ultraviolet.cache.layout import Cache
from ultraviolet.errors import UltravioletError
from ultraviolet.fs.removal import Removal, human_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ultraviolet.standards.names import PackageName


__all__ = [
    "Cache",
    "CacheRemovalFailed",
    "Removal",
    "clean",
    "clean_packages",
    "exists",
    "human_size",
    "lock_timeout",
    "prune",
    "size",
    "take_over",
]


class CacheRemovalFailed(UltravioletError):
    """Something in the cache could not be removed."""


def exists(root: str) -> bool:
    """Whether there is a cache at all."""
    return os.path.exists(root)


def lock_timeout(environ: Mapping[str, str]) -> float:
    """Return how many seconds to wait for others (``UV_LOCK_TIMEOUT``)."""
    text = environ.get("UV_LOCK_TIMEOUT") or ""
    return float(text) if text.isdigit() else 300.0


def take_over(
    root: str, *, force: bool = False, timeout: float = 300.0, on_wait: Callable[[], None] | None = None
) -> Cache:
    """Return the cache with its exclusive lock, once no other command uses it; ``force`` does not wait.

    ``on_wait`` is called when there is something to wait for.

    :raises LockTimeoutError: others used it for too long.
    """
    cache = Cache(root, lock_timeout=timeout)
    cache.lock_exclusively(force=force, on_wait=on_wait)
    return cache


def clean(cache: Cache, on_remove: Callable[[], None] | None = None) -> Removal:
    """Remove the whole cache.

    :raises CacheRemovalFailed: something resisted.
    """
    from ultraviolet.cache.maintenance import clean as remove_everything

    try:
        return remove_everything(cache, on_remove)
    except OSError as error:
        raise CacheRemovalFailed(f"Failed to clear cache at: {cache.root}") from error


def clean_packages(cache: Cache, names: Iterable[PackageName]) -> Removal:
    """Remove what is kept of some packages."""
    from ultraviolet.cache.maintenance import clean_package

    removal = Removal()
    for name in names:
        removal += clean_package(cache, name)
    return removal


def prune(cache: Cache, *, ci: bool = False) -> Removal:
    """Remove what can no longer be used.

    :raises CacheRemovalFailed: something resisted.
    """
    from ultraviolet.cache.maintenance import prune as remove_unused

    try:
        return remove_unused(cache, ci=ci)
    except OSError as error:
        raise CacheRemovalFailed(f"Failed to prune cache at: {cache.root}") from error


def size(root: str) -> int:
    """Return the bytes that the cache occupies on the disk; none when there is no cache."""
    from ultraviolet.fs.removal import disk_usage

    return disk_usage(root) if os.path.exists(root) else 0

"""``cache clean``, ``cache prune`` and ``cache size``: what is removed, and how much that was.

The caller holds the exclusive lock (:meth:`Cache.lock_exclusively`) and prints.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from ultraviolet.cache.layout import BUCKETS, Bucket, Cache
from ultraviolet.cache.records import DAMAGE, read_record
from ultraviolet.cache.revisions import METADATA_FILE, REVISION_FILE, read_revision
from ultraviolet.cache.store import POINTER_SUFFIX, read_pointer
from ultraviolet.cache.wheel_metadata import decode_metadata
from ultraviolet.fs.removal import Removal, disk_usage, remove
from ultraviolet.standards.names import PackageName

_BASE_FILES = frozenset({"CACHEDIR.TAG", ".gitignore", ".git", ".lock"})
_BUCKETS_OF_UV = frozenset(
    {
        "wheels-v6", "sdists-v9", "flat-index-v4", "git-v0", "interpreter-v4", "simple-v24", "archive-v0",
        "builds-v0", "environments-v2", "python-v0", "binaries-v0", "osv-v0",
    }
)  # fmt: skip
"""Left alone by pruning: the directory may be shared."""


def clean(cache: Cache, on_remove: Callable[[], None] | None = None) -> Removal:
    """Remove the whole cache, its lock last."""
    lock = os.path.join(cache.root, ".lock")
    removal = remove(cache.root, keep=lock, on_remove=on_remove)
    if os.name == "nt":  # an open file cannot be removed
        cache.unlock()
    removal += remove(lock)
    cache.unlock()
    try:
        os.rmdir(cache.root)
    except OSError:
        pass
    else:
        removal.directories += 1
    return removal


def clean_package(cache: Cache, name: PackageName) -> Removal:
    """Remove what is kept of one package, and unpacked wheels that nothing else points to."""
    before = set(archive_references(cache))
    removal = Removal()
    for place in _places(cache, "wheels", ("index", "url", "path")):
        removal += remove(f"{place}/{name}")
    for place in _places(cache, "sdists", ("index",)):
        removal += remove(f"{place}/{name}")
    for kind in ("url", "path", "editable"):
        for place in _directories(cache.path("sdists", kind)):
            if any(_is_built_from(revision, name) for revision in _directories(place)):
                removal += remove(place)
    for repository in _directories(cache.path("sdists", "git")):
        for commit in _directories(repository):
            if _is_built_from(commit, name) or any(_is_built_from(one, name) for one in _directories(commit)):
                removal += remove(commit)
    for place in _places(cache, "simple", ("index",)):
        removal += remove(f"{place}/{name}.rec")
    removal += remove(cache.bucket("flat"))  # a page may list any package
    for archive in before - set(archive_references(cache)):
        removal += _remove_archive(cache, archive)
    return removal


def prune(cache: Cache, *, ci: bool = False) -> Removal:
    """Remove what can no longer be used; with ``ci`` also what is quicker to download than to store."""
    removal = Removal()
    removal += _prune_revisions(cache)
    ours = set(BUCKETS.values())
    for entry in _entries(cache.root):
        if entry.name in _BASE_FILES or entry.name in ours:
            continue
        if entry.name in _BUCKETS_OF_UV and entry.is_dir(follow_symlinks=False):
            continue
        removal += remove(entry.path)
    for entry in _entries(cache.bucket("environments")):
        removal += remove(entry.path)
    if ci:
        for path in _directories(cache.bucket("wheels")):
            removal += remove(path)
        removal += _prune_built_wheels(cache)
    references = set(archive_references(cache))
    for entry in _entries(cache.bucket("archive")):
        if entry.name.removesuffix(".manifest") not in references:
            removal += remove(entry.path)
    return removal


def size(cache: Cache) -> int:
    """Return the bytes that the cache occupies on the disk."""
    return disk_usage(cache.root)


def archive_references(cache: Cache) -> Iterator[str]:
    """Yield the archive ids that some entry points to."""
    buckets: tuple[Bucket, ...] = ("wheels", "sdists")
    for bucket in buckets:
        pending = [cache.bucket(bucket)]
        while pending:
            for entry in _entries(pending.pop()):
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "src":
                        pending.append(entry.path)
                elif entry.name.endswith(POINTER_SUFFIX):
                    found = read_pointer(entry.path)
                    if found is not None:
                        yield found[0].archive


def _prune_revisions(cache: Cache) -> Removal:
    """Remove revisions of sources that were superseded."""
    removal = Removal()
    pending = [cache.bucket("sdists")]
    while pending:
        directory = pending.pop()
        revision = read_revision(os.path.join(directory, REVISION_FILE))
        for entry in _entries(directory):
            if not entry.is_dir(follow_symlinks=False):
                continue
            if revision is None:
                if entry.name != "src":
                    pending.append(entry.path)
            elif entry.name != revision.id:
                removal += remove(entry.path)
    return removal


def _prune_built_wheels(cache: Cache) -> Removal:
    removal = Removal()
    pending = [cache.bucket("sdists")]
    while pending:
        directory = pending.pop()
        entries = list(_entries(directory))
        built = any(entry.name == METADATA_FILE for entry in entries)
        for entry in entries:
            if built:
                if entry.name != METADATA_FILE and not entry.name.lower().endswith(".whl"):
                    removal += remove(entry.path)
            elif entry.is_dir(follow_symlinks=False):
                pending.append(entry.path)
    return removal


def _remove_archive(cache: Cache, archive: str) -> Removal:
    path = cache.path("archive", archive)
    removal = remove(path)
    removal += remove(path + ".manifest")
    return removal


def _is_built_from(directory: str, name: PackageName) -> bool:
    for entry in _entries(directory):
        # Of what states its metadata nothing but the wheel is kept.
        if entry.name.endswith(".whl" + POINTER_SUFFIX):
            return entry.name.partition("-")[0].lower().replace("_", "-") == name
    record = read_record(os.path.join(directory, METADATA_FILE))
    if record is None:
        return False
    try:
        return decode_metadata(record.payload).name == name
    except DAMAGE:
        return False


def _places(cache: Cache, bucket: Bucket, kinds: tuple[str, ...]) -> list[str]:
    """Return the directories of a bucket that have one entry for each package."""
    places = [cache.path(bucket, "pypi")]
    for kind in kinds:
        places += _directories(cache.path(bucket, kind))
    return places


def _entries(path: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _directories(path: str) -> list[str]:
    return [entry.path for entry in _entries(path) if entry.is_dir(follow_symlinks=False)]

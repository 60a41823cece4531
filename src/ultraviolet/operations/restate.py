"""A lock made again after version bounds were written into a manifest, without resolving again.

``uv add`` locks, writes the lower bounds that the lock suggests into the manifest, and locks once more. That second resolution can
only confirm the first: every locked version is preferred, and every new bound admits it. So in the plain cases only what the lock
says about the manifest is exchanged; in all others :func:`restate` declines.
"""

from __future__ import annotations

import msgspec

from ultraviolet.lock.canonical import same_lock
from ultraviolet.lock.from_resolution import locked_metadata
from ultraviolet.lock.model import Package
from ultraviolet.lock.writer import write_lock
from ultraviolet.operations.lock import Locked, LockOptions, LockTarget, lock_manifest
from ultraviolet.operations.trees import ProjectTrees
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version


def restate(
    locked: Locked,
    target: LockTarget,
    trees: ProjectTrees,
    options: LockOptions,
    bounded: dict[PackageName, Version],
) -> Locked | None:
    """Return the lock with the declarations that the target has now; None when only a resolution could tell.

    :param target: of the manifest with the bounds.
    :param trees: read the manifests as they are now.
    :param bounded: the packages that were given bounds, and the versions these were made from.
    """
    lock = locked.lock
    plain = options.upgrade.is_none and not options.upgrade_groups and not options.refresh
    if not plain or not locked.changed or lock.resolution_markers:
        return None
    packages: list[Package] = []
    seen: set[str] = set()
    for package in lock.packages:
        name = PackageName(package.name)
        if name in bounded and (name in seen or package.version != str(bounded[name])):
            return None
        seen.add(name)
        member = target.sources.get(name)
        if member is None:
            packages.append(package)
            continue
        declared = trees.static_metadata(member.path)
        if declared is None or declared.dynamic:
            return None
        packages.append(package.replace(metadata=locked_metadata(declared, target.root)))
    fresh = msgspec.structs.replace(lock, manifest=lock_manifest(target, options), packages=tuple(packages))
    if locked.previous is not None and same_lock(fresh, locked.previous):
        return Locked(lock=locked.previous, previous=locked.previous, seconds=locked.seconds)
    return msgspec.structs.replace(locked, lock=fresh, text=write_lock(fresh) if options.mode == "write" else None)

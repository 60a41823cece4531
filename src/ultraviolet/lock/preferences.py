"""What a new resolution takes over from a lock: versions to try first, commits of branches, forks to start from."""

from __future__ import annotations

import msgspec

from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.source import GitSource
from ultraviolet.lock.dists import package_index
from ultraviolet.lock.errors import LockError
from ultraviolet.lock.forks import lock_requires_python, parse_forks
from ultraviolet.lock.model import Lock
from ultraviolet.standards.markers.universal import UniversalMarker
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version, parse_version


class LockedVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version to try first."""

    name: PackageName
    version: Version
    index: IndexLocation | None = None
    """Where it was found; None when it was not found at an index."""
    fork_markers: tuple[UniversalMarker, ...] = ()
    """The forks that locked this version; empty when all did."""


class Reusable(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a new resolution may take over."""

    versions: tuple[LockedVersion, ...] = ()
    commits: tuple[GitSource, ...] = ()
    """Repositories with the reference that was asked for and the commit it meant."""
    forks: tuple[UniversalMarker, ...] = ()
    """Where to start; only to be used with an outcome of ``preferable``."""


class UpgradeChoice(msgspec.Struct, frozen=True, kw_only=True):
    """``--upgrade``, ``--upgrade-package`` and ``--upgrade-group``, groups resolved to names."""

    all: bool = False
    packages: frozenset[str] = frozenset()

    def contains(self, name: str) -> bool:
        """Whether a package is to be upgraded."""
        return self.all or name in self.packages

    @property
    def is_none(self) -> bool:
        """Whether nothing is."""
        return not (self.all or self.packages)


NO_UPGRADE = UpgradeChoice()


class UnknownGroup(LockError):
    """``--upgrade-group`` names a group that no project defines."""


def reusable(lock: Lock, root: str, upgrade: UpgradeChoice = NO_UPGRADE, *, with_forks: bool = True) -> Reusable:
    """Return what a new resolution takes over from a lock in directory ``root``, save what is to be upgraded."""
    from ultraviolet.lock.requirements import git_source
    from ultraviolet.lock.sources import parse_git_source

    if upgrade.all:
        return Reusable()
    requires_python = lock_requires_python(lock)
    versions: list[LockedVersion] = []
    commits: list[GitSource] = []
    for package in lock.packages:
        if upgrade.contains(package.name):
            continue
        source = package.source
        if package.version is not None:
            versions.append(
                LockedVersion(
                    name=PackageName(package.name),
                    version=parse_version(package.version),
                    index=package_index(source, root) if source.kind == "registry" else None,
                    fork_markers=parse_forks(package.resolution_markers, requires_python),
                )
            )
        if source.kind == "git":
            commits.append(git_source(parse_git_source(source)))
    forks = parse_forks(lock.resolution_markers, requires_python) if with_forks else ()
    return Reusable(versions=tuple(versions), commits=tuple(commits), forks=forks)


def upgrade_group_names(lock: Lock, group: str, *, several: bool = False) -> frozenset[str]:
    """Return the direct dependencies that ``--upgrade-group`` means.

    :param several: there is more than one project to look in.
    :raises UnknownGroup: no project defines the group.
    """
    names: set[str] = set()
    found = group in lock.manifest.dependency_groups
    names.update(row.name for row in lock.manifest.dependency_groups.get(group, ()))
    for package in lock.packages:
        if package.source.is_source_tree and group in package.metadata.requires_dev:
            found = True
            names.update(row.name for row in package.metadata.requires_dev[group])
    if not found:
        whose = "any project's" if several else "the project's"
        raise UnknownGroup(f"Group `{group}` is not defined in {whose} `dependency-groups` table")
    return frozenset(names)

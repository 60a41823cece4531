"""Distributions in git repositories: the source tree or archive in the checkout of a commit."""

from __future__ import annotations

import os

import msgspec

from ultraviolet.distributions.direct_urls import archive_kind
from ultraviolet.distributions.dist import DirectDist
from ultraviolet.distributions.metadata import DistMetadata
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import DirectorySource, GitSource, PathSource
from ultraviolet.git.errors import LfsUnavailable
from ultraviolet.git.repositories import Checkout
from ultraviolet.prepare.errors import SourceMissing
from ultraviolet.prepare.labels import source_url
from ultraviolet.prepare.shared import Shared


def check_out(shared: Shared, source: GitSource) -> Checkout:
    """Return the checkout of a source.

    :raises UltravioletError: it cannot be had, or is not complete.
    """
    checkout = shared.git.fetch(source, shared.reporter)
    if source.subdirectory is not None and not os.path.isdir(os.path.join(checkout.path, source.subdirectory)):
        raise SourceMissing(
            f"The source distribution `{source_url(source)}` has no subdirectory `{source.subdirectory}`"
        )
    if source.lfs and not checkout.large_files:
        reason = (
            "Is Git LFS configured? Run `git lfs install` to initialize Git LFS."
            if shared.git.program.has_lfs()
            else "Git LFS extension not found. Ensure that Git LFS is installed and available."
        )
        raise SourceMissing(
            f"The source distribution `{source_url(source)}` is missing Git LFS artifacts."
        ) from LfsUnavailable(reason)
    return checkout


def tree_of(source: GitSource, checkout: Checkout) -> str:
    """Return the path of the source tree in a checkout."""
    return checkout.path if source.subdirectory is None else os.path.join(checkout.path, source.subdirectory)


def archive_of(shared: Shared, dist: DirectDist) -> DirectDist:
    """Return the archive in a repository as one in the file system.

    :raises UltravioletError: it cannot be had.
    """
    source = dist.source
    assert isinstance(source, GitSource)
    assert source.archive is not None
    path = os.path.normpath(os.path.join(check_out(shared, source).path, source.archive))
    kind = archive_kind(path)
    assert kind is not None
    return msgspec.structs.replace(dist, source=PathSource(path=path, kind=kind))


def within_repository(metadata: DistMetadata, source: GitSource, checkout: Checkout) -> DistMetadata:
    """Return metadata in which paths inside the checkout, such as those of workspace members, are places in the repository."""
    root = os.path.realpath(checkout.path)

    def moved(entry: Requirement) -> Requirement:
        target = entry.source
        if not isinstance(target, (DirectorySource, PathSource)):
            return entry
        path = os.path.realpath(target.path)
        if path != root and not path.startswith(root + os.sep):
            return entry
        relative = os.path.relpath(path, root).replace(os.sep, "/")
        inside = msgspec.structs.replace(
            source,
            subdirectory=relative if isinstance(target, DirectorySource) and relative != "." else None,
            archive=relative if isinstance(target, PathSource) else None,
            given=None,
        )
        return msgspec.structs.replace(entry, source=inside)

    return msgspec.structs.replace(
        metadata,
        requires=tuple(entry if isinstance(entry, str) else moved(entry) for entry in metadata.requires),
        groups={name: tuple(map(moved, entries)) for name, entries in metadata.groups.items()},
    )

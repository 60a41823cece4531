"""Where one distribution comes from: a registry, an archive URL, git, an archive file or a source tree."""

from __future__ import annotations

from typing import Literal

import msgspec

from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.standards.conflicts import ConflictItem
from ultraviolet.standards.specifiers import Specifiers

ArchiveKind = Literal["wheel", "sdist"]


class RegistrySource(msgspec.Struct, frozen=True):
    """Any index, or the one it is pinned to."""

    specifiers: Specifiers
    index: IndexLocation | None = None
    conflict: ConflictItem | None = None
    """The extra or group whose source table pinned the index."""


class UrlSource(msgspec.Struct, frozen=True, kw_only=True):
    """An archive at an http(s) URL."""

    url: str
    """Without the ``subdirectory`` fragment; other fragments (hashes) stay."""
    subdirectory: str | None = None
    kind: ArchiveKind
    given: str | None = None


class GitSource(msgspec.Struct, frozen=True, kw_only=True):
    """A commit of a repository."""

    repository: str
    """URL without the ``git+`` prefix, reference and fragment."""
    reference_kind: Literal["default", "branch", "tag", "rev"] = "default"
    reference: str | None = None
    commit: str | None = None
    """Full hexadecimal object name, when known."""
    subdirectory: str | None = None
    lfs: bool = False
    archive: str | None = None
    """Path of an archive in the repository that holds the distribution."""
    given: str | None = None


class PathSource(msgspec.Struct, frozen=True, kw_only=True):
    """An archive in the file system."""

    path: str
    """Absolute."""
    kind: ArchiveKind
    given: str | None = None
    """As the user wrote it; lockfiles keep relative paths relative."""


class DirectorySource(msgspec.Struct, frozen=True, kw_only=True):
    """A source tree in the file system."""

    path: str
    """Absolute."""
    editable: bool | None = None
    virtual: bool | None = None
    """Never built or installed; only its dependencies count."""
    given: str | None = None


DirectSource = UrlSource | GitSource | PathSource | DirectorySource
Source = RegistrySource | UrlSource | GitSource | PathSource | DirectorySource

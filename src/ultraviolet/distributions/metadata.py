"""What the resolver needs to know of one distribution, whatever it was read from."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ultraviolet.distributions.requirement import Requirement
from ultraviolet.standards.names import ExtraName, GroupName, PackageName
from ultraviolet.standards.versions import Version


class DistMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """Name, version and dependencies of a distribution.

    ``requires`` holds PEP 508 texts for what comes from a registry (parsed where needed, most of them never are) and lowered
    requirements for source trees, whose ``tool.uv.sources`` have been applied.
    """

    name: PackageName
    version: Version
    requires: tuple[str | Requirement, ...] = ()
    requires_python: str | None = None
    provides_extra: tuple[ExtraName, ...] = ()
    groups: Mapping[GroupName, tuple[Requirement, ...]] = {}
    dynamic: bool = False
    """The version of this source tree is dynamic."""


class MetadataResult(msgspec.Struct, frozen=True):
    """Metadata, or why this version cannot be used (the resolver learns it and tries another)."""

    metadata: DistMetadata | None
    unavailable: str | None = None
    """``offline``, ``invalid-metadata``, ``inconsistent-metadata``, ``invalid-structure``, ``requires-python``, ``network``."""
    detail: str = ""

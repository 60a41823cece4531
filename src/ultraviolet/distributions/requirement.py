"""A requirement after lowering: PEP 508 joined with what ``tool.uv.sources`` says about where it comes from."""

from __future__ import annotations

from typing import Literal

import msgspec

from ultraviolet.distributions.source import RegistrySource, Source
from ultraviolet.standards.markers import TRUE, Marker
from ultraviolet.standards.names import ExtraName, GroupName, PackageName


class Origin(msgspec.Struct, frozen=True):
    """Where a requirement was written, for annotations such as ``# via -r requirements.in``."""

    kind: Literal["file", "project", "extra", "group", "workspace", "override", "constraint"]
    path: str | None = None
    """Path as given."""
    project: PackageName | None = None
    name: str | None = None
    """Name of the extra or group."""


class Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """One dependency with everything the resolver needs to know of it."""

    name: PackageName
    source: Source
    extras: tuple[ExtraName, ...] = ()
    """In declared order."""
    groups: tuple[GroupName, ...] = ()
    marker: Marker = TRUE
    origin: Origin | None = None

    @property
    def is_registry(self) -> bool:
        """Whether the version is chosen from an index."""
        return type(self.source) is RegistrySource

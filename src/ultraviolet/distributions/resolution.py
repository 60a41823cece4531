"""The solved graph: what a resolution hands to locks, exports and installers."""

from __future__ import annotations

import msgspec

from ultraviolet.distributions.dist import Dist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.metadata import DistMetadata
from ultraviolet.standards.markers import Marker
from ultraviolet.standards.markers.universal import UniversalMarker
from ultraviolet.standards.names import ExtraName, GroupName, PackageName
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.versions import Version


class ResolvedNode(msgspec.Struct, frozen=True, kw_only=True):
    """One package, or one of its extras or groups, at the chosen version."""

    name: PackageName
    version: Version
    extra: ExtraName | None = None
    group: GroupName | None = None
    dist: Dist | InstalledDistribution
    """An installed one when what is in the environment may stay."""
    metadata: DistMetadata
    index: IndexLocation | None = None
    """Where a registry distribution was found."""
    hashes: tuple[str, ...] = ()
    marker: UniversalMarker
    """Reachability: the environments in which the node is needed."""


class ResolvedEdge(msgspec.Struct, frozen=True):
    """A dependency between nodes, by their positions; source -1 is the root."""

    source: int
    target: int
    marker: UniversalMarker


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """Nodes and edges of all forks, merged."""

    nodes: tuple[ResolvedNode, ...]
    edges: tuple[ResolvedEdge, ...]
    requires_python: RequiresPython
    fork_markers: tuple[UniversalMarker, ...] = ()
    """One for each fork in solved order; empty when nothing forked."""
    diagnostics: tuple[str, ...] = ()
    """Warnings for the user, in order: missing extras, yanked picks."""
    marker_expression: Marker | None = None
    """Markers the resolution depended on (``--emit-marker-expression``)."""

"""What can be configured about looking things up."""

from __future__ import annotations

from typing import Literal

import msgspec

from ultraviolet.distributions.indexes import IndexLocation, IndexLocations
from ultraviolet.standards.names import PackageName

IndexStrategy = Literal["first-index", "unsafe-first-match", "unsafe-best-match"]


class IndexOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how packages are looked up."""

    locations: IndexLocations = IndexLocations()
    strategy: IndexStrategy = "first-index"
    package_indexes: tuple[tuple[PackageName, tuple[IndexLocation, ...]], ...] = ()
    """Packages that have indexes of their own, which are then all asked, and no others."""
    offline: bool = False
    """Cached answers of any age are used, and nothing else."""

"""What can be configured about looking things up."""

from __future__ import annotations

from typing import Literal

import msgspec

from ultraviolet.distributions.indexes import IndexLocations

IndexStrategy = Literal["first-index", "unsafe-first-match", "unsafe-best-match"]


class IndexOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how packages are looked up."""

    locations: IndexLocations = IndexLocations()
    strategy: IndexStrategy = "first-index"
    offline: bool = False
    """Cached answers of any age are used, and nothing else."""

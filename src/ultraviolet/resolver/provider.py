"""What the resolver asks of the world: which versions exist, and what they depend on."""

from __future__ import annotations

from ultraviolet.distributions.dist import Dist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.listing import Listings
from ultraviolet.distributions.metadata import MetadataResult
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object  # making real ones takes time


class MetadataProvider(Protocol):
    """The port of the resolver; asking twice must give the same answer."""

    def prefetch_listings(self, name: PackageName, index: IndexLocation | None) -> None:
        """Start to fetch the versions of a package; must not block."""

    def listings(self, name: PackageName, index: IndexLocation | None) -> Listings:
        """Return the versions of a package, of one index or of those that are looked through for any package.

        Blocks. Raises what aborts the resolution.
        """

    def listings_ready(self, name: PackageName, index: IndexLocation | None) -> bool:
        """Whether `listings` would answer at once."""

    def prefetch_metadata(self, dist: Dist | InstalledDistribution) -> None:
        """Start to fetch the metadata of a distribution, or to build it; must not block."""

    def metadata(self, dist: Dist | InstalledDistribution) -> MetadataResult:
        """Return the metadata of a distribution, or why this version cannot be used.

        Blocks. Raises what aborts the resolution.
        """


class Reporter(Protocol):
    """Hears of progress."""

    def on_progress(self, name: PackageName, version: Version) -> None:
        """A version is being tried."""

    def on_complete(self) -> None:
        """The resolution is over."""


class SilentReporter:
    """Ignores progress."""

    def on_progress(self, name: PackageName, version: Version) -> None:
        """Do nothing."""

    def on_complete(self) -> None:
        """Do nothing."""

"""What the room asks of others, and whom it tells about progress."""

from __future__ import annotations

from ultraviolet.distributions.metadata import DistMetadata
from ultraviolet.standards.metadata import Metadata

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object  # making real ones takes time


class SourceTrees(Protocol):
    """Reads projects in the file system: their manifests, their sources, and what their builds depend on."""

    def static_metadata(self, tree: str) -> DistMetadata | None:
        """Return lowered metadata from ``pyproject.toml`` alone; None when some of it is dynamic."""

    def lower(self, tree: str, metadata: Metadata) -> DistMetadata:
        """Apply the sources of a project to metadata that a build gave."""

    def cache_info(self, tree: str) -> bytes:
        """Return JSON that changes whenever the project must be built anew."""

    def cache_info_of_file(self, path: str) -> bytes:
        """Return the like for an archive."""


class PrepareReporter(Protocol):
    """Hears of downloads, builds and doubts; calls come from several threads."""

    def warn(self, text: str) -> None:
        """A warning, shown once."""

    def on_download_start(self, label: str, size: int | None) -> None:
        """A download begins; the size is in bytes."""

    def on_download_complete(self, label: str, size: int | None) -> None:
        """A download is done."""

    def on_build_start(self, label: str) -> None:
        """A build begins."""

    def on_build_complete(self, label: str) -> None:
        """A build is done."""

    def on_checkout_start(self, url: str, revision: str) -> None:
        """A repository is asked for a revision."""

    def on_checkout_complete(self, url: str, commit: str) -> None:
        """The files of a commit are there."""

    def on_prepared(self, done: int, total: int) -> None:
        """One more distribution is ready to install."""


class SilentReporter:
    """Ignores everything."""

    def warn(self, text: str) -> None:
        """Do nothing."""

    def on_download_start(self, label: str, size: int | None) -> None:
        """Do nothing."""

    def on_download_complete(self, label: str, size: int | None) -> None:
        """Do nothing."""

    def on_build_start(self, label: str) -> None:
        """Do nothing."""

    def on_build_complete(self, label: str) -> None:
        """Do nothing."""

    def on_checkout_start(self, url: str, revision: str) -> None:
        """Do nothing."""

    def on_checkout_complete(self, url: str, commit: str) -> None:
        """Do nothing."""

    def on_prepared(self, done: int, total: int) -> None:
        """Do nothing."""

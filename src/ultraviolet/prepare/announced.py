"""Downloads of wheels that tell the user of themselves."""

from __future__ import annotations

from typing import Literal

from ultraviolet.distributions.dist import Dist
from ultraviolet.http.downloads import Download
from ultraviolet.prepare.shared import Shared


class AnnouncedDownload(Download):
    """Tells of its start when the length is known: a server states it where the index did not."""

    __slots__ = ("_announced", "_dist", "_expected", "_shared")

    def __init__(self, dist: Dist, expected: int | None, shared: Shared, algorithms: tuple[str, ...]) -> None:
        super().__init__(shared.cache.bucket("archive"), algorithms=algorithms)
        self._dist = dist
        self._expected = expected
        self._shared = shared
        self._announced: int | Literal[False] | None = False

    def start(self, length: int | None) -> None:
        """Begin, or begin anew."""
        super().start(length)
        if self._announced is False:
            self._announced = self._expected if self._expected is not None else length
            self._shared.reporter.on_download_start(self._dist.name, self._announced)

    def announce_end(self) -> None:
        """Tell that everything was received."""
        if self._announced is not False:
            self._shared.reporter.on_download_complete(self._dist.name, self._announced)

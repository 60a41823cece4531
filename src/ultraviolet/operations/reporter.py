"""What operations tell about themselves while they work. The shell decides how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object  # making real ones takes time

ChangeKind = Literal["removed", "added", "reinstalled"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One line of what an installation did."""

    kind: ChangeKind
    name: PackageName
    version: str | None
    url: str | None = None
    """For what came from no index."""
    prepared: bool = True
    """False in a dry run, for a direct distribution whose version is not known yet."""


class Reporter(Protocol):
    """Hears of phases, changes, progress and warnings. Calls about progress come from several threads."""

    def warn(self, text: str) -> None:
        """A warning, shown once."""

    def note(self, text: str) -> None:
        """An ordinary line on the error stream."""

    def remark(self, text: str) -> None:
        """A line of less importance on the error stream, such as which environment is used."""

    def debug(self, text: str) -> None:
        """A line for ``--verbose``."""

    @property
    def hears_debug(self) -> bool:
        """Whether lines for ``--verbose`` are shown."""

    @property
    def explains(self) -> bool:
        """Whether somebody reads along, for whom failures are looked into further than uv does."""

    def phase(self, verb: str, count: int, seconds: float, *, suffix: str = "") -> None:
        """A finished phase: ``Resolved``, ``Prepared``, ``Uninstalled``, ``Installed``, ``Checked``."""

    def would(self, verb: str, count: int) -> None:
        """A phase of a dry run: ``download``, ``uninstall``, ``install``."""

    def compiled(self, files: int, seconds: float) -> None:
        """Bytecode was compiled."""

    def changes(self, changes: Sequence[Change]) -> None:
        """The lines of an installation."""

    def on_progress(self, name: PackageName, version: Version) -> None:
        """The resolver tries a version."""

    def on_complete(self) -> None:
        """The resolver is done."""

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
    """Ignores everything: for libraries, and for environments that nobody looks at."""

    def warn(self, text: str) -> None:
        """Do nothing."""

    def note(self, text: str) -> None:
        """Do nothing."""

    def remark(self, text: str) -> None:
        """Do nothing."""

    def debug(self, text: str) -> None:
        """Do nothing."""

    @property
    def hears_debug(self) -> bool:
        """No."""
        return False

    @property
    def explains(self) -> bool:
        """Nobody reads along."""
        return False

    def phase(self, verb: str, count: int, seconds: float, *, suffix: str = "") -> None:
        """Do nothing."""

    def would(self, verb: str, count: int) -> None:
        """Do nothing."""

    def compiled(self, files: int, seconds: float) -> None:
        """Do nothing."""

    def changes(self, changes: Sequence[Change]) -> None:
        """Do nothing."""

    def on_progress(self, name: PackageName, version: Version) -> None:
        """Do nothing."""

    def on_complete(self) -> None:
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


class InnerReporter(SilentReporter):
    """Passes on warnings and progress of work inside other work (build requirements), but no summary lines."""

    def __init__(self, outer: Reporter) -> None:
        self._outer = outer

    def warn(self, text: str) -> None:
        """Pass on."""
        self._outer.warn(text)

    def debug(self, text: str) -> None:
        """Pass on."""
        self._outer.debug(text)

    @property
    def hears_debug(self) -> bool:
        """What the outer one says."""
        return self._outer.hears_debug

    def on_build_start(self, label: str) -> None:
        """Pass on."""
        self._outer.on_build_start(label)

    def on_build_complete(self, label: str) -> None:
        """Pass on."""
        self._outer.on_build_complete(label)

    def on_download_start(self, label: str, size: int | None) -> None:
        """Pass on."""
        self._outer.on_download_start(label, size)

    def on_download_complete(self, label: str, size: int | None) -> None:
        """Pass on."""
        self._outer.on_download_complete(label, size)

    def on_checkout_start(self, url: str, revision: str) -> None:
        """Pass on."""
        self._outer.on_checkout_start(url, revision)

    def on_checkout_complete(self, url: str, commit: str) -> None:
        """Pass on."""
        self._outer.on_checkout_complete(url, commit)

"""Carry out what a plan says: remove, install, compile; under the environment's lock, which the caller holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ultraviolet.distributions.dist import CachedWheel, DirectDist
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.source import DirectorySource, GitSource, PathSource, UrlSource
from ultraviolet.distributions.urls import path_to_url, redact, split_fragment, without_credentials
from ultraviolet.errors import UltravioletError
from ultraviolet.fs.errors import named
from ultraviolet.fs.links import FALLBACK_WARNINGS, Linker, default_link_mode
from ultraviolet.install.errors import DamagedWheel, InstallFailed, MissingRecord
from ultraviolet.install.options import InstallOptions
from ultraviolet.install.placing import Placement
from ultraviolet.install.wheel import WheelInstaller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.environment.value import Environment
    from ultraviolet.standards.direct_url import DirectUrl


def remove_distributions(
    distributions: Iterable[InstalledDistribution], environment: Environment, warn: Callable[[str], None]
) -> list[InstalledDistribution]:
    """Remove distributions that a plan replaces or drops; one without a list of its files is only warned about.

    Return those that were removed.
    """
    from ultraviolet.install.uninstall import missing_record_warning, uninstall

    removed = []
    for distribution in distributions:
        try:
            uninstall(distribution, environment, warn)
        except MissingRecord as error:
            warn(missing_record_warning(error, distribution))
        removed.append(distribution)
    return removed


class Installation:
    """Installs unpacked wheels into one environment.

    Where a wheel goes may be decided (:meth:`decide`) while others are still on their way; nothing is changed by that.
    """

    __slots__ = ("_decided", "_installer", "_warn_of_overlaps", "_warned", "_warnings")

    def __init__(self, environment: Environment, options: InstallOptions, warn: Callable[[str], None]) -> None:
        mode = options.link_mode or default_link_mode()
        self._warned: set[str] = set()
        self._warnings = warn
        self._warn_of_overlaps = options.warn_of_overlaps
        self._decided: dict[int, tuple[Placement, list[str]]] = {}
        """{identity of the wheel: (where it goes, warnings)}."""
        linker = Linker(mode, lambda failed: warn(FALLBACK_WARNINGS[failed]))
        self._installer = WheelInstaller(environment, options, linker)

    def decide(self, wheel: CachedWheel) -> None:
        """Decide where a wheel goes; what is wrong with it is told when it is installed."""
        try:
            self._decided[id(wheel)] = self._place(wheel)
        except (UltravioletError, OSError):
            return

    def install(self, wheels: Sequence[CachedWheel]) -> list[Placement]:
        """Install wheels, in order, and return what was placed where.

        :raises InstallFailed: one of them could not be installed; those before it are.
        """
        placed = [self._install(wheel) for wheel in wheels]
        if self._warn_of_overlaps and len(wheels) > 1:
            from ultraviolet.install.overlaps import overlapping_files

            for message in overlapping_files(wheels):
                self._warnings(message)
        return placed

    def _install(self, wheel: CachedWheel) -> Placement:
        try:
            decided = self._decided.get(id(wheel))
            placement, warnings = decided if decided is not None else self._place(wheel)
            for warning in warnings:
                if warning not in self._warned:
                    self._warned.add(warning)
                    self._warnings(warning)
            self._installer.install(placement)
        except (UltravioletError, OSError) as error:
            reason = named(error) if isinstance(error, OSError) else error
            message = f"Failed to install: {wheel.filename} ({describe(wheel)})"
            if isinstance(error, FileNotFoundError) and str(error.filename).startswith(f"{wheel.path}/"):
                raise DamagedWheel(message, wheel) from reason
            raise InstallFailed(message) from reason
        return placement

    def _place(self, wheel: CachedWheel) -> tuple[Placement, list[str]]:
        direct = direct_url_of(wheel)
        warnings: list[str] = []
        placement = self._installer.place(wheel, direct.to_json() if direct is not None else None, warnings.append)
        return placement, warnings


def install_wheels(
    wheels: Sequence[CachedWheel],
    environment: Environment,
    options: InstallOptions,
    warn: Callable[[str], None],
) -> list[Placement]:
    """Install unpacked wheels, in order, and return what was placed where.

    :raises InstallFailed: one of them could not be installed; those before it are.
    """
    return Installation(environment, options, warn).install(wheels)


def describe(wheel: CachedWheel) -> str:
    """Return ``name==version``, followed by ``(from URL)`` for what came from no index."""
    direct = direct_url_of(wheel)
    origin = "" if direct is None else f" (from {direct.display_url()})"
    return f"{wheel.name}=={wheel.version}{origin}"


def direct_url_of(wheel: CachedWheel) -> DirectUrl | None:
    """Return the origin that ``direct_url.json`` records for a wheel; None for one from an index."""
    return direct_url_for(wheel.dist) if isinstance(wheel.dist, DirectDist) else None


def direct_url_for(dist: DirectDist) -> DirectUrl:
    """Return the origin that ``direct_url.json`` records for a distribution: without credentials and fragments."""
    from ultraviolet.standards.direct_url import DirectUrl

    match dist.source:
        case UrlSource(url=url, subdirectory=subdirectory):
            return DirectUrl(url=split_fragment(without_credentials(url))[0], kind="archive", subdirectory=subdirectory)
        case PathSource(path=path):
            return DirectUrl(url=path_to_url(path), kind="archive")
        case DirectorySource(path=path, editable=editable):
            return DirectUrl(url=path_to_url(path), kind="directory", editable=editable)
        case GitSource() as git:
            return DirectUrl(
                url=split_fragment(redact(git.repository))[0],
                kind="vcs",
                vcs="git",
                commit=git.commit,
                requested_revision=git.reference,
                subdirectory=git.subdirectory,
                lfs=True if git.lfs else None,
                path=git.archive,
            )

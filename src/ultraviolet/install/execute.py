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


def install_wheels(
    wheels: Sequence[CachedWheel],
    environment: Environment,
    options: InstallOptions,
    warn: Callable[[str], None],
    *,
    on_installed: Callable[[CachedWheel], None] | None = None,
) -> list[Placement]:
    """Install unpacked wheels, in order, and return what was placed where.

    :raises InstallFailed: one of them could not be installed; those before it are.
    """
    mode = options.link_mode or default_link_mode()
    linker = Linker(mode, lambda failed: warn(FALLBACK_WARNINGS[failed]))
    warned: set[str] = set()

    def warn_once(message: str) -> None:
        if message not in warned:
            warned.add(message)
            warn(message)

    installer = WheelInstaller(environment, options, linker, warn_once)
    placements = []
    for wheel in wheels:
        direct = direct_url_of(wheel)
        try:
            placement = installer.place(wheel, direct.to_json() if direct is not None else None)
            installer.install(placement)
        except (UltravioletError, OSError) as error:
            reason = named(error) if isinstance(error, OSError) else error
            message = f"Failed to install: {wheel.filename} ({describe(wheel)})"
            if isinstance(error, FileNotFoundError) and str(error.filename).startswith(f"{wheel.path}/"):
                raise DamagedWheel(message, wheel) from reason
            raise InstallFailed(message) from reason
        if on_installed is not None:
            on_installed(wheel)
        placements.append(placement)
    return placements


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

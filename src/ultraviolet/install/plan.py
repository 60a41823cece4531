"""What must change in an environment so that it holds what a resolution says: a decision, nothing is touched."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import msgspec

from ultraviolet.distributions.dist import CachedWheel, Dist, RegistryDist
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.source import DirectorySource
from ultraviolet.install.satisfaction import SatisfactionOptions, check_dist

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.environment.site_packages import SitePackages


class Reinstall(msgspec.Struct, frozen=True, kw_only=True):
    """Which distributions are installed anew although they are satisfied."""

    everything: bool = False
    packages: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    """Source trees named on the command line."""

    def covers(self, dist: Dist) -> bool:
        """Whether a distribution is to be reinstalled."""
        if self.everything or dist.name in self.packages:
            return True
        path = source_tree(dist)
        return path is not None and path in self.paths


class PlanOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What influences a plan besides the resolution and the environment."""

    satisfaction: SatisfactionOptions = SatisfactionOptions()
    reinstall: Reinstall = Reinstall()
    must_revalidate: Callable[[Dist], bool] | None = None
    """Whether the cache may not be used for a distribution (``--refresh``)."""
    find_cached: Callable[[Dist], CachedWheel | None] | None = None
    """Look a wheel up in the cache: the right file, by the policy on hashes, builds and binaries."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The four kinds of change; what is satisfied is in none of them."""

    cached: tuple[CachedWheel, ...] = ()
    """To install, unpacked already."""
    remote: tuple[Dist, ...] = ()
    """To install, after a download or a build."""
    reinstalls: tuple[InstalledDistribution, ...] = ()
    """To remove, because something takes their place."""
    extraneous: tuple[InstalledDistribution, ...] = ()
    """To remove if the environment is to match exactly."""
    satisfied: int = 0
    """How many distributions are there already."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is installed or replaced; extraneous distributions are the caller's business."""
        return not (self.cached or self.remote or self.reinstalls)


def plan(
    resolution: Iterable[Dist | InstalledDistribution],
    site_packages: SitePackages,
    options: PlanOptions | None = None,
) -> Plan:
    """Compare a resolution, in its order, with what is installed.

    A resolution that was told what is installed may contain some of it; that stays as it is.
    """
    options = options or PlanOptions()
    cached: list[CachedWheel] = []
    remote: list[Dist] = []
    reinstalls: list[InstalledDistribution] = []
    satisfied = 0
    seen: set[str] = set()
    for dist in resolution:
        installed = [] if dist.name in seen else site_packages.get(dist.name)
        seen.add(dist.name)
        if isinstance(dist, InstalledDistribution):
            satisfied += 1
            reinstalls.extend(other for other in installed if other.path != dist.path)
            continue
        if (
            len(installed) == 1
            and not options.reinstall.covers(dist)
            and check_dist(installed[0], dist, options.satisfaction) == "satisfied"
        ):
            satisfied += 1
            continue
        # Of several installed copies none is kept: removing one is likely to break the other.
        reinstalls.extend(installed)
        wheel = None
        if options.must_revalidate is None or not options.must_revalidate(dist):
            wheel = options.find_cached(dist) if options.find_cached is not None else None
        if wheel is not None:
            cached.append(wheel)
        else:
            remote.append(dist)
    extraneous = tuple(distribution for distribution in site_packages if distribution.name not in seen)
    return Plan(
        cached=tuple(cached),
        remote=tuple(remote),
        reinstalls=tuple(reinstalls),
        extraneous=extraneous,
        satisfied=satisfied,
    )


def source_tree(dist: Dist) -> str | None:
    """Return the path of the source tree that a distribution is built from, if it is one."""
    if isinstance(dist, RegistryDist) or not isinstance(dist.source, DirectorySource):
        return None
    return dist.source.path


def without_seeds(
    extraneous: Iterable[InstalledDistribution],
    *,
    python_version: tuple[int, int],
    made_by_uv: bool,
    seeded: bool,
    keep: Collection[str] = (),
) -> tuple[InstalledDistribution, ...]:
    """Leave out what an exact installation must not remove: installers that came with the environment.

    In an environment that uv made without ``--seed`` there is nothing of that kind.
    """
    exempt = set(keep)
    if not made_by_uv or seeded:
        exempt |= {"pip", "uv"}
        if python_version < (3, 12):
            exempt |= {"setuptools", "wheel"}
    return tuple(distribution for distribution in extraneous if distribution.name not in exempt)

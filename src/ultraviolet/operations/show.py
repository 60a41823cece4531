"""What ``pip show`` tells about installed packages."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import msgspec

from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.environment.site_packages import (
    SitePackages,
    read_installed_metadata,
    read_record_of,
    read_site_packages,
)
from ultraviolet.errors import UltravioletError
from ultraviolet.standards.markers import MarkerEnvironment
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.requirements import parse_lenient_requirement

__all__ = ["ShowResult", "Shown", "UnreadableRecord", "dependencies_of", "files_of", "read_site_packages", "show"]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One block of ``pip show``."""

    name: PackageName
    version: str
    location: str
    """The site-packages directory."""
    project_location: str | None = None
    """Directory of an editable installation."""
    requires: tuple[PackageName, ...] | None = None
    """Sorted; None when the metadata cannot be read."""
    required_by: tuple[PackageName, ...] = ()
    distribution: InstalledDistribution


class ShowResult(msgspec.Struct, frozen=True):
    """What was found, and what was not."""

    shown: tuple[Shown, ...]
    missing: tuple[PackageName, ...]


class UnreadableRecord(UltravioletError):
    """The list of files of an installed distribution cannot be read."""


def show(
    names: Iterable[PackageName],
    site_packages: SitePackages,
    markers: MarkerEnvironment,
    *,
    given: tuple[str, str] | None = None,
) -> ShowResult:
    """Describe packages: sorted by name, each once; dependencies are those that apply without extras.

    :param given: a directory (absolute) and how the user named it; locations below it are told that way.
    """
    wanted = sorted(set(names))
    missing = tuple(name for name in wanted if not site_packages.get(name))
    found = [distribution for name in wanted for distribution in site_packages.get(name)]
    requires: dict[PackageName, tuple[PackageName, ...]] = {}
    for distribution in found:
        _collect(distribution, markers, requires)
    if requires:
        for distribution in site_packages:
            if distribution.name not in requires:
                _collect(distribution, markers, requires)
    shown = tuple(
        Shown(
            name=distribution.name,
            version=str(distribution.version),
            location=os.path.dirname(_as_given(distribution.path, given)),
            project_location=distribution.project_root if distribution.editable else None,
            requires=requires.get(distribution.name),
            required_by=_dependents(distribution.name, requires),
            distribution=distribution,
        )
        for distribution in found
    )
    return ShowResult(shown, missing)


def _as_given(path: str, given: tuple[str, str] | None) -> str:
    if given is not None and path.startswith(given[0] + os.sep):
        return os.path.join(given[1], path[len(given[0]) + 1 :])
    return path


def _collect(
    distribution: InstalledDistribution,
    markers: MarkerEnvironment,
    requires: dict[PackageName, tuple[PackageName, ...]],
) -> None:
    names = dependencies_of(distribution, markers)
    if names is not None:
        requires[distribution.name] = tuple(sorted(set(names)))


def dependencies_of(distribution: InstalledDistribution, markers: MarkerEnvironment) -> list[PackageName] | None:
    """Return the names of what a distribution depends on; None when its metadata cannot be read."""
    metadata = read_installed_metadata(distribution)
    if metadata is None:
        return None
    try:
        requirements = [parse_lenient_requirement(line) for line in metadata.requires_dist]
    except UltravioletError:
        return None
    return [requirement.name for requirement in requirements if requirement.marker.evaluate(markers)]


def _dependents(name: PackageName, requires: dict[PackageName, tuple[PackageName, ...]]) -> tuple[PackageName, ...]:
    return tuple(sorted(other for other, names in requires.items() if other != name and name in names))


def files_of(distribution: InstalledDistribution) -> Sequence[str]:
    """Return the paths in ``RECORD``, as written.

    :raises UnreadableRecord: there is none.
    """
    from ultraviolet.standards.record import parse_record

    data = read_record_of(distribution)
    if data is None:
        path = os.path.join(distribution.path, "RECORD")
        raise UnreadableRecord(f"failed to open file `{path}`: No such file or directory (os error 2)")
    return [path for path, _, _ in parse_record(data.decode("utf-8", "replace"))]

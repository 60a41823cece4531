"""What is wrong with an environment (``pip check``, ``--strict``): a pure look at what is installed.

The sentences name packages and requirements in backticks; the shell emboldens and counts them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import msgspec

from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.environment.site_packages import (
    SitePackages,
    WheelFileError,
    read_installed_metadata,
    read_wheel_tags,
)
from ultraviolet.errors import UltravioletError
from ultraviolet.standards.markers import MarkerEnvironment
from ultraviolet.standards.metadata import Metadata
from ultraviolet.standards.requirements import Pep508Requirement, parse_lenient_requirement
from ultraviolet.standards.specifiers import parse_lenient_specifiers
from ultraviolet.standards.tags import Tags, tag_lines_compatible
from ultraviolet.standards.versions import parse_version

Problem = Literal[
    "duplicate", "metadata", "wheel", "requires-python", "platform", "missing-dependency", "incompatible-dependency"
]


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong."""

    package: str
    problem: Problem
    message: str
    dependency: str | None = None
    """The other package, for dependencies."""

    def includes(self, names: Iterable[str]) -> bool:
        """Whether one of some packages is involved; an incompatible dependency involves both."""
        other = self.dependency if self.problem == "incompatible-dependency" else None
        return any(name in (self.package, other) for name in names)


def diagnose(
    site_packages: SitePackages,
    markers: MarkerEnvironment,
    tags: Tags,
    *,
    read_metadata: Callable[[InstalledDistribution], Metadata | None] = read_installed_metadata,
    python: str | None = None,
) -> list[Diagnostic]:
    """Return every problem of the installed packages, in the order of the packages.

    ``read_metadata`` may put statically configured metadata (``dependency-metadata``) in the place of the installed;
    ``python`` is the version named in messages, where it is not that of ``markers``.
    """
    found: list[Diagnostic] = []
    for name in site_packages.names():
        installed = site_packages.get(name)
        if len(installed) > 1:
            paths = sorted(distribution.path for distribution in installed)
            listed = "".join(f"\n  - {path}" for path in paths)
            found.append(
                Diagnostic(
                    package=name,
                    problem="duplicate",
                    message=f"The package `{name}` has multiple installed distributions: {listed}",
                )
            )
            continue
        metadata = read_metadata(installed[0])
        found.extend(_diagnose_one(installed[0], site_packages, markers, tags, metadata, python))
    return found


def _diagnose_one(
    distribution: InstalledDistribution,
    site_packages: SitePackages,
    markers: MarkerEnvironment,
    tags: Tags,
    metadata: Metadata | None,
    named_python: str | None,
) -> Iterator[Diagnostic]:
    name = distribution.name
    if metadata is None:
        yield _broken(distribution, "METADATA`", "metadata")
        return
    if metadata.requires_python is not None:
        python = parse_version(markers.python_full_version)
        try:
            specifiers = parse_lenient_specifiers(metadata.requires_python)
        except UltravioletError:
            specifiers = None
        if specifiers is not None and not specifiers.contains(python):
            shown = named_python or python
            text = f"The package `{name}` requires Python {specifiers.text(', ')}, but `{shown}` is installed"
            yield Diagnostic(package=name, problem="requires-python", message=text)
    try:
        lines = read_wheel_tags(distribution)
    except WheelFileError:
        yield _broken(distribution, "WHEEL` file", "wheel")
    else:
        if lines is not None and not tag_lines_compatible(lines, tags):
            text = f"The package `{name}` was built for a different platform"
            yield Diagnostic(package=name, problem="platform", message=text)
    for line in metadata.requires_dist:
        try:
            requirement = parse_lenient_requirement(line)
        except UltravioletError:
            continue
        if not requirement.marker.is_true and not requirement.marker.evaluate(markers):
            continue
        problem = _dependency_problem(name, requirement, site_packages.get(requirement.name))
        if problem is not None:
            yield problem


def _broken(distribution: InstalledDistribution, file: str, problem: Problem) -> Diagnostic:
    return Diagnostic(
        package=distribution.name,
        problem=problem,
        message=(
            f"The package `{distribution.name}` is broken or incomplete (unable to read `{file}). Consider recreating the "
            f"virtualenv, or removing the package directory at: {distribution.path}."
        ),
    )


def _dependency_problem(
    name: str, requirement: Pep508Requirement, installed: list[InstalledDistribution]
) -> Diagnostic | None:
    if not installed:
        return Diagnostic(
            package=name,
            problem="missing-dependency",
            message=f"The package `{name}` requires `{requirement}`, but it's not installed",
            dependency=requirement.name,
        )
    if len(installed) > 1 or requirement.url is not None or requirement.specifiers.contains(installed[0].version):
        return None
    return Diagnostic(
        package=name,
        problem="incompatible-dependency",
        message=f"The package `{name}` requires `{requirement}`, but `{installed[0].version}` is installed",
        dependency=requirement.name,
    )

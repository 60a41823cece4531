"""Whether an environment already holds what is asked for, all the way down, so that nothing needs to be resolved."""

from __future__ import annotations

from collections.abc import Iterable

from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import DirectSource, RegistrySource
from ultraviolet.environment.site_packages import SitePackages, read_installed_metadata
from ultraviolet.errors import UltravioletError
from ultraviolet.install.satisfaction import SatisfactionOptions, check
from ultraviolet.operations.wishes import Wishes
from ultraviolet.requirements.arguments import AnyRequirement, UnnamedRequirement
from ultraviolet.resolver.flatten import lower_text
from ultraviolet.resolver.manifest import Excludes, Overrides
from ultraviolet.standards.markers import MarkerEnvironment
from ultraviolet.standards.names import PackageName


def is_satisfied(
    wishes: Wishes, site_packages: SitePackages, environment: MarkerEnvironment, options: SatisfactionOptions
) -> bool:
    """Whether every requirement is installed exactly once, fits, and has its own requirements installed.

    Any doubt, such as metadata that cannot be read, is a no.
    """
    try:
        return _is_satisfied(wishes, site_packages, environment, options)
    except (UltravioletError, OSError):
        return False


def _is_satisfied(
    wishes: Wishes, site_packages: SitePackages, environment: MarkerEnvironment, options: SatisfactionOptions
) -> bool:
    named = _named(wishes.requirements, site_packages)
    overriding = _named(wishes.overrides, site_packages)
    if named is None or overriding is None or wishes.has_trees:
        return False
    overrides = Overrides(overriding, wishes.scoped_overrides)
    excludes = Excludes(wishes.excludes, wishes.scoped_excludes)
    limits: dict[PackageName, list[Requirement]] = {}
    for constraint in wishes.constraints:
        limits.setdefault(constraint.name, []).append(constraint)
    queue = [
        requirement
        for requirement in overrides.apply(named)
        if not excludes.contains(requirement.name) and requirement.marker.evaluate(environment)
    ]
    seen = set(queue)
    while queue:
        requirement = queue.pop()
        installed = site_packages.get(requirement.name)
        if len(installed) != 1:
            return False
        found = installed[0]
        if check(found, requirement.source, None, options) != "satisfied":
            return False
        for constraint in limits.get(requirement.name, ()):
            if (
                constraint.marker.evaluate(environment)
                and check(found, constraint.source, None, options) != "satisfied"
            ):
                return False
        scope = (found.name, found.version)
        for dependency in overrides.apply(_dependencies(found), scope):
            if excludes.contains(dependency.name, scope):
                continue
            if dependency not in seen and dependency.marker.evaluate(environment, requirement.extras):
                seen.add(dependency)
                queue.append(dependency)
    return True


def _dependencies(found: InstalledDistribution) -> list[Requirement]:
    metadata = read_installed_metadata(found)
    if metadata is None:
        raise UltravioletError(f"Failed to read metadata for: {found.name}")
    return [lower_text(text) for text in metadata.requires_dist]


def _named(requirements: Iterable[AnyRequirement], site_packages: SitePackages) -> list[Requirement] | None:
    """Give requirements without a name that of what is installed from their URL; None where there is no such."""
    named: list[Requirement] = []
    for requirement in requirements:
        if not isinstance(requirement, UnnamedRequirement):
            named.append(requirement)
            continue
        candidates = [found for found in site_packages if _is_from(found, requirement.source)]
        if len(candidates) != 1:
            return None
        named.append(
            Requirement(
                name=candidates[0].name,
                source=requirement.source,
                extras=requirement.extras,
                marker=requirement.marker,
                origin=requirement.origin,
            )
        )
    return named


def _is_from(found: InstalledDistribution, source: DirectSource | RegistrySource) -> bool:
    """Whether something was installed from a URL or path, in whatever state that is now."""
    if isinstance(source, RegistrySource) or found.kind != "url":
        return False
    return check(found, source, None, SatisfactionOptions()) == "satisfied"

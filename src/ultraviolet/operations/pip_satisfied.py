"""Whether an environment already holds what ``pip install`` is asked for, told from its metadata alone.

Nothing of the resolver is imported and nothing is fetched: each requirement, and in turn what the installed distribution
requires, must be met by exactly one installed distribution within the constraints.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from ultraviolet.distributions.direct_urls import UrlContext, direct_url_text
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import DirectorySource, PathSource
from ultraviolet.distributions.urls import canonical_url, split_fragment
from ultraviolet.environment.site_packages import SitePackages, read_installed_metadata
from ultraviolet.install.satisfaction import SatisfactionOptions, check
from ultraviolet.requirements.arguments import AnyRequirement, RequirementEntry, UnnamedRequirement
from ultraviolet.standards.markers import MarkerEnvironment
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.requirements import parse_lenient_requirement
from ultraviolet.workspace.plain import plain_requirement

if TYPE_CHECKING:
    from ultraviolet.operations.pip_request import PipRequest


def satisfied_names(
    request: PipRequest,
    site_packages: SitePackages,
    environment: MarkerEnvironment,
    options: SatisfactionOptions,
) -> frozenset[PackageName] | None:
    """Return the names of all packages needed when each is installed as asked; None when something is missing.

    :raises UltravioletError: overrides contradict each other.
    """
    requirements = _named(request.specification.requirements, site_packages)
    overrides = _named(request.specification.overrides, site_packages)
    if requirements is None or overrides is None:
        return None
    walk = _Walk(request, site_packages, environment, options, overrides)
    return walk.run(requirements)


class _Walk:
    """A walk over requirements and what is installed for them."""

    def __init__(
        self,
        request: PipRequest,
        site_packages: SitePackages,
        environment: MarkerEnvironment,
        options: SatisfactionOptions,
        overrides: list[Requirement],
    ) -> None:
        self._site_packages = site_packages
        self._environment = environment
        self._options = options
        self._urls = UrlContext(environ=request.urls.environ, cwd=request.urls.cwd)
        self._constraints: dict[PackageName, list[Requirement]] = {}
        for entry in request.constraints:
            if isinstance(entry.requirement, Requirement):
                self._constraints.setdefault(entry.requirement.name, []).append(entry.requirement)
        replaced = (*request.workspace_overrides, *overrides)
        scoped, excluded, scoped_excluded = request.scoped_overrides(), request.excludes, request.scoped_excludes()
        self._changes: tuple[object, object] | None = None
        if replaced or scoped or excluded or scoped_excluded:
            from ultraviolet.resolver.manifest import Excludes, Overrides

            self._overrides = Overrides(replaced, scoped)
            self._excludes = Excludes(excluded, scoped_excluded)
            self._changes = (self._overrides, self._excludes)

    def run(self, requirements: Iterable[Requirement]) -> frozenset[PackageName] | None:
        environment = self._environment
        stack: list[Requirement] = []
        seen: set[Requirement] = set()
        for requirement in self._changed(requirements, None):
            if requirement.marker.evaluate(environment) and requirement not in seen:
                seen.add(requirement)
                stack.append(requirement)
        while stack:
            requirement = stack.pop()
            installed = self._site_packages.get(requirement.name)
            if len(installed) != 1 or not self._meets(installed[0], requirement):
                return None
            dependencies = self._requires(installed[0])
            if dependencies is None:
                return None
            for dependency in self._changed(dependencies, installed[0]):
                if dependency.marker.evaluate(environment, requirement.extras) and dependency not in seen:
                    seen.add(dependency)
                    stack.append(dependency)
        return frozenset(requirement.name for requirement in seen)

    def _meets(self, installed: InstalledDistribution, requirement: Requirement) -> bool:
        limits = self._constraints.get(requirement.name, ())
        environment, options = self._environment, self._options
        if requirement.marker.evaluate(environment) and (
            check(installed, requirement.source, None, options) != "satisfied"
        ):
            return False
        return all(
            check(installed, limit.source, None, options) == "satisfied"
            for limit in limits
            if limit.marker.evaluate(environment)
        )

    def _requires(self, installed: InstalledDistribution) -> list[Requirement] | None:
        metadata = read_installed_metadata(installed)
        if metadata is None:
            return None
        return [plain_requirement(parse_lenient_requirement(text), self._urls) for text in metadata.requires_dist]

    def _changed(
        self, requirements: Iterable[Requirement], parent: InstalledDistribution | None
    ) -> Iterable[Requirement]:
        if self._changes is None:
            return requirements
        scope = None if parent is None else (parent.name, parent.version)
        return [
            requirement
            for requirement in self._overrides.apply(requirements, scope)
            if not self._excludes.contains(requirement.name, scope)
        ]


def _named(entries: Iterable[RequirementEntry], site_packages: SitePackages) -> list[Requirement] | None:
    """Return requirements with names; of one at a URL, the name of what was installed from there."""
    found: list[Requirement] = []
    for entry in entries:
        requirement: AnyRequirement = entry.requirement
        if isinstance(requirement, UnnamedRequirement):
            name = _installed_from(requirement, site_packages)
            if name is None:
                return None
            requirement = Requirement(
                name=name, source=requirement.source, extras=requirement.extras, marker=requirement.marker
            )
        found.append(requirement)
    return found


def _installed_from(requirement: UnnamedRequirement, site_packages: SitePackages) -> PackageName | None:
    source = requirement.source
    if isinstance(source, (DirectorySource, PathSource)):
        source = msgspec.structs.replace(source, given=None)
    wanted = canonical_url(split_fragment(direct_url_text(source))[0])
    names = [
        installed.name
        for installed in site_packages
        if installed.url is not None and canonical_url(split_fragment(installed.url)[0]) == wanted
    ]
    return names[0] if len(names) == 1 else None

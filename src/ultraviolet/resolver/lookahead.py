"""Looking through direct sources for what they require in turn.

Requirements of a distribution at a URL or path enjoy the privileges of first-party ones, so they must be known before
the resolution starts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import msgspec

from ultraviolet.distributions.dist import DirectDist
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import DirectorySource, RegistrySource
from ultraviolet.resolver.flatten import lower_text
from ultraviolet.resolver.manifest import Excludes, Lookahead, Manifest, Overrides, constraints_by_name
from ultraviolet.resolver.provider import MetadataProvider
from ultraviolet.standards.markers import MarkerEnvironment, extra_marker
from ultraviolet.standards.names import PackageName


def look_ahead(
    manifest: Manifest,
    provider: MetadataProvider,
    target: MarkerEnvironment | None,
) -> tuple[Lookahead, ...]:
    """Find the requirements of all direct sources, recursively.

    :raises UltravioletError: the metadata of one cannot be had.
    """
    overrides = Overrides(manifest.overrides, manifest.scoped_overrides)
    excludes = Excludes(manifest.excludes, manifest.scoped_excludes)
    constraints = constraints_by_name(manifest.constraints)
    queue = deque(
        requirement
        for requirement in _constrained(overrides.apply(manifest.requirements), constraints)
        if not excludes.contains(requirement.name) and requirement.marker.evaluate_optional(target)
    )
    seen: set[Requirement] = set()
    results: list[Lookahead] = []
    while queue:
        batch: list[Requirement] = []
        while queue:
            requirement = queue.popleft()
            if not isinstance(requirement.source, RegistrySource) and requirement not in seen:
                seen.add(requirement)
                batch.append(requirement)
        dists = [_dist(requirement) for requirement in batch]
        for dist in dists[1:]:
            provider.prefetch_metadata(dist)
        for requirement, dist in zip(batch, dists, strict=True):
            found = _look_into(requirement, dist, provider)
            if found is None:
                continue
            scope = (found.package, found.version)
            for inner in _constrained(overrides.apply(found.requirements, scope), constraints):
                if not excludes.contains(inner.name, scope) and inner.marker.evaluate_optional(target, found.extras):
                    queue.append(inner)
            results.append(found)
    return tuple(results)


def _dist(requirement: Requirement) -> DirectDist:
    source = requirement.source
    if isinstance(source, RegistrySource):
        raise TypeError(requirement.name)
    return DirectDist(name=requirement.name, source=source)


def _look_into(requirement: Requirement, dist: DirectDist, provider: MetadataProvider) -> Lookahead | None:
    metadata = provider.metadata(dist).metadata
    if metadata is None:
        return None
    requires = [lower_text(entry) if isinstance(entry, str) else entry for entry in metadata.requires]
    for group, entries in metadata.groups.items():
        if group in requirement.groups:
            requires += entries
    return Lookahead(
        package=metadata.name,
        version=metadata.version,
        extras=requirement.extras,
        requirements=tuple(
            msgspec.structs.replace(entry, source=requirement.source) if entry.name == requirement.name else entry
            for entry in requires
        ),
        direct=isinstance(requirement.source, DirectorySource),
    )


def _constrained(
    requirements: Iterable[Requirement], constraints: dict[PackageName, list[Requirement]]
) -> Iterator[Requirement]:
    for requirement in requirements:
        yield requirement
        extra = requirement.marker.top_level_extra()
        for constraint in constraints.get(requirement.name, ()):
            if extra is None:
                yield constraint
            else:
                yield msgspec.structs.replace(constraint, marker=extra_marker(extra) & constraint.marker)

"""Extra build requirements that follow the resolution: ``match-runtime = true`` in ``tool.uv.extra-build-dependencies``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from ultraviolet.build.options import BuildOptions, ExtraBuildRequirement
from ultraviolet.distributions.dist import DirectDist, Dist, RegistryDist
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.source import RegistrySource, Source
from ultraviolet.errors import UltravioletError
from ultraviolet.operations.engines import Engines
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.specifiers import parse_specifiers


class RuntimeVersionError(UltravioletError):
    """An extra build requirement cannot follow the resolution."""


def follow_resolution(engines: Engines, dists: Iterable[Dist | InstalledDistribution]) -> None:
    """Have builds use the versions that were resolved, where that is asked for.

    :raises RuntimeVersionError: such a requirement has conditions of its own, or was not resolved.
    """
    build = engines.options.build
    if not any(entry.match_runtime for entries in build.extra_requirements.values() for entry in entries):
        return
    build = with_runtime_versions(build, {dist.name: dist for dist in dists})
    engines.options = msgspec.structs.replace(engines.options, build=build)
    engines.prepare_options = msgspec.structs.replace(engines.prepare_options, build=build)


def with_runtime_versions(
    options: BuildOptions, resolved: Mapping[PackageName, Dist | InstalledDistribution]
) -> BuildOptions:
    """Return the options with requirements pinned to what was resolved; packages that are not resolved are left out."""
    found = {
        name: tuple(_pinned(entry, resolved) for entry in entries)
        for name, entries in options.extra_requirements.items()
        if name in resolved
    }
    return msgspec.structs.replace(options, extra_requirements=found)


def _pinned(
    entry: ExtraBuildRequirement, resolved: Mapping[PackageName, Dist | InstalledDistribution]
) -> ExtraBuildRequirement:
    requirement = entry.requirement
    if not entry.match_runtime:
        return entry
    source = requirement.source
    if not isinstance(source, RegistrySource) or source.specifiers:
        raise RuntimeVersionError(
            f"Dependencies marked with `match-runtime = true` cannot include version specifiers, but found: "
            f"`{requirement.name}{source.specifiers if isinstance(source, RegistrySource) else f' @ {source}'}`"
        )
    dist = resolved.get(requirement.name)
    if dist is None:
        raise RuntimeVersionError(
            f"`{requirement.name}` was declared as an extra build dependency with `match-runtime = true`, but was not "
            "found in the resolution"
        )
    return msgspec.structs.replace(
        entry, requirement=msgspec.structs.replace(requirement, source=_source_of(dist)), is_matched=True
    )


def _source_of(dist: Dist | InstalledDistribution) -> Source:
    """Return where exactly that version comes from: its URL or path, or its index."""
    if isinstance(dist, DirectDist):
        return dist.source
    index = dist.index if isinstance(dist, RegistryDist) else None
    return RegistrySource(specifiers=parse_specifiers(f"=={dist.version}"), index=index)

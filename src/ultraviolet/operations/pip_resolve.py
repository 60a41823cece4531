"""The resolution of ``pip install`` and ``pip sync``, or what a ``pylock.toml`` says in its place."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from ultraviolet.cache.refresh import Refresh
from ultraviolet.distributions.dist import DirectDist, Dist
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import RegistrySource
from ultraviolet.environment.site_packages import read_site_packages
from ultraviolet.install.plan import Reinstall
from ultraviolet.operations.engines import Engines
from ultraviolet.operations.keepable import Keepable
from ultraviolet.operations.options import upgrade_choice, upgrade_constraints
from ultraviolet.operations.pip_hashes import Digests, Mode, collect_digests, fragment_digest
from ultraviolet.operations.pip_inputs import (
    entries_of,
    group_requirements,
    name_requirements,
    stated_name,
    tree_requirements,
)
from ultraviolet.operations.pip_request import PipRequest, request_options
from ultraviolet.operations.selection import late_diagnostics, resolved_dists, tell_early
from ultraviolet.requirements.arguments import UnnamedRequirement
from ultraviolet.resolver.environment import PythonRequirement, ResolverEnvironment
from ultraviolet.resolver.manifest import Manifest
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import parse_version

if TYPE_CHECKING:
    from ultraviolet.operations.resolution_target import Site
    from ultraviolet.operations.world import World
    from ultraviolet.settings.options import Settings


def hash_mode(settings: Settings, request: PipRequest) -> Mode:
    """Return whether digests are required, checked where there are any, or ignored."""
    pip = settings.pip
    if pip.require_hashes or request.specification.require_hashes:
        return "require"
    return "verify" if pip.verify_hashes else "none"


def requirement_digests(settings: Settings, request: PipRequest, site: Site) -> Digests:
    """Return the digests that requirements and constraints state.

    :raises HashError: the digests do not fit the mode.
    """
    specification = request.specification
    entries = (*specification.requirements, *specification.overrides)
    return collect_digests(entries, request.constraints, site.markers, hash_mode(settings, request))


def open_engines(settings: Settings, world: World, request: PipRequest, site: Site, digests: Digests) -> Engines:
    """Return the engines of a request, which accept these digests."""
    specification = request.specification
    direct = []
    for entry in (*specification.requirements, *specification.overrides, *request.constraints):
        requirement = entry.requirement
        name: PackageName | None
        if isinstance(requirement, UnnamedRequirement):
            name = stated_name(requirement) if digests.archives else None
        else:
            name = requirement.name
        if name is not None and not isinstance(requirement.source, RegistrySource):
            direct.append((name, requirement.source))
    options = request_options(settings, request)
    options = msgspec.structs.replace(
        options,
        hashes=digests.policy(direct),
        resolver=msgspec.structs.replace(
            options.resolver, hash_mode=digests.mode, hashes=digests.versions, url_hashes=digests.urls
        ),
    )
    return Engines(world, options, site.environment.interpreter, tags=site.tags, shared_environment=site.environment)


def resolve_request(
    settings: Settings,
    request: PipRequest,
    engines: Engines,
    site: Site,
    *,
    reinstall: Reinstall,
    direct: bool,
) -> tuple[list[Dist], list[PackageName], tuple[str, ...]]:
    """Return what to install, what may stay as it is installed, and warnings.

    :param direct: look at no dependencies (``pip sync``).
    :raises UltravioletError: there is no solution, or metadata cannot be had.
    """
    started = time.monotonic()
    specification = request.specification
    requirements = name_requirements(entries_of(specification.requirements), engines)
    project = None
    if specification.source_trees:
        trees = tree_requirements(specification.source_trees, request.extras, engines)
        project = trees[0].project if len(trees) == 1 else None
        requirements += [requirement for tree in trees for requirement in tree.requirements]
    requirements += group_requirements(specification.groups.items(), engines)
    overrides = name_requirements(entries_of(specification.overrides), engines)
    resolver = settings.pip.resolver
    constraints = [entry.requirement for entry in request.constraints if isinstance(entry.requirement, Requirement)]
    paths = {
        requirement.name for requirement in requirements if getattr(requirement.source, "path", None) in reinstall.paths
    }
    if paths:
        # Source trees named on the command line are built anew; now that their names are known, the cache hears of it.
        cache = engines.world.cache
        cache.refresh = cache.refresh.combined(Refresh(since=cache.refresh.since, packages=frozenset(paths)))
    manifest = Manifest(
        requirements=tuple(requirements),
        constraints=(*constraints, *(() if direct else upgrade_constraints(resolver, request.urls))),
        overrides=(*request.workspace_overrides, *overrides) if not direct else tuple(overrides),
        scoped_overrides=request.scoped_overrides() if not direct else (),
        excludes=request.excludes if not direct else frozenset(),
        scoped_excludes=request.scoped_excludes() if not direct else (),
        project=project,
        installed=Keepable(read_site_packages(site.environment), site.tags),
        reinstall=True if reinstall.everything else frozenset(map(PackageName, reinstall.packages)) | paths,
        upgrade=False if direct else upgrade_choice(resolver),
    )
    own = parse_version(site.environment.interpreter.version)
    python = None
    if site.version is not None:
        from ultraviolet.operations.resolution_target import full_version

        python = PythonRequirement.from_python_version(own, full_version(site.version))
    else:
        python = PythonRequirement.from_interpreter(own)
    environment = ResolverEnvironment.specific(
        site.markers, site.tags, python=python, current=site.environment.interpreter.marker_environment
    )
    options = engines.options.resolver
    if direct:
        options = msgspec.structs.replace(
            options, dependency_mode="direct", resolution="highest", prerelease="if-necessary", prerelease_packages={}
        )
    resolution = engines.resolve(manifest, environment, options=options)
    tell_early(resolution, engines.reporter)
    count = sum(node.extra is None and node.group is None for node in resolution.nodes)
    engines.reporter.phase("Resolved", count, time.monotonic() - started)
    kept = list(dict.fromkeys(node.name for node in resolution.nodes if isinstance(node.dist, InstalledDistribution)))
    dists = resolved_dists(resolution)
    if options.hash_mode != "none":
        dists = [_with_fragment_digest(dist) for dist in dists]
    return dists, kept, late_diagnostics(resolution)


def _with_fragment_digest(dist: Dist) -> Dist:
    """Note the digest that the URL of a distribution states."""
    if not isinstance(dist, DirectDist) or dist.hashes:
        return dist
    stated = fragment_digest(dist.source)
    return dist if stated is None else msgspec.structs.replace(dist, hashes=(stated,))

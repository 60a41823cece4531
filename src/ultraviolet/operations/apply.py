"""The one install stack: a set of distributions becomes the content of an environment.

``pip install``, ``pip sync``, ``sync``, ``run --with`` and build environments all end here: plan, prepare, execute. Nothing is removed
before everything that takes its place lies in the cache.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial

import msgspec

from ultraviolet.distributions.dist import CachedWheel, DirectDist, Dist, RegistryDist
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.source import DirectorySource, PathSource, UrlSource
from ultraviolet.environment.site_packages import SitePackages, read_site_packages
from ultraviolet.errors import UltravioletError
from ultraviolet.install.plan import Plan, PlanOptions, Reinstall, plan, without_seeds
from ultraviolet.install.satisfaction import SatisfactionOptions
from ultraviolet.operations.reporter import Change, Reporter
from ultraviolet.operations.wheel_check import check_wheels
from ultraviolet.prepare.errors import PreparationFailed
from ultraviolet.standards.names import PackageName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.environment.value import Environment
    from ultraviolet.fs.links import LinkMode
    from ultraviolet.install.execute import Installation
    from ultraviolet.install.placing import Placement
    from ultraviolet.operations.engines import Engines


class ApplyOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How an environment is brought in line with a resolution."""

    exact: bool = False
    """Remove what the resolution does not name."""
    strict: bool = False
    """Project semantics: a distribution from elsewhere does not satisfy a requirement from an index."""
    reinstall: Reinstall = Reinstall()
    dry_run: bool = False
    keep_installed: frozenset[PackageName] = frozenset()
    """Installed distributions that the resolution decided to keep."""
    compile_everything: bool = False
    """Compile all of site-packages (projects) rather than what was installed (pip)."""
    check_tags: bool = True


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """How an environment without any distribution got what it has now."""

    site_packages: str
    names: bytes
    """The quick hash of what was in site-packages before (:func:`ultraviolet.fastpath.path_hash`)."""
    link_mode: LinkMode
    placements: tuple[Placement, ...]
    from_index: bool
    """Whether nothing came from a URL, a repository or the file system."""


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What was done, or in a dry run what would be."""

    changes: tuple[Change, ...] = ()
    checked: int = 0
    recipe: Recipe | None = None
    """How to do the same again, if that can be told."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing had to change."""
        return not self.changes


def apply(
    dists: Sequence[Dist],
    environment: Environment,
    engines: Engines,
    options: ApplyOptions,
    *,
    started: float,
    count: int | None = None,
) -> Applied:
    """Make an environment hold the distributions. The caller holds the environment's lock.

    :param started: ``time.monotonic`` at the start of the audit, for the ``Checked`` line.
    :param count: what ``Checked`` counts; the distributions by default.
    :raises UltravioletError: preparing or installing failed.
    """
    reporter = engines.reporter
    site_packages = read_site_packages(environment)
    for warning in site_packages.warnings:
        reporter.warn(warning)
    if site_packages.interrupted and not options.dry_run:
        from ultraviolet.install.journal import repair

        repair(environment, site_packages)
        site_packages = read_site_packages(environment)
    planned = _plan(dists, site_packages, engines, options)
    _check_present(planned.remote)
    check_wheels(
        (*(wheel.dist for wheel in planned.cached), *planned.remote),
        engines.prepare_options.tags if options.check_tags else None,
        engines.options.resolver.build_policy.forbids_binary,
        cwd=engines.world.cwd,
    )
    extraneous = _extraneous(planned, environment, options) if options.exact else ()
    checked = len(dists) if count is None else count
    if planned.is_empty and not extraneous:
        if not options.dry_run and engines.options.install.compile_bytecode and options.compile_everything:
            _compile(environment, engines, None)
            return Applied(checked=checked)
        reporter.phase("Checked", checked, time.monotonic() - started)
        if options.dry_run:
            reporter.note("Would make no changes")
        return Applied(checked=checked)
    if options.dry_run:
        return _report_dry_run(planned, extraneous, reporter)
    before = _names_before(site_packages, environment)
    return msgspec.structs.replace(
        _execute(planned, extraneous, environment, engines, options, before), checked=checked
    )


def _names_before(site_packages: SitePackages, environment: Environment) -> bytes | None:
    """Return the hash of what is in site-packages, if there is one such directory and no distribution in it."""
    if len(site_packages) or site_packages.warnings or environment.kind != "python":
        return None
    from ultraviolet.fastpath import path_hash

    directories = set(environment.site_packages())
    try:
        return path_hash(directories.pop()) if len(directories) == 1 else None
    except OSError:
        return None


def _plan(
    dists: Sequence[Dist],
    site_packages: SitePackages,
    engines: Engines,
    options: ApplyOptions,
) -> Plan:
    refresh = engines.world.cache.refresh
    return plan(
        dists,
        site_packages,
        PlanOptions(
            satisfaction=SatisfactionOptions(
                strict=options.strict,
                tags=engines.prepare_options.tags if options.check_tags else None,
                source_state=engines.trees.state,
                build_info=lambda name: build_record(engines, name),
            ),
            reinstall=options.reinstall,
            must_revalidate=lambda dist: (
                refresh.applies_to(dist.name) if refresh.everything or refresh.packages else False
            ),
            find_cached=lambda dist: engines.preparer.find(dist),  # noqa: PLW0108  # made if it is called
        ),
    )


def build_record(engines: Engines, name: str) -> bytes:
    """Return the ``uv_build.json`` that a build of a package would leave under the present settings."""
    return engines.options.build.record_for(PackageName(name))


def _check_present(dists: Sequence[Dist]) -> None:
    """Refuse to plan with files and directories that are not there."""
    from ultraviolet.distributions.urls import path_to_url

    for dist in dists:
        source = dist.source if isinstance(dist, DirectDist) else None
        if isinstance(source, (PathSource, DirectorySource)) and not os.path.exists(source.path):
            cause = UltravioletError(f"Distribution not found at: {path_to_url(source.path)}")
            raise UltravioletError("Failed to determine installation plan") from cause


def _extraneous(planned: Plan, environment: Environment, options: ApplyOptions) -> tuple[InstalledDistribution, ...]:
    configuration = environment.configuration if environment.kind == "python" else None
    return without_seeds(
        planned.extraneous,
        python_version=environment.python_version,
        made_by_uv=configuration is not None and configuration.made_by_uv,
        seeded=configuration is not None and configuration.seeded,
        keep=options.keep_installed,
    )


def _execute(
    planned: Plan,
    extraneous: tuple[InstalledDistribution, ...],
    environment: Environment,
    engines: Engines,
    options: ApplyOptions,
    before: bytes | None,
) -> Applied:
    reporter = engines.reporter
    shared = [dist for dist in planned.remote if not engines.options.build.is_isolated(dist.name)]
    isolated = [dist for dist in planned.remote if engines.options.build.is_isolated(dist.name)]
    # What is built without isolation may build with what is there, so that goes last.
    names = {dist.name for dist in shared}
    early = [found for found in planned.reinstalls if found.name not in names]
    late = [found for found in planned.reinstalls if found.name in names]
    if shared:
        late = [*extraneous, *late]
    else:
        early = [*extraneous, *early]
    phases = [phase for phase in ((planned.cached, isolated, early), ((), shared, late)) if any(phase)]
    changes: list[Change] = []
    done: list[CachedWheel] = []
    placed: list[Placement] = []
    installation = cache(partial(_installation, environment, engines))
    for number, (cached, remote, replaced) in enumerate(phases):
        wheels: list[CachedWheel] = list(cached)
        if remote:
            wheels += _prepare(remote, engines, installation, " without build isolation" if number else "")
        placed += _install(wheels, replaced, environment, engines, installation)
        changes += _changes(replaced, wheels)
        done += wheels
    if engines.options.install.compile_bytecode:
        fresh = (
            None
            if options.compile_everything
            else [f"{environment.scheme.purelib}/{wheel.manifest.dist_info}" for wheel in done]
        )
        _compile(environment, engines, fresh)
    ordered = tuple(sorted(changes, key=_change_key))
    reporter.changes(ordered)
    recipe = None
    if before is not None and not engines.options.install.compile_bytecode and len(placed) == len(ordered):
        from ultraviolet.fs.links import default_link_mode

        recipe = Recipe(
            site_packages=environment.scheme.purelib,
            names=before,
            link_mode=engines.options.install.link_mode or default_link_mode(),
            placements=tuple(placed),
            from_index=all(isinstance(wheel.dist, RegistryDist) for wheel in done),
        )
    return Applied(changes=ordered, recipe=recipe)


def _installation(environment: Environment, engines: Engines) -> Installation:
    from ultraviolet.install.execute import Installation

    return Installation(environment, engines.options.install, engines.reporter.warn)


def _prepare(
    dists: Sequence[Dist], engines: Engines, installation: Callable[[], Installation], suffix: str
) -> list[CachedWheel]:
    started = time.monotonic()
    try:
        # What installing imports and decides, it imports and decides while others are still on their way.
        wheels = engines.preparer.prepare(dists, lambda wheel: installation().decide(wheel))
    except PreparationFailed as error:
        from ultraviolet.operations.inclusion import explained

        raise explained(error, engines.wanted) from error.__cause__
    engines.reporter.phase("Prepared", len(wheels), time.monotonic() - started, suffix=suffix)
    return wheels


def _install(
    wheels: Sequence[CachedWheel],
    removed: Sequence[InstalledDistribution],
    environment: Environment,
    engines: Engines,
    installation: Callable[[], Installation],
) -> Sequence[Placement]:
    reporter = engines.reporter
    placed: Sequence[Placement] = ()
    if removed:
        from ultraviolet.install.execute import remove_distributions

        started = time.monotonic()
        remove_distributions(removed, environment, reporter.warn)
        reporter.phase("Uninstalled", len(removed), time.monotonic() - started)
    if wheels:
        started = time.monotonic()
        placed = _install_whole(wheels, installation(), engines)
        reporter.phase("Installed", len(wheels), time.monotonic() - started)
    return placed


def _install_whole(wheels: Sequence[CachedWheel], installation: Installation, engines: Engines) -> Sequence[Placement]:
    """Install wheels; one whose copy in the cache lost files is fetched or built again."""
    from ultraviolet.install.errors import DamagedWheel

    pending, mended = list(wheels), set[PackageName]()
    placed: list[Placement] = []
    while pending:
        try:
            placed = installation.install(pending)
            pending = []
        except DamagedWheel as error:
            damaged = error.wheel
            if damaged.name in mended:
                raise
            mended.add(damaged.name)
            engines.preparer.discard(damaged)
            position = next(number for number, wheel in enumerate(pending) if wheel is damaged)
            pending = [*engines.preparer.prepare([damaged.dist]), *pending[position + 1 :]]
    return placed


def _compile(environment: Environment, engines: Engines, dist_infos: Iterable[str] | None) -> None:
    from ultraviolet.install.bytecode import compile_sources, recorded_sources, sources_below

    started = time.monotonic()
    whole = dist_infos is None
    sources = list(sources_below(environment.site_packages())) if dist_infos is None else recorded_sources(dist_infos)
    compiled = compile_sources(
        sources,
        environment,
        environ=engines.world.environ,
        timeout=engines.options.install.bytecode_timeout,
    )
    if compiled or whole:
        engines.reporter.compiled(compiled, time.monotonic() - started)


def _report_dry_run(planned: Plan, extraneous: tuple[InstalledDistribution, ...], reporter: Reporter) -> Applied:
    removed = [*extraneous, *planned.reinstalls]
    if planned.remote:
        reporter.would("download", len(planned.remote))
    if removed:
        reporter.would("uninstall", len(removed))
    installs = len(planned.cached) + len(planned.remote)
    if installs:
        reporter.would("install", installs)
    changes = [*_removals(removed), *_additions(planned.cached)]
    changes += [_remote_change(dist) for dist in planned.remote]
    ordered = tuple(sorted(changes, key=_change_key))
    reporter.changes(ordered)
    return Applied(changes=ordered)


def _remote_change(dist: Dist) -> Change:
    from ultraviolet.install.execute import direct_url_for

    if isinstance(dist, DirectDist):
        url = direct_url_for(dist).display_url()
        version = str(dist.version) if dist.version is not None else None
        return Change(kind="added", name=dist.name, version=version, url=url, prepared=False)
    return Change(kind="added", name=dist.name, version=str(dist.version))


def _changes(removed: Sequence[InstalledDistribution], installed: Sequence[CachedWheel]) -> list[Change]:
    return _joined([*_removals(removed), *_additions(installed)])


def _removals(removed: Sequence[InstalledDistribution]) -> list[Change]:
    return [
        Change(kind="removed", name=found.name, version=str(found.version), url=installed_url(found))
        for found in removed
    ]


def _additions(installed: Sequence[CachedWheel]) -> list[Change]:
    return [
        Change(kind="added", name=wheel.name, version=str(wheel.version), url=_origin_url(wheel)) for wheel in installed
    ]


def _origin_url(wheel: CachedWheel) -> str | None:
    """Return the origin of a wheel as change lines show it: of an archive, the URL with its fragment."""
    from ultraviolet.distributions.direct_urls import direct_url_text
    from ultraviolet.distributions.urls import redact
    from ultraviolet.install.execute import direct_url_of

    if isinstance(wheel.dist, DirectDist) and isinstance(wheel.dist.source, UrlSource):
        return redact(direct_url_text(wheel.dist.source))
    direct = direct_url_of(wheel)
    return direct.display_url() if direct is not None else None


def installed_url(found: InstalledDistribution) -> str | None:
    """Return the origin of an installed distribution as change lines show it."""
    if found.url is None:
        return None
    if found.direct_url is not None:
        from ultraviolet.standards.direct_url import parse_direct_url

        direct = parse_direct_url(found.direct_url)
        if direct is not None:
            return direct.display_url()
    return found.url


def _joined(changes: list[Change]) -> list[Change]:
    """Turn a removal and an installation of the same thing into one line."""
    removed = {(change.name, change.version, change.url) for change in changes if change.kind == "removed"}
    added = {(change.name, change.version, change.url) for change in changes if change.kind == "added"}
    both = removed & added
    joined: list[Change] = []
    for change in changes:
        identity = (change.name, change.version, change.url)
        if identity not in both:
            joined.append(change)
        elif change.kind == "added":
            joined.append(msgspec.structs.replace(change, kind="reinstalled"))
    return joined


_KIND_ORDER = {"removed": 0, "added": 1, "reinstalled": 2}


def _change_key(change: Change) -> tuple[str, int, str, str]:
    return change.name, _KIND_ORDER[change.kind], change.version or "", change.url or ""

"""``uv pip install`` and ``uv pip sync``: an environment gets what was asked for.

Both read the request, find the environment and lock it. An installation first looks whether everything is there
already; otherwise requirements are resolved with what is installed in mind, and :mod:`ultraviolet.operations.apply`
carries the difference out.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import msgspec

from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import DirectorySource, RegistrySource
from ultraviolet.environment.site_packages import SitePackages, read_site_packages
from ultraviolet.environment.value import Environment
from ultraviolet.install.plan import Reinstall
from ultraviolet.install.satisfaction import SatisfactionOptions
from ultraviolet.operations.early_python import look_up_early
from ultraviolet.operations.options import directory_state, engine_options
from ultraviolet.operations.pip_inputs import InputError
from ultraviolet.operations.pip_request import PipRequest, PipSources, extra_choice, read_request, request_options
from ultraviolet.operations.resolution_target import Site, find_platform, target_environment, target_tags
from ultraviolet.operations.targets import (
    TargetOptions,
    check_allowed,
    find_target_for_installation,
    lock_environment,
)
from ultraviolet.requirements.sources import FileSource, PackageSource
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import parse_version

if TYPE_CHECKING:
    from ultraviolet.distributions.dist import Dist
    from ultraviolet.operations.apply import Applied
    from ultraviolet.operations.world import World
    from ultraviolet.settings.options import Settings

Action = Literal["install", "sync"]


class PipInstallOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the settings do not say."""

    action: Action = "install"
    exact: bool = False
    dry_run: bool = False
    editable: bool = True
    """False: nothing is installed as editable."""
    not_editable: tuple[str, ...] = ()
    """Packages that are not."""


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """What was found or done."""

    environment: Environment
    nothing_to_do: bool
    """Whether the environment was as asked."""
    checked: int = 0
    diagnostics: tuple[str, ...] = ()
    """Warnings of the resolution, then of the environment (``--strict``)."""
    resolved: int | None = None
    """How many packages the ``Resolved`` line counted; None when there was no resolution."""
    applied: Applied | None = None
    """What was done to the environment."""
    stampable: bool = False
    """Whether the same command would find the same again as long as its inputs stay."""


def install_packages(
    settings: Settings,
    world: World,
    sources: PipSources,
    options: PipInstallOptions,
    *,
    stdin: Callable[[], str] | None = None,
) -> Installed | None:
    """Install requirements; None when ``pip sync`` was given nothing.

    :raises UltravioletError: the request makes no sense, there is no solution, or something cannot be installed.
    """
    started = time.monotonic()
    request = _read(settings, world, sources, options, stdin)
    specification = request.specification
    if options.action == "sync" and not settings.pip.allow_empty_requirements:
        given = len(specification.requirements) + len(specification.source_trees) + (specification.pylock is not None)
        if given == 0:
            world.reporter.note(
                "No requirements found (hint: use `--allow-empty-requirements` to clear the environment)"
            )
            return None
    look_up_early(
        world,
        lambda: request_options(settings, request).index,
        (entry.requirement for entry in specification.requirements),
    )
    environment = _find_environment(settings, world, options.action)
    lock = lock_environment(
        environment,
        cwd=world.cwd,
        environ=world.environ,
        timeout=world.options.lock_timeout,
        warn=world.reporter.debug,
    )
    try:
        site = _site(settings, environment)
        reinstall = reinstallation(settings, sources, options.action)
        if _may_be_satisfied(settings, request, options, reinstall):
            site_packages = read_site_packages(environment)
            names = None if site_packages.interrupted else _satisfied(settings, world, request, site, site_packages)
            if names is not None:
                return _report_satisfied(settings, world, request, site, options, names, started=started)
        return _install(settings, world, request, site, options, reinstall)
    finally:
        if lock is not None:
            lock.release()


# The request


def _read(
    settings: Settings,
    world: World,
    sources: PipSources,
    options: PipInstallOptions,
    stdin: Callable[[], str] | None,
) -> PipRequest:
    if extra_choice(settings.pip) and not any(
        isinstance(source, FileSource) and source.allows_extras for source in sources.requirements
    ):
        editable = any(isinstance(source, PackageSource) and source.editable for source in sources.requirements)
        raise InputError(
            "Requesting extras requires a `pylock.toml`, `pyproject.toml`, `setup.cfg`, or `setup.py` file",
            hints=(
                "Use `<dir>[extra]` syntax or `-r <file>` instead"
                if editable
                else "Use `package[extra]` syntax instead",
            ),
        )
    request = read_request(settings, world, sources, stdin=stdin)
    if request.specification.pylock is not None and "pylock" not in settings.globals.preview:
        world.reporter.warn(
            "The `--pylock` option is experimental and may change without warning. Pass `--preview-features pylock` to "
            "disable this warning."
        )
    del options
    return request


def reinstallation(settings: Settings, sources: PipSources, action: Action) -> Reinstall:
    """Return what is installed anew: as settings say, and source trees that are arguments of ``pip install``."""
    resolver = settings.pip.resolver
    packages: set[str] = set(resolver.reinstall_package)
    paths: set[str] = set()
    if action == "install":
        for source in sources.requirements:
            if isinstance(source, PackageSource) and isinstance(source.requirement.source, DirectorySource):
                if isinstance(source.requirement, Requirement):
                    packages.add(source.requirement.name)
                else:
                    paths.add(source.requirement.source.path)
    return Reinstall(everything=resolver.reinstall, packages=frozenset(packages), paths=frozenset(paths))


# The environment


def _find_environment(settings: Settings, world: World, action: Action) -> Environment:
    pip = settings.pip
    options = TargetOptions(
        python=pip.python,
        system=pip.system,
        target=pip.target,
        prefix=pip.prefix,
        break_system_packages=pip.break_system_packages,
    )
    target = find_target_for_installation(
        options, world.search, preference=world.options.python_preference, cache_root=world.cache.root
    )
    if target.note is not None:
        world.reporter.remark(target.note)
    environment = target.apply()
    check_allowed(environment, options, cwd=world.cwd, action="install" if action == "install" else "uninstall")
    return environment


def _site(settings: Settings, environment: Environment) -> Site:
    pip = settings.pip
    version = parse_version(pip.python_version) if pip.python_version is not None else None
    platform = find_platform(pip.python_platform, settings.environment.variables)
    interpreter = environment.interpreter
    return Site(
        environment=environment,
        version=version,
        markers=target_environment(interpreter, version, platform),
        tags=target_tags(interpreter, version, platform),
    )


# Nothing to do


def _may_be_satisfied(
    settings: Settings, request: PipRequest, options: PipInstallOptions, reinstall: Reinstall
) -> bool:
    resolver = settings.pip.resolver
    specification = request.specification
    return (
        options.action == "install"
        and not options.exact
        and not (reinstall.everything or reinstall.packages or reinstall.paths)
        and not (resolver.upgrade or resolver.upgrade_package)
        and not (specification.source_trees or specification.groups or specification.pylock)
    )


def _satisfied(
    settings: Settings, world: World, request: PipRequest, site: Site, site_packages: SitePackages
) -> frozenset[PackageName] | None:
    from ultraviolet.operations.pip_satisfied import satisfied_names

    build = engine_options(settings, settings.pip.resolver).build

    def build_info(name: str) -> bytes:
        config = build.settings_for(PackageName(name))
        return msgspec.json.encode({"config_settings": config} if config else {})

    def state(path: str) -> bytes | None:
        from ultraviolet.operations.trees import ProjectTrees

        return ProjectTrees(environ=world.environ, cwd=world.cwd).state(path)

    satisfaction = SatisfactionOptions(tags=site.tags, source_state=state, build_info=build_info)
    return satisfied_names(request, site_packages, site.markers, satisfaction)


def _report_satisfied(
    settings: Settings,
    world: World,
    request: PipRequest,
    site: Site,
    options: PipInstallOptions,
    names: frozenset[PackageName],
    *,
    started: float,
) -> Installed:
    count = len(request.specification.requirements)
    world.reporter.phase("Checked", count, time.monotonic() - started)
    if options.dry_run:
        world.reporter.note("Would make no changes")
    diagnostics: tuple[str, ...] = ()
    if settings.pip.strict and not options.dry_run:
        diagnostics = _diagnose(site, names)
    return Installed(
        environment=site.environment,
        nothing_to_do=True,
        checked=count,
        diagnostics=diagnostics,
        stampable=not options.dry_run and not diagnostics and _is_stampable(request),
    )


def _is_stampable(request: PipRequest) -> bool:
    """Whether only files decide the outcome, which a stamp can watch."""
    return all(
        getattr(entry.requirement.source, "path", None) is None
        for entry in (*request.specification.requirements, *request.constraints, *request.specification.overrides)
    )


def _diagnose(site: Site, names: frozenset[PackageName]) -> tuple[str, ...]:
    from ultraviolet.environment.diagnostics import diagnose

    found = diagnose(read_site_packages(site.environment), site.markers, site.tags)
    return tuple(
        diagnostic.message for diagnostic in found if diagnostic.package in names or diagnostic.dependency in names
    )


# Something to do


def _install(
    settings: Settings,
    world: World,
    request: PipRequest,
    site: Site,
    options: PipInstallOptions,
    reinstall: Reinstall,
) -> Installed:
    from ultraviolet.operations.apply import ApplyOptions, apply
    from ultraviolet.operations.pip_resolve import hash_mode, open_engines, requirement_digests, resolve_request
    from ultraviolet.operations.runtime_versions import follow_resolution

    dists: list[Dist] = []
    kept: list[PackageName] = []
    diagnostics: tuple[str, ...] = ()
    if request.specification.pylock is not None:
        from ultraviolet.operations.pip_pylock import read_pylock_dists

        dists, digests = read_pylock_dists(settings, world, request, site, hash_mode(settings, request))
    else:
        digests = requirement_digests(settings, request, site)
    engines = open_engines(settings, world, request, site, digests)
    try:
        if request.specification.pylock is None:
            dists, kept, diagnostics = resolve_request(
                settings, request, engines, site, reinstall=reinstall, direct=options.action == "sync"
            )
        dists = [_as_asked(dist, options) for dist in dists]
        follow_resolution(engines, dists)
        started = time.monotonic()
        applied = apply(
            dists,
            site.environment,
            engines,
            ApplyOptions(
                exact=options.exact or options.action == "sync",
                reinstall=reinstall,
                dry_run=options.dry_run,
                keep_installed=frozenset(kept),
                compile_everything=options.action == "sync",
            ),
            started=started,
            count=len(dists) + len(kept),
        )
    finally:
        engines.close()
    warnings = list(diagnostics)
    if settings.pip.strict and not options.dry_run:
        warnings += _diagnose(site, frozenset({*(dist.name for dist in dists), *kept}))
    return Installed(
        environment=site.environment,
        applied=applied,
        nothing_to_do=applied.is_empty,
        checked=applied.checked,
        diagnostics=tuple(warnings),
        resolved=len(dists) + len(kept) if request.specification.pylock is None else None,
        stampable=options.action == "sync"
        and not options.dry_run
        and applied.is_empty
        and not warnings
        and _is_stampable(request)
        and _is_pinned(request),
    )


def _is_pinned(request: PipRequest) -> bool:
    """Whether no index can change what is installed: every requirement names one version."""
    if request.specification.pylock is not None:
        return False
    for entry in request.specification.requirements:
        source = entry.requirement.source
        items = source.specifiers.items if isinstance(source, RegistrySource) else ()
        if len(items) != 1 or items[0].operator not in {"==", "==="}:
            return False
    return True


def _as_asked(dist: Dist, options: PipInstallOptions) -> Dist:
    """Make an editable source tree an ordinary one where ``--no-editable`` says so."""
    from ultraviolet.distributions.dist import DirectDist

    if not isinstance(dist, DirectDist) or not isinstance(dist.source, DirectorySource):
        return dist
    if dist.source.editable and (not options.editable or dist.name in options.not_editable):
        return msgspec.structs.replace(dist, source=msgspec.structs.replace(dist.source, editable=False))
    return dist


def requirement_paths(sources: PipSources, cwd: str) -> list[str] | None:
    """Return the files that were read; None when one of them names others, or is none."""
    found = []
    for source in (
        *sources.requirements,
        *sources.constraints,
        *sources.overrides,
        *sources.excludes,
        *sources.build_constraints,
    ):
        if not isinstance(source, FileSource):
            continue
        path = os.path.join(cwd, source.path)
        if source.path == "-" or directory_state(path) is not False:
            return None
        with open(path, encoding="utf-8", errors="replace") as stream:
            for line in stream:
                if line.lstrip().startswith(("-r", "-c", "--requirement", "--constraint", "-e", "--editable", "-f")):
                    return None
                if "${" in line:
                    return None
        found.append(path)
    return found

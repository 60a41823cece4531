"""From settings to the options of the engines, the world and the cache: one mapping for every command."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from ultraviolet.cache.layout import Cache
from ultraviolet.distributions.direct_urls import UrlContext
from ultraviolet.distributions.requirement import Origin, Requirement
from ultraviolet.errors import UltravioletError
from ultraviolet.operations.engines import EngineOptions
from ultraviolet.settings.layers import http_options, install_options
from ultraviolet.standards.names import PackageName, parse_extra_name
from ultraviolet.standards.requirements import parse_requirement
from ultraviolet.standards.versions import parse_version
from ultraviolet.workspace.plain import plain_requirement

if TYPE_CHECKING:
    from ultraviolet.build.options import ExtraBuildRequirement
    from ultraviolet.distributions.metadata import DistMetadata
    from ultraviolet.install.plan import Reinstall
    from ultraviolet.operations.malware import MalwareCheck
    from ultraviolet.operations.reporter import Reporter
    from ultraviolet.operations.world import World, WorldOptions
    from ultraviolet.settings.options import Settings
    from ultraviolet.settings.values import ResolverSettings


def engine_options(settings: Settings, resolver: ResolverSettings | None = None) -> EngineOptions:
    """Return the options of the engines; hashes and environments are for the caller to add.

    :param resolver: the settings about resolving: those of projects by default, ``settings.pip.resolver`` for ``pip``.
    """
    chosen = settings.resolver if resolver is None else resolver
    index = chosen.index_options(offline=settings.globals.offline)
    stated, stated_any = static_metadata(chosen.dependency_metadata)
    environ = settings.environment.variables
    return EngineOptions(
        index=index,
        resolver=msgspec.structs.replace(
            chosen.resolver_options(),
            locations=index.locations,
            available_cutoff=_available_cutoff(environ),
            index_cutoffs_are_experimental=not settings.globals.has_preview("index-exclude-newer"),
        ),
        build=msgspec.structs.replace(
            chosen.build_options(), extra_requirements=_extra_requirements(chosen, url_context(settings))
        ),
        install=install_options(settings, chosen),
        no_sources=chosen.no_sources or frozenset(chosen.no_sources_package),
        dependency_metadata=stated,
        dependency_metadata_any=stated_any,
        validate_zips=not is_true(environ.get("UV_INSECURE_NO_ZIP_VALIDATION")),
        concurrent_builds=settings.globals.concurrent_builds,
        concurrent_installs=settings.globals.concurrent_installs,
    )


def with_torch(
    options: EngineOptions, settings: Settings, backend: str | None, *, platform: str | None = None
) -> EngineOptions:
    """Return options that look for the packages of PyTorch at its own indexes, if ``--torch-backend`` says so.

    :param platform: ``--python-platform``.
    """
    if backend is None:
        return options
    from ultraviolet.operations.accelerators import torch_indexes

    torch = torch_indexes(settings, backend, platform)
    return msgspec.structs.replace(
        options,
        index=msgspec.structs.replace(options.index, package_indexes=torch.by_package()),
        resolver=msgspec.structs.replace(options.resolver, system_needs=torch.system_needs()),
    )


def _available_cutoff(environ: Mapping[str, str]) -> int | None:
    """Read the variable that keeps the outputs of uv's own tests from changing with every release of a package."""
    text = environ.get("UV_TEST_AVAILABLE_VERSION_CUTOFF")
    if not text:
        return None
    from ultraviolet.settings.cutoffs import parse_cutoff

    try:
        return parse_cutoff(text, environ, now=0.0).milliseconds
    except UltravioletError:
        return None


def world_options(settings: Settings, resolver: ResolverSettings | None = None) -> WorldOptions:
    """Return what is the same for everything a command does."""
    from ultraviolet.operations.world import WorldOptions

    chosen = settings.resolver if resolver is None else resolver
    certificate = settings.globals.certificate_file
    if certificate is not None:
        _check_readable(certificate)
    timeout = settings.environment.variables.get("UV_LOCK_TIMEOUT") or ""
    return WorldOptions(
        http=http_options(settings, keyring=chosen.keyring_provider),
        python_preference=settings.globals.python_preference,  # type: ignore[arg-type] # one of its words, checked
        python_downloads=settings.globals.python_downloads,  # type: ignore[arg-type] # likewise
        lock_timeout=float(timeout) if timeout.isdigit() else 300.0,
    )


def _check_readable(certificate: str) -> None:
    try:
        with open(certificate, "rb"):
            pass
    except OSError as error:
        raise UltravioletError(f"Failed to read certificate file `{certificate}`") from error


def open_cache(
    settings: Settings, resolver: ResolverSettings | None = None, *, reinstalled: Reinstall | None = None
) -> Cache:
    """Return the cache of a command, opened; what is reinstalled or upgraded is refreshed too.

    :param reinstalled: what the command line names beside the settings.
    """
    chosen = settings.resolver if resolver is None else resolver
    refresh = chosen.refresh
    everything = refresh.everything or chosen.reinstall or chosen.upgrade
    packages = {*refresh.packages, *chosen.reinstall_package, *upgraded_names(chosen)}
    paths: set[str] = set()
    if reinstalled is not None:
        packages.update(map(PackageName, reinstalled.packages))
        paths.update(map(os.path.realpath, reinstalled.paths))
    if everything or packages or paths:
        from ultraviolet.cache.refresh import Refresh

        refresh = Refresh(
            since=refresh.since, everything=everything, packages=frozenset(packages), paths=frozenset(paths)
        )
    if settings.globals.no_cache:
        return Cache.temporary(refresh=refresh).open()
    return Cache(os.path.join(settings.cwd, settings.globals.cache_dir), refresh=refresh).open()


def make_world(
    settings: Settings,
    reporter: Reporter,
    resolver: ResolverSettings | None = None,
    *,
    reinstalled: Reinstall | None = None,
) -> World:
    """Return the world of a command."""
    from ultraviolet.operations.world import World

    return World(
        cwd=settings.cwd,
        environ=settings.environment.variables,
        cache=open_cache(settings, resolver, reinstalled=reinstalled),
        reporter=reporter,
        options=world_options(settings, resolver),
    )


def malware_check(settings: Settings) -> MalwareCheck | None:
    """Return whom to ask about malware, if that is wanted."""
    if not settings.checks_malware:
        return None
    from ultraviolet.advisories.osv import DEFAULT_SERVICE
    from ultraviolet.operations.malware import MalwareCheck

    return MalwareCheck(
        service=settings.malware_service or DEFAULT_SERVICE,
        is_experimental=not settings.globals.has_preview("malware-check"),
    )


def url_context(settings: Settings) -> UrlContext:
    """Return how paths and URLs of the command line are read."""
    return UrlContext(
        base=settings.cwd,
        environ=settings.environment.variables,
        cwd=settings.cwd,
        is_directory=directory_state,
        lfs=bool(settings.environment.flag("UV_GIT_LFS")),
    )


def directory_state(path: str) -> bool | None:
    """Whether a path is a directory; None when there is nothing."""
    if os.path.isdir(path):
        return True
    return False if os.path.exists(path) else None


def upgraded_names(resolver: ResolverSettings) -> list[PackageName]:
    """Return the names of ``--upgrade-package``."""
    return [parse_requirement(text).name for text in resolver.upgrade_package]


def upgrade_constraints(resolver: ResolverSettings, urls: UrlContext) -> tuple[Requirement, ...]:
    """Return what ``--upgrade-package NAME<2`` demands, as constraints."""
    found = []
    for text in resolver.upgrade_package:
        parsed = parse_requirement(text)
        if parsed.specifiers or parsed.url is not None:
            found.append(plain_requirement(parsed, urls))
    return tuple(found)


def upgrade_choice(resolver: ResolverSettings) -> bool | frozenset[PackageName]:
    """Return what may move: everything, nothing, or these packages."""
    return True if resolver.upgrade else frozenset(upgraded_names(resolver))


def workspace_requirements(settings: Settings, key: str) -> tuple[Requirement, ...]:
    """Return ``constraint-dependencies`` or ``build-constraint-dependencies`` of ``[tool.uv]``."""
    urls = url_context(settings)
    return tuple(
        plain_requirement(parse_requirement(text), urls, Origin("workspace"))
        for text in settings.files.get(key) or ()
        if isinstance(text, str)
    )


def static_metadata(
    tables: Iterable[Mapping[str, Any]],
) -> tuple[tuple[DistMetadata, ...], tuple[tuple[PackageName, DistMetadata], ...]]:
    """Read ``tool.uv.dependency-metadata``: entries with a version, and entries for any version."""
    from ultraviolet.distributions.metadata import DistMetadata

    stated: list[DistMetadata] = []
    anywhere: list[tuple[PackageName, DistMetadata]] = []
    for table in tables:
        name = PackageName(table["name"])
        version = table.get("version")
        extras = table.get("provides-extra", table.get("provides-extras")) or ()
        entry = DistMetadata(
            name=name,
            version=parse_version(str(version) if version is not None else "0.0.0"),
            requires=tuple(table.get("requires-dist") or ()),
            requires_python=table.get("requires-python"),
            provides_extra=tuple(parse_extra_name(extra) for extra in extras),
        )
        if version is None:
            anywhere.append((name, entry))
        else:
            stated.append(entry)
    return tuple(stated), tuple(anywhere)


def _extra_requirements(
    resolver: ResolverSettings, urls: UrlContext
) -> dict[PackageName, tuple[ExtraBuildRequirement, ...]]:
    found: dict[PackageName, tuple[ExtraBuildRequirement, ...]] = {}
    for name, entries in resolver.extra_build_dependencies.items():
        found[PackageName(name)] = tuple(_extra_requirement(entry, urls) for entry in entries)
    return found


def _extra_requirement(entry: str | Mapping[str, Any], urls: UrlContext) -> ExtraBuildRequirement:
    from ultraviolet.build.options import ExtraBuildRequirement

    if isinstance(entry, str):
        return ExtraBuildRequirement(plain_requirement(parse_requirement(entry), urls))
    return ExtraBuildRequirement(
        plain_requirement(parse_requirement(str(entry["requirement"])), urls),
        match_runtime=bool(entry.get("match-runtime")),
    )


def is_true(text: str | None) -> bool:
    """Read a truth value of an environment variable."""
    return text is not None and text.lower() in {"1", "true", "t", "yes", "y", "on"}

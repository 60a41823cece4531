"""What settings come to: the options about resolving, building and installing, and those of the ``pip`` commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from ultraviolet.build.options import BuildOptions
from ultraviolet.cache.refresh import Refresh
from ultraviolet.distributions.indexes import IndexLocations
from ultraviolet.index.options import IndexOptions
from ultraviolet.resolver.options import BuildPolicy, ForkStrategy, PrereleaseMode, ResolutionMode, ResolverOptions
from ultraviolet.settings.cutoffs import Cutoff
from ultraviolet.standards.names import PackageName

IndexStrategy = Literal["first-index", "unsafe-first-match", "unsafe-best-match"]
KeyringProvider = Literal["disabled", "subprocess"]
LinkMode = Literal["clone", "hardlink", "copy", "symlink"]
ConfigSettings = Mapping[str, str | tuple[str, ...]]


class ResolverSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about resolving, building and installing, with uv's names."""

    index_locations: IndexLocations
    index_strategy: IndexStrategy = "first-index"
    keyring_provider: KeyringProvider = "disabled"
    resolution: ResolutionMode = "highest"
    prerelease: PrereleaseMode = "if-necessary"
    prerelease_package: Mapping[PackageName, PrereleaseMode] = {}
    fork_strategy: ForkStrategy = "requires-python"
    dependency_metadata: tuple[Mapping[str, Any], ...] = ()
    """Tables as they are written, names normalised."""
    config_settings: ConfigSettings = {}
    config_settings_package: Mapping[PackageName, ConfigSettings] = {}
    no_build_isolation: bool = False
    no_build_isolation_package: tuple[PackageName, ...] = ()
    extra_build_dependencies: Mapping[PackageName, tuple[str | Mapping[str, Any], ...]] = {}
    extra_build_variables: Mapping[PackageName, Mapping[str, str]] = {}
    exclude_newer: Cutoff | None = None
    exclude_newer_package: Mapping[PackageName, Cutoff | Literal[False]] = {}
    link_mode: LinkMode | None = None
    """``None``: the platform's default."""
    compile_bytecode: bool = False
    no_sources: bool = False
    no_sources_package: tuple[PackageName, ...] = ()
    upgrade: bool = False
    upgrade_package: tuple[str, ...] = ()
    """Requirements, checked."""
    upgrade_group: tuple[str, ...] = ()
    reinstall: bool = False
    reinstall_package: tuple[PackageName, ...] = ()
    no_build: bool = False
    no_build_package: tuple[PackageName, ...] = ()
    no_binary: bool = False
    no_binary_package: tuple[PackageName, ...] = ()
    torch_backend: str | None = None
    refresh: Refresh

    @property
    def build_policy(self) -> BuildPolicy:
        """Which packages are built, and which must be."""
        return BuildPolicy(
            no_build=self.no_build,
            no_build_packages=frozenset(self.no_build_package),
            no_binary=self.no_binary,
            no_binary_packages=frozenset(self.no_binary_package),
        )

    def resolver_options(self) -> ResolverOptions:
        """The options of a resolution; the caller adds environments and hashes."""
        return ResolverOptions(
            resolution=self.resolution,
            prerelease=self.prerelease,
            prerelease_packages=self.prerelease_package,
            fork_strategy=self.fork_strategy,
            index_strategy=self.index_strategy,
            exclude_newer=self.exclude_newer.milliseconds if self.exclude_newer is not None else None,
            exclude_newer_packages={
                name: cutoff if cutoff is False else cutoff.milliseconds
                for name, cutoff in self.exclude_newer_package.items()
            },
            build_policy=self.build_policy,
        )

    def index_options(self, *, offline: bool) -> IndexOptions:
        """The options of the index client."""
        return IndexOptions(locations=self.index_locations, strategy=self.index_strategy, offline=offline)

    def build_options(self) -> BuildOptions:
        """The options of builds; the caller adds lowered extra build requirements."""
        return BuildOptions(
            no_isolation=self.no_build_isolation,
            no_isolation_packages=frozenset(self.no_build_isolation_package),
            config_settings=self.config_settings,
            config_settings_package=self.config_settings_package,
            extra_variables=self.extra_build_variables,
        )


class PipSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of the ``pip`` commands, ``[tool.uv.pip]`` before ``[tool.uv]``."""

    resolver: ResolverSettings
    python: str | None = None
    system: bool = False
    break_system_packages: bool = False
    target: str | None = None
    prefix: str | None = None
    strict: bool = False
    extra: tuple[str, ...] = ()
    all_extras: bool = False
    no_extra: tuple[str, ...] = ()
    group: tuple[Any, ...] = ()
    """``[path:]name`` texts, or tables of the files."""
    no_deps: bool = False
    allow_empty_requirements: bool = False
    output_file: str | None = None
    no_strip_extras: bool = False
    no_strip_markers: bool = False
    no_annotate: bool = False
    no_header: bool = False
    custom_compile_command: str | None = None
    generate_hashes: bool = False
    python_version: str | None = None
    python_platform: str | None = None
    universal: bool = False
    no_emit_package: tuple[PackageName, ...] = ()
    emit_index_url: bool = False
    emit_find_links: bool = False
    emit_build_options: bool = False
    emit_marker_expression: bool = False
    emit_index_annotation: bool = False
    annotation_style: Literal["line", "split"] = "split"
    require_hashes: bool = False
    verify_hashes: bool = True

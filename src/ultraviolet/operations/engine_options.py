"""Everything that can be said about resolving, fetching, building and installing, in one value."""

from __future__ import annotations

import msgspec

from ultraviolet.build.options import BuildOptions
from ultraviolet.distributions.metadata import DistMetadata
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.index.options import IndexOptions
from ultraviolet.install.options import InstallOptions
from ultraviolet.prepare.options import HashPolicy
from ultraviolet.resolver.options import ResolverOptions
from ultraviolet.standards.names import PackageName


class EngineOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of the engines; settings fill it, commands adjust it."""

    index: IndexOptions = IndexOptions()
    resolver: ResolverOptions = ResolverOptions()
    build: BuildOptions = BuildOptions()
    build_constraints: tuple[Requirement, ...] = ()
    install: InstallOptions = InstallOptions()
    hashes: HashPolicy = HashPolicy()
    no_sources: bool | frozenset[PackageName] = False
    dependency_metadata: tuple[DistMetadata, ...] = ()
    dependency_metadata_any: tuple[tuple[PackageName, DistMetadata], ...] = ()
    sizes_are_authoritative: bool = False
    validate_zips: bool = True
    concurrent_builds: int = 2
    concurrent_installs: int = 2

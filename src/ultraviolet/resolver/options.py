"""How to resolve: the options of one resolution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from ultraviolet.distributions.indexes import IndexLocation, IndexLocations
from ultraviolet.standards.markers import Marker
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version

ResolutionMode = Literal["highest", "lowest", "lowest-direct"]
PrereleaseMode = Literal["disallow", "allow", "if-necessary", "explicit", "if-necessary-or-explicit"]
ForkStrategy = Literal["requires-python", "fewest"]
IndexStrategy = Literal["first-index", "unsafe-first-match", "unsafe-best-match"]
DependencyMode = Literal["transitive", "direct"]
HashMode = Literal["none", "verify", "require"]
CutoffSource = Literal["package", "index", "global"]


class BuildPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Which packages must not be built, and which must be."""

    no_build: bool = False
    no_build_packages: frozenset[PackageName] = frozenset()
    no_binary: bool = False
    no_binary_packages: frozenset[PackageName] = frozenset()

    def forbids_build(self, name: PackageName) -> bool:
        """Whether source distributions of a package are ruled out; ``--no-binary-package`` beats ``--no-build``."""
        if self.no_build:
            return self.no_binary or name not in self.no_binary_packages
        return name in self.no_build_packages

    def forbids_binary(self, name: PackageName) -> bool:
        """Whether wheels of a package are ruled out; ``--no-build-package`` beats ``--no-binary``."""
        if self.no_binary:
            return self.no_build or name not in self.no_build_packages
        return name in self.no_binary_packages


class ResolverOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of one resolution, all layers of settings merged."""

    resolution: ResolutionMode = "highest"
    prerelease: PrereleaseMode = "if-necessary"
    prerelease_packages: Mapping[PackageName, PrereleaseMode] = {}
    fork_strategy: ForkStrategy = "requires-python"
    index_strategy: IndexStrategy = "first-index"
    dependency_mode: DependencyMode = "transitive"
    """``direct`` is ``--no-deps``."""
    exclude_newer: int | None = None
    """Files uploaded at this time or later do not exist; milliseconds since the epoch (UTC)."""
    exclude_newer_packages: Mapping[PackageName, int | Literal[False]] = {}
    available_cutoff: int | None = None
    """Versions from this time on are never spoken of, nor taken where no other date counts: for tests that must not change."""
    build_policy: BuildPolicy = BuildPolicy()
    environments: tuple[Marker, ...] = ()
    """The supported environments, which need coverage by wheels where there is no source distribution."""
    required_environments: tuple[Marker, ...] = ()
    hash_mode: HashMode = "none"
    hashes: Mapping[tuple[PackageName, Version], tuple[str, ...]] = {}
    """Accepted digests of pinned versions, for the modes ``verify`` and ``require``."""
    url_hashes: frozenset[str] = frozenset()
    """URLs that carry digests and so are allowed under ``require``."""
    locations: IndexLocations = IndexLocations()
    """Where packages are looked for; told in hints."""
    system_needs: Mapping[tuple[PackageName, str], tuple[PackageName, Version]] = {}
    """What a package from an index needs of the system, ``{(package, index URL): ("cuda", 12.8)}``: all must agree."""
    index_cutoffs_are_experimental: bool = True
    """Whether to warn where the cut-off of an index counts."""
    configurable: bool = True
    """Whether hints may name command-line options; not so in build environments."""

    def exclude_newer_for(
        self, name: PackageName, index: IndexLocation | None
    ) -> tuple[int | Literal[False] | None, CutoffSource]:
        """Return the cut-off for a package on an index, and whose it is: of the package, of the index, or the global one."""
        own = self.exclude_newer_packages.get(name)
        if own is not None:
            return own, "package"
        if index is not None:
            configured = self.locations.configured(index.url) or index
            if configured.exclude_newer is not None:
                return configured.exclude_newer, "index"
        return self.exclude_newer, "global"

    def prerelease_mode(self, name: PackageName) -> PrereleaseMode:
        """Return the mode for a package."""
        return self.prerelease_packages.get(name, self.prerelease)

    @property
    def covered_environments(self) -> tuple[Marker, ...]:
        """The environments that wheels must cover, in the order they are tried."""
        return self.environments + self.required_environments

"""What the user may say about preparing distributions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from ultraviolet.build.options import BuildOptions
from ultraviolet.distributions.metadata import DistMetadata
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.tags import Tags

HashMode = Literal["none", "verify", "require"]


class HashPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Which digests archives must have."""

    mode: HashMode = "verify"
    digests: Mapping[tuple[PackageName, str], tuple[str, ...]] = {}
    """Accepted digests by name and version text (or URL, for a direct archive)."""

    def expected(self, name: PackageName, identity: str) -> tuple[str, ...]:
        """Return the accepted digests of a distribution; empty where none were given."""
        return self.digests.get((name, identity), ()) if self.mode != "none" else ()


class PrepareOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How distributions are fetched and built."""

    hashes: HashPolicy = HashPolicy()
    build: BuildOptions = BuildOptions()
    no_build: bool = False
    no_build_packages: frozenset[PackageName] = frozenset()
    no_binary: bool = False
    no_binary_packages: frozenset[PackageName] = frozenset()
    static_metadata: tuple[DistMetadata, ...] = ()
    """``tool.uv.dependency-metadata``: stated by the user, so nothing is fetched."""
    static_any_version: tuple[tuple[PackageName, DistMetadata], ...] = ()
    """Entries without a version."""
    tags: Tags | None = None
    """What the target can run; built wheels are checked against it."""
    target_python: str = ""
    """``3.12`` of the target, for messages."""
    builder_python: str = ""
    """Full version of the interpreter that runs builds; empty when it is not known."""
    validate_zips: bool = True
    sizes_are_authoritative: bool = False
    """Whether the sizes of artifacts come from a lockfile, so that a download of another size is refused."""
    concurrent_builds: int = 2
    concurrent_installs: int = 2

    def forbids_build(self, name: PackageName | None) -> bool:
        """Whether source distributions of a package must not be built."""
        if name is None:
            return self.no_build
        if self.no_build:
            return self.no_binary or name not in self.no_binary_packages
        return name in self.no_build_packages

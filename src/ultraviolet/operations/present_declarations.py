"""What mutable packages of a lock declare now: read from their manifests, fetched, or built."""

from __future__ import annotations

import os
from collections.abc import Callable

import msgspec

from ultraviolet.distributions.source import PathSource, UrlSource
from ultraviolet.errors import UltravioletError
from ultraviolet.lock.model import Package
from ultraviolet.lock.satisfies import Declarations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.distributions.dist import Dist
    from ultraviolet.operations.engines import Engines


class PresentDeclarations:
    """Implements ``lock.satisfies.DeclarationSource`` with trees and the preparer."""

    def __init__(self, engines: Callable[[], Engines], root: str) -> None:
        self._engines = engines
        self._root = root

    def static(self, path: str) -> Declarations | None:
        """Return what a manifest says without a build; the version may be missing."""
        trees = self._engines().trees
        metadata = trees.static_metadata(path)
        if metadata is None and os.path.isfile(os.path.join(path, "pyproject.toml")):
            metadata = trees.stated_requirements(path)
        if metadata is None:
            return None
        return Declarations(
            version=None if metadata.dynamic else metadata.version,
            dynamic=metadata.dynamic,
            requires=metadata.requires,
            provides_extra=metadata.provides_extra,
            groups=metadata.groups,
            requires_python=metadata.requires_python,
        )

    def full(self, package: Package) -> Declarations:
        """Return metadata, fetched or built if need be."""
        from ultraviolet.distributions.dist import DirectDist
        from ultraviolet.lock.dists import package_dist
        from ultraviolet.prepare.errors import PreparationFailed

        engines = self._engines()
        dist, _ = package_dist(
            package,
            self._root,
            engines.interpreter.tags(),
            rules=engines.options.resolver.build_policy,
            any_wheel=True,
        )
        if isinstance(dist, DirectDist) and not isinstance(dist.source, (UrlSource, PathSource)):
            dist = msgspec.structs.replace(dist, version=None)
        if isinstance(dist, DirectDist) and dist.hashes:
            # What it is checked against when it is installed; here it only says what it depends on.
            dist = msgspec.structs.replace(dist, hashes=())
        self._check_present(dist, package)
        try:
            result = engines.preparer.silently().metadata(dist)
        except PreparationFailed as error:
            raise UltravioletError(
                f"Failed to generate package metadata for `{package}`", hints=error.hints
            ) from error.__cause__
        if result.metadata is None:
            raise UltravioletError(
                f"Failed to read the metadata of `{package.name}`: {result.detail or result.unavailable}"
            )
        metadata = result.metadata
        return Declarations(
            version=metadata.version,
            dynamic=metadata.dynamic,
            requires=metadata.requires,
            provides_extra=metadata.provides_extra,
            groups=metadata.groups,
            requires_python=metadata.requires_python,
        )

    def _check_present(self, dist: Dist, package: Package) -> None:
        """Name the wheel of a path that is gone."""
        from ultraviolet.distributions.dist import DirectDist

        if not isinstance(dist, DirectDist) or not isinstance(dist.source, PathSource):
            return
        if dist.source.kind == "wheel" and not os.path.exists(dist.source.path):
            reading = UltravioletError("Failed to read from the distribution cache")
            reading.__cause__ = UltravioletError(
                f"failed to query metadata of file `{dist.source.path}`: No such file or directory (os error 2)"
            )
            raise UltravioletError(f"Failed to generate package metadata for `{package}`") from reading

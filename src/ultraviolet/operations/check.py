"""``pip check`` and ``--strict``: whether what is installed fits together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.metadata import DistMetadata
from ultraviolet.environment.diagnostics import Diagnostic, diagnose
from ultraviolet.environment.site_packages import SitePackages, read_installed_metadata, read_site_packages
from ultraviolet.environment.value import Environment
from ultraviolet.standards.metadata import Metadata
from ultraviolet.standards.names import PackageName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.settings.options import Settings

__all__ = ["problems_of", "read_site_packages", "stated_metadata"]

Stated = Mapping[tuple[PackageName, str | None], DistMetadata]
"""Metadata by name and version; None is any version."""


def problems_of(
    environment: Environment,
    site_packages: SitePackages,
    *,
    python_version: str | None = None,
    platform: str | None = None,
    environ: Mapping[str, str] | None = None,
    stated: Stated | None = None,
) -> list[Diagnostic]:
    """Return what is wrong with what is installed.

    :param python_version: check for that Python in the place of the environment's.
    :param platform: check for that platform, see ``standards.platforms``.
    :param environ: variables that some platforms depend on.
    :param stated: metadata that counts in the place of what is installed.
    """
    interpreter = environment.interpreter
    if python_version is None and platform is None:
        markers, tags = interpreter.marker_environment, interpreter.tags()
    else:
        from ultraviolet.operations import resolution_target as other

        version = other.python_version(python_version) if python_version is not None else None
        place = other.find_platform(platform, environ if environ is not None else {})
        markers = other.target_environment(interpreter, version, place)
        tags = other.target_tags(interpreter, version, place)

    def read(distribution: InstalledDistribution) -> Metadata | None:
        if stated:
            found = stated.get((distribution.name, str(distribution.version))) or stated.get((distribution.name, None))
            if found is not None:
                return _as_metadata(found, distribution)
        return read_installed_metadata(distribution)

    return diagnose(site_packages, markers, tags, read_metadata=read, python=interpreter.version)


def stated_metadata(settings: Settings) -> Stated:
    """Return ``dependency-metadata`` of the configuration files."""
    pip = settings.files.get("pip")
    tables: Iterable[Mapping[str, object]] = (
        *(pip.get("dependency-metadata", ()) if pip else ()),
        *settings.files.get("dependency-metadata", ()),
    )
    found: dict[tuple[PackageName, str | None], DistMetadata] = {}
    if tables:
        from ultraviolet.operations.options import static_metadata

        exact, any_version = static_metadata(tables)
        for entry in exact:
            found.setdefault((entry.name, str(entry.version)), entry)
        for name, entry in any_version:
            found.setdefault((name, None), entry)
    return found


def _as_metadata(stated: DistMetadata, distribution: InstalledDistribution) -> Metadata:
    return Metadata(
        name=stated.name,
        version=distribution.version,
        requires_dist=tuple(str(requirement) for requirement in stated.requires),
        requires_python=stated.requires_python,
        provides_extra=stated.provides_extra,
    )

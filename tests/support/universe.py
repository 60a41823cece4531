"""A world of packages in memory, and resolutions in it told as text.

A universe is a mapping ``{"a": {"1.0": {...}}}``; every version may state ``requires`` (PEP 508 texts), ``python``
(``Requires-Python``), ``extras`` ``{extra: [texts]}``, ``wheels`` (tags; default one pure wheel), ``sdist`` (default False),
``yanked``, ``upload-time`` (milliseconds) and ``index`` (name of the index, default ``main``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ultraviolet.distributions.artifact import Artifact
from ultraviolet.distributions.dist import DirectDist, Dist, RegistryDist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.listing import Listings, ProjectListing
from ultraviolet.distributions.metadata import DistMetadata, MetadataResult
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.resolution import Resolution
from ultraviolet.distributions.source import DirectorySource, DirectSource, RegistrySource
from ultraviolet.resolver import (
    Manifest,
    PythonRequirement,
    ResolverEnvironment,
    ResolverOptions,
    resolve,
)
from ultraviolet.standards.markers import MarkerEnvironment
from ultraviolet.standards.names import ExtraName, GroupName, PackageName, dist_info_name, normalize_name
from ultraviolet.standards.requirements import parse_requirement
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.specifiers import parse_specifiers
from ultraviolet.standards.versions import parse_version

MAIN = IndexLocation(url="https://main.example/simple", name="main", default=True)

LINUX = MarkerEnvironment(
    implementation_name="cpython",
    implementation_version="3.12.4",
    os_name="posix",
    platform_machine="x86_64",
    platform_python_implementation="CPython",
    platform_release="6.1",
    platform_system="Linux",
    platform_version="1",
    python_full_version="3.12.4",
    python_version="3.12",
    sys_platform="linux",
)


class Universe:
    """A `MetadataProvider` over a mapping."""

    def __init__(
        self,
        packages: Mapping[str, Mapping[str, Mapping[str, Any]]],
        *,
        indexes: Sequence[IndexLocation] = (MAIN,),
        strategy: str = "first-index",
        direct: Mapping[DirectSource, DistMetadata] | None = None,
    ) -> None:
        self.packages = packages
        self.indexes = indexes
        self.strategy = strategy
        self.direct = dict(direct or {})
        """Metadata by source, as nobody wrote it."""
        self.installed: dict[str, DistMetadata] = {}
        self.metadata_asked: list[str] = []
        self._listings: dict[tuple[str, str | None], Listings] = {}
        self._metadata: dict[tuple[str, str], MetadataResult] = {}

    def prefetch_listings(self, name: PackageName, index: IndexLocation | None) -> None:
        """Nothing to do."""

    def listings_ready(self, name: PackageName, index: IndexLocation | None) -> bool:
        return True

    def prefetch_metadata(self, dist: Dist | InstalledDistribution) -> None:
        """Nothing to do."""

    def listings(self, name: PackageName, index: IndexLocation | None) -> Listings:
        key = (name, None if index is None else index.url)
        found = self._listings.get(key)
        if found is None:
            found = self._listings[key] = self._list(name, index)
        return found

    def _list(self, name: PackageName, index: IndexLocation | None) -> Listings:
        versions = self.packages.get(name)
        if versions is None:
            return Listings((), "not-found")
        out = []
        for location in self.indexes if index is None else (index,):
            if index is None and location.explicit:
                continue
            files = {
                text: files_of(name, text, entry)
                for text, entry in versions.items()
                if location.name in entry.get("indexes", ["main"])
            }
            if files:
                out.append(ProjectListing.from_files(name, location, files))
                if self.strategy == "first-index":
                    break
        return Listings(tuple(out), None if out else "not-found")

    def metadata(self, dist: Dist | InstalledDistribution) -> MetadataResult:
        if isinstance(dist, DirectDist):
            return MetadataResult(self.direct[msgspec.structs.replace(dist.source, given=None)])
        if isinstance(dist, InstalledDistribution):
            return MetadataResult(self.installed[dist.name])
        assert isinstance(dist, RegistryDist)
        key = (dist.name, str(dist.version))
        self.metadata_asked.append(f"{key[0]}=={key[1]}")
        found = self._metadata.get(key)
        if found is None:
            entry = self.packages[dist.name][key[1]]
            if "unavailable" in entry:
                found = MetadataResult(None, entry["unavailable"], entry.get("detail", ""))
            else:
                found = MetadataResult(metadata_of(dist.name, key[1], entry))
            self._metadata[key] = found
        return found


def metadata_of(name: str, version: str, entry: Mapping[str, Any]) -> DistMetadata:
    """Make the metadata of a version."""
    requires = list(entry.get("requires", ()))
    for extra, texts in entry.get("extras", {}).items():
        for text in texts:
            base, _, marker = text.partition(";")
            condition = f"({marker.strip()}) and extra == '{extra}'" if marker else f"extra == '{extra}'"
            requires.append(f"{base.strip()} ; {condition}")
    return DistMetadata(
        name=PackageName(name),
        version=parse_version(version),
        requires=tuple(requires),
        requires_python=entry.get("metadata-python", entry.get("python")),
        provides_extra=tuple(ExtraName(extra) for extra in entry.get("extras", {})),
    )


def files_of(name: str, version: str, entry: Mapping[str, Any]) -> list[Artifact]:
    """Make the files of a version."""
    stem = f"{dist_info_name(name)}-{version}"
    names = [f"{stem}-{tags}.whl" for tags in sorted(entry.get("wheels", ["py3-none-any"]))]
    if entry.get("sdist", False):
        names.insert(0, f"{stem}.tar.gz")
    return [
        Artifact(
            filename=filename,
            url=f"https://files.example/{filename}",
            hashes=("sha256:" + "0" * 64,),
            requires_python=entry.get("python"),
            yanked=entry.get("yanked", False),
            upload_time=entry.get("upload-time", 0),
        )
        for filename in names
    ]


def requirement(text: str, **fields: Any) -> Requirement:
    """Lower a PEP 508 text."""
    parsed = parse_requirement(text)
    return Requirement(
        name=parsed.name,
        source=fields.pop("source", None) or RegistrySource(parsed.specifiers, **fields),
        extras=parsed.extras,
        marker=parsed.marker,
    )


def project(
    requires: Sequence[str],
    *,
    extras: Mapping[str, Sequence[str]] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    name: str = "project",
    python: str = ">=3.12",
    version: str = "0.1.0",
) -> tuple[DirectorySource, DistMetadata, list[Requirement]]:
    """Make a workspace member: its source, its metadata, and the requirements of the root on it."""
    source = DirectorySource(path=f"/{name}", editable=True)
    entries = [requirement(text) for text in requires]
    for extra, texts in (extras or {}).items():
        for text in texts:
            base, _, marker = text.partition(";")
            condition = f"({marker.strip()}) and extra == '{extra}'" if marker else f"extra == '{extra}'"
            entries.append(requirement(f"{base.strip()} ; {condition}"))
    metadata = DistMetadata(
        name=PackageName(normalize_name(name)),
        version=parse_version(version),
        requires=tuple(entries),
        requires_python=python,
        provides_extra=tuple(ExtraName(extra) for extra in extras or {}),
        groups={
            GroupName(group): tuple(requirement(text) for text in texts) for group, texts in (groups or {}).items()
        },
    )
    roots = [
        Requirement(
            name=metadata.name,
            source=source,
            extras=tuple(ExtraName(extra) for extra in sorted(extras or {})),
        )
    ]
    if groups:
        roots.append(
            Requirement(name=metadata.name, source=source, groups=tuple(GroupName(group) for group in sorted(groups)))
        )
    return source, metadata, roots


def python_requirement(text: str = ">=3.12") -> PythonRequirement:
    """Make what ``requires-python`` states."""
    return PythonRequirement.from_requires_python(
        parse_version(LINUX.python_full_version), RequiresPython.from_specifiers(parse_specifiers(text))
    )


def universal(python: str = ">=3.12", forks: Sequence[Any] = ()) -> ResolverEnvironment:
    """Resolve for all environments."""
    return ResolverEnvironment.universal(python_requirement(python), LINUX, forks)


def specific() -> ResolverEnvironment:
    """Resolve for Linux and CPython 3.12, whatever the tags of wheels."""
    return ResolverEnvironment.specific(LINUX, None)


def lock(
    packages: Mapping[str, Any],
    requires: Sequence[str],
    *,
    python: str = ">=3.12",
    options: ResolverOptions | None = None,
    **fields: Any,
) -> Resolution:
    """Resolve requirements as those of the root, for all environments."""
    manifest = Manifest(requirements=tuple(requirement(text) for text in requires), **fields)
    return resolve(manifest, Universe(packages), options or ResolverOptions(), universal(python))


def describe(resolution: Resolution) -> list[str]:
    """Tell a resolution: forks, packages, edges, each as a line."""
    lines = [f"fork {marker}" for marker in resolution.fork_markers]
    names = []
    for node in resolution.nodes:
        label = f"{node.name} {node.version}"
        if node.extra is not None:
            label = f"{node.name}[{node.extra}] {node.version}"
        elif node.group is not None:
            label = f"{node.name}:{node.group} {node.version}"
        names.append(label)
        lines.append(f"{label} ; {node.marker}".removesuffix(" ; "))
    for edge in resolution.edges:
        source = "root" if edge.source < 0 else names[edge.source]
        lines.append(f"{source} -> {names[edge.target]} ; {edge.marker}".removesuffix(" ; "))
    return lines

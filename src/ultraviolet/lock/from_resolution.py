"""A solved graph written down: nodes become packages, edges become rows with their markers reduced."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from ultraviolet.distributions.artifact import Artifact as IndexArtifact
from ultraviolet.distributions.direct_urls import was_given_absolute
from ultraviolet.distributions.dist import DirectDist, RegistryDist
from ultraviolet.distributions.hashes import hash_algorithm, strongest_hash
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.metadata import DistMetadata
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.resolution import Resolution, ResolvedNode
from ultraviolet.distributions.source import DirectorySource, GitSource, PathSource, UrlSource
from ultraviolet.distributions.urls import split_fragment, url_filename, url_to_path, without_credentials
from ultraviolet.lock.canonical import canonical_manifest, dependency_rows, package_sort_key
from ultraviolet.lock.errors import LockError
from ultraviolet.lock.forks import canonical_forks, environment_texts, fork_texts, forks_union
from ultraviolet.lock.model import (
    EMPTY_METADATA,
    METADATA_FREE_REVISION,
    REVISION,
    Artifact,
    Dependency,
    Lock,
    Manifest,
    Options,
    Package,
    PackageMetadata,
    ScopedExclude,
    ScopedOverride,
    ScopeRow,
    Source,
    StaticMetadata,
    Zstd,
)
from ultraviolet.lock.requirements import (
    conflict_row,
    locked_git,
    locked_path,
    lower_requirement,
    requirement_row,
    requirement_rows,
)
from ultraviolet.lock.sources import git_url, relative_path
from ultraviolet.standards.conflicts import Conflicts
from ultraviolet.standards.filenames import parse_wheel_filename
from ultraviolet.standards.markers import Marker
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.wheel_markers import wheel_is_relevant

Edges = dict[tuple[int, Marker], set[str]]


class LockRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a lock records beside the solved graph."""

    root: str
    """Absolute directory of the lockfile."""
    manifest: Manifest = Manifest()
    options: Options = Options()
    supported_environments: tuple[Marker, ...] = ()
    required_environments: tuple[Marker, ...] = ()
    conflicts: Conflicts = Conflicts()
    hash_algorithms: Mapping[str, str] = {}
    """The algorithm whose digests are recorded, by public URL of the index, where it was configured."""
    without_metadata: bool = False
    """Leave declaration metadata out, which makes it revision 4 (preview)."""


def lock_from_resolution(resolution: Resolution, request: LockRequest) -> Lock:
    """Return the lock of a universal resolution.

    :raises LockError: the graph contradicts itself, or an archive has no digest.
    """
    requires_python = resolution.requires_python
    environment = requires_python.simplify(forks_union(resolution.fork_markers, requires_python))
    supported = [requires_python.complexify(marker) for marker in request.supported_environments]
    supported_union: Marker | None = None
    for marker in supported:
        supported_union = marker if supported_union is None else supported_union | marker
    nodes = resolution.nodes
    packages: dict[int, Package] = {}
    """Package by the position of its base node."""
    wheel_filter = _WheelFilter(requires_python, supported_union)
    for position, node in enumerate(nodes):
        if node.extra is None and node.group is None:
            packages[position] = _package(node, request.root, request.hash_algorithms, wheel_filter)
    table: dict[str, list[Package]] = {}
    for position in sorted(packages, key=lambda position: package_sort_key(packages[position])):
        table.setdefault(packages[position].name, []).append(packages[position])
    bases = _bases(nodes, packages, request.root)
    edges = _edges(resolution, bases, environment)
    for position, node in enumerate(nodes):
        # The extras that a row may name are those with rows of their own, so note them first.
        if node.extra is not None and edges.get(position):
            optional = dict(packages[bases[position]].optional_dependencies)
            optional[node.extra] = _PENDING
            packages[bases[position]].optional_dependencies = optional
    written = requires_python.simplify(
        forks_union(canonical_forks(resolution.fork_markers, requires_python), requires_python)
    )
    sections: dict[int, dict[tuple[str, str], tuple[Dependency, ...]]] = {}
    for position, targets in edges.items():
        node = nodes[position]
        kind, name = ("extra", node.extra) if node.extra else ("group", node.group) if node.group else ("", "")
        resolved = [(packages[base], frozenset(extras), marker) for (base, marker), extras in targets.items()]
        sections.setdefault(bases[position], {})[kind, name or ""] = dependency_rows(resolved, table, written)
    for position, package in packages.items():
        found = sections.get(position, {})
        package.dependencies = found.get(("", ""), ())
        package.optional_dependencies = {name: found[kind, name] for kind, name in sorted(found) if kind == "extra"}
        package.dev_dependencies = {name: found[kind, name] for kind, name in sorted(found) if kind == "group"}
        reached = nodes[position].marker
        if len(table[package.name]) > 1:
            chosen = [fork for fork in resolution.fork_markers if not fork.is_disjoint(reached)]
            package.resolution_markers = fork_texts(canonical_forks(chosen, requires_python), requires_python)
        if request.without_metadata:
            package.metadata = EMPTY_METADATA
    return Lock(
        revision=METADATA_FREE_REVISION if request.without_metadata else REVISION,
        requires_python=requires_python.text(),
        resolution_markers=fork_texts(canonical_forks(resolution.fork_markers, requires_python), requires_python),
        supported_markers=environment_texts(supported, requires_python),
        required_markers=environment_texts(request.required_environments, requires_python),
        conflicts=tuple(tuple(map(conflict_row, conflict_set)) for conflict_set in request.conflicts),
        options=request.options,
        manifest=request.manifest,
        packages=tuple(
            package for packages_of_name in dict(sorted(table.items())).values() for package in packages_of_name
        ),
    )


_PENDING = (Dependency(""),)


def _bases(nodes: Sequence[ResolvedNode], packages: Mapping[int, Package], root: str) -> list[int]:
    """Return, for each node, the position of the base node of its package."""
    known: dict[str, int] = {}
    for position, package in packages.items():
        identity = str(package)
        if identity in known:
            raise LockError(f"Found duplicate package `{identity}`")
        known[identity] = position
    bases: list[int] = []
    for position, node in enumerate(nodes):
        if position in packages:
            bases.append(position)
            continue
        identity = package_identity(node, root)
        if identity not in known:
            part = f"extra `{node.extra}`" if node.extra is not None else f"development dependency group `{node.group}`"
            raise LockError(f"Found package `{identity}` with {part} but no base package")
        bases.append(known[identity])
    return bases


def _edges(resolution: Resolution, bases: Sequence[int], environment: Marker) -> dict[int, Edges]:
    """Return, for each node, its targets by base and reduced marker, with the extras asked for."""
    simplify = resolution.requires_python.simplify
    nodes = resolution.nodes
    edges: dict[int, Edges] = {}
    for edge in resolution.edges:
        if edge.source < 0:
            continue
        parent = simplify(nodes[edge.source].marker.pep508)
        marker = simplify(simplify(edge.marker.marker).restrict(parent)) & environment
        target = nodes[edge.target]
        extras = edges.setdefault(edge.source, {}).setdefault((bases[edge.target], marker), set())
        if target.extra is not None:
            extras.add(target.extra)
    return edges


_Wheel = TypeVar("_Wheel")


class _WheelFilter:
    """What a lock keeps of a package's wheels. Their tags and the package's marker decide; each pair is judged once."""

    def __init__(self, requires_python: RequiresPython, supported: Marker | None) -> None:
        self._requires_python = requires_python
        self._supported = supported
        self._judged: dict[Marker, dict[str, bool]] = {}

    def relevant(self, wheels: Iterable[_Wheel], filename_of: Callable[[_Wheel], str], marker: Marker) -> list[_Wheel]:
        """Return the wheels that some environment of the marker may use."""
        if self._supported is not None:
            marker = marker & self._supported
        judged = self._judged.setdefault(marker, {})
        kept = []
        for wheel in wheels:
            tags = filename_of(wheel).split("-", 2)[-1]
            keep = judged.get(tags)
            if keep is None:
                # Under the name that the resolver has parsed these tags with.
                filename = parse_wheel_filename(f"x-1-{tags}")
                keep = judged[tags] = wheel_is_relevant(filename, self._requires_python, marker)
            if keep:
                kept.append(wheel)
        return kept


# Packages


def package_identity(node: ResolvedNode, root: str) -> str:
    """Return the text that identifies the package of a node: name, version and source."""
    source = locked_source(node, root)
    version = None if source.is_source_tree and node.metadata.dynamic else str(node.version)
    return f"{node.name}{'' if version is None else f'=={version}'} @ {source}"


def _package(node: ResolvedNode, root: str, algorithms: Mapping[str, str], wheel_filter: _WheelFilter) -> Package:
    source = locked_source(node, root)
    dynamic = source.is_source_tree and node.metadata.dynamic
    sdist, wheels = _artifacts(node, str(source), algorithms, wheel_filter)
    return Package(
        node.name,
        None if dynamic else str(node.version),
        source,
        sdist=sdist,
        wheels=wheels,
        metadata=EMPTY_METADATA if source.is_immutable else locked_metadata(node.metadata, root),
    )


def locked_metadata(metadata: DistMetadata, root: str) -> PackageMetadata:
    """Return the declarations of a distribution as a lock in directory ``root`` records them."""
    return PackageMetadata(
        requires_dist=requirement_rows(map(lower_requirement, metadata.requires), root),
        provides_extras=metadata.provides_extra,
        requires_dev={group: requirement_rows(metadata.groups[group], root) for group in sorted(metadata.groups)},
    )


def locked_source(node: ResolvedNode, root: str) -> Source:
    """Return the source of a node as a lock in directory ``root`` writes it."""
    dist = node.dist
    if isinstance(dist, RegistryDist):
        return registry_source(node.index or dist.index, root)
    if not isinstance(dist, DirectDist):
        raise _installed(node)
    source = dist.source
    if isinstance(source, UrlSource):
        return Source("url", split_fragment(source.url)[0], source.subdirectory)
    if isinstance(source, GitSource):
        return Source("git", git_url(locked_git(source)))
    path = locked_path(source.path, source.given, root)
    if isinstance(source, PathSource):
        return Source("path", path)
    return Source("editable" if source.editable else "virtual" if source.virtual else "directory", path)


def _installed(node: ResolvedNode) -> LockError:
    return LockError(f"Package `{node.name}=={node.version}` was taken from an environment, which a lock cannot record")


def registry_source(index: IndexLocation, root: str) -> Source:
    """Return an index as the source of a package: its URL without credentials, or its path."""
    if index.url.startswith("file:"):
        return Source("registry", locked_path(url_to_path(index.url), index.given, root))
    return Source("registry", without_credentials(index.url))


# Artifacts


def _artifacts(
    node: ResolvedNode, source: str, algorithms: Mapping[str, str], wheel_filter: _WheelFilter
) -> tuple[Artifact | None, tuple[Artifact, ...]]:
    dist, marker = node.dist, node.marker.marker
    if isinstance(dist, RegistryDist):
        index = node.index or dist.index
        algorithm = algorithms.get(index.public_url) if algorithms else None
        sdist = None if dist.sdist is None else _registry_artifact(dist.sdist, index, algorithm)
        if algorithm is not None:
            for wheel in dist.wheels:
                _recorded_hash(wheel, wheel.hashes, index, algorithm)  # those that are left out need it as well
        wheels = wheel_filter.relevant(dist.wheels, _filename_of_listed, marker)
        return sdist, tuple(_registry_artifact(wheel, index, algorithm) for wheel in wheels)
    if not isinstance(dist, DirectDist):
        raise _installed(node)
    only, found = _direct_artifacts(node, dist, source)
    return only, tuple(wheel_filter.relevant(found, _filename_of_locked, marker))


def _filename_of_listed(wheel: IndexArtifact) -> str:
    return wheel.filename


def _filename_of_locked(wheel: Artifact) -> str:
    return wheel.name or ""


def _registry_artifact(artifact: IndexArtifact, index: IndexLocation, algorithm: str | None) -> Artifact:
    url: str | None = split_fragment(artifact.url)[0]
    path = None
    if index.url.startswith("file:") and artifact.url.startswith("file:"):
        path = url_to_path(artifact.url)
        if not was_given_absolute(index.given):
            path = relative_path(path, url_to_path(index.url))
        url = None
    return Artifact(
        url=url,
        path=path,
        hash=_recorded_hash(artifact, artifact.hashes, index, algorithm),
        size=artifact.size,
        upload_time=None if artifact.upload_time is None else format_time(artifact.upload_time),
        zstd=None if artifact.zstd is None else _zstd(artifact, *artifact.zstd, index, algorithm),
    )


def _zstd(
    artifact: IndexArtifact, hashes: tuple[str, ...], size: int | None, index: IndexLocation, algorithm: str | None
) -> Zstd:
    return Zstd(hash=_recorded_hash(artifact, hashes, index, algorithm), size=size)


def _recorded_hash(
    artifact: IndexArtifact, hashes: tuple[str, ...], index: IndexLocation, algorithm: str | None
) -> str | None:
    """Return the digest to write down: the strongest, or that of the algorithm the index must give."""
    if algorithm is None:
        return strongest_hash(hashes)
    for digest in hashes:
        if hash_algorithm(digest) == algorithm:
            return digest
    raise LockError(
        f"The index `{index.display}` requires `{algorithm}` hashes, but `{artifact.filename}` does not provide one"
    )


def _direct_artifacts(
    node: ResolvedNode, dist: DirectDist, identity: str
) -> tuple[Artifact | None, tuple[Artifact, ...]]:
    source = dist.source
    if isinstance(source, DirectorySource):
        return None, ()
    digest = strongest_hash(node.hashes or dist.hashes)
    if isinstance(source, GitSource):
        if source.archive is None:
            return None, ()
        filename, kind = source.archive.rpartition("/")[2], "Git archive"
        is_wheel = filename.endswith(".whl")
    elif isinstance(source, UrlSource):
        filename, kind, is_wheel = url_filename(source.url), "direct URL", source.kind == "wheel"
    else:
        filename, kind, is_wheel = source.path.rpartition("/")[2], "path", source.kind == "wheel"
    if not is_wheel:
        if digest is None:
            name = identity.partition("+")[0]
            raise LockError(
                f"Since the package `{node.name}=={node.version} @ {identity}` comes from a {name} dependency, a hash was "
                f"expected but one was not found for {kind} source distribution"
            )
        return Artifact(hash=digest), ()
    if isinstance(source, UrlSource):
        return None, (Artifact(url=split_fragment(source.url)[0], hash=digest),)
    return None, (Artifact(filename=str(parse_wheel_filename(filename)), hash=digest),)


def format_time(milliseconds: int) -> str:
    """Return a time since the epoch as a lock writes it.

    >>> format_time(1784653132920)
    '2026-07-21T16:58:52.92Z'
    """
    seconds, fraction = divmod(milliseconds, 1000)
    days, seconds = divmod(seconds, 86400)
    date = _DATES.get(days)
    if date is None:
        moment = time.gmtime(days * 86400)
        date = _DATES[days] = f"{moment[0]:04}-{moment[1]:02}-{moment[2]:02}T"
    minutes, seconds = divmod(seconds, 60)
    text = f"{date}{_TWO_DIGITS[minutes // 60]}:{_TWO_DIGITS[minutes % 60]}:{_TWO_DIGITS[seconds]}"
    return f"{text}{f'.{fraction:03}'.rstrip('0')}Z" if fraction else f"{text}Z"


_DATES: dict[int, str] = {}
"""Dates as a lock writes them, by days since the epoch: the files of a version are mostly of one day."""
_TWO_DIGITS = tuple(f"{number:02}" for number in range(60))


# What was asked


class ScopedRequirements(msgspec.Struct, frozen=True):
    """Overrides for the dependencies of one package, as declared."""

    name: str
    version: str | None
    requirements: tuple[Requirement, ...]


def make_manifest(
    root: str,
    *,
    members: Iterable[str] = (),
    requirements: Iterable[Requirement] = (),
    constraints: Iterable[Requirement] = (),
    overrides: Iterable[Requirement | ScopedRequirements] = (),
    excludes: Iterable[str | ScopedExclude] = (),
    build_constraints: Iterable[Requirement] = (),
    dependency_groups: Mapping[str, Iterable[Requirement]] | None = None,
    dependency_metadata: Iterable[StaticMetadata] = (),
) -> Manifest:
    """Return the manifest of a lock in directory ``root``: everything as rows, sorted, each once."""
    rows = [
        requirement_row(item, root)
        if isinstance(item, Requirement)
        else ScopedOverride(
            ScopeRow(item.name, item.version), tuple(requirement_row(inner, root) for inner in item.requirements)
        )
        for item in overrides
    ]
    return canonical_manifest(
        Manifest(
            members=tuple(members),
            requirements=requirement_rows(requirements, root),
            constraints=requirement_rows(constraints, root),
            overrides=tuple(rows),
            excludes=tuple(excludes),
            build_constraints=requirement_rows(build_constraints, root),
            dependency_groups={
                group: requirement_rows(items, root) for group, items in (dependency_groups or {}).items()
            },
            dependency_metadata=tuple(dependency_metadata),
        )
    )

"""The way back from a lock to a solved graph, so that locks can be made from graphs without a resolver."""

from __future__ import annotations

from ultraviolet.distributions.artifact import Artifact as IndexArtifact
from ultraviolet.distributions.dist import DirectDist, Dist, RegistryDist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.metadata import DistMetadata
from ultraviolet.distributions.resolution import Resolution, ResolvedEdge, ResolvedNode
from ultraviolet.distributions.source import ArchiveKind, DirectorySource, PathSource, UrlSource
from ultraviolet.distributions.urls import path_to_url
from ultraviolet.lock._checks import find_target
from ultraviolet.lock.forks import forks_union, parse_environments, parse_forks
from ultraviolet.lock.from_resolution import LockRequest
from ultraviolet.lock.model import Artifact, Dependency, Lock, Package
from ultraviolet.lock.requirements import conflict_item, git_source, row_requirement
from ultraviolet.lock.sources import absolute_path, parse_git_source
from ultraviolet.standards.conflicts import Conflicts, ConflictSet
from ultraviolet.standards.markers import TRUE, parse_marker
from ultraviolet.standards.markers.universal import UNIVERSAL_FALSE, UniversalMarker
from ultraviolet.standards.names import ExtraName, GroupName, PackageName
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.versions import parse_version

ROOT = "/project"
Key = tuple[str, str | None, str | None]


def graph_of(lock: Lock) -> Resolution:
    """Return a graph that the lock could have been made from."""
    requires_python = RequiresPython.from_text(lock.requires_python)
    forks = parse_forks(lock.resolution_markers, requires_python)
    environment = requires_python.simplify(forks_union(forks, requires_python))
    table = lock.by_name()
    keys: dict[Key, Package] = {}
    for package in lock.packages:
        keys[str(package), None, None] = package
        for optional in package.optional_dependencies:
            keys[str(package), optional, None] = package
        for development in package.dev_dependencies:
            keys[str(package), None, development] = package
    positions = {key: position for position, key in enumerate(keys)}
    edges: list[tuple[int, int, UniversalMarker]] = []
    for (identity, extra, group), package in keys.items():
        key = (identity, extra, group)
        rows: tuple[Dependency, ...]
        if extra is not None:
            edges.append((positions[key], positions[identity, None, None], UniversalMarker.of(TRUE)))
            rows = package.optional_dependencies[extra]
        elif group is not None:
            rows = package.dev_dependencies[group]
        else:
            rows = package.dependencies
        for row in rows:
            target = find_target(row, table[row.name])
            assert target is not None
            marker = parse_marker(row.marker) if row.marker else TRUE
            weight = UniversalMarker.of(requires_python.complexify(marker & environment))
            names: tuple[str | None, ...] = (None, *row.extra)
            edges.extend((positions[key], positions[str(target), name, None], weight) for name in names)
    edges = [edge for edge in edges if not _is_self_edge(list(keys), edge)]
    markers = _reachability(len(keys), edges, forks)
    nodes = tuple(
        ResolvedNode(
            name=PackageName(package.name),
            version=parse_version(package.version or "0"),
            extra=None if extra is None else ExtraName(extra),
            group=None if group is None else GroupName(group),
            dist=_dist(package),
            metadata=_metadata(package),
            marker=markers[position],
        )
        for position, ((_, extra, group), package) in enumerate(keys.items())
    )
    contextual = [
        ResolvedEdge(source, target, UniversalMarker.of(weight.marker & markers[source].pep508))
        for source, target, weight in edges
    ]
    return Resolution(nodes=nodes, edges=tuple(contextual), requires_python=requires_python, fork_markers=forks)


def request_of(lock: Lock) -> LockRequest:
    """Return what was asked when the lock was made."""
    requires_python = RequiresPython.from_text(lock.requires_python)
    return LockRequest(
        root=ROOT,
        manifest=lock.manifest,
        options=lock.options,
        supported_environments=parse_environments(lock.supported_markers, requires_python),
        required_environments=parse_environments(lock.required_markers, requires_python),
        conflicts=Conflicts(tuple(ConflictSet(tuple(map(conflict_item, items))) for items in lock.conflicts)),
    )


def _is_self_edge(keys: list[Key], edge: tuple[int, int, UniversalMarker]) -> bool:
    source, target, _ = edge
    return keys[source][0] == keys[target][0]


def _reachability(
    count: int, edges: list[tuple[int, int, UniversalMarker]], forks: tuple[UniversalMarker, ...]
) -> list[UniversalMarker]:
    start = UniversalMarker.of(TRUE)
    if forks:
        start = UNIVERSAL_FALSE
        for fork in forks:
            start = start | fork
    incoming = {target for _, target, _ in edges}
    markers = [UNIVERSAL_FALSE if position in incoming else start for position in range(count)]
    work = [position for position in range(count) if position not in incoming]
    while work:
        position = work.pop()
        for source, target, weight in edges:
            if source == position:
                reached = markers[target] | (weight & markers[position])
                if reached != markers[target]:
                    markers[target] = reached
                    work.append(target)
    return markers


def _dist(package: Package) -> Dist:
    name, source = PackageName(package.name), package.source
    if source.kind == "registry":
        local = source.is_path_registry
        url = path_to_url(absolute_path(source.location, ROOT)) if local else source.location
        index = IndexLocation(url=url, given=source.location)
        return RegistryDist(
            name=name,
            version=parse_version(package.version or ""),
            index=index,
            wheels=tuple(_artifact(row, index) for row in package.wheels),
            sdist=None if package.sdist is None else _artifact(package.sdist, index),
        )
    rows = [row for row in (package.sdist, *package.wheels) if row is not None]
    hashes = tuple(row.hash for row in rows if row.hash)
    if source.kind == "git":
        return DirectDist(name=name, source=git_source(parse_git_source(source)), hashes=hashes)
    kind: ArchiveKind = "wheel" if source.is_wheel else "sdist"
    if source.kind == "url":
        url_source = UrlSource(url=source.location, subdirectory=source.subdirectory, kind=kind)
        return DirectDist(name=name, source=url_source, hashes=hashes)
    path = absolute_path(source.location, ROOT)
    if source.kind == "path":
        return DirectDist(name=name, source=PathSource(path=path, kind=kind, given=source.location), hashes=hashes)
    tree = DirectorySource(
        path=path, editable=source.kind == "editable", virtual=source.kind == "virtual", given=source.location
    )
    return DirectDist(name=name, source=tree)


def _artifact(row: Artifact, index: IndexLocation) -> IndexArtifact:
    url = row.url
    if url is None:
        url = path_to_url(absolute_path(row.path or "", index.url.removeprefix("file://")))
    return IndexArtifact(
        filename=row.name or "",
        url=url,
        hashes=() if row.hash is None else (row.hash, "md5:00"),
        size=row.size,
        upload_time=None if row.upload_time is None else _milliseconds(row.upload_time),
        zstd=None if row.zstd is None else ((row.zstd.hash or "", "md5:00"), row.zstd.size),
    )


def _milliseconds(text: str) -> int:
    from datetime import datetime

    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _metadata(package: Package) -> DistMetadata:
    metadata = package.metadata
    return DistMetadata(
        name=PackageName(package.name),
        version=parse_version(package.version or "0"),
        requires=tuple(row_requirement(row, ROOT) for row in reversed(metadata.requires_dist)),
        groups={
            GroupName(group): tuple(row_requirement(row, ROOT) for row in rows)
            for group, rows in metadata.requires_dev.items()
        },
        provides_extra=tuple(map(ExtraName, metadata.provides_extras)),
        dynamic=package.version is None,
    )

"""``pylock.toml``: locks in the standard's format (PEP 751), as uv writes it.

Specification: https://packaging.python.org/en/latest/specifications/pylock-toml/
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from ultraviolet.distributions.artifact import Artifact as IndexArtifact
from ultraviolet.distributions.dist import DirectDist, Dist, RegistryDist
from ultraviolet.distributions.resolution import Resolution, ResolvedNode
from ultraviolet.distributions.source import DirectorySource, GitSource, PathSource, UrlSource
from ultraviolet.distributions.urls import split_fragment, url_filename
from ultraviolet.lock.canonical import package_sort_key
from ultraviolet.lock.choices import Target, editable_override
from ultraviolet.lock.dists import (
    ANYTHING_GOES,
    BuildRules,
    index_artifact,
    package_index,
    parse_time,
    source_dist,
)
from ultraviolet.lock.errors import LockError
from ultraviolet.lock.export import ExportOptions
from ultraviolet.lock.flat import flatten
from ultraviolet.lock.from_resolution import format_time
from ultraviolet.lock.model import Lock, Package
from ultraviolet.lock.requirements import locked_path
from ultraviolet.lock.writer import toml_string
from ultraviolet.standards.filenames import parse_wheel_filename
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.tags import Tags
from ultraviolet.standards.versions import Version, parse_version
from ultraviolet.standards.wheel_markers import wheel_is_relevant

_HASH_ORDER = ("md5", "sha256", "sha384", "sha512", "blake2b")


class PylockFile(msgspec.Struct, frozen=True, kw_only=True):
    """One archive: the value of ``sdist`` or ``archive``, or an item of ``wheels``."""

    name: str | None = None
    """Only where the URL ends in another name."""
    url: str | None = None
    path: str | None = None
    upload_time: int | None = None
    """Milliseconds since the epoch, UTC; written with whole seconds."""
    size: int | None = None
    """Bytes."""
    subdirectory: str | None = None
    hashes: tuple[str, ...] = ()
    """``algorithm:hex``."""


class PylockVcs(msgspec.Struct, frozen=True, kw_only=True):
    """A commit of a git repository."""

    url: str
    requested_revision: str | None = None
    commit: str
    subdirectory: str | None = None


class PylockDirectory(msgspec.Struct, frozen=True, kw_only=True):
    """A source tree."""

    path: str
    editable: bool | None = None


class PylockPackage(msgspec.Struct, frozen=True, kw_only=True):
    """One ``[[packages]]``."""

    name: str
    version: str | None = None
    """Left out for source trees."""
    marker: str | None = None
    index: str | None = None
    vcs: PylockVcs | None = None
    directory: PylockDirectory | None = None
    archive: PylockFile | None = None
    sdist: PylockFile | None = None
    wheels: tuple[PylockFile, ...] = ()


class Pylock(msgspec.Struct, frozen=True, kw_only=True):
    """A whole file."""

    requires_python: str | None = None
    packages: tuple[PylockPackage, ...] = ()


class GitArchiveUnsupported(LockError):
    """The standard has no place for an archive inside a repository."""


def pylock_from_lock(lock: Lock, target: Target, options: ExportOptions) -> Pylock:
    """Return what a target needs of a lock.

    :raises LockError: a project is not locked, or a package has no usable source.
    """
    flat = flatten(
        lock, target, extras=options.extras, groups=options.groups, prune=options.prune, install=options.filter
    )
    flat.sort(key=lambda item: package_sort_key(item.package))
    return Pylock(
        requires_python=lock.requires_python,
        packages=tuple(
            _locked_package(item.package, target.root, item.marker.to_string(), options)
            for item in flat
            if item.package.source.kind != "virtual"
        ),
    )


def _locked_package(package: Package, root: str, marker: str | None, options: ExportOptions) -> PylockPackage:
    source = package.source
    found = source_dist(package, root)
    dist = None if found is None else found[0]
    directory: PylockDirectory | None = None
    archive: PylockFile | None = None
    vcs: PylockVcs | None = None
    sdist: PylockFile | None = None
    wheels: tuple[PylockFile, ...] = ()
    row = package.sdist
    digests = () if row is None or row.hash is None else (row.hash,)
    if source.is_source_tree:
        override = editable_override(package.name, options.editable, options.not_editable)
        editable = {None: source.kind == "editable", False: None, True: True}[override]
        directory = PylockDirectory(path=source.location, editable=editable)
    elif source.kind == "git" and isinstance(dist, DirectDist) and isinstance(dist.source, GitSource):
        if dist.source.archive is None:
            vcs = _vcs(dist.source)
    elif source.kind in ("url", "path"):
        size = None if row is None else row.size
        if dist is None:
            wheel = package.wheels[0] if package.wheels else None
            size = None if wheel is None else wheel.size
            digests = () if wheel is None or wheel.hash is None else (wheel.hash,)
        if source.kind == "path":
            archive = PylockFile(path=source.location, size=size, hashes=digests)
        else:
            # The URL of a source archive repeats the subdirectory as a fragment.
            fragment = "" if source.subdirectory is None or dist is None else f"#subdirectory={source.subdirectory}"
            subdirectory = source.subdirectory if dist is not None else None
            archive = PylockFile(url=source.location + fragment, size=size, subdirectory=subdirectory, hashes=digests)
    elif source.kind == "registry":
        wheels = tuple(_registry_wheel(index_artifact(package, wheel, root)) for wheel in package.wheels)
        if row is not None:
            artifact = index_artifact(package, row, root)
            sdist = PylockFile(
                url=artifact.url,
                upload_time=None if row.upload_time is None else parse_time(row.upload_time),
                size=row.size,
                hashes=digests,
            )
    return PylockPackage(
        name=package.name,
        version=None if directory is not None else package.version,
        marker=marker,
        index=package_index(source, root).url if source.kind == "registry" else None,
        vcs=vcs,
        directory=directory,
        archive=archive,
        sdist=sdist,
        wheels=wheels,
    )


def _registry_wheel(artifact: IndexArtifact) -> PylockFile:
    name = str(parse_wheel_filename(artifact.filename))
    return PylockFile(
        name=None if url_filename(artifact.url) == name else name,
        url=artifact.url,
        upload_time=artifact.upload_time,
        size=artifact.size,
        hashes=artifact.hashes,
    )


def _vcs(source: GitSource) -> PylockVcs:
    if source.commit is None:
        raise LockError(f"The commit of `{source.repository}` is not known")
    return PylockVcs(
        url=source.repository,
        requested_revision=source.reference,
        commit=source.commit,
        subdirectory=source.subdirectory,
    )


# From a resolution (``uv pip compile --format pylock.toml``)


def pylock_from_resolution(
    resolution: Resolution,
    root: str,
    *,
    omit: Collection[str] = (),
    tags: Tags | None = None,
    rules: BuildRules = ANYTHING_GOES,
) -> Pylock:
    """Return a solved graph as a ``pylock.toml`` in directory ``root``.

    :param omit: names to leave out.
    :param tags: of the one environment it was solved for.
    :raises GitArchiveUnsupported: a package is an archive inside a repository.
    """
    packages: list[tuple[tuple[object, ...], PylockPackage]] = []
    for node in resolution.nodes:
        dist = node.dist
        if node.extra is not None or node.group is not None or node.name in omit:
            continue
        if not isinstance(dist, RegistryDist | DirectDist):
            continue
        package = _resolved_package(
            node, dist, root, requires_python=resolution.requires_python, tags=tags, rules=rules
        )
        version: tuple[object, ...] = (0,) if package.version is None else (1, parse_version(package.version).key)
        packages.append(((node.name, version), package))
    packages.sort(key=lambda item: item[0])
    return Pylock(requires_python=resolution.requires_python.text(), packages=tuple(package for _, package in packages))


def _resolved_package(
    node: ResolvedNode,
    dist: Dist,
    root: str,
    *,
    requires_python: RequiresPython,
    tags: Tags | None,
    rules: BuildRules,
) -> PylockPackage:
    marker = node.marker.pep508.to_string()
    version: Version | None = node.version
    vcs, directory, archive, sdist = None, None, None, None
    wheels: tuple[PylockFile, ...] = ()
    if isinstance(dist, RegistryDist):
        if not rules.forbids_binary(node.name):
            wheels = tuple(
                _registry_wheel(wheel) for wheel in dist.wheels if _is_wanted(wheel, node, requires_python, tags)
            )
        if dist.sdist is not None and not rules.forbids_build(node.name):
            sdist = PylockFile(
                url=dist.sdist.url,
                upload_time=dist.sdist.upload_time,
                size=dist.sdist.size,
                hashes=dist.sdist.hashes,
            )
    else:
        source = dist.source
        hashes = node.hashes or dist.hashes
        if isinstance(source, UrlSource):
            url = split_fragment(source.url)[0]
            archive = PylockFile(url=url, subdirectory=source.subdirectory, hashes=hashes)
        elif isinstance(source, PathSource):
            archive = PylockFile(path=locked_path(source.path, source.given, root), hashes=hashes)
        elif isinstance(source, DirectorySource):
            path = locked_path(source.path, source.given, root)
            directory, version = PylockDirectory(path=path, editable=source.editable), None
        elif source.archive is not None:
            raise GitArchiveUnsupported(
                f"Package `{node.name}` is an archive in a Git repository, which is not supported"
            )
        else:
            vcs = _vcs(source)
    return PylockPackage(
        name=node.name,
        version=None if version is None else str(version),
        marker=marker,
        vcs=vcs,
        directory=directory,
        archive=archive,
        sdist=sdist,
        wheels=wheels,
    )


def _is_wanted(wheel: IndexArtifact, node: ResolvedNode, requires_python: RequiresPython, tags: Tags | None) -> bool:
    filename = parse_wheel_filename(wheel.filename)
    if tags is not None and not tags.is_compatible(filename):
        return False
    return wheel_is_relevant(filename, requires_python, node.marker.marker)


# Text


def write_pylock(pylock: Pylock) -> str:
    """Return the text of the file."""
    out = ['lock-version = "1.0"\ncreated-by = "uv"\n']
    if pylock.requires_python is not None:
        out.append(f"requires-python = {toml_string(pylock.requires_python)}\n")
    if not pylock.packages:
        out.append("packages = []\n")
    for package in pylock.packages:
        out.append("\n[[packages]]\n")
        for key, text in (
            ("name", package.name),
            ("version", package.version),
            ("marker", package.marker),
            ("index", package.index),
        ):
            if text is not None:
                out.append(f"{key} = {toml_string(text)}\n")
        if package.vcs is not None:
            out.append(f"vcs = {_vcs_table(package.vcs)}\n")
        if package.directory is not None:
            out.append(f"directory = {_directory_table(package.directory)}\n")
        if package.archive is not None:
            out.append(f"archive = {_archive_table(package.archive)}\n")
        if package.sdist is not None:
            out.append(f"sdist = {_file_table(package.sdist)}\n")
        if len(package.wheels) == 1:
            out.append(f"wheels = [{_file_table(package.wheels[0])}]\n")
        elif package.wheels:
            rows = "".join(f"    {_file_table(wheel)},\n" for wheel in package.wheels)
            out.append(f"wheels = [\n{rows}]\n")
    return "".join(out)


def _table(pairs: Iterable[tuple[str, str | None]]) -> str:
    texts = [f"{key} = {value}" for key, value in pairs if value is not None]
    return f"{{ {', '.join(texts)} }}" if texts else "{}"


def _string(text: str | None) -> str | None:
    return None if text is None else toml_string(text)


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)


def _moment(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else format_time(milliseconds // 1000 * 1000)


def _hashes(digests: Iterable[str]) -> str:
    found = dict(digest.partition(":")[::2] for digest in digests)
    return _table((algorithm, _string(found.get(algorithm))) for algorithm in _HASH_ORDER)


def _vcs_table(vcs: PylockVcs) -> str:
    return _table(
        (
            ("type", '"git"'),
            ("url", _string(vcs.url)),
            ("requested-revision", _string(vcs.requested_revision)),
            ("commit-id", _string(vcs.commit)),
            ("subdirectory", _string(vcs.subdirectory)),
        )
    )


def _directory_table(directory: PylockDirectory) -> str:
    editable = None if directory.editable is None else str(directory.editable).lower()
    return _table((("path", _string(directory.path)), ("editable", editable)))


def _archive_table(archive: PylockFile) -> str:
    return _table(
        (
            ("url", _string(archive.url)),
            ("path", _string(archive.path)),
            ("size", _number(archive.size)),
            ("upload-time", _moment(archive.upload_time)),
            ("subdirectory", _string(archive.subdirectory)),
            ("hashes", _hashes(archive.hashes)),
        )
    )


def _file_table(file: PylockFile) -> str:
    return _table(
        (
            ("name", _string(file.name)),
            ("url", _string(file.url)),
            ("path", _string(file.path)),
            ("upload-time", _moment(file.upload_time)),
            ("size", _number(file.size)),
            ("hashes", _hashes(file.hashes)),
        )
    )

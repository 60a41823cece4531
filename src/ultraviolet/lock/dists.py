"""Locked packages as distributions to install: the best wheel, else the source distribution, with locked digests."""

from __future__ import annotations

from collections.abc import Sequence

from ultraviolet.distributions.artifact import Artifact as IndexArtifact
from ultraviolet.distributions.direct_urls import archive_kind
from ultraviolet.distributions.dist import DirectDist, Dist, RegistryDist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.source import DirectorySource, PathSource, UrlSource
from ultraviolet.distributions.urls import path_to_url
from ultraviolet.lock.errors import LockError
from ultraviolet.lock.model import Artifact, Package, Source
from ultraviolet.lock.sources import absolute_path, parse_git_source
from ultraviolet.standards.filenames import is_pep625_compliant, parse_wheel_filename, sdist_extension
from ultraviolet.standards.markers import MarkerEnvironment
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.tags import Tags
from ultraviolet.standards.versions import Version, parse_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object  # making real ones takes time


class BuildRules(Protocol):
    """Which packages must not be built, and which must be."""

    def forbids_build(self, name: PackageName) -> bool:
        """Whether source distributions of a package are ruled out."""

    def forbids_binary(self, name: PackageName) -> bool:
        """Whether wheels of a package are ruled out."""


class AnythingGoes:
    """No rules."""

    def forbids_build(self, name: PackageName) -> bool:  # noqa: ARG002
        """Allow builds."""
        return False

    def forbids_binary(self, name: PackageName) -> bool:  # noqa: ARG002
        """Allow wheels."""
        return False


class NotInstallable(LockError):
    """Nothing that was locked of a package can be installed here."""


class NotPep625(LockError):
    """The name of a locked source distribution has an extension that is no longer accepted."""


ANYTHING_GOES = AnythingGoes()


def package_dist(
    package: Package,
    root: str,
    tags: Tags,
    *,
    environment: MarkerEnvironment | None = None,
    rules: BuildRules = ANYTHING_GOES,
    any_wheel: bool = False,
) -> tuple[Dist, tuple[str, ...]]:
    """Return what to install of a package and the digests it must have.

    :param any_wheel: when no wheel fits, take the first: enough to read metadata from.
    :raises NotInstallable: no wheel fits and building is impossible or ruled out.
    """
    name = PackageName(package.name)
    no_binary = rules.forbids_binary(name)
    no_build = rules.forbids_build(name)
    if not no_binary:
        wheel = best_wheel(package.wheels, tags)
        if wheel is None and any_wheel and package.wheels:
            wheel = package.wheels[0]
        if wheel is not None:
            return _wheel_dist(package, wheel, root)
    sdist = source_dist(package, root)
    if sdist is not None and (not no_build or package.source.kind == "virtual"):
        return sdist
    raise _refusal(package, tags, environment, no_binary=no_binary, no_build=no_build)


def best_wheel(wheels: Sequence[Artifact], tags: Tags) -> Artifact | None:
    """Return the wheel that an interpreter prefers, by tags and then by build number."""
    best: Artifact | None = None
    best_rank: tuple[int, tuple[int, str] | tuple[()]] = (0, ())
    for wheel in wheels:
        filename = wheel.name or ""
        parts = filename[:-4].split("-")
        if len(parts) < 5:
            continue
        rank = tags.rank(parts[-3].split("."), parts[-2].split("."), parts[-1].split("."))
        if rank <= 0 or rank < best_rank[0]:
            continue
        build = parse_wheel_filename(filename).build or () if len(parts) == 6 else ()
        if (rank, build) > best_rank:
            best, best_rank = wheel, (rank, build)
    return best


def _wheel_dist(package: Package, wheel: Artifact, root: str) -> tuple[Dist, tuple[str, ...]]:
    source = package.source
    hashes = tuple(digest for digest in (wheel.hash, wheel.zstd.hash if wheel.zstd else None) if digest is not None)
    name, version = PackageName(package.name), _version(package)
    if source.kind == "registry":
        if version is None:
            raise LockError(f"Package `{name}` from a registry source has a missing `version` field")
        artifact = index_artifact(package, wheel, root)
        return RegistryDist(name=name, version=version, index=package_index(source, root), wheel=artifact), hashes
    if source.kind == "path":
        path = PathSource(path=absolute_path(source.location, root), kind="wheel", given=source.location)
        return DirectDist(name=name, source=path, version=version, hashes=hashes), hashes
    if source.kind == "url":
        url = UrlSource(url=source.location, subdirectory=source.subdirectory, kind="wheel")
        return DirectDist(name=name, source=url, version=version, hashes=hashes), hashes
    if source.kind == "git":
        git = parse_git_source(source)
        if git.path is not None:
            from ultraviolet.lock.requirements import git_source

            return DirectDist(name=name, source=git_source(git), version=version, hashes=hashes), hashes
    kind = "Git" if source.kind == "git" else source.kind
    raise LockError(f"Wheels cannot come from {kind} sources")


def source_dist(package: Package, root: str) -> tuple[Dist, tuple[str, ...]] | None:
    """Return the source distribution or tree of a package, if it has one.

    :raises NotPep625: its file name has an outdated extension.
    """
    source, name, version = package.source, PackageName(package.name), _version(package)
    hashes = () if package.sdist is None or package.sdist.hash is None else (package.sdist.hash,)
    if source.is_source_tree:
        tree = DirectorySource(
            path=absolute_path(source.location, root),
            editable=source.kind == "editable",
            virtual=source.kind == "virtual",
            given=source.location,
        )
        return DirectDist(name=name, source=tree, version=version), ()
    if source.kind == "registry":
        if package.sdist is None or version is None:
            return None
        artifact = index_artifact(package, package.sdist, root)
        if sdist_extension(artifact.filename) is None:
            raise LockError(f"Failed to parse file extension for `{package}`; expected one of: {_EXTENSIONS}")
        index = package_index(source, root)
        return RegistryDist(name=name, version=version, index=index, sdist=artifact, from_sdist=True), hashes
    if source.kind == "git":
        git = parse_git_source(source)
        if git.path is not None and _archive_kind(package, git.path) == "wheel":
            return None
        from ultraviolet.lock.requirements import git_source

        return DirectDist(name=name, source=git_source(git), version=version, hashes=hashes), hashes
    location = source.location.partition("?")[0].partition("#")[0]
    if _archive_kind(package, location) == "wheel":
        return None
    if not is_pep625_compliant(sdist_extension(location) or ""):
        raise NotPep625(
            f"Source distribution for `{package}` has a non-PEP 625-compliant filename; only `.tar.gz` and `.zip` "
            "archives are accepted"
        )
    if source.kind == "path":
        path = PathSource(path=absolute_path(source.location, root), kind="sdist", given=source.location)
        return DirectDist(name=name, source=path, version=version, hashes=hashes), hashes
    url = UrlSource(url=source.location, subdirectory=source.subdirectory, kind="sdist")
    return DirectDist(name=name, source=url, version=version, hashes=hashes), hashes


_EXTENSIONS = (
    "`.whl`, `.tar.gz`, `.zip`, `.tar.bz2`, `.tar.lz`, `.tar.lzma`, `.tar.xz`, `.tar.zst`, `.tar`, `.tbz`, `.tgz`, "
    "`.tlz`, or `.txz`"
)


def _archive_kind(package: Package, location: str) -> str:
    kind = archive_kind(location)
    if kind is None:
        raise LockError(f"Failed to parse file extension for `{package}`; expected one of: {_EXTENSIONS}")
    return kind


def _version(package: Package) -> Version | None:
    return None if package.version is None else parse_version(package.version)


def package_index(source: Source, root: str) -> IndexLocation:
    """Return the index that a registry source names."""
    if source.is_path_registry:
        return IndexLocation(url=path_to_url(absolute_path(source.location, root)), given=source.location)
    return IndexLocation(url=source.location)


def index_artifact(package: Package, row: Artifact, root: str) -> IndexArtifact:
    """Return a locked file as a file of its index.

    :raises LockError: the row does not say where the file is.
    """
    url = row.url
    if url is None and row.path is not None and package.source.is_path_registry:
        url = path_to_url(absolute_path(row.path, absolute_path(package.source.location, root)))
    if url is None:
        what = "path" if package.source.is_path_registry else "URL"
        raise LockError(f"Found registry distribution `{package.name}` (v{package.version}) without a valid {what}")
    return IndexArtifact(
        filename=row.name or "",
        url=url,
        hashes=() if row.hash is None else (row.hash,),
        size=row.size,
        upload_time=None if row.upload_time is None else parse_time(row.upload_time),
    )


def parse_time(text: str) -> int | None:
    """Return the milliseconds since the epoch of a locked time; None if it is not in UTC.

    >>> parse_time("2026-07-21T16:58:52.92Z")
    1784653132920
    """
    try:
        year, month, day = int(text[0:4]), int(text[5:7]), int(text[8:10])
        seconds = int(text[11:13]) * 3600 + int(text[14:16]) * 60 + int(text[17:19])
    except ValueError:
        return None
    if not text.endswith("Z"):
        return None
    # Days since the epoch in the proleptic Gregorian calendar, years starting in March.
    shifted = year - (month < 3)
    days = (
        shifted * 365
        + shifted // 4
        - shifted // 100
        + shifted // 400
        + (153 * ((month + 9) % 12) + 2) // 5
        + day
        - 719469
    )
    fraction = text[20:-1] if text[19] == "." else ""
    return (days * 86400 + seconds) * 1000 + int((fraction + "000")[:3])


def all_hashes(package: Package) -> tuple[str, ...]:
    """Return every digest of a package: of the source distribution, then of the wheels."""
    rows = [row for row in (package.sdist, *package.wheels) if row is not None]
    digests: list[str] = []
    for row in rows:
        if row.hash is not None:
            digests.append(row.hash)
        if row.zstd is not None and row.zstd.hash is not None:
            digests.append(row.zstd.hash)
    return tuple(digests)


def _refusal(
    package: Package, tags: Tags, environment: MarkerEnvironment | None, *, no_binary: bool, no_build: bool
) -> NotInstallable:
    start = f"Distribution `{package}` can't be installed because "
    if no_binary and no_build:
        return NotInstallable(start + "it is marked as both `--no-binary` and `--no-build`")
    if no_binary:
        why = "is itself a binary distribution" if package.source.is_wheel else "has no source distribution"
        return NotInstallable(f"{start}it is marked as `--no-binary` but {why}")
    if no_build:
        return NotInstallable(start + "it is marked as `--no-build` but has no binary distribution")
    from ultraviolet.lock.hints import wheel_hint

    filenames = [parse_wheel_filename(wheel.name or "") for wheel in package.wheels]
    hint = wheel_hint(package.name, package.version, filenames, tags, environment)
    if package.source.is_wheel:
        why = "the binary distribution is incompatible with the current platform"
    else:
        why = "it doesn't have a source distribution or wheel for the current platform"
    return NotInstallable(start + why, hints=() if hint is None else (hint,))

"""Reading ``pylock.toml`` (PEP 751): which distributions it installs in one environment.

Specification: https://packaging.python.org/en/latest/specifications/pylock-toml/
"""

from __future__ import annotations

import os.path
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from ultraviolet.distributions.artifact import Artifact
from ultraviolet.distributions.direct_urls import archive_kind
from ultraviolet.distributions.dist import DirectDist, Dist, RegistryDist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.source import DirectorySource, GitSource, PathSource, UrlSource
from ultraviolet.distributions.urls import path_to_url, url_filename
from ultraviolet.errors import UltravioletError
from ultraviolet.lock.dists import BuildRules
from ultraviolet.lock.errors import LockError
from ultraviolet.standards.filenames import WheelFilename, parse_sdist_filename, parse_wheel_filename
from ultraviolet.standards.markers import MarkerEnvironment, parse_marker
from ultraviolet.standards.names import PackageName, parse_package_name
from ultraviolet.standards.specifiers import parse_specifiers
from ultraviolet.standards.tags import Tags
from ultraviolet.standards.toml import TomlError, parse_toml
from ultraviolet.standards.versions import Version, parse_version

_SOURCES = (
    ("wheels", "registry", "a registry (`packages.wheels`)"),
    ("sdist", "registry", "a registry (`packages.sdist`)"),
    ("directory", "directory", "a directory"),
    ("vcs", "vcs", "a VCS"),
    ("archive", "archive", "an archive"),
)


class PylockTarget(msgspec.Struct, frozen=True, kw_only=True):
    """The environment to choose for, and what is asked for beyond the default."""

    markers: MarkerEnvironment
    tags: Tags
    extras: Collection[str] = ()
    groups: Collection[str] = ()
    rules: BuildRules


class PylockContent(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed file, packages not looked at yet."""

    root: str
    """Absolute directory that relative paths start from."""
    requires_python: str | None
    extras: tuple[str, ...]
    groups: tuple[str, ...]
    default_groups: tuple[str, ...]
    packages: tuple[Mapping[str, Any], ...]


def parse_pylock(text: str, root: str, shown: str) -> PylockContent:
    """Read the text of a file.

    :param shown: the path as messages name it.
    :raises LockError: it is no such file; the cause says why.
    """
    try:
        data = parse_toml(text)
        for field in ("lock-version", "created-by", "packages"):
            if field not in data:
                raise _missing_field(field, text)
        return PylockContent(
            root=root,
            requires_python=data.get("requires-python"),
            extras=tuple(data.get("extras") or ()),
            groups=tuple(data.get("dependency-groups") or ()),
            default_groups=tuple(data.get("default-groups") or ()),
            packages=tuple(data.get("packages") or ()),
        )
    except (TomlError, LockError) as error:
        raise LockError(f"Not a valid `pylock.toml` file: {shown}") from error


def _missing_field(field: str, text: str) -> LockError:
    first = text.partition("\n")[0].rstrip("\r")
    shown = f"1 | {first}".rstrip()
    return LockError(f"TOML parse error at line 1, column 1\n  |\n{shown}\n  | ^\nmissing field `{field}`")


def select_packages(content: PylockContent, target: PylockTarget) -> list[Dist]:
    """Return the distributions to install.

    :raises LockError: entries contradict each other, or a package cannot be installed here.
    """
    found: list[Dist] = []
    active: set[PackageName] = set()
    for package in content.packages:
        marker = package.get("marker")
        if marker is not None and not parse_marker(marker).evaluate_lists(
            target.markers, tuple(target.extras), tuple(target.groups)
        ):
            continue
        name = parse_package_name(package["name"])
        if name in active:
            raise LockError(f"Multiple active package entries found for `{name}`")
        active.add(name)
        _check_python(name, package, target)
        _check_sources(name, package)
        found.append(_choose(name, package, content.root, target))
    return found


def _check_python(name: PackageName, package: Mapping[str, Any], target: PylockTarget) -> None:
    required = package.get("requires-python")
    version = target.markers.python_full_version
    if required is not None and not parse_specifiers(required).contains(parse_version(version)):
        raise LockError(f"Package `{name}` requires Python {required}, but the target Python version is {version}")


def _check_sources(name: PackageName, package: Mapping[str, Any]) -> None:
    present = [(key, kind, words) for key, kind, words in _SOURCES if package.get(key) is not None]
    if not present:
        raise LockError(f"Package `{name}` must include one of: `wheels`, `directory`, `archive`, `sdist`, or `vcs`")
    for position, (key, kind, words) in enumerate(present):
        for other_key, other_kind, other in present[position + 1 :]:
            if kind != other_kind:
                first = words if "`" in words else f"{words} (`packages.{key}`)"
                second = f"{other} source (`packages.{other_key}`)" if other_kind != "registry" else other
                raise LockError(f"Package `{name}` includes both {first} and {second}")


def _choose(name: PackageName, package: Mapping[str, Any], root: str, target: PylockTarget) -> Dist:
    no_binary, no_build = target.rules.forbids_binary(name), target.rules.forbids_build(name)
    archive = package.get("archive")
    is_wheel = archive is not None and _archive_name(name, archive).endswith(".whl")
    wheel = None if no_binary else _best_wheel(package, target.tags)
    version = parse_version(package["version"]) if package.get("version") is not None else None
    if wheel is not None:
        return _registry_wheel(name, wheel, package, root)
    if not no_build:
        if package.get("sdist") is not None:
            return _registry_sdist(name, version, package, root)
        if package.get("directory") is not None:
            return _directory(name, version, package["directory"], root)
        if package.get("vcs") is not None:
            return _repository(name, version, package["vcs"], root)
    if archive is not None and not (no_binary if is_wheel else no_build):
        return _archive(name, version, archive, root)
    raise LockError(
        f"Package `{name}` can't be installed because "
        + _refusal(no_binary=no_binary, no_build=no_build, is_wheel=is_wheel)
    )


def _refusal(*, no_binary: bool, no_build: bool, is_wheel: bool) -> str:
    if no_binary and no_build:
        return "it is marked as both `--no-binary` and `--no-build`"
    if no_binary:
        if is_wheel:
            return "it is marked as `--no-binary` but is itself a binary distribution"
        return "it is marked as `--no-binary` but has no source distribution"
    if no_build:
        return "it is marked as `--no-build` but has no binary distribution"
    if is_wheel:
        return "the binary distribution is incompatible with the current platform"
    return "it doesn't have a source distribution or wheel for the current platform"


def _best_wheel(package: Mapping[str, Any], tags: Tags) -> Mapping[str, Any] | None:
    best: tuple[tuple[Any, ...], Mapping[str, Any]] | None = None
    for wheel in package.get("wheels") or ():
        try:
            filename = _wheel_filename(wheel)
        except UltravioletError:
            continue
        rank = tags.compatibility(filename)
        if rank is None:
            continue
        priority = (rank, filename.build is not None, filename.build or ())
        if best is None or priority > best[0]:
            best = (priority, wheel)
    return best[1] if best is not None else None


def _file_name(file: Mapping[str, Any]) -> str:
    if file.get("name") is not None:
        return str(file["name"])
    if file.get("path") is not None:
        return os.path.basename(str(file["path"]))
    return url_filename(str(file.get("url", "")))


def _wheel_filename(file: Mapping[str, Any]) -> WheelFilename:
    return parse_wheel_filename(_file_name(file))


def _file_url(file: Mapping[str, Any], root: str, missing: str) -> str:
    if file.get("path") is not None:
        path = os.path.normpath(os.path.join(root, file["path"]))
        _check_size(path, file)
        return path_to_url(path)
    if file.get("url") is None:
        raise LockError(missing)
    return str(file["url"])


def _check_size(path: str, file: Mapping[str, Any]) -> None:
    expected = file.get("size")
    if expected is None:
        return
    try:
        actual = os.stat(path).st_size
    except OSError as error:
        raise LockError(f"failed to query metadata of file `{path}`") from error
    if actual != expected:
        raise LockError(f"Archive `{path}` has size {actual}, but the lockfile records {expected}")


def _digests(file: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{algorithm}:{value}" for algorithm, value in (file.get("hashes") or {}).items())


def _index(package: Mapping[str, Any], url: str) -> IndexLocation:
    # Naming the index is optional: the place of the file then stands for it.
    index = package.get("index")
    return IndexLocation(url=str(index) if index is not None else url.rpartition("/")[0])


def _registry_wheel(name: PackageName, wheel: Mapping[str, Any], package: Mapping[str, Any], root: str) -> RegistryDist:
    url = _file_url(wheel, root, f"`packages.wheel` entry for `{name}` must have a `path` or `url`")
    filename = _wheel_filename(wheel)
    artifact = Artifact(filename=_file_name(wheel), url=url, hashes=_digests(wheel), size=wheel.get("size"))
    return RegistryDist(
        name=name, version=filename.version, index=_index(package, url), wheels=(artifact,), wheel=artifact
    )


def _registry_sdist(name: PackageName, version: Version | None, package: Mapping[str, Any], root: str) -> RegistryDist:
    sdist = package["sdist"]
    url = _file_url(sdist, root, f"`packages.sdist` entry for `{name}` must have a `path` or `url`")
    filename = _file_name(sdist)
    if version is None:
        version = parse_sdist_filename(filename, name).version
    artifact = Artifact(filename=filename, url=url, hashes=_digests(sdist), size=sdist.get("size"))
    return RegistryDist(name=name, version=version, index=_index(package, url), sdist=artifact, from_sdist=True)


def _directory(name: PackageName, version: Version | None, entry: Mapping[str, Any], root: str) -> DirectDist:
    path = os.path.normpath(os.path.join(root, entry["path"], entry.get("subdirectory") or ""))
    source = DirectorySource(path=path, editable=entry.get("editable"), virtual=False)
    return DirectDist(name=name, version=version, source=source)


def _repository(name: PackageName, version: Version | None, entry: Mapping[str, Any], root: str) -> DirectDist:
    url = entry.get("url")
    if url is None:
        if entry.get("path") is None:
            raise LockError(f"`packages.vcs` entry for `{name}` must have a `url` or `path`")
        url = path_to_url(os.path.normpath(os.path.join(root, entry["path"])))
    revision = entry.get("requested-revision")
    commit = str(entry["commit-id"])
    source = GitSource(
        repository=str(url).partition("#")[0].partition("?")[0],
        reference_kind="rev",
        reference=revision if revision is not None else commit,
        commit=commit,
        subdirectory=entry.get("subdirectory"),
    )
    return DirectDist(name=name, version=version, source=source)


def _archive_name(name: PackageName, archive: Mapping[str, Any]) -> str:
    if archive.get("path") is None and archive.get("url") is None:
        raise LockError(f"`packages.archive` entry for `{name}` must have a `path` or `url`")
    if archive.get("path") is not None:
        return os.path.basename(str(archive["path"]))
    return url_filename(str(archive["url"]))


def _archive(name: PackageName, version: Version | None, archive: Mapping[str, Any], root: str) -> DirectDist:
    filename = _archive_name(name, archive)
    kind = archive_kind(filename)
    if kind is None:
        raise LockError(f"Expected `{filename}` to end in a supported file extension")
    if kind == "wheel":
        version = parse_wheel_filename(filename).version
    source: PathSource | UrlSource
    if archive.get("path") is not None:
        path = os.path.normpath(os.path.join(root, archive["path"]))
        _check_size(path, archive)
        source = PathSource(path=path, kind=kind)
    else:
        source = UrlSource(url=archive["url"].partition("#")[0], subdirectory=archive.get("subdirectory"), kind=kind)
    return DirectDist(name=name, version=version, source=source, hashes=_digests(archive))

"""The general reader: TOML data of any layout to the values of a lock, each value checked.

A failure names the path of the value that TOML error messages point at: the value itself where it stands alone, the whole
table where uv flattens the keys of a package or a row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ultraviolet.errors import UltravioletError
from ultraviolet.lock.model import (
    EMPTY_METADATA,
    Artifact,
    ConflictRow,
    Cutoff,
    Dependency,
    Lock,
    Manifest,
    Options,
    Package,
    PackageMetadata,
    RequirementRow,
    ScopedExclude,
    ScopedOverride,
    ScopeRow,
    Source,
    StaticMetadata,
    Zstd,
)

Path = tuple[str | int, ...]
Data = dict[str, Any]
Value = TypeVar("Value")


class WireError(Exception):
    """A value is missing or has the wrong shape; the path says where to point."""

    def __init__(self, reason: str, path: Path) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


def lock_from_tables(data: Data) -> Lock:
    """Return the lock that TOML data describes.

    :raises WireError: a key is missing, a value has the wrong type or does not parse.
    """
    version = _integer(_required(data, "version", ()), ("version",))
    revision = _integer(data["revision"], ("revision",)) if "revision" in data else 0
    requires_python = _text(_required(data, "requires-python", ()), ("requires-python",))
    _checked(_parse_specifiers, requires_python, ("requires-python",))
    packages_key = "distribution" if "package" not in data and "distribution" in data else "package"
    return Lock(
        version=version,
        revision=revision,
        requires_python=requires_python,
        resolution_markers=_markers(data, "resolution-markers", ()),
        supported_markers=_markers(data, "supported-markers", ()),
        required_markers=_markers(data, "required-markers", ()),
        conflicts=tuple(
            tuple(_conflict(item, (*path, position)) for position, item in enumerate(_list(items, path)))
            for path, items in _items(data, "conflicts", ())
        ),
        options=_options(_table(data.get("options", {}), ("options",)), ("options",)),
        manifest=_manifest(_table(data.get("manifest", {}), ("manifest",)), ("manifest",)),
        packages=tuple(_package(_table(item, path), path) for path, item in _items(data, packages_key, ())),
    )


def schema_version(data: Data) -> int | None:
    """Return the schema version, if the data has one at all."""
    version = data.get("version")
    return version if isinstance(version, int) and not isinstance(version, bool) and version >= 0 else None


def _options(data: Data, path: Path) -> Options:
    choices = {
        "resolution-mode": ("highest", "lowest", "lowest-direct"),
        "prerelease-mode": ("disallow", "allow", "if-necessary", "explicit", "if-necessary-or-explicit"),
        "fork-strategy": ("fewest", "requires-python"),
    }
    chosen: dict[str, str] = {}
    for key, allowed in choices.items():
        if key in data:
            chosen[key.replace("-", "_")] = _choice(data[key], allowed, (*path, key))
    modes = _table(data.get("prerelease-package", {}), (*path, "prerelease-package"))
    cutoffs = _table(data.get("exclude-newer-package", {}), (*path, "exclude-newer-package"))
    timestamp = _optional_text(data, "exclude-newer", path)
    span = _optional_text(data, "exclude-newer-span", path)
    cutoff = Cutoff(span=span) if span is not None else Cutoff(timestamp) if timestamp is not None else None
    return Options(
        **chosen,
        prerelease_package={
            _name(name, (*path, "prerelease-package")): _choice(
                mode, choices["prerelease-mode"], (*path, "prerelease-package", name)
            )
            for name, mode in modes.items()
        },
        exclude_newer=cutoff,
        exclude_newer_package={
            _name(name, (*path, "exclude-newer-package")): _package_cutoff(
                value, (*path, "exclude-newer-package", name)
            )
            for name, value in cutoffs.items()
        },
    )


def _package_cutoff(value: Any, path: Path) -> Any:
    if value is False:
        return False
    if isinstance(value, dict):
        span = _optional_text(value, "span", path)
        timestamp = _optional_text(value, "timestamp", path)
        if span is None and timestamp is None:
            raise WireError("missing field `timestamp`", path)
        return Cutoff(span=span) if span is not None else Cutoff(timestamp)
    return Cutoff(_text(value, path))


def _manifest(data: Data, path: Path) -> Manifest:
    groups = _table(data.get("dependency-groups", {}), (*path, "dependency-groups"))
    return Manifest(
        members=tuple(sorted({_name(item, place) for place, item in _items(data, "members", path)})),
        requirements=_requirements(data, "requirements", path),
        constraints=_requirements(data, "constraints", path),
        overrides=tuple(_override(item, place) for place, item in _items(data, "overrides", path)),
        excludes=tuple(_exclude(item, place) for place, item in _items(data, "excludes", path)),
        build_constraints=_requirements(data, "build-constraints", path),
        dependency_groups={
            _name(name, (*path, "dependency-groups")): _requirements(groups, name, (*path, "dependency-groups"))
            for name in sorted(groups)
        },
        dependency_metadata=tuple(
            _static_metadata(_table(item, place), place) for place, item in _items(data, "dependency-metadata", path)
        ),
    )


def _override(item: Any, path: Path) -> RequirementRow | ScopedOverride:
    data = _table(item, path)
    if "package" not in data:
        return _requirement(data, path)
    return ScopedOverride(_scope(data["package"], (*path, "package")), _requirements(data, "dependencies", path))


def _exclude(item: Any, path: Path) -> str | ScopedExclude:
    if isinstance(item, str):
        return _name(item, path)
    data = _table(item, path)
    return ScopedExclude(
        _scope(_required(data, "package", path), (*path, "package")), _names(data, "dependencies", path)
    )


def _scope(item: Any, path: Path) -> ScopeRow:
    data = _table(item, path)
    return ScopeRow(_name(_required(data, "name", path), (*path, "name")), _version(data, (*path, "version")))


def _static_metadata(data: Data, path: Path) -> StaticMetadata:
    extras = "provides-extras" if "provides-extras" in data else "provides-extra"
    return StaticMetadata(
        name=_name(_required(data, "name", path), (*path, "name")),
        version=_version(data, (*path, "version")),
        requires_dist=tuple(_text(item, place) for place, item in _items(data, "requires-dist", path)),
        requires_python=_optional_text(data, "requires-python", path),
        provides_extras=_names(data, extras, path),
    )


def _package(data: Data, path: Path) -> Package:
    # The identity is flattened into the table, so its failures point at the header.
    name = _name(_required(data, "name", path), path)
    version = _version(data, path)
    source = _source(_required(data, "source", path), path)
    groups_key = "dependency-groups" if "dev-dependencies" not in data else "dev-dependencies"
    metadata = data.get("metadata")
    return Package(
        name,
        version,
        source,
        resolution_markers=_markers(data, "resolution-markers", path),
        dependencies=_dependencies(data, "dependencies", path),
        sdist=_artifact(_table(data["sdist"], (*path, "sdist")), (*path, "sdist")) if "sdist" in data else None,
        wheels=tuple(_wheel(_table(item, place), place) for place, item in _items(data, "wheels", path)),
        optional_dependencies=_sections(data, "optional-dependencies", path),
        dev_dependencies=_sections(data, groups_key, path),
        metadata=EMPTY_METADATA if metadata is None else _metadata(metadata, (*path, "metadata")),
    )


def _metadata(item: Any, path: Path) -> PackageMetadata:
    data = _table(item, path)
    key = "dependency-groups" if "requires-dev" not in data else "requires-dev"
    groups = _table(data.get(key, {}), (*path, key))
    return PackageMetadata(
        requires_dist=_requirements(data, "requires-dist", path),
        provides_extras=_names(data, "provides-extras", path),
        requires_dev={_name(name, (*path, key)): _requirements(groups, name, (*path, key)) for name in sorted(groups)},
    )


def _sections(data: Data, key: str, path: Path) -> dict[str, tuple[Dependency, ...]]:
    path = (*path, key)
    table = _table(data.get(key, {}), path)
    return {_name(name, path): _dependencies(table, name, path) for name in sorted(table)}


def _dependencies(data: Data, key: str, path: Path) -> tuple[Dependency, ...]:
    return tuple(_dependency(_table(item, place), place) for place, item in _items(data, key, path))


def _dependency(data: Data, path: Path) -> Dependency:
    return Dependency(
        _name(_required(data, "name", path), path),
        _version(data, path),
        _source(data["source"], path) if "source" in data else None,
        tuple(sorted(set(_names(data, "extra", path)))),
        _marker(data["marker"], (*path, "marker")) if "marker" in data else "",
    )


def _source(item: Any, path: Path) -> Source:
    if isinstance(item, dict):
        for kind in ("registry", "git", "url", "path", "directory", "editable", "virtual"):
            location = item.get(kind)
            if not isinstance(location, str):
                continue
            if kind == "git":
                return _git(location, path)
            if kind == "url":
                subdirectory = item.get("subdirectory")
                return Source("url", location, subdirectory if isinstance(subdirectory, str) else None)
            return Source(kind, location if kind == "registry" else location or ".")
    raise WireError("data did not match any variant of untagged enum SourceWire", path)


def _git(location: str, path: Path) -> Source:
    from ultraviolet.lock.sources import InvalidGitSource, parse_git_source

    source = Source("git", location)
    try:
        parse_git_source(source)
    except InvalidGitSource as error:
        raise WireError(str(error), path) from error
    return source


def _artifact(data: Data, path: Path) -> Artifact:
    zstd = data.get("zstd")
    time_key = "upload_time" if "upload_time" in data else "upload-time"
    url, location, filename = (_optional_text(data, key, path) for key in ("url", "path", "filename"))
    return Artifact(
        url=url,
        path=location if url is None else None,
        filename=filename if url is None and location is None else None,
        hash=_hash(data, path),
        size=_integer(data["size"], (*path, "size")) if "size" in data else None,
        upload_time=_optional_text(data, time_key, path),
        zstd=_zstd(_table(zstd, (*path, "zstd")), (*path, "zstd")) if zstd is not None else None,
    )


def _zstd(data: Data, path: Path) -> Zstd:
    return Zstd(_hash(data, path), _integer(data["size"], (*path, "size")) if "size" in data else None)


def _wheel(data: Data, path: Path) -> Artifact:
    from ultraviolet.standards.filenames import parse_wheel_filename

    row = _artifact(data, path)
    filename = row.name
    if filename is None:
        raise WireError("wheel has no URL, path, or filename", path[:-1])
    try:
        parse_wheel_filename(filename)
    except UltravioletError as error:
        raise WireError(f"failed to parse `{filename}` as wheel filename: {error}", path[:-1]) from error
    return row


def _hash(data: Data, path: Path) -> str | None:
    text = _optional_text(data, "hash", path)
    if text is None:
        return None
    algorithm, separator, _ = text.partition(":")
    path = (*path, "hash")
    if not separator:
        raise WireError("expected '{algorithm}:{digest}', but found no ':' in hash digest", path)
    if algorithm not in ("md5", "sha256", "sha384", "sha512", "blake2b"):
        raise WireError("unrecognized hash algorithm", path)
    return text


def _requirements(data: Data, key: str, path: Path) -> tuple[RequirementRow, ...]:
    return tuple(_requirement(_table(item, place), place) for place, item in _items(data, key, path))


def _requirement(data: Data, path: Path) -> RequirementRow:
    specifier = _optional_text(data, "specifier", path) or ""
    if specifier:
        _checked(_parse_specifiers, specifier, path)
    return RequirementRow(
        name=_name(_required(data, "name", path), path),
        extras=_names(data, "extras", path),
        groups=_names(data, "groups", path),
        marker=_marker(data["marker"], path) if "marker" in data else "",
        specifier=specifier,
        conflict=_conflict(data["conflict"], (*path, "conflict")) if "conflict" in data else None,
        **{
            key: _optional_text(data, key, path)
            for key in ("index", "url", "subdirectory", "git", "path", "directory", "editable", "virtual")
        },
    )


def _conflict(item: Any, path: Path) -> ConflictRow:
    data = _table(item, path)
    package = _name(_required(data, "package", path), (*path, "package"))
    extra = _name(data["extra"], (*path, "extra")) if "extra" in data else None
    group = _name(data["group"], (*path, "group")) if "group" in data else None
    if extra is not None and group is not None:
        raise WireError("Cannot specify both `extra` and `group` in conflicting item", path)
    return ConflictRow(package, extra, group)


def _markers(data: Data, key: str, path: Path) -> tuple[str, ...]:
    return tuple(_marker(item, place) for place, item in _items(data, key, path))


def _marker(item: Any, path: Path) -> str:
    from ultraviolet.standards.markers import parse_marker

    text = _text(item, path)
    _checked(parse_marker, text, path)
    return text


def _parse_specifiers(text: str) -> object:
    from ultraviolet.standards.specifiers import parse_specifiers

    return parse_specifiers(text)


def _version(data: Data, place: Path) -> str | None:
    from ultraviolet.standards.versions import parse_version

    text = data.get("version")
    if text is None:
        return None
    if not isinstance(text, str):
        raise WireError(_wrong_type(text, "a string"), place)
    return str(_checked(parse_version, text, place))


def _name(item: Any, path: Path) -> str:
    from ultraviolet.standards.names import normalize_name

    return _checked(normalize_name, _text(item, path), path)


def _names(data: Data, key: str, path: Path) -> tuple[str, ...]:
    return tuple(_name(item, place) for place, item in _items(data, key, path))


def _checked(parse: Callable[[str], Value], text: str, path: Path) -> Value:
    try:
        return parse(text)
    except UltravioletError as error:
        raise WireError(str(error), path) from error


def _required(data: Data, key: str, path: Path) -> Any:
    if key not in data:
        raise WireError(f"missing field `{key}`", path)
    return data[key]


def _items(data: Data, key: str, path: Path) -> list[tuple[Path, Any]]:
    if key not in data:
        return []
    path = (*path, key)
    return [((*path, position), item) for position, item in enumerate(_list(data[key], path))]


def _list(item: Any, path: Path) -> list[Any]:
    if not isinstance(item, list):
        raise WireError(_wrong_type(item, "a sequence"), path)
    return item


def _table(item: Any, path: Path) -> Data:
    if not isinstance(item, dict):
        raise WireError(_wrong_type(item, "a map"), path)
    return item


def _text(item: Any, path: Path) -> str:
    if not isinstance(item, str):
        raise WireError(_wrong_type(item, "a string"), path)
    return item


def _optional_text(data: Data, key: str, path: Path) -> str | None:
    return _text(data[key], (*path, key)) if key in data else None


def _integer(item: Any, path: Path) -> int:
    if isinstance(item, bool) or not isinstance(item, int):
        raise WireError(_wrong_type(item, "u32"), path)
    if item < 0:
        raise WireError(f"invalid value: integer `{item}`, expected u32", path)
    return item


def _choice(item: Any, allowed: tuple[str, ...], path: Path) -> str:
    text = _text(item, path)
    if text not in allowed:
        names = ", ".join(f"`{name}`" for name in allowed)
        raise WireError(f"unknown variant `{text}`, expected one of {names}", path)
    return text


def _wrong_type(item: Any, expected: str) -> str:
    if isinstance(item, bool):
        found = f"boolean `{str(item).lower()}`"
    elif isinstance(item, int):
        found = f"integer `{item}`"
    elif isinstance(item, float):
        found = f"floating point `{item}`"
    elif isinstance(item, str):
        found = f'string "{item}"'
    elif isinstance(item, list):
        found = "sequence"
    else:
        found = "map"
    return f"invalid type: {found}, expected {expected}"

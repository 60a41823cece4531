"""What the backend reads from ``pyproject.toml``: ``[project]`` (PEP 621, 639, 794) and ``[tool.uv.build-backend]``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from ultraviolet.backend.errors import BackendError, os_reason, shown
from ultraviolet.standards import shapes
from ultraviolet.standards.names import ExtraName, dist_info_name, parse_extra_name, parse_package_name
from ultraviolet.standards.requirements import Pep508Requirement, parse_requirement
from ultraviolet.standards.shapes import Path, ShapeError, located
from ultraviolet.standards.specifiers import Specifiers, parse_specifiers
from ultraviolet.standards.toml import TomlError, parse_toml
from ultraviolet.standards.versions import parse_version

DATA_KINDS = ("purelib", "platlib", "headers", "scripts", "data")


class BackendSettings(msgspec.Struct, frozen=True, kw_only=True):
    """``[tool.uv.build-backend]``."""

    module_root: str = "src"
    module_name: str | tuple[str, ...] | None = None
    source_include: tuple[str, ...] = ()
    default_excludes: bool = True
    source_exclude: tuple[str, ...] = ()
    wheel_exclude: tuple[str, ...] = ()
    namespace: bool = False
    data: dict[str, str] = {}
    """Directory by kind."""


class BackendProject(msgspec.Struct, frozen=True, kw_only=True):
    """A project as the backend sees it: ``[project]`` checked and read."""

    root: str
    name: str
    """Normalised."""
    given_name: str
    version: str
    """Normalised."""
    table: Mapping[str, Any]
    """``[project]``, every known key of its right shape."""
    dependencies: tuple[Pep508Requirement, ...] = ()
    optional_dependencies: tuple[tuple[ExtraName, tuple[Pep508Requirement, ...]], ...] = ()
    """Sorted by extra."""
    requires_python: Specifiers | None = None
    build_requires: tuple[str, ...] = ()
    settings: BackendSettings = BackendSettings()

    @property
    def stem(self) -> str:
        """``name-version`` as files spell it."""
        return f"{dist_info_name(self.name)}-{self.version}"

    @property
    def dist_info(self) -> str:
        """Name of the metadata directory."""
        return self.stem + ".dist-info"


def read_project(root: str, *, cwd: str = "") -> BackendProject:
    """Read the project in a directory.

    :param cwd: paths in messages are relative to it.
    :raises BackendError: the file is missing or malformed.
    """
    path = os.path.join(root, "pyproject.toml")
    text = read_text(path)
    try:
        document = parse_toml(text)
    except TomlError as error:
        raise BackendError(f"Invalid metadata format in: {shown(path, cwd)}") from error
    try:
        return _project(root, document)
    except ShapeError as error:
        place = located(text, error) if error.path else TomlError(error.message, text=text, start=0, end=0)
        raise BackendError(f"Invalid metadata format in: {shown(path, cwd)}") from place


def read_text(path: str) -> str:
    """Read a UTF-8 file as it is, line ends included.

    :raises BackendError: it cannot be read.
    """
    try:
        with open(path, encoding="utf-8", newline="") as stream:
            return stream.read()
    except OSError as error:
        verb = "read from" if error.errno == 21 else "open"
        raise BackendError(f"failed to {verb} file `{path}`: {os_reason(error)}") from None
    except UnicodeDecodeError:
        raise BackendError(f"failed to read from file `{path}`: stream did not contain valid UTF-8") from None


def _project(root: str, document: Mapping[str, Any]) -> BackendProject:
    if "project" not in document:
        raise ShapeError("missing field `project`", ())
    path: Path = ("project",)
    table = shapes.table(document["project"], path, "struct Project")
    read: dict[str, Any] = {}
    for key, value in table.items():
        reader = _FIELDS.get(key)
        if reader is not None:
            read[key] = reader(value, (*path, key))
    for key in ("name", "version"):
        if key not in read:
            raise ShapeError(f"missing field `{key}`", path)
    settings = _settings(document.get("tool"))
    if "build-system" not in document:
        raise ShapeError("missing field `build-system`", ())
    build_system = shapes.table(document["build-system"], ("build-system",), "struct BuildSystem")
    if "requires" not in build_system:
        raise ShapeError("missing field `requires`", ("build-system",))
    return BackendProject(
        root=root,
        name=read["name"],
        given_name=table["name"],
        version=str(read["version"]),
        table=table,
        dependencies=read.get("dependencies", ()),
        optional_dependencies=read.get("optional-dependencies", ()),
        requires_python=read.get("requires-python"),
        build_requires=shapes.strings(build_system["requires"], ("build-system", "requires")),
        settings=settings,
    )


# -- the fields of [project]


def _requirement_list(value: Any, path: Path) -> tuple[Pep508Requirement, ...]:
    return tuple(
        shapes.parsed(item, (*path, index), parse_requirement) for index, item in enumerate(shapes.array(value, path))
    )


def _optional_dependencies(value: Any, path: Path) -> tuple[tuple[ExtraName, tuple[Pep508Requirement, ...]], ...]:
    rows = shapes.unique(value, path, parse_extra_name, duplicate="duplicate normalized extra name `{}`")
    return tuple(sorted((extra, _requirement_list(items, (*path, spelling))) for extra, items, spelling in rows))


def _text_table(value: Any, path: Path) -> Mapping[str, str]:
    table = shapes.table(value, path, "a map")
    for key, item in table.items():
        shapes.string(item, (*path, key))
    return table


def _table_of_text_tables(value: Any, path: Path) -> Mapping[str, Mapping[str, str]]:
    table = shapes.table(value, path, "a map")
    for key, item in table.items():
        _text_table(item, (*path, key))
    return table


def _readme(value: Any, path: Path) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and isinstance(value.get("content-type"), str):
        charset = value.get("charset")
        if (charset is None or isinstance(charset, str)) and any(
            isinstance(value.get(key), str) for key in ("file", "text")
        ):
            return value
    raise ShapeError("data did not match any variant of untagged enum Readme", path)


def _licence(value: Any, path: Path) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and any(isinstance(value.get(key), str) for key in ("text", "file")):
        return value
    raise ShapeError("data did not match any variant of untagged enum License", path)


def _contacts(value: Any, path: Path) -> Any:
    for item in shapes.array(value, path):
        known = isinstance(item, dict) and item and not set(item) - {"name", "email"}
        if not known or not all(isinstance(text, str) for text in item.values()):
            raise ShapeError("a table with 'name' and/or 'email' keys", path)
    return value


def _classifiers(value: Any, path: Path) -> tuple[str, ...]:
    found = shapes.strings(value, path)
    for classifier in found:
        parts = classifier.split(" :: ")
        if len(parts) < 2 or not all(parts):
            raise ShapeError(f"`project.classifiers` contains an invalid classifier: {classifier}", path)
    return found


_FIELDS: dict[str, Callable[[Any, Path], Any]] = {
    "name": lambda value, path: shapes.parsed(value, path, parse_package_name),
    "version": lambda value, path: shapes.parsed(value, path, parse_version),
    "description": shapes.string,
    "readme": _readme,
    "requires-python": lambda value, path: shapes.parsed(value, path, parse_specifiers),
    "license": _licence,
    "license-files": shapes.strings,
    "authors": _contacts,
    "maintainers": _contacts,
    "keywords": shapes.strings,
    "classifiers": _classifiers,
    "urls": _text_table,
    "scripts": _text_table,
    "gui-scripts": _text_table,
    "entry-points": _table_of_text_tables,
    "dependencies": _requirement_list,
    "optional-dependencies": _optional_dependencies,
    "import-names": shapes.strings,
    "import-namespaces": shapes.strings,
    "dynamic": shapes.strings,
}


# -- [tool.uv.build-backend]


def _settings(tool: Any) -> BackendSettings:
    path: Path = ("tool", "uv", "build-backend")
    uv = shapes.table(tool, path[:1], "struct Tool").get("uv") if tool is not None else None
    raw = shapes.table(uv, path[:2], "struct ToolUv").get("build-backend") if uv is not None else None
    if raw is None:
        return BackendSettings()
    read: dict[str, Any] = {}
    for key, value in shapes.table(raw, path, "struct BuildBackendSettings").items():
        reader = _SETTINGS.get(key)
        if reader is not None:
            read[key.replace("-", "_")] = reader(value, (*path, key))
    return BackendSettings(**read)


def _module_name(value: Any, path: Path) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise ShapeError("data did not match any variant of untagged enum ModuleName", path)


def _data(value: Any, path: Path) -> dict[str, str]:
    table = shapes.table(value, path, "struct WheelDataIncludes")
    shapes.known_fields(table, path, DATA_KINDS)
    return {key: shapes.string(item, (*path, key), "path string") for key, item in table.items()}


_SETTINGS: dict[str, Callable[[Any, Path], Any]] = {
    "module-root": lambda value, path: shapes.string(value, path, "path string"),
    "module-name": _module_name,
    "source-include": shapes.strings,
    "default-excludes": shapes.boolean,
    "source-exclude": shapes.strings,
    "wheel-exclude": shapes.strings,
    "namespace": shapes.boolean,
    "data": _data,
}

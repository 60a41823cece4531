"""Overrides and exclusions of ``[tool.uv]``: for the whole resolution, or for the dependencies of one package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ultraviolet.standards import shapes
from ultraviolet.standards.names import PackageName, parse_package_name
from ultraviolet.standards.requirements import Pep508Requirement, parse_requirement
from ultraviolet.standards.shapes import Path, ShapeError
from ultraviolet.standards.versions import Version, parse_version


class ScopedDependencies(msgspec.Struct, frozen=True):
    """Overrides or exclusions for the dependencies of one package (at one version)."""

    package: PackageName
    version: Version | None
    requirements: tuple[Pep508Requirement, ...] = ()
    names: tuple[PackageName, ...] = ()
    """For exclusions."""


def read_overrides(value: Any, path: Path) -> tuple[Pep508Requirement | ScopedDependencies, ...]:
    """Read ``override-dependencies``.

    :raises ShapeError: an item is neither a requirement nor a table of a package and requirements.
    """
    found: list[Pep508Requirement | ScopedDependencies] = []
    for index, item in enumerate(shapes.array(value, path)):
        here = (*path, index)
        if isinstance(item, str):
            found.append(shapes.parsed(item, here, parse_requirement))
        elif isinstance(item, dict):
            try:
                package, version = _read_scope(item, here)
                requirements = tuple(shapes.parsed(entry, here, parse_requirement) for entry in _entries(item, here))
            except ShapeError:
                raise ShapeError("data did not match any variant of untagged enum MapOverride", here) from None
            found.append(ScopedDependencies(package, version, requirements))
        else:
            raise shapes.wrong_type(item, "a string or map", here)
    return tuple(found)


def read_exclusions(value: Any, path: Path) -> tuple[PackageName | ScopedDependencies, ...]:
    """Read ``exclude-dependencies``.

    :raises ShapeError: an item is neither a name nor a table of a package and names.
    """
    found: list[PackageName | ScopedDependencies] = []
    for index, item in enumerate(shapes.array(value, path)):
        here = (*path, index)
        if isinstance(item, str):
            found.append(shapes.parsed(item, here, parse_package_name))
        elif isinstance(item, dict):
            try:
                package, version = _read_scope(item, here)
                names = tuple(shapes.parsed(name, here, parse_package_name) for name in _entries(item, here))
            except ShapeError as error:
                raise ShapeError(error.message, here) from None  # as uv, which no longer knows the place within
            found.append(ScopedDependencies(package, version, names=names))
        else:
            raise shapes.wrong_type(item, "a string or map", here)
    return tuple(found)


def _read_scope(item: Mapping[str, Any], path: Path) -> tuple[PackageName, Version | None]:
    shapes.known_fields(item, path, ("package", "dependencies"))
    if "package" not in item:
        raise ShapeError("missing field `package`", path)
    scope = shapes.table(item["package"], path, "struct PackageExclusionTarget")
    shapes.known_fields(scope, path, ("name", "version"))
    if "name" not in scope:
        raise ShapeError("missing field `name`", path)
    name = shapes.parsed(scope["name"], path, parse_package_name)
    version = scope.get("version")
    return name, None if version is None else shapes.parsed(version, path, parse_version)


def _entries(item: Mapping[str, Any], path: Path) -> list[Any]:
    if "dependencies" not in item:
        raise ShapeError("missing field `dependencies`", path)
    return shapes.array(item["dependencies"], path)

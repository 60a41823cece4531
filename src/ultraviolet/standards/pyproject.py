"""The standard tables of ``pyproject.toml``: ``[project]``, ``[build-system]`` and ``[dependency-groups]``.

Specification: https://packaging.python.org/en/latest/specifications/pyproject-toml/ (PEP 518, PEP 621)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ultraviolet.standards import shapes
from ultraviolet.standards.names import ExtraName, PackageName, parse_extra_name, parse_package_name
from ultraviolet.standards.shapes import Path, ShapeError
from ultraviolet.standards.specifiers import Specifiers, parse_specifiers
from ultraviolet.standards.versions import Version, parse_version


class ProjectTable(msgspec.Struct, frozen=True, kw_only=True):
    """The ``[project]`` table, as far as resolving and installing need it."""

    name: PackageName
    version: Version | None
    """None when dynamic."""
    dynamic: tuple[str, ...]
    requires_python: Specifiers | None
    dependencies: tuple[str, ...] | None
    """Texts as written; None when the key is missing."""
    optional_dependencies: Mapping[ExtraName, tuple[str, ...]] | None
    """In declaration order; None when the key is missing."""
    has_scripts: bool
    """Whether ``scripts`` or ``gui-scripts`` is there."""

    def is_dynamic(self, field: str) -> bool:
        """Whether a backend computes the field."""
        return field in self.dynamic


class BuildSystemTable(msgspec.Struct, frozen=True, kw_only=True):
    """The ``[build-system]`` table."""

    requires: tuple[str, ...]
    build_backend: str | None = None
    backend_path: tuple[str, ...] | None = None


def read_project(value: Any, path: Path = ("project",)) -> ProjectTable:
    """Read ``[project]``.

    :raises ShapeError: it has another shape, or lacks its name or version.
    """
    if isinstance(value, list) and not any(isinstance(item, dict) for item in value):
        raise ShapeError(f"invalid length {len(value)}, expected struct ProjectWire with 8 elements", path)
    if isinstance(value, list):
        raise ShapeError("invalid type: map, expected a string", path)
    project = shapes.table(value, path, "struct ProjectWire")
    fields: dict[str, Any] = {}
    for key, item in project.items():
        reader = _PROJECT_FIELDS.get(key)
        if reader is not None:
            fields[key] = reader(item, (*path, key))
    if "name" not in fields:
        raise ShapeError(
            "`pyproject.toml` is using the `[project]` table, but the required `project.name` field is not set", path
        )
    dynamic = fields.get("dynamic", ())
    if "version" not in fields and "version" not in dynamic:
        raise ShapeError(
            "`pyproject.toml` is using the `[project]` table, but the required `project.version` field is neither set "
            "nor present in the `project.dynamic` list",
            path,
        )
    return ProjectTable(
        name=fields["name"],
        version=fields.get("version"),
        dynamic=dynamic,
        requires_python=fields.get("requires-python"),
        dependencies=fields.get("dependencies"),
        optional_dependencies=fields.get("optional-dependencies"),
        has_scripts="scripts" in project or "gui-scripts" in project,
    )


def _read_extras(value: Any, path: Path) -> dict[ExtraName, tuple[str, ...]]:
    pairs = shapes.unique(value, path, parse_extra_name, duplicate="duplicate normalized extra name `{}`")
    return {name: shapes.strings(item, (*path, key)) for name, item, key in pairs}


_PROJECT_FIELDS: Mapping[str, Any] = {
    "name": lambda value, path: shapes.parsed(value, path, parse_package_name),
    "version": lambda value, path: shapes.parsed(value, path, parse_version),
    "dynamic": shapes.strings,
    "requires-python": lambda value, path: shapes.parsed(value, path, parse_specifiers),
    "dependencies": shapes.strings,
    "optional-dependencies": _read_extras,
}


def read_build_system(value: Any, path: Path = ("build-system",)) -> BuildSystemTable:
    """Read ``[build-system]``.

    :raises ShapeError: it has another shape.
    """
    system = shapes.table(value, path, "struct BuildSystem")
    if "requires" not in system:
        raise ShapeError("missing field `requires`", path)
    backend = system.get("build-backend")
    backend_path = system.get("backend-path")
    return BuildSystemTable(
        requires=shapes.strings(system["requires"], (*path, "requires")),
        build_backend=None if backend is None else shapes.string(backend, (*path, "build-backend")),
        backend_path=None if backend_path is None else shapes.strings(backend_path, (*path, "backend-path")),
    )

"""The ``[build-system]`` table: which backend builds a source tree, and what it needs (PEP 517, PEP 518)."""

from __future__ import annotations

import os
from typing import Any

import msgspec

from ultraviolet.build.errors import BuildError, InvalidBackendPath, InvalidSourceTree
from ultraviolet.standards import shapes
from ultraviolet.standards.names import parse_package_name
from ultraviolet.standards.requirements import parse_requirement
from ultraviolet.standards.shapes import Path, ShapeError, located
from ultraviolet.standards.toml import TomlError, parse_toml
from ultraviolet.standards.versions import parse_version

LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
LEGACY_REQUIRES = ("setuptools >= 40.8.0",)


class BuildSystem(msgspec.Struct, frozen=True, kw_only=True):
    """The backend of a source tree."""

    backend: str
    """Import path, with an optional ``:object``."""
    requires: tuple[str, ...]
    """PEP 508 texts."""
    backend_path: tuple[str, ...] = ()
    name: str | None = None
    """``project.name`` as written."""
    version: str | None = None
    dynamic: tuple[str, ...] = ()
    """``project.dynamic``."""
    warning: str | None = None
    """Said to the user before a build that is probably not meant."""
    ignores_settings: bool = False
    """Whether ``tool.uv.build-backend`` is there although another backend builds."""

    @property
    def is_setuptools(self) -> bool:
        """Whether builds may write into the source tree and so need a lock."""
        return self.backend.partition(":")[0] in {"setuptools.build_meta", "setuptools.build_meta_legacy"}

    @property
    def has_unreliable_metadata(self) -> bool:
        """Whether prepared metadata may differ from that of the wheel: hatchling runs its metadata hooks only when it builds."""
        return self.backend == "hatchling.build" and any(
            field in ("dependencies", "optional-dependencies") for field in self.dynamic
        )

    @property
    def has_default_requires(self) -> bool:
        """Whether what is required is what a ``setup.py`` without more needs."""
        return len(self.requires) == 1 and "".join(self.requires[0].split()) == "".join(LEGACY_REQUIRES[0].split())


def read_build_system(tree: str) -> BuildSystem:
    """Read the build system of a source tree.

    :raises InvalidSourceTree: neither ``pyproject.toml`` nor ``setup.py`` are there.
    :raises BuildError: ``pyproject.toml`` is malformed.
    """
    try:
        with open(os.path.join(tree, "pyproject.toml"), "rb") as stream:
            content = stream.read()
    except FileNotFoundError:
        if not os.path.isfile(os.path.join(tree, "setup.py")):
            raise InvalidSourceTree(
                f"{tree} does not appear to be a Python project, as neither `pyproject.toml` nor `setup.py` are present in "
                "the directory"
            ) from None
        return BuildSystem(backend=LEGACY_BACKEND, requires=LEGACY_REQUIRES)
    try:
        document = parse_toml(content.decode())
    except UnicodeDecodeError:
        raise BuildError("stream did not contain valid UTF-8") from None
    except TomlError as error:
        raise BuildError("Invalid `pyproject.toml`") from error
    try:
        return parse_build_system(document, tree)
    except ShapeError as error:
        raise BuildError(
            "`pyproject.toml` does not match the required schema. When the `[project]` table is present, "
            "`project.name` must be present and non-empty."
        ) from located(content.decode(), error)


def parse_build_system(document: dict[str, Any], tree: str) -> BuildSystem:
    """Interpret a parsed ``pyproject.toml``; ``tree`` is where ``backend-path`` and legacy files are looked for.

    :raises ShapeError: a field is missing or of another type.
    :raises InvalidBackendPath: see :class:`InvalidBackendPath`.
    """
    facts = _project_facts(document.get("project"))
    tool = document.get("tool")
    uv = tool.get("uv") if isinstance(tool, dict) else None
    uv = uv if isinstance(uv, dict) else {}
    if "build-system" not in document:
        warning = None
        if "project" not in document and not any(
            os.path.isfile(os.path.join(tree, file)) for file in ("setup.py", "setup.cfg")
        ):
            warning = _doubtful(tree, is_workspace="workspace" in uv)
        return BuildSystem(
            backend=LEGACY_BACKEND,
            requires=LEGACY_REQUIRES,
            warning=warning,
            ignores_settings="build-backend" in uv,
            **facts,
        )
    path: Path = ("build-system",)
    table = shapes.table(document["build-system"], path, "struct BuildSystem")
    if "requires" not in table:
        raise ShapeError("missing field `requires`", path)
    requires = shapes.strings(table["requires"], (*path, "requires"))
    for index, text in enumerate(requires):
        shapes.parsed(text, (*path, "requires", index), parse_requirement)
    backend = shapes.string(table["build-backend"], (*path, "build-backend")) if "build-backend" in table else None
    backend_path = _backend_path(table.get("backend-path"), (*path, "backend-path"))
    _check_backend_path(backend_path, tree)
    return BuildSystem(
        backend=backend if backend is not None else LEGACY_BACKEND,
        requires=requires,
        backend_path=backend_path,
        ignores_settings="build-backend" in uv and backend != "uv_build" and not backend_path,
        **facts,
    )


def _project_facts(project: object) -> dict[str, Any]:
    if project is None:
        return {}
    path: Path = ("project",)
    table = shapes.table(project, path, "struct Project")
    if "name" not in table:
        raise ShapeError("missing field `name`", path)
    shapes.parsed(table["name"], (*path, "name"), parse_package_name)
    if "version" in table:
        shapes.parsed(table["version"], (*path, "version"), parse_version)
    return {
        "name": table["name"],
        "version": table.get("version"),
        "dynamic": shapes.strings(table["dynamic"], (*path, "dynamic")) if "dynamic" in table else (),
    }


def _doubtful(tree: str, *, is_workspace: bool) -> str:
    if is_workspace:
        return (
            f"`{tree}` appears to be a workspace root without a Python project; consider using `uv sync` to install the "
            "workspace, or add a `[build-system]` table to `pyproject.toml`"
        )
    return (
        f"`{tree}` does not appear to be a Python project, as the `pyproject.toml` does not include a `[build-system]` "
        "table, and neither `setup.py` nor `setup.cfg` are present in the directory"
    )


def _backend_path(value: object, path: Path) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        # A plain `"."` was published by flit_core 2.3.0.
        if value != ".":
            raise ShapeError(f"invalid value: {shapes.describe(value)}, expected list of strings", path)
        return (value,)
    if not isinstance(value, list):
        raise shapes.wrong_type(value, "list of strings", path)
    return shapes.strings(value, path)


def _check_backend_path(entries: tuple[str, ...], tree: str) -> None:
    """Check that the entries are directories inside the tree (PEP 517, in-tree build backends)."""
    root = os.path.realpath(tree)
    for entry in entries:
        outside = InvalidBackendPath(f"`backend-path` entry `{entry}` must be a relative path within the source tree")
        if os.path.isabs(entry):
            raise outside
        if not os.path.isdir(os.path.join(root, entry)):
            raise InvalidBackendPath(f"`backend-path` entry `{entry}` does not exist or is not a directory")
        path = os.path.realpath(os.path.join(root, entry))
        if path != root and not path.startswith(root + os.sep):
            raise outside

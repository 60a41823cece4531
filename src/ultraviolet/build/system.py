"""The ``[build-system]`` table: which backend builds a source tree, and what it needs (PEP 517, PEP 518)."""

from __future__ import annotations

import os
from typing import Any

import msgspec

from ultraviolet.build.errors import BuildError, InvalidBackendPath, InvalidSourceTree

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
    warning: str | None = None
    """Said to the user before a build that is probably not meant."""

    @property
    def is_setuptools(self) -> bool:
        """Whether builds may write into the source tree and so need a lock."""
        return self.backend.partition(":")[0] in {"setuptools.build_meta", "setuptools.build_meta_legacy"}

    @property
    def is_default(self) -> bool:
        """Whether nothing was stated."""
        return self.backend == LEGACY_BACKEND and self.requires == LEGACY_REQUIRES


def read_build_system(tree: str) -> BuildSystem:
    """Read the build system of a source tree.

    :raises InvalidSourceTree: neither ``pyproject.toml`` nor ``setup.py`` are there.
    :raises BuildError: ``pyproject.toml`` is malformed.
    """
    import tomllib

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
        document = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BuildError("Invalid `pyproject.toml`") from error
    return parse_build_system(document, tree)


def parse_build_system(document: dict[str, Any], tree: str) -> BuildSystem:
    """Interpret a parsed ``pyproject.toml``; ``tree`` is where ``backend-path`` and legacy files are looked for."""
    project = document.get("project")
    name = version = None
    if project is not None:
        name = project.get("name") if isinstance(project, dict) else None
        if not isinstance(name, str) or not name:
            raise BuildError(
                "`pyproject.toml` does not match the required schema. When the `[project]` table is present, "
                "`project.name` must be present and non-empty."
            )
        stated = project.get("version")
        version = stated if isinstance(stated, str) else None
    table = document.get("build-system")
    if not isinstance(table, dict):
        legacy = any(os.path.isfile(os.path.join(tree, file)) for file in ("setup.py", "setup.cfg"))
        warning = None
        if project is None and not legacy:
            warning = (
                f"`{tree}` does not appear to be a Python project, as the `pyproject.toml` does not include a "
                "`[build-system]` table, and neither `setup.py` nor `setup.cfg` are present in the directory"
            )
        return BuildSystem(
            backend=LEGACY_BACKEND, requires=LEGACY_REQUIRES, name=name, version=version, warning=warning
        )
    requires = table.get("requires")
    if not isinstance(requires, list) or not all(isinstance(item, str) for item in requires):
        raise BuildError("Invalid `pyproject.toml`") from BuildError(
            "`build-system.requires` must be a list of requirement strings"
        )
    backend = table.get("build-backend")
    return BuildSystem(
        backend=backend if isinstance(backend, str) else LEGACY_BACKEND,
        requires=tuple(requires),
        backend_path=_backend_path(table.get("backend-path"), tree),
        name=name,
        version=version,
    )


def _backend_path(value: object, tree: str) -> tuple[str, ...]:
    """Check ``backend-path``: directories inside the tree (PEP 517, in-tree build backends)."""
    if value is None:
        return ()
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list):
        raise InvalidBackendPath("`backend-path` must be a list of relative paths")
    root = os.path.realpath(tree)
    for entry in entries:
        if not isinstance(entry, str):
            raise InvalidBackendPath("`backend-path` must be a list of relative paths")
        path = os.path.realpath(os.path.join(root, entry))
        if os.path.isabs(entry) or (path != root and not path.startswith(root + os.sep)):
            raise InvalidBackendPath(f"`backend-path` entry `{entry}` must be a relative path within the source tree")
        if not os.path.isdir(path):
            raise InvalidBackendPath(f"`backend-path` entry `{entry}` does not exist or is not a directory")
    return tuple(entries)

"""Which modules a project consists of (``module-root``, ``module-name``, ``namespace``), checked against what is there."""

from __future__ import annotations

import os
from collections.abc import Callable

from ultraviolet.backend.errors import BackendError, shown
from ultraviolet.backend.project import BackendProject
from ultraviolet.standards.names import dist_info_name


def module_roots(
    project: BackendProject, *, cwd: str = "", warn: Callable[[str], None] | None = None
) -> tuple[str, list[str]]:
    """Return (absolute module root, module directories relative to it).

    :param warn: told of names that lie inside other ones.
    :raises BackendError: a module is missing, misnamed or outside the project.
    """
    settings = project.settings
    root = os.path.normpath(os.path.join(project.root, settings.module_root))
    if root != project.root and not root.startswith(project.root.rstrip(os.sep) + os.sep):
        raise BackendError(f"Module root must be inside the project: {os.path.normpath(settings.module_root)}")
    stated = settings.module_name
    if stated is None:
        if settings.namespace:
            return root, [dist_info_name(project.name)]
        return root, [_default_module(project, root, cwd)]
    names = [stated] if isinstance(stated, str) else _pruned(stated, warn)
    if settings.namespace:
        return root, [name.replace(".", "/") for name in names]
    return root, [_named_module(root, name, cwd) for name in names]


def _pruned(names: tuple[str, ...], warn: Callable[[str], None] | None) -> list[str]:
    """Drop names that lie inside another one."""
    kept: list[str] = []
    for name in sorted(names):
        if not (kept and (name == kept[-1] or name.startswith(kept[-1] + "."))):
            kept.append(name)
    if warn is not None and len(kept) != len(names):
        left = list(kept)
        ignored = []
        for name in names:
            if name in left:
                left.remove(name)
            else:
                ignored.append(name)
        plural = "" if len(ignored) == 1 else "s"
        warn(f"Ignoring redundant module name{plural} in `tool.uv.build-backend.module-name`: `{'`, `'.join(ignored)}`")
    return kept


def _default_module(project: BackendProject, root: str, cwd: str) -> str:
    """Return the module that the name of the project implies."""
    stem = project.name.removesuffix("-stubs")
    if stem != project.name:
        relative, init = f"{dist_info_name(stem)}-stubs", "__init__.pyi"
    else:
        relative, init = dist_info_name(project.name), "__init__.py"
    _require_file(os.path.join(root, relative, init), cwd)
    return relative


def _named_module(root: str, name: str, cwd: str) -> str:
    first, *rest = name.split(".")
    stubs = first.endswith("-stubs")
    for identifier in (first.removesuffix("-stubs"), *rest):
        reason = identifier_problem(identifier)
        if reason is not None:
            raise BackendError(f"Invalid module name: {name}") from BackendError(reason)
    relative = "/".join((first, *rest))
    _require_file(os.path.join(root, relative, "__init__.pyi" if stubs else "__init__.py"), cwd)
    parent = os.path.dirname(relative)
    while True:
        place = os.path.join(root, parent)
        if any(os.path.exists(os.path.join(place, file)) for file in ("__init__.py", "__init__.pyi")):
            raise BackendError(
                f"For namespace packages, `__init__.py[i]` is not allowed in parent directory: {shown(place, cwd)}"
            )
        if not parent:
            return relative
        parent = os.path.dirname(parent)


def _require_file(path: str, cwd: str) -> None:
    if not os.path.isfile(path):
        raise BackendError(f"Expected a Python module at: {shown(path, cwd)}")


def identifier_problem(text: str) -> str | None:
    """Return why a text is no identifier; None when it is one."""
    if not text:
        return "An identifier must not be empty"
    if not (text[0] == "_" or text[0].isalpha()):
        return f"Invalid first character `{text[0]}` for identifier `{text}`, expected an underscore or an alphabetic character"
    for position, char in enumerate(text):
        if not (char == "_" or char.isalnum()):
            return (
                f"Invalid character `{char}` at position {position + 1} for identifier `{text}`, expected an underscore or "
                "an alphanumeric character"
            )
    return None

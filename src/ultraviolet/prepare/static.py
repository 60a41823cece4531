"""Metadata of an sdist without running its backend: static ``pyproject.toml``, then ``PKG-INFO`` of version 2.2 (PEP 621, 643)."""

from __future__ import annotations

import os
from typing import Any

from ultraviolet.errors import UltravioletError
from ultraviolet.standards.markers import parse_marker
from ultraviolet.standards.metadata import Metadata, parse_pkg_info
from ultraviolet.standards.names import parse_extra_name, parse_package_name
from ultraviolet.standards.requirements import parse_requirement
from ultraviolet.standards.specifiers import parse_specifiers
from ultraviolet.standards.versions import Version, parse_version

_NEEDED = ("dependencies", "optional-dependencies", "requires-python")


def read_static_metadata(tree: str, *, version: Version | None) -> Metadata | None:
    """Return the metadata that an unpacked source archive states, or None where only a build can tell.

    :param version: the version known from the index, which lets ``version`` itself be dynamic.
    """
    return _from_pyproject(tree, version) or _from_pkg_info(tree)


def _from_pyproject(tree: str, version: Version | None) -> Metadata | None:
    import tomllib

    try:
        with open(os.path.join(tree, "pyproject.toml"), "rb") as stream:
            document = tomllib.load(stream)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None
    project = document.get("project")
    if not isinstance(project, dict):
        return None
    if "poetry" in document.get("tool", {}) and "dependencies" not in project:
        return None
    try:
        return _static(project, version)
    except (UltravioletError, TypeError, AttributeError):
        return None


def _static(project: dict[str, Any], version: Version | None) -> Metadata | None:
    dynamic = project.get("dynamic", ())
    if any(field in dynamic for field in _NEEDED):
        return None
    stated = project.get("version")
    if stated is not None:
        version = parse_version(stated)
    elif version is None or "version" not in dynamic:
        return None
    requires = [str(parse_requirement(text)) for text in project.get("dependencies", ())]
    extras = []
    for extra, texts in project.get("optional-dependencies", {}).items():
        name = parse_extra_name(extra)
        extras.append(name)
        condition = parse_marker(f"extra == '{name}'")
        requires += [_conditional(text, condition) for text in texts]
    requires_python = project.get("requires-python")
    if requires_python is not None:
        parse_specifiers(requires_python)
    return Metadata(
        name=parse_package_name(project["name"]),
        version=version,
        requires_dist=tuple(requires),
        requires_python=requires_python,
        provides_extra=tuple(extras),
        dynamic=stated is None,
    )


def _conditional(text: str, condition: Any) -> str:
    import msgspec

    requirement = parse_requirement(text)
    return str(msgspec.structs.replace(requirement, marker=requirement.marker & condition))


def _from_pkg_info(tree: str) -> Metadata | None:
    try:
        with open(os.path.join(tree, "PKG-INFO"), "rb") as stream:
            return parse_pkg_info(stream.read())
    except (OSError, UltravioletError):
        return None

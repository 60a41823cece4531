"""The environment to resolve for: the interpreter's, or the one that ``--python-version`` and ``--python-platform`` describe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from ultraviolet.errors import UltravioletError
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.standards.markers import MarkerEnvironment
from ultraviolet.standards.tags import Tags
from ultraviolet.standards.versions import Version, parse_version

if TYPE_CHECKING:
    from ultraviolet.environment.value import Environment
    from ultraviolet.standards.platforms import TargetPlatform


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """The environment to work on, and what to choose wheels for."""

    environment: Environment
    version: Version | None
    """``--python-version``."""
    markers: MarkerEnvironment
    tags: Tags


def full_version(version: Version) -> Version:
    """Return a version of Python with its patch number.

    >>> str(full_version(parse_version("3.12")))
    '3.12.0'
    >>> str(full_version(parse_version("3.9.0")))
    '3.9.0'
    """
    return version.with_release((*version.release, 0, 0)[:3])


def python_version(text: str) -> Version | None:
    """Read a version of Python, as ``--python-version`` accepts it; None for anything else."""
    try:
        version = parse_version(text)
    except UltravioletError:
        return None
    if version.dev is not None or version.is_local or version.epoch or any(part > 255 for part in version.release[:3]):
        return None
    return version


def find_platform(name: str | None, environ: Mapping[str, str]) -> TargetPlatform | None:
    """Look up ``--python-platform``."""
    if name is None:
        return None
    from ultraviolet.standards.platforms import target_platform

    return target_platform(name, environ)


def target_environment(
    interpreter: Interpreter, version: Version | None, platform: TargetPlatform | None
) -> MarkerEnvironment:
    """Return the values that markers are evaluated against."""
    values = dict(interpreter.markers)
    if platform is not None:
        values.update(platform.markers)
    if version is not None:
        full = str(full_version(version))
        if values["implementation_name"] == "cpython":
            values["implementation_version"] = full
        values["python_full_version"] = full
        release = (*version.release, 0)
        values["python_version"] = f"{release[0]}.{release[1]}"
    return MarkerEnvironment(**values).release_only()


def target_tags(interpreter: Interpreter, version: Version | None, platform: TargetPlatform | None) -> Tags:
    """Return the tags of wheels that can be installed there."""
    if version is None and platform is None:
        return interpreter.tags()
    if platform is not None:
        place, compatible = platform.platform, platform.manylinux_compatible
    else:
        place = interpreter.tags().platform
        compatible = interpreter.manylinux_compatible
    release = (*version.release, 0) if version is not None else interpreter.release
    return Tags.for_platform(
        place,
        implementation=interpreter.implementation_name,
        implementation_version=interpreter.implementation_release,
        python_version=(release[0], release[1]),
        manylinux_compatible=compatible,
        gil_disabled=interpreter.gil_disabled,
        debug=interpreter.debug,
        is_cross=True,
    )

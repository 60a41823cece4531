"""Wheels and markers: the environments a wheel's tags imply, and whether any environment of interest could use it."""

from __future__ import annotations

from typing import Final

from ultraviolet.standards.markers.leaves import string_leaf, version_leaf
from ultraviolet.standards.markers.marker import FALSE, TRUE, Marker, from_node, parse_marker
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.versions import Version
from ultraviolet.standards.wheel_tags import (
    MACOS_MACHINES,
    TaggedFilename,
    abi_class,
    platform_class,
    python_class,
)

_IMPLEMENTATIONS: Final = {
    "cp": "CPython",
    "cp-major": "CPython",
    "pp": "PyPy",
    "graalpy": "GraalPy",
    "pyston": "Pyston",
}
_WINDOWS_MACHINES: Final = {"win32": "x86", "win_amd64": "AMD64", "win_arm64": "ARM64"}

_SYSTEM_TEXT: Final = {
    "linux": "os_name == 'posix' and sys_platform == 'linux'",
    "windows": "os_name == 'nt' and sys_platform == 'win32'",
    "macos": "os_name == 'posix' and sys_platform == 'darwin'",
    "android": "sys_platform == 'android'",
}
_MACHINES: Final = {
    "arm64": ("aarch64", "arm64", "ARM64"),
    "x86_64": ("x86_64", "amd64", "AMD64"),
    "x86": ("i686", "i386", "win32", "x86"),
    "armv7l": ("armv7l", "armv8l"),
}
_OTHER_LINUX: Final = frozenset({"ppc64le", "ppc64", "s390x", "riscv64", "loongarch64", "armv7l", "armv6l"})
_COMMON_CLASSES: Final = {
    "aarch64": "arm64",
    "arm64": "arm64",
    "win_arm64": "arm64",
    "arm64_v8a": "arm64",
    "arm64_iphoneos": "arm64",
    "arm64_iphonesimulator": "arm64",
    "x86_64": "x86_64",
    "win_amd64": "x86_64",
    "x86_64_iphonesimulator": "x86_64",
    "i686": "x86",
    "i386": "x86",
    "win32": "x86",
}

_implied: Final[dict[tuple[tuple[str, ...], tuple[str, ...], bool], Marker]] = {}
_usable: Final[dict[tuple[str, ...], tuple[Marker, ...]]] = {}


def implied_markers(filename: TaggedFilename) -> Marker:
    """Return the environments a wheel is made for, as far as its tags tell."""
    stable = any((abi_class(tag) or ("",))[0] == "stable" for tag in filename.abi_tags)
    key = (tuple(filename.platform_tags), tuple(filename.python_tags), stable)
    marker = _implied.get(key)
    if marker is None:
        marker = _implied[key] = _platform_marker(key[0]) & _python_marker(key[1], stable=stable)
    return marker


def _platform_marker(tags: tuple[str, ...]) -> Marker:
    marker = FALSE
    for tag in tags:
        system, machine = platform_class(tag) or ("", "")
        if system == "any":
            return TRUE
        if system == "windows" and machine in _WINDOWS_MACHINES:
            marker |= _string("sys_platform", "win32") & _string("platform_machine", _WINDOWS_MACHINES[machine])
        elif system == "macos":
            machines = FALSE
            for name in MACOS_MACHINES[machine]:
                machines |= _string("platform_machine", name)
            marker |= _string("sys_platform", "darwin") & machines
        elif system == "linux":
            marker |= _string("sys_platform", "linux") & _string("platform_machine", machine)
    return marker


def _python_marker(tags: tuple[str, ...], *, stable: bool) -> Marker:
    marker = FALSE
    for tag in tags:
        python = python_class(tag)
        if python is None:
            continue
        kind, major, minor = python
        if kind == "none":
            return TRUE
        version = Version((major,) if minor is None else (major, minor))
        # With a stable ABI the tag names the oldest version, else the only one.
        part = from_node(version_leaf("python_version", ">=" if stable else "==.*", version))
        if kind in _IMPLEMENTATIONS:
            part &= _string("platform_python_implementation", _IMPLEMENTATIONS[kind])
        marker |= part
    return marker


def _string(key: str, value: str) -> Marker:
    return from_node(string_leaf(key, "==", value))


def wheel_is_relevant(filename: TaggedFilename, requires_python: RequiresPython, marker: Marker) -> bool:
    """Whether a wheel belongs in a lockfile: some Python in range and some environment of its package may use it.

    ``marker`` is the condition under which the package is reached, conflict items included.
    """
    if not requires_python.matches_wheel(filename):
        return False
    tags = tuple(filename.platform_tags)
    needed = _usable.get(tags)
    if needed is None:
        needed = _usable[tags] = _needed(tags)
    return not any(marker.is_disjoint(condition) for condition in needed)


def _needed(tags: tuple[str, ...]) -> tuple[Marker, ...]:
    """Return the conditions of which the package's marker must exclude none."""
    platforms = [(tag, *known) for tag in tags if (known := platform_class(tag)) is not None]
    if all(system == "any" for _, system, _ in platforms):
        return ()
    conditions = []
    systems = {system for _, system, _ in platforms}
    machines = {_machine_class(*platform) for platform in platforms}
    machine_marker = None
    if len(machines) == 1:
        machine = machines.pop()
        if machine is not None:
            names = _MACHINES.get(machine, (machine,))
            machine_marker = parse_marker(" or ".join([f"platform_machine == '{name}'" for name in names]))
    if len(systems) == 1:
        system = systems.pop()
        if system in _SYSTEM_TEXT:
            system_marker = parse_marker(_SYSTEM_TEXT[system])
            conditions.append(system_marker if machine_marker is None else system_marker & machine_marker)
    if machine_marker is not None:
        conditions.append(machine_marker)
    return tuple(conditions)


def _machine_class(tag: str, system: str, machine: str) -> str | None:
    if system == "android":
        return "arm64" if machine == "arm64_v8a" else None
    if system == "linux" and machine in _OTHER_LINUX:
        # The legacy aliases stand for these machines only where they ever existed.
        if tag.startswith(("manylinux1_", "manylinux2010_")):
            return None
        if tag.startswith("manylinux2014_") and machine in {"riscv64", "loongarch64"}:
            return None
        return machine
    return _COMMON_CLASSES.get(machine) if system in {"linux", "macos", "windows", "ios"} else None

"""Wheels and markers: the environments a wheel's tags imply, and whether any environment of interest could use it."""

from __future__ import annotations

from typing import Final, Literal

from ultraviolet.standards.filenames import WheelFilename
from ultraviolet.standards.markers.leaves import string_leaf, version_leaf
from ultraviolet.standards.markers.marker import FALSE, TRUE, Marker, from_node, parse_marker
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.tag_grammar import python_tag
from ultraviolet.standards.versions import Version

System = Literal["any", "linux", "windows", "macos", "android", "ios", "other"]

_IMPLEMENTATIONS: Final = {"cp": "CPython", "pp": "PyPy", "graalpy": "GraalPy", "pyston": "Pyston"}
_SYSTEMS: Final[dict[str, System]] = {
    "any": "any",
    "linux": "linux",
    "manylinux1": "linux",
    "manylinux2010": "linux",
    "manylinux2014": "linux",
    "manylinux": "linux",
    "musllinux": "linux",
    "win32": "windows",
    "win": "windows",
    "macosx": "macos",
    "android": "android",
    "ios": "ios",
}
_MACOS_MACHINES: Final = {
    "arm64": ("arm64",),
    "fat": ("x86_64", "ppc"),
    "fat32": ("x86_64", "i386", "ppc", "ppc64"),
    "fat64": ("x86_64", "ppc64"),
    "i386": ("i386",),
    "intel": ("x86_64", "i386"),
    "ppc": ("ppc",),
    "ppc64": ("ppc64",),
    "universal": ("x86_64", "i386", "ppc64", "ppc", "intel"),
    "universal2": ("x86_64", "arm64"),
    "x86_64": ("x86_64",),
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


def implied_markers(filename: WheelFilename) -> Marker:
    """Return the environments a wheel is made for, as far as its tags tell."""
    stable = "abi3" in filename.abi_tags or "abi3t" in filename.abi_tags
    key = (filename.platform_tags, filename.python_tags, stable)
    marker = _implied.get(key)
    if marker is None:
        marker = _implied[key] = _platform_marker(key[0]) & _python_marker(key[1], stable=stable)
    return marker


def _platform_marker(tags: tuple[str, ...]) -> Marker:
    marker = FALSE
    for tag in tags:
        system, machine = _platform(tag)
        if system == "any":
            return TRUE
        if system == "windows" and machine in _WINDOWS_MACHINES:
            marker |= _string("sys_platform", "win32") & _string("platform_machine", _WINDOWS_MACHINES[machine])
        elif system == "macos":
            machines = FALSE
            for name in _MACOS_MACHINES[machine]:
                machines |= _string("platform_machine", name)
            marker |= _string("sys_platform", "darwin") & machines
        elif system == "linux":
            marker |= _string("sys_platform", "linux") & _string("platform_machine", machine)
    return marker


def _python_marker(tags: tuple[str, ...], *, stable: bool) -> Marker:
    marker = FALSE
    for text in tags:
        tag = python_tag(text)
        if tag is None:
            continue
        if tag.family == "none":
            return TRUE
        version = Version((tag.major,) if tag.minor is None else (tag.major, tag.minor))
        # With a stable ABI the tag names the oldest version, else the only one.
        part = from_node(version_leaf("python_version", ">=" if stable else "==.*", version))
        if tag.family in _IMPLEMENTATIONS:
            part &= _string("platform_python_implementation", _IMPLEMENTATIONS[tag.family])
        marker |= part
    return marker


def _string(key: str, value: str) -> Marker:
    return from_node(string_leaf(key, "==", value))


def wheel_is_relevant(filename: WheelFilename, requires_python: RequiresPython, marker: Marker) -> bool:
    """Whether a wheel belongs in a lockfile: some Python in range and some environment of its package may use it.

    ``marker`` is the condition under which the package is reached, conflict items included.
    """
    if not requires_python.matches_wheel(filename):
        return False
    tags = filename.platform_tags
    needed = _usable.get(tags)
    if needed is None:
        needed = _usable[tags] = _needed(tags)
    return not any(marker.is_disjoint(condition) for condition in needed)


def _needed(tags: tuple[str, ...]) -> tuple[Marker, ...]:
    """Return the conditions of which the package's marker must exclude none."""
    platforms = [(tag, *_platform(tag)) for tag in tags]
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


def _platform(tag: str) -> tuple[System, str]:
    """Split a known platform tag into its system and its machine, or what stands for one; ``''`` if there is none."""
    family, _, rest = tag.partition("_")
    system = _SYSTEMS.get(family, "other")
    if system == "windows":
        return system, tag
    if family in {"manylinux", "musllinux", "macosx", "ios"}:
        return system, rest.split("_", 2)[2]
    if family == "android":
        return system, rest.split("_", 1)[1]
    return system, rest


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

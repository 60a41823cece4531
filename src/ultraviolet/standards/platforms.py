"""Platforms: which platform tags one supports, best first, and the targets of ``--python-platform``.

The lists follow the platform compatibility tags specification: PEP 600 and its predecessors for glibc, PEP 656 for
musl, PEP 730 (iOS), PEP 738 (Android), PEP 783 (Emscripten), and what ``packaging.tags`` does for macOS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from ultraviolet.standards.errors import InvalidPlatform

OperatingSystem = Literal[
    "manylinux",
    "musllinux",
    "windows",
    "macos",
    "freebsd",
    "netbsd",
    "openbsd",
    "dragonfly",
    "illumos",
    "haiku",
    "android",
    "pyodide",
    "pyemscripten",
    "ios",
]

_NAMES: Final = {
    "manylinux": "Linux",
    "musllinux": "Linux",
    "windows": "Windows",
    "macos": "macOS",
    "freebsd": "FreeBSD",
    "netbsd": "NetBSD",
    "openbsd": "OpenBSD",
    "dragonfly": "DragonFly",
    "illumos": "Illumos",
    "haiku": "Haiku",
    "android": "Android",
    "pyodide": "Pyodide",
    "pyemscripten": "Emscripten",
    "ios": "iOS",
}
_ARCHITECTURE_ALIASES: Final = {
    "arm64": "aarch64",
    "armv8l": "armv7l",
    "i386": "i686",
    "x86": "i686",
    "amd64": "x86_64",
    "powerpc64le": "ppc64le",
    "powerpc64": "ppc64",
    "powerpc": "ppc",
}
_OLDEST_MANYLINUX: Final = {
    "aarch64": 17,
    "armv7l": 17,
    "ppc64": 17,
    "ppc64le": 17,
    "s390x": 17,
    "i686": 5,
    "x86_64": 5,
    "riscv64": 31,
    "loongarch64": 36,
}
_LEGACY_MANYLINUX: Final = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
_MAC_FORMATS: Final = {
    "aarch64": ("arm64", "universal2"),
    "x86_64": ("x86_64", "intel", "fat64", "fat32", "universal2", "universal"),
}
_WINDOWS: Final = {"i686": "win32", "x86_64": "win_amd64", "aarch64": "win_arm64"}
_ANDROID_ABIS: Final = {"aarch64": "arm64_v8a", "armv7l": "armeabi_v7a", "i686": "x86", "x86_64": "x86_64"}
_MACHINES: Final = {
    "aarch64": "arm64",
    "armv5tel": "arm",
    "armv6l": "arm",
    "armv7l": "arm",
    "ppc": "powerpc",
    "ppc64": "powerpc",
    "ppc64le": "powerpc",
    "i686": "i386",
    "x86_64": "amd64",
    "riscv64": "riscv",
}


class Platform(msgspec.Struct, frozen=True):
    """An operating system with what its tags depend on, and an architecture."""

    os: OperatingSystem
    """For Linux the kind of C library, for Emscripten the name of the interface."""
    arch: str
    """Canonical name: ``x86_64``, ``aarch64``, ``i686``, ``armv7l``, ..."""
    version: tuple[int, int] = (0, 0)
    """Version of the C library or of the system; (API level, 0) for Android."""
    detail: str = ""
    """The release of a BSD, illumos or Haiku; ``simulator`` for simulated iOS."""

    @property
    def pretty(self) -> str:
        """Words for messages: ``Linux x86_64``."""
        return f"{_NAMES[self.os]} {self.arch}"


class TargetPlatform(msgspec.Struct, frozen=True, kw_only=True):
    """One value of ``--python-platform``: a platform, and the marker values that stand for it."""

    name: str
    """The name as printed in help and messages."""
    platform: Platform
    os_name: str
    sys_platform: str
    platform_machine: str
    platform_system: str
    platform_release: str = ""
    platform_version: str = ""
    manylinux_compatible: bool = False
    """Whether manylinux wheels may be used."""

    @property
    def markers(self) -> dict[str, str]:
        """The values that replace those of the interpreter."""
        return {
            "os_name": self.os_name,
            "platform_machine": self.platform_machine,
            "platform_system": self.platform_system,
            "sys_platform": self.sys_platform,
            "platform_release": self.platform_release,
            "platform_version": self.platform_version,
        }


TARGET_NAMES: Final = (
    "windows",
    "linux",
    "macos",
    "x86_64-pc-windows-msvc",
    "aarch64-pc-windows-msvc",
    "i686-pc-windows-msvc",
    "x86_64-unknown-linux-gnu",
    "aarch64-apple-darwin",
    "x86_64-apple-darwin",
    "aarch64-unknown-linux-gnu",
    "aarch64-unknown-linux-musl",
    "x86_64-unknown-linux-musl",
    "riscv64-unknown-linux",
    *(
        f"{arch}-manylinux{version}"
        for arch in ("x86_64", "aarch64")
        for version in ("2014", "_2_17", "_2_28", *(f"_2_{minor}" for minor in range(31, 41)))
    ),
    "aarch64-linux-android",
    "x86_64-linux-android",
    "wasm32-pyodide2024",
    "wasm32-pyodide2025",
    "arm64-apple-ios",
    "arm64-apple-ios-simulator",
    "x86_64-apple-ios-simulator",
)
"""Every name of a target, in the order of the help text; `target_platform` knows further aliases."""

_WINDOWS_TARGETS: Final = {
    "windows": ("x86_64", "x86_64"),
    "x86_64-pc-windows-msvc": ("x86_64", "x86_64"),
    "aarch64-pc-windows-msvc": ("aarch64", "ARM64"),
    "i686-pc-windows-msvc": ("i686", "x86"),
}
_LINUX_TARGETS: Final[dict[str, tuple[OperatingSystem, tuple[int, int], str]]] = {
    "linux": ("manylinux", (2, 28), "x86_64"),
    "x86_64-unknown-linux-gnu": ("manylinux", (2, 28), "x86_64"),
    "aarch64-unknown-linux-gnu": ("manylinux", (2, 28), "aarch64"),
    "riscv64-unknown-linux": ("manylinux", (2, 39), "riscv64"),
    "aarch64-unknown-linux-musl": ("musllinux", (1, 2), "aarch64"),
    "x86_64-unknown-linux-musl": ("musllinux", (1, 2), "x86_64"),
}
_PYODIDE_RELEASES: Final = {"wasm32-pyodide2024": (2024, "3.1.58"), "wasm32-pyodide2025": (2025, "4.0.9")}


def canonical_arch(machine: str) -> str:
    """Return uv's name of an architecture (``aarch64`` for ``arm64``); unknown ones stay as they are."""
    machine = machine.lower()
    return _ARCHITECTURE_ALIASES.get(machine, machine)


def target_platform(name: str, environ: Mapping[str, str]) -> TargetPlatform | None:
    """Look up a value of ``--python-platform``; `None` if there is no such target.

    `environ` may set the version aimed at: ``MACOSX_DEPLOYMENT_TARGET``, ``IPHONEOS_DEPLOYMENT_TARGET``,
    ``ANDROID_API_LEVEL``.
    """
    name = _canonical_target(name)
    if name not in TARGET_NAMES:
        return None
    if name in _WINDOWS_TARGETS:
        arch, machine = _WINDOWS_TARGETS[name]
        return TargetPlatform(
            name=name,
            platform=Platform("windows", arch),
            os_name="nt",
            sys_platform="win32",
            platform_machine=machine,
            platform_system="Windows",
        )
    if name in _LINUX_TARGETS:
        return _linux_target(name, *_LINUX_TARGETS[name])
    arch, _, rest = name.partition("-")
    if rest.startswith("manylinux"):
        minor = 17 if rest == "manylinux2014" else int(rest.rpartition("_")[2])
        return _linux_target(name, "manylinux", (2, minor), arch)
    return _other_target(name, arch, environ)


def platform_tags(platform: Platform) -> list[str]:
    """List the tags of wheels a platform can run, best first; ``any`` is not among them.

    Raises `InvalidPlatform`.
    """
    arch, (major, minor) = platform.arch, platform.version
    match platform.os:
        case "manylinux":
            return _manylinux_tags(arch, major, minor)
        case "musllinux":
            return [*(f"musllinux_{major}_{n}_{arch}" for n in range(minor, -1, -1)), f"linux_{arch}"]
        case "macos" if arch in _MAC_FORMATS:
            return _mac_tags(arch, major, minor)
        case "windows" if arch in _WINDOWS:
            return [_WINDOWS[arch]]
        case "freebsd" | "netbsd" | "openbsd" | "dragonfly" | "haiku":
            return [_release_tag(platform)]
        case "illumos":
            return [_illumos_tag(platform)]
        case "android":
            if arch not in _ANDROID_ABIS:
                raise InvalidPlatform(f"Invalid Android architecture: {arch}")
            return [f"android_{level}_{_ANDROID_ABIS[arch]}" for level in range(major, 15, -1)]
        case "pyodide" | "pyemscripten" if arch == "wasm32":
            return [f"pyemscripten_{major}_{minor}_wasm32", f"pyodide_{major}_{minor}_wasm32"]
        case "ios":
            return _ios_tags(platform)
        case _:
            raise InvalidPlatform(
                "Failed to detect the operating system version: "
                f"Unsupported operating system and architecture combination: {platform.os} {arch}"
            )


def _manylinux_tags(arch: str, major: int, minor: int) -> list[str]:
    tags = []
    for number in range(minor, _OLDEST_MANYLINUX.get(arch, minor + 1) - 1, -1):
        tags.append(f"manylinux_{major}_{number}_{arch}")
        if number in _LEGACY_MANYLINUX:
            tags.append(f"{_LEGACY_MANYLINUX[number]}_{arch}")
    tags.append(f"linux_{arch}")
    return tags


def _mac_tags(arch: str, major: int, minor: int) -> list[str]:
    formats = _MAC_FORMATS[arch]
    # From 11 on each year has a major version. Before, 10 did, and `universal2` can reach back that far.
    tags = [f"macosx_{year}_0_{fmt}" for year in range(major, 10, -1) for fmt in formats]
    if arch == "aarch64":
        return tags + [f"macosx_10_{number}_universal2" for number in range(16, 3, -1)]
    if major < 10:
        raise InvalidPlatform(f"Failed to detect the operating system version: Unsupported macOS version: {major}")
    newest = minor if major == 10 else 16
    return tags + [f"macosx_10_{number}_{fmt}" for number in range(newest, 3, -1) for fmt in formats]


def _ios_tags(platform: Platform) -> list[str]:
    simulator = platform.detail == "simulator"
    arch = {"aarch64": "arm64", "x86_64": "x86_64" if simulator else ""}.get(platform.arch)
    if not arch:
        kind = "simulator" if simulator else "device"
        raise InvalidPlatform(f"Invalid iOS {kind} architecture: {platform.arch}")
    target = f"{arch}_{'iphonesimulator' if simulator else 'iphoneos'}"
    major, minor = platform.version
    if major < 12:
        return []
    tags = [f"ios_{major}_{number}_{target}" for number in range(minor, -1, -1)]
    return tags + [
        f"ios_{older}_{number}_{target}" for older in range(major - 1, 11, -1) for number in range(9, -1, -1)
    ]


def _release_tag(platform: Platform) -> str:
    release = platform.detail.replace(".", "_").replace("-", "_")
    if platform.os == "freebsd":
        release = release.lower()
    named = platform.os in {"dragonfly", "haiku"}
    arch = platform.arch if named else _MACHINES.get(platform.arch, platform.arch)
    return f"{platform.os}_{_checked(f'{release}_{arch}')}"


def _illumos_tag(platform: Platform) -> str:
    major, separator, rest = platform.detail.partition("_")
    if separator:
        if not major.isdigit():
            raise InvalidPlatform(
                "Failed to detect the operating system version: "
                "illumos major version is not a number: invalid digit found in string"
            )
        if int(major) >= 5:
            # SunOS 5 is Solaris 2.
            return f"solaris_{_checked(f'{int(major) - 3}_{rest}_{platform.arch}_64bit')}_64bit"
    return f"illumos_{_checked(f'{platform.detail}_{platform.arch}')}"


def _checked(release_arch: str) -> str:
    if not (release_arch.isascii() and release_arch.replace("_", "a").isalnum()):
        raise InvalidPlatform(
            f"Invalid platform release and architecture `{release_arch}`: "
            "release and architecture must contain only ASCII letters, digits, and underscores"
        )
    return release_arch


def _linux_target(name: str, os: OperatingSystem, version: tuple[int, int], arch: str) -> TargetPlatform:
    return TargetPlatform(
        name=name,
        platform=Platform(os, arch, version),
        os_name="posix",
        sys_platform="linux",
        platform_machine=arch,
        platform_system="Linux",
        manylinux_compatible=True,
    )


def _other_target(name: str, arch: str, environ: Mapping[str, str]) -> TargetPlatform:
    release = version = ""
    machine = arch
    match name.split("-"):
        case ["macos"] | [_, "apple", "darwin"]:
            arch = "x86_64" if arch == "x86_64" else "aarch64"
            machine = "x86_64" if arch == "x86_64" else "arm64"
            numbers = _deployment_target(environ, "MACOSX_DEPLOYMENT_TARGET") or (13, 0)
            platform, system, short = Platform("macos", arch, numbers), "Darwin", "darwin"
        case [_, "linux", "android"]:
            level = _deployment_target(environ, "ANDROID_API_LEVEL", dotted=False) or (24, 0)
            platform, system, short = Platform("android", arch, level), "Android", "android"
        case [_, "apple", "ios", *kind]:
            arch = "aarch64" if arch == "arm64" else arch
            numbers = _deployment_target(environ, "IPHONEOS_DEPLOYMENT_TARGET") or (13, 0)
            platform, system, short = Platform("ios", arch, numbers, "".join(kind)), "iOS", "ios"
        case _:
            year, release = _PYODIDE_RELEASES[name]
            # What Emscripten reports as its version, whatever it means.
            version = "#1"
            platform, system, short = Platform("pyodide", arch, (year, 0)), "Emscripten", "emscripten"
    return TargetPlatform(
        name=name,
        platform=platform,
        os_name="posix",
        sys_platform=short,
        platform_machine=machine,
        platform_system=system,
        platform_release=release,
        platform_version=version,
    )


def _canonical_target(name: str) -> str:
    """Resolve aliases: ``manylinux_2_28_x86_64``, ``x8664-manylinux228``, ``arm64-pc-windows-msvc``."""
    if name == "arm64-pc-windows-msvc":
        return "aarch64-pc-windows-msvc"
    if name.startswith("manylinux"):
        for arch in ("x86_64", "aarch64"):
            if name.endswith("_" + arch):
                return f"{arch}-{name.removesuffix('_' + arch)}"
    arch, separator, rest = name.partition("-")
    if arch == "x8664":
        arch = "x86_64"
    if rest.startswith("manylinux2") and rest != "manylinux2014" and rest[9:].isdigit():
        rest = f"manylinux_2_{rest[10:]}"
    return arch + separator + rest


def _deployment_target(environ: Mapping[str, str], variable: str, *, dotted: bool = True) -> tuple[int, int] | None:
    parts = environ.get(variable, "").split(".")
    if not dotted and len(parts) > 1:
        return None
    numbers = [int(part) for part in parts[:2] if part.isascii() and part.isdigit()]
    if len(numbers) != len(parts[:2]) or any(number > 65535 for number in numbers):
        return None
    return numbers[0], numbers[1] if len(numbers) > 1 else 0

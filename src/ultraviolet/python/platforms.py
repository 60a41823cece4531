"""Names of systems, architectures and C libraries in download keys such as ``cpython-3.12.1-linux-x86_64-gnu``."""

from __future__ import annotations

SYSTEMS = frozenset(
    [
        "macos",
        "linux",
        "windows",
        "freebsd",
        "netbsd",
        "openbsd",
        "dragonfly",
        "illumos",
        "haiku",
        "solaris",
        "emscripten",
        "wasi",
        "ios",
        "none",
        "darwin",
    ]
)
LIBCS = frozenset(["gnu", "gnueabi", "gnueabihf", "musl", "musleabi", "musleabihf", "none"])
ARCHITECTURES = frozenset(
    [
        "x86_64",
        "x86",
        "i386",
        "i586",
        "i686",
        "aarch64",
        "arm",
        "armv5te",
        "armv6",
        "armv7",
        "armv7l",
        "s390x",
        "powerpc",
        "powerpc64",
        "powerpc64le",
        "riscv64",
        "riscv64gc",
        "loongarch64",
        "wasm32",
        "mips",
        "mips64",
        "sparc",
        "sparc64",
        "x86_64_v2",
        "x86_64_v3",
        "x86_64_v4",
    ]
)

_FROM_TAGS = {
    "armv7l": "armv7",
    "armv6l": "armv6",
    "armv5tel": "armv5te",
    "armv8l": "armv7",
    "arm64": "aarch64",
    "amd64": "x86_64",
    "i386": "x86",
    "i686": "x86",
    "ppc": "powerpc",
    "ppc64": "powerpc64",
    "ppc64le": "powerpc64le",
    "riscv64gc": "riscv64",
}
_SYSTEM_FROM_TAGS = {
    "manylinux": "linux",
    "musllinux": "linux",
    "android": "linux",
    "pyodide": "emscripten",
    "pyemscripten": "emscripten",
}


def architecture_name(tag: str) -> str:
    """Return the name that keys use for an architecture as an interpreter reports it."""
    return _FROM_TAGS.get(tag, tag)


def system_name(tag: str) -> str:
    """Return the name that keys use for the system an interpreter reports (``manylinux`` is linux)."""
    return _SYSTEM_FROM_TAGS.get(tag, tag)


def libc_name(tag: str) -> str:
    """Return the C library of the system an interpreter reports."""
    if tag == "manylinux":
        return "gnu"
    if tag in ("musllinux", "pyodide", "pyemscripten"):
        return "musl"
    return "none"


def supports(host: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
    """Whether programs for ``other`` (system, architecture, libc) run on ``host``."""
    if host == other:
        return True
    emscripten = "emscripten" in (host[0], other[0])
    if host[0] != other[0] and other[0] != "emscripten":
        return False
    if host[2] != other[2] and not emscripten:
        return False
    if other[1].startswith("wasm"):
        return True
    ours, theirs = _family(host[1]), _family(other[1])
    if ours == theirs:
        return True
    if host[0] == "windows":
        return (ours, theirs) in (("x86_64", "x86"), ("aarch64", "x86_64"), ("aarch64", "x86"))
    return host[0] == "macos" and (ours, theirs) == ("aarch64", "x86_64")


def _family(arch: str) -> str:
    return "x86_64" if arch.startswith("x86_64_v") else arch

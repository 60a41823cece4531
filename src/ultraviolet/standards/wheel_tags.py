"""What single compatibility tags of a wheel's file name say, for reasoning about wheels without an interpreter.

https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/
A tag that is not recognised says nothing: the functions return ``None``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, Protocol, TypeVar

System = Literal["any", "linux", "windows", "macos", "android", "ios", "other"]
PythonKind = Literal["none", "py", "cp-major", "cp", "pp", "graalpy", "pyston"]
AbiKind = Literal["none", "stable", "cp", "pp", "graalpy", "other"]


class TaggedFilename(Protocol):
    """The tags of a wheel, as its file name lists them."""

    @property
    def python_tags(self) -> tuple[str, ...]:
        """``py3``, ``cp312`` ..."""

    @property
    def abi_tags(self) -> tuple[str, ...]:
        """``none``, ``abi3``, ``cp312`` ..."""

    @property
    def platform_tags(self) -> tuple[str, ...]:
        """``any``, ``manylinux_2_17_x86_64`` ..."""


LINUX_MACHINES: Final = {
    "aarch64": "aarch64",
    "armv5tel": "armv5tel",
    "armv6l": "armv6l",
    "armv7l": "armv7l",
    "armv8l": "armv7l",
    "ppc64le": "ppc64le",
    "ppc64": "ppc64",
    "ppc": "ppc",
    "i686": "i686",
    "x86_64": "x86_64",
    "s390x": "s390x",
    "loongarch64": "loongarch64",
    "riscv64": "riscv64",
}
MACOS_MACHINES: Final = {
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
_ANDROID: Final = frozenset({"armeabi_v7a", "arm64_v8a", "x86", "x86_64"})
_IOS: Final = frozenset({"arm64_iphoneos", "arm64_iphonesimulator", "x86_64_iphonesimulator"})
_RELEASED: Final = ("freebsd_", "netbsd_", "openbsd_", "dragonfly_", "haiku_", "illumos_")

T = TypeVar("T")


def _remembered(function: Callable[[str], T]) -> Callable[[str], T]:
    memo: dict[str, T] = {}

    def lookup(tag: str) -> T:
        try:
            return memo[tag]
        except KeyError:
            result = memo[tag] = function(tag)
            return result

    return lookup


def _read_python(tag: str) -> tuple[PythonKind, int, int | None] | None:
    """Return the implementation and version a Python tag names."""
    if tag == "none":
        return "none", 0, None
    kind: PythonKind
    if tag.startswith("pyston"):
        kind, rest = "pyston", tag[6:]
    elif tag.startswith("graalpy"):
        kind, rest = "graalpy", tag[7:]
    elif tag[:2] in {"py", "cp", "pp"}:
        kind, rest = "py" if tag[:2] == "py" else "cp" if tag[:2] == "cp" else "pp", tag[2:]
    else:
        return None
    if kind in {"py", "cp"}:
        if len(rest) == 1 and _number(rest, 9) is not None:
            return ("py" if kind == "py" else "cp-major"), int(rest), None
        if len(rest) > 3:
            return None
    version = _version(rest)
    return None if version is None else (kind, *version)


def _read_abi(tag: str) -> tuple[AbiKind, tuple[int, int] | None] | None:
    """Return the kind of an ABI tag, and the version of Python it names."""
    if tag == "none":
        return "none", None
    if tag in {"abi3", "abi3t"}:
        return "stable", None
    if tag.startswith("cp"):
        digits = tag[2:].rstrip("".join(sorted({*tag[2:]} - {*"0123456789"})))
        suffix = tag[2 + len(digits) :]
        version = _version(digits)
        if version is None or len({*suffix}) != len(suffix) or not {*suffix} <= {*"tudm"}:
            return None
        return "cp", version
    if tag.startswith("pypy"):
        rest = tag[4:]
        if rest.startswith("_"):
            return None if _version(rest[1:]) is None else ("pp", None)
        python, _, implementation = rest.partition("_")
        version = _version(python)
        if version is None or implementation[:2] != "pp" or _version(implementation[2:]) is None:
            return None
        return "pp", version
    if tag.startswith("graalpy"):
        implementation, _, rest = tag[7:].partition("_")
        python, _, native = rest.partition("_")
        version = _version(python)
        if version is None or native != "native" or _version(implementation) is None:
            return None
        return "graalpy", version
    if tag.startswith("pyston_") and tag.endswith("_x86_64_linux_gnu"):
        return None if _version(tag[7 : -len("_x86_64_linux_gnu")]) is None else ("other", None)
    return None


def _read_platform(tag: str) -> tuple[System, str] | None:
    """Return the system of a platform tag and its machine (or macOS binary format) as written, ``''`` if it has none."""
    if tag == "any":
        return "any", ""
    if tag in {"win32", "win_amd64", "win_arm64", "win_ia64"}:
        return "windows", tag
    family, _, rest = tag.partition("_")
    if family in {"manylinux1", "manylinux2010", "manylinux2014", "linux"}:
        return ("linux", LINUX_MACHINES[rest]) if rest in LINUX_MACHINES else None
    if family in {"manylinux", "musllinux", "macosx", "ios"}:
        major, _, rest = rest.partition("_")
        minor, _, rest = rest.partition("_")
        if _number(major, 65535) is None or _number(minor, 65535) is None:
            return None
        if family == "macosx":
            return ("macos", rest) if rest in MACOS_MACHINES else None
        if family == "ios":
            return ("ios", rest) if rest in _IOS else None
        return ("linux", LINUX_MACHINES[rest]) if rest in LINUX_MACHINES else None
    if family == "android":
        level, _, rest = rest.partition("_")
        return ("android", rest) if rest in _ANDROID and _number(level, 65535) is not None else None
    if family in {"pyodide", "pyemscripten"}:
        major, _, minor = rest.removesuffix("_wasm32").partition("_")
        known = rest.endswith("_wasm32") and None not in {_number(major, 65535), _number(minor, 65535)}
        return ("other", "") if known else None
    if family == "solaris":
        rest, known = rest.removesuffix("_64bit"), rest.endswith("_64bit")
    else:
        known = tag.startswith(_RELEASED)
    return ("other", "") if known and rest and rest.isascii() and rest.replace("_", "a").isalnum() else None


python_class = _remembered(_read_python)
abi_class = _remembered(_read_abi)
platform_class = _remembered(_read_platform)


def _version(text: str) -> tuple[int, int] | None:
    """Read ``312`` as (3, 12)."""
    major, minor = _number(text[:1], 9), _number(text[1:], 255)
    return None if major is None or minor is None else (major, minor)


def _number(text: str, limit: int) -> int | None:
    if not (text.isascii() and text.isdigit()):
        return None
    number = int(text)
    return number if number <= limit else None

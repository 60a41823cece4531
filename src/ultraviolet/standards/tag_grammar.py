"""The three compatibility tags of a wheel, one at a time: which texts are known, and what they say.

Compatibility tags are an open set; a tag that is not known here matches no interpreter and is dropped when a file
name is parsed. Known tags are reduced to one spelling (``cp37md`` and ``cp37dm`` are the same ABI), so that matching
is a comparison of texts (`tags`). The words for messages are here as well.
"""

from __future__ import annotations

from typing import Final, Literal

PythonFamily = Literal["none", "py", "cp", "pp", "graalpy", "pyston"]
AbiFamily = Literal["none", "abi3", "abi3t", "cp", "pypy", "graalpy", "pyston"]

MACHINES: Final = (
    "aarch64",
    "armv5tel",
    "armv6l",
    "armv7l",
    "ppc64le",
    "ppc64",
    "ppc",
    "i686",
    "x86_64",
    "s390x",
    "loongarch64",
    "riscv64",
)
"""In the order in which uv lists them."""
ARCHITECTURES: Final = frozenset(MACHINES)
"""Architectures that occur in Linux tags, as ``uname -m`` names them."""
_MAC_FORMATS: Final = frozenset(
    {"arm64", "fat", "fat32", "fat64", "i386", "intel", "ppc", "ppc64", "universal", "universal2", "x86_64"}
)
_ANDROID_ABIS: Final = frozenset({"armeabi_v7a", "arm64_v8a", "x86", "x86_64"})
_IOS_TARGETS: Final = frozenset({"arm64_iphoneos", "arm64_iphonesimulator", "x86_64_iphonesimulator"})
_FIXED: Final = frozenset({"any", "win32", "win_amd64", "win_arm64", "win_ia64"})
_RELEASE_FAMILIES: Final = frozenset({"freebsd", "netbsd", "openbsd", "dragonfly", "haiku", "illumos"})
_SYSTEMS: Final = {
    "linux": "Linux",
    "manylinux": "Linux",
    "manylinux1": "Linux",
    "manylinux2010": "Linux",
    "manylinux2014": "Linux",
    "musllinux": "Linux",
    "macosx": "macOS",
    "win32": "Windows",
    "win": "Windows",
    "android": "Android",
    "ios": "iOS",
    "pyodide": "Pyodide",
    "pyemscripten": "Emscripten",
    "freebsd": "FreeBSD",
    "netbsd": "NetBSD",
    "openbsd": "OpenBSD",
    "dragonfly": "DragonFly",
    "haiku": "Haiku",
    "illumos": "Illumos",
    "solaris": "Solaris",
}
_IMPLEMENTATIONS: Final = {
    "py": "Python",
    "cp": "CPython",
    "pp": "PyPy",
    "pypy": "PyPy",
    "graalpy": "GraalPy",
    "pyston": "Pyston",
}


class PythonTag:
    """The first tag, for a language or an implementation: ``py3``, ``cp312``."""

    __slots__ = ("family", "major", "minor", "text")

    def __init__(self, family: PythonFamily, major: int, minor: int | None, text: str) -> None:
        self.family: PythonFamily = family
        """``py`` for any implementation, otherwise the implementation; ``none`` for no tag."""
        self.major = major
        """The major version of Python."""
        self.minor = minor
        """The minor version of Python, `None` in ``py3`` and ``cp3``."""
        self.text = text
        """The canonical spelling."""

    @property
    def pretty(self) -> str | None:
        """Words for messages: ``CPython 3.12``; `None` when there is nothing to say."""
        if self.family == "none":
            return None
        version = self.major if self.minor is None else f"{self.major}.{self.minor}"
        return f"{_IMPLEMENTATIONS[self.family]} {version}"


class AbiTag:
    """The second tag, for the binary interface: ``cp312``, ``abi3``, ``none``."""

    __slots__ = ("family", "text", "variant", "version")

    def __init__(self, family: AbiFamily, text: str, version: tuple[int, int] = (0, 0), variant: str = "") -> None:
        self.family: AbiFamily = family
        """``none``, one of the stable interfaces, or the implementation."""
        self.text = text
        """The canonical spelling."""
        self.version = version
        """The version of Python for CPython, of the implementation for others."""
        self.variant = variant
        """Build flags of CPython, in the order ``tdmu``."""

    @property
    def is_freethreaded(self) -> bool:
        """Whether a free-threaded CPython can load it."""
        return self.family in {"none", "abi3t"} or "t" in self.variant

    @property
    def pretty(self) -> str | None:
        """Words for messages: ``free-threaded CPython 3.13``; `None` when there is nothing to say."""
        if self.family in {"none", "abi3"}:
            return None
        if self.family == "abi3t":
            return "stable ABI for free-threaded CPython"
        if self.family == "pyston":
            return "Pyston"
        prefix = "free-threaded " if "t" in self.variant else ""
        return f"{prefix}{_IMPLEMENTATIONS[self.family]} {self.version[0]}.{self.version[1]}"


_PYTHON: dict[str, PythonTag | None] = {}
_ABI: dict[str, AbiTag | None] = {}
_PLATFORM: dict[str, str | None] = {}


def python_tag(text: str) -> PythonTag | None:
    """Parse a Python tag, `None` if it is unknown."""
    try:
        return _PYTHON[text]
    except KeyError:
        tag = _PYTHON[text] = _parse_python(text)
        return tag


def abi_tag(text: str) -> AbiTag | None:
    """Parse an ABI tag, `None` if it is unknown."""
    try:
        return _ABI[text]
    except KeyError:
        tag = _ABI[text] = _parse_abi(text)
        return tag


def platform_tag(text: str) -> str | None:
    """Return the canonical spelling of a platform tag, `None` if it is unknown."""
    try:
        return _PLATFORM[text]
    except KeyError:
        tag = _PLATFORM[text] = _parse_platform(text)
        return tag


def pretty_platform(text: str) -> str | None:
    """Return the name of the operating system that a known platform tag is for, `None` for ``any``."""
    return _SYSTEMS.get(text.partition("_")[0])


def known_python_tags(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the known Python tags, in their canonical spelling."""
    return tuple([tag.text for text in texts if (tag := python_tag(text)) is not None])


def known_abi_tags(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the known ABI tags, in their canonical spelling."""
    return tuple([tag.text for text in texts if (tag := abi_tag(text)) is not None])


def known_platform_tags(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the known platform tags, in their canonical spelling."""
    return tuple([tag for text in texts if (tag := platform_tag(text)) is not None])


def _parse_python(text: str) -> PythonTag | None:
    if text == "none":
        return PythonTag("none", 0, None, "none")
    family: PythonFamily
    if text.startswith("pyston"):
        family, longest = "pyston", 4
    elif text.startswith("graalpy"):
        family, longest = "graalpy", 4
    elif text.startswith("pp"):
        family, longest = "pp", 4
    elif text.startswith(("py", "cp")):
        family, longest = "py" if text[0] == "p" else "cp", 3
    else:
        return None
    digits = text[len(family) :]
    if family in {"py", "cp"} and len(digits) == 1 and digits in "0123456789":
        return PythonTag(family, int(digits), None, text)
    version = _version(digits) if len(digits) <= longest else None
    return version and PythonTag(family, *version, f"{family}{version[0]}{version[1]}")


def _parse_abi(text: str) -> AbiTag | None:
    match text:
        case "none":
            return AbiTag("none", text)
        case "abi3":
            return AbiTag("abi3", text)
        case "abi3t":
            return AbiTag("abi3t", text)
    if text.startswith("cp"):
        return _parse_cpython_abi(text[2:])
    if text.startswith("pypy_"):
        release = _version(text[5:])
        return release and AbiTag("pypy", f"pypy_{release[0]}{release[1]}", release)
    if text.startswith("pypy"):
        digits, separator, rest = text[4:].partition("_pp")
        version, release = _version(digits), _version(rest)
        if not separator or version is None or release is None:
            return None
        return AbiTag("pypy", f"pypy{version[0]}{version[1]}_pp{release[0]}{release[1]}", release)
    if text.startswith("graalpy"):
        parts = text[7:].split("_")
        if len(parts) != 3 or parts[2] != "native":
            return None
        release, version = _version(parts[0]), _version(parts[1])
        if version is None or release is None:
            return None
        return AbiTag("graalpy", f"graalpy{release[0]}{release[1]}_{version[0]}{version[1]}_native", release)
    if text.startswith("pyston_") and text.endswith("_x86_64_linux_gnu"):
        release = _version(text[7:-17])
        return release and AbiTag("pyston", f"pyston_{release[0]}{release[1]}_x86_64_linux_gnu", release)
    return None


def _parse_cpython_abi(text: str) -> AbiTag | None:
    flags = text.lstrip("0123456789")
    version = _version(text[: len(text) - len(flags)])
    if version is None or len(set(flags)) != len(flags) or not set(flags) <= set("tdmu"):
        return None
    variant = "".join(flag for flag in "tdmu" if flag in flags)
    return AbiTag("cp", f"cp{version[0]}{version[1]}{variant}", version, variant)


def _parse_platform(text: str) -> str | None:
    if text in _FIXED:
        return text
    prefix, _, rest = text.partition("_")
    match prefix:
        case "manylinux" | "musllinux":
            return _versioned(prefix, rest, ARCHITECTURES)
        case "macosx":
            return _versioned(prefix, rest, _MAC_FORMATS)
        case "ios":
            return _versioned(prefix, rest, _IOS_TARGETS)
        case "pyodide" | "pyemscripten":
            return _versioned(prefix, rest, frozenset({"wasm32"}))
        case "linux" | "manylinux1" | "manylinux2010" | "manylinux2014":
            arch = "armv7l" if rest == "armv8l" else rest
            return f"{prefix}_{arch}" if arch in ARCHITECTURES else None
        case "android":
            level, _, abi = rest.partition("_")
            number = _number(level, 65535)
            return None if number is None or abi not in _ANDROID_ABIS else f"android_{number}_{abi}"
        case "solaris":
            return text if rest.endswith("_64bit") and len(rest) > 6 else None
        case _:
            return text if prefix in _RELEASE_FAMILIES and rest else None


def _versioned(prefix: str, rest: str, known: frozenset[str]) -> str | None:
    """Read ``2_17_x86_64``; a 32-bit ``armv8l`` is an ``armv7l``."""
    parts = rest.split("_", 2)
    if len(parts) != 3:
        return None
    arch = "armv7l" if parts[2] == "armv8l" else parts[2]
    major, minor = _number(parts[0], 65535), _number(parts[1], 65535)
    return None if major is None or minor is None or arch not in known else f"{prefix}_{major}_{minor}_{arch}"


def _version(digits: str) -> tuple[int, int] | None:
    """Read ``39`` or ``310``: one digit of major version, the rest is the minor version."""
    minor = _number(digits[1:], 255)
    if minor is None or digits[0] not in "0123456789":
        return None
    return int(digits[0]), minor


def _number(text: str, most: int) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > 20:
        return None
    number = int(text)
    return number if number <= most else None

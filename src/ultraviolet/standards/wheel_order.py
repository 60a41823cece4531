"""The order that uv gives the wheels of a flat listing: by what their tags mean, not by the text of the file name.

Lockfiles keep the order of listings, so it can be seen. Names and versions are compared elsewhere.
"""

from __future__ import annotations

from ultraviolet.standards.filenames import WheelFilename
from ultraviolet.standards.tag_grammar import abi_tag, python_tag

Order = tuple[object, ...]

_PYTHON = ("none", "py", "cp", "pp", "graalpy", "pyston")
_ABI = ("none", "abi3", "abi3t", "cp", "pypy", "graalpy", "pyston")
_ARCHITECTURES = (
    "aarch64", "armv5tel", "armv6l", "armv7l", "ppc64le", "ppc64", "ppc", "i686", "x86_64", "s390x", "loongarch64",
    "riscv64",
)  # fmt: skip
_PLATFORMS = (
    "any", "manylinux", "manylinux1", "manylinux2010", "manylinux2014", "linux", "musllinux", "macosx", "win32",
    "win_amd64", "win_arm64", "win_ia64", "android", "freebsd", "netbsd", "openbsd", "dragonfly", "haiku", "illumos",
    "solaris", "pyodide", "pyemscripten", "ios",
)  # fmt: skip
_VERSIONED = frozenset({"manylinux", "musllinux", "macosx", "pyodide", "pyemscripten", "ios"})


def wheel_order(wheel: WheelFilename) -> Order:
    """Return the sort key of a wheel among those of its version; plain names come before compressed and rebuilt ones.

    >>> from ultraviolet.standards.filenames import parse_wheel_filename as parse
    >>> names = ["x-1-cp311-cp311-win32.whl", "x-1-py3-none-any.whl", "x-1-cp39-cp39-win32.whl", "x-1-py2.py3-none-any.whl"]
    >>> for name in sorted(names, key=lambda name: wheel_order(parse(name))): print(name)
    x-1-py3-none-any.whl
    x-1-cp39-cp39-win32.whl
    x-1-cp311-cp311-win32.whl
    x-1-py2.py3-none-any.whl
    """
    tags = (
        tuple(_python_order(text) for text in wheel.python_tags),
        tuple(_abi_order(text) for text in wheel.abi_tags),
        tuple(_platform_order(text) for text in wheel.platform_tags),
    )
    is_large = wheel.build is not None or any(len(part) != 1 for part in tags)
    if not is_large:
        return (0, *tags)
    return (1, wheel.build is not None, wheel.build or (), *tags, wheel.tags)


def _python_order(text: str) -> Order:
    tag = python_tag(text)
    if tag is None:
        return (len(_PYTHON) + 1, text)
    if tag.family == "cp" and tag.minor is None:
        return (len(_PYTHON), tag.major)
    return (_PYTHON.index(tag.family), tag.major, -1 if tag.minor is None else tag.minor)


def _abi_order(text: str) -> Order:
    tag = abi_tag(text)
    if tag is None:
        return (len(_ABI), text)
    variant = sum(1 << "tdmu".index(letter) for letter in tag.variant if letter in "tdmu")
    return (_ABI.index(tag.family), tag.version, variant)


def _platform_order(text: str) -> Order:
    if text in _PLATFORMS:
        return (_PLATFORMS.index(text), (), 0, "")
    family, _, rest = text.partition("_")
    if family not in _PLATFORMS:
        return (len(_PLATFORMS), (), 0, text)
    version: tuple[int, ...] = ()
    if family in _VERSIONED:
        major, _, rest = rest.partition("_")
        minor, _, rest = rest.partition("_")
        version = tuple(int(part) for part in (major, minor) if part.isdigit())
    elif family == "android":
        level, _, rest = rest.partition("_")
        version = (int(level),) if level.isdigit() else ()
    position = _ARCHITECTURES.index(rest) if family != "macosx" and rest in _ARCHITECTURES else 0
    return (_PLATFORMS.index(family), version, position, rest)

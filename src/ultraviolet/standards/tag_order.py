"""The order of wheel tags, in messages and among the wheels of a listing: by kind, then by version as a number."""

from __future__ import annotations

from ultraviolet.standards.tag_grammar import MACHINES, abi_tag, python_tag

Order = tuple[object, ...]

_PYTHONS = ("none", "py", "cp", "pp", "graalpy", "pyston")
_ABIS = ("none", "abi3", "abi3t", "cp", "pypy", "graalpy", "pyston")
_FLAGS = {"t": 1, "u": 2, "d": 4, "m": 8}
_PLATFORMS = {
    family: rank
    for rank, family in enumerate(
        [
            "any",
            "manylinux",
            "manylinux1",
            "manylinux2010",
            "manylinux2014",
            "linux",
            "musllinux",
            "macosx",
            "win32",
            "win_amd64",
            "win_arm64",
            "win_ia64",
            "android",
            "freebsd",
            "netbsd",
            "openbsd",
            "dragonfly",
            "haiku",
            "illumos",
            "solaris",
            "pyodide",
            "pyemscripten",
            "ios",
        ]
    )
}
_MACHINES = {machine: rank for rank, machine in enumerate((*MACHINES, "wasm32"))}
"""Of Linux; machines of other systems are in alphabetical order."""


def python_order(text: str) -> Order:
    """Return what to sort Python tags by."""
    tag = python_tag(text)
    if tag is None:
        return (len(_PYTHONS) + 1, text)
    if tag.family == "cp" and tag.minor is None:
        return (len(_PYTHONS), tag.major)
    return (_PYTHONS.index(tag.family), tag.major, -1 if tag.minor is None else tag.minor)


def abi_order(text: str) -> Order:
    """Return what to sort ABI tags by."""
    tag = abi_tag(text)
    if tag is None:
        return (len(_ABIS), text)
    return (_ABIS.index(tag.family), tag.version, sum(_FLAGS.get(flag, 0) for flag in tag.variant), tag.text)


def platform_order(text: str) -> Order:
    """Return what to sort platform tags by."""
    if text in _PLATFORMS:
        return (_PLATFORMS[text], (), 0, "")
    family, _, rest = text.partition("_")
    numbers: list[int] = []
    while len(numbers) < 2 and rest[:1].isdigit():
        head, _, tail = rest.partition("_")
        if not head.isdigit():
            break
        numbers.append(int(head))
        rest = tail
    machine = _MACHINES.get(rest, len(_MACHINES)) if "linux" in family else 0
    return (_PLATFORMS.get(family, len(_PLATFORMS)), tuple(numbers), machine, rest)

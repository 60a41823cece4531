"""Which wheels an interpreter can use, and which of them it prefers (platform compatibility tags, PEP 425).

`Tags` is an ordered list of (python, abi, platform) triples, highest priority first, but is never written out as
one: it is the product of two short lists, so a lookup is two dictionary accesses. Everything is computed from facts
that are passed in; the order is uv's, which differs from ``packaging.tags`` where noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal

from ultraviolet.standards.errors import InvalidPlatform
from ultraviolet.standards.filenames import WheelFilename
from ultraviolet.standards.platforms import OperatingSystem, Platform, canonical_arch, platform_tags
from ultraviolet.standards.tag_grammar import abi_tag

Incompatibility = Literal["invalid", "python", "abi", "freethreaded-abi", "abi-python-version", "platform"]
"""Why a wheel cannot be used, from the least to the most compatible:

``invalid`` no tag is known, ``python`` another implementation or version, ``abi`` another binary interface,
``freethreaded-abi`` an interface that needs the global lock, ``abi-python-version`` an interface of a Python version
outside ``requires-python`` (only found while resolving), ``platform`` another operating system or architecture.
"""

_INVALID, _PYTHON, _ABI, _FREETHREADED_ABI, _ABI_PYTHON_VERSION, _PLATFORM = range(-6, 0)
_REASONS: Final[dict[int, Incompatibility]] = {
    _INVALID: "invalid",
    _PYTHON: "python",
    _ABI: "abi",
    _FREETHREADED_ABI: "freethreaded-abi",
    _ABI_PYTHON_VERSION: "abi-python-version",
    _PLATFORM: "platform",
}
INCOMPATIBILITY_RANK: Final[dict[Incompatibility, int]] = {reason: rank for rank, reason in _REASONS.items()}
"""Of several reasons the one with the greatest rank tells most."""


class Tags:
    """The compatible tags of one interpreter on one platform."""

    __slots__ = (
        "_abis",
        "_any",
        "_pairs",
        "_platforms",
        "_total",
        "is_cross",
        "is_freethreaded",
        "platform",
        "python_version",
    )

    def __init__(
        self,
        pairs: list[tuple[str, str]],
        platforms: list[str],
        any_pairs: list[tuple[str, str]],
        *,
        platform: Platform,
        python_version: tuple[int, int],
        is_freethreaded: bool,
        is_cross: bool,
    ) -> None:
        self._pairs = {pair: index for index, pair in enumerate(pairs)} if platforms else {}
        self._platforms = {tag: index for index, tag in enumerate(platforms)}
        self._any = {pair: index for index, pair in enumerate(any_pairs)}
        self._total = len(pairs) * len(platforms) + len(any_pairs)
        self._abis: dict[str, set[str]] = {}
        for python, abi in (*self._pairs, *self._any):
            self._abis.setdefault(python, set()).add(abi)
        self.platform = platform
        """The platform, for messages."""
        self.python_version = python_version
        """(major, minor) of Python, for messages."""
        self.is_freethreaded = is_freethreaded
        """Whether Python runs without the global lock."""
        self.is_cross = is_cross
        """Whether the tags are for another Python than the one that was found."""

    @classmethod
    def from_facts(
        cls,
        *,
        implementation: str,
        implementation_version: tuple[int, int],
        python_version: tuple[int, int],
        os: OperatingSystem,
        arch: str,
        os_version: tuple[int, int] = (0, 0),
        os_detail: str = "",
        manylinux_compatible: bool = True,
        gil_disabled: bool = False,
        debug: bool = False,
    ) -> Tags:
        """Compute the tags of an interpreter from what its probe reports.

        Raises `InvalidPlatform`.
        """
        return cls.for_platform(
            Platform(os, canonical_arch(arch), os_version, os_detail),
            implementation=implementation,
            implementation_version=implementation_version,
            python_version=python_version,
            manylinux_compatible=manylinux_compatible,
            gil_disabled=gil_disabled,
            debug=debug,
        )

    @classmethod
    def for_platform(
        cls,
        platform: Platform,
        *,
        implementation: str,
        implementation_version: tuple[int, int],
        python_version: tuple[int, int],
        manylinux_compatible: bool = True,
        gil_disabled: bool = False,
        debug: bool = False,
        is_cross: bool = False,
    ) -> Tags:
        """Compute the tags of an interpreter on a platform.

        Raises `InvalidPlatform`.
        """
        flags = _abi_flags(implementation, python_version, gil_disabled=gil_disabled, debug=debug)
        python, abi = _native(implementation, implementation_version, python_version, flags)
        platforms = platform_tags(platform)
        if platform.os == "manylinux" and not manylinux_compatible:
            platforms = [tag for tag in platforms if not tag.startswith("manylinux")]
        return cls(
            _pairs(python, abi, python_version, flags),
            platforms,
            _any_pairs(python, python_version),
            platform=platform,
            python_version=python_version,
            is_freethreaded=gil_disabled,
            is_cross=is_cross,
        )

    def compatibility(self, wheel: WheelFilename) -> int | None:
        """Return the priority of a wheel, the higher the better; `None` if it cannot be used."""
        rank = self.rank(wheel.python_tags, wheel.abi_tags, wheel.platform_tags)
        return rank if rank > 0 else None

    def incompatibility(self, wheel: WheelFilename) -> Incompatibility | None:
        """Tell why a wheel cannot be used; `None` if it can."""
        return _REASONS.get(self.rank(wheel.python_tags, wheel.abi_tags, wheel.platform_tags))

    def judge(self, wheel: WheelFilename) -> int | Incompatibility:
        """Return the priority of a wheel, or why it cannot be used."""
        rank = self.rank(wheel.python_tags, wheel.abi_tags, wheel.platform_tags)
        return rank if rank > 0 else _REASONS.get(rank, "invalid")

    def is_compatible(self, wheel: WheelFilename) -> bool:
        """Whether a wheel can be used."""
        return self.rank(wheel.python_tags, wheel.abi_tags, wheel.platform_tags) > 0

    def rank(self, pythons: Iterable[str], abis: Iterable[str], platforms: Iterable[str]) -> int:
        """Rate the best combination of tags: a priority above 0, or an incompatibility's rank below 0."""
        if self.is_freethreaded and not any(_is_freethreaded(abi) for abi in abis):
            return _FREETHREADED_ABI
        best = _INVALID
        for python in pythons:
            known = self._abis.get(python)
            if known is None:
                best = max(best, _PYTHON)
                continue
            for abi in abis:
                if abi not in known:
                    best = max(best, _ABI)
                    continue
                pair = (python, abi)
                for platform in platforms:
                    best = max(best, self._priority(pair, platform))
        return best

    def supports(self, python: str, abi: str) -> bool:
        """Whether there is any compatible wheel with this Python and ABI tag."""
        return abi in self._abis.get(python, ())

    @property
    def best(self) -> tuple[str, str, str] | None:
        """The tags of highest priority."""
        return next(iter(self), None)

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        """List every compatible triple, best first."""
        for python, abi in self._pairs:
            for platform in self._platforms:
                yield python, abi, platform
        for python, abi in self._any:
            yield python, abi, "any"

    def __len__(self) -> int:
        return self._total

    def __str__(self) -> str:
        return "".join(f"{python}-{abi}-{platform}\n" for python, abi, platform in self)

    def _priority(self, pair: tuple[str, str], platform: str) -> int:
        if platform == "any":
            index = self._any.get(pair)
            return _PLATFORM if index is None else len(self._any) - index
        place = self._platforms.get(platform)
        if place is None or pair not in self._pairs:
            return _PLATFORM
        return self._total - self._pairs[pair] * len(self._platforms) - place


def _is_freethreaded(abi: str) -> bool:
    known = abi_tag(abi)
    return known is not None and known.is_freethreaded


def _abi_flags(implementation: str, python_version: tuple[int, int], *, gil_disabled: bool, debug: bool) -> str:
    if implementation != "cpython":
        if gil_disabled:
            raise InvalidPlatform(f"Only CPython can be freethreading, not: {implementation}")
        if debug:
            raise InvalidPlatform(f"Only CPython can be debug-enabled, not: {implementation}")
        return ""
    # Before 3.8 the flag `m` (pymalloc) was part of the name, and practically always set.
    return "t" * gil_disabled + "d" * debug + "m" * (python_version <= (3, 7))


def _native(implementation: str, release: tuple[int, int], version: tuple[int, int], flags: str) -> tuple[str, str]:
    """Name the interpreter's own Python and ABI tag."""
    digits = f"{version[0]}{version[1]}"
    own = f"{release[0]}{release[1]}"
    match implementation:
        case "cpython":
            return f"cp{digits}", f"cp{digits}{flags}"
        case "pypy":
            return f"pp{digits}", f"pypy{digits}_pp{own}"
        case "graalpy":
            return f"graalpy{digits}", f"graalpy{own}_{digits}_native"
        case "pyston":
            return f"pyston{digits}", f"pyston_{own}_x86_64_linux_gnu"
        case "python" | "ironpython" | "jython":
            raise InvalidPlatform(f"Unsupported implementation: `{implementation}`")
        case _:
            raise InvalidPlatform(f"Unknown implementation: `{implementation}`")


def _pairs(python: str, abi: str, version: tuple[int, int], flags: str) -> list[tuple[str, str]]:
    """List the Python and ABI tags of binary wheels, best first."""
    major, minor = version
    pairs = [(python, abi)]
    if python.startswith("cp"):
        # From 3.8 on a debug build can load extensions of a release build.
        if "d" in flags and version >= (3, 8):
            pairs.append((python, f"cp{major}{minor}{flags.replace('d', '')}"))
        # The stable interface of every version up to this one; wheels without any interface right after the first.
        stable = "abi3t" if "t" in flags else "abi3"
        for older in range(minor, 1, -1):
            pairs.append((f"cp{major}{older}", stable))
            if older == minor:
                pairs.append((python, "none"))
    return pairs + [(tag, "none") for tag in _generic(version)]


def _any_pairs(python: str, version: tuple[int, int]) -> list[tuple[str, str]]:
    """List the Python and ABI tags of wheels for any platform, best first."""
    pairs = [(tag, "none") for tag in _generic(version)]
    return [(python, "none"), *pairs] if python.startswith("cp") else pairs


def _generic(version: tuple[int, int]) -> list[str]:
    """``py312``, ``py3``, ``py311``, ... ``py30``."""
    major, minor = version
    older = [f"py{major}{number}" for number in range(minor - 1, -1, -1)]
    return [f"py{major}{minor}", f"py{major}", *older]


def tag_lines_compatible(lines: Iterable[str], tags: Tags) -> bool:
    """Whether one of the ``Tag`` lines of a ``WHEEL`` file (each may be compressed: ``py2.py3-none-any``) is supported."""
    for line in lines:
        parts = line.split("-")
        if len(parts) == 3 and tags.rank(parts[0].split("."), parts[1].split("."), parts[2].split(".")) > 0:
            return True
    return False

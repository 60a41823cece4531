"""Python requests: the forms of ``--python``, ``UV_PYTHON`` and ``.python-version`` lines.

The forms are tried in a fixed order: keywords, versions (``3.12``, ``312``, ``>=3.11,<3.13``, ``3.13t``), implementations
(``pypy@3.10``), existing directories and files, download keys (``cpython-3.12-linux-x86_64-gnu``), executable names.
Specifiers and full versions are parsed by ``standards`` only where a request uses them.
"""

from __future__ import annotations

import os

from ultraviolet.python.errors import InvalidPythonRequest
from ultraviolet.python.platforms import ARCHITECTURES, LIBCS, SYSTEMS, architecture_name

TYPE_CHECKING = False
if TYPE_CHECKING:  # annotations only: importing `typing` costs more than parsing a thousand requests
    from typing import Literal

    from ultraviolet.standards.ranges import Range
    from ultraviolet.standards.specifiers import Specifiers
    from ultraviolet.standards.versions import Version

    Variant = Literal["", "freethreaded", "debug", "freethreaded+debug", "gil", "gil+debug"]
    RequestKind = Literal[
        "default",
        "any",
        "version",
        "directory",
        "file",
        "executable",
        "implementation",
        "implementation-version",
        "key",
    ]

IMPLEMENTATIONS: dict[str, tuple[str | None, str]] = {
    "cpython": ("cp", "CPython"),
    "pypy": ("pp", "PyPy"),
    "graalpy": ("gp", "GraalPy"),
    "pyodide": (None, "Pyodide"),
}
"""{long name: (short name, name in messages)}, in the order in which they are tried."""

IMPLEMENTATION_RANKS = {"pyodide": 0, "graalpy": 1, "pypy": 2, "cpython": 3}

_VARIANTS: dict[str, Variant] = {
    "t": "freethreaded",
    "freethreaded": "freethreaded",
    "d": "debug",
    "debug": "debug",
    "td": "freethreaded+debug",
    "freethreaded+debug": "freethreaded+debug",
    "gil": "gil",
    "gil+debug": "gil+debug",
    "": "",
}
VARIANT_SUFFIXES: dict[str, str] = {
    "": "",
    "debug": "d",
    "freethreaded": "t",
    "freethreaded+debug": "td",
    "gil": "",
    "gil+debug": "d",
}
"""What a variant appends to the name of the executable (``python3.13t``)."""


class VersionRequest:
    """The version part of a request: any, default, up to three numbers with a pre-release, or a range."""

    __slots__ = ("kind", "pre", "release", "specifiers", "variant")

    def __init__(
        self,
        kind: Literal["default", "any", "release", "range"] = "default",
        *,
        release: tuple[int, ...] = (),
        pre: tuple[str, int] | None = None,
        specifiers: Specifiers | None = None,
        variant: Variant = "",
    ) -> None:
        self.kind = kind
        self.release = release
        """One to three numbers, for ``release``."""
        self.pre = pre
        self.specifiers = specifiers
        """For ``range``."""
        self.variant: Variant = variant

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, VersionRequest):
            return NotImplemented
        return self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash(self._facts())

    def _facts(self) -> tuple[object, ...]:
        return self.kind, self.release, self.pre, str(self.specifiers), self.variant

    def __repr__(self) -> str:
        return f"VersionRequest({str(self)!r})"

    def __str__(self) -> str:
        if self.kind == "range":
            return self.specifiers.text(", ") if self.specifiers is not None else ""
        if self.kind != "release":
            return self.kind
        suffix = "+" + self.variant if self.variant else ""
        pre = _pre_text(self.pre)
        return ".".join(map(str, self.release)) + pre + suffix

    @property
    def major(self) -> int | None:
        """First number, if any."""
        return self.release[0] if self.release else None

    @property
    def minor(self) -> int | None:
        """Second number, if any."""
        return self.release[1] if len(self.release) > 1 else None

    @property
    def patch(self) -> int | None:
        """Third number, if any."""
        return self.release[2] if len(self.release) > 2 else None

    @property
    def is_debug(self) -> bool:
        """Whether a debug build is asked for."""
        return self.variant.endswith("debug")

    @property
    def is_freethreaded(self) -> bool:
        """Whether a build without the global interpreter lock is asked for."""
        return self.variant.startswith("free")

    @property
    def allows_prereleases(self) -> bool:
        """Whether a pre-release may be chosen without being the last resort."""
        if self.kind == "range":
            return self._range_names_prerelease()
        return self.kind == "any" or self.pre is not None

    def _range_names_prerelease(self) -> bool:
        return self.specifiers is not None and any(item.version.is_prerelease for item in self.specifiers.items)

    def check_supported(self) -> str | None:
        """Return why no such Python can be used, or None."""
        if self.kind == "release":
            bare = VersionRequest("release", release=self.release, pre=self.pre)
            if len(self.release) == 1:
                if self.release[0] < 3:
                    return f"Python <3 is not supported but {self.release[0]} was requested."
            elif self.release[:2] < (3, 6):
                return f"Python <3.6 is not supported but {bare} was requested."
            if self.is_freethreaded and len(self.release) > 1 and not self.pre and self.release[:2] < (3, 13):
                return f"Python <3.13 does not support free-threading but {self} was requested."
        return None

    def matches(self, version: str, *, gil_disabled: bool = False, debug: bool = False) -> bool:
        """Whether an interpreter of this full version and build satisfies the request."""
        if self.kind == "any":
            return True
        release, pre = split_version(version)
        if not self.matches_variant(release, gil_disabled=gil_disabled, debug=debug):
            return False
        if self.kind == "default":
            return True
        if self.kind == "range":
            return self._range_contains(version)
        if self.pre is not None:
            return pre == self.pre and release[: len(self.release)] == self.release
        if len(self.release) == 3 and pre is not None:
            return False  # a patch asks for a stable release
        return release[: len(self.release)] == self.release

    def _range_contains(self, version: str) -> bool:
        from ultraviolet.standards.versions import parse_version

        if self.specifiers is None:
            return True
        parsed = parse_version(version)
        if not self._range_names_prerelease():
            parsed = parsed.only_release()  # `>=3.14` admits 3.14.0rc3
        return self.specifiers.contains(parsed)

    def matches_variant(self, release: tuple[int, ...], *, gil_disabled: bool, debug: bool) -> bool:
        """Whether a build is of the requested variant; free-threading is the default's business from 3.14 on."""
        variant = self.variant
        if variant == "":
            return not gil_disabled or release[:2] >= (3, 14)
        if variant == "debug":
            return debug
        if variant == "freethreaded":
            return gil_disabled
        if variant == "freethreaded+debug":
            return gil_disabled and debug
        return not gil_disabled and (debug or variant == "gil")

    def matches_minor(self, major: int, minor: int) -> bool:
        """Whether some version ``major.minor.x`` could match; used to skip executables by their name."""
        if self.kind == "range":
            bounds = self._minor_bounds()
            return bounds[0] <= (major, minor) <= bounds[1]
        return self.release[:2] == (major, minor)[: len(self.release)]

    def _minor_bounds(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the smallest and greatest (major, minor) that the range's plain operators leave."""
        low, high = (0, 0), (999, 999)
        for item in self.specifiers.items if self.specifiers is not None else ():
            release = item.version.release
            pair = (release[0], release[1] if len(release) > 1 else 0)
            operator = item.operator
            if operator in (">=", ">", "==", "===", "~="):
                low = max(low, pair)
            if operator == "==.*":
                low = max(low, pair)
                high = min(high, pair if len(release) > 1 else (pair[0], 999))
            elif operator in ("<=", "==", "==="):
                high = min(high, pair)
            elif operator == "<":
                # `<3.13` ends below 3.13.0, `<3.13.2` admits 3.13
                below = len(release) < 3 or not any(release[2:])
                if below and pair[1] > 0:
                    pair = (pair[0], pair[1] - 1)
                elif below:
                    pair = (pair[0] - 1, 999)
                high = min(high, pair)
            elif operator == "~=":
                high = min(high, (pair[0], 999) if len(release) < 3 else pair)
        return low, high

    def without_patch(self) -> VersionRequest:
        """Return the request with the patch number dropped."""
        if len(self.release) < 3:
            return self
        return VersionRequest("release", release=self.release[:2], pre=self.pre, variant=self.variant)

    def as_version(self) -> Version | None:
        """Return the exact version asked for, when it is exact."""
        if self.kind != "release":
            return None
        from ultraviolet.standards.versions import parse_version

        release = self.release
        if self.pre and len(release) == 2:
            release = (*release, 0)
        return parse_version(".".join(map(str, release)) + _pre_text(self.pre))

    def as_specifiers(self) -> Specifiers | None:
        """Return the versions asked for, or None when all are welcome."""
        if self.kind == "range":
            return self.specifiers
        version = self.as_version()
        if version is None:
            return None
        from ultraviolet.standards.specifiers import parse_specifiers

        return parse_specifiers(f"=={version}" + ("" if self.pre or len(self.release) == 3 else ".*"))

    def executable_names(self, implementation: str | None = None, suffix: str = "") -> list[str]:
        """Return the names to look for in a directory of ``PATH``, best first; ``suffix`` is ``.exe`` on Windows."""
        names: list[tuple[str, tuple[int, ...], str, str]] = [("", (), "", "")]
        if self.release:
            names.extend(("", self.release[:count], "", "") for count in range(1, len(self.release) + 1))
        else:
            names.append(("", (3,), "", ""))
        if self.pre:
            pre = _pre_text(self.pre)
            names.extend(("", numbers, pre, "") for _, numbers, _, _ in names[:] if len(numbers) > 1)
        if implementation is not None:
            names.extend((implementation, numbers, pre, "") for _, numbers, pre, _ in names[:])
        elif self.kind == "any":
            plain = names[:]
            names.extend((other, numbers, pre, "") for _, numbers, pre, _ in plain for other in IMPLEMENTATIONS)
        if self.kind != "any" and self.variant:
            names.extend((name, numbers, pre, self.variant) for name, numbers, pre, _ in names[:])

        default = self.kind in ("any", "default")
        sign = -1 if default else 1

        def preference(name: tuple[str, tuple[int, ...], str, str]) -> tuple[object, ...]:
            which, numbers, pre, variant = name
            foreign = (which != "") == (implementation is not None)
            padded = tuple(sign * (number + 1) for number in numbers) + (0,) * (3 - len(numbers))
            return foreign, IMPLEMENTATION_RANKS.get(which, -1), padded, sign * bool(pre), sign * bool(variant)

        names.sort(key=preference, reverse=True)
        return [
            (which or "python") + ".".join(map(str, numbers)) + pre + VARIANT_SUFFIXES[variant] + suffix
            for which, numbers, pre, variant in names
        ]


def _pre_text(pre: tuple[str, int] | None) -> str:
    return f"{pre[0]}{pre[1]}" if pre else ""


def split_version(version: str) -> tuple[tuple[int, ...], tuple[str, int] | None]:
    """Split a full version as an interpreter reports it (``3.13.0rc1``) into numbers and pre-release."""
    numbers = []
    for position, part in enumerate(version.split(".", 2)):
        if part.isdigit():
            numbers.append(int(part))
            continue
        digits = len(part) - len(part.lstrip("0123456789"))
        numbers.append(int(part[:digits] or "0"))
        rest = part[digits:]
        kind = rest.rstrip("0123456789")
        serial = rest[len(kind) :]
        if kind in ("a", "b", "rc") and serial and position:
            return tuple(numbers), (kind, int(serial))
        break
    return tuple(numbers), None


def parse_version_request(text: str) -> VersionRequest:
    """Parse the version part of a request (lower-cased).

    :raises InvalidPythonRequest: it is neither a version nor a set of specifiers that a Python can have.
    """
    stem, variant = _split_variant(text)
    if (
        stem.replace(".", "").isdecimal()
        and stem.isascii()
        and ".." not in stem
        and stem[-1:] != "."
        and stem[:1] != "."
    ):
        release = tuple(map(int, stem.split(".")))
        pre = None
    else:
        from ultraviolet.standards.errors import InvalidVersion
        from ultraviolet.standards.versions import parse_version

        try:
            version = parse_version(stem)
        except InvalidVersion:
            return _parse_range(stem, variant)
        if version.post is not None or version.dev is not None or version.local:
            raise InvalidPythonRequest(f"Invalid version request: {stem}")
        release, pre = version.release, version.pre
    if len(release) == 1 and release[0] > 9:
        digits = str(release[0])  # `312` is 3.12
        release = (int(digits[0]), int(digits[1:]))
    if len(release) > 3 or max(release) > 255 or (pre and len(release) == 1):
        raise InvalidPythonRequest(f"Invalid version request: {stem}")
    if pre and len(release) == 3 and release[2] == 0:
        release = release[:2]
    return VersionRequest("release", release=release, pre=pre, variant=variant)


def _split_variant(text: str) -> tuple[str, Variant]:
    if text.isalpha() or not text:
        raise InvalidPythonRequest(f"Invalid version request: {text}")
    stem = text.rstrip("abcdefghijklmnopqrstuvwxyz+")
    if not stem or stem == text or not stem[-1].isdigit():
        return text, ""
    variant = _VARIANTS.get(text[len(stem) :].removeprefix("+"))
    return (text, "") if variant is None else (stem, variant)


def _parse_range(text: str, variant: Variant) -> VersionRequest:
    from ultraviolet.standards.errors import InvalidSpecifier
    from ultraviolet.standards.specifiers import parse_specifiers

    try:
        specifiers = parse_specifiers(text)
    except InvalidSpecifier:
        raise InvalidPythonRequest(f"Invalid version request: {text}") from None
    if not specifiers:
        raise InvalidPythonRequest(f"Invalid version request: {text}")
    return version_request_from_specifiers(specifiers, variant)


def version_request_from_specifiers(specifiers: Specifiers, variant: Variant = "") -> VersionRequest:
    """Return a request for the versions that ``specifiers`` admit; a lone ``==3.12`` asks for 3.12."""
    items = specifiers.items
    if len(items) == 1 and items[0].operator == "==":
        try:
            return parse_version_request(str(items[0].version))
        except InvalidPythonRequest:
            pass
    return VersionRequest("range", specifiers=specifiers, variant=variant)


class KeyRequest:
    """A download key with optional parts: ``cpython-3.12-linux-x86_64-gnu``, ``any-3.13``, ``linux``."""

    __slots__ = ("arch", "implementation", "libc", "system", "version")

    def __init__(
        self,
        implementation: str | None = None,
        version: VersionRequest | None = None,
        system: str | None = None,
        arch: str | None = None,
        libc: str | None = None,
    ) -> None:
        self.implementation = implementation
        self.version = version
        self.system = system
        self.arch = arch
        self.libc = libc

    def __str__(self) -> str:
        parts = (self.implementation, self.version, self.system, self.arch, self.libc)
        return "-".join("any" if part is None else str(part) for part in parts)


def parse_key_request(text: str) -> KeyRequest | None:
    """Parse a download key; None when a part is none of implementation, version, system, architecture, libc in order."""
    if not text:
        return None
    request = KeyRequest()
    position = 0
    parts = text.split("-")
    if len(parts) > 5:
        return None
    for part in parts:
        if part.lower() == "any" and position < 5:
            position += 1
            continue
        while position < 5 and not _set_key_part(request, position, part):
            position += 1
        if position >= 5:
            return None
        position += 1
    return request


def _set_key_part(request: KeyRequest, position: int, part: str) -> bool:
    if position == 0:
        request.implementation = _implementation(part.lower())
        return request.implementation is not None
    if position == 1:
        try:
            request.version = parse_version_request(part)
        except InvalidPythonRequest:
            return False
        return True
    if position == 2:
        request.system = part if part in SYSTEMS else None
        return request.system is not None
    if position == 3:
        request.arch = architecture_name(part) if part in ARCHITECTURES else None
        return request.arch is not None
    request.libc = part if part in LIBCS else None
    return request.libc is not None


def _implementation(text: str) -> str | None:
    for name, (short, _) in IMPLEMENTATIONS.items():
        if text == name or (short is not None and text == short):
            return name
    return None


class PythonRequest:
    """What the user asked for, in one of nine kinds."""

    __slots__ = ("implementation", "key", "kind", "value", "version")

    def __init__(
        self,
        kind: RequestKind = "default",
        *,
        value: str = "",
        implementation: str | None = None,
        version: VersionRequest | None = None,
        key: KeyRequest | None = None,
    ) -> None:
        self.kind: RequestKind = kind
        self.value = value
        """Path or executable name."""
        self.implementation = implementation
        """Long name, for ``implementation`` and ``implementation-version``."""
        self.version = version
        """For ``version`` and ``implementation-version``."""
        self.key = key
        """For ``key``."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PythonRequest) and self.canonical() == other.canonical()

    def __hash__(self) -> int:
        return hash(self.canonical())

    def __repr__(self) -> str:
        return f"PythonRequest({self.kind!r}, {self.canonical()!r})"

    def canonical(self) -> str:
        """Return the text that ``.python-version`` files hold; parsing it gives the same request."""
        match self.kind:
            case "any" | "default":
                return self.kind
            case "version":
                # pins hold specifiers as `>=3.12, <3.13`
                return str(self.version)
            case "implementation":
                return self.implementation or ""
            case "implementation-version":
                return f"{self.implementation}@{self.version}"
            case "key":
                return str(self.key)
            case _:
                return self.value

    def describe(self, cwd: str = "") -> str:
        """Return the request as messages name it; paths below ``cwd`` are shown relative to it."""
        match self.kind:
            case "default":
                return "a default Python"
            case "any":
                return "any Python"
            case "version":
                return f"Python {self.version}"
            case "directory":
                return f"directory `{user_path(self.value, cwd)}`"
            case "file":
                return f"path `{user_path(self.value, cwd)}`"
            case "executable":
                return f"executable name `{self.value}`"
            case "implementation":
                return pretty_implementation(self.implementation or "")
            case "implementation-version":
                return f"{pretty_implementation(self.implementation or '')} {self.version}"
            case "key":
                return str(self.key)

    @property
    def version_request(self) -> VersionRequest | None:
        """The version part, whichever kind carries it."""
        return self.key.version if self.key is not None else self.version

    @property
    def is_explicit_system(self) -> bool:
        """Whether a path was given, which allows system interpreters where they are otherwise refused."""
        return self.kind in ("file", "directory")

    @property
    def includes_patch(self) -> bool:
        """Whether a patch number was asked for, so that the environment must not follow upgrades."""
        version = self.version_request
        return version is not None and version.patch is not None

    @property
    def includes_prerelease(self) -> bool:
        """Whether a pre-release was asked for by name."""
        version = self.version_request
        return version is not None and version.pre is not None

    @property
    def allows_prereleases(self) -> bool:
        """Whether asking so is consent to a pre-release."""
        if self.kind == "version" and self.version is not None:
            return self.version.allows_prereleases
        if self.kind == "key":
            version = self.version_request
            return version is not None and version.allows_prereleases
        return self.kind in ("any", "directory", "file", "executable", "implementation-version")

    @property
    def allows_debug(self) -> bool:
        """Whether asking so is consent to a debug build."""
        version = self.version_request
        if version is not None:
            return version.is_debug
        return self.kind in ("any", "directory", "file", "executable")

    @property
    def allows_alternatives(self) -> bool:
        """Whether asking so is consent to an implementation other than CPython."""
        if self.kind in ("implementation", "implementation-version"):
            return self.implementation != "cpython"
        if self.key is not None:
            return self.key.implementation not in (None, "cpython") or self.key.system == "emscripten"
        return self.kind in ("any", "directory", "file", "executable")

    def as_version(self) -> Version | None:
        """Return the exact version asked for, when the request is that exact."""
        version = self.version_request
        return version.as_version() if version is not None else None

    def intersects(self, versions: Range) -> bool:
        """Whether some version that is asked for lies in ``versions`` (release-only, as ``requires-python``)."""
        version = self.version_request
        specifiers = version.as_specifiers() if version is not None else None
        if specifiers is None:
            return True
        from ultraviolet.standards.ranges import release_range

        return not release_range(specifiers, trim=False).is_disjoint(versions)


DEFAULT = PythonRequest("default")
ANY = PythonRequest("any")


def pretty_implementation(name: str) -> str:
    """Return the name of an implementation as messages write it."""
    return IMPLEMENTATIONS[name][1] if name in IMPLEMENTATIONS else name


def parse_request(text: str, cwd: str = "") -> PythonRequest:
    """Parse the value of ``--python``; never fails, as anything else is the name of an executable.

    ``cwd`` is the directory against which relative paths are looked up (the process's own when empty).
    """
    lower = text.lower()
    if lower == "any":
        return ANY
    if lower == "default":
        return DEFAULT
    try:
        request = _parse_versions(("python", ""), True, lower)
    except InvalidPythonRequest:
        request = None
    if request is not None:
        return request
    path = os.path.join(cwd, text) if cwd else text
    if text and os.path.isdir(path):
        return PythonRequest("directory", value=text)
    if text and os.path.isfile(path):
        return PythonRequest("file", value=text)
    if os.name == "nt" and not os.path.splitext(text)[1] and os.path.isfile(path + ".exe"):
        return PythonRequest("file", value=text + ".exe")
    if os.sep in text or (os.altsep is not None and os.altsep in text):
        return PythonRequest("file", value=text)
    key = parse_key_request(text)
    if key is not None:
        return PythonRequest("key", key=key)
    return PythonRequest("executable", value=text)


def request_from_specifiers(specifiers: Specifiers) -> PythonRequest | None:
    """Return the request that a project's ``requires-python`` makes, or None when it admits everything."""
    if not specifiers:
        return None
    return PythonRequest("version", version=version_request_from_specifiers(specifiers))


def request_from_tool_name(text: str) -> PythonRequest | None:
    """Return the request that ``uvx NAME`` makes when NAME is a Python (``python``, ``python3.12``, ``pypy@3.10``).

    :raises InvalidPythonRequest: what follows ``@`` is not a version.
    """
    lower = text.lower()
    prefixes = ("python", "pythonw") if os.name == "nt" else ("python",)
    if lower in prefixes:
        return DEFAULT
    return _parse_versions(prefixes, False, lower)


def _parse_versions(prefixes: tuple[str, ...], short_names: bool, lower: str) -> PythonRequest | None:
    for prefix in prefixes:
        version = _split_prefix(prefix, lower)
        if version is not None:
            return PythonRequest("version", version=version)
    for name, (short, _) in IMPLEMENTATIONS.items():
        for candidate in (name, short) if short_names else (name,):
            if candidate is None:
                continue
            if lower == candidate:
                return PythonRequest("implementation", implementation=name)
            version = _split_prefix(candidate, lower)
            if version is not None:
                return PythonRequest("implementation-version", implementation=name, version=version)
    return None


def _split_prefix(prefix: str, lower: str) -> VersionRequest | None:
    if lower.startswith("@"):
        raise InvalidPythonRequest(f"Invalid version request: {lower}")
    if not lower.startswith(prefix):
        return None
    rest = lower[len(prefix) :]
    if not rest:
        return None
    if rest[0] == "@":
        if rest == "@latest":
            raise InvalidPythonRequest("Requesting the 'latest' Python version is not yet supported")
        return parse_version_request(rest[1:])
    if rest[0] not in "0123456789<>=!~v ":
        return None  # not worth the version parser
    try:
        return parse_version_request(rest)
    except InvalidPythonRequest:
        return None


def user_path(path: str, cwd: str) -> str:
    """Return ``path`` as shown to the user: relative to ``cwd`` when it lies below, ``.`` for ``cwd`` itself."""
    if not cwd or os.path.dirname(cwd) == cwd:
        return path or "."
    for base in (cwd, os.path.realpath(cwd)):
        if path == base:
            return "."
        if path.startswith(base) and path[len(base)] == os.sep:
            return path[len(base) + 1 :] or "."
    return path or "."

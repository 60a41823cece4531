"""File names of wheels and source distributions (binary and source distribution format specifications).

An index page lists thousands of files, so there are two readings of a name: `split_filename` cuts out the version
without looking further, for all of them; `parse_wheel_filename` and `parse_sdist_filename` read a name fully, and
explain what is wrong with it, for the few that matter.
"""

from __future__ import annotations

from typing import Final, Literal

from ultraviolet.standards.errors import InvalidName, InvalidSdistFilename, InvalidVersion, InvalidWheelFilename
from ultraviolet.standards.names import PackageName, dist_info_name, parse_package_name
from ultraviolet.standards.tag_grammar import known_abi_tags, known_platform_tags, known_python_tags
from ultraviolet.standards.versions import Version, parse_version

Kind = Literal["wheel", "sdist"]
SdistExtension = Literal[
    "tar.gz", "zip", "tar", "tar.bz2", "tar.lz", "tar.lzma", "tar.xz", "tar.zst", "tbz", "tgz", "tlz", "txz"
]

_EXTENSIONS: Final[dict[str, SdistExtension]] = {
    "zip": "zip",
    "tar": "tar",
    "tgz": "tgz",
    "tbz": "tbz",
    "txz": "txz",
    "tlz": "tlz",
}
_TAR_EXTENSIONS: Final[dict[str, SdistExtension]] = {
    "gz": "tar.gz",
    "bz2": "tar.bz2",
    "xz": "tar.xz",
    "lz": "tar.lz",
    "lzma": "tar.lzma",
    "zst": "tar.zst",
}

_WHEELS: dict[str, WheelFilename] = {}


class WheelFilename:
    """The parts of a wheel's file name; equality and hash go by all of them."""

    __slots__ = ("abi_tags", "build", "name", "platform_tags", "python_tags", "tags", "version")

    def __init__(
        self, name: PackageName, version: Version, build: tuple[int, str] | None, tags: str, *, known: _KnownTags
    ) -> None:
        self.name = name
        """The normalised project name."""
        self.version = version
        """The version, local label included."""
        self.build = build
        """The build tag as (number, rest); an absent one sorts before all others."""
        self.tags = tags
        """Build tag and compatibility tags as in the file name, tags nobody knows included."""
        self.python_tags, self.abi_tags, self.platform_tags = known
        """The tags that can match an interpreter; unknown ones are left out."""

    @property
    def stem(self) -> str:
        """The normalised file name without ``.whl``."""
        return f"{dist_info_name(self.name)}-{self.version}-{self.tags}"

    def __str__(self) -> str:
        return self.stem + ".whl"

    def __repr__(self) -> str:
        return f"WheelFilename({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, WheelFilename):
            return NotImplemented
        return (self.name, self.version, self.tags) == (other.name, other.version, other.tags)

    def __hash__(self) -> int:
        return hash((self.name, self.version, self.tags))


class SdistFilename:
    """The parts of a source distribution's file name."""

    __slots__ = ("extension", "name", "version")

    def __init__(self, name: PackageName, version: Version, extension: SdistExtension) -> None:
        self.name = name
        """The normalised project name."""
        self.version = version
        """The version."""
        self.extension: SdistExtension = extension
        """What follows the version, without the dot."""

    @property
    def is_pep625_compliant(self) -> bool:
        """Whether the archive has one of the two formats an installer must accept."""
        return is_pep625_compliant(self.extension)

    def __str__(self) -> str:
        return f"{dist_info_name(self.name)}-{self.version}.{self.extension}"

    def __repr__(self) -> str:
        return f"SdistFilename({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SdistFilename):
            return NotImplemented
        return (self.name, self.version, self.extension) == (other.name, other.version, other.extension)

    def __hash__(self) -> int:
        return hash((self.name, self.version, self.extension))


def split_filename(filename: str, name: str) -> tuple[Kind, str] | None:
    """Tell whether `filename` is a wheel or source distribution of the package, and its version as text.

    `name` is normalised. Returns `None` for files of other kinds and other packages; neither the version nor a
    wheel's tags are checked.

    >>> split_filename("Foo.Bar-1.0-py3-none-any.whl", "foo-bar")
    ('wheel', '1.0')
    """
    if filename[-4:] == ".whl":
        parts = filename[:-4].split("-")
        if 5 <= len(parts) <= 6 and (parts[0] == name or _is_name(parts[0], name)):
            return "wheel", parts[1]
        return None
    if filename[-7:] == ".tar.gz":
        stem = filename[:-7]
    else:
        extension = sdist_extension(filename)
        if extension is None:
            return None
        stem = filename[: -len(extension) - 1]
    size = len(name)
    if stem[size : size + 1] != "-" or not (stem.startswith(name) or _is_name(stem[:size], name)):
        return None
    version = stem[size + 1 :]
    return ("sdist", version) if version else None


def sdist_extension(filename: str) -> SdistExtension | None:
    """Return the extension of a source distribution, `None` if the file cannot be one."""
    stem, _, last = filename.rpartition(".")
    if not stem:
        return None
    extension = _EXTENSIONS.get(last)
    if extension is None and stem[-4:].lower() == ".tar" and len(stem) > 4:
        return _TAR_EXTENSIONS.get(last)
    return extension


def is_pep625_compliant(extension: str) -> bool:
    """Whether a source distribution with this extension may be used: ``.tar.gz``, and ``.zip`` for old ones."""
    return extension in {"tar.gz", "zip"}


def parse_wheel_filename(filename: str) -> WheelFilename:
    """Parse the name of a wheel file.

    Raises `InvalidWheelFilename`.
    """
    wheel = _WHEELS.get(filename)
    if wheel is None:
        if not filename.endswith(".whl"):
            raise _invalid_wheel(filename, "Must end with .whl")
        wheel = _WHEELS[filename] = _parse_wheel(filename[:-4], filename)
    return wheel


def parse_wheel_stem(stem: str) -> WheelFilename:
    """Parse the name of a wheel without its extension.

    Raises `InvalidWheelFilename`.
    """
    if len(stem) > 4 and stem[-4:].lower() == ".whl":
        raise InvalidWheelFilename(f'The wheel stem "{stem}" has an unexpected extension')
    return _parse_wheel(stem, stem)


def parse_sdist_filename(filename: str, name: PackageName) -> SdistFilename:
    """Parse the name of a source distribution of the package `name`.

    Where the name ends and the version begins cannot be told otherwise (``a-1-1.zip``).
    Raises `InvalidSdistFilename`.
    """
    extension = sdist_extension(filename)
    if extension is None:
        raise _invalid_sdist(filename, "File extension is invalid")
    stem = filename[: -len(extension) - 1]
    size = len(name)
    if len(stem) <= size + 1 or stem[size] != "-":
        raise _invalid_sdist(filename, f"Name doesn't start with package name {name}")
    if not _is_name(stem[:size], name):
        try:
            parse_package_name(stem[:size])
        except InvalidName as error:
            raise _invalid_sdist(filename, error.message) from None
        raise _invalid_sdist(filename, f"Name doesn't start with package name {name}")
    return SdistFilename(name, _sdist_version(stem[size + 1 :], filename), extension)


def parse_unknown_sdist_filename(filename: str) -> SdistFilename:
    """Parse the name of a source distribution of any package, taking the version to have no ``-``.

    Raises `InvalidSdistFilename`.
    """
    extension = sdist_extension(filename)
    if extension is None:
        raise _invalid_sdist(filename, "File extension is invalid")
    prefix, minus, version = filename[: -len(extension) - 1].rpartition("-")
    if not minus:
        raise _invalid_sdist(filename, "Missing name-version separator")
    try:
        name = parse_package_name(prefix)
    except InvalidName as error:
        raise _invalid_sdist(filename, error.message) from None
    return SdistFilename(name, _sdist_version(version, filename), extension)


_PYTHONS: dict[str, tuple[str, ...]] = {}
_ABIS: dict[str, tuple[str, ...]] = {}
_PLATFORMS: dict[str, tuple[str, ...]] = {}
"""Components of tags as known tags; a thousand file names share some dozens of components."""

_KnownTags = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _parse_wheel(stem: str, filename: str) -> WheelFilename:
    parts = stem.split("-")
    if len(parts) < 5:
        missing = ("a version", "a Python tag", "an ABI tag", "a platform tag")[len(parts) - 1]
        raise _invalid_wheel(filename, f"Must have {missing}")
    if len(parts) > 6:
        raise _invalid_wheel(filename, "Must have 5 or 6 components, but has more")
    try:
        name = parse_package_name(parts[0])
    except InvalidName as error:
        raise InvalidWheelFilename(f'The wheel filename "{filename}" has an invalid package name') from error
    try:
        version = parse_version(parts[1])
    except InvalidVersion as error:
        raise InvalidWheelFilename(f'The wheel filename "{filename}" has an invalid version: {error.message}') from None
    build = _build_tag(parts[2], filename) if len(parts) == 6 else None
    python, abi, platform = parts[-3:]
    pythons, abis, platforms = _PYTHONS.get(python), _ABIS.get(abi), _PLATFORMS.get(platform)
    if pythons is None:
        pythons = _PYTHONS[python] = known_python_tags(_atoms(python, filename))
    if abis is None:
        abis = _ABIS[abi] = known_abi_tags(_atoms(abi, filename))
    if platforms is None:
        platforms = _PLATFORMS[platform] = known_platform_tags(_atoms(platform, filename))
    return WheelFilename(name, version, build, "-".join(parts[2:]), known=(pythons, abis, platforms))


def _atoms(component: str, filename: str) -> tuple[str, ...]:
    if component.isascii() and component.replace("_", "a").isalnum():
        return (component,)
    atoms = component.removesuffix(".").split(".")
    if not all(atom.isascii() and atom.replace("_", "a").isalnum() for atom in atoms):
        raise _invalid_wheel(
            filename, "Tag components must contain only ASCII letters, digits, underscores, and periods"
        )
    return tuple(atoms)


def _build_tag(text: str, filename: str) -> tuple[int, str]:
    end = 0
    while end < len(text) and text[end] in "0123456789":
        end += 1
    if not text:
        problem = "must not be empty"
    elif not (text.isascii() and text.replace("_", "a").replace(".", "a").isalnum()):
        problem = "must contain only ASCII letters, digits, underscores, and periods"
    elif not end:
        problem = "must start with a digit"
    elif len(text[:end].lstrip("0")) > 20 or int(text[:end]) >= 2**64:
        problem = "number too large to fit in target type"
    else:
        return int(text[:end]), text[end:]
    raise InvalidWheelFilename(f'The wheel filename "{filename}" has an invalid build tag: {problem}')


def _sdist_version(text: str, filename: str) -> Version:
    try:
        return parse_version(text)
    except InvalidVersion:
        raise _invalid_sdist(filename, "Version section is invalid") from None


def _is_name(text: str, name: str) -> bool:
    return text == name or text.replace("_", "-").replace(".", "-").lower() == name


def _invalid_wheel(filename: str, problem: str) -> InvalidWheelFilename:
    return InvalidWheelFilename(f'The wheel filename "{filename}" is invalid: {problem}')


def _invalid_sdist(filename: str, problem: str) -> InvalidSdistFilename:
    return InvalidSdistFilename(f"Failed to parse source distribution filename {filename}: {problem}")

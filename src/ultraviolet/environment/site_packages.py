"""What is installed in an environment: an index built from the names in site-packages.

Names and versions come from directory names, so that a listing opens one file a distribution at most (``direct_url.json``);
metadata, tags and build records are read when somebody asks.

Directories called ``.uv-install-*`` and ``.uv-remove-*`` are what an install or uninstall that was killed has left; see
``install.journal``.
"""

from __future__ import annotations

import os

from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.urls import path_to_url, url_to_path
from ultraviolet.environment.errors import UnreadableMetadata
from ultraviolet.environment.value import Environment
from ultraviolet.errors import UltravioletError
from ultraviolet.standards.names import parse_package_name
from ultraviolet.standards.versions import parse_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ultraviolet.standards.metadata import Metadata

JOURNALS = (".uv-install-", ".uv-remove-")
"""Prefixes of the directories in which installs and uninstalls keep what they are about to do."""


class SitePackages:
    """The installed distributions, in the order of their paths; several of one name are all kept."""

    __slots__ = ("_by_name", "directories", "distributions", "interrupted", "warnings")

    def __init__(
        self,
        distributions: Iterable[InstalledDistribution],
        *,
        directories: tuple[str, ...] = (),
        interrupted: tuple[str, ...] = (),
        warnings: tuple[str, ...] = (),
    ) -> None:
        self.distributions = tuple(distributions)
        self.directories = directories
        """The site-packages directories that were read."""
        self.interrupted = interrupted
        """Journals of killed installs and uninstalls, to be repaired before anything is changed."""
        self.warnings = warnings
        """Sentences for the user."""
        self._by_name: dict[str, list[InstalledDistribution]] = {}
        for distribution in self.distributions:
            self._by_name.setdefault(distribution.name, []).append(distribution)

    def __iter__(self) -> Iterator[InstalledDistribution]:
        return iter(self.distributions)

    def __len__(self) -> int:
        return len(self.distributions)

    def get(self, name: str) -> list[InstalledDistribution]:
        """Return all installed distributions of a package."""
        return self._by_name.get(name, [])

    def names(self) -> Iterable[str]:
        """Return the names of the installed packages, in the order of their paths."""
        return self._by_name

    def without(self, name: str) -> SitePackages:
        """Return the index as it will be when a package is gone."""
        kept = (distribution for distribution in self.distributions if distribution.name != name)
        return SitePackages(kept, directories=self.directories, interrupted=self.interrupted, warnings=self.warnings)


def read_site_packages(environment: Environment) -> SitePackages:
    """Index the site-packages directories of an environment."""
    return read_directories(environment.site_packages())


def read_directories(directories: Iterable[str]) -> SitePackages:
    """Index some directories (``--path`` of ``pip list`` and ``pip freeze`` names them); missing ones are empty.

    :raises UnreadableMetadata: an entry claims to be a distribution, but has no valid name or version.
    """
    distributions: list[InstalledDistribution] = []
    interrupted: list[str] = []
    warnings: list[str] = []
    for directory in directories:
        try:
            names = sorted(os.listdir(directory))
        except (FileNotFoundError, NotADirectoryError):
            continue
        for name in names:
            if name[-5:] not in ("-info", "-link"):
                if name.startswith(JOURNALS):
                    interrupted.append(os.path.join(directory, name))
                continue
            path = os.path.join(directory, name)
            try:
                distribution = read_installed(path)
            except (UltravioletError, OSError) as error:
                if name[0] == "~":
                    warnings.append(f"Ignoring dangling temporary directory: `{path}`")
                    continue
                raise UnreadableMetadata(path) from error
            if distribution is not None:
                distributions.append(distribution)
    return SitePackages(
        distributions, directories=tuple(directories), interrupted=tuple(interrupted), warnings=tuple(warnings)
    )


def read_installed(path: str) -> InstalledDistribution | None:
    """Return the distribution that an entry of site-packages stands for; None when it stands for none.

    :raises StandardsError: its name or version is invalid.
    """
    stem, _, suffix = os.path.basename(path).rpartition(".")
    if suffix == "dist-info":
        return _read_dist_info(path, stem)
    if suffix == "egg-info":
        return _read_egg_info(path, stem)
    if suffix == "egg-link":
        return _read_egg_link(path, stem)
    return None


def _read_dist_info(path: str, stem: str) -> InstalledDistribution | None:
    name_text, dash, version_text = stem.partition("-")
    if not dash:
        return None
    name, version = parse_package_name(name_text), parse_version(version_text)
    data = read_file(path + "/direct_url.json")
    if data is None:
        complete = os.access(path + "/RECORD", os.F_OK) or os.access(path + "/INSTALLER", os.F_OK)
        if not complete and not os.path.isdir(path):
            return None
        return InstalledDistribution(name=name, version=version, kind="registry", path=path, complete=complete)
    from ultraviolet.standards.direct_url import parse_direct_url

    direct = parse_direct_url(data)
    if direct is None:
        return InstalledDistribution(name=name, version=version, kind="registry", path=path)
    editable = direct.editable is True
    return InstalledDistribution(
        name=name,
        version=version,
        kind="url",
        path=path,
        url=direct.display_url(),
        editable=editable,
        direct_url=data,
        project_root=url_to_path(direct.url) if direct.kind == "directory" else None,
    )


def _read_egg_info(path: str, stem: str) -> InstalledDistribution | None:
    parts = stem.split("-")
    is_directory = os.path.isdir(path)
    name = parse_package_name(parts[0])
    metadata_path = os.path.join(path, "PKG-INFO") if is_directory else path
    if len(parts) > 1:
        version = parse_version(parts[1])
    else:
        identity = _read_identity(metadata_path)
        if identity is None:
            return None
        version = parse_version(identity[1])
    return InstalledDistribution(
        name=name,
        version=version,
        kind="egg-info-directory" if is_directory else "egg-info-file",
        path=path,
        metadata_path=metadata_path,
    )


def _read_egg_link(path: str, stem: str) -> InstalledDistribution | None:
    text = (read_file(path) or b"").decode("utf-8", "replace")
    target = next((line.strip() for line in text.splitlines() if line.strip()), None)
    if target is None:
        return None
    target = os.path.normpath(os.path.join(os.path.dirname(path), target))
    metadata_path = os.path.join(target, stem.replace("-", "_") + ".egg-info", "PKG-INFO")
    identity = _read_identity(metadata_path)
    if identity is None:
        return None
    return InstalledDistribution(
        name=parse_package_name(identity[0]),
        version=parse_version(identity[1]),
        kind="egg-link",
        path=path,
        url=path_to_url(target),
        editable=True,
        project_root=target,
        metadata_path=metadata_path,
    )


def _read_identity(path: str) -> tuple[str, str] | None:
    """Return name and version from a ``PKG-INFO`` of any age."""
    data = read_file(path)
    if data is None:
        return None
    from ultraviolet.standards.metadata import parse_headers

    headers = parse_headers(data, ("name", "version"))
    if not headers["name"] or not headers["version"]:
        return None
    return headers["name"][0], headers["version"][0]


_SHORT = 16384


def read_file(path: str) -> bytes | None:
    """Return the content of a file; None when there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
        return None
    try:
        # Most are short, and room for a long one costs more than to read a short one.
        chunk = os.read(descriptor, _SHORT)
        if len(chunk) < _SHORT:
            return chunk
        chunks = [chunk]
        while chunk := os.read(descriptor, 1 << 20):
            chunks.append(chunk)
        return b"".join(chunks)
    except IsADirectoryError:
        return None
    finally:
        os.close(descriptor)


def read_installed_metadata(distribution: InstalledDistribution) -> Metadata | None:
    """Read the core metadata of an installed distribution; None when it is missing or invalid."""
    path = distribution.metadata_path or os.path.join(distribution.path, "METADATA")
    data = read_file(path)
    if data is None:
        return None
    from ultraviolet.standards.metadata import parse_metadata

    try:
        return parse_metadata(data)
    except UltravioletError:
        return None


class WheelFileError(UltravioletError):
    """The ``WHEEL`` file of an installed distribution is missing or invalid."""


def read_wheel_tags(distribution: InstalledDistribution) -> tuple[str, ...] | None:
    """Return the ``Tag`` lines of ``WHEEL``; None when there are none to go by (eggs, or no ``Tag``).

    :raises WheelFileError: the file cannot be read.
    """
    if distribution.kind not in ("registry", "url"):
        return None
    data = read_file(os.path.join(distribution.path, "WHEEL"))
    if data is None:
        raise WheelFileError(f"Failed to read `WHEEL` of {distribution.name}")
    from ultraviolet.standards.metadata import parse_headers

    headers = parse_headers(data, ("tag", "wheel-version"))
    versions = headers["wheel-version"]
    if not versions or "." not in versions[0]:
        raise WheelFileError(f"Invalid `WHEEL` of {distribution.name}")
    tags = headers["tag"]
    return tuple(tags) or None


def read_record_of(distribution: InstalledDistribution) -> bytes | None:
    """Return ``RECORD``; None when it is missing."""
    return read_file(os.path.join(distribution.path, "RECORD"))


def read_cache_info(distribution: InstalledDistribution) -> bytes | None:
    """Return ``uv_cache.json``: the state of the local source that was installed."""
    return read_file(os.path.join(distribution.path, "uv_cache.json"))


def read_build_info(distribution: InstalledDistribution) -> bytes | None:
    """Return ``uv_build.json``: the settings under which the wheel was built."""
    return read_file(os.path.join(distribution.path, "uv_build.json"))


def read_installer(distribution: InstalledDistribution) -> str | None:
    """Return the name of the program that installed a distribution."""
    data = read_file(os.path.join(distribution.path, "INSTALLER"))
    return data.decode("utf-8", "replace").strip() if data is not None else None


def was_requested(distribution: InstalledDistribution) -> bool:
    """Whether the distribution carries the ``REQUESTED`` mark."""
    return os.path.exists(os.path.join(distribution.path, "REQUESTED"))

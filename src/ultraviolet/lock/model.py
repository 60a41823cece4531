"""The values of a lockfile, kept as the file spells them.

Versions, markers and specifiers stay texts: most of a lock is never looked at, and the texts are what is written back. Code
that computes with them parses where it needs to (the parsers remember what they have seen). Paths use ``/``; the directory
of the lockfile itself is ``.``.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from ultraviolet.distributions.urls import FOREIGN_SCHEMES, url_filename

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

VERSION = 1
"""The schema version that is read and written."""
REVISION = 3
"""The revision that is written."""
METADATA_FREE_REVISION = 4
"""The revision of locks without declaration metadata (preview ``lock-without-metadata``)."""

SourceKind = Literal["registry", "git", "url", "path", "directory", "editable", "virtual"]

SOURCE_ORDER: Mapping[str, int] = {
    "registry": 0,
    "git": 1,
    "url": 2,
    "path": 3,
    "directory": 4,
    "editable": 5,
    "virtual": 6,
}
"""Rank of each source kind in the order of packages."""

_SOURCE_NAMES: Mapping[str, str] = {"url": "direct"}


class Source(msgspec.Struct, frozen=True):
    """Where a locked package comes from: the inline table of the key ``source``."""

    kind: SourceKind
    location: str
    """URL or path, as written."""
    subdirectory: str | None = None
    """Of an archive URL."""

    def __str__(self) -> str:
        return f"{_SOURCE_NAMES.get(self.kind, self.kind)}+{self.location}"

    @property
    def is_path_registry(self) -> bool:
        """Whether this is a local flat index, given by path."""
        return self.kind == "registry" and not has_scheme(self.location)

    @property
    def is_source_tree(self) -> bool:
        """Whether this is a directory with a project in it."""
        return self.kind in ("directory", "editable", "virtual")

    @property
    def is_immutable(self) -> bool:
        """Whether metadata can never change: registries and git commits."""
        return self.kind in ("registry", "git")

    @property
    def is_local(self) -> bool:
        """Whether this lies in the file system."""
        return self.kind in ("path", "directory", "editable", "virtual")

    @property
    def is_wheel(self) -> bool:
        """Whether the archive itself is a wheel."""
        return self.kind in ("path", "url") and self.location.lower().endswith(".whl")


_SCHEMES = FOREIGN_SCHEMES | {"file", "http", "https", "git+file", "git+git", "git+http", "git+https", "git+ssh"}


def has_scheme(text: str) -> bool:
    """Whether a text is a URL of a kind that requirements may use, rather than a path."""
    scheme, separator, _ = text.partition(":")
    return bool(separator) and scheme.lower() in _SCHEMES


class Zstd(msgspec.Struct, frozen=True, gc=False):
    """A zstandard-compressed variant of a wheel."""

    hash: str | None = None
    size: int | None = None


class Artifact(msgspec.Struct, frozen=True):
    """One row of ``wheels``, or the value of ``sdist``; at most one of url, path and filename is set."""

    url: str | None = None
    path: str | None = None
    """Relative to the index directory, not to the lockfile."""
    filename: str | None = None
    hash: str | None = None
    """``algorithm:hex``."""
    size: int | None = None
    """Bytes."""
    upload_time: str | None = None
    """RFC 3339, UTC."""
    zstd: Zstd | None = None

    @property
    def name(self) -> str | None:
        """The file name, percent-decoded; None for an sdist known by its hash alone."""
        if self.url is not None:
            return url_filename(self.url)
        if self.path is not None:
            return self.path.rpartition("/")[2]
        return self.filename


if TYPE_CHECKING:

    class Dependency(NamedTuple):
        """One row of ``dependencies``, of an extra or of a group."""

        name: str
        version: str | None = None
        """Only where the lock holds several packages of that name (and not for dynamic versions)."""
        source: Source | None = None
        """Only where the lock holds several packages of that name."""
        extra: tuple[str, ...] = ()
        """Sorted."""
        marker: str = ""
        """Empty when the row always applies."""

else:
    # The same without annotations, which `NamedTuple` compiles one by one.
    Dependency = namedtuple("Dependency", "name version source extra marker", defaults=(None, None, (), ""))  # noqa: PYI024


class ConflictRow(msgspec.Struct, frozen=True):
    """An item of a conflict set, or the ``conflict`` of an index pin; extra and group exclude each other."""

    package: str
    extra: str | None = None
    group: str | None = None


class RequirementRow(msgspec.Struct, frozen=True):
    """A requirement table in ``metadata`` or ``manifest``; the source keys exclude each other."""

    name: str
    extras: tuple[str, ...] = ()
    """In declared order."""
    groups: tuple[str, ...] = ()
    marker: str = ""
    specifier: str = ""
    index: str | None = None
    conflict: ConflictRow | None = None
    url: str | None = None
    subdirectory: str | None = None
    git: str | None = None
    path: str | None = None
    directory: str | None = None
    editable: str | None = None
    virtual: str | None = None


class ScopeRow(msgspec.Struct, frozen=True):
    """The package a scoped override or exclusion applies to."""

    name: str
    version: str | None = None


class ScopedOverride(msgspec.Struct, frozen=True):
    """Overrides for the dependencies of one package."""

    package: ScopeRow
    dependencies: tuple[RequirementRow, ...]


class ScopedExclude(msgspec.Struct, frozen=True):
    """Exclusions from the dependencies of one package."""

    package: ScopeRow
    dependencies: tuple[str, ...]


class StaticMetadata(msgspec.Struct, frozen=True):
    """Metadata declared in ``tool.uv.dependency-metadata``."""

    name: str
    version: str | None = None
    requires_dist: tuple[str, ...] = ()
    """PEP 508 texts."""
    requires_python: str | None = None
    provides_extras: tuple[str, ...] = ()


class Cutoff(msgspec.Struct, frozen=True):
    """A value of ``exclude-newer``: exactly one of the two is set."""

    timestamp: str | None = None
    """RFC 3339, UTC."""
    span: str | None = None
    """ISO 8601 duration before now."""

    def __str__(self) -> str:
        return self.span or self.timestamp or ""


class Options(msgspec.Struct, frozen=True):
    """The resolver options a lock was made with."""

    resolution_mode: str = "highest"
    prerelease_mode: str = "if-necessary"
    prerelease_package: Mapping[str, str] = {}
    fork_strategy: str = "requires-python"
    exclude_newer: Cutoff | None = None
    exclude_newer_package: Mapping[str, Cutoff | Literal[False]] = {}
    """False lifts the global cut-off for that package."""


class Manifest(msgspec.Struct, frozen=True):
    """What was asked of the resolution beyond the metadata of the packages."""

    members: tuple[str, ...] = ()
    requirements: tuple[RequirementRow, ...] = ()
    constraints: tuple[RequirementRow, ...] = ()
    overrides: tuple[RequirementRow | ScopedOverride, ...] = ()
    excludes: tuple[str | ScopedExclude, ...] = ()
    build_constraints: tuple[RequirementRow, ...] = ()
    dependency_groups: Mapping[str, tuple[RequirementRow, ...]] = {}
    dependency_metadata: tuple[StaticMetadata, ...] = ()


class PackageMetadata(msgspec.Struct, frozen=True):
    """The declarations a mutable package was locked with."""

    requires_dist: tuple[RequirementRow, ...] = ()
    provides_extras: tuple[str, ...] = ()
    """In metadata order."""
    requires_dev: Mapping[str, tuple[RequirementRow, ...]] = {}

    def __bool__(self) -> bool:
        return bool(self.requires_dist or self.provides_extras or self.requires_dev)


EMPTY_METADATA = PackageMetadata()

Dependencies = tuple[Dependency, ...]


class Package:
    """One ``[[package]]``; what was read from a canonical file is decoded when it is first looked at."""

    __slots__ = (
        "decode",
        "dependencies",
        "dev_dependencies",
        "metadata",
        "name",
        "optional_dependencies",
        "raw",
        "resolution_markers",
        "sdist",
        "source",
        "version",
        "wheels",
    )

    name: str
    version: str | None
    """None for a source tree whose version is dynamic."""
    source: Source
    resolution_markers: tuple[str, ...]
    dependencies: Dependencies
    sdist: Artifact | None
    wheels: tuple[Artifact, ...]
    optional_dependencies: Mapping[str, Dependencies]
    dev_dependencies: Mapping[str, Dependencies]
    metadata: PackageMetadata
    raw: Any
    """What the quick reader kept; unset on packages made in memory."""
    decode: Callable[[Package, Any, str], None]

    def __init__(
        self,
        name: str,
        version: str | None,
        source: Source,
        *,
        resolution_markers: tuple[str, ...] = (),
        dependencies: Dependencies = (),
        sdist: Artifact | None = None,
        wheels: tuple[Artifact, ...] = (),
        optional_dependencies: Mapping[str, Dependencies] | None = None,
        dev_dependencies: Mapping[str, Dependencies] | None = None,
        metadata: PackageMetadata = EMPTY_METADATA,
    ) -> None:
        self.name = name
        self.version = version
        self.source = source
        self.resolution_markers = resolution_markers
        self.dependencies = dependencies
        self.sdist = sdist
        self.wheels = wheels
        self.optional_dependencies = optional_dependencies or {}
        self.dev_dependencies = dev_dependencies or {}
        self.metadata = metadata

    @classmethod
    def lazy(cls, name: str, version: str | None, raw: Any, decode: Callable[[Package, Any, str], None]) -> Package:
        """Make a package whose other fields are set by ``decode(package, raw, field)`` when first read."""
        package = cls.__new__(cls)
        package.name = name
        package.version = version
        package.raw = raw
        package.decode = decode
        return package

    def __getattr__(self, field: str) -> Any:
        # Only reached while a slot is empty: the package came from the quick reader and the field was not needed yet.
        if field not in PACKAGE_FIELDS:
            raise AttributeError(field)
        self.decode(self, self.raw, field)
        return object.__getattribute__(self, field)

    def __repr__(self) -> str:
        return f"<Package {self}>"

    def __str__(self) -> str:
        if self.version is None:
            return f"{self.name} @ {self.source}"
        return f"{self.name}=={self.version} @ {self.source}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Package) and all(
            getattr(self, field) == getattr(other, field) for field in PACKAGE_FIELDS
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def is_dynamic(self) -> bool:
        """Whether the version is left to the source tree."""
        return self.version is None

    def all_dependencies(self) -> list[Dependency]:
        """Return the rows of production, then of all extras, then of all groups."""
        rows = list(self.dependencies)
        for section in (self.optional_dependencies, self.dev_dependencies):
            for more in section.values():
                rows.extend(more)
        return rows

    def replace(self, **changes: Any) -> Package:
        """Return a copy with some fields changed."""
        fields = {field: getattr(self, field) for field in PACKAGE_FIELDS}
        fields.update(changes)
        return Package(**fields)


PACKAGE_FIELDS = (
    "name",
    "version",
    "source",
    "resolution_markers",
    "dependencies",
    "sdist",
    "wheels",
    "optional_dependencies",
    "dev_dependencies",
    "metadata",
)


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """A whole lockfile."""

    version: int = VERSION
    revision: int = REVISION
    requires_python: str
    """Specifiers joined by comma and space."""
    resolution_markers: tuple[str, ...] = ()
    """The forks, in solved order."""
    supported_markers: tuple[str, ...] = ()
    required_markers: tuple[str, ...] = ()
    conflicts: tuple[tuple[ConflictRow, ...], ...] = ()
    options: Options = Options()
    manifest: Manifest = Manifest()
    packages: tuple[Package, ...] = ()

    def __len__(self) -> int:
        return len(self.packages)

    def by_name(self) -> dict[str, list[Package]]:
        """Return the packages of each name, in file order."""
        table: dict[str, list[Package]] = {}
        for package in self.packages:
            table.setdefault(package.name, []).append(package)
        return table

    def root(self) -> Package | None:
        """Return the package in the directory of the lockfile."""
        for package in self.packages:
            source = package.source
            if source.kind in ("editable", "virtual") and source.location == ".":
                return package
        return None

    @property
    def has_provides_extras(self) -> bool:
        """Whether this revision records ``provides-extras`` and empty groups."""
        return (self.version, self.revision) >= (1, 1)

    @property
    def may_omit_metadata(self) -> bool:
        """Whether packages of this revision may lack their declarations."""
        return (self.version, self.revision) >= (VERSION, METADATA_FREE_REVISION)

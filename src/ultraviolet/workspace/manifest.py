"""``pyproject.toml`` as a whole: the project, its groups, and what ``[tool.uv]`` says of them."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Literal

import msgspec

from ultraviolet.distributions.hashes import ALGORITHMS
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.urls import InvalidUrl, normalize_url, path_to_url, split_scheme
from ultraviolet.errors import UltravioletError
from ultraviolet.standards import shapes
from ultraviolet.standards.conflicts import ConflictItem, Conflicts, ConflictSet, InvalidConflict
from ultraviolet.standards.dependency_groups import read_group_settings
from ultraviolet.standards.markers import TRUE, Marker, parse_marker
from ultraviolet.standards.names import (
    ExtraName,
    GroupName,
    PackageName,
    parse_extra_name,
    parse_group_name,
    parse_package_name,
)
from ultraviolet.standards.requirements import Pep508Requirement, parse_requirement
from ultraviolet.standards.shapes import Path, ShapeError, located
from ultraviolet.standards.specifiers import Specifiers
from ultraviolet.workspace.scoped import ScopedDependencies, read_exclusions, read_overrides
from ultraviolet.workspace.source_entries import SourceEntry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.standards.dependency_groups import GroupEntry
    from ultraviolet.standards.pyproject import ProjectTable
    from ultraviolet.workspace.errors import InvalidSources


Sources = Mapping[PackageName, tuple[SourceEntry, ...]]


class WorkspaceTable(msgspec.Struct, frozen=True):
    """``[tool.uv.workspace]``."""

    members: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class ConflictEntry(msgspec.Struct, frozen=True):
    """One item of a declared conflict; the package defaults to the declaring project."""

    package: PackageName | None
    kind: Literal["extra", "group", "project"]
    name: str | None


class UvTable(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of ``[tool.uv]`` that describe the project; settings of commands are read elsewhere."""

    sources: Sources = {}
    indexes: tuple[IndexLocation, ...] = ()
    workspace: WorkspaceTable | None = None
    managed: bool | None = None
    package: bool | None = None
    default_groups: tuple[GroupName, ...] | Literal["all"] | None = None
    group_settings: Mapping[GroupName, Specifiers | None] = {}
    dev_dependencies: tuple[Pep508Requirement, ...] | None = None
    override_dependencies: tuple[Pep508Requirement | ScopedDependencies, ...] = ()
    exclude_dependencies: tuple[PackageName | ScopedDependencies, ...] = ()
    constraint_dependencies: tuple[Pep508Requirement, ...] = ()
    build_constraint_dependencies: tuple[Pep508Requirement, ...] = ()
    environments: tuple[Marker, ...] | None = None
    required_environments: tuple[Marker, ...] | None = None
    conflicts: tuple[tuple[ConflictEntry, ...], ...] = ()


NO_UV = UvTable()


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """One ``pyproject.toml``, checked."""

    text: str
    data: Mapping[str, Any]
    """The whole document."""
    project: ProjectTable | None
    groups: Mapping[GroupName, tuple[GroupEntry, ...]] | None
    """Sorted by name; None without the table."""
    uv: UvTable
    has_build_system: bool

    def is_package(self, *, require_build_system: bool) -> bool:
        """Whether the project is built and installed, rather than only its dependencies."""
        if self.uv.package is not None:
            return self.uv.package
        return self.has_build_system or not require_build_system

    def group_names(self) -> tuple[GroupName, ...]:
        """Return the names of all groups, the legacy development group included, sorted."""
        from ultraviolet.standards.dependency_groups import DEV_GROUP

        names = list(self.groups or ())
        if self.uv.dev_dependencies is not None:
            names.append(DEV_GROUP)
            names.sort()
        return tuple(names)

    def default_groups(self) -> tuple[GroupName, ...] | Literal["all"]:
        """Return the groups that are installed without being named.

        :raises UltravioletError: the setting names an unknown group.
        """
        from ultraviolet.standards.dependency_groups import DEV_GROUP

        chosen = self.uv.default_groups
        if chosen is None:
            return (DEV_GROUP,)
        if chosen != "all":
            for group in chosen:
                if group not in (self.groups or {}):
                    raise UltravioletError(
                        f"Default group `{group}` (from `tool.uv.default-groups`) is not defined in the project's "
                        "`dependency-groups` table"
                    )
        return chosen

    def conflicts(self, package: PackageName | None) -> Conflicts:
        """Return the declared conflicts, entries without a package meaning the given one."""
        sets = []
        for entries in self.uv.conflicts:
            items = []
            for entry in entries:
                owner = entry.package or package
                if owner is None:
                    shown = f'{{ {entry.kind} = "{entry.name}" }}'
                    raise InvalidConflict(f"Expected `package` field in conflicting entry: {shown}")
                items.append(ConflictItem(owner, entry.kind, entry.name))
            sets.append(ConflictSet.of(items))
        return Conflicts(tuple(sets))


def parse_manifest(text: str, root: str = "") -> Manifest:
    """Read a ``pyproject.toml``.

    :param root: its directory, which index paths are relative to.
    :raises TomlError: it is not TOML or has another shape; the message shows the place.
    :raises InvalidSources: the sources contradict each other.
    """
    from ultraviolet.standards.toml import parse_toml

    data = parse_toml(text)
    try:
        return _read(text, data, root)
    except ShapeError as error:
        # What is wrong with sources is the more helpful news.
        _check_sources_only(text, data)
        raise located(text, error) from None


def read_manifest(path: str, shown: str | None = None) -> Manifest:
    """Read the ``pyproject.toml`` at a path.

    :param shown: the path as messages name it.
    :raises OSError: it cannot be read.
    :raises InvalidManifest: it cannot be parsed; the cause says why.
    """
    from ultraviolet.standards.toml import TomlError
    from ultraviolet.workspace.errors import InvalidManifest, InvalidSources

    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    try:
        return parse_manifest(text, os.path.dirname(path))
    except (TomlError, InvalidSources) as error:
        raise InvalidManifest(shown if shown is not None else path, hints=error.hints) from error


def _read(text: str, data: Mapping[str, Any], root: str) -> Manifest:
    from ultraviolet.standards.dependency_groups import read_groups
    from ultraviolet.standards.pyproject import read_project

    tool = data.get("tool")
    uv: Any = None
    if tool is not None:
        uv = shapes.table(tool, ("tool",), "struct Tool").get("uv")
    return Manifest(
        text=text,
        data=data,
        project=read_project(data["project"]) if "project" in data else None,
        groups=read_groups(data["dependency-groups"]) if "dependency-groups" in data else None,
        uv=read_uv_table(uv, root) if uv is not None else NO_UV,
        has_build_system="build-system" in data,
    )


def _check_sources_only(text: str, data: Mapping[str, Any]) -> None:
    try:
        if "tool" not in data:
            return
        uv = shapes.table(data["tool"], ("tool",), "struct ToolSourcesWire").get("uv")
        if uv is None:
            return
        sources = shapes.table(uv, ("tool", "uv"), "struct ToolUvSourcesOnlyWire").get("sources")
        if sources is not None:
            read_sources(sources)
    except ShapeError as error:
        raise located(text, error) from None


# [tool.uv]


def read_uv_table(value: Any, root: str = "", path: Path = ("tool", "uv")) -> UvTable:
    """Read ``[tool.uv]`` of a project; unknown keys are left to the settings.

    :raises ShapeError: a key has another shape.
    """
    table = shapes.table(value, path, "struct ToolUv")
    fields: dict[str, Any] = {}
    for key, item in table.items():
        known = _FIELDS.get(key)
        if known is not None:
            name, reader = known
            fields[name] = reader(item, (*path, key))
    if "index" in table:
        fields["indexes"] = _read_indexes(table["index"], (*path, "index"), root)
    return UvTable(**fields)


def read_sources(value: Any, path: Path = ("tool", "uv", "sources")) -> dict[PackageName, tuple[SourceEntry, ...]]:
    """Read ``tool.uv.sources``, names sorted.

    :raises ShapeError: an entry has another shape.
    :raises InvalidSources: several sources of one name overlap.
    """
    found: dict[PackageName, tuple[SourceEntry, ...]] = {}
    pairs = shapes.unique(value, path, parse_package_name, duplicate="duplicate sources for package `{}`")
    for name, item, key in pairs:
        here = (*path, key)
        if isinstance(item, dict):
            found[name] = (_read_source(item, here),)
        elif isinstance(item, list):
            found[name] = tuple(_read_source(entry, (*here, index)) for index, entry in enumerate(item))
        else:
            raise shapes.wrong_type(item, "a single source (as a map) or list of sources", here)
    for name in sorted(found):
        _check_disjoint(found[name], several=isinstance(_original(value, name), list))
    return dict(sorted(found.items()))


def _original(value: Mapping[str, Any], name: PackageName) -> Any:
    return next(item for key, item in value.items() if parse_package_name(key) == name)


def _check_disjoint(entries: tuple[SourceEntry, ...], *, several: bool) -> None:
    if not several:
        return
    for left, right in pairwise(entries):
        if left.extra != right.extra or left.group != right.group or left.marker.is_disjoint(right.marker):
            continue
        if left.marker.is_true or right.marker.is_true:
            raise _bad_sources(
                "When multiple sources are provided, each source must include a platform marker (e.g., "
                "`marker = \"sys_platform == 'linux'\"`)"
            )
        better = ~left.marker & right.marker
        raise _bad_sources(
            "Source markers must be disjoint, but the following markers overlap: "
            f"`{left.marker}` and `{right.marker}`.",
            f"replace `{right.marker}` with `{better.to_string() or 'true'}`",
        )
    if not entries:
        raise _bad_sources("Must provide at least one source")


def _bad_sources(reason: str, *hints: str) -> InvalidSources:
    from ultraviolet.workspace.errors import InvalidSources

    error = InvalidSources("Failed to parse `tool.uv.sources`", hints=hints)
    error.__cause__ = UltravioletError(reason)
    return error


_SOURCE_FIELDS = (
    "git",
    "subdirectory",
    "rev",
    "tag",
    "branch",
    "lfs",
    "url",
    "path",
    "editable",
    "package",
    "index",
    "workspace",
    "marker",
    "extra",
    "group",
)
_SOURCE_CONFLICTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("git", ("index", "workspace", "url", "editable", "package")),
    ("url", ("index", "workspace", "path", "git", "rev", "tag", "branch", "editable", "package")),
    ("path", ("index", "workspace", "git", "url", "rev", "tag", "branch")),
    ("index", ("workspace", "git", "url", "path", "rev", "tag", "branch", "editable", "package")),
    ("workspace", ("index", "git", "url", "path", "rev", "tag", "branch", "package")),
)


def _read_source(value: Any, path: Path) -> SourceEntry:
    table = shapes.table(value, path, "struct CatchAll")
    shapes.known_fields(table, path, _SOURCE_FIELDS)
    read: dict[str, Any] = {}
    for key, item in table.items():
        read[key] = _SOURCE_READERS[key](item, (*path, key))
    if "extra" in read and "group" in read:
        raise ShapeError("cannot specify both `extra` and `group`", path)
    for kind, excluded in _SOURCE_CONFLICTS:
        if kind not in read:
            continue
        for other in excluded:
            if other in read:
                raise ShapeError(f"cannot specify both `{kind}` and `{other}`", path)
        return _source_of_kind(kind, read, path)
    raise ShapeError("expected one of `git`, `url`, `path`, `index`, or `workspace`", path)


def _source_of_kind(kind: str, read: Mapping[str, Any], path: Path) -> SourceEntry:
    scope = {"marker": read.get("marker", TRUE), "extra": read.get("extra"), "group": read.get("group")}
    if kind == "git":
        if "subdirectory" in read and "path" in read:
            raise ShapeError("cannot specify both `subdirectory` and `path`", path)
        if sum(key in read for key in ("rev", "tag", "branch")) > 1:
            raise ShapeError("expected at most one of `rev`, `tag`, or `branch`", path)
        return SourceEntry(
            kind="git",
            location=read["git"].removeprefix("git+"),
            subdirectory=read.get("subdirectory"),
            archive=read.get("path"),
            rev=read.get("rev"),
            tag=read.get("tag"),
            branch=read.get("branch"),
            lfs=read.get("lfs"),
            **scope,
        )
    if kind == "url":
        return SourceEntry(kind="url", location=read["url"], subdirectory=read.get("subdirectory"), **scope)
    if kind == "path":
        if read.get("editable") is True and read.get("package") is False:
            raise ShapeError("cannot specify both `editable = true` and `package = false`", path)
        return SourceEntry(
            kind="path", location=read["path"], editable=read.get("editable"), package=read.get("package"), **scope
        )
    if kind == "index":
        return SourceEntry(kind="index", location=read["index"], **scope)
    return SourceEntry(kind="workspace", workspace=read["workspace"], editable=read.get("editable"), **scope)


def _read_url(value: Any, path: Path) -> str:
    text = shapes.string(value, path)
    try:
        return normalize_url(text)
    except InvalidUrl as error:
        reason = str(error)
        raise ShapeError(reason if "***" in reason else f'{reason}: "{text}"', path) from None


def _read_workspace_reference(value: Any, path: Path) -> bool | str:
    if isinstance(value, bool | str):
        return value
    raise ShapeError("data did not match any variant of untagged enum WorkspaceReference", path)


def parse_index_name(text: str) -> str:
    """Check the name of an index."""
    if not text:
        raise UltravioletError("Index names may not be empty")
    for char in text:
        if not (char.isascii() and char.isalnum()) and char not in "-_.":
            raise UltravioletError(
                "Index names may only contain letters, digits, hyphens, underscores, and periods, but found unsupported "
                f"character (`{char}`) in: `{text}`"
            )
    return text


def _parsed(parse: Callable[[str], Any]) -> Callable[[Any, Path], Any]:
    return lambda value, path: shapes.parsed(value, path, parse)


_read_marker = _parsed(parse_marker)
_SOURCE_READERS: Mapping[str, Callable[[Any, Path], Any]] = {
    "git": _read_url,
    "url": _read_url,
    "subdirectory": shapes.string,
    "path": shapes.string,
    "rev": shapes.string,
    "tag": shapes.string,
    "branch": shapes.string,
    "lfs": shapes.boolean,
    "editable": shapes.boolean,
    "package": shapes.boolean,
    "index": _parsed(parse_index_name),
    "workspace": _read_workspace_reference,
    "marker": _read_marker,
    "extra": _parsed(parse_extra_name),
    "group": _parsed(parse_group_name),
}


def _read_indexes(value: Any, path: Path, root: str) -> tuple[IndexLocation, ...]:
    items = shapes.array(value, path)
    indexes = tuple(read_index(item, (*path, position), root) for position, item in enumerate(items))
    names: set[str] = set()
    seen_default = False
    for index in indexes:
        if index.name is not None:
            if index.name in names:
                raise ShapeError(f"duplicate index name `{index.name}`", path)
            names.add(index.name)
        if index.default:
            if seen_default:
                raise ShapeError(
                    "found multiple indexes with `default = true`; only one index may be marked as default", path
                )
            seen_default = True
    return indexes


def read_index(value: Any, path: Path, root: str) -> IndexLocation:
    """Read one index table.

    :param root: the directory that a relative path starts from.
    :raises ShapeError: it has another shape.
    """
    table = shapes.table(value, path, "struct IndexWire")
    read: dict[str, Any] = {}
    for key, item in table.items():
        here = (*path, key)
        if key == "name":
            read["name"] = shapes.parsed(item, here, parse_index_name)
        elif key == "url":
            read["given"] = shapes.string(item, here)
            try:
                read["url"] = index_url(item, root)
            except InvalidUrl as error:
                raise ShapeError(str(error), here) from None
        elif key in {"explicit", "default"}:
            read[key] = shapes.boolean(item, here)
        elif key == "format":
            text = shapes.string(item, here)
            if text not in {"simple", "flat"}:
                raise ShapeError(f"unknown variant `{text}`, expected `simple` or `flat`", here)
            read["flat"] = text == "flat"
        elif key == "authenticate":
            text = shapes.string(item, here)
            if text not in {"auto", "always", "never"}:
                raise ShapeError(f"unknown variant `{text}`, expected one of `auto`, `always`, `never`", here)
            read["authenticate"] = text
        elif key == "ignore-error-codes":
            read["ignore_error_codes"] = shapes.status_codes(item, here)
        elif key == "hash-algorithm":
            text = shapes.string(item, here)
            if text not in ALGORITHMS:
                known = ", ".join(f"`{algorithm}`" for algorithm in ALGORITHMS)
                raise ShapeError(f"unknown variant `{text}`, expected one of {known}", here)
            read["hash_algorithm"] = text
        elif key == "cache-control":
            control = shapes.table(item, here, "struct IndexCacheControlWire")
            for name in ("api", "files"):
                if name in control:
                    read[f"cache_control_{name}"] = shapes.cache_control(control[name], (*here, name))
    if "url" not in read:
        raise ShapeError("missing field `url`", path)
    if read.get("explicit") and "name" not in read:
        raise ShapeError(f"An index with `explicit = true` requires a `name`: {read['url']}", path)
    return IndexLocation(**read)


def index_url(text: str, root: str) -> str:
    """Return the absolute URL of an index given as URL or path.

    :raises InvalidUrl: it is neither.
    """
    scheme = split_scheme(text)
    if scheme is not None and scheme[0] in {"http", "https", "file"}:
        return normalize_url(text)
    return path_to_url(os.path.normpath(os.path.join(root or os.getcwd(), text)))


# Other keys


def _read_requirements(value: Any, path: Path) -> tuple[Pep508Requirement, ...]:
    expected = "a string containing a PEP 508 requirement"
    return tuple(
        shapes.parsed(item, (*path, index), parse_requirement, expected)
        for index, item in enumerate(shapes.array(value, path))
    )


def _read_environments(value: Any, path: Path) -> tuple[Marker, ...]:
    if isinstance(value, str):
        return (_read_marker(value, path),)
    if not isinstance(value, list):
        raise shapes.wrong_type(value, "a string or a list of strings", path)
    markers: list[Marker] = []
    for index, item in enumerate(value):
        text = shapes.string(item, (*path, index))
        markers.append(_read_marker(text, path))
    return tuple(markers)


def _read_default_groups(value: Any, path: Path) -> tuple[GroupName, ...] | Literal["all"]:
    if isinstance(value, str):
        if value != "all":
            raise ShapeError('default-groups must be "all" or a ["list", "of", "groups"]', path)
        return "all"
    if not isinstance(value, list):
        raise shapes.wrong_type(value, 'the string "all" or a list of strings', path)
    return tuple(shapes.parsed(item, (*path, index), parse_group_name) for index, item in enumerate(value))


def _read_workspace(value: Any, path: Path) -> WorkspaceTable:
    from ultraviolet.workspace.patterns import check_pattern

    table = shapes.table(value, path, "struct ToolUvWorkspace")
    shapes.known_fields(table, path, ("members", "exclude"))
    read: dict[str, tuple[str, ...]] = {}
    for key, item in table.items():
        entries = shapes.array(item, (*path, key))
        read[key] = tuple(
            shapes.parsed(entry, (*path, key, index), check_pattern) for index, entry in enumerate(entries)
        )
    return WorkspaceTable(**read)


def _read_conflicts(value: Any, path: Path) -> tuple[tuple[ConflictEntry, ...], ...]:
    sets = []
    for index, item in enumerate(shapes.array(value, path)):
        entries = shapes.array(item, (*path, index))
        found = tuple(_read_conflict(entry, (*path, index), at) for at, entry in enumerate(entries))
        distinct = len(set(found))
        if distinct < 2:
            count = "only one" if distinct else "none"
            raise ShapeError(f"Each set of conflicts must have at least two entries, but found {count}", path)
        sets.append(found)
    return tuple(sets)


def _read_conflict(entry: Any, parent: Path, index: int) -> ConflictEntry:
    path = (*parent, index)
    table = shapes.table(entry, path, "struct ConflictItemWire")
    shapes.known_fields(table, path, ("package", "extra", "group"))
    package: PackageName | None = None
    extra: ExtraName | None = None
    group: GroupName | None = None
    if "package" in table:
        package = shapes.parsed(table["package"], (*path, "package"), parse_package_name)
    if "extra" in table:
        extra = shapes.parsed(table["extra"], (*path, "extra"), parse_extra_name)
    if "group" in table:
        group = shapes.parsed(table["group"], (*path, "group"), parse_group_name)
    if extra is not None and group is not None:
        raise ShapeError("Expected one of `extra` or `group` in conflicting entry, but found both", parent)
    if extra is not None:
        return ConflictEntry(package, "extra", extra)
    if group is not None:
        return ConflictEntry(package, "group", group)
    if package is None:
        raise ShapeError("Expected `package`, `extra` or `group` field in conflicting entry", parent)
    return ConflictEntry(package, "project", None)


_FIELDS: Mapping[str, tuple[str, Callable[[Any, Path], Any]]] = {
    "sources": ("sources", read_sources),
    "workspace": ("workspace", _read_workspace),
    "managed": ("managed", shapes.boolean),
    "package": ("package", shapes.boolean),
    "default-groups": ("default_groups", _read_default_groups),
    "dependency-groups": ("group_settings", read_group_settings),
    "dev-dependencies": ("dev_dependencies", _read_requirements),
    "override-dependencies": ("override_dependencies", read_overrides),
    "exclude-dependencies": ("exclude_dependencies", read_exclusions),
    "constraint-dependencies": ("constraint_dependencies", _read_requirements),
    "build-constraint-dependencies": ("build_constraint_dependencies", _read_requirements),
    "environments": ("environments", _read_environments),
    "required-environments": ("required_environments", _read_environments),
    "conflicts": ("conflicts", _read_conflicts),
}

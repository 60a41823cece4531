"""Changing a manifest (``pyproject.toml`` or the metadata block of a script) as ``uv add`` and ``uv remove`` do.

Everything that is not changed keeps its text. The editor holds the whole document; call :meth:`ManifestEditor.text`
for the result.
"""

from __future__ import annotations

import os.path
from itertools import pairwise
from typing import Any, Literal

import msgspec

from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.urls import canonical_url, normalize_url, path_to_url, url_to_path
from ultraviolet.errors import UltravioletError
from ultraviolet.standards.markers import Marker
from ultraviolet.standards.names import PackageName, normalize_name
from ultraviolet.standards.requirements import Pep508Requirement, parse_requirement
from ultraviolet.standards.specifiers import parse_specifiers
from ultraviolet.standards.toml import TomlError
from ultraviolet.standards.toml_document import (
    Array,
    ArrayOfTables,
    Document,
    InlineTable,
    Key,
    Node,
    Scalar,
    Table,
    table_values,
)
from ultraviolet.standards.toml_parser import parse_document
from ultraviolet.standards.versions import Version, parse_version
from ultraviolet.workspace.arrays import (
    ArrayEdit,
    find_requirements,
    lay_out,
    put_requirement,
    remove_requirements,
    replace_text,
)
from ultraviolet.workspace.bounds import BoundsKind, bounds_text
from ultraviolet.workspace.source_entries import SourceEntry


class MalformedManifest(UltravioletError):
    """A part of the manifest that must be changed has an unexpected shape."""


class DependencyList(msgspec.Struct, frozen=True):
    """One list of dependencies of a manifest."""

    kind: Literal["production", "dev", "extra", "group"]
    """``dev`` is the legacy ``tool.uv.dev-dependencies``."""
    name: str = ""
    """Normalised name of the extra or group."""

    @property
    def label(self) -> str:
        """The list as messages name it."""
        if self.kind == "production":
            return "`project.dependencies`"
        if self.kind == "dev":
            return "`tool.uv.dev-dependencies` or `tool.uv.dependency-groups.dev`"
        if self.kind == "extra":
            return f"`project.optional-dependencies.{self.name}`"
        return f"`dependency-groups.{self.name}`"


PRODUCTION = DependencyList("production")
LEGACY_DEV = DependencyList("dev")

_DEPENDENCIES = "Dependencies in `pyproject.toml` are malformed"
_SOURCES = "Sources in `pyproject.toml` are malformed"
_WORKSPACE = "Workspace in `pyproject.toml` is malformed"


class ManifestEditor:
    """A manifest being changed."""

    __slots__ = ("document", "script")

    def __init__(self, text: str, *, script: bool = False) -> None:
        """Read the manifest; ``script`` says that it is the metadata of a script, with its lists at the root.

        :raises UltravioletError: the text is not TOML.
        """
        try:
            self.document: Document = parse_document(text)
        except TomlError as error:
            raise UltravioletError("Failed to parse `pyproject.toml`") from error
        self.script = script

    def text(self) -> str:
        """Return the manifest as it is now."""
        return self.document.to_text()

    # Dependencies

    def add(
        self,
        target: DependencyList,
        requirement: Pep508Requirement,
        *,
        source: SourceEntry | None = None,
        text: str | None = None,
    ) -> ArrayEdit:
        """Add or update a dependency, and write its source.

        :param text: the spelling to insert, where it differs from the normal one (credentials of ``--raw``).
        :raises MalformedManifest: a list or table has another shape than expected.
        :raises AmbiguousUpdate: several entries could be meant.
        """
        groups = self._groups(create=True) if target.kind == "group" else None
        was_sorted = groups is not None and _keys_sorted(groups)
        array = self._list(target, create=True)
        if array is None:
            raise MalformedManifest(_DEPENDENCIES)
        edit = put_requirement(
            array, requirement, text=text if text is not None else str(requirement), has_source=source is not None
        )
        if groups is not None and was_sorted:
            _sort_keys(groups)
        self._respace(target)
        if source is not None:
            self._put_source(requirement.name, source)
        return edit

    def ensure_list(self, target: DependencyList) -> None:
        """Create an empty extra or group that does not exist yet."""
        if target.kind == "group":
            groups = self._groups(create=True)
            if groups is None:
                raise MalformedManifest(_DEPENDENCIES)
            if _find_key(groups, target.name) is None:
                was_sorted = _keys_sorted(groups)
                groups.entries[target.name] = (Key(target.name), Array())
                if was_sorted:
                    _sort_keys(groups)
        elif target.kind == "extra":
            extras = self._extras(create=True)
            if extras is None:
                raise MalformedManifest(_DEPENDENCIES)
            if _find_key(extras, target.name) is None:
                extras.entries[target.name] = (Key(target.name), Array())
        self._respace(target)

    def set_bound(self, target: DependencyList, index: int, version: Version, kind: BoundsKind) -> None:
        """Write version bounds into the entry at a position."""
        array = self._list(target, create=True)
        if array is None:
            raise MalformedManifest(_DEPENDENCIES)
        if index >= len(array.items):
            raise MalformedManifest(f"Expected a dependency at index {index}")
        item = array.items[index]
        if not isinstance(item, Scalar) or not isinstance(item.value, str):
            raise MalformedManifest(_DEPENDENCIES)
        requirement = msgspec.structs.replace(
            parse_requirement(item.value), url=None, specifiers=parse_specifiers(bounds_text(kind, version))
        )
        replace_text(array, index, str(requirement))

    def remove(self, target: DependencyList, name: PackageName) -> list[str]:
        """Remove all entries of a package from a list, and its source when nothing else needs it.

        Return the texts of the removed entries.
        """
        array = self._list(target, create=False)
        if array is None:
            return []
        removed = remove_requirements(array, name)
        self._drop_source(name)
        return removed

    def find(self, name: PackageName, marker: Marker | None = None) -> list[DependencyList]:
        """Return the lists that name a package."""
        found: list[DependencyList] = []
        root = self.document.root
        project = root.get("project")
        if isinstance(project, Table):
            if _has(project.get("dependencies"), name, marker):
                found.append(PRODUCTION)
            extras = project.get("optional-dependencies")
            if isinstance(extras, Table):
                found += _lists_with(extras, "extra", name, marker)
        groups = root.get("dependency-groups")
        if isinstance(groups, Table):
            found += _lists_with(groups, "group", name, marker)
        uv = _child(_child(root, "tool"), "uv")
        if uv is not None and _has(uv.get("dev-dependencies"), name, marker):
            found.append(LEGACY_DEV)
        return found

    def has_legacy_dev(self) -> bool:
        """Whether ``tool.uv.dev-dependencies`` exists."""
        uv = _child(_child(self.document.root, "tool"), "uv")
        return uv is not None and uv.get("dev-dependencies") is not None

    def has_group(self, name: str) -> bool:
        """Whether ``[dependency-groups]`` has a key of exactly that spelling."""
        groups = self.document.root.get("dependency-groups")
        return isinstance(groups, Table) and groups.get(name) is not None

    # The version

    def version(self) -> Version:
        """Return ``project.version``."""
        project = self.document.root.get("project")
        value = project.get("version") if isinstance(project, Table) else None
        if not isinstance(value, Scalar) or not isinstance(value.value, str):
            raise MalformedManifest(_WORKSPACE)
        try:
            return parse_version(value.value)
        except UltravioletError as error:
            raise MalformedManifest("Failed to parse `version` field of `pyproject.toml`") from error

    def has_dynamic_version(self) -> bool:
        """Whether ``project.dynamic`` lists the version."""
        project = self.document.root.get("project")
        dynamic = project.get("dynamic") if isinstance(project, Table) else None
        if not isinstance(dynamic, Array):
            return False
        return any(isinstance(item, Scalar) and item.value == "version" for item in dynamic.items)

    def set_version(self, version: Version) -> None:
        """Write ``project.version``."""
        project = self.document.root.get("project")
        if not isinstance(project, Table):
            raise MalformedManifest(_WORKSPACE)
        new = Scalar(str(version))
        entry = project.entries.get("version")
        if entry is None:
            project.entries["version"] = (Key("version"), new)
            return
        key, old = entry
        if isinstance(old, Scalar | Array | InlineTable):
            new.prefix, new.suffix = old.prefix, old.suffix
        project.entries["version"] = (key, new)

    # Workspace members, sources, indexes

    def add_member(self, path: str) -> None:
        """Append a path (relative to the root) to the members of the workspace."""
        uv = self._uv_table(_WORKSPACE)
        workspace = uv.setdefault("workspace", Table)
        if not isinstance(workspace, Table):
            raise MalformedManifest(_WORKSPACE)
        members = workspace.setdefault("members", Array)
        if not isinstance(members, Array):
            raise MalformedManifest(_WORKSPACE)
        members.push(Scalar(path.replace("\\", "/") or "."))
        lay_out(members)

    def add_index(self, index: IndexLocation, root: str) -> None:
        """Write an index at the front of ``tool.uv.index``, in the place of entries for the same index.

        :param root: the directory that relative paths start from.
        """
        size = len(self.document.root.entries)
        indexes = self._uv_table(_SOURCES).setdefault("index", ArrayOfTables)
        if not isinstance(indexes, ArrayOfTables):
            raise MalformedManifest(_SOURCES)
        old = next((table for table in indexes.tables if _same_index(table, index, root)), None)
        table = _copy_table(old) if old is not None else Table()
        _update_index(table, index, root)
        indexes.tables = [other for other in indexes.tables if not _same_index(other, index, root)]
        positions = [other.position for other in indexes.tables if other.position is not None]
        if positions:
            table.position = min(positions)
            for other in indexes.tables:
                if other.position is not None:
                    other.position += 1
        else:
            table.position = size
        indexes.tables.append(table)

    # Access to tables

    def _uv_table(self, problem: str, *, explicit: bool = False) -> Table:
        tool = self.document.root.setdefault("tool", _implicit_table)
        if not isinstance(tool, Table):
            raise MalformedManifest(problem)
        uv = tool.setdefault("uv", Table if explicit else _implicit_table)
        if not isinstance(uv, Table):
            raise MalformedManifest(problem)
        return uv

    def _project(self, *, create: bool) -> Table | None:
        root = self.document.root
        if self.script:
            return root
        if not create and root.get("project") is None:
            return None
        project = root.setdefault("project", Table)
        if not isinstance(project, Table):
            raise MalformedManifest(_DEPENDENCIES if create else _SOURCES)
        return project

    def _groups(self, *, create: bool) -> Table | InlineTable | None:
        return _table_like(self.document.root, "dependency-groups", create=create)

    def _extras(self, *, create: bool) -> Table | InlineTable | None:
        project = self._project(create=create)
        if project is None:
            return None
        return _table_like(project, "optional-dependencies", create=create)

    def _list(self, target: DependencyList, *, create: bool) -> Array | None:
        parent: Table | InlineTable | None
        if target.kind == "production":
            parent, name = self._project(create=create), "dependencies"
        elif target.kind == "dev":
            name = "dev-dependencies"
            if create:
                parent = self._uv_table(_SOURCES, explicit=True)
            else:
                parent = _strict_child(_strict_child(self.document.root, "tool"), "uv")
        else:
            parent = self._extras(create=create) if target.kind == "extra" else self._groups(create=create)
            name = target.name
            if parent is not None:
                name = _find_key(parent, name) or name
        if parent is None:
            return None
        entry = parent.entries.get(name)
        if entry is None:
            if not create:
                return None
            array = Array()
            entries: dict[str, tuple[Key, Any]] = parent.entries
            entries[name] = (Key(name), array)
            return array
        if not isinstance(entry[1], Array):
            raise MalformedManifest(_DEPENDENCIES)
        return entry[1]

    def _respace(self, target: DependencyList) -> None:
        """Inline tables of lists get the usual spacing."""
        if target.kind == "group":
            node = self.document.root.get("dependency-groups")
        elif target.kind == "extra":
            project = self._project(create=True)
            node = project.get("optional-dependencies") if project is not None else None
        else:
            return
        if isinstance(node, InlineTable):
            node.reset_spacing()

    def _put_source(self, name: PackageName, source: SourceEntry) -> None:
        sources = self._uv_table(_SOURCES).setdefault("sources", Table)
        if not isinstance(sources, Table):
            raise MalformedManifest(_SOURCES)
        old = _find_key(sources, name)
        if old is not None:
            sources.remove(old)
        table = InlineTable()
        for key, value in source.pairs():
            table.entries[key] = (Key(key), Scalar(value))
        sources.set(name, table)

    def _drop_source(self, name: PackageName) -> None:
        if self.find(name):
            return
        uv = _strict_child(_strict_child(self.document.root, "tool", _SOURCES), "uv", _SOURCES)
        sources = _strict_child(uv, "sources", _SOURCES)
        if uv is None or sources is None:
            return
        key = _find_key(sources, name)
        if key is not None:
            sources.remove(key)
            if not sources.entries:
                uv.remove("sources")


def _implicit_table() -> Table:
    return Table(implicit=True)


def _child(table: Table | None, name: str) -> Table | None:
    node = table.get(name) if table is not None else None
    return node if isinstance(node, Table) else None


def _strict_child(table: Table | None, name: str, problem: str = _DEPENDENCIES) -> Table | None:
    node = table.get(name) if table is not None else None
    if node is None or isinstance(node, Table):
        return node
    raise MalformedManifest(problem)


def _table_like(parent: Table, name: str, *, create: bool) -> Table | InlineTable | None:
    if not create and parent.get(name) is None:
        return None
    node = parent.setdefault(name, Table)
    if not isinstance(node, Table | InlineTable):
        raise MalformedManifest(_DEPENDENCIES)
    return node


def _find_key(table: Table | InlineTable, name: str) -> str | None:
    """Return the spelling under which a table has a normalised name."""
    for key in table.entries:
        try:
            if normalize_name(key) == name:
                return key
        except UltravioletError:
            continue
    return None


def _lists_with(
    table: Table, kind: Literal["extra", "group"], name: PackageName, marker: Marker | None
) -> list[DependencyList]:
    found = []
    for key, (_, node) in table.entries.items():
        try:
            normalized = normalize_name(key)
        except UltravioletError:
            continue
        if _has(node, name, marker):
            found.append(DependencyList(kind, normalized))
    return found


def _has(node: Node | None, name: PackageName, marker: Marker | None) -> bool:
    return isinstance(node, Array) and bool(find_requirements(node, name, marker))


def _keys_sorted(table: Table | InlineTable) -> bool:
    names = [keys[0].name for keys, _ in table_values(table)]
    return all(first <= second for first, second in pairwise(names))


def _sort_keys(table: Table | InlineTable) -> None:
    entries: dict[str, Any] = table.entries
    ordered = sorted(entries.items())
    entries.clear()
    entries.update(ordered)


# Indexes


def _copy_table(table: Table) -> Table:
    copy = Table(implicit=table.implicit, dotted=table.dotted)
    copy.prefix, copy.suffix, copy.position = table.prefix, table.suffix, table.position
    copy.entries = {name: (key.copy(), node) for name, (key, node) in table.entries.items()}
    return copy


def _scalar(table: Table, name: str) -> Any:
    node = table.get(name)
    return node.value if isinstance(node, Scalar) else None


def _same_index(table: Table, index: IndexLocation, root: str) -> bool:
    if index.name is not None and _scalar(table, "name") == index.name:
        return True
    if index.default and _scalar(table, "default") is True:
        return True
    url = _scalar(table, "url")
    return isinstance(url, str) and _same_location(url, index.url, root)


def _same_location(existing: str, url: str, root: str) -> bool:
    scheme = existing.partition(":")[0]
    if "://" not in existing or not scheme.replace("+", "").isalnum():
        existing = path_to_url(os.path.normpath(os.path.join(root, existing)))
    if existing.startswith("file://") and url.startswith("file://"):
        left, right = url_to_path(existing), url_to_path(url)
        try:
            return os.path.samefile(left, right)
        except OSError:
            return os.path.normpath(left) == os.path.normpath(right)
    return canonical_url(existing) == canonical_url(url)


def _update_index(table: Table, index: IndexLocation, root: str) -> None:
    if index.name is not None and _scalar(table, "name") != index.name:
        _set_value(table, "name", index.name)
    url = _index_text(index, root)
    existing = _scalar(table, "url")
    moved = not isinstance(existing, str) or not _same_location(existing, index.url, root)
    if existing != url:
        _set_value(table, "url", url)
    if index.default and _scalar(table, "default") is not True:
        _set_value(table, "default", value=True)
    if moved:
        if not index.flat:
            table.remove("format")
        elif _scalar(table, "format") != "flat":
            _set_value(table, "format", "flat")


def _set_value(table: Table, name: str, value: str | bool) -> None:
    new = Scalar(value)
    old = table.get(name)
    if isinstance(old, Scalar | Array | InlineTable):
        new.prefix, new.suffix = old.prefix, old.suffix
    table.set(name, new)


def _index_text(index: IndexLocation, root: str) -> str:
    if index.url.startswith("file://"):
        path = url_to_path(index.url)
        given = index.given or ""
        if given.startswith("file:") or os.path.isabs(given):
            return path.replace("\\", "/")
        return os.path.relpath(path, root).replace("\\", "/")
    return normalize_url(index.public_url)

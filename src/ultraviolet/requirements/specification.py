"""All sources of a command read together: requirements, constraints, overrides, exclusions and index options."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec

from ultraviolet.distributions.direct_urls import UrlContext
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.urls import redact
from ultraviolet.errors import UltravioletError
from ultraviolet.requirements.arguments import (
    STDIN,
    PackageChoice,
    RequirementEntry,
    UnnamedRequirement,
    make_editable,
    requirement_display,
)
from ultraviolet.requirements.errors import NotEditable, RequirementsError
from ultraviolet.requirements.sources import FileSource, PackageSource, Source
from ultraviolet.standards import shapes
from ultraviolet.standards.names import GroupName, PackageName, parse_package_name
from ultraviolet.standards.shapes import ShapeError, located
from ultraviolet.standards.specifiers import Specifiers
from ultraviolet.workspace.paths import user_display
from ultraviolet.workspace.plain import plain_requirement
from ultraviolet.workspace.scoped import ScopedDependencies

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.requirements.requirements_txt import FileContext, RequirementsFile
    from ultraviolet.workspace.scripts import ScriptMetadata


class SourceTree(msgspec.Struct, frozen=True):
    """A project file whose dependencies are asked for."""

    kind: Literal["pyproject", "setup-py", "setup-cfg"]
    path: str
    """Of the file, as given."""
    data: Mapping[str, Any] | None = None
    """Content of a ``pyproject.toml``."""


class RequirementsSpecification(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the sources of a command say."""

    requirements: tuple[RequirementEntry, ...] = ()
    """Editable ones of a file follow its others."""
    constraints: tuple[RequirementEntry, ...] = ()
    """Named."""
    overrides: tuple[RequirementEntry, ...] = ()
    scoped_overrides: tuple[Requirement | ScopedDependencies, ...] = ()
    """Overrides from script metadata."""
    excludes: tuple[PackageName | ScopedDependencies, ...] = ()
    pylock: str | None = None
    """Path of the lockfile to install from."""
    source_trees: tuple[SourceTree, ...] = ()
    groups: Mapping[str, tuple[GroupName, ...]] = {}
    """Groups by the path of their ``pyproject.toml`` or ``pylock.toml``."""
    index_url: IndexLocation | None = None
    extra_index_urls: tuple[IndexLocation, ...] = ()
    find_links: tuple[IndexLocation, ...] = ()
    no_index: bool = False
    require_hashes: bool = False
    no_binary: PackageChoice = PackageChoice()
    no_build: PackageChoice = PackageChoice()
    requires_python: Specifiers | None = None
    """Of a script that was given as a source."""
    warnings: tuple[str, ...] = ()


class ReadContext(msgspec.Struct, frozen=True, kw_only=True):
    """The world that sources are read from."""

    urls: UrlContext
    """``base`` and ``cwd`` are the working directory."""
    fetch: Callable[[str], str] | None = None
    """Return the text at an http(s) URL; None when there is no network."""
    stdin: Callable[[], str] | None = None
    """Return standard input."""

    def show(self, path: str) -> str:
        """Spell a path for messages."""
        return user_display(path, self.urls.cwd or None)


def read_specification(
    requirements: Iterable[Source],
    context: ReadContext,
    *,
    constraints: Iterable[Source] = (),
    overrides: Iterable[Source] = (),
    excludes: Iterable[Source] = (),
    groups: Iterable[tuple[str | None, GroupName]] = (),
    group_root: str = "",
) -> RequirementsSpecification:
    """Read all sources.

    :param groups: ``--group`` values: the path they were given with, and the name.
    :param group_root: the directory whose ``pyproject.toml`` groups without a path mean.
    :raises UltravioletError: a source cannot be read, or the sources contradict each other.
    """
    reader = _Reader(context)
    asked, constraining = list(requirements), list(constraints)
    overriding, excluding = list(overrides), list(excludes)
    chosen_groups = _choose_groups(
        asked,
        constraints=constraining,
        overrides=overriding,
        excludes=excluding,
        groups=list(groups),
        root=group_root,
        context=context,
    )
    total = RequirementsSpecification(groups=chosen_groups)
    parts = [reader.read(source) for source in asked]
    for part in parts:
        total = _merge_indexes(total, part, context)
        if part.pylock is not None and total.pylock is not None:
            raise RequirementsError(
                f"Multiple `pylock.toml` files specified: `{context.show(total.pylock)}` vs. "
                f"`{context.show(part.pylock)}`"
            )
        total = msgspec.structs.replace(
            total,
            requirements=total.requirements + part.requirements,
            constraints=total.constraints + part.constraints,
            overrides=total.overrides + part.overrides,
            scoped_overrides=total.scoped_overrides + part.scoped_overrides,
            excludes=total.excludes + part.excludes,
            source_trees=total.source_trees + part.source_trees,
            pylock=part.pylock or total.pylock,
            requires_python=total.requires_python or part.requires_python,
        )
    for source in constraining:
        part = reader.read(source)
        total = _merge_indexes(total, part, context)
        named = _named(part.requirements, "constraints")
        total = msgspec.structs.replace(total, constraints=total.constraints + named + part.constraints)
    for source in overriding:
        part = reader.read(source)
        total = _merge_indexes(total, part, context)
        total = msgspec.structs.replace(
            total,
            overrides=total.overrides + part.requirements + part.overrides,
            scoped_overrides=total.scoped_overrides + part.scoped_overrides,
        )
    for source in excluding:
        part = reader.read(source)
        names = tuple(
            entry.requirement.name
            for entry in _named(part.requirements, "exclusions")
            if isinstance(entry.requirement, Requirement)
        )
        total = msgspec.structs.replace(
            total, excludes=total.excludes + names + part.excludes, warnings=total.warnings + part.warnings
        )
    return total


def _choose_groups(
    requirements: list[Source],
    *,
    constraints: list[Source],
    overrides: list[Source],
    excludes: list[Source],
    groups: list[tuple[str | None, GroupName]],
    root: str,
    context: ReadContext,
) -> dict[str, tuple[GroupName, ...]]:
    for sources, role in ((constraints, "a constraint"), (overrides, "an override"), (excludes, "an exclude")):
        lock = _pylock(sources)
        if lock is not None:
            raise RequirementsError(f"Cannot use `{context.show(lock)}` as {role} file")
    lock = _pylock(requirements)
    if lock is None:
        by_path: dict[str, list[GroupName]] = {}
        for path, name in groups:
            by_path.setdefault(path if path is not None else os.path.join(root, "pyproject.toml"), []).append(name)
        return {path: tuple(names) for path, names in sorted(by_path.items())}
    if any(not isinstance(source, FileSource) or source.kind != "pylock" for source in requirements):
        raise RequirementsError("Cannot specify additional requirements alongside a `pylock.toml` file")
    if constraints:
        raise RequirementsError("Cannot specify constraints with a `pylock.toml` file")
    if overrides:
        raise RequirementsError("Cannot specify overrides with a `pylock.toml` file")
    if any(path is not None for path, _ in groups):
        raise RequirementsError(
            "Cannot specify paths for groups with a `pylock.toml` file; all groups must refer to the `pylock.toml` file"
        )
    return {lock: tuple(name for _, name in groups)} if groups else {}


def _pylock(sources: Iterable[Source]) -> str | None:
    for source in sources:
        if isinstance(source, FileSource) and source.kind == "pylock":
            return source.path
    return None


def _named(entries: tuple[RequirementEntry, ...], role: str) -> tuple[RequirementEntry, ...]:
    for entry in entries:
        if isinstance(entry.requirement, UnnamedRequirement):
            raise RequirementsError(
                f"Unnamed requirements are not allowed as {role} (found: `{requirement_display(entry.requirement)}`)"
            )
    return entries


def _merge_indexes(
    total: RequirementsSpecification, part: RequirementsSpecification, context: ReadContext
) -> RequirementsSpecification:
    del context
    index = total.index_url
    if part.index_url is not None:
        if index is not None and index.identity != part.index_url.identity:
            raise RequirementsError(
                f"Multiple index URLs specified: `{redact(index.url)}` vs. `{redact(part.index_url.url)}`"
            )
        index = part.index_url
    return msgspec.structs.replace(
        total,
        index_url=index,
        extra_index_urls=total.extra_index_urls + part.extra_index_urls,
        find_links=total.find_links + part.find_links,
        no_index=total.no_index or part.no_index,
        require_hashes=total.require_hashes or part.require_hashes,
        no_binary=total.no_binary | part.no_binary,
        no_build=total.no_build | part.no_build,
        warnings=total.warnings + part.warnings,
    )


class _Reader:
    """Reads sources one by one; a file that is named twice is read once."""

    __slots__ = ("context", "texts")

    def __init__(self, context: ReadContext) -> None:
        self.context = context
        self.texts: dict[str, str] = {}

    def read(self, source: Source) -> RequirementsSpecification:
        if isinstance(source, PackageSource):
            return self.package(source)
        readers: dict[str, Callable[[str], RequirementsSpecification]] = {
            "requirements-txt": self.requirements_txt,
            "pyproject": self.pyproject,
            "setup-py": lambda path: self.setup("setup-py", path),
            "setup-cfg": lambda path: self.setup("setup-cfg", path),
            "pylock": self.pylock,
            "script": self.script,
            "environment-yml": self.environment_yml,
            "unknown": self.unknown,
        }
        return readers[source.kind](source.path)

    def package(self, source: PackageSource) -> RequirementsSpecification:
        requirement = source.requirement
        if source.editable:
            try:
                requirement = make_editable(requirement)
            except NotEditable as error:
                raise RequirementsError(
                    f"Unsupported editable requirement: `{requirement_display(requirement)}`", hints=error.hints
                ) from UltravioletError(error.message)
        return RequirementsSpecification(requirements=(RequirementEntry(requirement),))

    def requirements_txt(self, path: str) -> RequirementsSpecification:
        from ultraviolet.requirements.requirements_txt import parse_requirements_file

        self.check_exists(path)
        file = parse_requirements_file(path, self.file_context())
        return self.of_file(file, f"Requirements file `{self.context.show(path)}` does not contain any dependencies")

    def pyproject(self, path: str) -> RequirementsSpecification:
        shown = self.context.show(path)
        try:
            with open(path, encoding="utf-8", newline="") as file:
                text = file.read()
        except FileNotFoundError:
            raise RequirementsError(f"File not found: `{shown}`") from None
        except OSError as error:
            reason = f"failed to read from file `{path}`: {error.strerror} (os error {error.errno})"
            raise RequirementsError(f"Failed to read `{shown}`: {reason}") from None
        except UnicodeDecodeError:
            reason = f"failed to read from file `{path}`: stream did not contain valid UTF-8"
            raise RequirementsError(f"Failed to read `{shown}`: {reason}") from None
        try:
            data = _checked_pyproject(text)
        except UltravioletError as error:
            raise RequirementsError(f"Failed to parse: `{shown}`") from error
        return RequirementsSpecification(source_trees=(SourceTree("pyproject", path, data),))

    def setup(self, kind: Literal["setup-py", "setup-cfg"], path: str) -> RequirementsSpecification:
        if not os.path.isfile(path):
            raise RequirementsError(f"File not found: `{self.context.show(path)}`")
        return RequirementsSpecification(source_trees=(SourceTree(kind, path),))

    def pylock(self, path: str) -> RequirementsSpecification:
        self.check_exists(path)
        return RequirementsSpecification(pylock=path)

    def environment_yml(self, path: str) -> RequirementsSpecification:
        raise RequirementsError(f"Conda environment files (i.e., `{self.context.show(path)}`) are not supported")

    def script(self, path: str) -> RequirementsSpecification:
        metadata = self.script_metadata(path)
        if metadata is None:
            raise RequirementsError(f"`{self.context.show(path)}` does not contain inline script metadata")
        return self.of_script(metadata)

    def unknown(self, path: str) -> RequirementsSpecification:
        from ultraviolet.requirements.requirements_txt import parse_requirements_text

        metadata = self.script_metadata(path)
        if metadata is not None:
            return self.of_script(metadata)
        file = parse_requirements_text(self.text(path), path, self.file_context())
        empty = (
            "No dependencies found in stdin"
            if path == STDIN
            else f"Requirements file `{self.context.show(path)}` does not contain any dependencies"
        )
        return self.of_file(file, empty)

    def script_metadata(self, path: str) -> ScriptMetadata | None:
        from ultraviolet.standards.scripts import find_block
        from ultraviolet.workspace.scripts import parse_script_metadata

        block = find_block(self.text(path).encode())
        return None if block is None else parse_script_metadata(block.metadata, os.path.dirname(path))

    def of_file(self, file: RequirementsFile, empty: str) -> RequirementsSpecification:
        return RequirementsSpecification(
            requirements=file.requirements + file.editables,
            constraints=tuple(RequirementEntry(constraint) for constraint in file.constraints),
            index_url=file.index_url,
            extra_index_urls=file.extra_index_urls,
            find_links=file.find_links,
            no_index=file.no_index,
            require_hashes=file.require_hashes,
            no_binary=file.no_binary,
            no_build=file.only_binary,
            warnings=(*file.warnings, *((empty,) if file.is_empty else ())),
        )

    def of_script(self, metadata: ScriptMetadata) -> RequirementsSpecification:
        urls = msgspec.structs.replace(self.context.urls, base=None)
        uv = metadata.uv
        return RequirementsSpecification(
            requirements=tuple(
                RequirementEntry(plain_requirement(dependency, urls)) for dependency in metadata.dependencies or ()
            ),
            constraints=tuple(RequirementEntry(plain_requirement(item, urls)) for item in uv.constraint_dependencies),
            scoped_overrides=tuple(
                item if isinstance(item, ScopedDependencies) else plain_requirement(item, urls)
                for item in uv.override_dependencies
            ),
            excludes=uv.exclude_dependencies,
            requires_python=metadata.requires_python,
        )

    def file_context(self) -> FileContext:
        from ultraviolet.requirements.requirements_txt import FileContext

        return FileContext(self.context.urls, self.text, self.context.show)

    def check_exists(self, path: str) -> None:
        if not path.startswith(("http://", "https://")) and not os.path.exists(path):
            raise RequirementsError(f"File not found: `{self.context.show(path)}`")

    def text(self, path: str) -> str:
        text = self.texts.get(path)
        if text is None:
            text = self.texts[path] = self.fresh_text(path)
        return text

    def fresh_text(self, path: str) -> str:
        if path == STDIN and self.context.stdin is not None:
            return self.context.stdin()
        if path.startswith(("http://", "https://")) and not os.path.exists(path):
            if self.context.fetch is None:
                raise RequirementsError(
                    "Network connectivity is disabled, but a remote requirements file was requested: " + redact(path)
                )
            return self.context.fetch(path)
        return read_text(path)


def read_text(path: str) -> str:
    """Read a text file: UTF-8, or UTF-16 and UTF-32 with a byte order mark.

    :raises RequirementsError: it cannot be read.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise RequirementsError(
            f"failed to read from file `{path}`: {error.strerror} (os error {error.errno})"
        ) from None
    return decode_text(data, path)


def decode_text(data: bytes, path: str) -> str:
    """Decode the content of a text file by its byte order mark.

    :raises RequirementsError: it is not text.
    """
    marks = (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    )
    encoding = next((name for mark, name in marks if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise RequirementsError(f"failed to decode file {path}: stream did not contain valid UTF-8") from None


def _checked_pyproject(text: str) -> Mapping[str, Any]:
    from ultraviolet.standards.toml import TomlError, parse_toml

    try:
        data = parse_toml(text)
    except TomlError as error:
        raise RequirementsError("Invalid `pyproject.toml`") from error
    try:
        _check_project(data.get("project"))
    except ShapeError as error:
        raise located(text, error) from None
    return data


def _check_project(project: Any) -> None:
    if project is None:
        return
    table = shapes.table(project, ("project",), "struct PyprojectTomlWire")
    if "name" not in table:
        raise ShapeError(
            "`pyproject.toml` is using the `[project]` table, but the required `project.name` field is not set",
            ("project",),
        )
    shapes.parsed(table["name"], ("project", "name"), parse_package_name)

"""What ``pip compile``, ``pip install`` and ``pip sync`` are asked for, up to the manifest of a resolution.

Requirements without a name get theirs, project files turn into what they require, groups are looked up, and everything
``[tool.uv]`` of the workspace adds is added.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Sequence

import msgspec

from ultraviolet.distributions.dist import DirectDist
from ultraviolet.distributions.metadata import DistMetadata
from ultraviolet.distributions.requirement import Origin, Requirement
from ultraviolet.distributions.source import DirectorySource, PathSource, RegistrySource, UrlSource
from ultraviolet.distributions.urls import split_authority, url_filename
from ultraviolet.errors import UltravioletError
from ultraviolet.operations.engines import Engines
from ultraviolet.prepare.labels import source_url
from ultraviolet.requirements.arguments import AnyRequirement, RequirementEntry, UnnamedRequirement
from ultraviolet.requirements.specification import SourceTree
from ultraviolet.resolver.flatten import lower_text
from ultraviolet.standards.filenames import parse_unknown_sdist_filename, parse_wheel_filename
from ultraviolet.standards.markers import Marker
from ultraviolet.standards.names import ExtraName, GroupName, PackageName, parse_package_name
from ultraviolet.standards.specifiers import ANY


class InputError(UltravioletError):
    """What was asked for does not exist, or makes no sense together."""


class ExtraChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Which extras of project files count."""

    names: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    everything: bool = False

    def __bool__(self) -> bool:
        return bool(self.names or self.excluded or self.everything)

    def chosen(self, known: Iterable[ExtraName]) -> list[ExtraName]:
        """Return the chosen ones among the extras of a project."""
        return [name for name in known if (self.everything or name in self.names) and name not in self.excluded]


class TreeRequirements(msgspec.Struct, frozen=True, kw_only=True):
    """What a project file requires."""

    project: PackageName
    requirements: tuple[Requirement, ...]
    extras: tuple[ExtraName, ...]


# Names


def name_requirements(entries: Iterable[AnyRequirement], engines: Engines) -> list[Requirement]:
    """Return requirements with names, those that had one first; metadata is read where nothing else tells.

    :raises UltravioletError: a name cannot be found out.
    """
    named: list[Requirement] = []
    unnamed: list[UnnamedRequirement] = []
    for entry in entries:
        if isinstance(entry, UnnamedRequirement):
            unnamed.append(entry)
        else:
            named.append(entry)
    for requirement in unnamed:
        name = stated_name(requirement) or _built_name(requirement, engines)
        named.append(
            Requirement(
                name=name,
                source=requirement.source,
                extras=requirement.extras,
                marker=requirement.marker,
                origin=requirement.origin,
            )
        )
    return named


def stated_name(requirement: UnnamedRequirement) -> PackageName | None:
    """Return the name that a filename or a project file tells.

    :raises UltravioletError: the filename is no wheel's.
    """
    source = requirement.source
    if isinstance(source, DirectorySource):
        return _name_in_tree(source.path)
    if isinstance(source, PathSource):
        filename, is_github = os.path.basename(source.path), False
    elif isinstance(source, UrlSource):
        filename = url_filename(source.url)
        _, authority, path = split_authority(source.url)
        is_github = authority.rpartition("@")[2] == "github.com" and "/archive/" in path
    else:
        return None
    if filename.lower().endswith(".whl"):
        return parse_wheel_filename(filename).name
    if is_github:
        return None
    try:
        return parse_unknown_sdist_filename(filename).name
    except UltravioletError:
        return None


def _name_in_tree(tree: str) -> PackageName | None:
    for read in (_name_in_pkg_info, _name_in_pyproject, _name_in_setup_cfg):
        try:
            found = read(tree)
        except (OSError, UnicodeDecodeError, UltravioletError):
            continue
        if found is not None:
            return found
    return None


def _name_in_pkg_info(tree: str) -> PackageName | None:
    from ultraviolet.standards.metadata import parse_metadata

    with open(os.path.join(tree, "PKG-INFO"), "rb") as stream:
        return parse_metadata(stream.read()).name


def _name_in_pyproject(tree: str) -> PackageName | None:
    from ultraviolet.standards.toml import parse_toml

    with open(os.path.join(tree, "pyproject.toml"), encoding="utf-8") as stream:
        data = parse_toml(stream.read())
    for table in (data.get("project"), (data.get("tool") or {}).get("poetry")):
        if isinstance(table, dict) and isinstance(table.get("name"), str):
            return parse_package_name(table["name"])
    return None


def _name_in_setup_cfg(tree: str) -> PackageName | None:
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    with open(os.path.join(tree, "setup.cfg"), encoding="utf-8") as stream:
        try:
            parser.read_file(stream)
        except configparser.Error:
            return None
    name = parser.get("metadata", "name", fallback=None)
    return parse_package_name(name.strip()) if name else None


def _built_name(requirement: UnnamedRequirement, engines: Engines) -> PackageName:
    return unnamed_metadata(requirement.source, engines).name


def unnamed_metadata(source: object, engines: Engines) -> DistMetadata:
    """Return the metadata of a source whose name is not known.

    :raises UltravioletError: it cannot be built; not told as a diagnostic, as there is no distribution to name yet.
    """
    assert not isinstance(source, RegistrySource)
    dist = DirectDist(name=PackageName(""), source=source)  # type: ignore[arg-type] # direct sources only
    try:
        found = engines.preparer.metadata(dist).metadata
    except UltravioletError as error:
        from ultraviolet.build.errors import DEFAULT_HINT, BackendFailed, InvalidSourceTree
        from ultraviolet.git.errors import GitError
        from ultraviolet.prepare.errors import PreparationFailed, SourceMissing

        cause = error.__cause__
        if isinstance(cause, (SourceMissing, GitError, InvalidSourceTree)):
            raise cause from cause.__cause__
        if isinstance(cause, BackendFailed):
            hints = tuple(hint for hint in cause.hints if hint != DEFAULT_HINT)
            raise InputError(cause.message, hints=hints) from cause.__cause__
        if isinstance(error, PreparationFailed) and isinstance(error.__cause__, UltravioletError):
            verb = error.message.partition(" `")[0]
            failure = InputError(f"{verb} `{source_url(dist.source)}`", hints=error.hints)
            raise failure from error.__cause__
        raise
    if found is None:
        raise InputError(f"Failed to read metadata of `{source_url(dist.source)}`")
    return found


# Project files


def tree_requirements(trees: Sequence[SourceTree], extras: ExtraChoice, engines: Engines) -> list[TreeRequirements]:
    """Return what project files require, extras that were chosen included.

    :raises InputError: an extra exists in none of them.
    :raises UltravioletError: the requirements cannot be found out.
    """
    found = [_of_tree(tree, extras, engines) for tree in trees]
    known = {extra for tree in found for extra in tree.extras}
    check_extras(extras, known)
    sources = [requirement.source for tree in found for requirement in tree.requirements]
    named = [source.index for source in sources if isinstance(source, RegistrySource) and source.index is not None]
    engines.world.know_indexes(dict.fromkeys(named), engines.options.index.locations)
    return found


def check_extras(extras: ExtraChoice, known: set[ExtraName]) -> None:
    """Refuse extras that were asked for by name and do not exist.

    :raises InputError: there are such.
    """
    unused = sorted({name for name in (*extras.names, *extras.excluded) if name not in known})
    if unused:
        plural = "" if len(unused) == 1 else "s"
        raise InputError(f"Requested extra{plural} not found: {', '.join(unused)}")


def _of_tree(tree: SourceTree, extras: ExtraChoice, engines: Engines) -> TreeRequirements:
    path = os.path.realpath(os.path.join(engines.world.cwd, tree.path))
    directory = os.path.dirname(path)
    metadata = engines.trees.stated_requirements(directory) if tree.kind == "pyproject" else None
    if metadata is None:
        metadata = unnamed_metadata(DirectorySource(path=directory), engines)
    origin = Origin("project", tree.path, metadata.name)
    chosen = extras.chosen(metadata.provides_extra)
    lowered = [lower_text(entry) if isinstance(entry, str) else entry for entry in metadata.requires]
    requirements = []
    for requirement in flatten_self_references(lowered, metadata.name):
        marker = requirement.marker.simplify_extras(chosen)
        requirements.append(msgspec.structs.replace(requirement, marker=marker, origin=origin))
    return TreeRequirements(
        project=metadata.name, requirements=tuple(requirements), extras=tuple(metadata.provides_extra)
    )


def flatten_self_references(requirements: Sequence[Requirement], name: PackageName) -> list[Requirement]:
    """Replace ``project[extra]`` among the requirements of the project itself by what the extra requires."""
    if all(requirement.name != name for requirement in requirements):
        return list(requirements)
    flat = list(requirements)
    seen: set[tuple[ExtraName, Marker]] = set()
    queue = deque((extra, entry.marker) for entry in flat if entry.name == name for extra in entry.extras)
    while queue:
        extra, marker = queue.popleft()
        if (extra, marker) in seen:
            continue
        seen.add((extra, marker))
        for requirement in requirements:
            own = requirement.marker
            mentioned = {found for found, _ in own.visit_extras()}
            production = own.simplify_not_extras(mentioned)
            optional = own.simplify_extras((extra,)).simplify_not_extras(mentioned - {extra}) & ~production
            combined = marker & optional
            if combined.is_false:
                continue
            added = msgspec.structs.replace(requirement, marker=combined)
            if added.name == name:
                queue.extend((inner, combined) for inner in added.extras)
            flat.append(added)
    limits = [
        msgspec.structs.replace(entry, extras=())
        for entry in flat
        if entry.name == name and not (isinstance(entry.source, RegistrySource) and entry.source.specifiers == ANY)
    ]
    return [entry for entry in flat if entry.name != name] + limits


# Groups


def group_requirements(groups: Iterable[tuple[str, tuple[GroupName, ...]]], engines: Engines) -> list[Requirement]:
    """Return the requirements of dependency groups.

    :param groups: paths of ``pyproject.toml`` files, each with the names wanted.
    :raises InputError: a file cannot be read, or has no such group.
    """
    from ultraviolet.workspace.paths import user_display

    found: list[Requirement] = []
    for path, names in groups:
        full = os.path.normpath(os.path.join(engines.world.cwd, path))
        try:
            if not os.path.isfile(full):
                raise InputError(f"No pyproject.toml found at: {path}")
            project, known = engines.trees.groups(os.path.dirname(full))
        except UltravioletError as error:
            raise InputError(f"Failed to read dependency groups from: {path}", hints=error.hints) from error
        for name in names:
            if name not in known:
                raise InputError(
                    f"The dependency group '{name}' was not found in the project: "
                    f"{user_display(path, engines.world.cwd)}"
                )
        for name in sorted(known):
            if name in names:
                origin = Origin("group", path, project, name)
                found += [msgspec.structs.replace(requirement, origin=origin) for requirement in known[name]]
    return found


def entries_of(requirements: Iterable[RequirementEntry]) -> list[AnyRequirement]:
    """Return requirements without their digests."""
    return [entry.requirement for entry in requirements]

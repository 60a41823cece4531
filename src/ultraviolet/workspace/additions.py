"""What ``uv add`` and ``uv remove`` do to a manifest: which list, which source, which text."""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Mapping

import msgspec

from ultraviolet.distributions.direct_urls import direct_url_text, was_given_absolute
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import (
    DirectorySource,
    GitSource,
    PathSource,
    RegistrySource,
    UrlSource,
)
from ultraviolet.distributions.urls import credentials, without_credentials
from ultraviolet.errors import UltravioletError
from ultraviolet.standards.dependency_groups import DEV_GROUP
from ultraviolet.standards.markers import Marker
from ultraviolet.standards.names import ExtraName, PackageName
from ultraviolet.standards.requirements import Pep508Requirement
from ultraviolet.standards.versions import Version
from ultraviolet.workspace.arrays import ArrayEdit
from ultraviolet.workspace.bounds import BoundsKind
from ultraviolet.workspace.editing import LEGACY_DEV, DependencyList, ManifestEditor
from ultraviolet.workspace.manifest import Sources
from ultraviolet.workspace.plain import pep508_requirement
from ultraviolet.workspace.source_entries import SourceEntry

DEV = DependencyList("group", DEV_GROUP)


class AddOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How requirements are added."""

    target: DependencyList
    """The list that was asked for."""
    dev: bool = False
    """``--dev``: the list is chosen by where development dependencies are now."""
    raw: bool = False
    """Write URLs into the requirement, and no source."""
    rev: str | None = None
    tag: str | None = None
    branch: str | None = None
    lfs: bool | None = None
    """``--lfs`` or ``--no-lfs``."""
    lfs_from_environment: bool = False
    extras: tuple[ExtraName, ...] = ()
    index: str | None = None
    """Name of the single index that was given; requirements are pinned to it."""
    editable: bool | None = None
    not_editable: frozenset[PackageName] = frozenset()
    """Packages of ``--no-editable-package``."""
    root: str
    """Directory that paths of sources start from."""
    members: frozenset[PackageName] = frozenset()
    """Names of the members of the workspace."""
    sources: Sources = {}
    """The sources there are."""


class Addition(msgspec.Struct, frozen=True):
    """One requirement that was written."""

    target: DependencyList
    requirement: Pep508Requirement
    source: SourceEntry | None
    edit: ArrayEdit


class SourceProblem(UltravioletError):
    """What was asked for cannot be written as a source."""


class DependencyNotFound(UltravioletError):
    """A dependency to be removed is not in its list."""

    def __init__(self, name: PackageName, target: DependencyList, found: Iterable[DependencyList]) -> None:
        hints = tuple(_removal_hint(name, other) for other in found)
        super().__init__(f"The dependency `{name}` could not be found in {target.label}", hints=hints)
        self.name = name


def _removal_hint(name: PackageName, target: DependencyList) -> str:
    if target.kind == "production":
        return f"`{name}` is a production dependency"
    if target.kind == "dev":
        return f"`{name}` is a development dependency (try: `uv remove {name} --dev`)"
    if target.kind == "extra":
        return f"`{name}` is an optional dependency (try: `uv remove {name} --optional {target.name}`)"
    return f"`{name}` is in the `{target.name}` group (try: `uv remove {name} --group {target.name}`)"


def augment(
    requirement: Requirement,
    *,
    rev: str | None = None,
    tag: str | None = None,
    branch: str | None = None,
    lfs: bool | None = None,
    marker: Marker | None = None,
) -> Requirement:
    """Apply ``--rev``, ``--tag``, ``--branch``, ``--lfs`` and ``--marker`` to a requirement."""
    if marker is not None:
        requirement = msgspec.structs.replace(requirement, marker=requirement.marker & marker)
    source = requirement.source
    if not isinstance(source, GitSource):
        return requirement
    return msgspec.structs.replace(requirement, source=augment_git(source, rev=rev, tag=tag, branch=branch, lfs=lfs))


def augment_git(
    source: GitSource,
    *,
    rev: str | None = None,
    tag: str | None = None,
    branch: str | None = None,
    lfs: bool | None = None,
) -> GitSource:
    """Apply ``--rev``, ``--tag``, ``--branch`` and ``--lfs`` to a repository."""
    if rev is not None:
        source = msgspec.structs.replace(source, reference_kind="rev", reference=rev, commit=None)
    elif tag is not None:
        source = msgspec.structs.replace(source, reference_kind="tag", reference=tag, commit=None)
    elif branch is not None:
        source = msgspec.structs.replace(source, reference_kind="branch", reference=branch, commit=None)
    if lfs is not None:
        source = msgspec.structs.replace(source, lfs=lfs)
    return source


def check_self_dependencies(requirements: Iterable[Requirement], project: PackageName | None) -> None:
    """Refuse production dependencies of a project on itself.

    :raises UltravioletError: there is one.
    """
    for requirement in requirements:
        if requirement.name == project:
            raise UltravioletError(
                f"Requirement name `{requirement.name}` matches project name `{project}`, but self-dependencies are not "
                f"permitted without the `--dev` or `--optional` flags. If your project name (`{project}`) is shadowing "
                "that of a third-party dependency, consider renaming the project."
            )


def add_requirements(
    editor: ManifestEditor, requirements: Iterable[Requirement], options: AddOptions
) -> list[Addition]:
    """Write requirements in the order given; positions of earlier additions follow later insertions.

    When nothing was given, an asked-for extra or group is made sure to exist.

    :raises UltravioletError: a source or an update makes no sense, or the manifest has another shape.
    """
    additions: list[Addition] = []
    for requirement in requirements:
        extras = tuple(sorted({*requirement.extras, *options.extras}))
        lowered = msgspec.structs.replace(requirement, extras=extras)
        source = None if options.raw else source_entry(lowered, _options_for(lowered.name, options))
        written = pep508_requirement(lowered, keep_url=options.raw)
        if source is not None and source.kind == "git" and credentials(source.location) != (None, None):
            source = msgspec.structs.replace(source, location=without_credentials(source.location))
        target = _choose_list(editor, written.name, options)
        edit = editor.add(target, written, source=source)
        if edit.added:
            additions = [_shifted(addition, target, edit.index) for addition in additions]
        additions.append(Addition(target, written, source, edit))
    if not additions and options.target.kind in {"extra", "group"} and not options.dev:
        editor.ensure_list(options.target)
    return additions


def _options_for(name: PackageName, options: AddOptions) -> AddOptions:
    return msgspec.structs.replace(options, editable=False) if name in options.not_editable else options


def _shifted(addition: Addition, target: DependencyList, index: int) -> Addition:
    edit = addition.edit
    if addition.target != target or edit.index < index:
        return addition
    return msgspec.structs.replace(addition, edit=ArrayEdit(added=edit.added, index=edit.index + 1))


def _choose_list(editor: ManifestEditor, name: PackageName, options: AddOptions) -> DependencyList:
    if not options.dev and options.target != DEV:
        return options.target
    existing = editor.find(name)
    if DEV in existing:
        return DEV
    if LEGACY_DEV in existing:
        return LEGACY_DEV
    if options.dev and editor.has_legacy_dev() and not editor.has_group(DEV_GROUP):
        return LEGACY_DEV
    return DEV


def source_entry(requirement: Requirement, options: AddOptions) -> SourceEntry | None:
    """Return the entry of ``tool.uv.sources`` for a requirement; None when it needs none.

    :raises SourceProblem: the options do not fit the requirement.
    """
    name, source = requirement.name, requirement.source
    retargeted = options.rev is not None or options.tag is not None or options.branch is not None
    if not isinstance(source, GitSource) and (retargeted or options.lfs):
        existing = next((entry for entry in options.sources.get(name, ()) if entry.kind == "git"), None)
        if existing is not None:
            return msgspec.structs.replace(
                existing, rev=options.rev, tag=options.tag, branch=options.branch, lfs=options.lfs
            )
        _refuse_git_options(name, options)
    in_workspace = name in options.members
    if not in_workspace and options.editable is True and not isinstance(source, DirectorySource):
        raise SourceProblem(
            f"`{name}` did not resolve to a local directory, but the `--editable` flag was provided. Editable installs "
            "are only supported for local directories."
        )
    if in_workspace:
        if not isinstance(source, RegistrySource | DirectorySource):
            other = {UrlSource: "a URL", GitSource: "a Git repository", PathSource: "a file"}[type(source)]
            raise SourceProblem(f"Workspace dependency `{name}` must refer to local directory, not {other}")
        return SourceEntry(kind="workspace", editable=options.editable)
    if isinstance(source, RegistrySource):
        if source.index is not None or options.index is None:
            return None
        return SourceEntry(kind="index", location=options.index)
    if isinstance(source, PathSource):
        return SourceEntry(kind="path", location=_path_text(source.path, source.given, options.root))
    if isinstance(source, DirectorySource):
        editable = source.editable if options.editable is None else options.editable
        return SourceEntry(kind="path", location=_path_text(source.path, source.given, options.root), editable=editable)
    if isinstance(source, UrlSource):
        return SourceEntry(kind="url", location=source.url.partition("#")[0], subdirectory=source.subdirectory)
    return SourceEntry(
        kind="git",
        location=source.repository,
        subdirectory=source.subdirectory,
        archive=source.archive,
        rev=options.rev if retargeted else source.reference,
        tag=options.tag,
        branch=options.branch,
        lfs=options.lfs,
    )


def _refuse_git_options(name: PackageName, options: AddOptions) -> None:
    given = (("rev", options.rev), ("tag", options.tag), ("branch", options.branch))
    for flag, value in given:
        if value is not None:
            raise SourceProblem(
                f"`{name}` did not resolve to a Git repository, but a Git reference (`--{flag} {value}`) was provided."
            )
    if options.lfs and not options.lfs_from_environment:
        raise SourceProblem(
            f"`{name}` did not resolve to a Git repository, but a Git extension (`--lfs`) was provided."
        )


def _path_text(path: str, given: str | None, root: str) -> str:
    # A path with a variable in it, such as `${PROJECT_ROOT}`, is meant to move with the project.
    if was_given_absolute(given) and "${" not in (given or ""):
        return path.replace(os.sep, "/")
    return os.path.relpath(path, root).replace(os.sep, "/")


def apply_bounds(
    editor: ManifestEditor,
    additions: Iterable[Addition],
    versions: Mapping[PackageName, Version],
    kind: BoundsKind | None,
) -> tuple[bool, list[str]]:
    """Write version bounds into new entries of registries that have none.

    :param versions: the lowest locked version of each package.
    :param kind: the bounds asked for; None for the default.
    :returns: whether anything was written, and notes about entries that keep their own specifiers.
    """
    changed = False
    notes: list[str] = []
    for addition in additions:
        if not addition.edit.added or (addition.source is not None and addition.source.kind != "index"):
            continue
        requirement = addition.requirement
        if requirement.url is not None or requirement.specifiers:
            if kind is not None:
                notes.append(f"Using explicit requirement `{requirement}` over bounds preference `{kind}`")
            continue
        version = versions.get(requirement.name)
        if version is None:
            continue
        editor.set_bound(addition.target, addition.edit.index, version.without_local(), kind or "lower")
        changed = True
    return changed, notes


def remove_requirements(
    editor: ManifestEditor, names: Iterable[PackageName], target: DependencyList, *, dev: bool = False
) -> None:
    """Remove dependencies from a list; the development group also means its legacy list.

    :param dev: ``--dev`` rather than ``--group dev``.
    :raises DependencyNotFound: a name is not there; hints say where it is.
    """
    for name in names:
        if target == DEV or dev:
            removed = editor.remove(LEGACY_DEV, name) + editor.remove(DEV, name)
        else:
            removed = editor.remove(target, name)
        if not removed:
            raise DependencyNotFound(name, LEGACY_DEV if dev else target, editor.find(name))


def requirement_text(requirement: Requirement) -> str:
    """Return a requirement as PEP 508 text."""
    text = str(pep508_requirement(requirement, keep_url=False))
    url = direct_url_text(requirement.source)
    if not url:
        return text
    name, _, marker = text.partition(" ; ")
    return f"{name} @ {url}" + (f" ; {marker}" if marker else "")

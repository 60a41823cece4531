"""What ``uv add`` is asked for: from arguments and settings to values."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import msgspec

from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import DirectorySource
from ultraviolet.errors import UltravioletError
from ultraviolet.install.plan import Reinstall
from ultraviolet.operations.options import url_context
from ultraviolet.operations.project import refuse_install_contradictions
from ultraviolet.operations.world import World
from ultraviolet.requirements.arguments import AnyRequirement, UnnamedRequirement
from ultraviolet.requirements.sources import (
    FileSource,
    PackageSource,
    Source,
    source_from_file,
    source_from_package,
    source_from_text_file,
)
from ultraviolet.requirements.specification import ReadContext, read_specification
from ultraviolet.settings.options import Settings
from ultraviolet.standards.markers import Marker
from ultraviolet.standards.names import (
    ExtraName,
    PackageName,
    parse_extra_name,
    parse_group_name,
    parse_package_name,
)
from ultraviolet.workspace.additions import DEV
from ultraviolet.workspace.bounds import BoundsKind
from ultraviolet.workspace.editing import PRODUCTION, DependencyList
from ultraviolet.workspace.paths import user_display


class AddRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The options of ``uv add`` that are about the manifest."""

    sources: tuple[Source, ...]
    constraints: tuple[Source, ...] = ()
    target: DependencyList
    dev: bool = False
    """The development dependencies were meant, wherever they are."""
    marker: Marker | None = None
    editable: bool | None = None
    not_editable: frozenset[PackageName] = frozenset()
    raw: bool = False
    bounds: BoundsKind | None = None
    rev: str | None = None
    tag: str | None = None
    branch: str | None = None
    lfs: bool | None = None
    lfs_from_environment: bool = False
    extras: tuple[ExtraName, ...] = ()
    package: str | None = None
    workspace: bool | None = None
    """Whether directories become members of the workspace; None: those below its root."""

    def reinstalled(self) -> Reinstall:
        """Return the source trees that were given, which are installed anew."""
        names: set[str] = set()
        paths: set[str] = set()
        for requirement in self._packages():
            if isinstance(requirement.source, DirectorySource):
                if isinstance(requirement, UnnamedRequirement):
                    paths.add(requirement.source.path)
                else:
                    names.add(requirement.name)
        return Reinstall(packages=frozenset(names), paths=frozenset(paths))

    def registry_names(self) -> tuple[PackageName, ...]:
        """Return the packages that will be looked up."""
        return tuple(
            requirement.name
            for requirement in self._packages()
            if isinstance(requirement, Requirement) and requirement.is_registry
        )

    def _packages(self) -> list[AnyRequirement]:
        return [source.requirement for source in self.sources if isinstance(source, PackageSource)]


def dependency_list(settings: Settings) -> tuple[DependencyList, bool]:
    """Return the list that ``--optional``, ``--group`` or ``--dev`` name, and whether it was ``--dev``."""
    arguments = settings.arguments
    extra, group = arguments.one("--optional"), arguments.one("--group")
    if extra is not None:
        return DependencyList("extra", parse_extra_name(str(extra))), False
    if group is not None:
        return DependencyList("group", parse_group_name(str(group))), False
    if settings.flag("--dev"):
        return DEV, True
    return PRODUCTION, False


def read_add_request(settings: Settings) -> AddRequest:
    """Read the arguments of ``uv add``; requirements are parsed, files are not read yet.

    :raises UltravioletError: they make no sense.
    """
    arguments = settings.arguments
    _refuse_contradictions(settings)
    target, dev = dependency_list(settings)
    _warn_about_urls(settings)
    yes = arguments.flag("--editable")
    no = arguments.flag("--no-editable") or (not yes and bool(settings.environment.flag("UV_NO_EDITABLE")))
    lfs, from_environment = (True, False) if arguments.flag("--lfs") else (None, False)
    if lfs is None and settings.environment.flag("UV_GIT_LFS") is not None:
        lfs, from_environment = settings.environment.flag("UV_GIT_LFS"), True
    urls = url_context(settings)
    sources: list[Source] = [source_from_package(text, urls) for text in arguments.many("packages")]
    sources += [_requirements_file(str(path), settings.cwd) for path in arguments.many("--requirements") if path]
    constraints = [
        source_from_text_file(str(path), "constraints", user_display(str(path), settings.cwd))
        for path in arguments.many("--constraints")
        if path
    ]
    return AddRequest(
        sources=tuple(sources),
        constraints=tuple(constraints),
        target=target,
        dev=dev,
        marker=_marker(arguments.one("--marker")),
        editable=True if yes else False if no else None,
        not_editable=frozenset(parse_package_name(str(name)) for name in arguments.many("--no-editable-package")),
        raw=arguments.flag("--raw"),
        bounds=arguments.one("--bounds") or settings.files.get("add-bounds"),
        rev=arguments.one("--rev"),
        tag=arguments.one("--tag"),
        branch=arguments.one("--branch"),
        lfs=lfs,
        lfs_from_environment=from_environment,
        extras=tuple(parse_extra_name(str(name)) for name in arguments.many("--extra")),
        package=arguments.one("--package"),
        workspace=True if arguments.flag("--workspace") else False if arguments.flag("--no-workspace") else None,
    )


def _marker(given: Any) -> Marker | None:
    if given is None or isinstance(given, Marker):
        return given
    from ultraviolet.standards.markers import parse_marker

    return parse_marker(str(given))


def _refuse_contradictions(settings: Settings) -> None:
    flags = ("--no-install-project", "--no-install-workspace", "--no-install-local")
    refuse_install_contradictions(settings)
    settings.refuse_together("--locked", "--frozen")
    settings.refuse_together("--no-sync", "--frozen")
    for flag in (*flags, *(flag.replace("--no-", "--only-") for flag in flags)):
        settings.refuse_together(flag, "--frozen")
        settings.refuse_together(flag, "--no-sync")
    for flag in ("--no-install-package", "--only-install-package"):
        if settings.arguments.many(flag):
            for other in ("--frozen", "--no-sync"):
                shown = settings.shown(other)
                if shown is not None:
                    from ultraviolet.settings.globals import conflict

                    raise conflict(f"`{flag}`", shown)


def _warn_about_urls(settings: Settings) -> None:
    place = "script" if settings.arguments.one("--script") is not None else "`pyproject.toml` file"
    for option, instead in (("--index-url", "--default-index"), ("--extra-index-url", "--index")):
        if any(settings.arguments.many(option)):
            settings.warn(
                f"Indexes specified via `{option}` will not be persisted to the {place}; use `{instead}` instead."
            )


_REFUSED = {
    "pyproject": "a `pyproject.toml`",
    "setup-py": "a `setup.py`",
    "script": "a PEP 723 script",
    "setup-cfg": "a `setup.cfg`",
    "pylock": "a `pylock.toml`",
}


def _requirements_file(path: str, cwd: str) -> FileSource:
    source = source_from_file(path, user_display(path, cwd))
    if source.kind in _REFUSED:
        raise UltravioletError(f"Adding requirements from {_REFUSED[source.kind]} is not supported in `uv add`")
    return source


class GivenRequirements(msgspec.Struct, frozen=True):
    """Everything that arguments and files ask for."""

    requirements: tuple[AnyRequirement, ...]
    constraints: tuple[Requirement, ...]


def read_requirements(
    settings: Settings, world: World, request: AddRequest, *, stdin: Callable[[], str] | None = None
) -> GivenRequirements:
    """Read the requirements of arguments and files.

    :raises UltravioletError: a file cannot be read.
    """
    fetch = None
    if not settings.globals.offline:

        def fetch(url: str) -> str:
            from ultraviolet.requirements.specification import decode_text

            return decode_text(world.client().get(url).body, url)

    context = ReadContext(urls=url_context(settings), fetch=fetch, stdin=stdin)
    specification = read_specification(request.sources, context, constraints=request.constraints)
    for warning in specification.warnings:
        world.reporter.warn(warning)
    return GivenRequirements(
        tuple(entry.requirement for entry in specification.requirements),
        tuple(entry.requirement for entry in specification.constraints if isinstance(entry.requirement, Requirement)),
    )


def is_below(path: str, directory: str) -> bool:
    """Whether a path lies in a directory, or is it."""
    return path == directory or path.startswith(directory.rstrip(os.sep) + os.sep)

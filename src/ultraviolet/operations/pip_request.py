"""The request of a ``pip`` command: its sources read, and what configuration files add to them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from ultraviolet.distributions.direct_urls import UrlContext
from ultraviolet.distributions.requirement import Origin, Requirement
from ultraviolet.operations.options import engine_options, url_context, with_torch
from ultraviolet.operations.pip_inputs import ExtraChoice, InputError
from ultraviolet.requirements.arguments import RequirementEntry
from ultraviolet.requirements.sources import (
    FileSource,
    PackageSource,
    Source,
    source_from_editable,
    source_from_file,
    source_from_package,
    source_from_text_file,
)
from ultraviolet.requirements.specification import ReadContext, RequirementsSpecification, read_specification
from ultraviolet.standards.names import GroupName, PackageName
from ultraviolet.workspace.manifest import UvTable, read_uv_table
from ultraviolet.workspace.plain import plain_requirement
from ultraviolet.workspace.scoped import ScopedDependencies

if TYPE_CHECKING:
    from ultraviolet.operations.engines import EngineOptions
    from ultraviolet.operations.world import World
    from ultraviolet.resolver.manifest import ScopedExclusion, ScopedOverride
    from ultraviolet.resolver.options import BuildPolicy
    from ultraviolet.settings.options import Settings
    from ultraviolet.settings.values import PipSettings

_WORKSPACE_KEYS = (
    "constraint-dependencies",
    "override-dependencies",
    "exclude-dependencies",
    "build-constraint-dependencies",
    "environments",
    "required-environments",
)


class PipRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a ``pip`` command was asked for."""

    specification: RequirementsSpecification
    build_constraints: tuple[Requirement, ...] = ()
    extras: ExtraChoice = ExtraChoice()
    workspace: UvTable = UvTable()
    """What ``[tool.uv]`` adds: constraints, overrides, exclusions, environments."""
    urls: UrlContext = UrlContext()

    @property
    def constraints(self) -> tuple[RequirementEntry, ...]:
        """Constraints with their digests, those of the workspace last."""
        lowered = lower_all(self.workspace.constraint_dependencies, self.urls, Origin("workspace"))
        return self.specification.constraints + tuple(RequirementEntry(requirement) for requirement in lowered)

    @property
    def workspace_overrides(self) -> tuple[Requirement, ...]:
        """Overrides of scripts and of the workspace that hold everywhere."""
        found = [item for item in self.specification.scoped_overrides if isinstance(item, Requirement)]
        plain = [item for item in self.workspace.override_dependencies if not isinstance(item, ScopedDependencies)]
        return (*found, *lower_all(plain, self.urls, Origin("workspace")))

    def scoped_overrides(self) -> tuple[ScopedOverride, ...]:
        """Overrides for the dependencies of one package."""
        from ultraviolet.resolver.manifest import ScopedOverride

        scopes = (*self.specification.scoped_overrides, *self.workspace.override_dependencies)
        return tuple(
            ScopedOverride(
                package=scope.package,
                version=scope.version,
                dependencies=lower_all(scope.requirements, self.urls, Origin("workspace")),
            )
            for scope in scopes
            if isinstance(scope, ScopedDependencies)
        )

    @property
    def excludes(self) -> frozenset[PackageName]:
        """Packages that are left out wherever they are required."""
        items = (*self.specification.excludes, *self.workspace.exclude_dependencies)
        return frozenset(item for item in items if not isinstance(item, ScopedDependencies))

    def scoped_excludes(self) -> tuple[ScopedExclusion, ...]:
        """Packages that are left out where one package requires them."""
        from ultraviolet.resolver.manifest import ScopedExclusion

        items = (*self.specification.excludes, *self.workspace.exclude_dependencies)
        return tuple(
            ScopedExclusion(package=item.package, version=item.version, dependencies=frozenset(item.names))
            for item in items
            if isinstance(item, ScopedDependencies)
        )


class PipSources(msgspec.Struct, frozen=True, kw_only=True):
    """The sources a ``pip`` command was given."""

    requirements: tuple[Source, ...] = ()
    constraints: tuple[Source, ...] = ()
    overrides: tuple[Source, ...] = ()
    excludes: tuple[Source, ...] = ()
    build_constraints: tuple[Source, ...] = ()


def file_sources(settings: Settings, requirements: Iterable[Source]) -> PipSources:
    """Return the sources with the files of ``--constraints`` and its like.

    :raises UltravioletError: a file promises another format.
    """
    from ultraviolet.workspace.paths import user_display

    def show(path: str) -> str:
        return user_display(path, settings.cwd)

    def files(option: str) -> list[str]:
        return [str(path) for path in settings.arguments.many(option) if path]

    return PipSources(
        requirements=tuple(requirements),
        constraints=tuple(source_from_text_file(path, "constraints", show(path)) for path in files("--constraints")),
        overrides=tuple(source_from_text_file(path, "overrides", show(path)) for path in files("--overrides")),
        excludes=tuple(source_from_text_file(path, "requirements", show(path)) for path in files("--excludes")),
        build_constraints=tuple(
            source_from_text_file(path, "constraints", show(path)) for path in files("--build-constraints")
        ),
    )


def package_sources(
    settings: Settings, packages: Iterable[object], editables: Iterable[object]
) -> tuple[PackageSource, ...]:
    """Return the sources of requirements given as arguments.

    :raises UltravioletError: one cannot be parsed.
    """
    urls = url_context(settings)
    return (
        *(source_from_package(str(text), urls) for text in packages),
        *(source_from_editable(str(text), urls) for text in editables),
    )


def requirement_files(settings: Settings, paths: Iterable[Any]) -> tuple[FileSource, ...]:
    """Return the sources of file arguments.

    :raises UltravioletError: a name promises something else.
    """
    from ultraviolet.workspace.paths import user_display

    return tuple(source_from_file(str(path), user_display(str(path), settings.cwd)) for path in paths)


def read_request(
    settings: Settings, world: World, sources: PipSources, *, stdin: Callable[[], str] | None = None
) -> PipRequest:
    """Read every source; their warnings are told.

    :raises UltravioletError: a source cannot be read, or sources contradict each other.
    """
    urls = url_context(settings)
    offline = settings.globals.offline
    context = ReadContext(urls=urls, fetch=None if offline else fetcher(world), stdin=stdin)
    pip = settings.pip
    specification = read_specification(
        sources.requirements,
        context,
        constraints=sources.constraints,
        overrides=sources.overrides,
        excludes=sources.excludes,
        groups=[_group(item) for item in pip.group],
        group_root="" if settings.project_dir == settings.cwd else settings.project_dir,
    )
    for warning in specification.warnings:
        world.reporter.warn(warning)
    builds: tuple[RequirementEntry, ...] = ()
    if sources.build_constraints:
        read = read_specification((), context, constraints=sources.build_constraints)
        for warning in read.warnings:
            world.reporter.warn(warning)
        builds = read.constraints
    workspace = read_uv_table({key: _plain(settings.files[key]) for key in _WORKSPACE_KEYS if key in settings.files})
    return PipRequest(
        specification=specification,
        build_constraints=(
            *(entry.requirement for entry in builds if isinstance(entry.requirement, Requirement)),
            *lower_all(workspace.build_constraint_dependencies, urls),
        ),
        extras=extra_choice(pip),
        workspace=workspace,
        urls=urls,
    )


def extra_choice(pip: PipSettings) -> ExtraChoice:
    """Return which extras of project files were asked for."""
    return ExtraChoice(names=pip.extra, excluded=pip.no_extra, everything=pip.all_extras)


def request_options(settings: Settings, request: PipRequest) -> EngineOptions:
    """Return the options of the engines, what requirements files say included."""
    resolver = settings.pip.resolver
    options = with_torch(
        engine_options(settings, resolver), settings, resolver.torch_backend, platform=settings.pip.python_platform
    )
    specification = request.specification
    locations = options.index.locations
    named = specification.extra_index_urls
    if specification.index_url is not None:
        named = (*named, msgspec.structs.replace(specification.index_url, default=True))
    if named or specification.find_links or specification.no_index:
        locations = msgspec.structs.replace(
            locations,
            indexes=(*locations.indexes, *named),
            find_links=(*locations.find_links, *specification.find_links),
            no_index=locations.no_index or specification.no_index,
        )
    return msgspec.structs.replace(
        options,
        index=msgspec.structs.replace(options.index, locations=locations),
        resolver=msgspec.structs.replace(
            options.resolver,
            locations=locations,
            build_policy=_combined(options.resolver.build_policy, specification),
            dependency_mode="direct" if settings.pip.no_deps else "transitive",
        ),
        build_constraints=request.build_constraints,
    )


def _combined(policy: BuildPolicy, specification: RequirementsSpecification) -> BuildPolicy:
    no_binary, no_build = specification.no_binary, specification.no_build
    if not no_binary and not no_build:
        return policy
    return msgspec.structs.replace(
        policy,
        no_binary=policy.no_binary or no_binary.everything,
        no_binary_packages=policy.no_binary_packages | frozenset(no_binary.packages),
        no_build=policy.no_build or no_build.everything,
        no_build_packages=policy.no_build_packages | frozenset(no_build.packages),
    )


def lower_all(requirements: Iterable[Any], urls: UrlContext, origin: Origin | None = None) -> tuple[Requirement, ...]:
    """Lower requirements as they are, without sources."""
    return tuple(plain_requirement(requirement, urls, origin) for requirement in requirements)


def _plain(value: Any) -> Any:
    """Turn the tuples of settings back into the lists of TOML."""
    return list(value) if isinstance(value, tuple) else value


def _group(item: Any) -> tuple[str | None, GroupName]:
    """Read ``[path:]name``."""
    if isinstance(item, Mapping):
        path = item.get("path")
        return (str(path) if path is not None else None), GroupName(str(item["name"]))
    if isinstance(item, tuple):
        return item
    path, separator, name = str(item).rpartition(":")
    return (path if separator else None), GroupName(name)


def fetcher(world: World) -> Callable[[str], str]:
    """Return a function that fetches the text at a URL, for requirements files."""

    def fetch(url: str) -> str:
        from ultraviolet.errors import UltravioletError

        try:
            response = world.client().get(url)
            response.raise_for_status()
        except UltravioletError:
            raise InputError(f"Error while accessing remote requirements file: `{url}`") from None
        return bytes(response.body).decode("utf-8")

    return fetch


def output_directory(path: str, cwd: str) -> str:
    """Return the directory an output file lies in, absolute."""
    return os.path.dirname(os.path.normpath(os.path.join(cwd, path)))

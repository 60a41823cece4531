"""What project commands have in common: from settings to the project, its lock options, and what of it is wanted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from ultraviolet.errors import UltravioletError
from ultraviolet.lock.choices import NO_FILTER, ExtraChoice, GroupChoice, InstallFilter, Sections, Target
from ultraviolet.lock.model import Cutoff as LockedCutoff
from ultraviolet.lock.model import Options as LockedOptions
from ultraviolet.lock.model import StaticMetadata
from ultraviolet.lock.preferences import UpgradeChoice
from ultraviolet.operations.lock import LockOptions, Mode
from ultraviolet.operations.options import upgrade_constraints, upgraded_names, url_context
from ultraviolet.operations.project_python import PythonChoice
from ultraviolet.operations.world import World
from ultraviolet.settings.globals import conflict
from ultraviolet.standards.names import GroupName, PackageName, parse_extra_name, parse_group_name, parse_package_name
from ultraviolet.standards.requirements import parse_requirement
from ultraviolet.standards.versions import parse_version
from ultraviolet.workspace.discovery import DiscoveryOptions, Project, Workspace, discover_member, discover_project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.distributions.indexes import IndexLocation
    from ultraviolet.lock.model import Lock
    from ultraviolet.settings.cutoffs import Cutoff
    from ultraviolet.settings.options import Settings
    from ultraviolet.settings.values import ResolverSettings


def open_project(
    settings: Settings, world: World, *, package: str | None = None, existing_members: bool = False
) -> Project:
    """Find the project a command works on.

    :param package: the member that ``--package`` names.
    :param existing_members: tolerate missing members (``sync --frozen``).
    """
    options = DiscoveryOptions(
        members="existing" if existing_members else "all", cache_root=world.cache.root, cwd=world.cwd
    )
    if package is not None:
        project = discover_member(settings.project_dir, parse_package_name(package), options)
    else:
        project = discover_project(settings.project_dir, options)
    for warning in project.workspace.warnings:
        world.reporter.warn(warning)
    return project


def python_choice(settings: Settings) -> PythonChoice:
    """Return what was said about the project's Python."""
    arguments = settings.arguments
    active: bool | None = None
    if arguments.flag("--active"):
        active = True
    elif arguments.flag("--no-active"):
        active = False
    import os

    from ultraviolet.settings.locations import user_config_file

    return PythonChoice(
        request=arguments.one("--python") or settings.environment.text("UV_PYTHON") or None,
        active=active,
        no_config=arguments.flag("--no-config") or bool(settings.environment.flag("UV_NO_CONFIG")),
        user_directory=os.path.dirname(user_config_file(settings.environment.variables)),
        centralized=settings.globals.has_preview("centralized-project-envs"),
    )


def lowering_changes(settings: Settings) -> dict[str, Any]:
    """Return the fields of a lowering context that settings decide."""
    resolver = settings.resolver
    return {
        "no_sources": resolver.no_sources or frozenset(resolver.no_sources_package),
        "command_line_indexes": resolver.index_locations.of_arguments,
        "configured_indexes": resolver.index_locations.of_files,
    }


def recorded_options(resolver: ResolverSettings, *, from_arguments: bool = False) -> LockedOptions:
    """Return the resolver's options as a lockfile records them.

    :param from_arguments: ``--exclude-newer-package`` was given, which changes the order uv lists the packages in.
    """

    def cutoff(value: Cutoff) -> LockedCutoff:
        if value.span is not None:
            return LockedCutoff(span=value.span)
        from ultraviolet.lock.from_resolution import format_time

        return LockedCutoff(timestamp=format_time(value.milliseconds))

    prerelease = resolver.prerelease
    names = list(resolver.exclude_newer_package)
    order: list[str] = []
    if names:
        from ultraviolet.lock.hash_order import arguments_order, settings_order

        order = arguments_order(names) if from_arguments else settings_order(names)
    return LockedOptions(
        resolution_mode=resolver.resolution,
        prerelease_mode="if-necessary" if prerelease == "if-necessary-or-explicit" else prerelease,
        prerelease_package={
            str(name): "if-necessary" if mode == "if-necessary-or-explicit" else mode
            for name, mode in resolver.prerelease_package.items()
        },
        fork_strategy=resolver.fork_strategy,
        exclude_newer=cutoff(resolver.exclude_newer) if resolver.exclude_newer is not None else None,
        exclude_newer_package={
            name: value if value is False else cutoff(value)
            for name, value in (
                (PackageName(name), resolver.exclude_newer_package[PackageName(name)]) for name in order
            )
        },
    )


def lock_mode(settings: Settings) -> tuple[Mode, str]:
    """Return the mode in force and the words of the user that set it."""
    arguments = settings.arguments
    command = settings.command
    if command == "lock" and arguments.flag("--check"):
        return "locked", "--check"
    settings.refuse_together("--locked", "--frozen")
    for flag, mode in (("--check-exists", "frozen"), ("--frozen", "frozen"), ("--locked", "locked")):
        if arguments.flag(flag) and arguments.source(flag) == "command line":
            return mode, "--frozen" if flag == "--check-exists" else flag  # type: ignore[return-value] # one of the modes
    for variable, mode in (("UV_FROZEN", "frozen"), ("UV_LOCKED", "locked")):
        if settings.environment.flag(variable):
            return mode, f"{variable}=1"  # type: ignore[return-value] # one of the modes
    return "write", ""


def lock_options(settings: Settings, *, dry_run: bool = False) -> LockOptions:
    """Return how to lock."""
    resolver = settings.resolver
    mode, flag = lock_mode(settings)
    if mode == "write" and dry_run:
        mode = "dry-run"
    locations = resolver.index_locations
    configured = (*(() if locations.no_index else locations.indexes), *locations.find_links)
    return LockOptions(
        mode=mode,
        flag=flag,
        upgrade=UpgradeChoice(all=resolver.upgrade, packages=frozenset(upgraded_names(resolver))),
        upgrade_groups=tuple(resolver.upgrade_group),
        upgrade_constraints=upgrade_constraints(resolver, url_context(settings)),
        refresh=resolver.refresh.everything or bool(resolver.refresh.packages),
        check_layout=settings.globals.has_preview("lockfile-format-check"),
        renew_layout=resolver.refresh.everything and settings.globals.has_preview("lockfile-format-check"),
        recorded=recorded_options(resolver, from_arguments=bool(settings.arguments.many("--exclude-newer-package"))),
        dependency_metadata=_stated_metadata(resolver),
        configured_indexes=configured if configured or locations.no_index else None,
        find_links=locations.find_links,
        hash_algorithms=_hash_algorithms(configured),
        hash_algorithms_are_experimental=not settings.globals.has_preview("index-hash-algorithm"),
        conflicts_are_experimental=not settings.globals.has_preview("package-conflicts"),
        without_metadata=settings.globals.has_preview("lock-without-metadata"),
    )


def declared_sections(workspace: Workspace, lock: Lock, options: LockOptions) -> Sections | None:
    """Return the extras and groups that members declare, where the lock may not say."""
    if not options.without_metadata or not lock.may_omit_metadata:
        return None
    return {
        name: (tuple(member.project.optional_dependencies or ()), member.manifest.group_names())
        for name, member in workspace.members.items()
    }


def _hash_algorithms(indexes: Iterable[IndexLocation]) -> dict[str, str]:
    """Return the algorithm that each index requires, by URL; the first definition of a URL counts."""
    found: dict[str, str | None] = {}
    for index in indexes:
        found.setdefault(index.public_url, index.hash_algorithm)
    return {url: algorithm for url, algorithm in found.items() if algorithm is not None}


def _stated_metadata(resolver: ResolverSettings) -> tuple[StaticMetadata, ...]:
    """Return ``tool.uv.dependency-metadata`` as a lockfile records it."""
    found = []
    for table in resolver.dependency_metadata:
        version = table.get("version")
        extras = table.get("provides-extra", table.get("provides-extras")) or ()
        found.append(
            StaticMetadata(
                name=str(table["name"]),
                version=None if version is None else str(parse_version(str(version))),
                requires_dist=tuple(str(parse_requirement(text)) for text in table.get("requires-dist") or ()),
                requires_python=table.get("requires-python"),
                provides_extras=tuple(parse_extra_name(extra) for extra in extras),
            )
        )
    return tuple(found)


def extra_choice(settings: Settings) -> ExtraChoice:
    """Return the extras that were asked for."""
    arguments = settings.arguments
    return ExtraChoice(
        names=tuple(parse_extra_name(name) for name in arguments.many("--extra")),
        all=arguments.flag("--all-extras"),
        excluded=tuple(parse_extra_name(name) for name in arguments.many("--no-extra")),
    )


def group_choice(settings: Settings, defaults: tuple[GroupName, ...] | str) -> GroupChoice:
    """Return the groups that were asked for, with the default ones of the target."""
    arguments = settings.arguments

    def names(option: str) -> tuple[str, ...]:
        return tuple(parse_group_name(name) for name in arguments.many(option))

    excluded = names("--no-group")
    if not excluded:
        text = settings.environment.text("UV_NO_GROUP") or ""
        excluded = tuple(parse_group_name(name) for name in text.split())
    dev: Any = None
    yes, no = settings.pair("--dev", "--no-dev")
    if arguments.flag("--only-dev"):
        dev = "only"
    elif no:
        dev = "exclude"
    elif yes:
        dev = "include"
    return GroupChoice(
        names=names("--group"),
        only=names("--only-group"),
        excluded=excluded,
        all=arguments.flag("--all-groups"),
        dev=dev,
        defaults=defaults if defaults != "all" else "all",  # type: ignore[arg-type] # a tuple, or that word
        no_defaults=settings.flag("--no-default-groups"),
    )


def default_groups(project: Project) -> tuple[GroupName, ...] | str:
    """Return the groups that are installed without being named."""
    return project.manifest.default_groups()


def enabled_groups(choice: GroupChoice, project: Project) -> frozenset[GroupName]:
    """Return the groups whose own Python requirements count."""
    names = {name for member in project.workspace.members.values() for name in member.manifest.group_names()}
    if project.name is None:
        names |= set(project.workspace.manifest.group_names())
    return frozenset(name for name in names if choice.contains(name))


INSTALL_FLAGS = ("project", "workspace", "local")
"""What ``--no-install-…`` leaves out and ``--only-install-…`` picks."""


def refuse_install_contradictions(settings: Settings, *, script: bool = False) -> None:
    """Raise when flags and variables say opposite things about what is installed, or speak of projects to a script."""
    for what in INSTALL_FLAGS:
        no, only = f"--no-install-{what}", f"--only-install-{what}"
        if all(settings.pair(no, only)):
            settings.refuse_together(no, only)
    for what in INSTALL_FLAGS if script else ():
        flag = f"--no-install-{what}"
        shown = settings.shown(flag)
        if shown is not None and settings.pair(flag, f"--only-install-{what}")[0]:
            raise conflict(shown, "`--script`")


def install_filter(settings: Settings) -> InstallFilter:
    """Return what is resolved but left out of the environment."""

    def names(option: str) -> frozenset[str]:
        return frozenset(parse_package_name(name) for name in settings.arguments.many(option))

    flags: dict[str, bool] = {}
    for what in INSTALL_FLAGS:
        no, only = f"--no-install-{what}", f"--only-install-{what}"
        flags[f"no_{what}"], flags[f"only_{what}"] = settings.pair(no, only)
    return InstallFilter(
        **flags, no_packages=names("--no-install-package"), only_packages=names("--only-install-package")
    )


def install_target(project: Project, *, packages: tuple[str, ...] = (), all_packages: bool = False) -> Target:
    """Return what of a workspace is installed.

    :raises UltravioletError: a package is no member.
    """
    workspace = project.workspace
    root = workspace.root
    if len(packages) > 1:
        names = []
        for text in packages:
            name = parse_package_name(text)
            if name not in workspace.members:
                raise UltravioletError(f"Package `{name}` not found in workspace")
            names.append(name)
        return Target(kind="projects", names=tuple(names), root=root)
    if all_packages:
        return Target(kind="non-project-workspace" if workspace.is_non_project else "workspace", root=root)
    if project.name is None:
        return Target(kind="non-project-workspace", root=root)
    return Target(kind="project", names=(project.name,), root=root)


class ProjectScope(msgspec.Struct, frozen=True, kw_only=True):
    """The projects, extras and groups a command is about."""

    target: Target
    extras: ExtraChoice
    groups: GroupChoice
    filter: InstallFilter = InstallFilter()
    editable: bool | None = None
    not_editable: frozenset[str] = frozenset()


def project_scope(
    settings: Settings,
    project: Project,
    *,
    packages: tuple[str, ...] = (),
    all_packages: bool = False,
    install: InstallFilter = NO_FILTER,
) -> ProjectScope:
    """Read the selection options that ``sync`` and ``run`` share.

    :param install: what is left out, which only some commands can be told.
    """
    arguments = settings.arguments
    return ProjectScope(
        target=install_target(project, packages=packages, all_packages=all_packages),
        extras=extra_choice(settings),
        groups=group_choice(settings, default_groups(project)),
        filter=install,
        editable=editable_choice(settings),
        not_editable=frozenset(parse_package_name(name) for name in arguments.many("--no-editable-package")),
    )


def editable_choice(settings: Settings) -> bool | None:
    """Return what ``--editable`` and ``--no-editable`` say of source trees."""
    if settings.arguments.flag("--editable"):
        return True
    return False if settings.flag("--no-editable") else None


def names_of(texts: Iterable[str]) -> tuple[PackageName, ...]:
    """Return package names, normalised."""
    return tuple(parse_package_name(text) for text in texts)

"""``uv export``: the lock of a project or script in another format."""

from __future__ import annotations

import os
from typing import Literal

import msgspec

from ultraviolet.errors import UltravioletError
from ultraviolet.lock.choices import InstallFilter, Target, check_conflicts, check_names
from ultraviolet.lock.export import (
    EXPLICIT_INDEX_WARNING,
    ExportOptions,
    Style,
    export_requirements,
    header,
    preamble,
)
from ultraviolet.lock.model import Lock
from ultraviolet.operations.edited import Edited, EditedProject, EditedScript
from ultraviolet.operations.present_lock import present_lock
from ultraviolet.operations.project import (
    declared_sections,
    default_groups,
    editable_choice,
    extra_choice,
    group_choice,
    install_target,
    lock_options,
)
from ultraviolet.operations.world import World
from ultraviolet.settings.options import Settings
from ultraviolet.standards.names import parse_package_name
from ultraviolet.workspace.discovery import DiscoveryOptions, Project, discover_member, discover_project

Format = Literal["requirements.txt", "pylock.toml", "cyclonedx1.5"]


class NotYetSupported(UltravioletError):
    """A format that this version does not have yet."""


class ExportRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is exported, and how."""

    options: ExportOptions
    """Extras and groups are filled in."""
    format: Format | None = None
    output_file: str | None = None
    with_header: bool = True
    with_index_url: bool = False
    with_find_links: bool = False
    all_packages: bool = False
    packages: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    """The words of the command line, for the header."""

    @property
    def output_format(self) -> Format:
        """The format asked for, or the one that the output file suggests."""
        if self.format is not None:
            return self.format
        from ultraviolet.requirements.sources import is_pylock

        name = os.path.basename(self.output_file) if self.output_file is not None else ""
        if not name.lower().endswith(".txt") and is_pylock(name):
            return "pylock.toml"
        return "requirements.txt"


def read_export_request(settings: Settings, words: list[str]) -> ExportRequest:
    """Read the arguments of ``uv export``."""
    arguments = settings.arguments

    def names(option: str) -> frozenset[str]:
        return frozenset(parse_package_name(str(name)) for name in arguments.many(option))

    def switch(yes: str, no: str, *, default: bool) -> bool:
        return True if arguments.flag(yes) else False if arguments.flag(no) else default

    return ExportRequest(
        options=ExportOptions(
            prune=tuple(map(str, arguments.many("--prune"))),
            filter=InstallFilter(
                no_project=arguments.flag("--no-emit-project"),
                only_project=arguments.flag("--only-emit-project"),
                no_workspace=arguments.flag("--no-emit-workspace"),
                only_workspace=arguments.flag("--only-emit-workspace"),
                no_local=arguments.flag("--no-emit-local"),
                only_local=arguments.flag("--only-emit-local"),
                no_packages=names("--no-emit-package"),
                only_packages=names("--only-emit-package"),
            ),
            editable=editable_choice(settings),
            not_editable=names("--no-editable-package"),
            annotate=switch("--annotate", "--no-annotate", default=True),
            hashes=switch("--hashes", "--no-hashes", default=True),
        ),
        format=arguments.one("--format"),
        output_file=arguments.one("--output-file"),
        with_header=switch("--header", "--no-header", default=True),
        with_index_url=switch("--emit-index-url", "--no-emit-index-url", default=False),
        with_find_links=switch("--emit-find-links", "--no-emit-find-links", default=False),
        all_packages=arguments.flag("--all-packages"),
        packages=tuple(map(str, arguments.many("--package"))),
        command=tuple(words),
    )


class Exported(msgspec.Struct, frozen=True):
    """An export, still to be rendered."""

    lock: Lock
    target: Target
    request: ExportRequest
    settings: Settings

    def text(self, style: Style) -> str:
        """Return the text; comments are styled."""
        request = self.request
        head = header(request.command, style) if request.with_header else ""
        if request.output_format == "pylock.toml":
            from ultraviolet.lock.pylock import pylock_from_lock, write_pylock

            return head + write_pylock(pylock_from_lock(self.lock, self.target, request.options))
        locations = self.settings.resolver.index_locations
        indexes, _ = preamble(locations, index_url=request.with_index_url, find_links=request.with_find_links)
        return head + indexes + export_requirements(self.lock, self.target, request.options, style)


def export(settings: Settings, world: World, request: ExportRequest, script: str | None = None) -> Exported:
    """Bring the lock of a project or script up to date, and check that it can be exported as asked.

    :raises UltravioletError: it cannot.
    """
    settings.refuse_together("--locked", "--frozen")
    options = lock_options(settings)
    subject: Edited
    if script is None:
        project = _open_project(settings, world, request, is_frozen=options.mode == "frozen")
        subject = EditedProject(project)
        groups = group_choice(settings, default_groups(project))
    else:
        from ultraviolet.operations.script_lock import open_script, script_settings

        opened = open_script(script, world.cwd)
        settings = script_settings(settings, opened)
        subject = EditedScript(opened)
        groups = group_choice(settings, ())
    extras = extra_choice(settings)
    lock = present_lock(settings, world, subject, options, groups).lock
    declared = None
    if isinstance(subject, EditedProject):
        declared = declared_sections(subject.project.workspace, lock, options)
        target = install_target(subject.project, packages=request.packages, all_packages=request.all_packages)
    else:
        target = Target(kind="script", root=subject.root)
    check_names(lock, target, extras, groups, declared)
    _check_output(request)
    if request.output_format == "cyclonedx1.5":
        raise NotYetSupported("`--format cyclonedx1.5` is not yet supported")
    check_conflicts(lock, target, extras, groups)
    _check_pylock_name(request)
    if request.output_format == "requirements.txt" and request.with_index_url:
        _, has_explicit = preamble(settings.resolver.index_locations, index_url=True)
        if has_explicit:
            world.reporter.warn(EXPLICIT_INDEX_WARNING)
    chosen = msgspec.structs.replace(request.options, extras=extras, groups=groups)
    return Exported(lock, target, msgspec.structs.replace(request, options=chosen), settings)


def _open_project(settings: Settings, world: World, request: ExportRequest, *, is_frozen: bool) -> Project:
    """Find the project; with ``--frozen`` only as much of the workspace as is needed has to exist."""
    members: Literal["all", "existing", "none"] = "all"
    if is_frozen:
        members = "existing" if request.packages else "none"
    options = DiscoveryOptions(members=members, cache_root=world.cache.root, cwd=world.cwd)
    if len(request.packages) == 1:
        project = discover_member(settings.project_dir, parse_package_name(request.packages[0]), options)
    else:
        project = discover_project(settings.project_dir, options)
        if not is_frozen:
            install_target(project, packages=request.packages)  # refuses unknown names at once
    for warning in project.workspace.warnings:
        world.reporter.warn(warning)
    return project


def _check_output(request: ExportRequest) -> None:
    if request.output_file is not None and os.path.basename(request.output_file).lower() == "pyproject.toml":
        raise UltravioletError(
            "`pyproject.toml` is not a supported output format for `uv export` (supported formats: requirements.txt, "
            "pylock.toml, cyclonedx1.5)"
        )


def _check_pylock_name(request: ExportRequest) -> None:
    from ultraviolet.requirements.sources import is_pylock

    if request.output_format != "pylock.toml" or request.output_file is None:
        return
    name = os.path.basename(request.output_file)
    if not is_pylock(name):
        raise UltravioletError(
            "Expected the output filename to be `pylock.toml` or `pylock.<name>.toml`, where `<name>` is non-empty and "
            f"contains no dots; found `{name}`"
        )


def write_export(text: str, path: str) -> None:
    """Write an export, making missing directories; a symbolic link keeps pointing where it does.

    :raises OSError: it cannot be written.
    """
    from ultraviolet.fs.atomic import write_through

    write_through(path, text.encode())

"""``uv tree``: what a project or script depends on, drawn from its lock."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from ultraviolet.lock.tree import Style, TreeOptions, render_tree
from ultraviolet.operations.edited import Edited, EditedProject, EditedScript
from ultraviolet.operations.present_lock import present_lock
from ultraviolet.operations.project import default_groups, group_choice, lock_options, open_project
from ultraviolet.operations.world import World
from ultraviolet.settings.options import Settings
from ultraviolet.standards.names import PackageName

if TYPE_CHECKING:
    from ultraviolet.lock.model import Lock
    from ultraviolet.lock.tree_json import TreeTarget
    from ultraviolet.standards.markers import MarkerEnvironment


class TreeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn, and how."""

    options: TreeOptions
    """Groups, environment and newer versions are filled in."""
    universal: bool = False
    python_version: str | None = None
    python_platform: str | None = None
    outdated: bool = False
    json: bool = False
    """Whether the graph is written as JSON instead of drawn."""


def read_tree_request(settings: Settings) -> TreeRequest:
    """Read the arguments of ``uv tree``."""
    arguments = settings.arguments
    return TreeRequest(
        options=TreeOptions(
            depth=int(arguments.one("--depth")),
            prune=tuple(map(str, arguments.many("--prune"))),
            packages=tuple(map(str, arguments.many("--package"))),
            no_dedupe=arguments.flag("--no-dedupe"),
            invert=arguments.flag("--invert"),
            show_sizes=arguments.flag("--show-sizes"),
        ),
        universal=arguments.flag("--universal"),
        python_version=_text(arguments.one("--python-version")),
        python_platform=arguments.one("--python-platform"),
        outdated=arguments.flag("--outdated"),
        json=arguments.one("--format") == "json",
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def draw_tree(settings: Settings, world: World, request: TreeRequest, style: Style, script: str | None = None) -> str:
    """Return the tree of the project of a directory, or of a script, as lines or as JSON without a final newline.

    :raises UltravioletError: the lock cannot be had.
    """
    if request.json and not settings.globals.has_preview("json-output"):
        world.reporter.warn(
            "The `--format json` option is experimental and the schema may change without warning. Pass "
            "`--preview-features json-output` to disable this warning."
        )
    options = lock_options(settings)
    subject: Edited
    if script is None:
        project = open_project(settings, world)
        subject = EditedProject(project)
        groups = group_choice(settings, default_groups(project))
    else:
        from ultraviolet.operations.script_lock import open_script, script_settings

        opened = open_script(script, world.cwd)
        settings = script_settings(settings, opened)
        subject = EditedScript(opened)
        groups = group_choice(settings, ())
    present = present_lock(settings, world, subject, options, groups, needs_interpreter=not request.universal)
    environment: MarkerEnvironment | None = None
    if not request.universal:
        from ultraviolet.operations.resolution_target import find_platform, python_version, target_environment

        assert present.interpreter is not None
        environment = target_environment(
            present.interpreter,
            python_version(request.python_version) if request.python_version is not None else None,
            find_platform(request.python_platform, world.environ),
        )
    latest = _newer_versions(settings, present.lock, _root(subject), world) if request.outdated else {}
    chosen = msgspec.structs.replace(request.options, groups=groups, environment=environment, latest=latest)
    if request.json:
        from ultraviolet.lock.tree_json import render_tree_json

        return render_tree_json(present.lock, chosen, _target(subject))
    return render_tree(present.lock, chosen, style)


def _target(subject: Edited) -> TreeTarget:
    from ultraviolet.lock.tree_json import TreeTarget

    if isinstance(subject, EditedProject):
        return TreeTarget("workspace", subject.project.workspace.root.replace(os.sep, "/"))
    return TreeTarget("script", subject.path.replace(os.sep, "/"))


def _root(subject: Edited) -> str:
    return subject.project.workspace.root if isinstance(subject, EditedProject) else subject.root


def _newer_versions(settings: Settings, lock: Lock, root: str, world: World) -> dict[str, str]:
    """Return the newest version of each locked package of an index that is behind, by package."""
    from ultraviolet.cache.layout import Cache
    from ultraviolet.cache.refresh import Refresh
    from ultraviolet.lock.dists import package_index
    from ultraviolet.operations.latest import LatestFinder
    from ultraviolet.operations.options import engine_options, world_options
    from ultraviolet.standards.requires_python import RequiresPython
    from ultraviolet.standards.versions import parse_version

    packages = [package for package in lock.packages if package.source.kind == "registry"]
    if not packages:
        return {}
    engine = engine_options(settings)
    refresh = Refresh(everything=True)
    cache = Cache.temporary(refresh=refresh) if settings.globals.no_cache else Cache(world.cache.root, refresh=refresh)
    found: dict[str, str] = {}
    with World(
        cwd=world.cwd,
        environ=world.environ,
        cache=cache.open(),
        reporter=world.reporter,
        options=world_options(settings),
    ) as fresh:
        client = fresh.index(engine.index)
        indexes = {index.url: index for index in engine.index.locations.indexes}
        finder = LatestFinder(
            client,
            msgspec.structs.replace(
                engine.resolver,
                prerelease=lock.options.prerelease_mode,
                exclude_newer=_cutoff(lock, world),
                exclude_newer_packages={},
            ),
            requires_python=RequiresPython.from_text(lock.requires_python),
        )
        asked = []
        for package in packages:
            location = package_index(package.source, root)
            location = indexes.get(location.url, location)
            client.prefetch(PackageName(package.name), location)
            asked.append((package, location))
        for package, location in asked:
            newest = finder.find(PackageName(package.name), location)
            if newest is None or package.version is None:
                continue
            if newest.version.key > parse_version(package.version).key:
                found[str(package)] = str(newest.version)
    return found


def _cutoff(lock: Lock, world: World) -> int | None:
    """Return the date that the lock was cut off at, in milliseconds; a span counts from now."""
    stated = lock.options.exclude_newer
    text = stated.span or stated.timestamp if stated is not None else None
    if text is None:
        return None
    import time

    from ultraviolet.settings.cutoffs import parse_cutoff

    return parse_cutoff(text, world.environ, now=time.time()).milliseconds

"""Start what a command with an empty cache will wait for, before the modules that do the work are imported."""

from __future__ import annotations

import os

from ultraviolet.cache.layout import BUCKETS
from ultraviolet.python import early

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ultraviolet.index.options import IndexOptions
    from ultraviolet.operations.world import World
    from ultraviolet.requirements.arguments import AnyRequirement
    from ultraviolet.settings.options import Settings
    from ultraviolet.workspace.discovery import Project


def ask_python(settings: Settings, python: str | None, *, is_pip: bool) -> None:
    """Start to ask the interpreter that a command will most likely want, if the cache knows none at all.

    :param python: ``--python``.
    :param is_pip: whether an active environment is what the command works on.
    """
    shared = settings.globals
    cache = os.path.join(shared.cache_dir, "none" if shared.no_cache else BUCKETS["interpreter"])
    cwd = settings.cwd if is_pip else settings.project_dir
    early.begin(cache, settings.environment.variables, cwd, python=python, active=is_pip)


def look_up_early(world: World, options: Callable[[], IndexOptions], requirements: Iterable[AnyRequirement]) -> None:
    """Start to look packages up while an interpreter is being asked, if one is: those that every environment needs.

    When the answer about the interpreter is at hand, nothing is gained, and the command may need no index at all.

    :param options: how indexes are asked.
    """
    if not early.is_waiting():
        return
    from ultraviolet.distributions.requirement import Requirement
    from ultraviolet.distributions.source import RegistrySource

    client = world.index(options())
    for requirement in requirements:
        if isinstance(requirement, Requirement) and requirement.marker.is_true:
            source = requirement.source
            if isinstance(source, RegistrySource):
                client.prefetch(requirement.name, source.index)


def look_up_project_early(world: World, project: Project, options: Callable[[], IndexOptions]) -> None:
    """The same for what projects depend on, before a first lock; what has a source of its own is left out."""
    workspace = project.workspace
    if not early.is_waiting() or os.path.exists(os.path.join(workspace.root, "uv.lock")):
        return
    from ultraviolet.errors import UltravioletError
    from ultraviolet.standards.requirements import parse_requirement

    client = world.index(options())
    for member in workspace.members.values():
        sourced = {*workspace.sources, *member.manifest.uv.sources}
        for text in member.project.dependencies or ():
            try:
                requirement = parse_requirement(text)
            except UltravioletError:
                continue
            if requirement.url is None and requirement.marker.is_true and requirement.name not in sourced:
                client.prefetch(requirement.name, None)

"""``uv remove``: packages are taken out of a list of a manifest, which is then locked and installed.

A failure after the manifest was written does not bring them back, as with uv.
"""

from __future__ import annotations

import os

import msgspec

from ultraviolet.operations.add_request import dependency_list
from ultraviolet.operations.edited import Edited, EditedProject, EditedScript
from ultraviolet.operations.project import lock_options, open_project
from ultraviolet.operations.relock import Site, edit_lock, lock_and_install, relock
from ultraviolet.operations.world import World
from ultraviolet.python.request import user_path
from ultraviolet.settings.options import Settings
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.requirements import parse_requirement
from ultraviolet.workspace.additions import remove_requirements
from ultraviolet.workspace.editing import DependencyList


class RemoveRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be removed, and from where."""

    names: tuple[PackageName, ...]
    target: DependencyList
    dev: bool = False
    """The development dependencies were meant, wherever they are."""
    package: str | None = None


def read_remove_request(settings: Settings) -> RemoveRequest:
    """Read the arguments of ``uv remove``.

    :raises UltravioletError: flags contradict each other.
    """
    settings.refuse_together("--locked", "--frozen")
    settings.refuse_together("--no-sync", "--frozen")
    target, dev = dependency_list(settings)
    arguments = settings.arguments
    return RemoveRequest(
        names=tuple(parse_requirement(str(text)).name for text in arguments.many("packages")),
        target=target,
        dev=dev,
        package=arguments.one("--package"),
    )


def remove_from_project(settings: Settings, world: World, request: RemoveRequest) -> None:
    """Remove packages from the project of a directory, or from the member that was named.

    :raises DependencyNotFound: one is not there; nothing was changed.
    """
    with edit_lock(settings.project_dir, world):
        edited = EditedProject(open_project(settings, world, package=request.package))
        text = _edit(edited, request)
        options = lock_options(settings)
        if options.mode == "frozen":
            return
        lock_and_install(settings, world, edited.updated(text), options, exact=True)


def remove_from_script(settings: Settings, world: World, request: RemoveRequest, path: str) -> None:
    """Remove packages from the metadata of a script; a lockfile is brought up to date if there is one.

    :raises DependencyNotFound: one is not there; nothing was changed.
    """
    from ultraviolet.operations.script_lock import (
        open_script,
        script_interpreter,
        script_settings,
        warn_about_project_flags,
    )

    edited = EditedScript(open_script(path, world.cwd))
    settings = script_settings(settings, edited.script)
    options = lock_options(settings)
    warn_about_project_flags(settings, world, options)
    with edit_lock(edited.path, world):
        text = _edit(edited, request)
        if options.mode == "frozen":
            return
        if not os.path.isfile(edited.path + ".lock"):
            world.reporter.note(f"Updated `{user_path(edited.path, world.cwd)}`")
            return
        edited = edited.updated(text)
        interpreter, python = script_interpreter(edited.script, settings, world)
        relock(settings, world, edited, Site(interpreter=interpreter, python=python), options).engines.close()


def _edit(edited: Edited, request: RemoveRequest) -> str:
    editor = edited.editor()
    remove_requirements(editor, request.names, request.target, dev=request.dev)
    text = editor.text()
    edited.write(text)
    return text

"""A project's environment is made: for good, or as a stand-in for one in a dry run."""

from __future__ import annotations

from ultraviolet.environment.create import (
    VenvOptions,
    clear_environment,
    create_venv,
    remember_environment,
)
from ultraviolet.environment.value import Environment
from ultraviolet.operations.project_python import ProjectPython
from ultraviolet.operations.world import World
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.python.request import user_path


def make_environment(
    root: str, interpreter: Interpreter, python: ProjectPython, prompt: str, world: World
) -> Environment:
    """Make the environment of a project where there is none any more."""
    options = VenvOptions(prompt=prompt, on_existing="replace", follow_upgrades=python.follows_upgrades)
    environment = create_venv(root, interpreter, options, cwd=world.cwd, managed_root=world.search.managed_root)
    remember_environment(world.prober, environment)
    return environment


def make_room(root: str, world: World) -> None:
    """Empty the place of an environment, and say so; a link is followed."""
    if clear_environment(root):
        world.reporter.note(f"Removed virtual environment at: {user_path(root, world.cwd)}")


def stand_in(interpreter: Interpreter, world: World) -> Environment:
    """Return a temporary environment like the one that a dry run does not make."""
    directory = world.cache.new_directory("builds")
    return create_venv(directory, interpreter, VenvOptions(on_existing="replace"), cwd=world.cwd)

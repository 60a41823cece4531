"""The environment that a script with inline metadata runs in, kept in the cache between runs.

A local script is known by its path, a downloaded one by its URL, one from standard input by its metadata.
"""

from __future__ import annotations

import os

import msgspec

from ultraviolet.environment.create import VenvOptions, create_venv, remember_environment
from ultraviolet.environment.locking import named_lock_path
from ultraviolet.environment.project import inspect
from ultraviolet.environment.value import Environment
from ultraviolet.fs.locks import FileLock
from ultraviolet.fs.trees import remove_tree
from ultraviolet.operations.project import python_choice
from ultraviolet.operations.python_search import search_python
from ultraviolet.operations.script_lock import python_mismatch, script_environment_root, script_python
from ultraviolet.operations.world import World
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.python.request import user_path
from ultraviolet.settings.options import Settings
from ultraviolet.workspace.scripts import Script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Action = Literal["use", "create", "replace"]


class ScriptItem(msgspec.Struct, frozen=True, kw_only=True):
    """A script, wherever it comes from."""

    script: Script
    """Its path lies in the working directory when it has none of its own."""
    identity: str | None = None
    """URL or metadata text of a script that is no local file."""

    @property
    def is_local(self) -> bool:
        """Whether it is a file of the user's."""
        return self.identity is None


class ScriptEnvironment(msgspec.Struct, frozen=True, kw_only=True):
    """An environment, and what was done to have it."""

    environment: Environment
    action: Action
    root: str
    """Where it is, or in a dry run would be."""


def script_root(item: ScriptItem, active: bool | None, world: World) -> str:
    """Return where the environment of a script belongs.

    :param active: True for ``--active``: ``VIRTUAL_ENV``; None to warn when that differs.
    """
    if item.identity is None:
        root = script_environment_root(item.script, world)
    else:
        from ultraviolet.cache.keys import digest

        root = world.cache.path("environments", digest(item.identity))
    value = world.environ.get("VIRTUAL_ENV")
    if not value:
        return root
    chosen = os.path.normpath(os.path.join(world.cwd, value))
    if os.path.realpath(chosen) == os.path.realpath(root):
        return root
    if active:
        return chosen
    if active is None:
        world.reporter.warn(
            f"`VIRTUAL_ENV={user_path(chosen, world.cwd)}` does not match the script environment path "
            f"`{user_path(root, world.cwd)}` and will be ignored; use `--active` to target the active environment instead"
        )
    return root


def find_script_python(
    item: ScriptItem, settings: Settings, world: World, *, active: bool | None = False, keep: bool = False
) -> Environment | Interpreter:
    """Return the kept environment of a script if it fits, else an interpreter to make one from.

    An interpreter that does not fit the script is only warned about.

    :param keep: also keep an environment that does not fit (``--no-sync``).
    :raises PythonNotFound: there is no such interpreter.
    """
    python = script_python(item.script, settings, world)
    root = script_root(item, active, world)
    facts = inspect(
        root,
        world.search,
        request=python.request,
        requires_python=python.requires_python,
        preference=world.options.python_preference,
        kind="script",
    )
    if facts.place == "usable" and facts.environment is not None:
        if facts.mismatch is None:
            return facts.environment
        if keep:
            world.reporter.warn(
                f"Using incompatible environment (`{facts.shown}`) due to `--no-sync` ({facts.mismatch})"
            )
            return facts.environment
        world.reporter.debug(facts.mismatch)
    installation = search_python(world, python.request)
    mismatch = python_mismatch(installation.interpreter, python)
    if mismatch is not None:
        world.reporter.warn(mismatch)
    return installation.interpreter


def get_script_environment(
    item: ScriptItem,
    settings: Settings,
    world: World,
    *,
    active: bool | None = False,
    keep: bool = False,
    dry_run: bool = False,
) -> ScriptEnvironment:
    """Return the environment of a script, made (anew) when there is none that fits.

    In a dry run a temporary stand-in is made, for the caller to remove.
    """
    subject = item.identity if item.identity is not None else item.script.path
    shown = item.script.path if item.is_local else item.identity or ""
    with FileLock(
        named_lock_path(subject, world.temporary_directory), resource=shown, timeout=world.options.lock_timeout
    ):
        found = find_script_python(item, settings, world, active=active, keep=keep)
        if isinstance(found, Environment):
            return ScriptEnvironment(environment=found, action="use", root=found.root)
        # The warning about the active environment was given above.
        root = script_root(item, bool(active), world)
        request = python_choice(settings).request
        options = VenvOptions(
            prompt=os.path.basename(item.script.path) if item.is_local else None,
            on_existing="replace",
            follow_upgrades=request is None or not _includes_patch(request, world),
        )
        exists = os.path.lexists(root)
        place = world.cache.new_directory("builds") if dry_run else root
        if not dry_run:
            remove_tree(root)
            world.reporter.debug(f"Creating script environment at: {user_path(root, world.cwd)}")
        environment = create_venv(place, found, options, cwd=world.cwd, managed_root=world.search.managed_root)
        remember_environment(world.prober, environment)
        return ScriptEnvironment(environment=environment, action="replace" if exists else "create", root=root)


def _includes_patch(text: str, world: World) -> bool:
    from ultraviolet.python.request import parse_request

    return parse_request(text, world.cwd).includes_patch

"""The lock of a project or script as it is now, for commands that only look at it (``uv tree``, ``uv export``).

It is brought up to date first, unless the mode forbids it; a script without a lockfile does not get one.
"""

from __future__ import annotations

import os

import msgspec

from ultraviolet.lock.choices import GroupChoice
from ultraviolet.lock.model import Lock
from ultraviolet.operations.edited import Edited, EditedProject
from ultraviolet.operations.lock import LockOptions, frozen
from ultraviolet.operations.project import enabled_groups, python_choice
from ultraviolet.operations.project_environment import find_project_interpreter
from ultraviolet.operations.relock import Site, lock_target, relock
from ultraviolet.operations.world import World
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.settings.options import Settings


class PresentLock(msgspec.Struct, frozen=True):
    """A lock, and the interpreter it was looked at with."""

    lock: Lock
    interpreter: Interpreter | None


def present_lock(
    settings: Settings,
    world: World,
    subject: Edited,
    options: LockOptions,
    groups: GroupChoice,
    *,
    needs_interpreter: bool = False,
) -> PresentLock:
    """Return the lock of a project or script, made anew if it does not hold any more.

    :param needs_interpreter: find an interpreter even if nothing has to be locked.
    :raises OutdatedLockfile: in mode ``locked``, the lockfile would change.
    """
    if options.mode == "frozen" and not needs_interpreter:
        return PresentLock(frozen(lock_target(settings, world, subject), options).lock, None)
    site = _site(settings, world, subject, groups)
    if options.mode == "frozen":
        return PresentLock(frozen(lock_target(settings, world, subject), options).lock, site.interpreter)
    if (
        not isinstance(subject, EditedProject)
        and options.mode == "write"
        and not os.path.isfile(subject.path + ".lock")
    ):
        options = msgspec.structs.replace(options, mode="dry-run")
    relocked = relock(settings, world, subject, site, options)
    relocked.engines.close()
    return PresentLock(relocked.lock, site.interpreter)


def _site(settings: Settings, world: World, subject: Edited, groups: GroupChoice) -> Site:
    if isinstance(subject, EditedProject):
        project = subject.project
        choice = msgspec.structs.replace(python_choice(settings), active=False)
        interpreter, python = find_project_interpreter(
            project.workspace, settings.project_dir, choice, world, groups=enabled_groups(groups, project)
        )
    else:
        from ultraviolet.operations.script_lock import script_interpreter

        interpreter, python = script_interpreter(subject.script, settings, world)
    return Site(interpreter=interpreter, python=python)

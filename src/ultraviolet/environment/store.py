"""The part of the cache that holds environments, and what leads there from a project.

A project leads to its environment by a symbolic link or, where none can be made, by a file that holds the path. What leads into the
store may be removed without asking; what it leads to stays, for another interpreter or another day.
"""

from __future__ import annotations

import os

from ultraviolet.environment.create import remove_environment
from ultraviolet.fs.atomic import replace_symlink, write_text
from ultraviolet.python.discovery import is_environment


class EnvironmentStore:
    """Knows its own. Nothing need exist."""

    __slots__ = ("directory",)

    def __init__(self, directory: str) -> None:
        self.directory = directory
        """Absolute."""

    def holds(self, path: str) -> bool:
        """Whether a path lies in the store, as it is spelled or once links are followed; it need not exist."""
        if _is_below(path, self.directory):
            return True
        return os.path.exists(path) and _is_below(os.path.realpath(path), os.path.realpath(self.directory))

    def is_led_to(self, path: str) -> bool:
        """Whether what is at a path, a link or a file, leads into the store."""
        if os.path.islink(path):
            return self.holds(os.readlink(path)) or self.holds(path)
        return self.is_named_by(path)

    def is_named_by(self, path: str) -> bool:
        """Whether a file holds a path into the store."""
        target = read_path_file(path)
        return target is not None and self.holds(target)


def read_path_file(path: str) -> str | None:
    """Return the path of an environment that a file holds, which may be relative to the file's directory."""
    if not os.path.isfile(path):
        return None
    try:
        with open(path, encoding="utf-8") as stream:
            return os.path.join(os.path.dirname(path), stream.read())
    except (OSError, ValueError):
        return None


def lead_to(environment: str, link: str) -> str | None:
    """Make ``link`` lead to an environment, in place of a local one; return what is wrong if it does not.

    Where no link can be made, a file with the path takes its place, which not every program understands.
    """
    if os.path.islink(link):
        if os.readlink(link) == environment:
            return None
    elif is_environment(link):
        try:
            remove_environment(link)
        except OSError as error:
            return f"Failed to remove existing local virtual environment: {_described(error)}"
    try:
        replace_symlink(environment, link)
    except OSError:
        pass
    else:
        return None
    try:
        write_text(link, environment)
    except OSError as error:
        return f"Failed to write the environment path: {_described(error)}"
    return f"Failed to create link to project environment; wrote the environment path to `{link}` instead"


def _described(error: OSError) -> str:
    reason = f"{error.strerror} (os error {error.errno})"
    if error.filename2 is not None:
        return f"failed to rename file from {error.filename} to {error.filename2}: {reason}"
    return reason if error.filename is None else f'{reason} at path "{error.filename}"'


def _is_below(path: str, directory: str) -> bool:
    path = os.path.abspath(path)
    return path == directory or path.startswith(directory + os.sep)

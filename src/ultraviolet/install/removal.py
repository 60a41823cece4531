"""Remove the files that a RECORD names, and the directories they leave empty."""

from __future__ import annotations

import os
from collections.abc import Iterable

from ultraviolet.environment.value import Environment
from ultraviolet.fs.trees import remove_tree


class RemovalCount:
    """What was removed, and which entries were refused."""

    __slots__ = ("directories", "escaping", "files")

    def __init__(self) -> None:
        self.files = 0
        self.directories = 0
        self.escaping: list[str] = []
        """Entries that point outside of the environment; they are left alone."""


def remove_recorded(paths: Iterable[str], site_packages: str, environment: Environment) -> RemovalCount:
    """Remove ``paths`` (as in RECORD: relative to ``site_packages``), then what they leave empty below it.

    Missing files are fine. A path that leads out of all directories wheels are installed to is refused: a malicious RECORD
    must not remove what the wheel could not have written.
    """
    count = RemovalCount()
    scheme = environment.scheme
    roots = tuple(
        os.path.normpath(root) + os.sep
        for root in (scheme.data, scheme.purelib, scheme.platlib, scheme.scripts, scheme.include)
    )
    inside = os.path.normpath(site_packages) + os.sep
    visited: set[str] = set()
    modules: set[str] = set()
    for path in paths:
        full = f"{inside}{path}"
        if ".." in path or path[:1] == "/" or "//" in path or "/." in path or os.sep != "/":
            full = os.path.normpath(os.path.join(inside, path))
            if not full.startswith(roots):
                count.escaping.append(path)
                continue
        try:
            os.unlink(full)
        except FileNotFoundError:
            continue
        except (IsADirectoryError, PermissionError, NotADirectoryError):
            if not os.path.isdir(full) or os.path.islink(full):
                if not os.path.lexists(full):
                    continue
                raise
            remove_tree(full)
            count.directories += 1
            continue
        count.files += 1
        directory = os.path.dirname(full)
        visited.add(directory)
        if full.endswith(".py") and directory == inside[:-1]:
            modules.add(full[len(inside) : -3])
    # Deepest first, so that a directory is looked at after what was in it.
    for directory in sorted(visited, key=_depth, reverse=True):
        if directory.startswith(inside):
            count.directories += remove_empty(directory, inside[:-1])
    if modules:
        _remove_bytecode(inside + "__pycache__", modules)
    return count


def _remove_bytecode(cache: str, modules: set[str]) -> None:
    """Remove what interpreters made of modules that lie in ``site-packages`` itself, where those of others lie too."""
    try:
        names = os.listdir(cache)
    except OSError:
        return
    try:
        for name in names:
            if name.endswith(".pyc") and name.partition(".")[0] in modules:
                os.unlink(f"{cache}{os.sep}{name}")
        os.rmdir(cache)
    except OSError:  # there is more in it, or it is not ours to change: nobody reads what has no source
        pass


def _depth(path: str) -> tuple[int, str]:
    return path.count(os.sep), path


def remove_empty(directory: str, stop: str) -> int:
    """Remove the ``__pycache__`` of a directory, then the directory if it is empty, then look at its parent.

    Never goes beyond ``stop``. Returns how many directories went.
    """
    removed = 0
    while directory != stop and len(directory) > len(stop):
        removed += remove_tree(directory + os.sep + "__pycache__")
        try:
            os.rmdir(directory)
        except FileNotFoundError:
            break  # went with a deeper one already
        except OSError:
            break  # not empty
        removed += 1
        directory = os.path.dirname(directory)
    return removed

"""Paths as messages show them."""

from __future__ import annotations

import os.path


def user_display(path: str, cwd: str | None) -> str:
    """Return a path relative to the working directory if it lies below it, else as it is."""
    if cwd is None:
        return path
    if path == cwd:
        return "."
    prefix = cwd.rstrip(os.sep) + os.sep
    return path.removeprefix(prefix)


def relative_to_root(path: str, root: str) -> str:
    """Return the way from a directory to a path, with ``/`` separators; ``.`` for the directory itself."""
    return os.path.relpath(path, root).replace(os.sep, "/")

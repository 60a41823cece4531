"""Remove a tree without counting what was in it; ``removal`` counts, and costs more to import."""

from __future__ import annotations

import os


def remove_tree(path: str) -> bool:
    """Remove a directory and everything below it, or a single file or link; return whether anything was there.

    Links are removed, never followed. Read-only directories (and on Windows files) are made writable.
    """
    try:
        entries = list(os.scandir(path))
    except FileNotFoundError:
        return _unlink_if_there(path)
    except NotADirectoryError:
        os.unlink(path)
        return True
    except PermissionError:
        os.chmod(path, 0o700)
        entries = list(os.scandir(path))
    if os.path.islink(path):
        os.unlink(path)
        return True
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            remove_tree(entry.path)
            continue
        try:
            os.unlink(entry.path)
        except FileNotFoundError:
            continue
        except PermissionError:
            os.chmod(path if os.name != "nt" else entry.path, 0o700)
            os.unlink(entry.path)
    os.rmdir(path)
    return True


def _unlink_if_there(path: str) -> bool:
    try:
        os.unlink(path)  # a link to nowhere
    except FileNotFoundError:
        return False
    return True

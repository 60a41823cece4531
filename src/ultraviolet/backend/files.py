"""The files of a project: walks, and what is left out of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from ultraviolet.backend.errors import BackendError, os_reason, shown
from ultraviolet.backend.globs import GlobSet, InvalidGlob

DEFAULT_EXCLUDES = ("__pycache__", "*.pyc", "*.pyo")


class Excludes:
    """What the build settings leave out: unanchored patterns, and those that start with ``/``."""

    __slots__ = ("_all", "_unanchored")

    def __init__(self, patterns: Iterable[str], *, field: str) -> None:
        """Compile the patterns.

        :raises BackendError: one is not portable; ``field`` says where it stands.
        """
        unanchored = [f"**/{pattern}" for pattern in patterns if not pattern.startswith("/")]
        anchored = [pattern[1:] for pattern in patterns if pattern.startswith("/")]
        try:
            self._unanchored = GlobSet(unanchored)
            self._all = GlobSet((*unanchored, *anchored))
        except InvalidGlob as error:
            raise BackendError(f"Unsupported glob expression in: {field}", hints=error.hints) from error

    def matches(self, path: str) -> bool:
        """Whether a file or directory is left out."""
        return self._all.matches(path)

    def prunes(self, path: str) -> bool:
        """Whether everything below a directory of a module is left out: anchored patterns name single files there."""
        return self._unanchored.matches(path)


def walk(
    root: str, start: str, *, cwd: str, prune: Callable[[str, bool], bool]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield what lies below ``root/start`` that is no directory, relative to ``root``, in the order of names.

    :param prune: called with a relative path and whether it is a directory; True leaves it out, with all below it.
    :raises BackendError: a directory cannot be read.
    """
    try:
        with os.scandir(os.path.join(root, start) if start else root) as entries:
            children = sorted(entries, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        place = os.path.join(root, start) if start else root
        cause = BackendError(f"IO error for operation on {place}: {os_reason(error)}")
        cause.__cause__ = BackendError(os_reason(error))
        raise BackendError(f"Failed to walk source tree: {shown(root, cwd)}") from cause
    for entry in children:
        relative = f"{start}/{entry.name}" if start else entry.name
        is_directory = entry.is_dir(follow_symlinks=False)
        if prune(relative, is_directory):
            continue
        if is_directory:
            yield from walk(root, relative, cwd=cwd, prune=prune)
        else:
            yield relative, entry


def refuse_environment(entry: os.DirEntry[str], cwd: str) -> None:
    """Refuse a file that shows that its directory is a virtual environment."""
    if entry.name not in ("pyvenv.cfg", "lib64"):
        return
    parent = os.path.dirname(entry.path)
    if os.path.islink(os.path.join(parent, "bin", "python")) or os.path.isfile(
        os.path.join(parent, "Scripts", "python.exe")
    ):
        raise BackendError(
            "Virtual environments must not be added to source distributions or wheels, remove the directory or exclude it "
            f"from the build: {shown(parent, cwd)}"
        )

"""Remove trees and say what was removed; measure trees."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self


class Removal:
    """How many files and directories a removal took, and their bytes (logical size, links counted each time)."""

    __slots__ = ("directories", "files", "size")

    def __init__(self, files: int = 0, directories: int = 0, size: int = 0) -> None:
        self.files = files
        self.directories = directories
        self.size = size

    def __iadd__(self, other: Removal) -> Self:
        self.files += other.files
        self.directories += other.directories
        self.size += other.size
        return self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Removal):
            return NotImplemented
        return self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash(self._facts())

    def __repr__(self) -> str:
        return f"Removal(files={self.files}, directories={self.directories}, size={self.size})"

    def _facts(self) -> tuple[int, int, int]:
        return self.files, self.directories, self.size

    def summary(self, nothing: str) -> str:
        """Return the closing sentence of ``cache clean`` and ``cache prune``; ``nothing`` when none was removed."""
        if self.files == 0:
            if self.directories == 0:
                text = nothing
            elif self.directories == 1:
                text = "Removed 1 directory"
            else:
                text = f"Removed {self.directories} directories"
        elif self.files == 1:
            text = "Removed 1 file"
        else:
            text = f"Removed {self.files} files"
        return f"{text} ({human_size(self.size)})" if self.size > 0 else text


def remove(path: str, *, keep: str | None = None, on_remove: Callable[[], None] | None = None) -> Removal:
    """Remove a file, a link (never what it points to) or a tree; a missing path is nothing removed.

    ``keep`` is one path that stays, and with it the directories that lead to it.
    """
    removal = Removal()
    try:
        facts = os.lstat(path)
    except FileNotFoundError:
        return removal
    if stat.S_ISDIR(facts.st_mode):
        _remove_directory(path, removal, keep, on_remove)
    else:
        _remove_file(path, facts.st_size, removal, on_remove)
    return removal


def _remove_directory(path: str, removal: Removal, keep: str | None, on_remove: Callable[[], None] | None) -> None:
    try:
        entries = list(os.scandir(path))
    except PermissionError:
        os.chmod(path, 0o700)
        entries = list(os.scandir(path))
    kept = False
    for entry in entries:
        if entry.path == keep:
            kept = True
        elif entry.is_dir(follow_symlinks=False):
            _remove_directory(entry.path, removal, keep, on_remove)
        else:
            _remove_file(entry.path, entry.stat(follow_symlinks=False).st_size, removal, on_remove)
    if kept:
        return
    _retry_writable(os.rmdir, path)
    removal.directories += 1
    if on_remove is not None:
        on_remove()


def _remove_file(path: str, size: int, removal: Removal, on_remove: Callable[[], None] | None) -> None:
    try:
        _retry_writable(os.unlink, path)
    except FileNotFoundError:  # another process was quicker
        return
    removal.files += 1
    removal.size += size
    if on_remove is not None:
        on_remove()


def _retry_writable(action: Callable[[str], None], path: str) -> None:
    """Call ``action``, making what stands in its way writable (a read-only directory; on Windows the file itself)."""
    try:
        action(path)
    except PermissionError:
        if os.name == "nt":
            os.chmod(path, stat.S_IWRITE)
        else:
            parent = os.path.dirname(path)
            os.chmod(parent, stat.S_IMODE(os.stat(parent).st_mode) | 0o700)
        action(path)


def disk_usage(path: str) -> int:
    """Return the bytes ``path`` and all below it occupy on the disk, hard-linked files counted once; 0 when missing."""
    total = 0
    seen: set[tuple[int, int]] = set()
    pending = [path]
    try:
        total += _occupied(os.lstat(path))
    except OSError:
        return 0
    while pending:
        try:
            entries = os.scandir(pending.pop())
        except OSError:
            continue
        with entries:
            for entry in entries:
                try:
                    facts = entry.stat(follow_symlinks=False)
                except OSError:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                elif facts.st_nlink > 1:
                    identity = (facts.st_dev, facts.st_ino)
                    if identity in seen:
                        continue
                    seen.add(identity)
                total += _occupied(facts)
    return total


def _occupied(facts: os.stat_result) -> int:
    blocks: int = getattr(facts, "st_blocks", -1)
    return facts.st_size if blocks < 0 else blocks * 512


_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def human_size(size: int) -> str:
    """Return a size as people read it.

    >>> human_size(999), human_size(14_700_000), human_size(1024 * 1024 - 1)
    ('999B', '14.0MiB', '1.0MiB')
    """
    if size < 1024:
        return f"{size}B"
    amount = float(size)
    unit = 0
    while 1024 - amount <= 0.05 and unit < len(_UNITS) - 1:  # what would be shown as 1024.0 is 1.0 of the next unit
        amount /= 1024
        unit += 1
    return f"{amount:.1f}{_UNITS[unit]}"

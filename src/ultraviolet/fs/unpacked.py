"""What came out of an archive, and how the names in it become safe paths."""

from __future__ import annotations

import os

from ultraviolet.fs.errors import ArchiveError

FileEntry = tuple[str, int, bool]
"""Relative path with ``/``, size in bytes, whether any execution bit is set."""


class Unpacked:
    """What came out of an archive: directories, parents first, and files in archive order."""

    __slots__ = ("directories", "files")

    def __init__(self, directories: list[str], files: list[FileEntry]) -> None:
        self.directories = directories
        self.files = files


class PathRegister:
    """Turns member names into safe relative paths and collects the directories they need, parents first."""

    __slots__ = ("directories", "known", "target")

    def __init__(self, target: str) -> None:
        self.target = target
        self.directories: list[str] = []
        self.known: set[str] = {""}

    def make_directory(self, path: str) -> None:
        """Create the directory ``path`` (relative, safe) and its parents, each once."""
        if path in self.known:
            return
        parent = path.rpartition("/")[0]
        if parent not in self.known:
            self.make_directory(parent)
        try:
            os.mkdir(f"{self.target}/{path}")
        except FileExistsError:
            if not os.path.isdir(f"{self.target}/{path}"):
                raise ArchiveError(f"Archive contains a file and a directory of one name: {path}") from None
        self.known.add(path)
        self.directories.append(path)


def safe_relative_path(name: str) -> str | None:
    """Return ``name`` without ``.`` and ``..`` parts, or ``None`` when it is absolute or leaves the archive.

    >>> safe_relative_path("a/./b//c"), safe_relative_path("a/../../b"), safe_relative_path("/etc/passwd")
    ('a/b/c', None, None)
    """
    if os.name == "nt":
        name = name.replace("\\", "/")
        if ":" in name:
            return None
    if "/." not in name and "//" not in name and not name.startswith((".", "/")):
        return name
    if name.startswith("/"):
        return None
    parts: list[str] = []
    for part in name.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def check_member_name(name: str) -> None:
    """Refuse an empty name and names with control, format or unassigned characters.

    :raises ArchiveError: the name is one of those.
    """
    if not name:
        raise ArchiveError("Archive contains a file with an empty filename")
    if name.isprintable():
        return
    import unicodedata

    cleaned = "".join("\ufffd" if unicodedata.category(char)[0] == "C" else char for char in name)
    if cleaned != name:
        raise ArchiveError(f"Archive contains unacceptable filename: {cleaned}")

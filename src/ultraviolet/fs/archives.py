"""Unpack wheels and source archives safely, and say what was unpacked.

Wheels are zip archives (``fs.zips``); source archives are zip or tar (``fs.tars``). Both return :class:`Unpacked`, from which
an installation is made without walking the directory again.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable

from ultraviolet.fs.errors import ArchiveError

FileEntry = tuple[str, int, bool]
"""Relative path with ``/``, size in bytes, whether any execution bit is set."""

SDIST_SUFFIXES = (
    ".tar.gz", ".tgz", ".zip", ".tar", ".tar.zst",
    ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tar.lzma", ".tlz", ".tar.lz",
)  # fmt: skip
"""Every ending a source archive may have (PEP 625 allows only ``.tar.gz`` for new ones)."""


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


def unzip(archive: bytes | bytearray | memoryview | str, target: str, *, validate: bool = True) -> Unpacked:
    """Unpack a zip archive, given as its bytes or its path, into the existing empty directory ``target``.

    ``validate`` is false only under ``UV_INSECURE_NO_ZIP_VALIDATION``.

    :raises ArchiveError: the archive is damaged, unsafe or ambiguous.
    """
    from ultraviolet.fs.zips import extract

    if not isinstance(archive, str):
        return extract(archive, target, validate=validate)
    with open(archive, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size < 1 << 16:
            return extract(file.read(), target, validate=validate)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            return extract(view, target, validate=validate)


def unpack_sdist(archive: bytes | str, filename: str, target: str, *, validate: bool = True) -> Unpacked:
    """Unpack a source archive into ``target``; the kind is taken from ``filename``.

    :raises ArchiveError: as :func:`unzip`, or the kind is unknown.
    """
    lowered = filename.lower()
    if lowered.endswith(".zip"):
        return unzip(archive, target, validate=validate)
    for suffix in SDIST_SUFFIXES:
        if lowered.endswith(suffix):
            from ultraviolet.fs.tars import extract

            return extract(archive, suffix, target)
    raise ArchiveError(
        "Archive contains a file with an unsupported compression method; "
        "files must be compressed with 'stored', 'DEFLATE', or 'zstd'"
    )


def top_directory(target: str) -> str:
    """Return the path of the source tree in an unpacked source archive.

    That is the single top directory; several entries are tolerated and ``target`` itself is the tree.

    :raises ArchiveError: nothing was unpacked.
    """
    with os.scandir(target) as entries:
        found = [entry for entry in entries if entry.name not in {".DS_Store", "__MACOSX"}]
    if not found:
        raise ArchiveError("The top-level of the archive must only contain a list directory, but it's empty")
    if len(found) == 1 and found[0].is_dir(follow_symlinks=False):
        return found[0].path
    return target


def hash_file(path: str, algorithms: Iterable[str] = ("sha256",)) -> dict[str, str]:
    """Return hexadecimal digests of a file, read once for all ``algorithms`` (names as hashlib's)."""
    import hashlib

    digests = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(1 << 20):
            for digest in digests.values():
                digest.update(chunk)
    return {name: digest.hexdigest() for name, digest in digests.items()}

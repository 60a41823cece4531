"""Unpack wheels and source archives safely, and say what was unpacked.

Wheels are zip archives (``fs.zips``); source archives are zip or tar (``fs.tars``). Both return :class:`Unpacked`, from which
an installation is made without walking the directory again.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable

from ultraviolet.fs.errors import ArchiveError
from ultraviolet.fs.unpacked import Unpacked

SDIST_SUFFIXES = (
    ".tar.gz", ".tgz", ".zip", ".tar", ".tar.zst",
    ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tar.lzma", ".tlz", ".tar.lz",
)  # fmt: skip
"""Every ending a source archive may have (PEP 625 allows only ``.tar.gz`` for new ones)."""


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

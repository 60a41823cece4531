"""Unpack tar archives (source distributions) without leaving the target directory.

The standard library's reader is used for the format; what is written, and where, is decided here. Kept of a member's mode
are the execution bits alone; times and owners are not restored.
"""

from __future__ import annotations

import io
import os
import tarfile
import zlib
from typing import IO, cast

from ultraviolet.fs.errors import ArchiveError
from ultraviolet.fs.unpacked import FileEntry, PathRegister, Unpacked, check_member_name, safe_relative_path
from ultraviolet.fs.zips import make_executable

_CHUNK = 1 << 20
_FILTERS = {
    ".tar": "",
    ".tar.gz": "gz",
    ".tgz": "gz",
    ".tar.bz2": "bz2",
    ".tbz": "bz2",
    ".tar.xz": "xz",
    ".txz": "xz",
    ".tar.lzma": "xz",
    ".tlz": "xz",
    ".tar.zst": "zst",
}


def extract(archive: bytes | str, suffix: str, target: str) -> Unpacked:
    """Unpack ``archive`` (bytes or a path), of the kind ``suffix`` says, into the existing directory ``target``.

    :raises ArchiveError: it is damaged, leaves the target, or holds links and special files that are not allowed.
    """
    kind = _FILTERS.get(suffix)
    if kind is None:
        raise ArchiveError(f"Source archives of the kind `{suffix}` are not supported")
    source: IO[bytes] = open(archive, "rb") if isinstance(archive, str) else io.BytesIO(archive)  # noqa: SIM115
    with source:
        stream = _decompressed(source, kind)
        try:
            with tarfile.open(fileobj=stream, mode="r|") as members:
                return _Extraction(target).run(members)
        except (tarfile.TarError, EOFError, zlib.error) as error:
            raise ArchiveError("Invalid tar file") from error
        except OSError as error:
            if error.errno is not None:
                raise
            raise ArchiveError("Invalid tar file") from error  # the decompressors' complaints


def _decompressed(source: IO[bytes], kind: str) -> IO[bytes]:
    if kind == "gz":
        import gzip

        return cast("IO[bytes]", gzip.GzipFile(fileobj=source, mode="rb"))
    if kind == "bz2":
        import bz2

        return cast("IO[bytes]", bz2.BZ2File(source))
    if kind == "xz":
        import lzma

        return cast("IO[bytes]", lzma.LZMAFile(source))
    if kind == "zst":
        from ultraviolet.fs.zstd import decompress

        return io.BytesIO(decompress(source.read()))
    return source


class _Extraction:
    """One archive being written to one directory."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.register = PathRegister(target)
        self.files: list[FileEntry] = []
        self.links: set[str] = set()

    def run(self, members: tarfile.TarFile) -> Unpacked:
        for member in members:
            path = self._path(member.name)
            if member.isdir():
                if path:
                    self._check_parents(path)
                    self.register.make_directory(path)
            elif not path:
                raise ArchiveError("Archive contains a file with an empty filename")
            elif member.isreg():
                content = members.extractfile(member)
                assert content is not None
                self._write(path, content, executable=bool(member.mode & 0o111))
            elif member.issym():
                self._link(path, member.linkname)
            elif member.islnk():
                self._hard_link(path, member)
            else:
                raise ArchiveError(f"Archive contains a special file: {path}")
        return Unpacked(self.register.directories, self.files)

    def _path(self, name: str) -> str:
        check_member_name(name)
        path = safe_relative_path(name)
        if path is None:
            raise ArchiveError(f"Archive contains a file outside of its target directory: {name}")
        return path.rstrip("/")

    def _check_parents(self, path: str) -> None:
        """A member below a symbolic link of the same archive would be written somewhere else."""
        if self.links:
            parent = path
            while parent := parent.rpartition("/")[0]:
                if parent in self.links:
                    raise ArchiveError(f"Archive contains a file below a symbolic link: {path}")

    def _prepare(self, path: str) -> str:
        """Make the parents of ``path``, remove what an earlier member of that name wrote; return the full path."""
        self._check_parents(path)
        self.register.make_directory(path.rpartition("/")[0])
        full = f"{self.target}/{path}"
        if os.path.lexists(full):
            if os.path.isdir(full) and not os.path.islink(full):
                raise ArchiveError(f"Archive contains a file and a directory of one name: {path}")
            os.unlink(full)
            self.links.discard(path)
            self.files = [entry for entry in self.files if entry[0] != path]
        return full

    def _write(self, path: str, content: IO[bytes], *, executable: bool) -> None:
        full = self._prepare(path)
        size = 0
        with open(full, "xb", buffering=0) as file:
            while piece := content.read(_CHUNK):
                file.write(piece)
                size += len(piece)
            if executable:
                make_executable(file.fileno(), full)
        self.files.append((path, size, executable))

    def _link(self, path: str, destination: str) -> None:
        if os.name == "nt":  # pragma: no cover - links need a privilege there
            return
        parent = path.rpartition("/")[0]
        if destination.startswith("/") or safe_relative_path(f"{parent}/{destination}".lstrip("/")) is None:
            raise ArchiveError(f"Archive contains a symbolic link that leaves it: {path} -> {destination}")
        full = self._prepare(path)
        os.symlink(destination, full)
        self.links.add(path)

    def _hard_link(self, path: str, member: tarfile.TarInfo) -> None:
        origin = self._path(member.linkname)
        source = f"{self.target}/{origin}"
        self._check_parents(origin)
        if os.path.islink(source) or not os.path.isfile(source):
            raise ArchiveError(f"Archive contains a hard link to a file it does not hold: {path}")
        with open(source, "rb") as content:
            self._write(path, content, executable=os.access(source, os.X_OK))

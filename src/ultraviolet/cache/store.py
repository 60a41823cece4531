"""Unpacked wheels: each archive once, found by its digest, with a manifest of its files.

``archive/ID/`` is the unpacked wheel, ``archive/ID.manifest`` its :class:`WheelManifest`. ``ID`` is made from the SHA-256 of the
wheel, so two indexes that serve one file share it. What uses an archive holds its id in a pointer file (``*.ptr``) in the
``wheels`` or ``sdists`` bucket; archives without a pointer are what ``cache prune`` removes.
"""

import os

import msgspec

from ultraviolet.cache.freshness import Policy
from ultraviolet.cache.layout import Cache
from ultraviolet.cache.records import DAMAGE, discard, read_all, read_record, write_over, write_record
from ultraviolet.distributions.manifest import WheelFile, WheelManifest
from ultraviolet.fs.atomic import rename_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.fs.unpacked import Unpacked

_MAGIC = b"UVM1"
_encode = msgspec.msgpack.Encoder().encode
_decode_manifest = msgspec.msgpack.Decoder(WheelManifest).decode
POINTER_SUFFIX = ".ptr"


class WheelPointer(msgspec.Struct, frozen=True, array_like=True):
    """What a cache entry of a wheel says: which archive it is."""

    archive: str
    """Identifier in the archive bucket."""
    filename: str
    hashes: tuple[str, ...] = ()
    """Digests computed from the wheel, ``algorithm:hex``."""
    modified: int | None = None
    """Modification time in nanoseconds of a local file; ``None`` for others."""
    build_info: bytes | None = None
    cache_info: bytes | None = None


_decode_pointer = msgspec.msgpack.Decoder(WheelPointer).decode


class ArchiveStore:
    """The archive bucket of a cache."""

    __slots__ = ("_cache",)

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def path(self, archive: str) -> str:
        """Return the directory of an archive."""
        return self._cache.path("archive", archive)

    def manifest(self, archive: str) -> WheelManifest | None:
        """Return the manifest of an archive; ``None`` when the archive is not (or no longer wholly) there."""
        path = self.path(archive) + ".manifest"
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError:
            return None
        try:
            data = read_all(descriptor)
        except OSError:
            return None
        finally:
            os.close(descriptor)
        if data[:4] == _MAGIC:
            try:
                manifest = _decode_manifest(data[4:])
            except DAMAGE:
                pass
            else:
                return manifest if os.path.isdir(self.path(archive)) else None
        discard(path)
        return None

    def forget(self, archive: str) -> None:
        """Let an archive count as missing: files of it are gone. What is left may be in use; ``cache prune`` removes it."""
        discard(self.path(archive) + ".manifest")

    def add_wheel(
        self, wheel: bytes | str, *, sha256: str | None = None, validate: bool = True, label: str = ""
    ) -> tuple[str, WheelManifest]:
        """Unpack a wheel, given as bytes or path, and return its archive id and manifest.

        ``sha256`` is the wheel's digest in hexadecimal if it was computed already. ``validate`` is false only under
        ``UV_INSECURE_NO_ZIP_VALIDATION``. ``label`` names the wheel in errors.

        :raises ArchiveError: the wheel is damaged, unsafe, or lacks its ``.dist-info``.
        """
        from ultraviolet.fs.archives import hash_file
        from ultraviolet.fs.records import find_dist_info, heal_record
        from ultraviolet.fs.removal import remove

        if sha256 is None:
            sha256 = hash_file(wheel)["sha256"] if isinstance(wheel, str) else _sha256(wheel)
        directory = self._cache.new_directory("archive")
        try:
            unpacked = _unzip(wheel, directory, validate=validate, label=label)
            digests = heal_record(directory, unpacked.files)
            manifest = WheelManifest(
                dist_info=find_dist_info(unpacked.files),
                directories=tuple(unpacked.directories),
                files=tuple(
                    WheelFile(path, size, executable, _record_digest(digests.get(path)))
                    for path, size, executable in sorted(unpacked.files)
                ),
            )
            archive = self._settle(directory, sha256[:32], manifest)
        except BaseException:
            remove(directory)
            raise
        return archive, manifest

    def _settle(self, directory: str, archive: str, manifest: WheelManifest) -> str:
        """Move an unpacked wheel to its place, unless an equal one is there already."""
        target = self.path(archive)
        if not rename_directory(directory, target):
            if _is_intact(target, directory, manifest):
                from ultraviolet.fs.removal import remove

                remove(directory)
            else:
                # Somebody edited files through a hard link. Installed copies may still use it: leave it to prune.
                archive = f"{archive}-{os.urandom(4).hex()}"
                target = self.path(archive)
                rename_directory(directory, target)
        write_over(target + ".manifest", _MAGIC + _encode(manifest))
        return archive


def _unzip(wheel: bytes | str, directory: str, *, validate: bool, label: str) -> "Unpacked":
    from ultraviolet.fs.archives import unzip
    from ultraviolet.fs.errors import ArchiveError

    try:
        return unzip(wheel, directory, validate=validate)
    except ArchiveError as error:
        if not label:
            raise
        raise ArchiveError(f"Failed to extract archive: {label}") from error


def _is_intact(target: str, fresh: str, manifest: WheelManifest) -> bool:
    """Whether every file at ``target`` has the content it has in a fresh copy."""
    for file in manifest.files:
        try:
            with open(f"{target}/{file.path}", "rb") as kept, open(f"{fresh}/{file.path}", "rb") as new:
                if os.fstat(kept.fileno()).st_size != file.size or kept.read() != new.read():
                    return False
        except OSError:
            return False
    return True


def _record_digest(text: str | None) -> str | None:
    return text[7:] if text is not None and text.startswith("sha256=") else None


def _sha256(data: bytes) -> str:
    from hashlib import sha256

    return sha256(data).hexdigest()


def read_pointer(path: str) -> tuple[WheelPointer, Policy | None] | None:
    """Read a pointer file with the policy of the response it came from; missing or damaged ones are ``None``."""
    record = read_record(path)
    if record is None:
        return None
    try:
        return _decode_pointer(record.payload), record.policy
    except DAMAGE:
        discard(path)
        return None


def write_pointer(path: str, pointer: WheelPointer, policy: Policy | None = None) -> None:
    """Write a pointer file."""
    write_record(path, policy, _encode(pointer))


def pointer_path(cache: Cache, place: str, name: str, filename: str) -> str:
    """Return where the pointer of a wheel is kept; ``place`` is an index, URL or path key (see ``keys``)."""
    return cache.path("wheels", place, name, filename.removesuffix(".whl") + POINTER_SUFFIX)

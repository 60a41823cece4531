"""Read zip archives as wheels use them, and refuse what two readers could understand differently.

A zip archive describes each member twice: in a local header before its data and in the central directory at the end. A
program that streams believes the first, one that seeks believes the second. Here both must agree, must list the same
members, and the local headers must fill the file from its first byte to the central directory; so there is one reading only.
(APPNOTE.TXT of PKWARE, sections 4.3 to 4.5; the checks are those uv makes.)
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from collections.abc import Callable
from typing import NoReturn

from ultraviolet.fs import inflate
from ultraviolet.fs.atomic import write_all
from ultraviolet.fs.errors import ArchiveError
from ultraviolet.fs.unpacked import FileEntry, PathRegister, Unpacked, check_member_name, safe_relative_path

Buffer = bytes | bytearray | memoryview | mmap.mmap

_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_END = struct.Struct("<4sHHHHLLH")
_END64 = struct.Struct("<4sQHHLLQQQQ")
_LOCATOR64 = struct.Struct("<4sLQL")
_MAX32 = 0xFFFFFFFF
_MAX16 = 0xFFFF
_CHUNK = 1 << 22
_WHOLE = 1 << 26
"""Members up to this many bytes are inflated in one call."""

STORED, DEFLATED, ZSTD = 0, 8, 93


class Member:
    """One entry of the central directory; sizes in bytes, ``offset`` of the local header from the start."""

    __slots__ = ("crc", "flags", "method", "mode", "name", "offset", "packed_size", "size")

    def __init__(
        self,
        name: str,
        *,
        flags: int,
        method: int,
        crc: int,
        packed_size: int,
        size: int,
        mode: int,
        offset: int,
    ) -> None:
        self.name = name
        self.flags = flags
        self.method = method
        self.crc = crc
        self.packed_size = packed_size
        self.size = size
        self.mode = mode
        self.offset = offset

    @property
    def is_directory(self) -> bool:
        """Whether the entry is a directory, which its name says with a final slash."""
        return self.name.endswith("/")


class End:
    """The end-of-central-directory record: where the directory lies and how many entries it claims."""

    __slots__ = ("comment", "count", "extensible", "offset", "size", "start", "stop")

    def __init__(
        self, *, start: int, stop: int, count: int, size: int, offset: int, comment: bytes, extensible: bool
    ) -> None:
        self.start = start
        self.stop = stop
        self.count = count
        self.size = size
        self.offset = offset
        self.comment = comment
        self.extensible = extensible


def _malformed(detail: str) -> NoReturn:
    raise ArchiveError("Invalid zip file structure") from ArchiveError(detail)


def find_end(data: Buffer, base: int = 0) -> End:
    """Find the end record in ``data``, the last bytes of an archive that starts ``base`` bytes before them.

    :raises ArchiveError: there is none in ``data`` (or its 64-bit form lies before ``data``).
    """
    length = len(data)
    tail_start = max(0, length - _END.size - _MAX16 - 4096)
    tail = bytes(data[tail_start:])
    position = tail.rfind(b"PK\x05\x06")
    while position >= 0:
        if position + _END.size <= len(tail):
            _, _, _, _, count, size, offset, comment_length = _END.unpack_from(tail, position)
            comment_start = position + _END.size
            if comment_start + comment_length <= len(tail):
                break
        position = tail.rfind(b"PK\x05\x06", 0, position)
    else:
        _malformed("unable to locate the end of central directory record")
    comment = tail[comment_start : comment_start + comment_length]
    start = tail_start + position
    stop = tail_start + comment_start + comment_length
    extensible = False
    locator = start - _LOCATOR64.size
    if locator >= 0 and bytes(data[locator : locator + 4]) == b"PK\x06\x07":
        end64 = _LOCATOR64.unpack_from(data, locator)[2] - base
        if not 0 <= end64 <= length - _END64.size or bytes(data[end64 : end64 + 4]) != b"PK\x06\x06":
            _malformed("unable to locate the ZIP64 end of central directory record")
        _, record_size, _, _, _, _, _, count, size, offset = _END64.unpack_from(data, end64)
        extensible = record_size != _END64.size - 12
        start = end64
    return End(
        start=start + base,
        stop=stop + base,
        count=count,
        size=size,
        offset=offset,
        comment=comment,
        extensible=extensible,
    )


def read_central_directory(data: Buffer, start: int, stop: int) -> list[Member]:
    """Read the entries between two positions of ``data``.

    :raises ArchiveError: an entry is cut off or its name is not UTF-8.
    """
    members: list[Member] = []
    position = start
    header = _CENTRAL.size
    unpack = _CENTRAL.unpack_from
    directory = bytes(data[start:stop])
    position = 0
    length = len(directory)
    while position + header <= length:
        (
            signature, _, _, flags, method, _, _, crc, packed, size, name_length, extra_length, comment_length, _, _,
            attributes, offset,
        ) = unpack(directory, position)  # fmt: skip
        if signature != b"PK\x01\x02":
            break
        name_end = position + header + name_length
        extra_end = name_end + extra_length
        if extra_end + comment_length > length:
            _malformed("central directory entry is cut off")
        try:
            name = directory[position + header : name_end].decode()
        except UnicodeDecodeError as error:
            raise ArchiveError(
                f"ZIP central directory entry filename at index {len(members)} does not use UTF-8 encoding"
            ) from error
        if _MAX32 in (packed, size, offset):
            size, packed, offset = _wide_sizes(directory[name_end:extra_end], size, packed, offset)
        members.append(
            Member(
                name,
                flags=flags,
                method=method,
                crc=crc,
                packed_size=packed,
                size=size,
                mode=attributes >> 16,
                offset=offset,
            )
        )
        position = extra_end + comment_length
    if position != length:
        _malformed("central directory does not end at its end record")
    return members


def _wide_sizes(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Take the 64-bit fields of the ZIP64 extra field for those that are all ones."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        if kind == 1:
            values = iter(struct.unpack_from(f"<{length // 8}Q", extra, position + 4))
            size = next(values, size) if size == _MAX32 else size
            packed = next(values, packed) if packed == _MAX32 else packed
            offset = next(values, offset) if offset == _MAX32 else offset
            break
        position += 4 + length
    return size, packed, offset


def read_member(data: Buffer, member: Member, base: int = 0) -> bytes:
    """Return the content of one member; ``data`` must hold it and starts ``base`` bytes into the archive.

    :raises ArchiveError: it is damaged or compressed in an unknown way.
    """
    start, _ = _data_start(data, member, base)
    packed = data[start : start + member.packed_size]
    if len(packed) != member.packed_size:
        _malformed(f"unexpected end of data in {member.name}")
    content = _inflate_whole(bytes(packed), member)
    _check_content(member, len(content), inflate.crc32(content))
    return content


def _data_start(data: Buffer, member: Member, base: int) -> tuple[int, tuple[int, ...]]:
    """Return where a member's data start, and its local header's fields flags, crc, packed size, size, name length."""
    position = member.offset - base
    if position < 0 or position + _LOCAL.size > len(data):
        _malformed(f"local header of {member.name} lies outside the archive")
    signature, _, flags, _, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack_from(data, position)
    if signature != b"PK\x03\x04":
        raise ArchiveError(
            "ZIP file contains an end-of-central-directory record entry, but no local file header for: "
            f"{member.name} ({member.offset}"
        )
    name_end = position + _LOCAL.size + name_length
    if _MAX32 in (packed, size):
        size, packed, _ = _wide_sizes(bytes(data[name_end : name_end + extra_length]), size, packed, 0)
    return name_end + extra_length, (flags, crc, packed, size, name_length)


def extract(data: Buffer, target: str, *, validate: bool = True) -> Unpacked:
    """Unpack everything into the directory ``target``; see :func:`ultraviolet.fs.archives.unzip`."""
    end = find_end(data)
    # An archive with bytes before its first header has all offsets shifted; a streaming reader would not accept it.
    members = read_central_directory(data, end.offset, end.start)
    if validate:
        _check_end(data, end, len(members))
        _check_layout(data, members, end.offset)
    return _extract_members(data, members, target, validate=validate)


def _check_end(data: Buffer, end: End, found: int) -> None:
    if end.extensible:
        raise ArchiveError("ZIP64 end-of-central-directory record contains unsupported extensible data")
    if any(1 <= byte <= 8 for byte in end.comment):
        raise ArchiveError(
            "ZIP file end-of-central-directory record contains a comment that appears to be an embedded ZIP file"
        )
    if end.count != found:
        raise ArchiveError(
            "ZIP file reports a number of entries in the central directory that conflicts with the actual number of "
            f"entries (got {end.count}, expected {found})"
        )
    if end.stop != len(data) and any(bytes(data[end.stop :])):
        raise ArchiveError("ZIP file contains trailing contents after the end-of-central-directory record")


def _check_layout(data: Buffer, members: list[Member], directory_start: int) -> None:
    """Local headers follow one another from the first byte to the central directory and say what it says."""
    expected = 0
    for member in sorted(members, key=_by_offset):
        if member.offset != expected:
            _report_gap(data, member, expected)
        start, (flags, crc, packed, size, name_length) = _data_start(data, member, 0)
        name_start = member.offset + _LOCAL.size
        local_name = bytes(data[name_start : name_start + name_length])
        if local_name != member.name.encode():
            _report_name(local_name, member)
        stop = start + member.packed_size
        if flags & 8:
            stop = _check_descriptor(data, member, stop)
            if not crc and not packed and not size:
                expected = stop
                continue
        if crc != member.crc:
            _report_conflict("checksums", member, crc, member.crc)
        if packed != member.packed_size and not flags & 8:
            _report_conflict("compressed sizes", member, packed, member.packed_size)
        if size != member.size:
            _report_conflict("uncompressed sizes", member, size, member.size)
        expected = stop
    if expected != directory_start:
        if bytes(data[expected : expected + 4]) == b"PK\x03\x04":
            _report_unlisted(data, expected)
        _malformed("unexpected data before the central directory")


def _by_offset(member: Member) -> int:
    return member.offset


def _report_gap(data: Buffer, member: Member, expected: int) -> NoReturn:
    if member.offset < expected:
        raise ArchiveError(f"ZIP file contains multiple entries with different contents for: {member.name}")
    if bytes(data[expected : expected + 4]) == b"PK\x03\x04":
        _report_unlisted(data, expected)
    _malformed("unexpected data between entries")


def _report_unlisted(data: Buffer, offset: int) -> NoReturn:
    length = _LOCAL.unpack_from(data, offset)[9]
    name = bytes(data[offset + _LOCAL.size : offset + _LOCAL.size + length]).decode(errors="replace")
    raise ArchiveError(
        "ZIP file contains a local file header without a corresponding central-directory record entry for: "
        f"{name} ({offset})"
    )


def _report_name(local_name: bytes, member: Member) -> NoReturn:
    try:
        text = local_name.decode()
    except UnicodeDecodeError as error:
        raise ArchiveError(
            f"ZIP local header filename at offset {member.offset} does not use UTF-8 encoding"
        ) from error
    check_member_name(text)
    raise ArchiveError(
        f"ZIP file uses conflicting paths for the local file header at {member.offset} "
        f"(got {text}, expected {member.name})"
    )


def _report_conflict(what: str, member: Member, local: int, central: int) -> NoReturn:
    raise ArchiveError(
        f"ZIP file uses conflicting {what} for the local file header and central-directory record "
        f"(got {local}, expected {central}) for: {member.name} ({member.offset})"
    )


def _check_descriptor(data: Buffer, member: Member, position: int) -> int:
    """Check the data descriptor at ``position`` and return where it ends; its signature and width are optional."""
    head = bytes(data[position : position + 24])
    shift = 4 if head[:4] == b"PK\x07\x08" else 0
    for layout in ("<LLL", "<LQQ"):
        if len(head) >= shift + struct.calcsize(layout):
            crc, packed, size = struct.unpack_from(layout, head, shift)
            if (crc, packed, size) == (member.crc, member.packed_size, member.size):
                return position + shift + struct.calcsize(layout)
    if len(head) < shift + 12:
        raise ArchiveError(f"Data descriptor is missing for file: {member.name}")
    crc, packed, size = struct.unpack_from("<LLL", head, shift)
    if crc != member.crc:
        raise _bad("CRC", member, member.crc, crc)
    if size != member.size:
        raise _bad("uncompressed size", member, member.size, size)
    raise _bad("compressed size", member, member.packed_size, packed)


def _bad(what: str, member: Member, computed: int, expected: int) -> ArchiveError:
    return ArchiveError(f"Bad {what} (got {computed:08x}, expected {expected:08x}) for file: {member.name}")


def _check_content(member: Member, size: int, crc: int) -> None:
    if size != member.size:
        raise _bad("uncompressed size", member, size, member.size)
    if crc != member.crc:
        raise _bad("CRC", member, crc, member.crc)


def _extract_members(data: Buffer, members: list[Member], target: str, *, validate: bool) -> Unpacked:
    register = PathRegister(target)
    make_directory = register.make_directory
    known = register.known
    files: list[FileEntry] = []
    seen: dict[str, int] = {}
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    for member in members:
        name = member.name
        if validate:
            check_member_name(name)
        path = safe_relative_path(name)
        if path is None:  # absolute or escaping names are left out
            continue
        if name.endswith("/"):
            if validate:
                _check_content(member, 0, 0)
            make_directory(path.rstrip("/"))
            continue
        parent = path.rpartition("/")[0]
        if parent not in known:
            make_directory(parent)
        if path in seen:
            _check_duplicate(data, member, f"{target}/{path}", seen[path], validate=validate)
            continue
        seen[path] = member.mode
        try:
            descriptor = os.open(f"{target}/{path}", flags, 0o666)
        except FileExistsError:
            raise ArchiveError(f"ZIP file contains multiple entries with different contents for: {path}") from None
        try:
            if member.size <= _WHOLE and member.packed_size <= _WHOLE:
                content = _content(data, member, validate=validate)
                if content:
                    write_all(descriptor, content)
            else:
                _copy_large(data, member, descriptor, validate=validate)
            executable = bool(member.mode & 0o111)
            if executable:
                make_executable(descriptor, f"{target}/{path}")
        finally:
            os.close(descriptor)
        files.append((path, member.size, executable))
    return Unpacked(register.directories, files)


def make_executable(descriptor: int, path: str) -> None:
    """Add all three execution bits, as the only part of an archived mode that is kept."""
    if os.name == "nt":
        return
    mode = os.fstat(descriptor).st_mode
    if mode & 0o111 != 0o111:
        os.chmod(path, (mode & 0o7777) | 0o111)  # noqa: S103 - as in the archive


def _content(data: Buffer, member: Member, *, validate: bool) -> bytes:
    start, _ = _data_start(data, member, 0)
    content = _inflate_whole(data[start : start + member.packed_size], member)
    if validate:
        _check_content(member, len(content), inflate.crc32(content))
    return content


def _check_duplicate(data: Buffer, member: Member, path: str, mode: int, *, validate: bool) -> None:
    if not validate:
        return
    with open(path, "rb") as file:
        if file.read() != _content(data, member, validate=True):
            raise ArchiveError(f"ZIP file contains multiple entries with different contents for: {member.name}")
    if mode != member.mode:
        raise ArchiveError(
            "ZIP file end-of-central-directory record contains multiple entries with the same path, "
            f"but conflicting modes: {member.name}"
        )


def _inflate_whole(packed: bytes | bytearray | memoryview, member: Member) -> bytes:
    if member.method == DEFLATED:
        try:
            # One byte more than promised, so that a longer content shows itself instead of filling the memory.
            engine = inflate.decompressobj(-15)
            content: bytes = engine.decompress(packed, member.size + 1)
            if not engine.eof and len(content) <= member.size:
                content += engine.flush()
        except inflate.ERRORS as error:
            raise ArchiveError("Invalid zip file structure") from error
        if engine.unused_data:
            raise _bad("compressed size", member, member.packed_size - len(engine.unused_data), member.packed_size)
        return content
    if member.method == STORED:
        return bytes(packed)
    if member.method == ZSTD:
        return _unzstd(bytes(packed))
    raise _unsupported()


def _unsupported() -> ArchiveError:
    return ArchiveError(
        "Archive contains a file with an unsupported compression method; "
        "files must be compressed with 'stored', 'DEFLATE', or 'zstd'"
    )


def _unzstd(packed: bytes) -> bytes:
    from ultraviolet.fs.zstd import decompress

    return decompress(packed)


def _copy_large(data: Buffer, member: Member, descriptor: int, *, validate: bool) -> None:
    """Inflate a large member piece by piece."""
    start, _ = _data_start(data, member, 0)
    stop = start + member.packed_size
    crc = 0
    size = 0
    unpack: Callable[[bytes], bytes]
    if member.method == DEFLATED:
        unpack = zlib.decompressobj(-15).decompress
    elif member.method == STORED:
        unpack = bytes
    elif member.method == ZSTD:
        from ultraviolet.fs.zstd import decompressor

        unpack = decompressor()
    else:
        raise _unsupported()
    for position in range(start, stop, _CHUNK):
        try:
            piece = unpack(bytes(data[position : min(position + _CHUNK, stop)]))
        except zlib.error as error:
            raise ArchiveError("Invalid zip file structure") from error
        crc = zlib.crc32(piece, crc)
        size += len(piece)
        write_all(descriptor, piece)
        if validate and size > member.size:
            break
    if validate:
        _check_content(member, size, crc)

"""Files that hold a payload and the :class:`~ultraviolet.cache.freshness.Policy` of the response it was made from.

Layout: ``UVR1``, two 4-byte little-endian lengths, the policy (msgpack), the payload. A file of another shape is removed and
treated as missing.
"""

from __future__ import annotations

import os

import msgspec

from ultraviolet.cache.freshness import Policy
from ultraviolet.fs.atomic import write_bytes

DAMAGE = (msgspec.DecodeError, UnicodeDecodeError)
"""What decoding a damaged record raises."""
_MAGIC = b"UVR1"
_MAPPED = 32768
"""Bytes from which a record is mapped into memory instead of read."""
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Policy | None).decode


class Record:
    """A payload with its policy; ``policy`` is ``None`` for entries that never go stale."""

    __slots__ = ("payload", "policy")

    def __init__(self, policy: Policy | None, payload: bytes | memoryview) -> None:
        self.policy = policy
        self.payload = payload


def is_usable(record: Record, url: str, *, now: float, refresh_since: float | None, offline: bool) -> bool:
    """Whether a record may be used without asking the server.

    ``refresh_since``: records older than that moment (seconds since the epoch) are asked for again.
    """
    policy = record.policy
    if policy is None or offline:
        return True
    if policy.url != url:
        return False
    if refresh_since is not None:
        return policy.stored_at >= refresh_since
    return policy.is_fresh(now)


def read_record(path: str) -> Record | None:
    """Read a record; missing or damaged ones are ``None``, and the damaged are removed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        discard(path)
        return None
    try:
        data = _view(descriptor)
    except (OSError, ValueError):
        discard(path)
        return None
    finally:
        os.close(descriptor)
    head = int.from_bytes(data[4:8], "little")
    size = int.from_bytes(data[8:12], "little")
    if data[:4] == _MAGIC and len(data) == 12 + head + size:
        try:
            return Record(_decode(data[12 : 12 + head]), data[12 + head :])
        except DAMAGE:
            pass
    discard(path)
    return None


def _view(descriptor: int) -> bytes | memoryview:
    """Return the content of an open file; of a large one only what is looked at is ever read."""
    size = os.fstat(descriptor).st_size
    if size < _MAPPED or os.name == "nt":  # Windows does not let anybody replace a file that is mapped
        return read_all(descriptor)
    from mmap import ACCESS_READ, mmap

    return memoryview(mmap(descriptor, size, access=ACCESS_READ))


def read_all(descriptor: int) -> bytes:
    """Read an open file to its end."""
    size = os.fstat(descriptor).st_size
    data = os.read(descriptor, size + 1)
    while len(data) < size:
        piece = os.read(descriptor, size - len(data))
        if not piece:
            break
        data += piece
    return data


def write_record(path: str, policy: Policy | None, payload: bytes | memoryview) -> None:
    """Write a record; a cache that cannot be written is as good as no cache for one entry."""
    head = _encode(policy)
    lengths = len(head).to_bytes(4, "little") + len(payload).to_bytes(4, "little")
    write_over(path, b"".join((_MAGIC, lengths, head, payload)))


def write_over(path: str, data: bytes) -> None:
    """Write a file of the cache, whatever lies in its place."""
    try:
        write_bytes(path, data)
    except IsADirectoryError:
        discard(path)
        write_bytes(path, data)


def discard(path: str) -> None:
    """Remove a broken entry, file or directory."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError:
        from ultraviolet.fs.removal import remove

        try:
            remove(path)
        except OSError:
            pass

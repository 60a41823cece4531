"""When a file or directory was created, where the system knows: ``os.stat`` does not tell on Linux."""

from __future__ import annotations

import os
import sys


def created_ns(path: str, facts: os.stat_result) -> int | None:
    """Return the time of creation in nanoseconds since the epoch, or None where it is unknown.

    :param facts: what ``os.stat`` says of the path, to ask nothing twice.
    """
    platform: str = sys.platform
    if platform.startswith("linux"):
        return _ask_statx(path)
    if os.name == "nt":
        return facts.st_ctime_ns
    born = getattr(facts, "st_birthtime_ns", None)
    if born is not None:
        return int(born)
    seconds = getattr(facts, "st_birthtime", None)
    return None if seconds is None else int(seconds * 1_000_000_000)


def _ask_statx(path: str) -> int | None:
    """Call ``statx(2)``, which Python does not offer before 3.15."""
    import ctypes

    try:
        statx = ctypes.CDLL(None).statx
    except (OSError, AttributeError):
        return None
    buffer = ctypes.create_string_buffer(256)
    want_birth = 0x800
    if statx(-100, os.fsencode(path), 0, want_birth, buffer) != 0:
        return None
    if not int.from_bytes(buffer.raw[0:4], sys.byteorder) & want_birth:
        return None
    seconds = int.from_bytes(buffer.raw[80:88], sys.byteorder, signed=True)
    return seconds * 1_000_000_000 + int.from_bytes(buffer.raw[88:92], sys.byteorder)

"""Zstandard, where this Python can read it: ``compression.zstd`` (3.14) or one of two libraries."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from ultraviolet.fs.errors import ArchiveError


def _engine() -> Any:
    """Return a new streaming decompressor, an object with ``decompress(bytes) -> bytes``.

    :raises ArchiveError: nothing here can read the format.
    """
    for module in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(module).ZstdDecompressor()
        except ImportError:
            continue
    try:
        return import_module("zstandard").ZstdDecompressor().decompressobj()
    except ImportError:
        raise ArchiveError(
            "The archive is compressed with zstd, which this Python cannot read",
            hints=("Install `backports.zstd` (or run under Python 3.14 or later)",),
        ) from None


def decompressor() -> Callable[[bytes], bytes]:
    """Return a function that takes compressed pieces in order and returns what they hold."""
    engine = _engine()

    def inflate(piece: bytes) -> bytes:
        content: bytes = engine.decompress(piece)
        return content

    return inflate


def decompress(packed: bytes) -> bytes:
    """Return the content of one compressed frame."""
    try:
        return decompressor()(packed)
    except ArchiveError:
        raise
    except Exception as error:  # each library has its own error type
        raise ArchiveError("Invalid zstd data") from error

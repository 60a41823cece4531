"""A sink for archives: small ones stay in memory, large ones go to a file, digests are computed meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Self

IN_MEMORY = 32 << 20
"""Bytes up to which an archive is not written to the disk before it is unpacked."""


class Download:
    """Collects a body. Close it (or use it as a context) to remove its file."""

    __slots__ = ("_algorithms", "_chunks", "_digests", "_directory", "_file", "_length", "_on_progress", "path", "size")

    def __init__(
        self,
        directory: str,
        *,
        algorithms: tuple[str, ...] = ("sha256",),
        on_progress: Callable[[int, int | None], None] | None = None,
    ) -> None:
        """``directory`` is where a large body is written; ``on_progress`` hears of each piece: (its bytes, whole length)."""
        self._directory = directory
        self._algorithms = algorithms
        self._on_progress = on_progress
        self._chunks: list[bytes] = []
        self._digests: dict[str, Any] = {}
        self._file: int | None = None
        self._length: int | None = None
        self.path: str | None = None
        """The file of a large body."""
        self.size = 0
        """Bytes received."""

    def start(self, length: int | None) -> None:
        """Begin, or begin anew."""
        self.close()
        self._chunks = []
        self._length = length
        self.size = 0
        import hashlib

        self._digests = {name: hashlib.new(name, usedforsecurity=False) for name in self._algorithms}
        if length is not None and length > IN_MEMORY:
            self._spill()

    def write(self, chunk: bytes) -> None:
        """Take bytes."""
        for digest in self._digests.values():
            digest.update(chunk)
        self.size += len(chunk)
        if self._file is None:
            self._chunks.append(chunk)
            if self.size > IN_MEMORY:
                self._spill()
        else:
            os.write(self._file, chunk)
        if self._on_progress is not None:
            self._on_progress(len(chunk), self._length)

    def _spill(self) -> None:
        os.makedirs(self._directory, exist_ok=True)
        self.path = os.path.join(self._directory, f".tmp{os.urandom(8).hex()}.download")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._file = os.open(self.path, flags, 0o666)
        for chunk in self._chunks:
            os.write(self._file, chunk)
        self._chunks = []

    def content(self) -> bytes | str:
        """Return the body: its bytes, or the path of the file that holds it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        if self.path is not None:
            return self.path
        if len(self._chunks) != 1:
            self._chunks = [b"".join(self._chunks)]
        return self._chunks[0]

    def hashes(self) -> tuple[str, ...]:
        """Return the digests as ``algorithm:hex``."""
        return tuple(f"{name}:{digest.hexdigest()}" for name, digest in self._digests.items())

    def close(self) -> None:
        """Remove the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        if self.path is not None:
            try:
                os.unlink(self.path)
            except OSError:
                pass
            self.path = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

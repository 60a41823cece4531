"""Files that get their bytes back when a command fails half way."""

from __future__ import annotations

import os
from collections.abc import Iterable

from ultraviolet.fs.atomic import write_bytes


class Snapshot:
    """The content of some files at one moment; what did not exist is remembered as missing."""

    __slots__ = ("_contents",)

    def __init__(self, paths: Iterable[str]) -> None:
        """Read the files (absolute paths).

        :raises OSError: one exists and cannot be read.
        """
        self._contents = {path: _content(path) for path in paths}

    def restore(self) -> None:
        """Write back what has changed since, byte for byte, and remove what is new.

        :raises OSError: a file cannot be written.
        """
        for path, content in self._contents.items():
            if content is None:
                try:
                    os.unlink(path)
                except FileNotFoundError:
                    continue
            elif _content(path) != content:
                rewrite(path, content)


def rewrite(path: str, content: bytes) -> None:
    """Give an existing file other content; symbolic links and permissions stay.

    :raises OSError: it cannot be written.
    """
    target = os.path.realpath(path)
    mode = os.stat(target).st_mode & 0o7777
    write_bytes(target, content, mode=mode)
    if os.name != "nt" and os.stat(target).st_mode & 0o7777 != mode:
        # The umask has its say when a file is made.
        os.chmod(target, mode)


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        return None

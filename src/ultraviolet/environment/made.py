"""A new environment as plain data, to be made again elsewhere in time. Light modules only: see ``ultraviolet.recall``."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ultraviolet.python.probe import Prober

    ProbeRecord = tuple[str, tuple[Any, ...]]

if sys.platform == "win32":
    import nt as posix
else:
    import posix

_FIRST = "pyvenv.cfg"
"""Makes the place an environment, so that one that a kill left half made is replaced."""
_CONFIGURATION = 5
"""Position of the facts of ``pyvenv.cfg`` in the identity of a probed interpreter."""


class MadeEnvironment:
    """What was written to make an environment. Paths are relative to its root, parents first."""

    __slots__ = ("directories", "files", "links", "lock", "records", "root")

    def __init__(
        self,
        root: str,
        directories: Sequence[str],
        files: Sequence[tuple[str, bytes]],
        links: Sequence[tuple[str, str]],
        records: Sequence[ProbeRecord],
        lock: str | None = None,
    ) -> None:
        self.root = root
        self.directories = directories
        self.files = files
        self.links = links
        """The one that all others lead to is last: until it is there, nobody takes the place for a working environment."""
        self.records = records
        """What the cache knows of the interpreter under its names here, as (path, record)."""
        self.lock = lock
        """Held while it is made, where others might make it too."""

    def fields(self) -> tuple[object, ...]:
        """What the constructor takes, of builtin types alone."""
        return (
            self.root,
            tuple(self.directories),
            tuple(self.files),
            tuple(self.links),
            tuple(self.records),
            self.lock,
        )

    def make(self) -> None:
        """Make the environment where nothing is.

        :raises OSError: something is there, it cannot be written, or somebody else is at it.
        """
        if self.lock is None:
            self._make()
            return
        from ultraviolet.fs.locks import FileLock

        lock = FileLock(self.lock)
        if not lock.try_acquire():
            raise BlockingIOError(f"`{self.lock}` is held")
        try:
            self._make()
        finally:
            lock.release()

    def _make(self) -> None:
        root = self.root
        try:
            posix.mkdir(root)
        except FileNotFoundError:
            import os

            os.makedirs(root)
        for name in self.directories:
            posix.mkdir(f"{root}/{name}")
        for name, content in self.files:
            _write(f"{root}/{name}", content)
        for name, target in self.links:
            posix.symlink(target, f"{root}/{name}")
        self._remember()

    def _remember(self) -> None:
        """Tell the cache about the interpreter, so that nobody need ask it."""
        import marshal

        facts = posix.stat(f"{self.root}/{_FIRST}")
        configuration = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
        for path, (version, identity, answer) in self.records:
            known = (*identity[:_CONFIGURATION], configuration, *identity[_CONFIGURATION + 1 :])
            _replace(path, marshal.dumps((version, known, answer)))


def read_made(root: str, prober: Prober, lock: str | None) -> MadeEnvironment | None:
    """Return an environment that was just made as data; None where executables were copied.

    :param lock: what was held meanwhile.
    """
    import os

    directories: list[str] = []
    files: list[tuple[str, bytes]] = []
    links: list[tuple[str, str]] = []
    pending = [""]
    while pending:
        directory = pending.pop(0)
        for name in sorted(os.listdir(f"{root}/{directory}")):
            path = f"{directory}/{name}" if directory else name
            whole = f"{root}/{path}"
            if os.path.islink(whole):
                links.append((path, os.readlink(whole)))
            elif os.path.isdir(whole):
                directories.append(path)
                pending.append(path)
            elif path == ".lock":
                continue
            else:
                with open(whole, "rb") as stream:
                    files.append((path, stream.read()))
    files.sort(key=lambda file: file[0] != _FIRST)
    links.sort(key=lambda link: link[0].endswith("/python"))
    if not links or not links[-1][0].endswith("/python"):
        return None
    names = [path for path, _ in links if path.rpartition("/")[2] in ("python", "python3")]
    records = [record for name in names if (record := prober.record(f"{root}/{name}")) is not None]
    return MadeEnvironment(root, directories, files, links, records, lock)


def _write(path: str, content: bytes) -> None:
    descriptor = posix.open(path, posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL, 0o666)
    try:
        posix.write(descriptor, content)
    finally:
        posix.close(descriptor)


def _replace(path: str, content: bytes) -> None:
    """Write a record of the cache, if need be with the directory it lies in."""
    temporary = f"{path}.{posix.getpid()}"
    try:
        _write(temporary, content)
    except FileNotFoundError:
        from ultraviolet.fs.atomic import write_bytes

        write_bytes(path, content)
    else:
        posix.replace(temporary, path)

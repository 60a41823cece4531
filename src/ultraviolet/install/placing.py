"""Put one unpacked wheel where its placement says; whether it may be installed, and what RECORD says, is decided already.

A :class:`Placement` is all that installing a wheel will write. Deciding takes metadata, entry points and manifests (see
``wheel``); doing takes system calls. The two are apart so that what was decided once can be done again, in another
environment that is like the first one was, without deciding anew (``ultraviolet.recall``). Imported on warm paths: light
modules only.
"""

from __future__ import annotations

import os

from ultraviolet.fs.atomic import replace, temporary_sibling, write_all
from ultraviolet.fs.links import Linker
from ultraviolet.fs.trees import remove_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

INSTALL_JOURNAL = ".uv-install-"
"""Start of the names of directories that tell of an installation under way; see ``journal``."""


class Placement:
    """What installing one wheel writes. Paths of the wheel and of site-packages are relative, others absolute."""

    __slots__ = (
        "directories",
        "dist_info",
        "files",
        "generated",
        "info_directories",
        "info_files",
        "moves",
        "record",
        "site_packages",
        "source",
        "texts",
    )

    def __init__(
        self,
        source: str,
        site_packages: str,
        dist_info: str,
        record: bytes,
        directories: Sequence[str],
        files: Sequence[str],
        info_directories: Sequence[str],
        info_files: Sequence[str],
        texts: Sequence[tuple[str, bytes, bool]],
        moves: Sequence[tuple[str, str, bool]],
        generated: Sequence[tuple[str, bytes]],
    ) -> None:
        self.source = source
        """The unpacked wheel in the cache."""
        self.site_packages = site_packages
        self.dist_info = dist_info
        """Name of the ``.dist-info`` directory."""
        self.record = record
        """Content of ``RECORD``."""
        self.directories = directories
        """To make in site-packages, parents first."""
        self.files = files
        """To link into site-packages, under the same names."""
        self.info_directories = info_directories
        self.info_files = info_files
        """The same for the ``.dist-info`` directory."""
        self.texts = texts
        """Generated files as (path, content, executable)."""
        self.moves = moves
        """Files of the wheel that go elsewhere, as (path in the wheel, path, to be made executable)."""
        self.generated = generated
        """Files that the installer adds to the ``.dist-info`` directory, as (name, content)."""

    @property
    def dist_info_path(self) -> str:
        """Where the ``.dist-info`` directory is once everything is in place."""
        return f"{self.site_packages}/{self.dist_info}"

    def fields(self) -> tuple[object, ...]:
        """What the constructor takes, of builtin types alone."""
        return (
            self.source,
            self.site_packages,
            self.dist_info,
            self.record,
            tuple(self.directories),
            tuple(self.files),
            tuple(self.info_directories),
            tuple(self.info_files),
            tuple(self.texts),
            tuple(self.moves),
            tuple(self.generated),
        )


class Placer:
    """Places wheels into one environment."""

    __slots__ = ("_linker", "_made")

    def __init__(self, linker: Linker) -> None:
        self._linker = linker
        self._made: set[str] = set()

    def place(self, placement: Placement) -> str:
        """Place a wheel, and return the path of its ``.dist-info`` directory.

        :raises OSError: a file could not be written; the journal stays for the next command to repair from.
        """
        source, site_packages, dist_info = placement.source, placement.site_packages, placement.dist_info
        link_tree = self._linker.link_tree
        # The journal: from here on a kill leaves something that can be repaired.
        self._make(site_packages)
        journal = install_journal(site_packages, dist_info)
        if os.path.lexists(journal):
            remove_tree(journal)
        os.mkdir(journal)
        write_new(f"{journal}/RECORD", placement.record, 0o666)

        link_tree(source, site_packages, placement.directories, placement.files)
        for path, data, executable in placement.texts:
            self._make(os.path.dirname(path))
            write_new(path, data, 0o777 if executable else 0o666)
        for origin, path, executable in placement.moves:
            self._move(f"{source}/{origin}", path, executable=executable)
        link_tree(f"{source}/{dist_info}", journal, placement.info_directories, placement.info_files)
        for name, data in placement.generated:
            write_new(f"{journal}/{name}", data, 0o666)

        # The commit.
        final = placement.dist_info_path
        try:
            os.rename(journal, final)
        except OSError:
            if not os.path.isdir(final):
                raise
            remove_tree(final)  # left by an installer that kept no RECORD
            os.rename(journal, final)
        return final

    def _move(self, source: str, target: str, *, executable: bool) -> None:
        """Link a file of ``.data``, or copy it where its permissions must differ from those in the cache."""
        self._make(os.path.dirname(target))
        if executable:
            with open(source, "rb") as file:
                write_new(target, file.read(), 0o777)
        else:
            self._linker.link_file(source, target)

    def _make(self, directory: str) -> None:
        if directory not in self._made:
            os.makedirs(directory, exist_ok=True)
            self._made.add(directory)


def install_journal(site_packages: str, dist_info: str) -> str:
    """Return the path of the journal of an installation; nothing is made."""
    return f"{site_packages}/{INSTALL_JOURNAL}{os.getpid()}-{dist_info.removesuffix('.dist-info')}"


def write_new(path: str, data: bytes, mode: int) -> None:
    """Write a new file, or replace one atomically."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    name = path
    try:
        descriptor = os.open(name, flags, mode)
    except FileExistsError:
        name = temporary_sibling(path)
        descriptor = os.open(name, flags, mode)
    try:
        write_all(descriptor, data)
    finally:
        os.close(descriptor)
    if name is not path:
        replace(name, path)

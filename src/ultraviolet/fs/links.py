"""Put files of one directory into another: as copy-on-write clones, hard links, copies or symbolic links.

What the file systems on both sides can do is found out with the first file of each pair of devices, and remembered by the
:class:`Linker`; from then on each file costs one system call (clones three). An existing file is replaced atomically.
"""

from __future__ import annotations

import errno
import os

from ultraviolet.fs.atomic import replace, temporary_sibling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Literal

    LinkMode = Literal["clone", "hardlink", "copy", "symlink"]

FALLBACK_WARNINGS: dict[str, str] = {
    mode: (
        f"Failed to {mode} files; falling back to full copy. This may lead to degraded performance.\n"
        "         If the cache and target directories are on different filesystems, "
        f"{mode}ing may not be supported.\n"
        "         If this is intentional, set `export UV_LINK_MODE=copy` or use `--link-mode=copy` to suppress this warning."
    )
    for mode in ("hardlink", "symlink")
}
"""What the user is told, once, when the mode that was asked for is not to be had."""

_FICLONE = 0x40049409
_UNSUPPORTED = frozenset(
    value
    for value in (
        errno.EXDEV,
        errno.EPERM,
        errno.EACCES,
        errno.EINVAL,
        errno.ENOTTY,
        errno.ENOSYS,
        errno.EOPNOTSUPP,
        getattr(errno, "ENOTSUP", None),
        getattr(errno, "EBADF", None),
        1 if os.name == "nt" else None,
    )
    if value is not None
)
"""Errors by which a file system says that it cannot do this at all."""


_HOLDS_DIRECTORIES = os.link in os.supports_dir_fd and os.mkdir in os.supports_dir_fd
"""Whether names may be relative to an open directory: not on Windows."""


def default_link_mode() -> LinkMode:
    """Return the platform's mode: clones where file systems commonly have them."""
    return "clone" if os.name == "posix" else "hardlink"


class Linker:
    """Links files in one mode, falling back to what the file systems can do.

    One for a whole installation, used by one thread. ``on_fallback`` is called once, with the mode that failed.
    """

    __slots__ = ("_chosen", "_warned", "mode", "on_fallback")

    def __init__(self, mode: LinkMode, on_fallback: Callable[[LinkMode], None] | None = None) -> None:
        self.mode: LinkMode = mode
        self.on_fallback = on_fallback
        self._chosen: dict[tuple[int, int], LinkMode] = {}
        self._warned = False

    def link_tree(self, source: str, target: str, directories: Iterable[str], files: Iterable[str]) -> None:
        """Link ``files`` (paths relative to ``source``) to the same paths below ``target``.

        ``directories`` are made first, parents before children; ``target`` itself must exist. Both are merged into what is
        there.
        """
        with _Directory(target) as below:
            for directory in directories:
                below.make(directory)
            todo = list(files)
            if not todo:
                return
            pair = (os.stat(source).st_dev, os.stat(target).st_dev)
            mode = self._chosen.get(pair)
            if mode is None:
                first = todo.pop(0)
                mode = self._chosen[pair] = self._first(f"{source}/{first}", f"{target}/{first}")
            if mode == "hardlink":
                _hard_link_all(source, below, todo)
                return
            act = _ACTIONS[mode]
            for path in todo:
                act(f"{source}/{path}", f"{target}/{path}")

    def link_file(self, source: str, target: str) -> None:
        """Link one file under another name; the directory of ``target`` must exist."""
        pair = (os.stat(source).st_dev, os.stat(os.path.dirname(target)).st_dev)
        mode = self._chosen.get(pair)
        if mode is None:
            self._chosen[pair] = self._first(source, target)
        else:
            _ACTIONS[mode](source, target)

    def _first(self, source: str, target: str) -> LinkMode:
        """Link the first file between two devices, and return the mode that worked."""
        for mode in _FALLBACKS[self.mode]:
            try:
                _ACTIONS[mode](source, target)
            except OSError as error:
                if mode == "copy" or error.errno not in _UNSUPPORTED:
                    raise
                if mode != "clone" and self.mode == mode:
                    self._warn(mode)
            else:
                return mode
        raise AssertionError("copying is the last resort and either works or raises")

    def _warn(self, mode: LinkMode) -> None:
        if not self._warned and self.on_fallback is not None:
            self._warned = True
            self.on_fallback(mode)


class _Directory:
    """A directory held open, so that the kernel need not walk to it again for everything that is made below it."""

    __slots__ = ("descriptor", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        self.descriptor = -1

    def __enter__(self) -> _Directory:  # noqa: PYI034 - nobody derives from it
        if _HOLDS_DIRECTORIES:
            self.descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        return self

    def __exit__(self, *_: object) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)

    def make(self, name: str) -> None:
        """Make a directory below, unless it is there."""
        try:
            if self.descriptor >= 0:
                os.mkdir(name, dir_fd=self.descriptor)
            else:
                os.mkdir(f"{self.path}/{name}")
        except FileExistsError:
            if not os.path.isdir(f"{self.path}/{name}"):
                raise
        except OSError:  # what is wrong shows again, with the whole path
            os.mkdir(f"{self.path}/{name}")


def _hard_link_all(source: str, target: _Directory, files: list[str]) -> None:
    link, into = os.link, target.path
    if target.descriptor < 0:
        for path in files:
            _hard_link(f"{source}/{path}", f"{into}/{path}")
        return
    with _Directory(source) as origin:
        reading, writing = origin.descriptor, target.descriptor
        for path in files:
            try:
                link(path, path, src_dir_fd=reading, dst_dir_fd=writing)
            except OSError:  # what is wrong shows again, with whole paths
                _hard_link(f"{source}/{path}", f"{into}/{path}")


def _hard_link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except FileExistsError:
        if os.path.samefile(source, target):
            return  # renaming one name of a file over another leaves both
        temporary = temporary_sibling(target)
        os.link(source, temporary)
        _into_place(temporary, target)
    except OSError as error:
        if error.errno != errno.EMLINK:  # ext4 allows 65,000 names of one file
            raise
        _copy(source, target)


def _symbolic_link(source: str, target: str) -> None:
    try:
        os.symlink(source, target)
    except FileExistsError:
        temporary = temporary_sibling(target)
        os.symlink(source, temporary)
        _into_place(temporary, target)


def _copy(source: str, target: str) -> None:
    _through(source, target, _copy_content)


def _clone(source: str, target: str) -> None:
    _through(source, target, _clone_content)


def _through(source: str, target: str, fill: Callable[[int, int], None]) -> None:
    """Make ``target`` from the open files ``fill`` is given, with the permissions of ``source``."""
    reading = os.open(source, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        mode = os.fstat(reading).st_mode & 0o777
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        name = target
        try:
            writing = os.open(name, flags, mode)
        except FileExistsError:
            name = temporary_sibling(target)
            writing = os.open(name, flags, mode)
        try:
            fill(reading, writing)
        except BaseException:
            os.close(writing)
            os.unlink(name)
            raise
        os.close(writing)
    finally:
        os.close(reading)
    if name is not target:
        _into_place(name, target)


def _copy_content(reading: int, writing: int) -> None:
    sendfile = getattr(os, "sendfile", None) if os.name == "posix" else None
    if sendfile is not None:
        try:
            offset = 0
            while sent := sendfile(writing, reading, offset, 1 << 30):
                offset += sent
        except OSError as error:
            if error.errno not in _UNSUPPORTED or offset:
                raise
        else:
            return
    while chunk := os.read(reading, 1 << 20):
        view = memoryview(chunk)
        while view:
            view = view[os.write(writing, view) :]


def _clone_content(reading: int, writing: int) -> None:
    import fcntl

    fcntl.ioctl(writing, _FICLONE, reading)


def _clone_whole(source: str, target: str) -> None:
    """MacOS clones by name, permissions and all."""
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    if library.clonefile(os.fsencode(source), os.fsencode(target), 0) == 0:
        return
    number = ctypes.get_errno()
    if number != errno.EEXIST:
        raise OSError(number, os.strerror(number), source)
    temporary = temporary_sibling(target)
    if library.clonefile(os.fsencode(source), os.fsencode(temporary), 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), source)
    _into_place(temporary, target)


def _into_place(temporary: str, target: str) -> None:
    try:
        replace(temporary, target)
    except BaseException:
        try:
            os.unlink(temporary)
        except OSError:
            pass
        raise


def _is_darwin() -> bool:
    return hasattr(os, "uname") and os.uname().sysname == "Darwin"


_ACTIONS: dict[str, Callable[[str, str], None]] = {
    "clone": _clone_whole if _is_darwin() else _clone,
    "hardlink": _hard_link,
    "copy": _copy,
    "symlink": _symbolic_link,
}
_FALLBACKS: dict[str, tuple[LinkMode, ...]] = {
    "clone": ("clone", "hardlink", "copy"),
    "hardlink": ("hardlink", "copy"),
    "symlink": ("symlink", "copy"),
    "copy": ("copy",),
}

"""Write files and directories so that a reader sees the old content, the new content, and nothing between.

Each write goes to a temporary sibling that is then renamed. Nothing is flushed to the disk (``fsync``): after a power
cut a cache entry may be lost or empty, which its reader detects.
"""

from __future__ import annotations

import os


def temporary_sibling(path: str) -> str:
    """Return an unused name next to ``path``, on the same file system; nothing is created."""
    head, tail = os.path.split(path)
    return os.path.join(head, f".tmp{os.urandom(6).hex()}-{tail[:80]}")


def write_bytes(path: str, data: bytes | bytearray | memoryview, *, mode: int = 0o666) -> None:
    """Write ``data`` to ``path``, making missing parent directories; ``mode`` is subject to the umask."""
    temporary = temporary_sibling(path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(temporary, flags, mode)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        descriptor = os.open(temporary, flags, mode)
    try:
        try:
            write_all(descriptor, data)
        finally:
            os.close(descriptor)
        replace(temporary, path)
    except BaseException:
        try:
            os.unlink(temporary)
        except OSError:
            pass
        raise


def write_text(path: str, text: str, *, mode: int = 0o666) -> None:
    """Write ``text`` as UTF-8, line ends as given."""
    write_bytes(path, text.encode(), mode=mode)


def write_through(path: str, data: bytes) -> None:
    """Write a file that the user named: through links, and straight into a device or a pipe, which nobody may replace."""
    path = os.path.realpath(path)
    try:
        is_file = os.stat(path).st_mode & 0o170000 == 0o100000
    except OSError:
        is_file = True
    if is_file:
        write_bytes(path, data)
        return
    descriptor = os.open(path, os.O_WRONLY)
    try:
        write_all(descriptor, data)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes | bytearray | memoryview) -> None:
    """Write the whole of ``data``; the kernel may take less than 2 GiB at a time."""
    written = os.write(descriptor, data)
    if written != len(data):
        view = memoryview(data)
        while written < len(view):
            written += os.write(descriptor, view[written:])


def replace(source: str, target: str) -> None:
    """Rename ``source`` over ``target``; on Windows wait a little while a virus scanner holds either open."""
    try:
        os.replace(source, target)
    except PermissionError:
        if os.name != "nt":
            raise
        _replace_with_patience(source, target)


def _replace_with_patience(source: str, target: str) -> None:
    import time

    delay = 0.01
    while True:
        try:
            os.replace(source, target)
        except PermissionError:
            if delay > 5:
                raise
            time.sleep(delay)
            delay *= 2
        else:
            return


def rename_directory(source: str, target: str) -> bool:
    """Move the directory ``source`` to ``target``, making missing parents.

    Return false, and remove nothing, when ``target`` exists already (another process was quicker).
    """
    try:
        os.rename(source, target)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        return rename_directory(source, target) if os.path.lexists(source) else False
    except OSError:
        if os.path.isdir(target):
            return False
        if os.name != "nt":
            raise
        _replace_with_patience(source, target)
    return True


def replace_symlink(target: str, link: str) -> None:
    """Make ``link`` a symbolic link to ``target``, replacing what was there."""
    try:
        os.symlink(target, link)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(link), exist_ok=True)
        replace_symlink(target, link)
    except FileExistsError:
        temporary = temporary_sibling(link)
        os.symlink(target, temporary)
        try:
            replace(temporary, link)
        except OSError:
            os.unlink(temporary)
            raise

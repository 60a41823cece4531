"""The lock that keeps two processes from changing one environment at a time."""

from __future__ import annotations

import os
from collections.abc import Callable

from ultraviolet.environment.value import Environment
from ultraviolet.fs.locks import DEFAULT_TIMEOUT, FileLock
from ultraviolet.python.request import user_path


def environment_lock(
    environment: Environment,
    *,
    cwd: str,
    temporary_directory: str,
    timeout: float = DEFAULT_TIMEOUT,
    on_wait: Callable[[], None] | None = None,
) -> FileLock:
    """Return the lock of an environment, not yet taken; hold it from reading site-packages to the last change.

    Environments and target directories are locked by a file in them, system interpreters by one in the temporary directory.
    """
    resource = user_path(environment.root, cwd)
    if environment.kind != "python" or environment.interpreter.is_virtualenv:
        path = os.path.join(environment.root, ".lock")
    else:
        path = named_lock_path(environment.executable, temporary_directory)
    return FileLock(path, resource=resource, timeout=timeout, on_wait=on_wait)


def named_lock_path(subject: str, temporary_directory: str) -> str:
    """Return the path of the lock file that stands for a path where no file can be made (``uv-<digest>.lock``)."""
    from _imp import source_hash

    digest = source_hash(0, os.fsencode(subject)).hex()
    return os.path.join(temporary_directory, f"uv-{digest}.lock")

"""Keep the answer of a command that did something, with all it followed from, for :mod:`ultraviolet.fastpath` to give again.

A stamp (:mod:`ultraviolet.stamp`) says that nothing is to be done. A kept answer says what *was* done by a command that
would do the same again: the text of ``pip compile``; the placements of an installation into an environment that held no
distributions. It lies in the cache, under a key made of the directory, the words and the variables, as a tuple::

    format, (version, sys.hexversion, sys.platform), names of further variables, hash of directory, words and variables,
    time of writing, time of expiry or None, ((path, signature or None), ...), ((path, content hash or None), ...),
    ((link, target), ...), answer

Cache entries and programs are known by their signatures (mode, inode, size, times), what a checkout or a new environment
brings anew is known by its content. Index listings count for as long as HTTP lets them be used without asking.
"""

from __future__ import annotations

import marshal
import os
import sys
import time

from ultraviolet import fastpath
from ultraviolet._version import __version__
from ultraviolet.stamp import ancestors, configuration_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

_TICK_NANOSECONDS = 10_000_000
"""Coarsest clock tick of the file systems a change during the command must be told apart on."""

_CONFIGURATION = ("pyproject.toml", "uv.toml", ".python-version", ".python-versions")
_SEARCH_VARIABLES = ("PATH", "PYENV_ROOT", "PYENV_VERSION", "UV_PYTHON_INSTALL_DIR")
_TEMPORARY_VARIABLES = ("TMPDIR", "TEMP", "TMP")
"""Where locks of places lie that hold no file of their own."""
_UNSUITABLE_VARIABLES = (
    "UV_CONFIG_FILE",
    "UV_ENV_FILE",
    "UV_NO_CACHE",
    "UV_PROJECT",
    "UV_WORKING_DIR",
    "UV_WORKING_DIRECTORY",
)
_KEPT = 256
"""Answers in one cache."""

SUITABLE_OPTIONS = frozenset(
    {
        "--all-extras", "--all-groups", "--all-packages", "--allow-insecure-host", "--annotation-style",
        "--build-constraints", "--cache-dir", "--clear", "--color", "--config-settings", "--config-settings-package",
        "--constraints", "--custom-compile-command", "--default-index", "--emit-build-options",
        "--emit-index-annotation", "--emit-index-url", "--emit-marker-expression", "--exact", "--exclude-newer",
        "--exclude-newer-package", "--excludes", "--extra", "--extra-index-url", "--fork-strategy", "--format",
        "--frozen", "--generate-hashes", "--group", "--index", "--index-strategy", "--index-url", "--inexact",
        "--keyring-provider", "--link-mode", "--locked", "--managed-python", "--native-tls", "--no-annotate",
        "--no-binary", "--no-binary-package", "--no-build", "--no-build-package", "--no-color", "--no-config",
        "--no-default-groups", "--no-deps", "--no-dev", "--no-editable", "--no-emit-package", "--no-extra",
        "--no-group", "--no-header", "--no-install-local", "--no-install-package", "--no-install-project",
        "--no-install-workspace", "--no-managed-python", "--no-progress", "--no-project", "--no-python-downloads",
        "--no-sources", "--no-sources-package", "--no-strip-extras", "--no-strip-markers", "--no-verify-hashes",
        "--offline", "--only-binary", "--only-dev", "--only-group", "--output-file", "--overrides", "--package",
        "--prerelease", "--prerelease-package", "--prompt", "--python", "--python-downloads", "--python-platform",
        "--python-preference", "--python-version", "--quiet", "--relocatable", "--require-hashes", "--requirements",
        "--resolution", "--system-certs", "--system-site-packages", "--universal", "--upgrade", "--upgrade-package",
        "--verify-hashes", "package", "path", "src_file",
    }
)  # fmt: skip
"""What may have been said, on the command line or by a variable, for an answer to be kept."""


class Inputs:
    """What an answer followed from."""

    __slots__ = ("contents", "directories", "expires", "files", "links", "missing", "variables")

    def __init__(
        self,
        *,
        contents: Iterable[str] = (),
        files: Iterable[str] = (),
        directories: Iterable[str] = (),
        links: Iterable[str] = (),
        missing: Iterable[str] = (),
        variables: Sequence[str] = (),
        expires: float | None = None,
    ) -> None:
        self.contents = contents
        """Files whose content counts, and the names in directories, whether they exist or not."""
        self.files = files
        """Files that count as they are, with their times; they must exist."""
        self.directories = directories
        """Directories in which something might appear, whether they exist or not."""
        self.links = links
        """Symbolic links that must lead to the same."""
        self.missing = missing
        """Places in which there must be nothing, now made by the command itself."""
        self.variables = variables
        """Variables that count beside those that always do."""
        self.expires = expires
        """Seconds since the epoch from which the answer may differ by itself."""


def remember(
    answer: tuple[Any, ...],
    inputs: Inputs,
    *,
    words: Sequence[str],
    cwd: str,
    environ: Mapping[str, str],
    started: int,
    cache: str,
    read: Mapping[str, bytes | None] | None = None,
) -> bool:
    """Keep an answer; return whether that was possible.

    :param words: the command line after the program's name.
    :param started: ``time.time_ns()`` from before the first input was read.
    :param cache: the cache that was used.
    :param read: content hashes of files as they were when they were read, where the command has changed them since.
    """
    if sys.platform == "win32" or any(environ.get(name) for name in _UNSUITABLE_VARIABLES):
        return False
    path = fastpath.answer_path(words, environ, cwd)
    if path is None or cache != fastpath.cache_directory(environ, cwd):
        return False
    read = read or {}
    now = time.time_ns()
    if inputs.expires is not None and inputs.expires * 1e9 <= now:
        return False
    contents = dict.fromkeys(inputs.contents)
    for directory in ancestors(cwd):
        contents.update(dict.fromkeys(os.path.join(directory, name) for name in _CONFIGURATION))
    contents.update(dict.fromkeys(configuration_files(environ)))
    try:
        hashes = [(name, read[name] if name in read else _hash(name, started)) for name in contents]
        signatures = [
            *((name, _existing(name)) for name in inputs.files),
            *((name, fastpath.signature(name)) for name in inputs.directories),
            *((name, None) for name in inputs.missing),
        ]
        links = tuple((link, os.readlink(link)) for link in inputs.links)
    except OSError:
        return False
    kept = (
        fastpath.FORMAT,
        (__version__, sys.hexversion, sys.platform),
        tuple(inputs.variables),
        fastpath.surroundings(cwd, words, fastpath.environment_variables(environ, inputs.variables)),
        now,
        None if inputs.expires is None else int(inputs.expires * 1e9),
        tuple(signatures),
        tuple(hashes),
        links,
        answer,
    )
    return _write(path, marshal.dumps(kept))


def quick_hash(path: str) -> bytes | None:
    """The content hash of a file that a command is about to read and change; ``None`` when it is not there."""
    try:
        return fastpath.path_hash(path)
    except OSError:
        return None


def _hash(path: str, started: int) -> bytes | None:
    """The content hash of an input, which must not have changed while the command was at work."""
    found = fastpath.signature(path)
    if found is None:
        return None
    if max(found[3], found[4]) >= started - _TICK_NANOSECONDS:
        raise OSError(f"`{path}` changed")
    return fastpath.path_hash(path)


def _existing(path: str) -> tuple[int, int, int, int, int]:
    found = fastpath.signature(path)
    if found is None:
        raise FileNotFoundError(path)
    return found


def _write(path: str, data: bytes) -> bool:
    from ultraviolet.fs.atomic import write_bytes

    directory = os.path.dirname(path)
    try:
        _forget_old(directory)
        write_bytes(path, data, mode=0o600)
    except OSError:
        return False
    return True


def _forget_old(directory: str) -> None:
    """Keep the number of answers small: the oldest half goes."""
    try:
        names = os.listdir(directory)
    except FileNotFoundError:
        return
    if len(names) < _KEPT:
        return
    paths = sorted((os.path.join(directory, name) for name in names), key=os.path.getmtime)
    for path in paths[: len(paths) // 2]:
        os.unlink(path)


def python_inputs(cwd: str, environ: Mapping[str, str], executable: str) -> Inputs:
    """What a search for an interpreter looks at, environments among it, and the interpreter it found.

    New programs show up as a new time of a directory on the ``PATH``, new environments as a ``.venv``.
    """
    system = _system_inputs(cwd, environ, executable)
    environments = [os.path.join(directory, ".venv") for directory in ancestors(cwd)]
    active = [environ[name] for name in ("VIRTUAL_ENV", "CONDA_PREFIX") if environ.get(name)]
    environments += [os.path.join(cwd, place) for place in active]
    return Inputs(
        contents=(*system.contents, *(os.path.join(place, "pyvenv.cfg") for place in environments)),
        files=system.files,
        directories=(*system.directories, *(os.path.join(place, "bin") for place in environments)),
        variables=system.variables,
    )


def _system_inputs(cwd: str, environ: Mapping[str, str], executable: str) -> Inputs:
    """What a search for an interpreter outside environments looks at, and the one it found."""
    home = environ.get("HOME") or os.path.expanduser("~")
    pyenv = environ.get("PYENV_ROOT") or os.path.join(home, ".pyenv")
    data = environ.get("XDG_DATA_HOME") or os.path.join(home, ".local", "share")
    managed = environ.get("UV_PYTHON_INSTALL_DIR") or os.path.join(data, "uv", "python")
    places = [os.path.join(cwd, place) for place in (environ.get("PATH") or "").split(":") if place]
    return Inputs(
        contents=(os.path.join(pyenv, "version"),),
        files=tuple(dict.fromkeys((executable, os.path.realpath(executable)))),
        directories=(*places, os.path.join(cwd, managed)),
        variables=_SEARCH_VARIABLES,
    )


def environment_inputs(root: str, cwd: str, executable: str) -> Inputs:
    """What an environment that is about to be filled is known by: a new one like it will do as well."""
    nearer = []
    for directory in ancestors(cwd):
        candidate = os.path.join(directory, ".venv")
        if candidate == root:
            break
        nearer.append(candidate)
    python = os.path.join(root, "bin", "python")
    return Inputs(
        contents=[os.path.join(root, "pyvenv.cfg")],
        files=dict.fromkeys((python, executable)),
        directories=nearer,
        links=[python] if os.path.islink(python) else [],
    )


def creation_inputs(root: str, cwd: str, environ: Mapping[str, str], executable: str) -> Inputs:
    """What the creation of an environment follows from: the interpreter, and that nothing is in its place.

    :param executable: of the new environment; what counts is the interpreter behind its links.
    """
    system = _system_inputs(cwd, environ, os.path.realpath(executable))
    return Inputs(
        contents=system.contents,
        files=system.files,
        directories=system.directories,
        missing=[root],
        variables=(*system.variables, *_TEMPORARY_VARIABLES, "PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__"),
    )

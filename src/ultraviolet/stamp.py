"""Write down what a command's outcome depended on, for :mod:`ultraviolet.fastpath` to compare next time.

Call :func:`record` after a ``sync``, ``lock``, ``run``, ``pip install`` or ``pip sync`` that has left nothing to do.
The caller names what only it knows (the project's files, local sources, requirement files, what it wrote);
configuration files, the interpreter and the installed packages are added here, whether they exist or not.
"""

from __future__ import annotations

import marshal
import os
import sys
import time

from ultraviolet import fastpath
from ultraviolet._version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ultraviolet.fastpath import Report

    _Signature = tuple[str, tuple[int, int, int, int, int] | None]

_TICK_NANOSECONDS = 20_000_000
"""Coarsest clock tick of the file systems a change during the command must be told apart on."""

_RULED_OUT = (
    "UV_ENV_FILE",
    "UV_CONFIG_FILE",
    "UV_WORKING_DIR",
    "UV_WORKING_DIRECTORY",
    "UV_PROJECT",
    "UV_NO_CACHE",
)
"""Variables under which no command line has a stamp."""

_ANCESTOR_FILES = ("pyproject.toml", "uv.toml", ".python-version", ".python-versions")


class Run:
    """How ``run`` starts its child."""

    __slots__ = ("interpreter", "module", "prefix", "scripts")

    def __init__(self, *, interpreter: str, scripts: str, prefix: str, module: bool = False) -> None:
        self.interpreter = interpreter
        self.scripts = scripts
        """The directory that comes first on the ``PATH``."""
        self.prefix = prefix
        """``VIRTUAL_ENV`` of the child, empty for an interpreter that is no virtual environment."""
        self.module = module


def ancestors(directory: str) -> list[str]:
    """A directory and everything above it.

    >>> ancestors("/a/b")
    ['/a/b', '/a', '/']
    """
    found = [directory]
    while directory != (parent := os.path.dirname(directory)):
        found.append(parent)
        directory = parent
    return found


def configuration_files(environ: Mapping[str, str]) -> list[str]:
    """User and system configuration files, and the global Python pin, whether they exist or not."""
    home = environ.get("HOME") or os.path.expanduser("~")
    config = environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    directories = [config, os.path.join(home, ".config")]
    directories += (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    directories.append("/etc")
    directories += [value for name in ("APPDATA", "PROGRAMDATA", "SYSTEMDRIVE") if (value := environ.get(name))]
    names = ("uv.toml", ".python-version", ".python-versions")
    return [os.path.join(directory, "uv", name) for directory in directories if directory for name in names]


def environment_files(environment: str, *, metadata: bool) -> list[str]:
    """What tells whether an environment's interpreter and packages are the same.

    ``metadata`` adds the metadata of the packages, for commands that read requirements from there. Files that could
    only appear by a change of their directory are left out while absent.
    """
    found = [environment, os.path.join(environment, "pyvenv.cfg")]
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    for name in ("python.exe",) if sys.platform == "win32" else ("python", "python3"):
        path = os.path.join(environment, scripts, name)
        found += [path, os.path.realpath(path)]
    for directory in _site_packages(environment):
        found.append(directory)
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.name.endswith((".dist-info", ".egg-info", ".egg-link")):
                    found.append(entry.path)
                if entry.name.endswith(".dist-info"):
                    names = ("direct_url.json", "uv_cache.json", *(("METADATA",) if metadata else ()))
                    found += [path for name in names if os.path.exists(path := f"{entry.path}/{name}")]
    return found


def _site_packages(environment: str) -> list[str]:
    if sys.platform == "win32":
        return [os.path.join(environment, "Lib", "site-packages")]
    found = []
    for library in ("lib", "lib64"):
        try:
            names = sorted(os.listdir(os.path.join(environment, library)))
        except OSError:
            continue
        if library == "lib64" and os.path.islink(os.path.join(environment, library)):
            continue
        for name in names:
            directory = os.path.join(environment, library, name, "site-packages")
            if os.path.isdir(directory):
                found.append(directory)
    return found


def record(
    environment: str,
    *,
    words: Sequence[str],
    cwd: str,
    environ: Mapping[str, str],
    started: int,
    report: Report = (),
    files: Iterable[str] = (),
    directories: Iterable[str] = (),
    written: Mapping[str, bytes] | None = None,
    variables: Sequence[str] = (),
    run: Run | None = None,
    expires: int | None = None,
    clean: bool = True,
    metadata: bool = False,
) -> bool:
    """Write the stamp of a command line, answering whether that was possible.

    ``words`` are those after the program's name, ``started`` is ``time.time_ns()`` from before the first input was
    read. ``files`` are inputs whether they exist or not, ``directories`` those whose entries matter (members of a
    workspace found by a pattern), ``variables`` further environment variables, ``expires`` the time from which the
    outcome may differ by itself. ``written`` are inputs that the command wrote, with their content. ``clean`` says
    that nothing but the report was printed, ``metadata`` that requirements were read from what is installed.

    Nothing is written when an input changed while the command was at work.
    """
    if not clean or (words[0] == "run") != (run is not None):
        return False
    subject = _subject(environment, words, cwd, environ)
    if subject is None:
        return False
    written = written or {}
    own = environment_files(subject.environment, metadata=metadata or words[0] == "pip")
    paths = dict.fromkeys((*files, *subject.files, *directories, *written))
    for above in (*ancestors(cwd), *(ancestors(subject.place) if subject.place != cwd else ())):
        paths.update(dict.fromkeys(os.path.join(above, name) for name in _ANCESTOR_FILES))
    paths.update(dict.fromkeys((*configuration_files(environ), *own)))
    paths.pop(subject.environment, None)
    now = time.time_ns()
    found = _signatures(paths, frozenset(own), written, started=started, now=now)
    if found is None:
        return False
    signatures, racy = found
    details = None if run is None else (run.interpreter, run.scripts, run.prefix, run.module)
    stamp = (
        fastpath.FORMAT,
        (__version__, sys.hexversion, sys.platform),
        (cwd, subject.words, subject.environment),
        tuple(variables),
        fastpath.surroundings(cwd, subject.words, fastpath.environment_variables(environ, variables)),
        now,
        expires,
        signatures,
        racy,
        tuple(report),
        details,
    )
    return _write(
        subject.directory,
        fastpath.stamp_key(cwd, subject.words, fastpath.environment_variables(environ)),
        marshal.dumps(stamp),
    )


class _Subject:
    """What a stamp is of, and where it is kept."""

    __slots__ = ("directory", "environment", "files", "place", "words")

    def __init__(
        self, environment: str, words: tuple[str, ...], directory: str, place: str, files: tuple[str, ...]
    ) -> None:
        self.environment = environment
        """Spelled as the check will spell it."""
        self.words = words
        """Those of the key."""
        self.directory = directory
        self.place = place
        """Where the search for a project begins."""
        self.files = files
        """A script with inline metadata, and its lockfile."""


def _subject(environment: str, words: Sequence[str], cwd: str, environ: Mapping[str, str]) -> _Subject | None:
    """What the stamp of a command line is of; None if it cannot have one."""
    count = fastpath.recordable(words)
    if count is None or any(environ.get(name) for name in _RULED_OUT):
        return None
    place, directory = cwd, os.path.join(environment, fastpath.DIRECTORY)
    extra_key: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    if words[0] == "run":
        target = fastpath.run_target(words, count, cwd)
        if target is None or "--env-file" in words[:count] or environ.get("UV_RUN_RLIMIT_NOFILE"):
            return None
        kind, place, extra_key = target
        if kind == "metadata":
            found = fastpath.script_stamps(environ, cwd)
            if found is None:
                return None
            directory = found
            files = (os.path.join(cwd, words[count]), os.path.join(cwd, words[count] + ".lock"))
    spelled = spelled_as_found(environment, words[:count], environ, cwd)
    return None if spelled is None else _Subject(spelled, (*words[:count], *extra_key), directory, place, files)


def _signatures(
    paths: Iterable[str], own: frozenset[str], written: Mapping[str, bytes], *, started: int, now: int
) -> tuple[tuple[_Signature, ...], tuple[tuple[str, bytes], ...]] | None:
    """Signatures of all paths, and hashes of those too young for them; None if one changed while the command was at work.

    ``own`` are those that the command itself may have changed.
    """
    signatures = []
    racy = []
    for path in paths:
        found = fastpath.signature(path)
        signatures.append((path, found))
        if found is None:
            continue
        content = written.get(path)
        if path not in own and content is None and max(found[3], found[4]) >= started - _TICK_NANOSECONDS:
            return None
        if fastpath.is_young(found, now):
            digest = fastpath.path_hash(path)
            if content is not None and digest != fastpath.content_hash(content):
                return None
            racy.append((path, digest))
    return tuple(signatures), tuple(racy)


def spelled_as_found(environment: str, words: Sequence[str], environ: Mapping[str, str], cwd: str) -> str | None:
    """The environment's path as the check will spell it; None when the check could not find it."""
    if words[0] == "pip":
        if fastpath.named_python(words) is not None:
            named = fastpath.named_environment(words, cwd)
            return named if named is not None and os.path.realpath(named) == os.path.realpath(environment) else None
        active = environ.get("VIRTUAL_ENV")
        if active:
            spelled = active if active.startswith("/") else f"{cwd}/{active}"
            return spelled if os.path.realpath(spelled) == os.path.realpath(environment) else environment
    return environment


def _write(directory: str, name: str, data: bytes) -> bool:
    temporary = os.path.join(directory, f"{name}.{os.getpid()}")
    try:
        os.makedirs(directory, exist_ok=True)
        _forget_old(directory)
        with open(temporary, "xb") as stream:
            stream.write(data)
        os.replace(temporary, os.path.join(directory, name))
    except OSError:
        return False
    return True


_KEPT = 64


def _forget_old(directory: str) -> None:
    """Keep the number of stamps of one environment small."""
    names = os.listdir(directory)
    if len(names) >= _KEPT:
        for name in names:
            os.unlink(os.path.join(directory, name))


def forget(environment: str) -> None:
    """Remove every stamp of an environment, before it is changed."""
    directory = os.path.join(environment, fastpath.DIRECTORY)
    try:
        names = os.listdir(directory)
    except OSError:
        return
    for name in names:
        try:
            os.unlink(os.path.join(directory, name))
        except OSError:
            continue

"""Answer ``sync``, ``lock``, ``run`` and ``pip`` at once when nothing changed since the last time.

After a command has found or left everything in place, :mod:`ultraviolet.stamp` writes a *stamp* into the environment
(``<environment>/.ultraviolet/<key>``, a directory no other tool looks at): what the command line was, and everything
its outcome depended on. :func:`check` compares. If every recorded input is as it was, it prints the lines the command
would print, or becomes the command ``run`` would start. If anything differs or is unknown, it answers ``None`` and the
ordinary path does the work. Claiming "nothing to do" wrongly is the worst mistake this program can make, so every doubt
ends in ``None``.

Beside stamps there are *kept answers*, for commands that had something to do and would do the same again: ``pip compile``,
and installations into an environment without packages. :mod:`ultraviolet.remember` writes them into the cache with the
inputs they follow from; :func:`recalled` compares, and :mod:`ultraviolet.recall` does it again.

This module is imported before anything else, often by an interpreter without ``site``; it may use builtin modules
only. Files are compared by mode, inode, size, modification and change time. Those so young when the stamp was written
that a later change could have left the same times ("racy", as Git calls them) are compared by content as well, until
the stamp is old enough to be written anew.
"""

import sys
import time

STARTED = time.perf_counter_ns()

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Report = Sequence[tuple[str, int | str]]
    """Lines on stderr: a count for ``resolved``, ``checked``, ``installed``, or a text, ``dim`` or as it stands (``note``)."""

if sys.platform == "win32":
    import nt as posix
    from nt import _exit
else:
    import posix
    from posix import _exit

FORMAT = 3
"""Raised whenever what is recorded, or its meaning, changes."""

DIRECTORY = ".ultraviolet"
"""Where stamps live inside an environment."""

RACY_NANOSECONDS = 2_000_000_000
"""A file this much younger than the stamp may have been changed again within one tick of a coarse clock."""

FINE_NANOSECONDS = 100_000_000
"""The same where the file system keeps fractions of a second: ten ticks of the slowest clock a kernel has."""

VARIABLES = frozenset(
    {
        "ALL_PROXY",
        "APPDATA",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "CONDA_DEFAULT_ENV",
        "CONDA_PREFIX",
        "CONDA_ROOT",
        "FORCE_COLOR",
        "HOME",
        "LOCALAPPDATA",
        "MACOSX_DEPLOYMENT_TARGET",
        "NO_COLOR",
        "PROGRAMDATA",
        "PYTHONHOME",
        "RUST_LOG",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        "SSL_CLIENT_CERT",
        "SYSTEMDRIVE",
        "TERM",
        "USERPROFILE",
        "VIRTUAL_ENV",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_DIRS",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
    }
)
"""Variables that can change an outcome, beside every ``UV_*``."""

IGNORED_VARIABLES = frozenset({"UV", "UV_RUN_RECURSION_DEPTH", "UV_INTERNAL__PARENT_INTERPRETER"})
"""``UV_*`` variables that ``run`` sets for its child, and that change nothing else."""

RUN_FLAGS = frozenset(
    {
        "--all-extras",
        "--all-groups",
        "--all-packages",
        "--exact",
        "--frozen",
        "--inexact",
        "--locked",
        "--managed-python",
        "--module",
        "--no-default-groups",
        "--no-dev",
        "--no-editable",
        "--no-managed-python",
        "--no-progress",
        "--no-python-downloads",
        "--no-sync",
        "--offline",
        "--only-dev",
        "--quiet",
        "-m",
        "-q",
    }
)
RUN_VALUES = frozenset({"--extra", "--group", "--no-extra", "--no-group", "--only-group", "--package"})
"""Options that ``run``, ``sync`` and ``lock`` may have, without and with a value of their own."""

RUN_ONLY_FLAGS = frozenset({"--script", "-s"})
RUN_ONLY_VALUES = frozenset({"--python", "--with", "-p", "-w"})
"""Further options that may stand before the command of ``run``."""

MOST_OPEN_FILES = 0x100000
"""More are not asked for: programs that close every possible descriptor would take too long."""

SCRIPT_STAMPS = "state-v1/runs"
"""Where the stamps of scripts with inline metadata lie, below the cache: their environments belong to no project."""

ANSWERS = "state-v1/answers"
"""Where kept answers lie, below the cache."""

SYNC_FLAGS = frozenset({"--no-install-project", "--no-install-workspace", "--no-install-local"})
SYNC_VALUES = frozenset({"--no-install-package"})
PIP_FLAGS = frozenset({"--no-deps", "--offline", "--quiet", "-q", "--strict", "--no-progress", "--all-extras"})
PIP_VALUES = frozenset(
    {
        "--constraint",
        "--constraints",
        "--editable",
        "--extra",
        "--python",
        "--requirement",
        "--requirements",
        "-c",
        "-e",
        "-p",
        "-r",
    }
)


def environment_variables(environ: "Mapping[str, str]", extra: "Sequence[str]" = ()) -> "tuple[tuple[str, str], ...]":
    """The variables that can change an outcome, sorted."""
    found = [
        (name, value)
        for name, value in environ.items()
        if (name in VARIABLES or name.startswith("UV_") or name in extra) and name not in IGNORED_VARIABLES
    ]
    found.sort()
    return tuple(found)


def stamp_key(cwd: str, words: "Sequence[str]", variables: "Sequence[tuple[str, str]]") -> str:
    """File name of the stamp for a command line in a directory under some variables."""
    import _imp

    text = "\0".join((cwd, *words, *[f"{name}={value}" for name, value in variables]))
    return _imp.source_hash(FORMAT, text.encode("utf-8", "surrogateescape")).hex()


def surroundings(cwd: str, words: "Sequence[str]", variables: "Sequence[tuple[str, str]]") -> bytes:
    """A second hash of what a key is made of; the texts themselves are not written, for they may hold passwords."""
    import _imp

    text = "\0".join((*[f"{name}={value}" for name, value in variables], *words, cwd))
    return _imp.source_hash(-FORMAT, text.encode("utf-8", "surrogateescape"))


def content_hash(data: bytes) -> bytes:
    """A quick hash of a file's content."""
    import _imp

    return _imp.source_hash(FORMAT, data)


def path_hash(path: str) -> bytes:
    """A quick hash of what is at a path: a file's content, or the names in a directory."""
    if posix.stat(path).st_mode & 0o170000 == 0o040000:
        return content_hash("\0".join(sorted(posix.listdir(path))).encode("utf-8", "surrogateescape"))
    return content_hash(_read(path))


def signature(path: str) -> "tuple[int, int, int, int, int] | None":
    """Mode, inode, size, modification and change time of a path, ``None`` when nothing is there.

    Raises :class:`OSError` when that cannot be known.
    """
    try:
        status = posix.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return (status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def is_young(found: "tuple[int, int, int, int, int]", now: int) -> bool:
    """Whether a file with this signature could still change and keep it, by the tick of its file system's clock."""
    newest = max(found[4], found[3])
    return now - newest <= (FINE_NANOSECONDS if found[4] % 1_000_000 else RACY_NANOSECONDS)


def run_words(words: "Sequence[str]") -> "int | None":
    """How many words of ``run ...`` stand before the child's command line; ``None`` when that is not certain."""
    index = 1
    while index < len(words):
        word = words[index]
        if word == "--":
            return index + 1
        if not word.startswith("-") or word == "-":
            return index
        name, separator, _value = word.partition("=")
        if (name in RUN_FLAGS or name in RUN_ONLY_FLAGS) and not separator:
            index += 1
        elif name in RUN_VALUES or name in RUN_ONLY_VALUES:
            index += 1 if separator else 2
        else:
            return None
    return None


def run_target(words: "Sequence[str]", count: int, cwd: str) -> "tuple[str, str, tuple[str, ...]] | None":
    """What ``run`` starts, the directory whose project counts, and what the stamp's key says of both.

    The kind is ``metadata`` for a script that may have inline metadata, ``script`` for another one, ``module``, or
    empty. ``None`` when only the ordinary path can tell.
    """
    options = words[:count]
    flagged = "-s" in options or "--script" in options
    if "-m" in options or "--module" in options:
        return None if flagged else ("module", cwd, ())
    if count >= len(words):
        return None
    target = words[count]
    if not (flagged or target.endswith(".py")):
        return "", cwd, ()
    try:
        if posix.stat(target).st_mode & 0o170000 != 0o100000:
            return None
        content = _read(target)
    except OSError:
        return None if flagged else ("", cwd, ())
    directory = target.rpartition("/")[0]
    while directory.startswith("./"):
        directory = directory[2:]
    if target.startswith("/") and not directory:
        directory = "/"
    parts = directory.split("/")
    if ".." in parts or "." in parts[1:] or "" in parts[1:-1]:
        return None
    place = cwd
    if directory not in {"", "."}:
        place = directory if directory.startswith("/") else f"{cwd}/{directory}"
    if b"# /// script" in content:
        return "metadata", place, ("", target)
    return "script", place, () if place == cwd else ("", place)


def cache_directory(environ: "Mapping[str, str]", cwd: str) -> "str | None":
    """The cache that the variables name."""
    cache = environ.get("UV_CACHE_DIR")
    if not cache:
        base = environ.get("XDG_CACHE_HOME")
        home = environ.get("HOME")
        if not (base and base.startswith("/")):
            if not home:
                return None
            base = f"{home}/.cache"
        cache = f"{base}/ultraviolet"
    return cache if cache.startswith("/") else f"{cwd}/{cache}"


def script_stamps(environ: "Mapping[str, str]", cwd: str) -> "str | None":
    """The directory of the stamps of scripts in the cache that the variables name."""
    cache = cache_directory(environ, cwd)
    return None if cache is None else f"{cache}/{SCRIPT_STAMPS}"


def _is_device(word: "str") -> bool:
    """Whether a word names something like ``/dev/stdin``, whose content is not told by its times."""
    return "/dev/" in word and "/dev/shm/" not in word  # noqa: S108 - nothing is written there


def recordable(words: "Sequence[str]") -> "int | None":
    """How many words make up the key of a command line, ``None`` when no stamp may be made for it."""
    if not words:
        return None
    command = words[0]
    if command == "run":
        return run_words(words)
    if command in {"sync", "lock"}:
        flags, values, index, free = RUN_FLAGS | SYNC_FLAGS, RUN_VALUES | SYNC_VALUES, 1, False
    elif command == "pip" and len(words) > 2 and words[1] in {"install", "sync"}:
        flags, values, index, free = PIP_FLAGS, PIP_VALUES, 2, True
        if any(word == "-" or word.endswith("=-") or "://" in word or _is_device(word) for word in words):
            return None
    else:
        return None
    while index < len(words):
        word = words[index]
        name, separator, _value = word.partition("=")
        if not word.startswith("-"):
            if not free:
                return None
            index += 1
        elif name in {"-m", "--module"}:
            return None
        elif word in flags:
            index += 1
        elif name in values:
            index += 1 if separator else 2
        else:
            return None
    return len(words)


def _read(path: str) -> bytes:
    descriptor = posix.open(path, posix.O_RDONLY | getattr(posix, "O_BINARY", 0))
    try:
        size = posix.fstat(descriptor).st_size
        parts: list[bytes] = []
        while True:
            part = posix.read(descriptor, size + 1)
            if not part:
                return b"".join(parts)
            parts.append(part)
    finally:
        posix.close(descriptor)


def named_python(words: "Sequence[str]") -> "str | None":
    """The value of ``--python`` or ``-p`` in the words of a ``pip`` command."""
    found = None
    for index, word in enumerate(words):
        if word in {"--python", "-p"} and index + 1 < len(words):
            found = words[index + 1]
        elif word.startswith("--python="):
            found = word[9:]
    return found


def named_environment(words: "Sequence[str]", cwd: str) -> "str | None":
    """The environment whose interpreter ``--python`` names by its path, as it is spelled; ``None`` for anything else."""
    python = named_python(words)
    if python is None or "/" not in python:
        return None
    directory, _, name = python.rpartition("/")
    root, _, folder = directory.rpartition("/")
    if folder != "bin" or not name.startswith("python") or not root:
        return None
    return root if root.startswith("/") else f"{cwd}/{root}"


def _find(words: "Sequence[str]", key: str, environ: "Mapping[str, str]", cwd: str) -> "tuple[str, str, bytes] | None":
    """The environment this command line would use, with path and content of its stamp; ``cwd`` is where projects begin."""
    if words[0] == "pip":
        if named_python(words) is not None:
            environment = named_environment(words, cwd)
            return None if environment is None else _open(environment, key)
        active = environ.get("VIRTUAL_ENV")
        if active:
            return _open(active if active.startswith("/") else f"{cwd}/{active}", key)
        if environ.get("CONDA_PREFIX"):
            return None
        name = ".venv"
    else:
        name = environ.get("UV_PROJECT_ENVIRONMENT") or ".venv"
        if name.startswith("/"):
            return _open(name, key)
    directory = cwd
    while True:
        candidate = f"{directory}/{name}"
        found = _open(candidate, key)
        if found is not None or not directory or signature(candidate) is not None:
            return found
        directory = directory.rpartition("/")[0]


def _open(environment: str, key: str) -> "tuple[str, str, bytes] | None":
    path = f"{environment}/{DIRECTORY}/{key}"
    try:
        return environment, path, _read(path)
    except OSError:
        return None


def _find_script(key: str, environ: "Mapping[str, str]", cwd: str) -> "tuple[None, str, bytes] | None":
    """The stamp of a script, whose environment only the stamp knows."""
    directory = script_stamps(environ, cwd)
    if directory is None:
        return None
    path = f"{directory}/{key}"
    try:
        return None, path, _read(path)
    except OSError:
        return None


def check(words: "Sequence[str]", environ: "Mapping[str, str]", cwd: str, version: str) -> "tuple[Any, ...] | None":
    """The recorded answer of a command line, if every input is as it was.

    The answer is ``(report, run)``; ``run`` is ``(interpreter, scripts directory, prefix or "", module)`` for ``run``.
    """
    found = _checked(words, environ, cwd, version)
    return None if found is None else found[1][9:]


def _checked(
    words: "Sequence[str]", environ: "Mapping[str, str]", cwd: str, version: str
) -> "tuple[str, tuple[Any, ...]] | None":
    """Path and content of the stamp that answers a command line; see :func:`ultraviolet.stamp.record` for its parts."""
    if not words or words[0] not in {"sync", "lock", "run", "pip"}:
        return None
    count = recordable(words)
    if count is None:
        return None
    kind, place = "", cwd
    extra_key: tuple[str, ...] = ()
    if words[0] == "run":
        target = run_target(words, count, cwd)
        if target is None:
            return None
        kind, place, extra_key = target
    words = (*words[:count], *extra_key)
    key = stamp_key(cwd, words, environment_variables(environ))
    found = _find_script(key, environ, cwd) if kind == "metadata" else _find(words, key, environ, place)
    if found is None:
        return None
    environment, path, data = found
    import marshal

    try:
        stamp = marshal.loads(data)  # noqa: S302 - whoever can write here can replace the environment's programs
        if stamp[0] != FORMAT or stamp[1] != (version, sys.hexversion, sys.platform):
            return None
        _format, _version, location, extra, variables, written, expires, files, racy, _report, _run = stamp
        if environment is None:
            environment = location[2]
        if location != (cwd, words, environment):
            return None
        if variables != surroundings(cwd, words, environment_variables(environ, extra)):
            return None
        if not _unchanged(files):
            return None
        for file, digest in racy:
            if path_hash(file) != digest:
                return None
    except (OSError, ValueError, TypeError, EOFError, IndexError):
        return None
    now = time.time_ns()
    if now < written or (expires is not None and now >= expires):
        return None
    if racy and now - written > FINE_NANOSECONDS:
        stamp = _renew(path, stamp, now)
    return path, stamp


def _unchanged(files: "Sequence[tuple[str, tuple[int, int, int, int, int] | None]]") -> bool:
    """Whether all files have the signatures they had."""
    stat = posix.stat
    for file, expected in files:
        try:
            status = stat(file)
        except (FileNotFoundError, NotADirectoryError):
            if expected is not None:
                return False
            continue
        if expected != (
            status.st_mode,
            status.st_ino,
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
        ):
            return False
    return True


def has_content(path: str, digest: "bytes | None") -> bool:
    """Whether a file has the content that a quick hash stands for, a directory those names; ``None``: nothing is there."""
    try:
        return path_hash(path) == digest
    except (FileNotFoundError, NotADirectoryError):
        return digest is None


def answer_path(words: "Sequence[str]", environ: "Mapping[str, str]", cwd: str) -> "str | None":
    """Where the kept answer of a command line lies, if there is one."""
    cache = cache_directory(environ, cwd)
    if cache is None:
        return None
    return f"{cache}/{ANSWERS}/{stamp_key(cwd, words, environment_variables(environ))}"


def recalled(words: "Sequence[str]", environ: "Mapping[str, str]", cwd: str, version: str) -> "tuple[Any, ...] | None":
    """The kept answer of a command line, if every input is as it was; see :mod:`ultraviolet.remember` for its shape."""
    path = answer_path(words, environ, cwd)
    if path is None:
        return None
    try:
        data = _read(path)
    except OSError:
        return None
    import marshal

    try:
        kept = marshal.loads(data)  # noqa: S302 - whoever can write here can replace the wheels of the cache
        if kept[0] != FORMAT or kept[1] != (version, sys.hexversion, sys.platform):
            return None
        _format, _version, extra, around, written, expires, files, contents, links, found = kept
        if around != surroundings(cwd, words, environment_variables(environ, extra)) or not _unchanged(files):
            return None
        if any(not has_content(file, digest) for file, digest in contents):
            return None
        if any(posix.readlink(link) != target for link, target in links):
            return None
        now = time.time_ns()
        if now < written or (expires is not None and now >= expires):
            return None
    except (OSError, ValueError, TypeError, EOFError, IndexError):
        return None
    answer: tuple[Any, ...] = found
    return answer


def _renew(path: str, stamp: "tuple[Any, ...]", now: int) -> "tuple[Any, ...]":
    """Write a stamp anew when its files are old enough to be told apart by their times alone; return the one in force."""
    import marshal

    if any(is_young(expected, now) for _path, expected in stamp[7] if expected is not None):
        return stamp
    fresh = (*stamp[:5], now, stamp[6], stamp[7], (), *stamp[9:])
    temporary = f"{path}.{posix.getpid()}"
    try:
        descriptor = posix.open(temporary, posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL, 0o666)
        try:
            posix.write(descriptor, marshal.dumps(fresh))
        finally:
            posix.close(descriptor)
        posix.replace(temporary, path)
    except OSError:
        return stamp
    return fresh


# answers


def _duration(nanoseconds: int) -> str:
    if nanoseconds >= 1_000_000_000:
        return f"{nanoseconds // 1_000_000_000}.{nanoseconds % 1_000_000_000 // 10_000_000:02}s"
    if nanoseconds >= 1_000_000:
        return f"{nanoseconds // 1_000_000}ms"
    return f"0.{nanoseconds // 10_000:02}ms"


def colored(environ: "Mapping[str, str]", stream: int = 2) -> bool:
    """Whether a stream (a descriptor) is written to in colours."""
    return _colors(environ, terminal=posix.isatty(stream))


def _colors(environ: "Mapping[str, str]", *, terminal: bool) -> bool:
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR") or environ.get("CLICOLOR_FORCE", "0") not in {"", "0"}:
        return True
    return terminal and environ.get("TERM") != "dumb" and environ.get("CLICOLOR", "1") != "0"


def report_text(report: "Report", environ: "Mapping[str, str]", since: int = STARTED) -> str:
    """The lines of a recorded answer, as the ordinary path prints them; ``since`` is a ``perf_counter_ns`` reading."""
    return _report_lines(report, _duration(time.perf_counter_ns() - since), colors=colored(environ))


def _report_lines(report: "Report", took: str, *, colors: bool) -> str:
    bold, dim, end = ("\x1b[1m", "\x1b[2m", "\x1b[0m") if colors else ("", "", "")
    lines = []
    for kind, value in report:
        if kind == "dim":
            lines.append(f"{dim}{value}{end}\n")
            continue
        if kind == "note":
            lines.append(f"{value}\n")
            continue
        verb = kind.capitalize()
        if value == 0:
            lines.append(f"{dim}{verb} in {took}{end}\n")
        else:
            noun = "package" if value == 1 else "packages"
            lines.append(f"{dim}{verb} {bold}{value} {noun}{end} {dim}in {took}{end}{end}\n")
    return "".join(lines)


def _silent(words: "Sequence[str]") -> bool:
    return "-q" in words or "--quiet" in words


def say(text: str) -> None:
    """Write to stderr."""
    posix.write(2, text.encode("utf-8", "surrogateescape"))


def child_environment(
    environ: "Mapping[str, str]", scripts: str, prefix: str, program: str, depth: int
) -> "dict[str, str]":
    """Variables of the child of ``run``: the environment's scripts first on the ``PATH``."""
    child = dict(environ)
    path = environ.get("PATH")
    child["PATH"] = f"{scripts}:{path}" if path else scripts
    if prefix:
        child["VIRTUAL_ENV"] = prefix
    child["UV_RUN_RECURSION_DEPTH"] = str(depth + 1)
    child["UV"] = program
    return child


def _is_executable_file(path: str) -> bool:
    try:
        mode = posix.stat(path).st_mode
    except OSError:
        return False
    return mode & 0o170000 == 0o100000 and posix.access(path, posix.X_OK)


def _command(words: "Sequence[str]", run: "tuple[Any, ...]", path: str, kind: str) -> "list[str] | None":
    """Executable and argument vector of the child, ``None`` when the ordinary path should decide."""
    interpreter, _scripts, _prefix, _module = run
    target = words[0]
    if target == "-" or "://" in target:
        return None
    if kind == "module":
        return [interpreter, interpreter, "-m", *words]
    if kind:
        return [interpreter, interpreter, *words]
    if target.lower() == "python":
        return [interpreter, interpreter, *words[1:]]
    if "/" in target or signature(target) is not None:
        return None
    for directory in path.split(":"):
        candidate = f"{directory}/{target}"
        if directory and _is_executable_file(candidate):
            return [candidate, *words]
    return None


def answer(words: "Sequence[str]", environ: "Mapping[str, str]", cwd: str, version: str, program: str) -> bool:
    """Do what the command line asks if a stamp allows it; ``run`` does not come back from here then."""
    found = _checked(words, environ, cwd, version)
    if found is None:
        return False
    path, stamp = found
    report, run = stamp[9:]
    if sys.platform == "linux" and program:
        _tell_shell(path, stamp, words, environ, program)
    if run is None:
        if not _silent(words):
            say(report_text(report, environ))
        return True
    if sys.platform == "win32":
        return False
    count = run_words(words)
    depth = environ.get("UV_RUN_RECURSION_DEPTH", "0")
    if count is None or count >= len(words) or not depth.isdigit() or int(depth) >= 100 or not program:
        return False
    child = child_environment(environ, run[1], run[2], program, int(depth))
    try:
        target = run_target(words, count, cwd)
        command = None if target is None else _command(words[count:], run, child["PATH"], target[0])
        if command is None:
            return False
        _as_uv_starts_children()
        posix.execve(command[0], command[1:], child)
    except OSError:
        return False


def _tell_shell(
    path: str, stamp: "tuple[Any, ...]", words: "Sequence[str]", environ: "Mapping[str, str]", program: str
) -> None:
    """Let the launcher answer this command line by itself next time; see :mod:`ultraviolet.shell_answer`.

    That is done once for each time the stamp was made, and for `run` also when the script changed.
    """
    cwd, key, environment = stamp[2]
    plain = (environ.get("VIRTUAL_ENV") if words[0] == "pip" else None) or f"{cwd}/.venv"
    if stamp[8] or environment != plain:
        return
    files = [__file__]
    if words[0] == "run":
        if key != ("run",) or words[1].startswith("-"):
            return
        words = words[: 2 if words[1].endswith(".py") else 1]
        files += [f"{cwd}/{script}" for script in words[1:]]
    answer_path = f"{path.rpartition('/')[0]}/{' '.join(words)}.sh"
    signatures = [(file, signature(file)) for file in files]
    made, now, known = posix.stat(path).st_mtime_ns, time.time_ns(), signature(answer_path)
    for _file, found in signatures:
        if found is None or is_young(found, now):
            return
        made = max(made, found[3], found[4])
    if (known is not None and known[3] >= made) or not posix.access(path.rpartition("/")[0], posix.W_OK):
        return
    from ultraviolet.shell_answer import TIME, Question, write

    write(
        answer_path,
        Question(program, words, cwd, environ, sorted(VARIABLES), (*stamp[7], *signatures)),
        plain=_report_lines(stamp[9], TIME, colors=_colors(environ, terminal=False)),
        terminal=_report_lines(stamp[9], TIME, colors=_colors(environ, terminal=True)),
        run=stamp[10],
        most_open_files=MOST_OPEN_FILES,
        usable=not stamp[3] and stamp[6] is None,
    )


def _as_uv_starts_children() -> None:
    """Undo what Python does to signals at its start, and let the child open as many files as the system allows."""
    import _signal  # type: ignore[import-not-found] # builtin, but without stubs

    for name in ("SIGPIPE", "SIGXFSZ", "SIGXFZ"):
        number = getattr(_signal, name, None)
        if number is not None:
            _signal.signal(number, _signal.SIG_DFL)
    try:
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    target = MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < target:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (target, hard))
        except (OSError, ValueError):
            return


def decoded_environment() -> "dict[str, str]":
    """The environment variables as text, without the ``os`` module."""
    if sys.platform == "win32":
        return dict(posix.environ)
    return {
        name.decode("utf-8", "surrogateescape"): value.decode("utf-8", "surrogateescape")
        for name, value in posix.environ.items()
    }


def main(program: str, words: "list[str]") -> None:
    """Entry of the launchers: answer at once, or hand over to :mod:`ultraviolet.cli`. Ends the process."""
    from ultraviolet._version import __version__

    name = "uvx" if program.rpartition("/")[2].startswith("uvx") else "uv"
    if len(words) == 1 and words[0] in {"--version", "-V"}:
        from ultraviolet.cli.version import version_line

        try:
            posix.write(1, f"{version_line(name)}\n".encode())
        except OSError:
            _exit(1)
        _exit(0)
    kept = None
    if words and name == "uv" and words[0] in {"sync", "lock", "run", "pip", "venv"} and not sys.flags.dev_mode:
        try:
            environ, cwd = decoded_environment(), posix.getcwd()
            if answer(words, environ, cwd, __version__, program):
                _exit(0)
            kept = recalled(words, environ, cwd, __version__)
        except OSError:
            kept = None
    sys.argv[:] = [program, *words]
    if sys.flags.no_site:
        _complete_path()
    try:
        from ultraviolet import startup

        startup.begin()
        if kept is not None and _repeated(kept, words):
            startup.finish()
            _exit(0)
        from ultraviolet.cli.main import main as run

        code = run(words, program=name)
    except KeyboardInterrupt:  # while modules are imported, or again while we tidy up
        _exit(130)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            code = code or 1
    startup.finish()
    _exit(code)


def _repeated(kept: "tuple[Any, ...]", words: "Sequence[str]") -> bool:
    """Whether what a kept answer says could be done again."""
    from ultraviolet.recall import repeat

    environ = decoded_environment()
    silent = _silent(words)

    def report(lines: "Report", since: int = STARTED, /) -> None:
        if not silent:
            say(report_text(lines, environ, since))

    return repeat(
        kept,
        silent=silent,
        colored=lambda stream: colored(environ, stream),
        report=report,
        has_content=has_content,
    )


def _complete_path() -> None:
    """Make the libraries importable in an interpreter that was started without ``site``.

    They normally lie beside this package, or beside the launcher; only when they do not, ``site`` looks for them.
    """
    for directory in sys.path:
        try:
            posix.stat(f"{directory}/msgspec")
        except OSError:
            continue
        sys.path.remove(directory)
        sys.path.append(directory)
        return
    import site

    site.main()

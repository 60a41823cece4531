"""Write a stamp down once more, for the shell that starts the program: it answers before Python is there.

Starting Python takes longer than all that a command with nothing to do has to look at. The launchers are shell scripts
already (``scripts/uv``); for the plainest command lines they source ``<environment>/.ultraviolet/<words>.sh`` if there is
such a file. It compares what the stamp compares, with one ``stat`` process for all files, and prints the report or becomes
the program that ``run`` starts. When anything differs it does nothing, and the launcher goes on to start Python.

What is written has been found true by :func:`ultraviolet.fastpath.check` a moment ago, and only what a shell can compare
exactly is written at all: no files that were too young to be told apart by their times, no outcome that expires, nothing
on systems without GNU ``stat`` and ``/proc``. Values that may be secret are never written, so a command under such
variables is left to Python. See ``docs/adr/0017-the-shell-answers-first.md``.
"""

import posix
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Signature = tuple[int, int, int, int, int]
    Run = tuple[str, str, str, bool]
    """Interpreter, directory of scripts, ``VIRTUAL_ENV`` of the child or empty, and whether a module is run."""

TIME = "\0"
"""Stands in a report for the time it took."""

_STAT = "/usr/bin/stat"
_STATUS = "%f %i %s %.9Y %.9Z"
_SECRETS = ("KEY", "PASS", "SECRET", "TOKEN", "USERNAME")
_COLORS = frozenset({"CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "NO_COLOR", "TERM"})
"""Variables that matter to what is printed alone."""

_NO_ANSWER = "# This command line is left to Python.\n"


class Question:
    """A command line in its surroundings."""

    __slots__ = ("cwd", "environ", "files", "names", "program", "words")

    def __init__(
        self,
        program: str,
        words: "Sequence[str]",
        cwd: str,
        environ: "Mapping[str, str]",
        names: "Sequence[str]",
        files: "Sequence[tuple[str, Signature | None]]",
    ) -> None:
        self.program = program
        self.words = words
        """All of them; of ``run`` what the answer hangs on: itself, and the name of a script."""
        self.cwd = cwd
        self.environ = environ
        self.names = names
        """Variables that matter, set or not, besides every ``UV_*``."""
        self.files = files


def write(
    path: str,
    question: Question,
    *,
    plain: str,
    terminal: str,
    run: "Run | None",
    most_open_files: int,
    usable: bool = True,
) -> None:
    """Write the answer to a question, or that there is none, which saves asking again.

    :param terminal: the report for a terminal, ``plain`` for everything else; the time it took is :data:`TIME`.
    :param usable: whether the outcome hangs on nothing but the question.
    """
    text = None
    if usable and _has_gnu_stat():
        text = report_answer(question, plain, terminal) if run is None else run_answer(question, run, most_open_files)
    _replace(path, _NO_ANSWER if text is None else text)


def report_answer(question: Question, plain: str, terminal: str) -> "str | None":
    """Return the answer that prints a report on stderr; ``None`` if it cannot be told."""
    words = [f"[ $# -eq {len(question.words)} ]"]
    words += [f'[ "${{{number}}}" = {_quote(word)} ]' for number, word in enumerate(question.words, 1)]
    if "-q" in question.words or "--quiet" in question.words:
        return _answer(question, words, question.names, [], "exit 0")
    # The processor time of this shell in nanoseconds, spelled as durations are.
    action = f"""\
if {{ read -r _uv_spent _ </proc/self/schedstat; }} 2>/dev/null && [ "$_uv_spent" -gt 0 ]; then
    if [ "$_uv_spent" -ge 1000000 ]; then
        _uv_spent=$((_uv_spent / 1000000))ms
    else
        _uv_spent=$((_uv_spent / 10000 + 100))
        _uv_spent=0.${{_uv_spent#1}}ms
    fi
    if [ -t 2 ]; then
        printf %s {_report(terminal)} >&2
    else
        printf %s {_report(plain)} >&2
    fi
    exit 0
fi"""
    return _answer(question, words, question.names, [], action)


def run_answer(question: Question, run: "Run", most_open_files: int) -> "str | None":
    """Return the answer that becomes the program which ``run`` starts; ``None`` if it cannot be told."""
    import resource

    interpreter, scripts, prefix, _module = run
    if len(question.words) > 1:
        words = ["[ $# -ge 2 ]", f'[ "$2" = {_quote(question.words[1])} ]']
        start = f'exec {_quote(interpreter)} "$@"'
    else:
        program = f'{_quote(scripts)}/"${{2-}}"'
        usual = f'[ -f {program} ] && [ -x {program} ] && ! [ -e "$2" ]'
        words = [f"case ${{2-}} in python) ;; '' | -* | */* | *:* | *.py) false ;; *) {usual} ;; esac"]
        start = f'[ "$1" != python ] || {{ shift && exec {_quote(interpreter)} "$@"; }}\nexec "$@"'
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft, hard = (sys.maxsize if limit == resource.RLIM_INFINITY else limit for limit in limits)
    wanted = min(hard, most_open_files)
    shown = ["unlimited" if limit == resource.RLIM_INFINITY else str(limit) for limit in limits]
    variables = f"UV_RUN_RECURSION_DEPTH=1 UV={_quote(question.program)}"
    if prefix:
        variables += f" VIRTUAL_ENV={_quote(prefix)}"
    action = f"""\
unset _uv_found
export {variables} PATH={_quote(scripts)}"${{PATH:+:$PATH}}"
{f"ulimit -S -n {wanted}" if soft < wanted else ":"}
shift
{start}"""
    return _answer(question, words, [name for name in question.names if name not in _COLORS], shown, action)


def _answer(
    question: Question, words: "Sequence[str]", names: "Sequence[str]", limits: "Sequence[str]", action: str
) -> "str | None":
    """Return the script that does ``action`` if everything is as it was."""
    own = sorted(name for name in question.environ if name.startswith("UV_"))
    values = {name: question.environ.get(name) for name in (*names, *own)}
    if not _may_be_written(question, values):
        return None
    there = [(path, status) for path, status in question.files if status is not None]
    tests = [f'[ "$_uv_here" = {_quote(question.program)} ]', f'[ "$PWD" = {_quote(question.cwd)} ]', *words]
    tests += [_is_value(name, value) for name, value in values.items()]
    tests += [f"! [ -e {_quote(path)} ]" for path, status in question.files if status is None]
    ask = "ulimit -S -n; ulimit -H -n; " if limits else ""
    paths = " ".join(_quote(path) for path, _status in there)
    found = "\n".join(("", *limits, *(_line(status) for _path, status in there)))
    one_more = "*".join(["'export UV_'"] * (len(own) + 1))
    conditions = " &&\n    ".join(tests)
    return f"""\
# What ultraviolet found when this command line had nothing to do.
if
    {conditions} &&
    _uv_found=$(export -p; {ask}exec {_STAT} -L -c '{_STATUS}' -- {paths} 2>/dev/null)
then
case $_uv_found in
*{one_more}*) ;;
'export '*{_quote(found)})
{action}
;;
esac
fi
unset _uv_found _uv_spent
"""


def _is_value(name: str, value: "str | None") -> str:
    """Return the test that a variable has a value, or is not set."""
    if value is not None:
        return f'[ "${{{name}+=}}${{{name}-}}" = {_quote("=" + value)} ]'
    # bash gives itself a TERM, "dumb", where it was given none.
    return f'[ "${{{name}-dumb}}" = dumb ]' if name == "TERM" else f'[ -z "${{{name}+=}}" ]'


def _line(status: "Signature") -> str:
    """Return what ``stat`` prints of a file."""
    mode, inode, size, modified, changed = status
    return f"{mode:x} {inode} {size} {_seconds(modified)} {_seconds(changed)}"


def _seconds(nanoseconds: int) -> str:
    return f"{nanoseconds // 1_000_000_000}.{nanoseconds % 1_000_000_000:09}"


def _may_be_written(question: Question, values: "Mapping[str, str | None]") -> bool:
    """Whether everything is a line of text, every name one that shells know, and no value looks like a secret."""
    for name, value in values.items():
        if value is None:
            continue
        if "@" in value or "?" in value or any(part in name for part in _SECRETS):
            return False
        if not (name.isascii() and name.isidentifier()):
            return False
    texts = [question.program, question.cwd, *question.words, *filter(None, values.values())]
    texts += [path for path, _status in question.files]
    return all(text.isprintable() for text in texts)


def _report(text: str) -> str:
    """Return a report as one word of the shell, with the time in its places."""
    return '"$_uv_spent"'.join(_quote(part) for part in text.split(TIME))


def _quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _has_gnu_stat() -> bool:
    try:
        target = posix.readlink(_STAT)
    except OSError:
        target = ""
    try:
        return "busybox" not in target and posix.access(_STAT, posix.X_OK)
    except OSError:
        return False


def _replace(path: str, text: str) -> None:
    """Put an answer in its place whole, or leave everything as it is."""
    temporary = f"{path}.{posix.getpid()}"
    try:
        descriptor = posix.open(temporary, posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL, 0o600)
        try:
            data = text.encode("utf-8")
            while data:
                data = data[posix.write(descriptor, data) :]
        finally:
            posix.close(descriptor)
        posix.replace(temporary, path)
    except OSError:
        return

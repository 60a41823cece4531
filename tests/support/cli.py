"""Run commands and compare what they print with recorded snapshots.

A snapshot is a text file in ``tests/cli/snapshots`` with the command, the exit code, stdout and stderr; paths, times
and versions are replaced by placeholders. ``UPDATE_SNAPSHOTS=1`` writes the files anew.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ultraviolet import __version__

SNAPSHOTS = Path(__file__).parent.parent / "cli" / "snapshots"
SOURCE = Path(__file__).parent.parent.parent / "src"

Filter = tuple[str, str]
"""A regular expression and its replacement."""

FILTERS: tuple[Filter, ...] = (
    (r"\bin (\d+m )?\d+(\.\d+)?m?s\b", "in [TIME]"),
    (rf"ultraviolet {re.escape(__version__)} [\w-]+", "ultraviolet [VERSION] [PLATFORM]"),
    (r"[\w]+-(unknown-linux|apple|pc)-\w+", "[PLATFORM]"),
    (rf'"ultraviolet_version": "{re.escape(__version__)}"', '"ultraviolet_version": "[VERSION]"'),
)


class Outcome:
    """What a command left behind."""

    def __init__(self, words: Sequence[str], exit_code: int, stdout: str, stderr: str) -> None:
        self.words = words
        self.exit_code = exit_code
        self.stdout = stdout
        self.stderr = stderr

    def text(self, filters: Iterable[Filter] = ()) -> str:
        """The outcome as a snapshot holds it."""
        command = " ".join(word if word and " " not in word else repr(word) for word in self.words)
        text = f"$ uv {command}\nexit code: {self.exit_code}\n"
        for name, content in (("stdout", self.stdout), ("stderr", self.stderr)):
            text += f"----- {name} -----\n{content}"
            if content and not content.endswith("\n"):
                text += "(no line end)\n"
        for pattern, replacement in (*filters, *FILTERS):
            text = re.sub(pattern, replacement, text)
        return text


def clean_environment(home: Path, **variables: str) -> dict[str, str]:
    """Variables of a command that depends on nothing outside its home directory."""
    return {"HOME": str(home), "PATH": "/usr/bin:/bin", "XDG_CONFIG_DIRS": str(home / "none"), **variables}


def run_cli(*words: str, cwd: Path, env: Mapping[str, str] | None = None, program: str = "uv") -> Outcome:
    """Run a command line in this process."""
    from ultraviolet.cli.main import run

    environ = dict(clean_environment(cwd) if env is None else env)
    stdout, stderr = io.StringIO(), io.StringIO()
    before, streams = os.getcwd(), (sys.stdout, sys.stderr)
    os.chdir(cwd)
    sys.stdout, sys.stderr = stdout, stderr
    try:
        exit_code = run(list(words), environ, program=program)
    finally:
        sys.stdout, sys.stderr = streams
        os.chdir(before)
    return Outcome(words, exit_code, stdout.getvalue(), stderr.getvalue())


def run_process(*words: str, cwd: Path, env: Mapping[str, str] | None = None, stdin: str | None = None) -> Outcome:
    """Run a command line as a process of its own."""
    environ = dict(clean_environment(cwd) if env is None else env)
    environ["PYTHONPATH"] = str(SOURCE)
    done = subprocess.run(
        [sys.executable, "-m", "ultraviolet", *words],
        cwd=cwd,
        env=environ,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    return Outcome(words, done.returncode, done.stdout, done.stderr)


def imported_modules(*words: str, cwd: Path) -> set[str]:
    """Names of the modules that a command line has imported when it ends."""
    code = (
        "import sys; from ultraviolet.cli.main import run; import io; out = sys.stdout; sys.stdout = io.StringIO();"
        f"run({list(words)!r}, dict(HOME={str(cwd)!r})); out.write(' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {[str(SOURCE), *sys.path]!r}; {code}"],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def assert_snapshot(name: str, *outcomes: Outcome, filters: Iterable[Filter] = ()) -> None:
    """Compare outcomes with the snapshot of that name."""
    actual = "\n".join(outcome.text(filters) for outcome in outcomes)
    path = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(actual, encoding="utf-8")
        return
    assert path.is_file(), f"no snapshot {path}; run with UPDATE_SNAPSHOTS=1"
    assert path.read_text(encoding="utf-8") == actual

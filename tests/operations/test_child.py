"""Children: their variables, their exit status, and the signals that are passed on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ultraviolet.errors import UltravioletError
from ultraviolet.operations.child import (
    SpawnFailed,
    child_environment,
    find_program,
    recursion_depth,
    run_child,
)
from ultraviolet.operations.env_files import EnvironmentFileError, read_env_files, split_paths

posix_only = pytest.mark.skipif(os.name == "nt", reason="signals")
SOURCE = Path(__file__).parent.parent.parent / "src"


def run(*words: str) -> int:
    return run_child(words, os.environ, words[0], debug=lambda _: None)


def test_variables_of_the_child() -> None:
    child = child_environment(
        {"PATH": "/usr/bin", "A": "1", "UV_RUN_RECURSION_DEPTH": "2"},
        scripts=["/o", "/w", "/w", "/b"],
        prefix="/env",
        added={"B": "2"},
        depth=2,
        program="/bin/uv",
    )

    assert child == {
        "PATH": os.pathsep.join(["/o", "/w", "/b", "/usr/bin"]),
        "A": "1",
        "B": "2",
        "UV_RUN_RECURSION_DEPTH": "3",
        "UV": "/bin/uv",
        "VIRTUAL_ENV": "/env",
    }


def test_variables_without_path_and_environment() -> None:
    child = child_environment({}, scripts=["/b"], prefix=None, added={}, depth=0, program=None)

    assert child == {"PATH": "/b", "UV_RUN_RECURSION_DEPTH": "1"}


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5"])
def test_malformed_depth(text: str) -> None:
    with pytest.raises(UltravioletError, match="invalid value for UV_RUN_RECURSION_DEPTH"):
        recursion_depth({"UV_RUN_RECURSION_DEPTH": text})


@posix_only
def test_exit_codes() -> None:
    assert run(sys.executable, "-c", "") == 0
    assert run(sys.executable, "-c", "raise SystemExit(7)") == 7
    assert run(sys.executable, "-c", "import os; os.kill(os.getpid(), 9)") == 137
    assert run(sys.executable, "-c", "import os; os.kill(os.getpid(), 15)") == 143


@posix_only
def test_child_has_ordinary_signals() -> None:
    # Python itself ignores SIGPIPE, so a shell has to tell.
    assert run("/bin/sh", "-c", "kill -PIPE $$") == 128 + signal.SIGPIPE


def test_missing_program() -> None:
    with pytest.raises(SpawnFailed, match="Failed to spawn: `no-such-program`") as caught:
        run("no-such-program")

    assert isinstance(caught.value.__cause__, FileNotFoundError)


@posix_only
def test_program_is_looked_up_on_the_childs_path(tmp_path: Path) -> None:
    for name, mode in (("one", 0o644), ("two", 0o755)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tool").write_text("#!/bin/sh\n")
        (tmp_path / name / "tool").chmod(mode)
    both = {"PATH": f"{tmp_path}/one:{tmp_path}/two"}

    assert find_program("tool", both) == f"{tmp_path}/two/tool"
    assert find_program("./tool", both) == "./tool"
    with pytest.raises(PermissionError):
        find_program("tool", {"PATH": f"{tmp_path}/one"})


_PARENT = """
import sys
from ultraviolet.operations.child import run_child
import os
sys.exit(run_child(sys.argv[1:], os.environ, "x", debug=lambda text: None))
"""
_CHILD = """
import signal, sys, time
def tell(number, frame):
    print(signal.Signals(number).name, flush=True)
    if number in (signal.SIGTERM, signal.SIGINT):
        sys.exit(3)
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
    signal.signal(number, tell)
print("ready", flush=True)
while True:
    time.sleep(0.05)
"""


@posix_only
@pytest.mark.parametrize("last", [signal.SIGTERM, signal.SIGINT])
def test_signals_are_passed_on(last: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, sys.executable, "-c", _CHILD],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        parent.send_signal(number)
        assert parent.stdout.readline() == f"{number.name}\n"
    started = time.monotonic()
    parent.send_signal(last)

    assert parent.stdout.readline() == f"{last.name}\n"
    assert parent.wait(10) == 3
    if last == signal.SIGINT:
        assert time.monotonic() - started >= 0.2
    parent.stdout.close()


# environment files


def test_paths_of_env_files() -> None:
    assert split_paths(["a b", r"c\ d", "", " e "]) == ["a", "b", "c d", "e"]


def test_later_files_and_first_lines_win(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("A=1\nB=1\nC=1\n")
    (tmp_path / "two").write_text("A=2\nA=3\nHOME=x\n")
    warnings: list[str] = []

    found = read_env_files(["one", "two"], cwd=str(tmp_path), environ={"HOME": "h", "C": "0"}, warn=warnings.append)

    assert (found, warnings) == ({"A": "2", "B": "1"}, [])


def test_malformed_file_counts_up_to_its_mistake(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("A=1\nB C\nD=1\n")
    warnings: list[str] = []

    found = read_env_files(["f"], cwd=str(tmp_path), environ={}, warn=warnings.append)

    assert found == {"A": "1"}
    assert warnings == ["Failed to parse environment file `f` at position 2: B C"]


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFileError, match="No environment file found at: `f`"):
        read_env_files(["f"], cwd=str(tmp_path), environ={}, warn=lambda _: None)

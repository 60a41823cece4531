"""Answers that the launcher's shell gives by itself: the same ones as Python's, and none when anything differs."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.cli import SOURCE
from tests.support.stamped import CHANGES, World

from ultraviolet import __version__, fastpath, stamp
from ultraviolet.shell_answer import _has_gnu_stat

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not _has_gnu_stat() or not os.path.exists("/proc/self/schedstat"),
    reason="no GNU stat or no /proc",
)

SHELLS = [shell for shell in ("dash", "bash", "busybox") if shutil.which(shell)]
PYTHON = "#!/bin/sh\necho ordinary path\nexit 9\n"
CHILD = (
    '#!/bin/sh\necho "child $*"\necho "$PATH|$VIRTUAL_ENV|$UV|$UV_RUN_RECURSION_DEPTH|${_uv_here-}${_uv_found-}"\n'
    'echo "$(ulimit -S -n) $found $words $python"\nexit 3\n'
)


class Scene:
    """A stamped world, and a launcher whose Python says only that it was started."""

    def __init__(self, root: Path, shell: str) -> None:
        self.world = World(root)
        self.world.interpreter.write_text(CHILD)
        self.bin = root / "installed" / "bin"
        self.bin.mkdir(parents=True)
        for name in ("uv", "uvx"):
            shutil.copy(SOURCE.parent / "scripts" / name, self.bin / name)
        (self.bin / "python").write_text(PYTHON)
        (self.bin / "python").chmod(0o755)
        self.shell = root / "sh"
        if shell == "busybox":
            self.shell.write_text('#!/bin/sh\nexec busybox sh "$@"\n')
            self.shell.chmod(0o755)
        else:
            self.shell.symlink_to(str(shutil.which(shell)))

    def record(self, *words: str, **facts: Any) -> None:
        """Stamp a command line, and answer it once, which writes the shell's answer."""
        words = words or ("sync",)
        if words[0] == "run":
            facts["run"] = stamp.Run(
                interpreter=str(self.world.environment / "bin" / "python"),
                scripts=str(self.world.environment / "bin"),
                prefix=str(self.world.environment),
            )
        with contextlib.chdir(self.world.project):
            assert self.world.record(*words, **facts)
        self.answer(*words)

    def answer(self, *words: str, program: str = "uv") -> None:
        with contextlib.chdir(self.world.project):
            fastpath.answer(words, self.world.environ, str(self.world.project), __version__, str(self.bin / program))

    def run(self, *words: str, program: str = "uv", cwd: Path | None = None, **variables: Any) -> tuple[int, str, str]:
        environ = {"PATH": "/usr/bin:/bin", **self.world.environ, **variables}
        done = subprocess.run(
            [str(self.shell), str(self.bin / program), *(words or ("sync",))],
            env={name: value for name, value in environ.items() if value != "-"},
            cwd=cwd or self.world.project,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, re.sub(r"in (0\.\d\d|\d+)ms", "in *", done.stderr)

    def written(self) -> list[Path]:
        return sorted((self.world.environment / fastpath.DIRECTORY).glob("*.sh"))


REPORT = (0, "", "Resolved 3 packages in *\nChecked 1 package in *\n")
ORDINARY = (9, "ordinary path\n", "")


@pytest.fixture(autouse=True)
def _no_process_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(fastpath, "RACY_NANOSECONDS", -1)
    monkeypatch.setattr(fastpath, "FINE_NANOSECONDS", -1)
    monkeypatch.setattr("posix.execve", refuse)
    monkeypatch.setattr(fastpath, "_as_uv_starts_children", lambda: None)


@pytest.fixture(params=SHELLS)
def scene(request: pytest.FixtureRequest, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Scene:
    return Scene(tmp_path, request.param)


def child(scene: Scene, arguments: str, **variables: str) -> tuple[int, str, str]:
    environment = scene.world.environment
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(fastpath.MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else hard, fastpath.MOST_OPEN_FILES)
    limit = "unlimited" if soft == resource.RLIM_INFINITY else max(soft, most)
    lines = (
        f"child {arguments}",
        f"{environment}/bin:/usr/bin:/bin|{environment}|{scene.bin}/uv|1|",
        f"{limit} {variables.get('found', '')} {variables.get('words', '')} {variables.get('python', '')}",
    )
    return 3, "\n".join(lines) + "\n", ""


@pytest.mark.parametrize(
    "words",
    [("sync",), ("lock",), ("sync", "--frozen", "--extra", "a b"), ("pip", "install", "-r", "r.txt")],
    ids=" ".join,
)
def test_report_is_printed(words: tuple[str, ...], scene: Scene) -> None:
    scene.record(*words)

    assert scene.run(*words) == REPORT


def test_quiet_report_is_not_printed(scene: Scene) -> None:
    scene.record("sync", "-q")

    assert scene.run("sync", "-q") == (0, "", "")


def test_report_is_coloured_as_variables_say(scene: Scene) -> None:
    scene.world.environ["FORCE_COLOR"] = "1"
    scene.record()

    assert scene.run()[2].startswith("\x1b[2mResolved \x1b[1m3 packages\x1b[0m \x1b[2min *\x1b[0m")


def test_nothing_recorded(scene: Scene) -> None:
    for words in (
        ("sync",),
        ("run", "python"),
        ("pip", "list"),
        ("lock", "a/b"),
        ("sync", "x" * 5000),
        ("cache", "dir"),
    ):
        assert scene.run(*words) == ORDINARY


@pytest.mark.parametrize("change", [change for change in CHANGES if change != "stamp damaged"])
def test_change_is_noticed(change: str, scene: Scene) -> None:
    scene.record()
    assert scene.run() == REPORT

    CHANGES[change](scene.world)

    assert scene.run() == ORDINARY


@pytest.mark.parametrize("name", sorted(fastpath.VARIABLES))
def test_every_listed_variable_is_noticed(name: str, scene: Scene) -> None:
    scene.record()

    for value in ("changed", ""):
        variables: dict[str, Any] = {name: value}
        assert scene.run(**variables) == ORDINARY


@pytest.mark.parametrize(
    "variables",
    [{"UV_OFFLINE": "0"}, {"UV_OFFLINE": "-"}, {"UV_OFFLINE": ""}, {"UV_FROZEN": "1"}, {"UV_RUN_RECURSION_DEPTH": "1"}],
    ids=str,
)
def test_variable_of_uv_is_noticed(variables: dict[str, Any], scene: Scene) -> None:
    scene.record()

    assert scene.run(**variables) == ORDINARY


def test_other_variables_do_not_matter(scene: Scene) -> None:
    scene.record()

    assert scene.run(UV="/x", found="1", LINES="two\nlines 'quoted'", PATH="/bin:/elsewhere") == REPORT


def test_words_directory_and_program_are_noticed(scene: Scene, tmp_path: Path) -> None:
    scene.record()
    below = scene.world.project / "below"
    below.mkdir()
    (below / ".venv").symlink_to(scene.world.environment)
    shutil.copy(scene.bin / "uv", scene.bin / "other")

    assert scene.run("sync", "--frozen") == ORDINARY
    assert scene.run("sync", cwd=below) == ORDINARY
    assert scene.run("sync", program="other") == ORDINARY
    assert scene.run("sync", program="uvx") == ORDINARY


def test_words_that_look_alike_are_told_apart(scene: Scene) -> None:
    scene.record("sync", "--extra", "a b")

    assert scene.run("sync", "--extra", "a", "b") == ORDINARY
    assert scene.run("sync", "--extra a b") == ORDINARY


def test_directories_with_odd_names(tmp_path: Path, scene: Scene) -> None:
    odd = Scene(tmp_path / 'it\'s "$HOME" `odd` * é', SHELLS[0])
    odd.record()
    odd.record("run", "python")

    assert odd.run() == REPORT
    assert odd.run("run", "python", "it's", "*") == child(odd, "it's *")


# run


def test_run_becomes_the_interpreter(scene: Scene) -> None:
    scene.record("run", "python")

    assert scene.run("run", "python", "-c", "pass  two") == child(scene, "-c pass  two")
    assert scene.run("run", "python") == child(scene, "")


def test_run_becomes_a_program_of_the_environment(scene: Scene) -> None:
    scene.record("run", "python")
    program = scene.world.environment / "bin" / "tool"
    program.write_text(CHILD)
    program.chmod(0o755)

    assert scene.run("run", "tool", "--help", "a b") == child(scene, "--help a b")
    program.chmod(0o644)
    assert scene.run("run", "tool") == ORDINARY


@pytest.mark.parametrize("word", ["cat", "./tool", "-", "--", "--frozen", "", "https://x", "s.py", "file", "Python"])
def test_run_of_anything_else_is_left_to_python(word: str, scene: Scene) -> None:
    scene.record("run", "python")
    for path in (scene.world.project / "file", scene.world.environment / "bin" / "file"):
        path.write_text("")
        path.chmod(0o755)

    assert scene.run("run", word) == ORDINARY
    assert scene.run("run") == ORDINARY


def test_variables_of_the_child_are_its_own(scene: Scene) -> None:
    scene.record("run", "python")
    own: dict[str, Any] = {"found": "1", "words": "2", "python": "3"}

    assert scene.run("run", "python", **own) == child(scene, "", **own)


def test_colours_do_not_matter_to_run(scene: Scene) -> None:
    scene.record("run", "python")

    assert scene.run("run", "python", TERM="other", NO_COLOR="1") == child(scene, "")


def test_script_is_run_until_it_changes(scene: Scene) -> None:
    script = scene.world.project / "s.py"
    script.write_text("print()\n")
    scene.record("run", "s.py")
    assert scene.run("run", "s.py", "x") == child(scene, "s.py x")

    script.write_text("# /// script\n# dependencies = []\n# ///\n")

    assert scene.run("run", "s.py", "x") == ORDINARY
    scene.answer("run", "s.py")
    assert scene.run("run", "s.py", "x") == ORDINARY


def test_changed_script_is_answered_again(scene: Scene) -> None:
    script = scene.world.project / "s.py"
    script.write_text("print()\n")
    scene.record("run", "s.py")
    script.write_text("print(1)\n")
    assert scene.run("run", "s.py") == ORDINARY

    scene.answer("run", "s.py")

    assert scene.run("run", "s.py") == child(scene, "s.py")


def test_module_is_left_to_python(scene: Scene) -> None:
    scene.record("run", "-m", "x")

    assert scene.written() == []


def test_limit_of_open_files_is_noticed(scene: Scene) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    scene.record("run", "python")
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 500) - 1, hard))
        assert scene.run("run", "python") == ORDINARY
        scene.written()[0].unlink()
        scene.answer("run", "python")
        assert scene.run("run", "python") == child(scene, "")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("content", ["if (", "case x in\n", "'", "exit", "", "\0\0\0", "nonsense | ("])
def test_damaged_answer_is_left_to_python(content: str, scene: Scene) -> None:
    scene.record()
    scene.written()[0].write_text(content.replace("exit", "return 1"))

    code, said, _ = scene.run()

    assert (code, said) == ORDINARY[:2]


# what is written


UNSUITABLE: dict[str, Callable[[Scene], object]] = {
    "address": lambda s: s.world.environ.update(UV_DEFAULT_INDEX="https://user:secret@host/simple"),
    "query": lambda s: s.world.environ.update(UV_DEFAULT_INDEX="https://host/simple?key=secret"),
    "secret by name": lambda s: s.world.environ.update(UV_INDEX_A_PASSWORD="secret"),
    "token": lambda s: s.world.environ.update(UV_PUBLISH_TOKEN="secret"),
    "login": lambda s: s.world.environ.update(ALL_PROXY="user:secret@host:80"),
    "two lines": lambda s: s.world.environ.update(UV_CACHE_DIR="/a\nsecret"),
    "not a name": lambda s: s.world.environ.update({"UV_A-B": "secret"}),
}


@pytest.mark.parametrize("reason", UNSUITABLE)
def test_what_may_not_be_written_is_left_to_python(reason: str, scene: Scene) -> None:
    UNSUITABLE[reason](scene)
    scene.record()

    (answer,) = scene.written()

    assert answer.read_text() == "# This command line is left to Python.\n"
    assert scene.run() == ORDINARY


def test_addresses_that_lockfiles_hold_as_well_are_written(scene: Scene) -> None:
    scene.world.environ["UV_DEFAULT_INDEX"] = "https://host/simple"
    scene.record()

    assert scene.run() == REPORT
    assert scene.run(UV_DEFAULT_INDEX="https://other/simple") == ORDINARY
    assert scene.written()[0].stat().st_mode & 0o777 == 0o600


def test_outcomes_of_their_own_time_or_variables_are_left_to_python(scene: Scene) -> None:
    for facts in ({"expires": 1 << 62}, {"variables": ("FLAVOR",)}):
        scene.record(**facts)
        assert scene.run() == ORDINARY
        scene.written()[0].unlink()


def test_young_files_are_left_to_python(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fastpath, "RACY_NANOSECONDS", 60_000_000_000)
    monkeypatch.setattr(fastpath, "FINE_NANOSECONDS", 60_000_000_000)
    scene.record()

    assert scene.written() == []


def test_answer_is_written_when_files_are_old_enough(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fastpath, "RACY_NANOSECONDS", 60_000_000_000)
    monkeypatch.setattr(fastpath, "FINE_NANOSECONDS", 60_000_000_000)
    scene.record()
    monkeypatch.setattr(fastpath, "RACY_NANOSECONDS", -1)
    monkeypatch.setattr(fastpath, "FINE_NANOSECONDS", -1)

    scene.answer("sync")

    assert scene.run() == REPORT


def test_environment_elsewhere_is_left_to_python(scene: Scene) -> None:
    scene.world.environ["UV_PROJECT_ENVIRONMENT"] = str(scene.world.environment)
    scene.world.environment.rename(scene.world.project / "venv")
    scene.world.environment = scene.world.project / "venv"
    scene.world.environ["UV_PROJECT_ENVIRONMENT"] = str(scene.world.environment)
    scene.record()

    assert scene.written() == []
    assert scene.run() == ORDINARY


def test_active_environment_is_that_of_pip_alone(scene: Scene) -> None:
    other = scene.world.root / "active"
    scene.world.environment.rename(other)
    scene.world.environment = other
    scene.world.environ["VIRTUAL_ENV"] = str(other)
    scene.record("pip", "install", "x")

    assert scene.run("pip", "install", "x") == REPORT
    assert scene.run("pip", "install", "x", VIRTUAL_ENV="-") == ORDINARY


def test_nothing_is_tried_where_nothing_can_be_written(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("posix.access", lambda *_: False)
    monkeypatch.setattr("ultraviolet.shell_answer.write", lambda *_, **__: pytest.fail("it was tried"))

    scene.record()

    assert scene.written() == []


def test_answer_is_written_once_for_a_stamp(scene: Scene) -> None:
    scene.record()
    (answer,) = scene.written()
    first = answer.stat().st_mtime_ns

    scene.answer("sync")
    assert answer.stat().st_mtime_ns == first

    os.utime(answer, (1, 1))
    scene.answer("sync")
    assert answer.stat().st_mtime_ns >= first


def test_changing_an_environment_removes_its_answers(scene: Scene) -> None:
    scene.record()

    stamp.forget(str(scene.world.environment))

    assert scene.run() == ORDINARY


def test_link_to_another_environment_is_noticed(scene: Scene, tmp_path: Path) -> None:
    environment = scene.world.environment
    environment.rename(tmp_path / "kept")
    environment.symlink_to(tmp_path / "kept")
    scene.record()
    assert scene.run() == REPORT

    shutil.copytree(tmp_path / "kept", tmp_path / "copy", symlinks=True)
    environment.unlink()
    environment.symlink_to(tmp_path / "copy")
    assert scene.run() == ORDINARY

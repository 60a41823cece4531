"""Stamps: every input that is written down invalidates the stamp when it changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.cli import SOURCE
from tests.support.stamped import CHANGES, REPORT, World, create, replace_interpreter, touch_content

from ultraviolet import fastpath, stamp

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the environment is built by hand")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture(params=[-1, fastpath.RACY_NANOSECONDS], ids=["times", "content"])
def racy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Whether files are told apart by their times alone, or count as too young for that."""
    monkeypatch.setattr(fastpath, "RACY_NANOSECONDS", request.param)
    monkeypatch.setattr(fastpath, "FINE_NANOSECONDS", request.param)
    return int(request.param)


def test_unchanged_world_is_answered(world: World, racy: int) -> None:
    assert world.record()

    assert world.check() == (REPORT, None)
    assert world.check() == (REPORT, None)


def test_variables_are_not_written_down(world: World) -> None:
    world.environ["UV_INDEX_PRIVATE_PASSWORD"] = "s3cret"
    assert world.record()

    (written,) = (world.environment / fastpath.DIRECTORY).iterdir()

    assert b"s3cret" not in written.read_bytes()
    assert world.check() == (REPORT, None)
    assert world.check(UV_INDEX_PRIVATE_PASSWORD="other") is None


@pytest.mark.parametrize("change", CHANGES)
def test_change_is_noticed(change: str, world: World, racy: int) -> None:
    assert world.record()
    assert world.check() is not None

    CHANGES[change](world)

    assert world.check() is None


@pytest.mark.parametrize(
    "variables",
    [
        {"UV_OFFLINE": "0"},
        {"UV_OFFLINE": "-"},
        {"UV_FROZEN": "1"},
        {"UV_INDEX_FOO_PASSWORD": "x"},
        {"VIRTUAL_ENV": "/x"},
        {"CONDA_PREFIX": "/x"},
        {"HOME": "/x"},
        {"XDG_CONFIG_HOME": "/x"},
        {"SSL_CERT_FILE": "/x"},
        {"FORCE_COLOR": "1"},
        {"NO_COLOR": "1"},
    ],
    ids=str,
)
def test_variable_is_noticed(variables: dict[str, Any], world: World) -> None:
    assert world.record()

    assert world.check(**variables) is None


@pytest.mark.parametrize("name", sorted(fastpath.VARIABLES))
def test_every_listed_variable_is_noticed(name: str, world: World) -> None:
    assert world.record()

    changed: dict[str, Any] = {name: "changed"}

    assert world.check(**changed) is None


def test_variables_of_run_itself_do_not_matter(world: World) -> None:
    assert world.record()

    assert world.check(UV="/x", UV_RUN_RECURSION_DEPTH="3", PATH="/elsewhere") is not None


def test_stamps_under_different_variables_stand_side_by_side(world: World) -> None:
    assert world.record()
    world.environ["VIRTUAL_ENV"] = "/x"
    assert world.record()

    assert world.check() is not None
    assert world.check(VIRTUAL_ENV="-") is not None


def test_further_variable_is_noticed(world: World) -> None:
    assert world.record(variables=("BUILD_FLAVOR",))
    assert world.check() is not None

    assert world.check(BUILD_FLAVOR="debug") is None


def test_words_directory_and_version_are_noticed(world: World) -> None:
    below = world.project / "below"
    below.mkdir()
    assert world.record()

    assert world.check("sync", "--frozen") is None
    assert world.check("lock") is None
    assert world.check(cwd=below) is None
    assert world.check(version="0.0.0") is None


def test_our_own_interpreter_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.record()
    monkeypatch.setattr(sys, "hexversion", sys.hexversion + 1)

    assert world.check() is None


def test_format_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.record()
    monkeypatch.setattr(fastpath, "FORMAT", fastpath.FORMAT + 1)

    assert world.check() is None


def test_sources_and_directories_of_the_caller_are_noticed(world: World, racy: int) -> None:
    source, members, absent = world.root / "setup.py", world.root / "packages", world.root / "setup.cfg"
    for change in (
        lambda: touch_content(source),
        (members / "new").mkdir,
        lambda: absent.write_text("x"),
    ):
        shutil.rmtree(members, ignore_errors=True)
        absent.unlink(missing_ok=True)
        members.mkdir()
        source.write_text("x = 1")
        assert world.record(files=(source, absent), directories=(members,))
        assert world.check() is not None

        change()

        assert world.check() is None


def test_outcome_may_expire(world: World) -> None:
    assert world.record(expires=time.time_ns() + 3_600_000_000_000)
    assert world.check() is not None

    assert world.record(expires=time.time_ns() - 1)
    assert world.check() is None


def test_clock_that_went_back_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.record()
    before = time.time_ns() - 60_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: before)

    assert world.check() is None


# what is not written down


def test_nothing_is_recorded_when_an_input_changed_meanwhile(world: World) -> None:
    started = time.time_ns()
    touch_content(world.project / "pyproject.toml")

    assert not world.record(started=started)


def test_file_written_by_the_command_is_compared_with_what_it_wrote(world: World) -> None:
    lock = world.project / "uv.lock"
    time.sleep(0.03)
    started = time.time_ns()
    lock.write_text("new")

    assert world.record(started=started, written={str(lock): b"new"})
    assert world.check() is not None
    assert not world.record(started=started, written={str(lock): b"other"})


def test_nothing_is_recorded_after_warnings(world: World) -> None:
    assert not world.record(clean=False)


@pytest.mark.parametrize(
    "words",
    [
        ("sync", "--upgrade"),
        ("sync", "-P", "attrs"),
        ("sync", "--refresh"),
        ("sync", "--reinstall"),
        ("sync", "--no-cache"),
        ("sync", "--dry-run"),
        ("sync", "--check"),
        ("sync", "-v"),
        ("sync", "--script", "x.py"),
        ("sync", "--project", "x"),
        ("--offline", "sync"),
        ("lock", "-m"),
        ("add", "attrs"),
        ("pip", "list"),
        ("pip", "install", "-r", "-"),
        ("pip", "install", "--requirements=-"),
        ("pip", "sync", "/dev/stdin"),
        ("pip", "install", "-r", "https://example.org/requirements.txt"),
        ("pip", "install", "--upgrade", "attrs"),
        ("pip", "install", "--target", "x", "attrs"),
        ("run", "--with-editable", "attrs", "python"),
        ("run", "--env-file", ".env", "python"),
        ("run", "--isolated", "python"),
        ("run",),
    ],
    ids=" ".join,
)
def test_command_lines_without_stamps(words: tuple[str, ...], world: World) -> None:
    run = stamp.Run(interpreter="/python", scripts="/bin", prefix="") if words[0] == "run" else None

    assert not world.record(*words, run=run)
    assert world.check(*words) is None


@pytest.mark.parametrize("name", ["UV_ENV_FILE", "UV_CONFIG_FILE", "UV_WORKING_DIR", "UV_PROJECT", "UV_NO_CACHE"])
def test_variables_that_rule_stamps_out(name: str, world: World) -> None:
    world.environ[name] = "x"

    assert not world.record()


# racy files, renewal, order


def test_young_stamp_is_renewed_once_it_is_old_enough(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.record()
    (path,) = (world.environment / fastpath.DIRECTORY).iterdir()
    young = path.read_bytes()
    assert world.check() is not None
    assert young == path.read_bytes()

    later = time.time_ns() + 2 * fastpath.RACY_NANOSECONDS
    monkeypatch.setattr(time, "time_ns", lambda: later)
    assert world.check() is not None

    assert len(path.read_bytes()) < len(young)
    assert world.check() is not None
    touch_content(world.project / "uv.lock")
    assert world.check() is None


@pytest.mark.parametrize(
    ("age", "changed", "young"),
    [
        (0, 5_000_001_234, True),
        (99_000_000, 5_000_001_234, True),
        (101_000_000, 5_000_001_234, False),
        (101_000_000, 5_000_000_000, True),
        (1_999_000_000, 5_003_000_000, True),
        (2_001_000_000, 5_000_000_000, False),
        (-9_000_000_000, 5_000_001_234, True),
    ],
)
def test_files_are_young_by_the_clock_of_their_file_system(age: int, changed: int, young: bool) -> None:
    assert fastpath.is_young((0, 0, 0, changed, changed), changed + age) is young
    assert fastpath.is_young((0, 0, 0, changed - 7, changed), changed + age) is young


def test_change_right_after_a_stamp_is_noticed(world: World) -> None:
    lock = world.project / "uv.lock"
    for number in range(40):
        lock.write_text(f"{2 * number:04}")
        assert world.record()
        if number % 10 == 0:
            time.sleep(0.11)
        assert world.check() is not None

        lock.write_text(f"{2 * number + 1:04}")

        assert world.check() is None


def test_forget(world: World) -> None:
    assert world.record()
    stamp.forget(str(world.environment))

    assert world.check() is None
    stamp.forget(str(world.root))


def test_number_of_stamps_is_bounded(world: World) -> None:
    for number in range(stamp._KEPT + 5):
        assert world.record("sync", "--extra", f"e{number}")

    assert len(list((world.environment / fastpath.DIRECTORY).iterdir())) <= stamp._KEPT


# where the environment is


def test_project_environment_may_be_elsewhere(world: World) -> None:
    moved = world.root / "elsewhere"
    world.environment.rename(moved)
    world.environment = moved
    world.site = moved / "lib" / "python3.11" / "site-packages"
    world.environ["UV_PROJECT_ENVIRONMENT"] = str(moved)
    assert world.record()

    assert world.check() is not None
    assert world.check(UV_PROJECT_ENVIRONMENT="-") is None


def test_pip_uses_the_active_environment(world: World) -> None:
    world.environ["VIRTUAL_ENV"] = str(world.environment)
    assert world.record("pip", "install", "attrs")

    assert world.check("pip", "install", "attrs") is not None
    assert world.check("pip", "install", "idna") is None
    touch_content(world.site / "attrs-1.dist-info" / "METADATA")
    assert world.check("pip", "install", "attrs") is None


def test_pip_uses_the_nearest_environment(world: World) -> None:
    below = world.project / "below"
    below.mkdir()
    real, world.project = world.project, below
    for name in ("pyproject.toml", "uv.lock"):
        shutil.copy(real / name, below / name)
    assert world.record("pip", "install", "-r", "uv.lock")
    assert world.check("pip", "install", "-r", "uv.lock") is not None

    (below / ".venv").mkdir()

    assert world.check("pip", "install", "-r", "uv.lock") is None


# run


def test_run_starts_the_child_at_once(world: World) -> None:
    scripts = world.environment / "bin"
    (scripts / "tool").write_text('#!/bin/sh\necho "$1|$VIRTUAL_ENV|$UV|$UV_RUN_RECURSION_DEPTH|$PATH"\n')
    (scripts / "tool").chmod(0o755)
    run = stamp.Run(interpreter=str(scripts / "python"), scripts=str(scripts), prefix=str(world.environment))
    assert world.record("run", "anything", run=run)

    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from ultraviolet.fastpath import main; main('/opt/bin/uv', ['run', 'tool', '-q'])",
        ],
        cwd=world.project,
        env={**world.environ, "PYTHONPATH": str(SOURCE), "PATH": "/usr/bin:/bin", "UV_RUN_RECURSION_DEPTH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    assert f"-q|{world.environment}|/opt/bin/uv|2|{scripts}:/usr/bin:/bin\n" == done.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["python", "-c", "x"], ["/python", "/python", "-c", "x"]),
        (["Python"], ["/python", "/python"]),
        (["script.py", "a"], ["/python", "/python", "script.py", "a"]),
        (["metadata.py"], ["/python", "/python", "metadata.py"]),
        (["missing.py"], None),
        (["x.pyw"], None),
        (["-"], None),
        (["https://example.org/x.py"], None),
        (["directory"], None),
        (["archive"], None),
        (["./local"], None),
        (["no-such-program"], None),
        (["sh", "-c", "x"], ["/bin/sh", "sh", "-c", "x"]),
    ],
    ids=str,
)
def test_kinds_of_children(
    words: list[str], expected: list[str] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "script.py").write_text("print()")
    (tmp_path / "metadata.py").write_text("# /// script\n# ///\n")
    (tmp_path / "x.pyw").write_text("")
    (tmp_path / "directory").mkdir()
    (tmp_path / "archive").write_text("PK")
    (tmp_path / "local").write_text("")
    (tmp_path / "local").chmod(0o755)

    target = fastpath.run_target(["run", *words], 1, str(tmp_path))
    found = None
    if target is not None:
        found = fastpath._command(words, ("/python", "/scripts", "", False), f"{tmp_path / 'none'}:/bin", target[0])

    assert expected == found


def test_module_is_run_by_the_interpreter() -> None:
    assert fastpath._command(["pytest", "-q"], ("/python", "/scripts", "", True), "/bin", "module") == [
        "/python",
        "/python",
        "-m",
        "pytest",
        "-q",
    ]


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["run", "python"], 1),
        (["run", "--frozen", "--extra", "a", "--group=b", "python", "--frozen"], 5),
        (["run", "--", "--x"], 2),
        (["run", "-m", "pytest"], 2),
        (["run", "--with", "x", "-p", "3.12", "-s", "python"], 6),
        (["run", "--with-editable", "x", "python"], None),
        (["run", "--frozen=x", "python"], None),
        (["run", "--extra"], None),
        (["run"], None),
    ],
    ids=str,
)
def test_where_the_child_begins(words: list[str], count: int | None) -> None:
    assert count == fastpath.run_words(words)


def test_printed_lines_are_those_of_the_console(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    from ultraviolet.console.printer import Console

    for variables in ({}, {"FORCE_COLOR": "1"}):
        stream = io.StringIO()
        console = Console(environ=variables, stderr=stream)
        monkeypatch.setattr("ultraviolet.console.printer.perf_counter_ns", lambda: 5_000_000)
        monkeypatch.setattr(time, "perf_counter_ns", lambda: fastpath.STARTED + 5_000_000)
        console.note(console.paint.dim("Using Python 3.12.1 environment at: v"))
        console.resolved(0, 0)
        console.resolved(2, 0)
        console.checked(1, 0)
        console.checked(0, 0)
        report: fastpath.Report = (
            ("dim", "Using Python 3.12.1 environment at: v"),
            ("resolved", 0),
            ("resolved", 2),
            ("checked", 1),
            ("checked", 0),
        )

        assert stream.getvalue() == fastpath.report_text(report, variables)


def test_only_builtin_modules_are_imported(world: World) -> None:
    assert world.record()
    code = (
        f"import sys; sys.path.insert(0, {str(SOURCE)!r}); before = set(sys.modules);"
        "from ultraviolet import fastpath; from ultraviolet._version import __version__;"
        f"assert fastpath.check(['sync'], {world.environ!r}, {str(world.project)!r}, __version__);"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-IS", "-c", code], capture_output=True, text=True, check=True)

    assert {"time", "ultraviolet", "ultraviolet._version", "ultraviolet.fastpath"} >= set(done.stdout.split())


# what `run` starts decides which project counts


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run", "python"], ("", "{cwd}", ())),
        (["run", "tool"], ("", "{cwd}", ())),
        (["run", "plain.py"], ("script", "{cwd}", ())),
        (["run", "./plain.py"], ("script", "{cwd}", ())),
        (["run", "sub/plain.py"], ("script", "{cwd}/sub", ("", "{cwd}/sub"))),
        (["run", "./sub/plain.py"], ("script", "{cwd}/sub", ("", "{cwd}/sub"))),
        (["run", "{cwd}/sub/plain.py"], ("script", "{cwd}/sub", ("", "{cwd}/sub"))),
        (["run", "sub/../plain.py"], None),
        (["run", "meta.py"], ("metadata", "{cwd}", ("", "meta.py"))),
        (["run", "-s", "meta"], ("metadata", "{cwd}", ("", "meta"))),
        (["run", "-s", "sub"], None),
        (["run", "-s", "missing"], None),
        (["run", "-m", "plain.py"], ("module", "{cwd}", ())),
        (["run", "missing.py"], ("", "{cwd}", ())),
        (["run", "sub"], ("", "{cwd}", ())),
    ],
    ids=str,
)
def test_target_of_a_run(
    words: list[str], expected: tuple[Any, ...] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    for name in ("plain.py", "sub/plain.py"):
        (tmp_path / name).write_text("print()")
    for name in ("meta.py", "meta"):
        (tmp_path / name).write_text("# /// script\n# ///\n")
    cwd = str(tmp_path)
    words = [word.format(cwd=cwd) for word in words]
    count = fastpath.run_words(words)
    assert count is not None

    found = fastpath.run_target(words, count, cwd)

    if expected is not None:
        expected = (expected[0], expected[1].format(cwd=cwd), tuple(word.format(cwd=cwd) for word in expected[2]))
    assert expected == found


def recorded_run(world: World) -> stamp.Run:
    scripts = world.environment / "bin"
    return stamp.Run(interpreter=str(scripts / "python"), scripts=str(scripts), prefix=str(world.environment))


def test_script_elsewhere_is_no_run_of_this_project(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world.project)
    (world.project / "sub").mkdir()
    for name in ("a.py", "sub/a.py"):
        path = world.project / name
        path.write_text("print()")
        os.utime(path, ns=(1, 1))
    assert world.record("run", "a.py", run=recorded_run(world))

    assert world.check("run", "a.py") is not None
    assert world.check("run", "sub/a.py") is None


@pytest.mark.parametrize("name", ["pyproject.toml", "uv.toml", ".python-version"])
def test_files_beside_a_script_elsewhere_count(name: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world.project)
    (world.project / "sub").mkdir()
    (world.project / "sub" / "a.py").write_text("print()")
    assert world.record("run", "sub/a.py", run=recorded_run(world))
    assert world.check("run", "sub/a.py") is not None

    create(world.project / "sub" / name)

    assert world.check("run", "sub/a.py") is None


SCRIPT_CHANGES: dict[str, Callable[[World], object]] = {
    "script": lambda w: touch_content(w.project / "s.py"),
    "lockfile appears": lambda w: create(w.project / "s.py.lock"),
    "pin appears": lambda w: create(w.project / ".python-version"),
    "configuration appears": lambda w: create(w.root / "uv.toml"),
    "package appears": lambda w: w.install("other"),
    "metadata of a package": lambda w: touch_content(w.site / "attrs-1.dist-info" / "METADATA"),
    "pyvenv.cfg": lambda w: touch_content(w.environment / "pyvenv.cfg"),
    "environment removed": lambda w: shutil.rmtree(w.environment),
    "interpreter": replace_interpreter,
}


@pytest.mark.parametrize("change", SCRIPT_CHANGES)
def test_script_with_metadata_depends_on(change: str, world: World, racy: int, monkeypatch: pytest.MonkeyPatch) -> None:
    del racy
    monkeypatch.chdir(world.project)
    (world.project / "s.py").write_text("# /// script\n# ///\n")
    world.environ["UV_CACHE_DIR"] = str(world.root / "cache")
    recorded = stamp.record(
        str(world.environment),
        words=("run", "s.py", "a"),
        cwd=str(world.project),
        environ=world.environ,
        started=time.time_ns() + 1_000_000_000,
        run=recorded_run(world),
        metadata=True,
    )
    assert recorded
    assert world.check("run", "s.py") is not None
    assert world.check("run", "-q", "s.py") is None
    assert world.check("run", "s.py", UV_CACHE_DIR=str(world.root / "other")) is None

    SCRIPT_CHANGES[change](world)

    assert world.check("run", "s.py") is None


def test_directory_of_script_stamps_is_in_the_cache() -> None:
    from ultraviolet.cache.layout import Cache
    from ultraviolet.settings.locations import default_cache_directory

    for environ in (
        {"HOME": "/home/x"},
        {"HOME": "/home/x", "XDG_CACHE_HOME": "/c"},
        {"HOME": "/home/x", "XDG_CACHE_HOME": "relative"},
    ):
        expected = Cache(default_cache_directory(environ)).path("state", "runs")
        assert expected == fastpath.script_stamps(environ, "/cwd")
    assert fastpath.script_stamps({"UV_CACHE_DIR": "c"}, "/cwd") == f"/cwd/c/{fastpath.SCRIPT_STAMPS}"


def test_child_is_not_deaf_to_closed_pipes(world: World) -> None:
    (world.project / "x.py").write_text("print()")
    scripts = world.environment / "bin"
    (scripts / "tool").write_text("#!/bin/sh\nkill -PIPE $$\necho alive\n")
    (scripts / "tool").chmod(0o755)
    assert world.record("run", "anything", run=recorded_run(world))

    done = subprocess.run(
        [sys.executable, "-c", "from ultraviolet.fastpath import main; main('/opt/bin/uv', ['run', 'tool'])"],
        cwd=world.project,
        env={**world.environ, "PYTHONPATH": str(SOURCE), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr, done.returncode) == ("", "", -13)

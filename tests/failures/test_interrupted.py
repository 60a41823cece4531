"""Commands that are killed, interrupted, or meet each other."""

from __future__ import annotations

import os
import random
import shutil
import signal
import threading
import time
from pathlib import Path

import pytest
from tests.failures.site import Site, end, tree_of
from tests.support.index_server import Fault
from tests.support.packages import make_sdist, make_wheel

SLOW_PAGE = "/simple/lib/"
SLOW_METADATA = "/files/lib-1.1-py3-none-any.whl.metadata"
SLOW_FILE = "/files/lib-1.1-py3-none-any.whl"

SLOW_BACKEND = """
import os, time
def build_wheel(directory, settings=None, metadata=None):
    open(os.environ["MARK"], "w").write(str(os.getpid()))
    time.sleep(60)
"""


def offer_many(site: Site, count: int = 12, files: int = 25) -> list[str]:
    """Let the index have packages of many files; return their names."""
    names = [f"pkg{number}" for number in range(count)]
    for name in names:
        content = {f"{name}/part{number}.py": f"value = {number}\n" * 20 for number in range(files)}
        content[f"{name}/__init__.py"] = ""
        site.offer(make_wheel(name, "1.0", files=content, entry_points={"console_scripts": {name: f"{name}:main"}}))
    return names


def wait_for(condition: object, seconds: float = 30) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.005)


def has_packages(site: Site) -> bool:
    """Whether the installation has begun: more than one package lies in site-packages."""
    return len(list(site.environment.glob("lib/python*/site-packages/pkg*"))) > 1


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.mark.parametrize("path", [SLOW_PAGE, SLOW_METADATA, SLOW_FILE])
@pytest.mark.parametrize("words", [("sync",), ("pip", "install", "app"), ("add", "lib")])
def test_interrupt_while_waiting_for_the_network(site: Site, path: str, words: tuple[str, ...]) -> None:
    site.offer_app()
    before = site.pyproject("app").read_bytes()
    assert site.run("venv", "-q").exit_code == 0
    site.server.fail(path, Fault("slow", times=99, seconds=1.5))
    process = site.start(*words)
    try:
        wait_for(lambda: site.server.seen(path))
        time.sleep(0.05)
        moment = time.monotonic()
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=10)
    finally:
        end(process)
    assert process.returncode in {130, -signal.SIGINT}
    assert time.monotonic() - moment < 1.2
    assert "Traceback" not in stderr
    assert stdout == ""
    assert (site.project / "pyproject.toml").read_bytes() == before
    assert site.installed() == set()
    if words[0] == "add":
        assert not (site.project / "uv.lock").exists()


@pytest.mark.parametrize("whole_group", [True, False])
@pytest.mark.parametrize("words", [("sync",), ("lock",), ("pip", "install", "slow")])
def test_interrupt_while_building(site: Site, words: tuple[str, ...], whole_group: bool) -> None:
    backend = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    site.offer(make_sdist("slow", "1.0", pyproject=backend, pkg_info=False, files={"backend.py": SLOW_BACKEND}))
    site.pyproject("slow")
    assert site.run("venv", "-q").exit_code == 0
    mark = site.root / "mark"
    process = site.start(*words, env={"MARK": str(mark)})
    child = 0
    try:
        wait_for(lambda: mark.exists() and mark.read_text())
        child = int(mark.read_text())
        if whole_group:
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=10)
        assert process.returncode in {130, -signal.SIGINT}
        assert "Traceback" not in stderr
        wait_for(lambda: not is_alive(child), 3)
        assert not (site.project / "uv.lock").exists()
        builds = [path for path in site.cache.glob("build*/*") if path.is_dir()]
        assert builds == []
    finally:
        end(process)
        if child and is_alive(child):
            os.kill(child, signal.SIGKILL)


@pytest.mark.slow
def test_killed_syncs_are_repaired(site: Site) -> None:
    names = offer_many(site)
    site.pyproject(*names)
    started = time.monotonic()
    assert site.run_process("sync").exit_code == 0
    whole = time.monotonic() - started
    expected = tree_of(site.environment)
    lock = (site.project / "uv.lock").read_bytes()
    chance = random.Random(7)
    broken = 0
    for number in range(30):
        if number % 3 == 0:
            shutil.rmtree(site.environment)
        if number % 4 == 0:
            shutil.rmtree(site.cache)
        if number % 5 == 0:
            (site.project / "uv.lock").unlink(missing_ok=True)
        words = ("sync", "--reinstall") if number % 3 else ("sync",)
        process = site.start(*words)
        time.sleep(chance.uniform(0.25, 1.0) * whole)
        end(process)
        broken += process.returncode == -signal.SIGKILL
        outcome = site.run("sync")
        assert outcome.exit_code == 0, (number, outcome.stderr)
        assert tree_of(site.environment) == expected, number
        assert (site.project / "uv.lock").read_bytes() == lock
    assert broken >= 10
    left = [path for path in site.cache.rglob(".tmp*") if path.is_file()]
    assert len(left) < 40


def test_interrupted_installations_are_repaired(site: Site) -> None:
    names = offer_many(site, 6, 60)
    site.pyproject(*names)
    assert site.run("sync").exit_code == 0
    expected = tree_of(site.environment)
    for _ in range(4):
        shutil.rmtree(site.environment)
        process = site.start("sync")
        try:
            wait_for(lambda run=process: run.poll() is not None or has_packages(site))
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=10)
        finally:
            end(process)
        assert "Traceback" not in stderr
        assert site.run("sync").exit_code == 0
        assert tree_of(site.environment) == expected


def run_together(site: Site, *commands: tuple[str, ...], directories: tuple[Path, ...] = ()) -> list[str]:
    where = directories or (site.project,) * len(commands)
    processes = [site.start(*words, cwd=directory) for words, directory in zip(commands, where, strict=True)]
    texts = []
    for process in processes:
        try:
            _, stderr = process.communicate(timeout=60)
        finally:
            end(process)
        assert process.returncode == 0, stderr
        assert "Traceback" not in stderr
        texts.append(stderr)
    return texts


def test_two_syncs_of_one_environment(site: Site) -> None:
    names = offer_many(site, 8)
    site.pyproject(*names)
    assert site.run("sync").exit_code == 0
    expected = tree_of(site.environment)
    shutil.rmtree(site.environment)
    shutil.rmtree(site.cache)
    (site.project / "uv.lock").unlink()
    run_together(site, ("sync",), ("sync",), ("sync",))
    assert tree_of(site.environment) == expected
    run_together(site, ("sync", "--reinstall"), ("sync", "--reinstall"))
    assert tree_of(site.environment) == expected


def test_two_projects_with_one_cache(site: Site) -> None:
    names = offer_many(site, 8)
    site.pyproject(*names)
    other = site.root / "other"
    shutil.copytree(site.project, other)
    run_together(site, ("sync",), ("sync",), directories=(site.project, other))
    first, second = tree_of(site.environment), tree_of(other / ".venv")
    differing = {path for path in first if first[path] != second.get(path)}
    assert set(first) == set(second)
    assert all(path.startswith("bin/") or path.endswith("RECORD") or "_virtualenv" in path for path in differing)


def test_locking_twice_at_once(site: Site) -> None:
    names = offer_many(site, 4, 1)
    site.pyproject(*names)
    run_together(site, ("lock",), ("lock",), ("lock",))
    assert site.run("lock", "--check").exit_code == 0


@pytest.mark.parametrize("words", [("cache", "clean"), ("cache", "prune"), ("cache", "clean", "--force")])
def test_cache_is_cleaned_while_syncing(site: Site, words: tuple[str, ...]) -> None:
    names = offer_many(site, 8)
    site.pyproject(*names)
    assert site.run("sync").exit_code == 0
    expected = tree_of(site.environment)
    for _ in range(2):
        shutil.rmtree(site.environment)
        stop = threading.Event()

        def clean(stop: threading.Event = stop) -> None:
            while not stop.is_set():
                site.start(*words).communicate(timeout=60)
                stop.wait(0.02)

        cleaner = threading.Thread(target=clean)
        cleaner.start()
        try:
            process = site.start("sync")
            _, stderr = process.communicate(timeout=60)
        finally:
            stop.set()
            cleaner.join()
        assert "Traceback" not in stderr
        if process.returncode != 0:
            assert words[-1] == "--force", stderr
            assert stderr.count("error: ") + stderr.count("  × ") == 1, stderr
        assert site.run("sync").exit_code == 0
        assert tree_of(site.environment) == expected


def test_killed_lock_leaves_the_lockfile_whole(site: Site) -> None:
    names = offer_many(site, 6, 1)
    site.pyproject(*names[:3])
    assert site.run("lock").exit_code == 0
    old = (site.project / "uv.lock").read_bytes()
    site.pyproject(*names)
    assert site.run("lock").exit_code == 0
    new = (site.project / "uv.lock").read_bytes()
    chance = random.Random(3)
    for _ in range(6):
        (site.project / "uv.lock").write_bytes(old)
        process = site.start("lock")
        time.sleep(chance.uniform(0.1, 0.6))
        end(process)
        assert (site.project / "uv.lock").read_bytes() in {old, new}
    assert site.run("lock").exit_code == 0
    assert (site.project / "uv.lock").read_bytes() == new

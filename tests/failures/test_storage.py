"""Disks that are full, and places that cannot be written."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.failures.site import Site, tree_of
from tests.support.cli import Outcome
from tests.support.packages import make_wheel


def mounted(path: Path, *options: str) -> bool:
    try:
        return subprocess.run(["mount", *options, str(path)], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.fixture
def small(site: Site) -> Iterator[Path]:
    """A file system of one megabyte."""
    path = site.root / "small"
    path.mkdir()
    if not mounted(path, "-t", "tmpfs", "-o", "size=1m", "tmpfs"):
        pytest.skip("needs the right to mount a file system")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


@pytest.fixture
def locked_up(site: Site) -> Iterator[list[Path]]:
    """Directories that a test makes read-only with `lock_up`."""
    done: list[Path] = []
    yield done
    for path in reversed(done):
        subprocess.run(["umount", "-l", str(path)], check=True)


def lock_up(path: Path, done: list[Path]) -> None:
    """Let nobody, not even root, write below a directory."""
    if not mounted(path, "--bind", str(path)):
        pytest.skip("needs the right to mount a file system")
    done.append(path)
    assert mounted(path, "-o", "remount,bind,ro")


def assert_told(outcome: Outcome, reason: str) -> None:
    """One error, with its reason and a path."""
    assert outcome.exit_code in {1, 2}, outcome.stderr
    flat = " ".join(outcome.stderr.replace("│", " ").split())
    assert flat.count("error: ") + flat.count("× ") == 1, outcome.stderr
    assert reason in flat, outcome.stderr


def offer_large(site: Site) -> None:
    import random

    noise = random.Random(1).randbytes(3_000_000)
    site.offer(
        make_wheel("large", "1.0", files={"large/__init__.py": "", "large/data.bin": noise}), make_wheel("lib", "1.1")
    )


def test_cache_on_a_full_disk(site: Site, small: Path) -> None:
    offer_large(site)
    site.pyproject("large", "lib")
    outcome = site.run("sync", env={"UV_CACHE_DIR": str(small / "cache")})
    assert_told(outcome, "No space left on device")
    assert "large" not in site.installed()
    again = site.run("sync")
    assert again.exit_code == 0, again.stderr
    assert site.installed() == {"large-1.0", "lib-1.1"}


def test_environment_on_a_full_disk(site: Site, small: Path) -> None:
    offer_large(site)
    site.pyproject("large", "lib")
    env = {"UV_PROJECT_ENVIRONMENT": str(small / "venv")}
    outcome = site.run("sync", env=env)
    assert_told(outcome, "No space left on device")
    infos = {path.name for path in small.glob("venv/lib/python*/site-packages/*.dist-info")}
    assert "large-1.0.dist-info" not in infos
    assert subprocess.run(["mount", "-o", "remount,size=20m", str(small)], check=False).returncode == 0
    again = site.run("sync", env=env)
    assert again.exit_code == 0, again.stderr
    found = tree_of(small / "venv")
    shutil.rmtree(small / "venv")
    assert site.run("sync", env=env).exit_code == 0
    assert tree_of(small / "venv") == found


def test_project_on_a_full_disk(site: Site, small: Path) -> None:
    names = [f"package-{number}" for number in range(40)]
    for name in names:
        site.offer(make_wheel(name, "1.0"))
    site.project = small / "project"
    site.project.mkdir()
    before = site.pyproject(*names).read_bytes()
    filler = small / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    for words in (("lock",), ("add", "package-1")):
        assert_told(site.run(*words), "No space left on device")
        assert not (site.project / "uv.lock").exists()
        assert (site.project / "pyproject.toml").read_bytes() == before
        assert [path.name for path in site.project.iterdir() if path.name.startswith(".tmp")] == []
    filler.unlink()
    assert site.run("lock").exit_code == 0


def test_read_only_environment(site: Site, locked_up: list[Path]) -> None:
    site.offer_app()
    site.pyproject("lib")
    assert site.run("sync").exit_code == 0
    before = tree_of(site.environment)
    lock_up(site.environment, locked_up)
    assert site.run("sync").exit_code == 0
    site.pyproject("app")
    assert_told(site.run("sync"), "Read-only file system")
    assert_told(site.run("pip", "uninstall", "lib"), "Read-only file system")
    assert tree_of(site.environment) == before


def test_read_only_cache(site: Site, locked_up: list[Path]) -> None:
    site.offer_app()
    site.pyproject("app")
    assert site.run("sync").exit_code == 0
    shutil.rmtree(site.environment)
    lock_up(site.cache, locked_up)
    for words in (("sync",), ("lock", "-U"), ("pip", "list")):
        outcome = site.run(*words)
        if outcome.exit_code:
            assert_told(outcome, "Read-only file system")


def test_read_only_project(site: Site, locked_up: list[Path]) -> None:
    site.offer_app()
    before = site.pyproject("app").read_bytes()
    lock_up(site.project, locked_up)
    for words in (("lock",), ("sync",), ("add", "lib"), ("venv",)):
        assert_told(site.run(*words), "Read-only file system")
    assert (site.project / "pyproject.toml").read_bytes() == before


def test_cache_that_is_a_file(site: Site) -> None:
    site.offer_app()
    site.pyproject("app")
    shutil.rmtree(site.cache)
    site.cache.write_text("in the way")
    assert_told(site.run("sync"), "Not a directory")


def test_lockfile_that_is_a_directory(site: Site) -> None:
    site.offer_app()
    site.pyproject("app")
    (site.project / "uv.lock").mkdir()
    assert_told(site.run("lock"), "Is a directory")

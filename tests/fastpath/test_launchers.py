"""The shell scripts that start the program, in the layouts that installers make."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from tests.support.cli import SOURCE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX scripts")

SCRIPTS = SOURCE.parent / "scripts"


class Prefix:
    """A directory with ``bin`` and ``lib`` like that of a virtual environment."""

    def __init__(self, root: Path) -> None:
        self.bin = root / "bin"
        self.packages = root / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
        for directory in (self.bin, self.packages):
            directory.mkdir(parents=True)
        for name in ("uv", "uvx"):
            shutil.copy(SCRIPTS / name, self.bin / name)
        (self.bin / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        (self.bin / "python").chmod(0o755)
        (self.packages / "msgspec").symlink_to(Path(msgspec.__file__).parent)

    def install(self) -> None:
        (self.packages / "ultraviolet").symlink_to(SOURCE / "ultraviolet")

    def run(self, *words: str, program: Path | str | None = None, **variables: str) -> str:
        done = subprocess.run(
            [str(program or self.bin / "uv"), *words],
            env={"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.bin), **variables},
            cwd=self.bin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout


@pytest.fixture
def prefix(tmp_path: Path) -> Prefix:
    return Prefix(tmp_path / "prefix")


def test_scripts_are_executable_and_equal() -> None:
    assert (SCRIPTS / "uv").read_bytes() == (SCRIPTS / "uvx").read_bytes()
    assert os.access(SCRIPTS / "uv", os.X_OK)
    assert os.access(SCRIPTS / "uvx", os.X_OK)


def test_installed_package(prefix: Prefix) -> None:
    prefix.install()

    assert prefix.run("--version").startswith("uv 0.12.5 (ultraviolet ")
    assert prefix.run("--version", program=prefix.bin / "uvx").startswith("uvx 0.12.5 (ultraviolet ")
    assert prefix.run("cache", "dir") == f"{prefix.bin}/.cache/ultraviolet\n"


def test_words_arrive_as_they_were_typed(prefix: Prefix) -> None:
    prefix.install()

    assert prefix.run("cache", "dir", "--cache-dir", "/a b/$HOME'\"*") == "/a b/$HOME'\"*\n"


def test_relative_and_linked_programs(prefix: Prefix, tmp_path: Path) -> None:
    prefix.install()
    (tmp_path / "first").symlink_to(prefix.bin / "uv")
    (tmp_path / "second").symlink_to("first")

    for program in ("./uv", "uv", tmp_path / "second"):
        assert prefix.run("--version", program=program).startswith("uv 0.12.5")


@pytest.mark.parametrize("name", ["_ultraviolet.pth", "_editable_impl_ultraviolet.pth"])
def test_editable_installation(name: str, prefix: Prefix) -> None:
    (prefix.packages / name).write_text(str(SOURCE))

    assert prefix.run("--version").startswith("uv 0.12.5")
    assert prefix.run("cache", "dir").endswith("/ultraviolet\n")


def test_checkout_on_the_python_path(prefix: Prefix) -> None:
    assert prefix.run("--version", PYTHONPATH=str(SOURCE)).startswith("uv 0.12.5")


def test_python3_beside_the_script(prefix: Prefix) -> None:
    prefix.install()
    (prefix.bin / "python").rename(prefix.bin / "python3")

    assert prefix.run("--version").startswith("uv 0.12.5")


def test_run_passes_on_where_the_program_is(prefix: Prefix, tmp_path: Path) -> None:
    prefix.install()
    code = (
        f"import sys; sys.argv = ['x', {str(prefix.bin / 'uv')!r}]; from ultraviolet import fastpath;"
        "print(fastpath.child_environment({'PATH': '/bin'}, '/s', '/p', sys.argv[1], 0))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True, check=True
    )

    expected = {"PATH": "/s:/bin", "VIRTUAL_ENV": "/p", "UV_RUN_RECURSION_DEPTH": "1", "UV": str(prefix.bin / "uv")}
    assert done.stdout == f"{expected}\n"

"""Interpreters that are asked while the command's modules are still being imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ultraviolet.python import early
from ultraviolet.python.probe import Prober, run_probe

pytestmark = pytest.mark.skipif(not hasattr(os, "posix_spawn"), reason="no posix_spawn")


@pytest.fixture(autouse=True)
def _nobody_is_left() -> Iterator[None]:
    early.leave()
    yield
    early.leave()


def counting(path: Path, body: str) -> Path:
    """Write an interpreter that notes each run in a file beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\necho run >> "{path}.log"\n{body}\n')
    path.chmod(0o755)
    return path


def runs(path: Path) -> int:
    log = Path(f"{path}.log")
    return len(log.read_text().splitlines()) if log.exists() else 0


def begin(tmp_path: Path, python: str | None, **variables: str) -> bool:
    return early.begin(str(tmp_path / "cache"), {**os.environ, **variables}, str(tmp_path), python=python, active=True)


def test_the_answer_that_was_begun_is_taken(tmp_path: Path) -> None:
    python = counting(tmp_path / "bin" / "python", f'exec {sys.executable} "$@"')
    assert begin(tmp_path, str(python))
    assert early.is_waiting()

    interpreter = Prober(str(tmp_path / "cache"), environ=os.environ, cwd=str(tmp_path)).query(str(python))

    assert interpreter.version == ".".join(map(str, sys.version_info[:3]))
    assert runs(python) == 1
    assert not early.is_waiting()


def test_an_interpreter_that_was_not_asked_is_asked_now(tmp_path: Path) -> None:
    python = counting(tmp_path / "bin" / "python", "echo answer")

    assert early.take(str(python)) is None
    assert run_probe(str(python), os.environ, str(tmp_path)) == b"answer\n"
    assert runs(python) == 1


def test_a_failure_is_left_to_the_second_asking(tmp_path: Path) -> None:
    python = counting(tmp_path / "bin" / "python", f'[ "$(wc -l < "{tmp_path}/bin/python.log")" = 2 ] && echo answer')
    assert begin(tmp_path, str(python))

    assert run_probe(str(python), os.environ, str(tmp_path)) == b"answer\n"
    assert runs(python) == 2


def test_nothing_is_begun_when_the_cache_knows_something(tmp_path: Path) -> None:
    python = counting(tmp_path / "bin" / "python", "echo answer")
    (tmp_path / "cache").mkdir()

    assert not begin(tmp_path, str(python))
    assert runs(python) == 0


def test_what_cannot_be_started_is_not_begun(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no program")

    assert not begin(tmp_path, str(tmp_path / "missing" / "python"))
    assert not begin(tmp_path, str(tmp_path / "text"))
    assert not early.is_waiting()


def test_processes_that_nobody_wanted_are_ended(tmp_path: Path) -> None:
    python = counting(tmp_path / "bin" / "python", "echo answer")
    assert begin(tmp_path, str(python))

    early.leave()

    assert not early.is_waiting()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize(
    ("python", "active", "variables", "expected"),
    [
        ("3.12", True, {}, None),
        ("python3", True, {}, None),
        ("env/bin/python", True, {}, "env/bin/python"),
        ("./env/../env/bin/python", False, {}, "env/bin/python"),
        ("./env", True, {}, "env/bin/python3"),
        ("./empty", True, {}, None),
        (None, True, {}, ".venv/bin/python"),
        (None, False, {}, ".venv/bin/python"),
        (None, True, {"VIRTUAL_ENV": "env"}, "env/bin/python3"),
        (None, False, {"VIRTUAL_ENV": "env"}, ".venv/bin/python"),
        (None, False, {"UV_PROJECT_ENVIRONMENT": "env"}, "env/bin/python3"),
        (None, True, {"VIRTUAL_ENV": "missing"}, None),
    ],
)
def test_guess(
    python: str | None, active: bool, variables: dict[str, str], expected: str | None, tmp_path: Path
) -> None:
    for name in ("env/bin/python3", "env/bin/python", ".venv/bin/python"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "empty").mkdir()

    found = early.guess(variables, str(tmp_path), python=python, active=active)

    assert found == (None if expected is None else str(tmp_path / expected))

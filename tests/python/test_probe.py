from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from ultraviolet.python.errors import InterpreterMissing, ProbeFailed, ProbeRefused, UnusablePython
from ultraviolet.python.probe import Prober


def test_an_answer_is_remembered(world: Any) -> None:
    executable = world.python("a/python3")

    first = world.context().prober.query(executable)
    second = world.context().prober.query(executable)

    assert first == second
    assert world.probes() == ["a/python3"]


def test_a_changed_executable_is_asked_again(world: Any) -> None:
    executable = world.python("a/python3")
    world.context().prober.query(executable)
    world.python("a/python3", "3.13.0")
    os.utime(executable, ns=(1, 1))

    assert world.context().prober.query(executable).version == "3.13.0"


def test_a_changed_pyvenv_cfg_is_noticed(world: Any) -> None:
    executable = world.environment("env")
    world.context().prober.query(executable)
    with open(os.path.join(world.root, "env", "pyvenv.cfg"), "a") as file:
        file.write("prompt = other\n")

    world.context().prober.query(executable)

    assert len(world.probes()) == 2


def test_a_shim_is_not_remembered(world: Any) -> None:
    real = world.python("real/python3", on_path=False)
    shim = world.python("shims/python3", body=f'exec {real} "$@"\n')

    for _ in range(2):
        assert real == world.context().prober.query(shim).executable
    assert len(world.probes()) == 2


def test_a_torn_record_is_asked_again(world: Any) -> None:
    executable = world.python("a/python3")
    world.context().prober.query(executable)
    directory = os.path.join(world.root, "cache")
    for name in os.listdir(directory):
        with open(os.path.join(directory, name), "r+b") as file:
            file.truncate(20)

    assert world.context().prober.query(executable).version == "3.12.1"


def test_a_missing_interpreter(world: Any) -> None:
    with pytest.raises(InterpreterMissing, match=r"Python interpreter not found at `/nonexistent/python`"):
        world.context().prober.query("/nonexistent/python")


def test_a_file_that_may_not_be_run(world: Any) -> None:
    executable = world.python("a/python3")
    os.chmod(executable, 0o644)

    with pytest.raises(ProbeRefused, match=r"Failed to query Python interpreter at"):
        world.context().prober.query(executable)


def test_nonsense_is_not_an_answer(world: Any) -> None:
    executable = world.python("a/python3", body="echo hello\n")

    with pytest.raises(ProbeFailed, match=r"(?s)returned an invalid response: .*\[stdout\]\nhello"):
        world.context().prober.query(executable)


def test_a_refusal_is_explained(world: Any) -> None:
    answer = '{"result": "error", "kind": "unsupported_python_version", "python_version": "2.7.18"}'
    executable = world.python("a/python3", body=f"echo '{answer}'\n")

    with pytest.raises(UnusablePython, match=r"Can't use Python at") as caught:
        world.context().prober.query(executable)
    assert str(caught.value.__cause__) == "Python 2.7.18 is not supported. Please use Python 3.6 or newer."


def test_the_running_interpreter_tells_the_truth(tmp_path: Path) -> None:
    prober = Prober(str(tmp_path), environ=os.environ, cwd=str(tmp_path))

    interpreter = prober.query(sys.executable)

    assert sys.prefix == interpreter.prefix
    assert sys.version_info[:3] == interpreter.release
    assert os.name == interpreter.markers["os_name"]
    assert (
        interpreter.facts()
        == Prober(str(tmp_path), environ=os.environ, cwd=str(tmp_path)).query(sys.executable).facts()
    )
    assert interpreter.marker_environment.python_full_version == interpreter.version
    assert len(interpreter.tags()) > 10

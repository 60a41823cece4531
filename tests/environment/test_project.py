from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.support.environments import make_environment

from ultraviolet.environment.errors import UnusableProjectEnvironment
from ultraviolet.environment.project import ProjectEnvironmentFacts, decide, inspect, version_conflict
from ultraviolet.python.discovery import SearchContext
from ultraviolet.python.probe import Prober
from ultraviolet.python.request import parse_request
from ultraviolet.standards.requires_python import RequiresPython


def look(root: Any, **wanted: Any) -> Any:
    prober = Prober(None, environ=os.environ, cwd=str(root))
    return inspect(str(root / ".venv"), SearchContext(prober, environ=dict(os.environ), cwd=str(root)), **wanted)


def test_nothing_there(tmp_path: Path) -> None:
    assert decide(look(tmp_path)).action == "create"


def test_an_empty_directory(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()

    assert decide(look(tmp_path)).action == "create"


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / ".venv").touch()

    with pytest.raises(UnusableProjectEnvironment) as caught:
        decide(look(tmp_path))
    assert (
        f"Project virtual environment directory `{tmp_path}/.venv` cannot be used because "
        "expected directory but found a file"
    ) == str(caught.value)


def test_something_else(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "precious").touch()

    with pytest.raises(
        UnusableProjectEnvironment, match=r"it is not a valid Python environment .no Python executable was found"
    ):
        decide(look(tmp_path))
    assert decide(look(tmp_path), "optional").action == "create"


def test_a_fitting_environment_is_kept(tmp_path: Path) -> None:
    make_environment(str(tmp_path / ".venv"))

    decision = decide(
        look(tmp_path, request=parse_request("cpython"), requires_python=RequiresPython.from_text(">=3.8"))
    )

    assert decision.action == "use"
    assert decision.environment is not None
    assert str(tmp_path / ".venv") == decision.environment.root


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (
            {"request": parse_request("3.6")},
            "The project environment's Python version does not satisfy the request: `Python 3.6`",
        ),
        (
            {"requires_python": RequiresPython.from_text(">=3.99")},
            "The project environment's Python version does not meet the Python requirement: `>=3.99`",
        ),
        (
            {"preference": "only-managed"},
            "The project environment's Python interpreter does not meet the Python preference: `only managed`",
        ),
    ],
)
def test_an_environment_that_does_not_fit_is_replaced(tmp_path: Path, wanted: Any, reason: Any) -> None:
    make_environment(str(tmp_path / ".venv"))
    facts = look(tmp_path, **wanted)

    decision = decide(facts)

    assert ("replace", reason) == (decision.action, decision.reason)
    kept = decide(facts, "preserve")
    assert kept.action == "use"
    assert (f"Using incompatible environment (`.venv`) due to `--no-sync` ({reason})",) == kept.warnings


def test_a_changed_python_is_noticed(tmp_path: Path) -> None:
    environment = make_environment(str(tmp_path / ".venv"))
    path = environment.root + "/pyvenv.cfg"
    with open(path) as file:
        text = file.read()
    with open(path, "w") as file:
        file.write(text.replace(f"version_info = {environment.interpreter.version}", "version_info = 3.1.0"))

    decision = decide(look(tmp_path))

    assert decision.action == "replace"
    assert (
        f"The interpreter in the project environment has a different version ({environment.interpreter.version}) "
        "than it was created with (3.1.0)"
    ) == decision.reason


def test_a_broken_link_is_told_and_replaced(tmp_path: Path) -> None:
    environment = make_environment(str(tmp_path / ".venv"))
    os.unlink(environment.executable)
    os.symlink("/nonexistent/python3.9", environment.executable)

    decision = decide(look(tmp_path))

    assert decision.action == "replace"
    assert decision.warnings == (
        "Ignoring existing virtual environment linked to non-existent Python interpreter: .venv/bin/python3 -> python",
    )


def test_an_unfit_python_that_is_no_virtual_environment() -> None:
    facts = ProjectEnvironmentFacts("/p/.venv", "usable", mismatch=r"x")

    with pytest.raises(
        UnusableProjectEnvironment, match=r"cannot be recreated because it is not a virtual environment"
    ) as caught:
        decide(facts)

    assert caught.value.is_replaceable


@pytest.mark.parametrize(
    ("recorded", "actual", "conflict"),
    [
        ("3.12.1", "3.12.1", None),
        ("3.12.1", "3.12.2", "3.12.2"),
        ("3.12", "3.12.7", None),
        ("3.12", "3.13.0", "3.13"),
        ("3.13.0rc1", "3.13.0rc2", "3.13.0rc2"),
        ("3.13.0rc1", "3.13.0rc1", None),
    ],
)
def test_version_conflicts(recorded: Any, actual: Any, conflict: Any) -> None:
    assert conflict == version_conflict(recorded, actual)

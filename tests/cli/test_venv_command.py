"""``uv venv``: whole outputs, and what lies there afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.cli import imported_modules
from tests.support.index_server import IndexServer
from tests.support.packages import make_wheel
from tests.support.yard import Yard


@pytest.fixture
def place(tmp_path: Path) -> Yard:
    return Yard(tmp_path)


def test_places(place: Yard) -> None:
    place.check(
        "venv_places",
        place.run("venv"),
        place.run("venv", "named"),
        place.run("venv", str(place.directory / "absolute")),
        place.run("venv", "with blank"),
        place.run("venv", "--quiet", "quiet"),
    )
    assert "prompt = yard" in place.read(".venv/pyvenv.cfg")
    assert "prompt" not in place.read("named/pyvenv.cfg")


def test_what_is_there_already(place: Yard) -> None:
    place.run("venv", "made")
    place.write("other/file", "")
    place.write("plain", "")
    (place.work / "empty").mkdir()
    place.check(
        "venv_existing",
        place.run("venv", "made"),
        place.run("venv", "made", "--no-clear"),
        place.run("venv", "made", "--allow-existing"),
        place.run("venv", "made", "--clear"),
        place.run("venv", "made", UV_VENV_CLEAR="1"),
        place.run("venv", "other"),
        place.run("venv", "other", "--clear"),
        place.run("venv", "other", "--clear", "--force"),
        place.run("venv", "plain"),
        place.run("venv", "empty"),
    )
    assert not (place.work / "other" / "file").exists()


def test_activation_lines(place: Yard) -> None:
    place.check(
        "venv_shells",
        *(
            place.run("venv", "a b", "--clear", SHELL=f"/usr/bin/{name}")
            for name in ("zsh", "fish", "csh", "pwsh", "x")
        ),
        place.run("venv", "a b", "--clear", NU_VERSION="1"),
    )


def test_options(place: Yard) -> None:
    outcomes = [place.run("venv", "--prompt", "called", "--system-site-packages", "--relocatable", "all")]
    configuration = place.read("all/pyvenv.cfg").splitlines()
    assert configuration[4:] == ["include-system-site-packages = true", "relocatable = true", "prompt = called"]
    outcomes.append(place.run("venv", "--no-seed", "--no-pip", "--no-setuptools", "--no-wheel", "compatible"))
    outcomes.append(place.run("venv", "--system", "--clear", "compatible"))
    outcomes.append(place.run("venv", "--no-system", "--clear", "compatible"))
    outcomes.append(place.run("venv", "--preview-features", "no-distutils-patch", "bare"))
    outcomes.append(place.run("venv", "--offline", "--refresh", "never"))
    place.check("venv_options", *outcomes)
    assert not list((place.work / "bare").rglob("_virtualenv*"))


def test_pythons_that_are_not_there(place: Yard) -> None:
    place.check(
        "venv_missing_python",
        place.run("venv", "-p", "3.8"),
        place.run("venv", "-p", "3.8", UV_PYTHON_DOWNLOADS="manual"),
        place.run("venv", "-p", "3.8", "--offline", UV_PYTHON_DOWNLOADS="automatic"),
        place.run("venv", "-p", "3.99"),
        place.run("venv", "-p", "3.99", UV_PYTHON_DOWNLOADS="automatic"),
        place.run("venv", "-p", "pypy"),
        place.run("venv", "-p", "./nowhere"),
        place.run("venv", "-p", "2.7"),
        place.run("venv", "--managed-python"),
        place.run("venv", "-p", "3.8", "--no-managed-python", UV_PYTHON_DOWNLOADS="automatic"),
    )


def test_pins(place: Yard) -> None:
    place.write(".python-version", "not-a-python\n3.99\n")
    place.check(
        "venv_pins",
        place.run("venv"),
        place.run("venv", "--no-config"),
        place.run("venv", "other", "-p", str(place.python)),
    )


PROJECT = '[project]\nname = "foo"\nversion = "1"\nrequires-python = "{}"\n'


def test_projects(place: Yard) -> None:
    place.write("pyproject.toml", PROJECT.format(">=3.8"))
    outcomes = [
        place.run("venv"),
        place.run("venv", UV_PROJECT_ENVIRONMENT="elsewhere"),
        place.run("venv", "named"),
    ]
    place.write("pyproject.toml", PROJECT.format(">=3.99"))
    outcomes += [
        place.run("venv", "--clear"),
        place.run("venv", "--clear", "-p", str(place.python)),
        place.run("venv", "--clear", "--no-project"),
    ]
    place.write("pyproject.toml", "[project\n")
    outcomes.append(place.run("venv", "--clear"))
    place.write("pyproject.toml", PROJECT.format(">=3.8") + "[tool.uv.workspace]\nmembers = ['a']\n")
    place.write("a/pyproject.toml", PROJECT.format(">=3.99").replace("foo", "bar"))
    outcomes.append(place.run("venv", "--clear", "-p", str(place.python)))
    place.check("venv_projects", *outcomes)


@pytest.fixture
def index() -> Iterator[IndexServer]:
    with IndexServer() as server:
        for name in ("pip", "setuptools", "wheel"):
            server.add(make_wheel(name, "1.0"))
        yield server


def test_seeds(place: Yard, index: IndexServer) -> None:
    seeded = place.run("venv", "--seed", UV_DEFAULT_INDEX=index.index_url)
    site = next((place.work / ".venv" / "lib").glob("python*/site-packages"))
    assert (site / "pip-1.0.dist-info").is_dir()
    assert "seed = true" in place.read(".venv/pyvenv.cfg")
    missing = place.run("venv", "--seed", "--clear", "--no-index")
    assert seeded.exit_code == 0
    assert seeded.stderr.splitlines()[1:3] == [
        "Creating virtual environment with seed packages at: .venv",
        " + pip==1.0",
    ]
    assert missing.exit_code == 2
    assert "Failed to install seed packages into virtual environment" in missing.stderr


def test_a_refused_question_keeps_the_environment(place: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    from ultraviolet.console import prompt

    place.run("venv", "made")
    place.write("made/mine", "")
    asked = []

    def refuse(_console: object, question: str, hint: str) -> bool:
        asked.append((question, hint))
        return False

    monkeypatch.setattr(prompt, "confirm", refuse)
    assert place.run("venv", "made").exit_code == 2
    monkeypatch.setattr(prompt, "confirm", lambda *_: True)
    assert os.path.exists(place.work / "made" / "mine")
    assert place.run("venv", "made").exit_code == 0
    assert not os.path.exists(place.work / "made" / "mine")
    assert asked == [
        (
            "A virtual environment already exists at `made`. Do you want to replace it?",
            "Use the `--clear` flag or set `UV_VENV_CLEAR=1` to skip this prompt",
        )
    ]


def test_making_an_environment_imports_no_more_than_it_needs(tmp_path: Path) -> None:
    place = Yard(tmp_path)
    heavy = {"msgspec", "typing", "re", "json", "subprocess", "urllib", "ultraviolet.workspace", "ultraviolet.index"}
    words = ("venv", "--clear", "-p", str(place.python), "made")
    place.run(*words, UV_CACHE_DIR=str(place.work / ".cache" / "ultraviolet"))  # the interpreter is known from here on
    assert not heavy & imported_modules(*words, cwd=place.work)

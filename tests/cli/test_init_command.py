"""``uv init``: whole outputs, and the files that it writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.yard import Yard


@pytest.fixture
def place(tmp_path: Path) -> Yard:
    return Yard(tmp_path)


KINDS = {
    "packaged": (),
    "library": ("--lib",),
    "flat": ("--app", "--no-package"),
    "virtual": ("--virtual",),
    "bare": ("--bare",),
    "bare-library": ("--bare", "--lib"),
    "hatch": ("--build-backend", "hatchling"),
    "maturin": ("--build-backend", "maturin", "--lib"),
    "unpinned": ("--no-pin-python", "--no-readme"),
    "described": ("--description", "About it", "--name", "Other.Name"),
    "terse": ("--no-description", "--author-from", "none"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds(place: Yard, kind: str) -> None:
    done = place.run("init", "made", "--no-workspace", *KINDS[kind])
    listed = "\n".join(place.files("made"))
    texts = "\n".join(
        f"--- {name}\n{place.read(f'made/{name}')}" for name in ("pyproject.toml", ".python-version") if name in listed
    )
    done.stdout = f"{listed}\n{texts}"
    place.check(f"init_{kind}", done)


def test_places_and_names(place: Yard) -> None:
    place.write("taken/pyproject.toml", "")
    place.check(
        "init_places",
        place.run("init", "--bare"),
        place.run("init"),
        place.run("init", "taken"),
        place.run("init", "two words", "--bare", "--no-workspace"),
        place.run("init", "wrong!", "--bare"),
        place.run("init", "--directory", "taken", "below", "--bare", "--no-workspace"),
        place.run("init", "--project", "x"),
        place.run("init", "--project", "x", "y"),
        place.run("init", "--virtual", "--lib", "z"),
        place.run("init", "--virtual", "--build-backend", "uv", "z"),
    )


def test_existing_files_are_kept(place: Yard) -> None:
    for name in ("README.md", "src/made/__init__.py", ".python-version"):
        place.write(f"made/{name}", "3.99" if "python" in name else "mine\n")
    place.run("init", "made", "-p", str(place.python))
    assert place.read("made/README.md") == place.read("made/src/made/__init__.py") == "mine\n"


def test_pythons(place: Yard) -> None:
    outcomes = []
    for request in ("3.9", "3.9.1", ">=3.9,<4", str(place.python)):
        outcomes.append(place.run("init", "made", "--bare", "--pin-python", "-p", request))
        pinned = place.read("made/.python-version") if (place.work / "made" / ".python-version").exists() else ""
        outcomes[-1].stdout = place.read("made/pyproject.toml") + pinned
        for name in ("pyproject.toml", ".python-version"):
            (place.work / "made" / name).unlink(missing_ok=True)
    outcomes.append(place.run("init", "made", "--bare", "-p", "pypy"))
    place.write("pinned/.python-version", "3.9\n")
    outcomes.append(place.run("init", "pinned", "--bare"))
    outcomes[-1].stdout = place.read("pinned/pyproject.toml")
    place.check("init_pythons", *outcomes)


def test_workspaces(place: Yard) -> None:
    place.write(
        "pyproject.toml",
        '[project]\nname = "root"\nversion = "0"\nrequires-python = ">=3.8"\n\n[tool.uv.workspace]\n'
        'members = ["packages/*"]\nexclude = ["left-out"]\n',
    )
    outcomes = [
        place.run("init", "packages/one", "--bare"),
        place.run("init", "two", "--bare"),
        place.run("init", "left-out", "--bare"),
        place.run("init", "alone", "--bare", "--no-workspace"),
    ]
    outcomes[-1].stdout = place.read("pyproject.toml")
    assert 'requires-python = ">=3.8"' in place.read("two/pyproject.toml")
    place.write("pyproject.toml", "[project\n")
    outcomes += [place.run("init", "three", "--bare"), place.run("init", "three", "--bare", "--no-workspace")]
    place.check("init_workspaces", *outcomes)


def test_scripts(place: Yard) -> None:
    place.write("plain.py", "print(1)\n")
    place.write("marked.py", "#!/usr/bin/env python\nprint(1)\n")
    outcomes = [
        place.run("init", "--script", "new.py"),
        place.run("init", "--script", "new.py"),
        place.run("init", "--script", "below/bare.py", "--bare"),
        place.run("init", "--script", "plain.py"),
        place.run("init", "--script", "marked.py"),
        place.run("init", "--script", "other.py", "--no-workspace", "--no-readme", "--author-from", "git"),
        place.run("init", "--script"),
    ]
    outcomes[-1].stdout = "\n".join(f"--- {name}\n{place.read(name)}" for name in place.files())
    place.check("init_scripts", *outcomes)


def test_git(tmp_path: Path) -> None:
    place = Yard(tmp_path, git=True)
    place.write("../.gitconfig", '[user]\nname = "A \\"B\\" C"\nemail = a@b.c\n')
    place.run("init", "made")
    assert (place.work / "made" / ".git").is_dir()
    assert place.read("made/.gitignore").startswith("# Python-generated files\n__pycache__/\n")
    assert 'authors = [\n    { name = \'A "B" C\', email = "a@b.c" }\n]' in place.read("made/pyproject.toml")
    place.run("init", "made/inner", "--no-workspace")
    assert not (place.work / "made" / "inner" / ".git").exists()
    place.run("init", "without", "--vcs", "none", "--author-from", "none")
    assert not (place.work / "without" / ".git").exists()
    assert "authors" not in place.read("without/pyproject.toml")


def test_git_is_only_needed_when_asked_for(place: Yard) -> None:
    assert place.run("init", "made").exit_code == 0
    refused = place.run("init", "asked", "--vcs", "git")
    assert (refused.exit_code, refused.stderr) == (
        2,
        "error: Attempted to initialize a Git repository, but `git` was not found in PATH\n",
    )


def test_bare_can_be_a_variable(place: Yard) -> None:
    place.run("init", "made", UV_INIT_BARE="1")
    assert place.files("made") == ["pyproject.toml"]

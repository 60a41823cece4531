"""``uv version``: whole outputs, and the manifests that it edits."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.yard import Yard

MANIFEST = '[project]\nname = "Foo"\nversion = "1.2.3"  # kept\nrequires-python = ">=3.8"\n[tool.uv]\npackage = false\n'


@pytest.fixture
def place(tmp_path: Path) -> Yard:
    place = Yard(tmp_path)
    place.write("pyproject.toml", MANIFEST)
    return place


def test_reading(place: Yard) -> None:
    place.check(
        "version_reading",
        place.run("version"),
        place.run("version", "--short"),
        place.run("version", "--output-format", "json"),
        place.run("version", "--frozen"),
        place.run("version", "--package", "absent"),
    )


def test_projects_without_a_version(place: Yard) -> None:
    place.write("pyproject.toml", '[project]\nname = "foo"\ndynamic = ["version"]\n')
    outcomes = [place.run("version")]
    place.write("pyproject.toml", "[tool.uv.workspace]\nmembers = []\n")
    outcomes.append(place.run("version"))
    (place.work / "pyproject.toml").unlink()
    outcomes += [place.run("version"), place.run("version", "--project", ".")]
    place.check("version_missing", *outcomes)


def test_changes_that_are_only_shown(place: Yard) -> None:
    bumps = (
        ("major",),
        ("minor",),
        ("patch",),
        ("patch=10",),
        ("patch=1",),
        ("stable",),
        ("beta",),
        ("beta", "major"),
        ("major", "beta=3", "dev"),
        ("dev",),
        ("post",),
        ("post=5",),
        ("major", "minor"),
        ("alpha", "beta"),
        ("stable", "major"),
        ("post", "major"),
    )
    place.check(
        "version_bumps",
        *(
            place.run("version", "--dry-run", *(word for bump in chosen for word in ("--bump", bump)))
            for chosen in bumps
        ),
        place.run("version", "--dry-run", "2.0"),
        place.run("version", "--dry-run", "2.0", "--short"),
        place.run("version", "--dry-run", "2.0", "--output-format", "json"),
        place.run("version", "--dry-run", "major"),
        place.run("version", "--dry-run", "nonsense"),
        place.run("version", "--frozen", "--locked"),
        place.run("version", "--frozen", "--no-sync"),
    )
    assert place.read("pyproject.toml") == MANIFEST


def test_changes_are_written(place: Yard) -> None:
    place.run("version", "--bump", "minor", "--frozen")
    assert place.read("pyproject.toml") == MANIFEST.replace("1.2.3", "1.3.0")
    assert not (place.work / "uv.lock").exists()


def test_changes_are_locked_and_installed(place: Yard) -> None:
    place.check(
        "version_locked",
        place.run("version", "2.0", "--no-sync", "--offline"),
        place.run("version", "--bump", "patch", "--offline"),
        place.run("version", "--frozen"),
        place.run("version", "--bump", "patch", "--locked", "--offline"),
    )
    assert 'version = "2.0.1"' in place.read("uv.lock")


def test_members(place: Yard) -> None:
    place.write("pyproject.toml", '[tool.uv.workspace]\nmembers = ["member"]\n')
    place.write("member/pyproject.toml", MANIFEST.replace("Foo", "member"))
    place.check(
        "version_members",
        place.run("version"),
        place.run("version", "--package", "member", "--bump", "major", "--frozen"),
        place.run("version", "--project", "member"),
    )

"""What leads from a project to its environment in the cache."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ultraviolet.environment import store
from ultraviolet.environment.store import EnvironmentStore, lead_to, read_path_file

pytestmark = pytest.mark.skipif(os.name == "nt", reason="symbolic links")


@pytest.fixture
def kept(tmp_path: Path) -> EnvironmentStore:
    directory = tmp_path / "cache" / "environments"
    (directory / "one").mkdir(parents=True)
    return EnvironmentStore(str(directory))


def test_what_is_below_the_store_is_held(kept: EnvironmentStore, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(tmp_path / "cache")

    assert kept.holds(f"{kept.directory}/one")
    assert kept.holds(f"{kept.directory}/gone")
    assert kept.holds(f"{tmp_path}/way/environments/one")
    assert not kept.holds(f"{tmp_path}/way/environments/gone")
    assert not kept.holds(f"{kept.directory}/../one")
    assert not kept.holds(f"{kept.directory}-v2/one")
    assert not kept.holds("environments/one")


def test_links_and_files_lead_into_the_store(kept: EnvironmentStore, tmp_path: Path) -> None:
    for name, target in (
        ("direct", f"{kept.directory}/gone"),
        ("around", "direct"),
        ("elsewhere", f"{tmp_path}/cache"),
    ):
        (tmp_path / name).symlink_to(target)
    (tmp_path / "file").write_text(f"{kept.directory}/gone")
    (tmp_path / "relative").write_text("cache/environments/one")
    (tmp_path / "notes").write_text("my own")

    leading = [name for name in sorted(os.listdir(tmp_path)) if kept.is_led_to(str(tmp_path / name))]

    # `around` leads to something that is gone, which only the path of a link itself can tell.
    assert leading == ["direct", "file", "relative"]
    assert kept.is_named_by(str(tmp_path / "file"))
    assert not kept.is_named_by(str(tmp_path / "direct"))


def test_a_path_file_may_be_relative(tmp_path: Path) -> None:
    (tmp_path / ".venv").write_text("there")
    (tmp_path / "bytes").write_bytes(b"\xff")

    assert read_path_file(str(tmp_path / ".venv")) == str(tmp_path / "there")
    assert read_path_file(str(tmp_path / "bytes")) is None
    assert read_path_file(str(tmp_path)) is None
    assert read_path_file(str(tmp_path / "missing")) is None


def test_a_local_environment_makes_room_for_the_link(kept: EnvironmentStore, tmp_path: Path) -> None:
    link = tmp_path / ".venv"
    link.mkdir()
    (link / "pyvenv.cfg").touch()

    assert lead_to(f"{kept.directory}/one", str(link)) is None
    assert lead_to(f"{kept.directory}/one", str(link)) is None
    assert os.readlink(link) == f"{kept.directory}/one"


def test_a_file_takes_the_place_of_a_link(
    kept: EnvironmentStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: str) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(store, "replace_symlink", refuse)
    link = str(tmp_path / ".venv")

    assert lead_to(f"{kept.directory}/one", link) == (
        f"Failed to create link to project environment; wrote the environment path to `{link}` instead"
    )
    assert read_path_file(link) == f"{kept.directory}/one"
    assert kept.is_led_to(link)


def test_what_is_not_ours_stays(kept: EnvironmentStore, tmp_path: Path) -> None:
    link = tmp_path / ".venv"
    link.mkdir()
    (link / "mine").touch()

    problem = lead_to(f"{kept.directory}/one", str(link))

    assert problem is not None
    assert problem.startswith("Failed to write the environment path: failed to rename file from ")
    assert problem.endswith(f"to {link}: Is a directory (os error 21)")
    assert sorted(os.listdir(tmp_path)) == [".venv", "cache"]


def test_a_removal_that_fails_is_told(kept: EnvironmentStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(root: str) -> None:
        raise PermissionError(13, "Permission denied", f"{root}/pyvenv.cfg")

    monkeypatch.setattr(store, "remove_environment", refuse)
    link = tmp_path / ".venv"
    link.mkdir()
    (link / "pyvenv.cfg").touch()

    assert lead_to(f"{kept.directory}/one", str(link)) == (
        "Failed to remove existing local virtual environment: Permission denied (os error 13) at path "
        f'"{link}/pyvenv.cfg"'
    )

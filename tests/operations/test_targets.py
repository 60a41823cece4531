"""What is said about the environment a command works on, and where it goes without saying."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.support.environments import make_environment

from ultraviolet.operations.targets import (
    TargetOptions,
    environment_note,
    find_target,
    find_target_for_installation,
    lock_environment,
    search_context,
    tools_directory,
    with_system_flag,
)
from ultraviolet.python.errors import PythonNotFound
from ultraviolet.python.request import PythonRequest


def note(root: Path, cwd: Path, **variables: str) -> str | None:
    environment = make_environment(str(root))
    context = search_context(cwd=str(cwd), environ=variables, records=None)
    return environment_note(environment, context, cache_root=str(cwd / "cache"))


def test_environments_are_named_relative_to_the_working_directory(tmp_path: Path) -> None:
    line = note(tmp_path / "v", tmp_path)
    assert line is not None
    assert line.endswith(" environment at: v")


@pytest.mark.parametrize("place", [".venv", "cache/environments/x", "tools/ruff"])
def test_some_environments_go_without_saying(tmp_path: Path, place: str) -> None:
    assert note(tmp_path / place, tmp_path, UV_TOOL_DIR="tools") is None


def test_directory_of_tools() -> None:
    assert tools_directory({"UV_TOOL_DIR": "t"}, "/w") == os.path.join("/w", "t")
    assert tools_directory({"XDG_DATA_HOME": "/data"}, "/w") == "/data/uv/tools"
    assert tools_directory({"XDG_DATA_HOME": "relative", "HOME": "/h"}, "/w") == "/h/.local/share/uv/tools"


def test_target_and_prefix_become_environments(tmp_path: Path) -> None:
    make_environment(str(tmp_path / ".venv"))
    context = search_context(cwd=str(tmp_path), environ={}, records=None)
    for options in (TargetOptions(target="into"), TargetOptions(prefix="into")):
        target = find_target(options, context, mutable=True)
        assert target.note is None
        assert target.apply().root == str(tmp_path / "into")
        installing = find_target_for_installation(options, context)
        assert installing.note is not None
        assert installing.note.startswith("Using CPython ")
    assert find_target(TargetOptions(), context, mutable=True).apply().root == str(tmp_path / ".venv")


def test_a_download_is_the_last_resort_of_target_installations(tmp_path: Path) -> None:
    context = search_context(cwd=str(tmp_path), environ={"PATH": ""}, records=None)
    asked: list[PythonRequest] = []

    def download(request: PythonRequest) -> None:
        asked.append(request)

    with pytest.raises(PythonNotFound):
        find_target_for_installation(TargetOptions(python="3.99", target="t"), context, download=download)
    assert [request.canonical() for request in asked] == ["3.99"]


def test_the_system_flag_prefers_the_system() -> None:
    assert with_system_flag("managed", system=True) == "system"
    assert with_system_flag("only-managed", system=True) == "only-managed"
    assert with_system_flag("managed", system=False) == "managed"


def test_locks_that_cannot_be_had_are_only_reported(tmp_path: Path) -> None:
    environment = make_environment(str(tmp_path / "v"))
    heard: list[str] = []
    lock = lock_environment(environment, cwd=str(tmp_path), environ={}, warn=heard.append)
    assert lock is not None
    second = lock_environment(environment, cwd=str(tmp_path), environ={}, timeout=0, warn=heard.append)
    lock.release()
    assert second is None
    assert heard[0].startswith("Failed to acquire environment lock: Timeout (0s) when waiting for lock on `v`")

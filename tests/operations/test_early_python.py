"""What is looked up while an interpreter is being asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ultraviolet.distributions.direct_urls import UrlContext
from ultraviolet.index.options import IndexOptions
from ultraviolet.operations.early_python import look_up_early, look_up_project_early
from ultraviolet.python import early
from ultraviolet.requirements.arguments import parse_argument
from ultraviolet.workspace.discovery import discover_project


class Asked:
    """Stands for the world and its index; keeps what was asked for."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def index(self, _options: IndexOptions) -> Asked:
        return self

    def prefetch(self, name: str, _index: object) -> None:
        self.names.append(name)


@pytest.fixture
def asked() -> Any:
    return Asked()


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(early, "is_waiting", lambda: True)


REQUIREMENTS = ["flask", "rich>=1", "colorama; sys_platform == 'win32'", "direct @ https://host/direct-1.0.tar.gz"]


@pytest.mark.usefixtures("waiting")
def test_what_every_environment_needs_is_looked_up(asked: Any) -> None:
    look_up_early(asked, IndexOptions, [parse_argument(text, UrlContext()) for text in REQUIREMENTS])

    assert asked.names == ["flask", "rich"]


def test_nothing_is_looked_up_when_nobody_is_waited_for(asked: Any) -> None:
    early.leave()

    look_up_early(asked, IndexOptions, [parse_argument("flask", UrlContext())])

    assert asked.names == []


MANIFEST = """
[project]
name = "app"
version = "1"
dependencies = ["flask", "rich>=1; python_version < '3'", "local", "direct @ https://host/direct-1.0.tar.gz", "]"]
[tool.uv.sources]
local = { path = "local" }
"""


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("locked", [False, True])
def test_dependencies_of_a_project_without_a_lock_are_looked_up(locked: bool, asked: Any, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(MANIFEST)
    if locked:
        (tmp_path / "uv.lock").touch()

    look_up_project_early(asked, discover_project(str(tmp_path)), IndexOptions)

    assert asked.names == ([] if locked else ["flask"])

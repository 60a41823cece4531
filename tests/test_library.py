"""The surface for programs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.index_server import IndexServer
from tests.support.packages import make_wheel

import ultraviolet


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with IndexServer() as server:
        server.add(make_wheel("anyio", "1.0"))
        server.add(make_wheel("anyio", "2.0", requires=["idna>=2"]))
        server.add(make_wheel("idna", "3.0"))
        yield server


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import sys, ultraviolet; print([name for name in sys.modules if name.startswith('ultraviolet.')])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_every_name_is_there() -> None:
    assert all(getattr(ultraviolet, name) is not None for name in ultraviolet.__all__)


def test_requirements_are_resolved(server: IndexServer, tmp_path: Path) -> None:
    resolution = ultraviolet.resolve_requirements(
        ["anyio"],
        constraints=["idna<4"],
        python=ultraviolet.find_interpreter(sys.executable),
        universal=True,
        index_url=server.index_url,
        cache_directory=str(tmp_path),
    )

    assert {node.name: str(node.version) for node in resolution.nodes} == {"anyio": "2.0", "idna": "3.0"}


def test_what_cannot_be_is_an_error_of_ours(server: IndexServer) -> None:
    with pytest.raises(ultraviolet.UltravioletError, match="No solution found"):
        ultraviolet.resolve_requirements(
            ["anyio>2"], python=ultraviolet.find_interpreter(sys.executable), index_url=server.index_url
        )


def test_locks_are_read_compared_and_written(tmp_path: Path) -> None:
    old = 'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n'
    source = 'source = { registry = "https://pypi.org/simple" }'
    new = f'{old}\n[[package]]\nname = "idna"\nversion = "3.0"\n{source}\n'
    (tmp_path / "old.lock").write_text(old)
    (tmp_path / "new.lock").write_text(new)

    before, after = ultraviolet.read_lock(tmp_path / "old.lock"), ultraviolet.read_lock(tmp_path / "new.lock")

    assert [change.text() for change in ultraviolet.compare_locks(before, after)] == ["Added idna v3.0"]
    assert ultraviolet.format_lock(after) == new


def test_a_project_is_found_from_below(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "Demo"\nversion = "1"\n')
    (tmp_path / "src").mkdir()

    project = ultraviolet.open_project(tmp_path / "src")

    assert (project.name, project.root) == ("demo", str(tmp_path))


def test_an_interpreter_is_found_by_its_path() -> None:
    assert ultraviolet.find_interpreter(sys.executable).release[:2] == sys.version_info[:2]

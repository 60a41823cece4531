"""``uv why`` by whole outputs. uv has no such command, so these snapshots are our own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.index_server import IndexServer
from tests.support.packages import make_wheel
from tests.support.scenes import UNDER_TEST, Scene

pytestmark = pytest.mark.skipif(UNDER_TEST is not None, reason="uv has no `why`")

PROJECT = """[project]
name = "app"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["alpha", "beta ; sys_platform == 'win32'"]

[project.optional-dependencies]
more = ["gamma"]

[dependency-groups]
dev = ["capped<2"]

[tool.uv]
exclude-newer = "2024-06-01T00:00:00Z"
constraint-dependencies = ["limited<3"]
"""


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with IndexServer() as server:
        server.add(make_wheel("alpha", "1.0", requires=["capped>=1", "limited", "plain"]))
        server.add(make_wheel("beta", "1.0", requires=["capped!=2.0", "python-bound", "wishful"]))
        server.add(make_wheel("gamma", "1.0", requires=["dated", "plain==1.0", "withdrawn"]))
        for version in ("1.0", "1.5", "2.0", "2.1"):
            server.add(make_wheel("capped", version))
        for version in ("2.0", "3.0"):
            server.add(make_wheel("limited", version))
        for version in ("1.0", "2.0rc1", "3.0"):
            server.add(make_wheel("plain", version))
        server.add(make_wheel("dated", "1.0"))
        server.add(make_wheel("dated", "2.0"), upload_time="2024-07-01T00:00:00Z")
        server.add(make_wheel("withdrawn", "1.0"))
        server.add(make_wheel("withdrawn", "1.1"), yanked="broken")
        server.add(make_wheel("withdrawn", "1.2rc1"))
        server.add(make_wheel("python-bound", "1.0"), requires_python=">=3.8")
        server.add(make_wheel("python-bound", "2.0"), requires_python=">=3.99")
        server.add(make_wheel("wishful", "1.0"))
        server.add(make_wheel("wishful", "2.0", requires=["plain>=3"]))
        yield Scene(tmp_path.resolve() / "s", server)


def test_projects(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("lock")
    for name in ("capped", "limited", "plain", "dated", "withdrawn", "python-bound", "wishful", "alpha", "app"):
        scene.uv("why", name, "--frozen")
    scene.uv("why", "nothing")
    scene.uv("why", "Python_Bound", "--format", "json")
    scene.check("why/projects")


def test_lockfiles_and_output_files_hold_versions_back(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT.replace("capped<2", "capped<1.5"))
    scene.uv("lock", "-q")
    scene.replace("pyproject.toml", "capped<1.5", "capped")
    scene.uv("lock", "-q")
    scene.uv("why", "capped")
    scene.write("requirements.in", "alpha\n")
    scene.write("requirements.txt", "capped==1.5\n")
    scene.uv("why", "capped", "-r", "requirements.in", "-o", "requirements.txt")
    scene.check("why/held_back")


def test_requirements_files(scene: Scene) -> None:
    scene.write("requirements.in", "alpha\nbeta\n")
    scene.write("more.in", "gamma\n")
    scene.write("limits.txt", "limited<3\n")
    scene.write("instead.txt", "capped==1.0\n")
    arguments = ("-r", "requirements.in", "-r", "more.in", "-c", "limits.txt")
    scene.uv("why", "plain", *arguments)
    scene.uv("why", "limited", *arguments, "--universal")
    scene.uv("why", "capped", *arguments, "--override", "instead.txt")
    scene.uv("why", "capped", *arguments, "--resolution", "lowest")
    scene.uv("why", "missing", *arguments)
    scene.check("why/requirements_files")


def test_forks_are_answered_one_by_one(scene: Scene) -> None:
    dependencies = "\"capped<2 ; sys_platform == 'win32'\", \"capped ; sys_platform != 'win32'\""
    scene.write("pyproject.toml", PROJECT.replace('"alpha"', dependencies).replace('capped<2"]', 'gamma"]'))
    scene.uv("lock", "-q")
    scene.uv("why", "capped")
    scene.check("why/forks")


def test_json_is_a_graph(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("why", "capped", "--format", "json")
    answer = json.loads(scene.said[-1].split("----- stdout -----\n")[1].split("----- stderr -----")[0])
    nodes = {number: node["name"] for number, node in enumerate(answer["nodes"])}
    edges = {(nodes[edge["from"]], nodes[edge["to"]]) for edge in answer["edges"]}
    assert {("app", "alpha"), ("alpha", "capped"), ("beta", "capped"), ("app", "capped")} <= edges

"""``uv tree`` and ``uv export`` by whole outputs, recorded from uv."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.index_server import IndexServer
from tests.support.packages import make_sdist, make_wheel
from tests.support.scenes import Scene, Stories

PROJECT = """[project]
name = "app"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["alpha", "gamma ; sys_platform == 'win32'"]

[project.optional-dependencies]
more = ["delta<2"]
most = ["app[more]", "sigma"]

[dependency-groups]
dev = ["beta"]
docs = ["epsilon", { include-group = "dev" }]
"""
WORKSPACE = """[project]
name = "app"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["one"]

[tool.uv.sources]
one = { workspace = true }

[tool.uv.workspace]
members = ["one", "two"]
"""
MEMBER = """[project]
name = "NAME"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["DEPENDENCY"]

[build-system]
requires = ["uv_build>=0.12,<0.13"]
build-backend = "uv_build"
"""
CONFLICTS = """[project]
name = "app"
version = "0.1.0"
requires-python = ">=3.11"

[project.optional-dependencies]
old = ["delta==1.0"]
new = ["delta==2.0"]

[tool.uv]
conflicts = [[{ extra = "old" }, { extra = "new" }]]
"""
SCRIPT = """# /// script
# requires-python = ">=3.11"
# dependencies = ["alpha"]
# ///
print("hello")
"""


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with IndexServer() as server:
        server.add(make_wheel("alpha", "1.0", requires=["beta>=1", "gamma"]))
        server.add(make_wheel("beta", "1.0", requires=["delta"]))
        server.add(make_wheel("gamma", "0.1", requires=["delta ; extra == 'fast'", "beta"], extras=["fast"]))
        server.add(make_wheel("delta", "1.0"))
        server.add(make_wheel("delta", "2.0"))
        server.add(make_wheel("epsilon", "1.0", requires=["gamma[fast]"]))
        server.add(make_sdist("sigma", "1.0", requires=["delta"]))
        yield Scene(tmp_path.resolve() / "s", server)


STORIES: Stories[Scene] = Stories()
story = STORIES.tell


@pytest.mark.parametrize("name", STORIES)
def test_tree_and_export(scene: Scene, name: str) -> None:
    STORIES[name](scene)
    scene.check(f"views/{name}")


@story
def trees(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("tree", "--frozen")
    scene.uv("tree", "--locked")
    scene.uv("tree")
    scene.uv("tree", "--universal")
    scene.uv("tree", "--invert")
    scene.uv("tree", "--invert", "--package", "delta")
    scene.uv("tree", "--package", "gamma", "--package", "epsilon")
    scene.uv("tree", "--package", "nothing")
    scene.uv("tree", "--depth", "1")
    scene.uv("tree", "--prune", "gamma")
    scene.uv("tree", "--no-dedupe")
    scene.uv("tree", "--python-platform", "windows")
    scene.uv("tree", "--python-version", "3.13")
    scene.uv("tree", "--frozen", "--universal")
    scene.uv("tree", "--show-sizes")
    scene.uv("tree", "--outdated")
    scene.uv("tree", "-q")


@story
def trees_of_groups(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("tree", "--all-groups")
    scene.uv("tree", "--no-dev")
    scene.uv("tree", "--only-dev")
    scene.uv("tree", "--group", "docs")
    scene.uv("tree", "--only-group", "docs")
    scene.uv("tree", "--no-default-groups")
    scene.uv("tree", "--no-group", "dev")


@story
def trees_of_workspaces_and_scripts(scene: Scene) -> None:
    scene.write("pyproject.toml", WORKSPACE)
    scene.write("one/pyproject.toml", MEMBER.replace("NAME", "one").replace("DEPENDENCY", "beta"))
    scene.write("two/pyproject.toml", MEMBER.replace("NAME", "two").replace("DEPENDENCY", "epsilon"))
    scene.uv("tree")
    scene.uv("tree", cwd="two")
    scene.uv("tree", "--package", "two")
    scene.write("script.py", SCRIPT)
    scene.uv("tree", "--script", "script.py")
    scene.show("script.py.lock")
    scene.uv("tree", "--script", "missing.py")


@story
def trees_as_json(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("tree", "--format", "json")
    json = ("tree", "--preview-features", "json-output", "--format", "json")
    scene.uv(*json, "--universal", "--group", "docs", "--no-dedupe", "--show-sizes")
    scene.uv(*json, "--invert", "--package", "delta")
    scene.uv(*json, "--depth", "0", "--only-group", "docs")
    scene.uv(*json, "--prune", "gamma", "--outdated", "--all-groups")
    scene.uv(*json, "--python-platform", "windows", "--python-version", "3.13", "-q")
    scene.uv(*json, "-qq")
    scene.write("script.py", SCRIPT)
    scene.uv(*json, "--script", "script.py")
    scene.uv(*json, "--script", "script.py", "--invert", "--depth", "1")


@story
def json_trees_of_workspaces(scene: Scene) -> None:
    scene.write("pyproject.toml", WORKSPACE)
    scene.write("one/pyproject.toml", MEMBER.replace("NAME", "one").replace("DEPENDENCY", "beta"))
    scene.write("two/pyproject.toml", MEMBER.replace("NAME", "two").replace("DEPENDENCY", "epsilon"))
    json = ("tree", "--preview-features", "json-output", "--format", "json")
    scene.uv(*json, "--depth", "1")
    scene.uv(*json, "--package", "two", cwd="two")
    scene.write("pyproject.toml", '[tool.uv.workspace]\nmembers = ["one"]\n[dependency-groups]\nlint = ["alpha"]\n')
    scene.uv(*json, "--group", "lint", "--prune", "beta")
    scene.uv(*json, "--group", "lint", "--invert", "--package", "alpha")


@story
def json_trees_of_conflicting_extras(scene: Scene) -> None:
    scene.write("pyproject.toml", CONFLICTS)
    json = ("tree", "--preview-features", "json-output", "--format", "json", "--universal")
    scene.uv(*json)
    scene.uv(*json, "--invert")


@story
def requirements(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("export", "--frozen")
    scene.uv("export", "--locked")
    scene.uv("export")
    scene.uv("export", "--no-hashes", "--extra", "more")
    scene.uv("export", "--no-hashes", "--all-extras", "--no-extra", "most")
    scene.uv("export", "--no-hashes", "--all-groups")
    scene.uv("export", "--no-hashes", "--no-dev")
    scene.uv("export", "--no-hashes", "--only-group", "docs")
    scene.uv("export", "--no-hashes", "--no-annotate", "--no-header")
    scene.uv("export", "--no-hashes", "--prune", "gamma")
    scene.uv("export", "--no-hashes", "--no-emit-package", "beta", "--no-emit-package", "delta")
    scene.uv("export", "--no-hashes", "--emit-index-url", "--emit-find-links")
    scene.uv("export", "--no-hashes", "-U", "-P", "alpha")
    scene.uv("export", "--no-hashes", "--extra", "nothing")
    scene.uv("export", "--no-hashes", "--group", "nothing")
    scene.uv("export", "--no-hashes", "--package", "nothing")
    scene.uv("export", "--no-hashes", "--package", "nothing", "--package", "else")


@story
def lockfiles_of_the_standard(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("export", "--format", "pylock.toml")
    scene.uv("export", "--format", "pylock.toml", "--all-extras", "--no-header")
    scene.uv("export", "-q", "-o", "deep/pylock.dev.toml")
    scene.show("deep/pylock.dev.toml")
    scene.uv("export", "--format", "pylock.toml", "-o", "other.toml")


@story
def output_files(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("export", "--no-hashes", "-o", "requirements.txt")
    scene.show("requirements.txt")
    scene.uv("export", "--no-hashes", "-q", "-o", "quiet.txt")
    scene.show("quiet.txt")
    scene.uv("export", "-o", "pyproject.toml")
    scene.uv("export", "-q", "--no-hashes")


@story
def exports_of_workspaces(scene: Scene) -> None:
    scene.write("pyproject.toml", WORKSPACE)
    scene.write("one/pyproject.toml", MEMBER.replace("NAME", "one").replace("DEPENDENCY", "beta"))
    scene.write("two/pyproject.toml", MEMBER.replace("NAME", "two").replace("DEPENDENCY", "epsilon"))
    scene.uv("export", "--no-hashes")
    scene.uv("export", "--no-hashes", "--all-packages")
    scene.uv("export", "--no-hashes", "--package", "two")
    scene.uv("export", "--no-hashes", "--package", "one", "--package", "two")
    scene.uv("export", "--no-hashes", "--no-editable")
    scene.uv("export", "--no-hashes", "--no-emit-project")
    scene.uv("export", "--no-hashes", "--no-emit-workspace")
    scene.uv("export", "--no-hashes", "--only-emit-workspace")
    scene.uv("export", "--no-hashes", "--no-emit-local")
    scene.uv("export", "--format", "pylock.toml", "--all-packages")
    scene.uv("export", "--no-hashes", cwd="two")


@story
def conflicting_extras(scene: Scene) -> None:
    scene.write("pyproject.toml", CONFLICTS)
    scene.uv("export", "--no-hashes", "--extra", "old")
    scene.uv("export", "--no-hashes", "--extra", "new")
    scene.uv("export", "--all-extras")
    scene.uv("tree")
    scene.uv("tree", "--universal", "--invert")


@story
def exports_of_scripts(scene: Scene) -> None:
    scene.write("script.py", SCRIPT)
    scene.uv("export", "--no-hashes", "--script", "script.py")
    scene.show("script.py.lock")
    scene.uv("lock", "--script", "script.py")
    scene.uv("export", "--no-hashes", "--script", "script.py", "--frozen")
    scene.uv("export", "--format", "pylock.toml", "--script", "script.py")
    scene.uv("export", "--script", "missing.py")

"""``uv add`` and ``uv remove`` by whole outputs, manifests and lockfiles, recorded from uv."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.index_server import IndexServer
from tests.support.packages import make_wheel
from tests.support.scenes import Scene, Stories

PROJECT = """[project]
name = "app"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = []
"""
FULL = """[project]
name = "app"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = [
    "alpha", # first
    # about beta
    "beta",
]

[project.optional-dependencies]
more = ["gamma"]

[dependency-groups]
dev = ["delta"]
docs = ["delta"]

[tool.uv.sources]
gamma = { index = "local" }

[[tool.uv.index]]
name = "local"
url = "SERVER"
"""
LIBRARY = """[project]
name = "NAME"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["beta"]

[build-system]
requires = ["uv_build>=0.12,<0.13"]
build-backend = "uv_build"
"""
SCRIPT = """# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///
print("hello")
"""


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with IndexServer() as server:
        for version in ("1.0", "1.1", "2.0"):
            server.add(make_wheel("alpha", version, requires=["beta>=1"]))
        for version in ("1.2.3", "2.0+local.1"):
            server.add(make_wheel("beta", version))
        server.add(make_wheel("gamma", "0.1.2", requires=["delta ; extra == 'fast'"], extras=["fast"]))
        server.add(make_wheel("delta", "1.0"))
        server.add(make_wheel("asyncio", "3.4"))
        yield Scene(tmp_path.resolve() / "s", server)


STORIES: Stories[Scene] = Stories()
story = STORIES.tell


@pytest.mark.parametrize("name", STORIES)
def test_edits(scene: Scene, name: str) -> None:
    STORIES[name](scene)
    scene.check(f"edits/{name}", ((r"`\w*linux_\d+_\d+_\w+`", "`[PLATFORM-TAG]`"),))


def show(scene: Scene) -> None:
    """Record manifest and lockfile."""
    scene.show("pyproject.toml")
    scene.show("uv.lock")


@story
def first_additions(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("add", "alpha")
    show(scene)
    scene.uv("add", "Gamma[fast]", "delta>=0.5")
    scene.uv("add", "alpha")
    scene.uv("add", "alpha<2")
    show(scene)
    scene.installed()


@story
def lists(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("add", "--dev", "delta")
    scene.uv("add", "--group", "docs", "gamma")
    scene.uv("add", "--optional", "Extra", "alpha")
    show(scene)
    scene.installed()
    scene.uv("remove", "delta")
    scene.uv("remove", "--dev", "delta")
    scene.uv("remove", "--group", "docs", "gamma")
    scene.uv("remove", "--optional", "extra", "alpha")
    show(scene)
    scene.installed()


@story
def bounds(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("add", "alpha", "--bounds", "major")
    scene.uv("add", "beta", "--bounds", "minor")
    scene.uv("add", "gamma", "--bounds", "exact")
    scene.uv("add", "delta>0.1", "--bounds", "exact")
    scene.show("pyproject.toml")


@story
def markers_and_extras(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("add", "gamma", "--extra", "fast", "-m", "sys_platform == 'win32'")
    scene.uv("add", "gamma")
    scene.uv("add", "gamma", "--marker", "python_version >= '3.8'")
    scene.uv("add", "gamma>0.1")
    show(scene)
    scene.uv("remove", "gamma")
    scene.show("pyproject.toml")


@story
def files_of_requirements(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.write("requirements.txt", "beta>1  # comment\nalpha\n-c limits.txt\n")
    scene.write("limits.txt", "alpha<2\n")
    scene.write("empty.txt", "")
    scene.uv("add", "-r", "requirements.txt")
    scene.uv("add", "delta", "-c", "limits.txt")
    scene.uv("add", "-r", "empty.txt", "--group", "nothing")
    scene.uv("add", "-r", "missing.txt")
    scene.uv("add", "-r", "pyproject.toml")
    show(scene)


@story
def failures_restore_everything(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("add", "unknown-package")
    show(scene)
    scene.uv("add", "alpha<2")
    scene.uv("add", "beta>99")
    scene.uv("add", "asyncio>99")
    scene.uv("add", "alpha==1.0", "alpha==2.0")
    scene.uv("add", "app")
    scene.uv("add", "beta==")
    scene.uv("add", "./missing")
    show(scene)
    scene.installed()


@story
def unpackaged_wheel_restores(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.server.add(make_wheel("other", "1.0", tags="py3-none-win_amd64"))
    scene.uv("add", "other")
    show(scene)


@story
def frozen_and_locked(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("add", "--frozen", "alpha", "beta>1")
    show(scene)
    scene.uv("add", "--locked", "delta")
    scene.uv("lock")
    scene.uv("add", "--locked", "delta")
    scene.uv("remove", "--locked", "alpha")
    scene.show("pyproject.toml")
    scene.uv("remove", "--frozen", "beta")
    scene.uv("add", "--locked", "--frozen", "delta")
    scene.uv("add", "--no-sync", "--frozen", "delta")
    scene.uv("add", "--no-sync", "delta")
    show(scene)
    scene.installed()


@story
def sources(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.write("../outside/pyproject.toml", LIBRARY.replace("NAME", "outside"))
    scene.uv("add", "--frozen", "../outside")
    scene.uv("add", "--frozen", "--editable", "../outside")
    scene.uv("add", "--frozen", "repo @ git+https://example.org/repo@main#subdirectory=sub")
    scene.uv("add", "--frozen", "repo @ git+https://example.org/repo", "--tag", "v1")
    scene.uv("add", "--frozen", "repo", "--branch", "next")
    scene.uv("add", "--frozen", "alpha", "--rev", "abc")
    scene.uv("add", "--frozen", "alpha", "--editable")
    scene.uv("add", "--frozen", "archive @ https://example.org/archive-1.0.tar.gz")
    scene.uv("add", "--frozen", "--raw", "plain @ https://user:secret@example.org/plain-1.0.tar.gz")
    scene.show("pyproject.toml")
    scene.uv("remove", "--frozen", "repo", "archive")
    scene.show("pyproject.toml")


@story
def members(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.write("packages/one/pyproject.toml", LIBRARY.replace("NAME", "one"))
    scene.write("packages/one/src/one/__init__.py", "")
    scene.write("packages/two/pyproject.toml", LIBRARY.replace("NAME", "two"))
    scene.uv("add", "./packages/one")
    scene.uv("add", "--no-workspace", "./packages/two", "--frozen")
    scene.show("pyproject.toml")
    scene.uv("add", "--package", "one", "delta")
    scene.uv("add", "--package", "missing", "delta")
    scene.show("packages/one/pyproject.toml")
    scene.uv("remove", "--package", "one", "delta")
    scene.show("packages/one/pyproject.toml")
    scene.uv("add", "gamma", cwd="packages/one")
    scene.show("packages/one/pyproject.toml")


@story
def indexes(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    address = scene.server.index_url
    scene.uv("add", "alpha", "--index", f"local={address}")
    scene.uv("add", "delta", "--default-index", address)
    scene.uv("add", "delta", "--index", "./missing")
    scene.write("wheels/.keep", "")
    scene.uv("add", "gamma", "--extra-index-url", address)
    show(scene)


@story
def comments_and_sources_survive(scene: Scene) -> None:
    scene.write("pyproject.toml", FULL.replace("SERVER", scene.server.index_url))
    scene.uv("remove", "alpha")
    scene.uv("remove", "--optional", "more", "gamma")
    scene.uv("remove", "--group", "docs", "delta")
    scene.uv("remove", "nothing")
    scene.uv("remove", "delta")
    scene.uv("add", "alpha", "delta")
    scene.show("pyproject.toml")


@story
def roots_without_project(scene: Scene) -> None:
    scene.uv("add", "alpha")
    scene.uv("remove", "alpha")
    scene.write("pyproject.toml", "[tool.uv.workspace]\nmembers = []\n")
    scene.uv("add", "alpha")
    scene.uv("add", "--optional", "more", "alpha")
    scene.uv("add", "--dev", "alpha")
    show(scene)
    scene.uv("remove", "--dev", "alpha")
    scene.show("pyproject.toml")


@story
def legacy_development_dependencies(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT + '\n[tool.uv]\ndev-dependencies = ["delta"]\n')
    scene.uv("add", "--dev", "beta")
    scene.uv("remove", "--dev", "delta")
    scene.uv("add", "--group", "dev", "alpha")
    scene.show("pyproject.toml")


@story
def scripts(scene: Scene) -> None:
    scene.write("one.py", SCRIPT)
    scene.write("two.py", "#!/usr/bin/env python\nprint(2)\n")
    scene.uv("add", "--script", "one.py", "alpha")
    scene.uv("add", "--script", "two.py", "beta<2")
    scene.show("one.py")
    scene.show("two.py")
    scene.show("one.py.lock")
    scene.uv("remove", "--script", "one.py", "alpha")
    scene.uv("remove", "--script", "one.py", "alpha")
    scene.uv("lock", "--script", "one.py")
    scene.uv("add", "--script", "one.py", "delta", "--no-sync")
    scene.uv("add", "--script", "one.py", "unknown-package")
    scene.show("one.py")
    scene.show("one.py.lock")
    scene.uv("remove", "--script", "one.py", "delta")
    scene.show("one.py.lock")
    scene.uv("add", "--script", "missing.py", "alpha")
    scene.uv("remove", "--script", "missing.py", "alpha")


@story
def variables(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("add", "delta", env={"UV_NO_SYNC": "1"})
    scene.uv("add", "beta", env={"UV_FROZEN": "1"})
    scene.uv("add", "gamma", env={"UV_LOCKED": "1"})
    scene.uv("add", "gamma", env={"UV_DEV": "1"})
    scene.uv("add", "alpha", env={"VIRTUAL_ENV": "/somewhere/else"})
    scene.show("pyproject.toml")

"""Environments of projects in the cache (preview ``centralized-project-envs``), by whole outputs recorded from uv."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.cli import SOURCE, run_process
from tests.support.index_server import IndexServer
from tests.support.packages import make_wheel
from tests.support.scenes import Scene, Stories

pytestmark = pytest.mark.skipif(os.name == "nt", reason="symbolic links")

PROJECT = """[project]
name = "app"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["alpha"]
"""
FILTERS = (
    (r"\b(app|member|project|other)-cp[\w.]+-[0-9a-f]{16}", r"\1-[HASH]"),
    (r"\.tmp[\w-]+(\.venv)?", "[TEMPORARY]"),
)
ON = {"UV_PREVIEW_FEATURES": "centralized-project-envs"}
STORIES: Stories[Scene] = Stories()
story = STORIES.tell


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with IndexServer() as server:
        server.add(make_wheel("alpha", "1.0"))
        server.add(make_wheel("pip", "24.0"))
        server.add(make_wheel("setuptools", "70.0"))
        server.add(make_wheel("wheel", "0.43.0"))
        scene = Scene(tmp_path.resolve() / "s", server)
        scene.environ["SHELL"] = "/bin/bash"
        scene.write("pyproject.toml", PROJECT)
        yield scene


@pytest.mark.parametrize("name", STORIES)
def test_centralized_environments(scene: Scene, name: str) -> None:
    STORIES[name](scene)
    scene.check(f"centralized/{name}", FILTERS)


def tell_venv(scene: Scene, path: str = ".venv") -> None:
    """Record what is at the place of an environment, and what the store holds."""
    place = scene.project / path
    if place.is_symlink():
        said = f"link to {os.readlink(place)}" + ("" if place.exists() else " (broken)")
    elif place.is_file():
        said = f"file: {place.read_text()}"
    elif (place / "pyvenv.cfg").exists():
        said = "environment"
    else:
        said = f"directory of {sorted(os.listdir(place))}" if place.is_dir() else "nothing"
    store = scene.root / "cache" / "environments-v2"
    stored = sorted(os.listdir(store)) if store.is_dir() else []
    scene.said.append(f"# {path}: {said}\n# stored: {' '.join(name for name in stored if name[0] != '.')}\n")


@story
def made_and_used_again(scene: Scene) -> None:
    scene.uv("sync", "--dry-run", env=ON)
    tell_venv(scene)
    scene.uv("sync", env=ON)
    tell_venv(scene)
    scene.installed()
    scene.uv("sync", env=ON)
    scene.uv("sync", "--dry-run", env=ON)
    scene.uv("sync", "--check", env=ON)
    os.unlink(scene.project / ".venv")
    scene.uv("lock", env=ON)
    scene.uv("sync", "--dry-run", env=ON)
    tell_venv(scene)
    scene.uv("sync", env=ON)
    tell_venv(scene)


@story
def without_the_feature(scene: Scene) -> None:
    scene.uv("sync", "-q", env=ON)
    scene.uv("sync")
    tell_venv(scene)
    shutil.rmtree(scene.root / "cache" / "environments-v2")
    scene.uv("lock")
    scene.uv("sync", "--dry-run")
    scene.uv("sync")
    tell_venv(scene)
    scene.uv("sync", env=ON)
    tell_venv(scene)


@story
def no_cache(scene: Scene) -> None:
    scene.uv("tree", "--no-cache", env=ON)
    scene.uv("sync", "--no-cache", env=ON)
    tell_venv(scene)
    scene.uv("sync", env=ON)
    tell_venv(scene)
    scene.uv("sync", "--no-cache", env=ON)
    tell_venv(scene)


@story
def something_is_in_the_place(scene: Scene) -> None:
    scene.write(".venv", "my own")
    scene.uv("sync")
    scene.uv("sync", env=ON)
    tell_venv(scene)
    os.unlink(scene.project / ".venv")
    scene.write(".venv/keep", "")
    scene.uv("sync", env=ON)
    tell_venv(scene)
    scene.uv("run", "python", "-c", "import alpha", env=ON)
    scene.uv("venv", env=ON)
    shutil.rmtree(scene.project / ".venv")
    (scene.project / "elsewhere").mkdir()
    scene.write("elsewhere/mine", "")
    os.symlink("elsewhere", scene.project / ".venv")
    scene.uv("sync", env=ON)
    tell_venv(scene)
    tell_venv(scene, "elsewhere")


@story
def path_files(scene: Scene) -> None:
    scene.uv("sync", "-q", env=ON)
    target = os.readlink(scene.project / ".venv")
    os.unlink(scene.project / ".venv")
    scene.write(".venv", target)
    scene.uv("sync", "--dry-run")
    scene.uv("tree")
    scene.uv("lock")
    scene.uv("sync", env=ON)
    tell_venv(scene)
    os.unlink(scene.project / ".venv")
    scene.write(".venv", target)
    scene.uv("sync")
    tell_venv(scene)
    shutil.rmtree(scene.project / ".venv")
    scene.write(".venv", target)
    scene.uv("venv", "--allow-existing")
    tell_venv(scene)
    shutil.rmtree(scene.project / ".venv")
    scene.write(".venv", target)
    scene.uv("venv")
    tell_venv(scene)


@story
def explicit_places(scene: Scene) -> None:
    scene.uv("sync", env={**ON, "UV_PROJECT_ENVIRONMENT": "there"})
    tell_venv(scene, "there")
    scene.uv("venv", "-q", "active")
    scene.uv("sync", "--active", env={**ON, "VIRTUAL_ENV": "active"})
    scene.uv("sync", env={**ON, "VIRTUAL_ENV": "active"})
    tell_venv(scene)
    scene.uv("venv", env={**ON, "UV_PROJECT_ENVIRONMENT": "here"})
    scene.uv("venv", "named", env=ON)
    tell_venv(scene, "named")


@story
def incomplete(scene: Scene) -> None:
    scene.uv("sync", "-q", env=ON)
    target = Path(os.readlink(scene.project / ".venv"))
    shutil.rmtree(target)
    target.mkdir()
    scene.uv("sync", env=ON)
    shutil.rmtree(target)
    target.mkdir()
    (target / "CACHEDIR.TAG").write_text("")
    scene.uv("sync", "--dry-run", env=ON)
    scene.uv("sync", env=ON)
    (target / "bin" / "python").unlink()
    scene.uv("sync", env=ON)
    tell_venv(scene)


@story
def workspaces(scene: Scene) -> None:
    scene.write("pyproject.toml", '[tool.uv.workspace]\nmembers = ["member"]\n')
    scene.write("member/pyproject.toml", PROJECT.replace('"app"', '"member"'))
    scene.uv("sync", env=ON)
    tell_venv(scene)
    scene.uv("sync", "--package", "member", env=ON)
    tell_venv(scene)
    scene.uv("sync", env=ON, cwd="member")
    scene.uv("venv", env=ON, cwd="member")
    tell_venv(scene, "member/.venv")


@story
def links_to_environments(scene: Scene) -> None:
    """A link elsewhere is followed, a link into the store replaced."""
    scene.uv("sync", "-q")
    os.rename(scene.project / ".venv", scene.project / "real")
    os.symlink("real", scene.project / ".venv")
    shutil.rmtree(scene.project / "real" / "bin")
    scene.uv("sync")
    tell_venv(scene)
    scene.installed("real")
    scene.uv("sync", "-q", env=ON)
    target = Path(os.readlink(scene.project / ".venv"))
    shutil.rmtree(target / "bin")
    scene.uv("sync", "--dry-run")
    scene.uv("sync")
    tell_venv(scene)
    os.symlink(target, scene.project / "override")
    scene.uv("sync", env={**ON, "UV_PROJECT_ENVIRONMENT": "override"})
    tell_venv(scene, "override")


@story
def made_by_venv(scene: Scene) -> None:
    scene.uv("venv", env=ON)
    tell_venv(scene)
    scene.write(".venv/marker", "")
    scene.uv("venv", "--allow-existing", env=ON)
    scene.uv("venv", "--no-clear", env=ON)
    scene.show(".venv/marker")
    scene.uv("venv", "--clear", env=ON)
    scene.show(".venv/marker")
    scene.uv("venv", "--seed", env=ON)
    scene.installed()
    scene.uv("venv", "--no-cache", env=ON)
    tell_venv(scene)
    scene.uv("venv", "-q", "--clear", env=ON)
    scene.uv("venv", "--allow-existing")
    tell_venv(scene)
    scene.uv("venv")
    tell_venv(scene)
    scene.uv("venv", "--no-project", "--clear", env=ON)
    scene.uv("sync", env=ON)
    tell_venv(scene)


@story
def edits_and_runs(scene: Scene) -> None:
    scene.uv("add", "--frozen", "alpha", env=ON)
    scene.uv("add", "alpha", env=ON)
    tell_venv(scene)
    scene.uv(
        "run",
        "python",
        "-c",
        "import os, sys, alpha; print(sys.prefix == os.environ['VIRTUAL_ENV'], sys.prefix)",
        env=ON,
    )
    scene.uv("run", "--isolated", "-q", "python", "-c", "import alpha", env=ON)
    scene.uv("pip", "list")
    scene.uv("remove", "alpha", env=ON)
    scene.uv("version", "2", env=ON)
    scene.uv("export", "-q", env=ON)
    scene.uv("sync", "--output-format", "json", "--dry-run", env=ON)
    scene.uv("cache", "prune", "-q")
    tell_venv(scene)
    scene.uv("run", "python", "-c", "", env=ON)
    tell_venv(scene)


def quick(scene: Scene, *words: str, **variables: str) -> tuple[str, str]:
    """Say what the fast path answers, and what the ordinary path would."""
    code = (
        "import sys, os; from ultraviolet.fastpath import answer, decoded_environment\n"
        "from ultraviolet import __version__\n"
        "answer(sys.argv[1:], decoded_environment(), os.getcwd(), __version__, '/opt/uv') or print('asked')"
    )
    environ = {**scene.environ, **variables}
    done = subprocess.run(
        [sys.executable, "-S", "-c", code, *words],
        cwd=scene.project,
        env={**environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + re.sub(r" in \S+", "", done.stderr), run_process(*words, cwd=scene.project, env=environ).stdout


RUN = ("run", "python", "-c", "import sys; print(sys.prefix)")


def test_the_fast_path_answers_by_way_of_the_link(scene: Scene) -> None:
    for words in (RUN, RUN, ("sync",), ("sync",)):  # the first run compiles
        assert run_process(*words, cwd=scene.project, env={**scene.environ, **ON}).exit_code == 0
    root = os.readlink(scene.project / ".venv")

    assert quick(scene, "sync", **ON)[0] == "Resolved 2 packages\nChecked 1 package\n"
    assert quick(scene, *RUN, **ON) == (f"{root}\n", f"{root}\n")


def test_the_fast_path_does_not_answer_for_another_environment(scene: Scene) -> None:
    link = scene.project / ".venv"
    for _ in range(2):
        run_process(*RUN, cwd=scene.project, env={**scene.environ, **ON})
    root = Path(os.readlink(link))
    assert quick(scene, *RUN, **ON) == (f"{root}\n", f"{root}\n")

    # Without the feature, which a variable decides, nothing was recorded.
    assert quick(scene, *RUN)[0] == "asked\n"
    # The link leads to a copy, stamps and all.
    shutil.copytree(root, root.with_name("copy"), symlinks=True)
    link.unlink()
    link.symlink_to(root.with_name("copy"))
    assert quick(scene, *RUN, **ON) == ("asked\n", f"{root}\n")
    assert os.readlink(link) == str(root)
    # A local environment takes the place of the link.
    link.unlink()
    shutil.copytree(root, link, symlinks=True)
    assert quick(scene, *RUN, **ON) == ("asked\n", f"{root}\n")
    # The cache was pruned.
    run_process("cache", "prune", cwd=scene.project, env=scene.environ)
    assert quick(scene, *RUN, **ON) == ("asked\n", f"{root}\n")


def test_the_fast_path_sees_that_settings_switch_the_feature(scene: Scene) -> None:
    settings = '\n[tool.uv]\npreview-features = ["centralized-project-envs"]\n'
    scene.write("pyproject.toml", PROJECT + settings)
    for _ in range(2):
        assert run_process("sync", cwd=scene.project, env=scene.environ).exit_code == 0
    assert quick(scene, "sync")[0] != "asked\n"

    scene.write("pyproject.toml", PROJECT)
    assert quick(scene, "sync")[0] == "asked\n"
    assert (scene.project / ".venv").is_symlink()
    # What the link leads to may be used without the feature as well.
    assert quick(scene, "sync")[0] != "asked\n"
    scene.write("pyproject.toml", PROJECT + settings)
    assert quick(scene, "sync")[0] == "asked\n"


def test_no_answer_is_kept_of_filling_an_environment_in_the_cache(scene: Scene) -> None:
    settings = '\n[tool.uv]\npreview-features = ["centralized-project-envs"]\n'
    scene.write("pyproject.toml", PROJECT + settings)
    run_process("sync", cwd=scene.project, env=scene.environ)
    root = os.readlink(scene.project / ".venv")
    for words in (("venv",), ("sync",)):
        assert run_process(*words, cwd=scene.project, env=scene.environ).exit_code == 0
    shutil.rmtree(root)
    (scene.project / ".venv").unlink()
    assert run_process("sync", cwd=scene.project, env=scene.environ).exit_code == 0

    assert not (scene.root / "cache" / "state-v1" / "answers").exists()
    assert os.readlink(scene.project / ".venv") == root

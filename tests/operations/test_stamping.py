"""What a no-op of a project depends on: a changed input of every kind makes the ordinary path run."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.index_server import IndexServer
from tests.support.packages import make_wheel
from tests.support.scenes import Scene

from ultraviolet import __version__, fastpath

UV_BUILD = '\n[build-system]\nrequires = ["uv_build>=0.12,<0.13"]\nbuild-backend = "uv_build"\n'
ROOT = """[project]
name = "app"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["alpha", "lib", "member", "wheel-lib"]

[dependency-groups]
dev = ["beta"]

[tool.uv.workspace]
members = ["packages/*"]
exclude = ["packages/no-*"]

[tool.uv.sources]
member = { workspace = true }
lib = { path = "../lib", editable = true }
wheel-lib = { path = "files/wheel_lib-1.0-py3-none-any.whl" }
"""


class Place(Scene):
    """A project of all kinds of inputs, synced."""

    def lay_out(self) -> None:
        self.write("pyproject.toml", ROOT + UV_BUILD)
        self.write("src/app/__init__.py", "")
        self.write("README.md", "not an input")
        for name, directory in (("member", "packages/member"), ("lib", "../lib")):
            self.write(f"{directory}/pyproject.toml", f'[project]\nname = "{name}"\nversion = "1"\n' + UV_BUILD)
            self.write(f"{directory}/src/{name}/__init__.py", "")
        wheel = make_wheel("wheel-lib", "1.0")
        self.write("files/.keep", "")
        (self.project / "files" / wheel.filename).write_bytes(wheel.content)

    def age(self) -> None:
        """Let all files look as if they had been there for long."""
        for directory in (self.project, self.project.parent / "lib"):
            for path in directory.rglob("*"):
                if ".venv" not in path.parts and path.is_file():
                    os.utime(path, (1_700_000_000, 1_700_000_000))

    def answers(self, *words: str) -> bool:
        """Whether a command line would be answered without its ordinary path."""
        found = fastpath.check(words or ("sync",), self.environ, str(self.project), __version__)
        return found is not None

    @property
    def site_packages(self) -> Path:
        return next((self.project / ".venv/lib").glob("python*")) / "site-packages"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    # Inputs count as old at once: clocks of file systems are not the subject here.
    monkeypatch.setattr("ultraviolet.stamp._TICK_NANOSECONDS", -(10**12))
    with IndexServer() as server:
        server.add(make_wheel("alpha", "1.0"))
        server.add(make_wheel("beta", "1.0"))
        found = Place(tmp_path.resolve() / "s", server)
        found.lay_out()
        found.age()
        yield found


def test_synced_project_is_answered(place: Place) -> None:
    assert place.uv("sync") == 0
    assert not place.answers("sync", "--frozen")
    assert place.uv("sync") == 0
    assert place.answers(), place.said
    assert not place.answers("lock")
    assert place.uv("lock") == 0
    assert place.answers("lock")


def edit(path: str, text: str = "\n# more\n") -> Callable[[Place], None]:
    def change(place: Place) -> None:
        target = place.project / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("a") as stream:
            stream.write(text)

    return change


def remove(path: str) -> Callable[[Place], None]:
    def change(place: Place) -> None:
        target = place.project / path
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink()

    return change


def uninstall(name: str) -> Callable[[Place], None]:
    def change(place: Place) -> None:
        shutil.rmtree(next(place.site_packages.glob(f"{name}-*.dist-info")))

    return change


def install(place: Place) -> None:
    (place.site_packages / "extra-1.dist-info").mkdir()


def remake_environment(place: Place) -> None:
    shutil.rmtree(place.project / ".venv")


def other_interpreter(place: Place) -> None:
    link = place.project / ".venv/bin/python"
    link.unlink()
    link.symlink_to("/usr/bin/env")


def new_source_directory(place: Place) -> None:
    shutil.rmtree(place.project / "../lib/src")
    (place.project / "../lib/src/lib").mkdir(parents=True)


CHANGES: dict[str, Callable[[Place], None]] = {
    "manifest": edit("pyproject.toml"),
    "lockfile edited": edit("uv.lock"),
    "lockfile removed": remove("uv.lock"),
    "manifest of a member": edit("packages/member/pyproject.toml"),
    "member added": edit("packages/new/pyproject.toml", '[project]\nname = "new"\nversion = "1"\n'),
    "member removed": remove("packages/member"),
    "manifest of a path dependency": edit("../lib/pyproject.toml"),
    "path dependency removed": remove("../lib"),
    "wheel of a path dependency": edit("files/wheel_lib-1.0-py3-none-any.whl"),
    "wheel removed": remove("files/wheel_lib-1.0-py3-none-any.whl"),
    "setup.py appears": edit("setup.py", ""),
    "setup.cfg of a path dependency appears": edit("../lib/setup.cfg", ""),
    "source directory made anew": new_source_directory,
    "pin": edit(".python-version", "3\n"),
    "pin above": edit("../.python-version", "3\n"),
    "settings": edit("uv.toml", ""),
    "settings of the user": edit("../home/.config/uv/uv.toml", ""),
    "workspace above": edit("../pyproject.toml", '[tool.uv.workspace]\nmembers = ["project"]\n'),
    "package removed": uninstall("alpha"),
    "editable removed": uninstall("app"),
    "package added": install,
    "environment removed": remake_environment,
    "interpreter replaced": other_interpreter,
}


@pytest.mark.skipif(sys.platform == "win32", reason="links")
@pytest.mark.parametrize("change", CHANGES)
def test_changed_input_is_noticed(place: Place, change: str) -> None:
    place.uv("sync")
    place.uv("sync")
    assert place.answers(), place.said
    CHANGES[change](place)
    assert not place.answers()


def test_what_does_not_matter_is_not_an_input(place: Place) -> None:
    place.uv("sync")
    place.uv("sync")
    edit("README.md")(place)
    edit("src/app/__init__.py")(place)
    assert place.answers()


@pytest.mark.parametrize("tree", ["pyproject.toml", "packages/member/pyproject.toml", "../lib/pyproject.toml"])
def test_projects_with_cache_keys_have_no_stamps(place: Place, tree: str) -> None:
    edit(tree, '[tool.uv]\ncache-keys = [{ env = "KEY" }]\n')(place)
    place.age()
    place.uv("sync")
    place.uv("sync")
    assert not place.answers()


def test_members_at_any_depth_have_no_stamps(place: Place) -> None:
    place.replace("pyproject.toml", '"packages/*"', '"packages/**"')
    place.age()
    place.uv("sync")
    place.uv("sync")
    assert not place.answers()


@pytest.mark.parametrize(
    "words",
    [
        ("--reinstall",),
        ("--reinstall-package", "alpha"),
        ("--upgrade",),
        ("-P", "alpha"),
        ("--refresh",),
        ("--dry-run",),
        ("--check",),
        ("--compile-bytecode",),
        ("--output-format", "json"),
        ("--no-cache",),
    ],
)
def test_options_that_do_something_each_time_have_no_stamps(place: Place, words: tuple[str, ...]) -> None:
    place.uv("sync")
    place.uv("sync", *words)
    place.uv("sync", *words)
    assert not place.answers("sync", *words)


def test_warnings_are_not_swallowed(place: Place) -> None:
    place.replace("pyproject.toml", 'requires-python = ">=3.11"\n', "")
    place.age()
    place.uv("sync")
    place.uv("sync")
    assert "No `requires-python`" in place.said[-1]
    assert not place.answers()


def test_local_index_has_no_stamps(place: Place) -> None:
    links = place.project / "links"
    links.mkdir()
    for wheel in (make_wheel("alpha", "1.0"), make_wheel("beta", "1.0")):
        (links / wheel.filename).write_bytes(wheel.content)
    place.environ["UV_NO_INDEX"] = "1"
    place.environ["UV_FIND_LINKS"] = str(links)
    place.uv("sync")
    place.uv("sync")
    assert not place.answers()

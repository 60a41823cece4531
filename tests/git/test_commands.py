"""Commands with git sources, by whole outputs recorded from uv."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.git.conftest import GIT, Repository, project
from tests.support.index_server import IndexServer
from tests.support.packages import make_wheel
from tests.support.scenes import Scene

FILTERS = ((r"\S*/(git-v0|repositories-v\d+)/db/\w+", "[DATABASE]"), (r"Removed \d+ files.*", "Removed [FILES]"))
APP = '[project]\nname = "app"\nversion = "0.1.0"\nrequires-python = ">=3.11"\ndependencies = []\n'


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with IndexServer() as server:
        found = Scene(tmp_path / "scene", server)
        found.environ |= {name: value for name, value in GIT.items() if name.startswith("GIT_")}
        yield found


def check(scene: Scene, name: str, *repositories: Repository) -> None:
    places = tuple((found.url, f"[{found.path.name.upper()}]") for found in repositories)
    scene.check(name, (*FILTERS, *places))


def direct_urls(scene: Scene) -> None:
    """Record where packages came from."""
    for path in sorted((scene.project / ".venv").glob("lib/python*/site-packages/*.dist-info/direct_url.json")):
        scene.said.append(f"# {path.parent.name}\n{path.read_text()}\n")


def test_project(scene: Scene, repository: Repository) -> None:
    """Added at a branch, which stays where it is until it is upgraded."""
    scene.write("pyproject.toml", APP)
    scene.uv("add", f"git+{repository.url}", "--branch", "main")
    scene.show("pyproject.toml")
    scene.show("uv.lock")
    direct_urls(scene)
    repository.commit({"extra": ""})
    scene.uv("lock")
    scene.uv("sync", "--reinstall-package", "gitpkg")
    scene.uv("export")
    scene.uv("export", "--format", "pylock.toml")
    scene.uv("tree")
    scene.uv("lock", "--upgrade-package", "gitpkg")
    scene.uv("add", "gitpkg", "--tag", "v1")
    scene.show("pyproject.toml")
    scene.uv("sync", "--locked")
    scene.uv("remove", "gitpkg")
    check(scene, "git_project", repository)


def test_sources(scene: Scene, repository: Repository) -> None:
    """Sources of a dependency in a repository, subdirectories, and references of every kind."""
    commit = repository.git("rev-parse", "v1")
    for name, source in (
        ("tag", 'tag = "v1"'),
        ("rev", 'rev = "dev"'),
        ("commit", f'rev = "{commit}"'),
        ("short", f'rev = "{commit[:8]}"'),
        ("subdirectory", 'branch = "dev", subdirectory = "packages/member"'),
        ("missing", 'tag = "v9"'),
        ("nowhere", 'subdirectory = "nowhere"'),
    ):
        package = "member" if name == "subdirectory" else "gitpkg"
        wanted = APP.replace("[]", f'["{package}"]')
        scene.write(
            "pyproject.toml", f'{wanted}\n[tool.uv.sources]\n{package} = {{ git = "{repository.url}", {source} }}\n'
        )
        scene.uv("lock", "--refresh")
        scene.show("uv.lock")
    check(scene, "git_sources", repository)


def test_pip(scene: Scene, repository: Repository) -> None:
    scene.write("requirements.in", f"gitpkg @ git+{repository.url}@v1\n")
    scene.uv("pip", "compile", "requirements.in")
    scene.uv("pip", "compile", "-q", "requirements.in")
    scene.uv("venv", "-q")
    scene.uv("pip", "install", "-r", "requirements.in")
    direct_urls(scene)
    scene.uv("pip", "install", "-r", "requirements.in")
    scene.uv("pip", "install", f"git+{repository.url}@dev")
    scene.uv("pip", "freeze")
    scene.uv("pip", "install", "--dry-run", f"member @ git+{repository.url}#subdirectory=packages/member")
    scene.uv("pip", "install", "-e", f"git+{repository.url}")
    scene.uv("pip", "install", "--require-hashes", "-r", "requirements.in")
    scene.uv("cache", "clean", "gitpkg")
    check(scene, "git_pip", repository)


def test_archive(scene: Scene, tmp_path: Path, repository: Repository) -> None:
    """A wheel in a repository."""
    wheel = make_wheel("alpha", "1.0")
    store = Repository(tmp_path / "store")
    (store.path / "wheels").mkdir()
    (store.path / "wheels" / wheel.filename).write_bytes(wheel.content)
    store.commit({"README": ""})
    scene.write("a.in", f"alpha @ git+{store.url}#path=wheels/{wheel.filename}\n")
    scene.uv("pip", "compile", "-q", "a.in")
    scene.uv("venv", "-q")
    scene.uv("pip", "install", "-r", "a.in")
    direct_urls(scene)
    source = f'[tool.uv.sources]\nalpha = {{ git = "{store.url}", path = "wheels/{wheel.filename}" }}\n'
    scene.write("pyproject.toml", APP.replace("[]", '["alpha"]') + "\n" + source)
    scene.uv("lock")
    scene.show("uv.lock")
    check(scene, "git_archive", store)


def test_nested(scene: Scene, tmp_path: Path, repository: Repository) -> None:
    """A dependency whose own sources are repositories and paths beside it."""
    outer = Repository(tmp_path / "outer")
    sources = (
        f'[tool.uv.sources]\ngitpkg = {{ git = "{repository.url}", rev = "dev" }}\nbeside = {{ path = "beside" }}\n'
    )
    files = project("outer", "1.0", dependencies='"gitpkg", "beside"', more=sources)
    outer.commit({**files, **project("beside", "3.0", below="beside/")})
    scene.write("pyproject.toml", APP.replace("[]", f'["outer @ git+{outer.url}"]'))
    scene.uv("sync")
    direct_urls(scene)
    lock = scene.project / "uv.lock"
    scene.said.append("\n".join(line for line in lock.read_text().splitlines() if "git" in line or "name" in line))
    scene.said = [text.replace(outer.git("rev-parse", "HEAD"), "[COMMIT]") for text in scene.said]
    check(scene, "git_nested", repository, outer)


def test_stated_metadata(scene: Scene, repository: Repository) -> None:
    """What is stated of a package in a repository is believed; the commit is found out all the same."""
    stated = '[[tool.uv.dependency-metadata]]\nname = "gitpkg"\nversion = "0.2.0"\nrequires-dist = []\n'
    scene.write(
        "pyproject.toml",
        APP.replace("[]", '["gitpkg"]')
        + stated
        + f'\n[tool.uv.sources]\ngitpkg = {{ git = "{repository.url}", branch = "dev" }}\n',
    )
    scene.uv("lock", "--no-build")
    scene.show("uv.lock")
    scene.uv("lock", "--check", "--no-build")
    check(scene, "git_stated", repository)

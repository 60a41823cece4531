"""The rules of universal resolution, each as a short story by whole outputs and lockfiles, recorded from uv."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.index_server import IndexServer
from tests.support.packages import make_wheel
from tests.support.scenes import Scene

HEAD = '[project]\nname = "app"\nversion = "0.1.0"\nrequires-python = ">=3.11"\n'
WITHOUT_METADATA = ("--preview-features", "lock-without-metadata")


def project(dependencies: str, rest: str = "") -> str:
    return f"{HEAD}dependencies = [{dependencies}]\n{rest}"


def member(name: str, dependencies: str = "", rest: str = "") -> str:
    return project(dependencies, rest).replace('name = "app"', f'name = "{name}"')


def offer(server: IndexServer) -> None:
    """Offer packages with several versions and dependencies."""
    for version in ("1.0", "1.1", "2.0"):
        server.add(make_wheel("alpha", version, requires=["beta>=1"]))
    for version in ("1.0", "2.0"):
        server.add(make_wheel("beta", version))
    server.add(make_wheel("gamma", "1.0", requires=["delta ; extra == 'fast'"], extras=["fast"]))
    server.add(make_wheel("delta", "1.0"))
    server.add(make_wheel("epsilon", "1.0"))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with IndexServer(sizes=True) as server:
        offer(server)
        yield Scene(tmp_path.resolve() / "s", server)


Story = Callable[[Scene], None]
STORIES: dict[str, Story] = {}


def story(function: Story) -> Story:
    """Register what a scene is about; its name is that of the snapshot."""
    STORIES[function.__name__] = function
    return function


@pytest.mark.parametrize("name", STORIES)
def test_lock(scene: Scene, name: str) -> None:
    STORIES[name](scene)
    scene.check(f"lock_rules/{name}")


def drop_metadata(scene: Scene) -> None:
    """Take the declarations out of the lockfile."""
    text = (scene.project / "uv.lock").read_text()
    scene.write("uv.lock", re.sub(r"\n\[package\.metadata[^\n]*\n(?:[^\n]+\n)*", "", text))


# Locks without the declarations of packages

SECTIONS = """
[project.optional-dependencies]
empty = []
more = ["gamma[fast]", "beta<2 ; sys_platform == 'win32'", "beta>=2 ; sys_platform != 'win32'"]

[dependency-groups]
none = []
dev = ["gamma[fast]", "epsilon"]
"""


@story
def without_metadata(scene: Scene) -> None:
    scene.write("pyproject.toml", project('"alpha", "gamma"', SECTIONS))
    scene.uv("lock", *WITHOUT_METADATA)
    scene.show("uv.lock")
    scene.uv("lock", "--check")
    for old, new in (
        ('"alpha"', '"alpha>0.5"'),
        ('"alpha"', '"alpha<2"'),
        (', "gamma"]', "]"),
        ('"epsilon"]', '"epsilon", "delta"]'),
        ('"epsilon"]', '"epsilon>1"]'),
        ("empty = []\n", ""),
        ("empty = []", 'empty = ["delta"]'),
        ("none = []\n", ""),
        ("sys_platform == 'win32'", "sys_platform == 'darwin'"),
        ('more = ["gamma[fast]", ', 'more = ["gamma", '),
    ):
        text = (scene.project / "pyproject.toml").read_text()
        scene.replace("pyproject.toml", old, new)
        scene.said.append(f"# {old} becomes {new}\n")
        scene.uv("lock", *WITHOUT_METADATA, "--check")
        scene.write("pyproject.toml", text)
    scene.uv("sync", *WITHOUT_METADATA, "--frozen", "--extra", "empty", "--group", "none")
    scene.uv("sync", *WITHOUT_METADATA, "--frozen", "--extra", "absent")
    scene.uv("sync", "--frozen", "--extra", "empty")
    scene.uv("export", *WITHOUT_METADATA, "--frozen", "--no-hashes", "--extra", "more", "--group", "none")
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("lock", *WITHOUT_METADATA)
    scene.show("uv.lock")


@story
def without_metadata_under_overrides(scene: Scene) -> None:
    scene.write(
        "pyproject.toml",
        project(
            '"one", "two", "alpha"',
            '[tool.uv.workspace]\nmembers = ["one", "two"]\n'
            "[tool.uv.sources]\none = { workspace = true }\ntwo = { workspace = true }\n"
            '[tool.uv]\noverride-dependencies = ["delta==1.0", { package = { name = "one", version = "0.1.0" }, '
            'dependencies = ["beta==1.0"] }]\n'
            'exclude-dependencies = [{ package = { name = "two" }, dependencies = ["gamma"] }]\n',
        ),
    )
    scene.write("one/pyproject.toml", member("one", '"beta>=2", "delta>1"'))
    scene.write("two/pyproject.toml", member("two", '"gamma", "beta ; sys_platform == \'win32\'"'))
    scene.uv("lock", *WITHOUT_METADATA)
    scene.show("uv.lock")
    scene.uv("lock", *WITHOUT_METADATA, "--check")
    scene.replace("pyproject.toml", "beta==1.0", "beta<2")
    scene.uv("lock", *WITHOUT_METADATA, "--check")
    scene.replace("pyproject.toml", '"gamma"', '"epsilon"')
    scene.uv("lock", *WITHOUT_METADATA, "--check")


@story
def without_metadata_and_with_conflicts(scene: Scene) -> None:
    scene.write(
        "pyproject.toml",
        project(
            '"gamma"',
            '[project.optional-dependencies]\nold = ["alpha<2"]\nnew = ["alpha>=2"]\n[dependency-groups]\ndev = ["beta<2"]\n'
            '[tool.uv]\nconflicts = [[{ extra = "old" }, { extra = "new" }], [{ group = "dev" }, { extra = "new" }]]\n',
        ),
    )
    scene.uv("lock", *WITHOUT_METADATA)
    scene.show("uv.lock")
    scene.uv("lock", *WITHOUT_METADATA, "--check", "--offline", "--no-cache")
    scene.replace("pyproject.toml", '"alpha>=2"', '"alpha>1"')
    scene.uv("lock", *WITHOUT_METADATA, "--check", "--offline", "--no-cache")
    scene.replace("pyproject.toml", '"alpha>1"', '"alpha==1.1"')
    scene.uv("lock", *WITHOUT_METADATA, "--check")


@story
def without_metadata_and_with_direct_sources(scene: Scene) -> None:
    url = f"{scene.server.url}/files/beta-1.0-py3-none-any.whl"
    scene.write(
        "pyproject.toml",
        project(
            '"one", "beta", "tree"',
            '[tool.uv.workspace]\nmembers = ["one"]\n[tool.uv.sources]\none = { workspace = true }\ntree = { path = "tree" }\n',
        ),
    )
    scene.write(
        "one/pyproject.toml",
        member("one", f'"beta @ {url}", "alpha", "tree[more]"') + '[tool.uv.sources]\ntree = { path = "../tree" }\n',
    )
    scene.write("tree/pyproject.toml", member("tree", "", "[project.optional-dependencies]\nmore = []\n"))
    scene.uv("lock", *WITHOUT_METADATA)
    scene.show("uv.lock")
    scene.uv("lock", *WITHOUT_METADATA, "--check", "--offline", "--no-cache")
    scene.replace("tree/pyproject.toml", "more = []", 'more = ["delta"]')
    scene.uv("lock", *WITHOUT_METADATA, "--check")
    scene.uv("lock", *WITHOUT_METADATA)
    scene.uv("lock", *WITHOUT_METADATA, "--check", "--offline", "--no-cache")
    scene.replace("one/pyproject.toml", "beta-1.0", "beta-2.0")
    scene.uv("lock", *WITHOUT_METADATA, "--check")


@story
def revision_with_and_without_metadata(scene: Scene) -> None:
    scene.write("pyproject.toml", project('"alpha"', "[project.optional-dependencies]\nempty = []\n"))
    scene.uv("lock")
    text = (scene.project / "uv.lock").read_text()
    for revision in (0, 1, 2, 4, 5):
        scene.write("uv.lock", text.replace("revision = 3", f"revision = {revision}"))
        scene.uv("lock", "--check")
        scene.uv("lock", *WITHOUT_METADATA)
        scene.show("uv.lock")
    drop_metadata(scene)
    scene.uv("lock", "--check")
    scene.uv("lock", *WITHOUT_METADATA, "--check")
    scene.uv("lock")
    scene.show("uv.lock")


# Limits for one package

ANY_SCOPE = '{ package = { name = "gamma", version = "1.0" }, dependencies = '


@story
def limits_of_other_shapes(scene: Scene) -> None:
    for key, item in (
        ("override", "1"),
        ("override", '"a b"'),
        ("override", "{}"),
        ("override", '{ package = { name = "gamma" } }'),
        ("override", '{ package = "gamma", dependencies = ["beta"] }'),
        ("override", '{ package = { name = "gamma" }, dependencies = ["beta"], more = 1 }'),
        ("override", '{ package = { name = "gamma" }, dependencies = ["beta @ https://example.org/beta-1.0.tar.gz"] }'),
        ("exclude", "1"),
        ("exclude", '"a b"'),
        ("exclude", "{}"),
        ("exclude", '{ package = { name = "gamma" } }'),
    ):
        scene.write("pyproject.toml", project('"gamma"', f"[tool.uv]\n{key}-dependencies = [{item}]\n"))
        scene.said.append(f"# {key}-dependencies = [{item}]\n")
        scene.uv("lock")


@story
def limits_for_one_package(scene: Scene) -> None:
    scene.write(
        "pyproject.toml",
        project(
            '"alpha==1.1", "gamma[fast]"',
            '[tool.uv]\noverride-dependencies = [{ package = { name = "alpha", version = "1.1" }, '
            'dependencies = ["beta==1.0", "epsilon"] }, { package = { name = "alpha" }, dependencies = ["beta==2.0"] }]\n'
            'exclude-dependencies = [{ package = { name = "gamma" }, dependencies = ["delta"] }]\n',
        ),
    )
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("lock", "--check")
    scene.replace("pyproject.toml", "alpha==1.1", "alpha==2.0")
    scene.uv("lock")
    scene.replace("pyproject.toml", 'name = "gamma" }', 'name = "gamma", version = "2.0" }')
    scene.uv("lock")
    scene.show("uv.lock")


# Metadata that is declared rather than read


@story
def stated_metadata_of_every_source(scene: Scene) -> None:
    url = f"{scene.server.url}/files/alpha-1.0-py3-none-any.whl"
    tree = scene.root / "tree"
    tree.mkdir()
    (tree / "pyproject.toml").write_text(member("tree").replace("dependencies = []", 'dynamic = ["dependencies"]'))
    stated = (
        '[[tool.uv.dependency-metadata]]\nname = "tree"\nversion = "0.1.0"\nrequires-dist = ["delta"]\n'
        '[[tool.uv.dependency-metadata]]\nname = "alpha"\nrequires-dist = ["epsilon"]\n'
    )
    scene.write("pyproject.toml", project(f'"tree @ {tree.as_uri()}", "alpha @ {url}"', stated))
    scene.uv("lock", "--no-build")
    scene.show("uv.lock")
    scene.uv("lock", "--check", "--no-build")
    scene.replace("pyproject.toml", 'version = "0.1.0"\nrequires-dist', "requires-dist")
    scene.uv("lock", "--no-build")
    scene.uv("venv", "-q")
    scene.write("pyproject.toml", project('"alpha==1.1"', stated))
    scene.uv("pip", "install", "alpha==1.1")
    scene.uv("pip", "install", "alpha", "--reinstall-package", "gamma")
    scene.uv("pip", "install", "alpha", "gamma")

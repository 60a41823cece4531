"""The rules of universal resolution, each as a short story by whole outputs and lockfiles, recorded from uv."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.index_server import IndexServer
from tests.support.packages import make_sdist, make_wheel
from tests.support.scenes import Scene, Stories

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


STORIES: Stories[Scene] = Stories()
story = STORIES.tell


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
    scene.uv("pip", "compile", "pyproject.toml")
    scene.replace("pyproject.toml", "alpha==1.1", "alpha==2.0")
    scene.uv("lock")
    scene.uv("pip", "compile", "pyproject.toml")
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


# Reading lockfiles


@story
def lockfile_of_a_newer_version(scene: Scene) -> None:
    scene.write("pyproject.toml", project('"alpha"'))
    scene.uv("lock", "-q")
    text = (scene.project / "uv.lock").read_text()
    for version in ("version = 2", "version = 2\nnew = { key = 1 }", "version = 0"):
        scene.write("uv.lock", text.replace("version = 1", version, 1))
        for words in (("lock",), ("lock", "--check"), ("sync", "--frozen"), ("export",), ("tree",), ("add", "delta")):
            scene.uv(*words)
    scene.write("uv.lock", text.replace("version = 1", "version = 2", 1).replace("source = {", "sources = {"))
    scene.uv("lock", "--check")
    scene.write("uv.lock", text.replace("version = 1", "version = 2", 1).replace('name = "beta"\n', 'name = "gone"\n'))
    scene.uv("lock", "--check")


@story
def lockfile_of_a_newer_revision(scene: Scene) -> None:
    scene.write("pyproject.toml", project('"alpha"'))
    scene.uv("lock", "-q")
    text = (scene.project / "uv.lock").read_text()
    newer = text.replace("revision = 3", 'revision = 5\nnew-key = { later = "yes" }').replace(
        'version = "2.0"\n', 'version = "2.0"\nlater = true\n'
    )
    scene.write("uv.lock", newer)
    for words in (("lock",), ("lock", "--check"), ("sync", "--locked"), ("tree", "--locked"), ("lock", "-P", "delta")):
        scene.uv(*words)
        scene.said.append(f"untouched: {(scene.project / 'uv.lock').read_text() == newer}\n")
    scene.uv("add", "delta", "--no-sync")
    scene.show("uv.lock")


# Cut-offs and pre-releases


@story
def cutoff_lifted(scene: Scene) -> None:
    scene.server.add(make_wheel("beta", "3.0"), upload_time="2030-01-01T00:00:00Z")
    scene.write("pyproject.toml", project('"beta"', '[tool.uv]\nexclude-newer = "2025-01-01T00:00:00Z"\n'))
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("lock", "--exclude-newer", "false")
    scene.show("uv.lock")
    scene.uv("lock", "--check", env={"UV_EXCLUDE_NEWER": "false"})
    scene.uv("lock", "--check")
    scene.uv("lock", "--exclude-newer", "False")
    scene.write("pyproject.toml", project('"beta"', "[tool.uv]\nexclude-newer = false\n"))
    scene.uv("lock", "--check")


@story
def cutoff_of_one_package(scene: Scene) -> None:
    scene.server.add(make_wheel("beta", "3.0"), upload_time="2030-01-01T00:00:00Z")
    scene.server.add(make_wheel("alpha", "3.0", requires=["beta"]), upload_time="2030-01-01T00:00:00Z")
    settings = '[tool.uv]\nexclude-newer = "2025-01-01T00:00:00Z"\nexclude-newer-package = { beta = %s }\n'
    scene.write("pyproject.toml", project('"alpha"', settings % '"2031-01-01T00:00:00Z"'))
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("lock", "--check")
    scene.write("pyproject.toml", project('"alpha"', settings % "false"))
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("lock", "--exclude-newer-package", "beta=2025-01-01T00:00:00Z", "--exclude-newer-package", "alpha=false")
    scene.show("uv.lock")
    scene.uv("lock", "--exclude-newer-package", "beta")
    scene.uv("lock", "--exclude-newer-package", "beta=never")


@story
def prereleases_of_one_package(scene: Scene) -> None:
    for name in ("alpha", "beta"):
        scene.server.add(make_wheel(name, "3.0rc1"))
    scene.write("pyproject.toml", project('"alpha"', '[tool.uv]\nprerelease-package = { beta = "allow" }\n'))
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("lock", "--check")
    scene.replace("pyproject.toml", '"allow"', '"disallow"')
    scene.uv("lock", "-P", "beta")
    scene.show("uv.lock")
    scene.uv("lock", "--prerelease-package", "alpha=allow", "-P", "alpha")
    scene.show("uv.lock")
    scene.uv("lock", "--prerelease", "allow", "--upgrade")
    scene.uv("lock", "--prerelease-package", "alpha=sometimes")
    scene.uv("lock", "--prerelease-package", "alpha")


# Forks


def offer_by_python(scene: Scene) -> None:
    """Offer a package whose versions need ever newer Pythons."""
    for version, python in (("1.0", ">=3.8"), ("2.0", ">=3.12"), ("3.0", ">=3.13"), ("4.0", ">=3.14")):
        scene.server.add(make_wheel("theta", version, requires_python=python), requires_python=python)


@story
def fork_strategies(scene: Scene) -> None:
    offer_by_python(scene)
    scene.write("pyproject.toml", project('"theta"'))
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("lock", "--fork-strategy", "fewest")
    scene.show("uv.lock")
    scene.uv("lock", "--fork-strategy", "fewest", "--check")
    scene.uv("lock", "--check")
    scene.uv("lock", "--resolution", "lowest")
    scene.show("uv.lock")
    scene.uv("pip", "compile", "pyproject.toml", "--universal", "--fork-strategy", "fewest")
    scene.uv("pip", "compile", "pyproject.toml", "--universal")
    scene.uv("pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.12")


@story
def forks_that_stay(scene: Scene) -> None:
    offer_by_python(scene)
    scene.write(
        "pyproject.toml",
        project('"theta", "beta<2 ; sys_platform == \'win32\'", "beta ; sys_platform != \'win32\'"'),
    )
    scene.uv("lock")
    text = (scene.project / "uv.lock").read_text()
    scene.show("uv.lock")
    scene.server.add(make_wheel("beta", "2.1"))
    scene.server.add(make_wheel("theta", "3.1", requires_python=">=3.13"), requires_python=">=3.13")
    for words in (("lock",), ("lock", "--refresh"), ("lock", "--dry-run", "--upgrade")):
        scene.uv(*words)
        scene.said.append(f"untouched: {(scene.project / 'uv.lock').read_text() == text}\n")
    scene.replace("pyproject.toml", '"theta"', '"theta", "delta"')
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("lock", "--upgrade-package", "theta")
    scene.show("uv.lock")
    scene.replace("pyproject.toml", ">=3.11", ">=3.13")
    scene.uv("lock")
    scene.show("uv.lock")


# Environments


@story
def environments(scene: Scene) -> None:
    dependencies = '"alpha", "beta<2 ; sys_platform == \'win32\'", "delta ; python_full_version < \'3.12\'"'
    scene.write("pyproject.toml", project(dependencies, "[tool.uv]\nenvironments = [\"sys_platform == 'linux'\"]\n"))
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("lock", "--check")
    scene.replace(
        "pyproject.toml", "\"sys_platform == 'linux'\"", "\"sys_platform == 'linux'\", \"sys_platform == 'win32'\""
    )
    scene.uv("lock")
    scene.show("uv.lock")
    scene.replace("pyproject.toml", "\"sys_platform == 'win32'\"]", "\"sys_platform != 'win32'\"]")
    scene.uv("lock")
    scene.replace("pyproject.toml", "environments = [", "environments = [\"python_version < '3.9'\"]\nx = [")
    scene.uv("lock")
    scene.write("pyproject.toml", project(dependencies, "[tool.uv]\nenvironments = \"sys_platform == 'darwin'\"\n"))
    scene.uv("lock")
    scene.uv("sync")
    scene.uv("pip", "compile", "pyproject.toml", "--universal")


@story
def required_environments(scene: Scene) -> None:
    for tags in ("cp311-cp311-win_amd64", "cp312-cp312-win_amd64", "cp311-cp311-manylinux_2_17_x86_64"):
        scene.server.add(make_wheel("iota", "2.0", tags=tags))
    scene.server.add(make_wheel("iota", "1.0"))
    settings = "[tool.uv]\nrequired-environments = [%s]\n"
    mac = "\"sys_platform == 'darwin' and platform_machine == 'arm64'\""
    linux = "\"sys_platform == 'linux' and platform_machine == 'x86_64'\""
    for wanted in ("", linux, mac, f"{linux}, {mac}"):
        scene.write("pyproject.toml", project('"iota"', settings % wanted))
        scene.uv("lock")
        scene.show("uv.lock")
        scene.uv("lock", "--check")
    scene.write("pyproject.toml", project('"iota>=2"', settings % mac))
    scene.uv("lock")
    scene.uv("pip", "compile", "pyproject.toml", "--universal")
    scene.write("pyproject.toml", project('"iota>=2"'))
    scene.uv("lock")
    scene.uv("sync", "--python-platform", "macos", "--dry-run")


@story
def lock_for_other_environments(scene: Scene) -> None:
    scene.write("pyproject.toml", project('"delta"', "[tool.uv]\nenvironments = [\"sys_platform == 'linux'\"]\n"))
    scene.uv("lock", "-q")
    scene.uv("sync")
    scene.uv("sync", "--python-platform", "windows", "--reinstall")
    scene.uv("run", "--no-sync", "python", "-c", "")
    scene.replace("uv.lock", ">=3.11", ">=3.50")
    scene.uv("sync", "--frozen")
    scene.uv("sync", "--frozen", "--extra", "none")
    scene.uv("export", "--frozen", "--no-hashes")


# Upgrades


@story
def upgrades_of_groups_and_packages(scene: Scene) -> None:
    groups = '[dependency-groups]\ndev = ["gamma", { include-group = "lint" }]\nlint = ["beta"]\nother = ["epsilon"]\n'
    scene.write("pyproject.toml", project('"alpha<2"', groups))
    scene.uv("lock")
    for name in ("beta", "gamma", "epsilon", "delta"):
        scene.server.add(make_wheel(name, "5.0"))
    scene.replace("pyproject.toml", "alpha<2", "alpha")
    for words in (
        ("--upgrade-group", "dev"),
        ("--upgrade-group", "lint", "--upgrade-package", "epsilon"),
        ("--upgrade-package", "alpha"),
        ("--upgrade-package", "alpha==1.0"),
        ("--upgrade-package", "alpha>5"),
        ("--upgrade-package", "not-there"),
        ("--upgrade-group", "not-there"),
        ("--upgrade", "--no-upgrade"),
        ("--upgrade",),
    ):
        scene.uv("lock", "--refresh", "--dry-run", *words)
    scene.uv("lock", "--upgrade-group", "other", "--refresh")
    scene.show("uv.lock")


# Build constraints, excludes


@story
def build_constraints(scene: Scene) -> None:
    backend = (
        '[build-system]\nrequires = ["tool"]\nbuild-backend = "tool"\n[project]\nname = "kappa"\nversion = "1.0"\n'
        'dynamic = ["dependencies"]\n'
    )
    for version in ("1.0", "2.0"):
        code = (
            "import os\n"
            "def prepare_metadata_for_build_wheel(directory, settings=None):\n"
            "    os.mkdir(f'{directory}/kappa-1.0.dist-info')\n"
            "    with open(f'{directory}/kappa-1.0.dist-info/METADATA', 'w') as file:\n"
            f"        file.write('Metadata-Version: 2.1\\nName: kappa\\nVersion: 1.0\\nRequires-Dist: beta=={version}\\n')\n"
            "    return 'kappa-1.0.dist-info'\n"
        )
        scene.server.add(make_wheel("tool", version, files={"tool.py": code}))
    scene.server.add(make_sdist("kappa", "1.0", pyproject=backend, pkg_info=False))
    scene.write("pyproject.toml", project('"kappa"'))
    scene.uv("lock")
    scene.show("uv.lock")
    scene.write("pyproject.toml", project('"kappa"', '[tool.uv]\nbuild-constraint-dependencies = ["tool<2"]\n'))
    scene.uv("lock", "--check", "--no-cache")
    scene.uv("lock", "--no-cache")
    scene.show("uv.lock")
    scene.uv("lock", "--check", "--no-cache")
    scene.replace("pyproject.toml", "tool<2", "tool>2")
    scene.uv("lock", "--no-cache")


@story
def excludes(scene: Scene) -> None:
    scene.write(
        "pyproject.toml", project('"alpha", "gamma[fast]", "epsilon"', '[tool.uv]\nexclude-dependencies = ["beta"]\n')
    )
    scene.uv("lock")
    scene.show("uv.lock")
    scene.replace("pyproject.toml", '["beta"]', '["beta", "delta", "epsilon", "unknown"]')
    scene.uv("lock", "--check")
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("sync")
    scene.uv("pip", "compile", "pyproject.toml")
    scene.replace("pyproject.toml", '["beta", "delta", "epsilon", "unknown"]', "[]")
    scene.uv("lock")


# Workspaces


WORKSPACE = '[tool.uv.workspace]\nmembers = ["one", "two"]\n[tool.uv.sources]\none = { workspace = true }\ntwo = { workspace = true }\n'


@story
def conflicting_members(scene: Scene) -> None:
    scene.write("pyproject.toml", project('"one"', WORKSPACE))
    scene.write("one/pyproject.toml", member("one", '"alpha<2"'))
    scene.write("two/pyproject.toml", member("two", '"alpha>=2"'))
    scene.uv("lock")
    scene.write("pyproject.toml", project('"one", "two"', WORKSPACE))
    scene.uv("lock")
    scene.write("two/pyproject.toml", member("two", "", '[project.optional-dependencies]\nmore = ["alpha>=2"]\n'))
    scene.uv("lock")
    scene.write("two/pyproject.toml", member("two", "", '[dependency-groups]\ndev = ["alpha>=2"]\n'))
    scene.uv("lock")
    conflicts = '[tool.uv]\nconflicts = [[{ package = "one" }, { package = "two", group = "dev" }]]\n'
    scene.write("pyproject.toml", project("", WORKSPACE + conflicts))
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("lock", "--check")
    scene.uv("sync", "--package", "two", "--dry-run")
    scene.uv("sync", "--all-packages", "--dry-run")


@story
def declared_conflicts(scene: Scene) -> None:
    sections = '[project.optional-dependencies]\nold = ["alpha<2"]\nnew = ["alpha>=2"]\n[dependency-groups]\ndev = ["beta<2"]\n'
    for conflicts in (
        '[{ extra = "old" }, { extra = "new" }]',
        '[{ extra = "old" }, { extra = "new" }, { group = "dev" }]',
        '[{ extra = "old" }, { extra = "new" }], [{ group = "dev" }, { extra = "new" }]',
        '[{ extra = "old" }]',
        '[{ extra = "old" }, { extra = "old" }]',
        '[{ extra = "old", group = "dev" }, { extra = "new" }]',
        '[{ extra = "absent" }, { extra = "new" }]',
        '[{ package = "elsewhere", extra = "old" }, { extra = "new" }]',
    ):
        scene.write("pyproject.toml", project("", f"{sections}[tool.uv]\nconflicts = [{conflicts}]\n"))
        scene.said.append(f"# {conflicts}\n")
        scene.uv("lock")
    scene.write(
        "pyproject.toml",
        project("", f'{sections}[tool.uv]\nconflicts = [[{{ extra = "old" }}, {{ extra = "new" }}]]\n'),
    )
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("sync", "--extra", "old", "--extra", "new")
    scene.uv("sync", "--all-extras")
    scene.uv("sync", "--extra", "new", "--dry-run")
    scene.uv("export", "--no-hashes", "--extra", "old")


@story
def members_read_alone(scene: Scene) -> None:
    """A project that lies between a member and its workspace: the member's sources are then its own affair."""
    scene.write(
        "pyproject.toml",
        '[tool.uv.workspace]\nmembers = ["root/one", "root/two"]\n[tool.uv.sources]\ntwo = { workspace = true }\n',
    )
    scene.write("root/pyproject.toml", member("root", "", '[tool.uv.sources]\ntwo = { path = "two" }\n'))
    scene.write(
        "root/one/pyproject.toml",
        member("one", '"two"', '[tool.uv.sources]\ntwo = { path = "../two", editable = true }\n'),
    )
    scene.write("root/two/pyproject.toml", member("two"))
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("lock", "--check")


@story
def dependency_on_the_directory_above(scene: Scene) -> None:
    above = '[tool.uv.workspace]\nexclude = ["child", "deep"]\n'
    scene.write("pyproject.toml", project("", above))
    for place, path in (("child", ".."), ("deep/er", "../..")):
        scene.write(
            f"{place}/pyproject.toml", member("child", '"app"', f'[tool.uv.sources]\napp = {{ path = "{path}" }}\n')
        )
        scene.uv("lock", cwd=place)
        scene.show(f"{place}/uv.lock")
        scene.uv("lock", "--check", cwd=place)
        scene.uv("export", cwd=place)


# Indexes


@story
def index_of_a_member(scene: Scene) -> None:
    """Settings of an index that only a member declares: its credentials count, its other settings do not."""
    with IndexServer(login=("user", "secret")) as house:
        house.add(make_wheel("lambda", "1.0"), upload_time="2024-01-01T00:00:00Z")
        house.add(make_wheel("lambda", "2.0"), upload_time="2030-01-01T00:00:00Z")
        scene.write("pyproject.toml", project('"one"', WORKSPACE.replace(', "two"', "")))
        credentials = {"UV_INDEX_HOUSE_USERNAME": "user", "UV_INDEX_HOUSE_PASSWORD": "secret"}
        table = f'[[tool.uv.index]]\nname = "house"\nurl = "{house.index_url}"\nexplicit = true\n'
        for settings in (
            "",
            'exclude-newer = "2025-01-01T00:00:00Z"\n',
            'hash-algorithm = "sha512"\n',
            'cache-control = { api = "no-store" }\n',
            "ignore-error-codes = [401]\n",
            'authenticate = "always"\n',
        ):
            rest = f'[tool.uv]\npackage = false\n{table}{settings}[tool.uv.sources]\nlambda = {{ index = "house" }}\n'
            scene.write("one/pyproject.toml", member("one", '"lambda"', rest))
            scene.said.append(f"# {settings}\n")
            scene.uv("lock", "--refresh")
            scene.uv("lock", "--refresh", env=credentials)
            scene.show("uv.lock")
            scene.uv("lock", "--check", env=credentials)
            scene.uv("lock", "--check", "--offline", env=credentials)
        scene.uv("sync", "--locked")
        scene.uv("sync", "--locked", env=credentials)
        scene.uv("sync", "--frozen", "--no-cache", "--reinstall", env=credentials)
        scene.said = [text.replace(house.address, "[HOUSE]") for text in scene.said]


@story
def index_of_a_file_that_is_compiled(scene: Scene) -> None:
    with IndexServer(login=("user", "secret")) as house:
        house.add(make_wheel("lambda", "1.0"))
        rest = f'[[tool.uv.index]]\nname = "house"\nurl = "{house.index_url}"\nexplicit = true\n'
        scene.write(
            "one/pyproject.toml",
            member("one", '"lambda"', f'{rest}[tool.uv.sources]\nlambda = {{ index = "house" }}\n'),
        )
        scene.uv("pip", "compile", "one/pyproject.toml")
        credentials = {"UV_INDEX_HOUSE_USERNAME": "user", "UV_INDEX_HOUSE_PASSWORD": "secret"}
        scene.uv("pip", "compile", "one/pyproject.toml", env=credentials)
        scene.said = [text.replace(house.address, "[HOUSE]") for text in scene.said]


@story
def index_strategies(scene: Scene) -> None:
    with IndexServer() as second:
        second.add(make_wheel("alpha", "3.0"))
        second.add(make_wheel("mu", "1.0"))
        scene.write(
            "pyproject.toml",
            project('"alpha>=3"', f'[[tool.uv.index]]\nname = "second"\nurl = "{second.index_url}"\n'),
        )
        scene.server.add(make_wheel("mu", "2.0"))
        scene.server.add(make_wheel("alpha", "0.5"))
        scene.uv("lock")
        scene.replace("pyproject.toml", "alpha>=3", "alpha<1")
        scene.uv("lock")
        (scene.project / "pyproject.toml").unlink()
        for strategy in ("first-index", "unsafe-first-match", "unsafe-best-match"):
            scene.write("requirements.in", "mu\nalpha<1\n")
            scene.uv(
                "pip",
                "compile",
                "requirements.in",
                "--index-strategy",
                strategy,
                "--no-header",
                "--extra-index-url",
                second.index_url,
                "--emit-index-annotation",
            )
            scene.write("requirements.in", "mu>=2\nalpha\n")
            scene.uv(
                "pip",
                "compile",
                "requirements.in",
                "--index-strategy",
                strategy,
                "--no-header",
                "--extra-index-url",
                second.index_url,
                "--emit-index-annotation",
            )
            scene.write("requirements.in", "alpha>4\n")
            scene.uv(
                "pip", "compile", "requirements.in", "--index-strategy", strategy, "--extra-index-url", second.index_url
            )
        scene.said = [text.replace(second.address, "[SECOND]") for text in scene.said]


@story
def flat_indexes_that_are_not_there(scene: Scene) -> None:
    for text in (
        'name = "a"\nurl = "./links"\nformat = "flat"\nexplicit = true\n',
        'name = "a"\nurl = "./links"\nformat = "flat"\n',
        'url = "https://example.org/simple"\nexplicit = true\n',
    ):
        for dependencies in ("", '"delta"'):
            scene.write("pyproject.toml", project(dependencies, f"[[tool.uv.index]]\n{text}"))
            scene.said.append(f"# {dependencies} {text}\n")
            scene.uv("lock")
    scene.write("pyproject.toml", project("", '[tool.uv]\nfind-links = ["./links"]\n'))
    scene.uv("lock")


@story
def hash_algorithm_that_is_missing(scene: Scene) -> None:
    del scene.environ["UV_DEFAULT_INDEX"]
    scene.write(
        "pyproject.toml",
        project(
            '"delta"',
            f'[[tool.uv.index]]\nurl = "{scene.server.index_url}"\ndefault = true\nhash-algorithm = "sha512"\n',
        ),
    )
    scene.uv("lock")
    scene.uv("lock", "--preview-features", "index-hash-algorithm")

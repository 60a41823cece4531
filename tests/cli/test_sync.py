"""``uv sync`` by whole outputs and what is installed afterwards, recorded from uv."""

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
dependencies = ["alpha>=1"]

[project.optional-dependencies]
more = ["gamma"]
other = ["epsilon"]

[dependency-groups]
dev = ["delta"]
docs = ["epsilon"]
empty = []
"""
UV_BUILD = '\n[build-system]\nrequires = ["uv_build>=0.12,<0.13"]\nbuild-backend = "uv_build"\n'
BACKEND = """import os, zipfile

def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = "NAME-1.0-py3-none-any.whl"
    info = "NAME-1.0.dist-info"
    with zipfile.ZipFile(os.path.join(directory, name), "w") as archive:
        archive.writestr("NAME.py", f"settings = {config_settings}")
        archive.writestr(info + "/METADATA", "Metadata-Version: 2.3\\nName: NAME\\nVersion: 1.0\\n")
        archive.writestr(info + "/WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr(info + "/RECORD", "")
    return name

build_editable = build_wheel
"""
IN_TREE = '\n[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


def offer(server: IndexServer) -> None:
    """Offer packages with several versions and dependencies."""
    for version in ("1.0", "2.0"):
        server.add(make_wheel("alpha", version, requires=["beta>=1"]))
    server.add(make_wheel("beta", "1.0"))
    server.add(make_wheel("gamma", "1.0", requires=["delta ; sys_platform == 'win32'"], extras=["fast"]))
    server.add(make_wheel("delta", "1.0"))
    server.add(make_wheel("epsilon", "1.0"))
    server.add(make_wheel("windows", "1.0", tags="py3-none-win_amd64"))
    server.add(make_wheel("many", "1.0", tags="py3-none-manylinux_2_17_x86_64"))
    server.add(make_wheel("many", "1.0", tags="py3-none-win_amd64"))
    server.add(make_sdist("sigma", "1.0", requires=["delta"]))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with IndexServer(sizes=True) as server:
        offer(server)
        yield Scene(tmp_path.resolve() / "s", server)


STORIES: Stories[Scene] = Stories()
story = STORIES.tell


@pytest.mark.parametrize("name", STORIES)
def test_sync(scene: Scene, name: str) -> None:
    STORIES[name](scene)
    scene.check(f"sync/{name}")


def package(scene: Scene) -> None:
    """Write a project that is built and installed."""
    scene.write("pyproject.toml", PROJECT + UV_BUILD)
    scene.write("src/app/__init__.py", "")


def workspace(scene: Scene) -> None:
    """Write a workspace of a root and two members."""
    scene.write(
        "pyproject.toml",
        PROJECT.replace('"alpha>=1"', '"one"')
        + '\n[tool.uv.workspace]\nmembers = ["packages/*"]\n[tool.uv.sources]\none = { workspace = true }\n'
        + UV_BUILD,
    )
    scene.write("src/app/__init__.py", "")
    for name, needs in (("one", "beta"), ("two", "epsilon")):
        scene.write(
            f"packages/{name}/pyproject.toml",
            f'[project]\nname = "{name}"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["{needs}"]\n'
            f'[project.optional-dependencies]\nx-{name} = ["gamma"]\n'
            f'[dependency-groups]\ng-{name} = ["delta"]\n' + UV_BUILD,
        )
        scene.write(f"packages/{name}/src/{name}/__init__.py", "")


@story
def first_and_again(scene: Scene) -> None:
    package(scene)
    scene.uv("sync")
    scene.installed()
    scene.uv("sync")
    scene.uv("sync", "--locked")
    scene.uv("sync", "--frozen")
    scene.uv("sync", "--check")
    scene.uv("sync", "--dry-run")
    scene.uv("sync", "--offline")
    scene.uv("sync", "-q")


@story
def dry_runs(scene: Scene) -> None:
    package(scene)
    scene.uv("sync", "--dry-run")
    scene.installed()
    scene.uv("sync", "--check")
    scene.uv("sync", "--frozen", "--dry-run")
    scene.uv("sync", "--locked", "--dry-run")
    scene.uv("lock", "-q")
    scene.uv("sync", "--dry-run")
    scene.uv("sync", "--dry-run", "--frozen")
    scene.uv("sync", "-q")
    scene.replace("pyproject.toml", "alpha>=1", "alpha<2")
    scene.uv("sync", "--dry-run")
    scene.uv("sync", "--check")
    scene.uv("sync", "--dry-run", "--locked")
    scene.uv("sync", "--dry-run", "--frozen")
    scene.uv("sync", "--dry-run", "--reinstall")
    scene.uv("sync", "--dry-run", "--extra", "more")
    scene.installed()


@story
def lock_modes(scene: Scene) -> None:
    package(scene)
    scene.uv("sync", "--locked")
    scene.uv("sync", "--frozen")
    scene.uv("sync", env={"UV_LOCKED": "1"})
    scene.uv("sync", env={"UV_FROZEN": "1"})
    scene.uv("sync", "--locked", "--frozen")
    scene.uv("lock", "-q")
    scene.replace("pyproject.toml", "alpha>=1", "alpha<2")
    scene.uv("sync", "--locked")
    scene.uv("sync", env={"UV_LOCKED": "1"})
    scene.uv("sync", "--frozen")
    scene.installed()
    scene.uv("sync")
    scene.installed()


@story
def extras(scene: Scene) -> None:
    package(scene)
    scene.uv("sync", "--extra", "more")
    scene.uv("sync", "--all-extras")
    scene.uv("sync", "--all-extras", "--no-extra", "other")
    scene.uv("sync", "--extra", "nope")
    scene.uv("sync", "--no-extra", "nope")
    scene.uv("sync", "--all-extras", "--extra", "more")
    scene.uv("sync")


@story
def groups(scene: Scene) -> None:
    package(scene)
    scene.uv("sync", "--no-dev")
    scene.uv("sync", "--group", "docs")
    scene.uv("sync", "--only-group", "docs")
    scene.uv("sync", "--only-dev")
    scene.uv("sync", "--all-groups")
    scene.uv("sync", "--all-groups", "--no-group", "docs")
    scene.uv("sync", "--no-default-groups")
    scene.uv("sync", "--group", "empty")
    scene.uv("sync", "--group", "nope")
    scene.uv("sync", "--only-group", "nope")
    scene.uv("sync", "--no-group", "nope")
    scene.uv("sync", "--only-group", "docs", "--extra", "more")
    scene.uv("sync", "--only-dev", "--group", "docs")
    scene.uv("sync", env={"UV_NO_DEV": "1"})
    scene.uv("sync", env={"UV_NO_GROUP": "dev"})
    scene.uv("sync", env={"UV_NO_DEFAULT_GROUPS": "1"})
    scene.write("pyproject.toml", PROJECT + UV_BUILD + '\n[tool.uv]\ndefault-groups = ["docs"]\n')
    scene.uv("sync")
    scene.write("pyproject.toml", PROJECT + UV_BUILD + '\n[tool.uv]\ndefault-groups = "all"\n')
    scene.uv("sync")
    scene.write("pyproject.toml", PROJECT + UV_BUILD + '\n[tool.uv]\ndefault-groups = ["nope"]\n')
    scene.uv("sync")


@story
def filters(scene: Scene) -> None:
    package(scene)
    scene.uv("sync", "--no-install-project")
    scene.uv("sync", "--no-install-package", "beta")
    scene.uv("sync", "--no-install-package", "nope")
    scene.uv("sync", "--only-install-project")
    scene.uv("sync", "--only-install-package", "beta")
    scene.uv("sync", "--no-install-local")
    scene.uv("sync", "--only-install-local")
    scene.uv("sync", "--no-install-workspace")
    scene.uv("sync", "--only-install-workspace")
    scene.uv("sync", "--inexact", "--no-install-project")
    scene.uv("sync", env={"UV_NO_INSTALL_PROJECT": "1"})
    scene.installed()


@story
def inexact_and_extraneous(scene: Scene) -> None:
    package(scene)
    scene.uv("sync", "-q")
    scene.uv("pip", "install", "-q", "epsilon")
    scene.uv("sync", "--inexact")
    scene.uv("sync", "--exact", "--dry-run")
    scene.uv("sync")
    scene.uv("pip", "uninstall", "-q", "beta")
    scene.uv("sync", "--check")
    scene.uv("sync", "--frozen")
    scene.uv("pip", "install", "-q", "alpha==1.0")
    scene.uv("sync")


@story
def reinstalling(scene: Scene) -> None:
    package(scene)
    scene.uv("sync", "-q")
    scene.uv("sync", "--reinstall")
    scene.uv("sync", "--reinstall-package", "beta")
    scene.uv("sync", "--reinstall-package", "app")
    scene.uv("sync", "--reinstall-package", "nope")
    scene.uv("sync", "--refresh")
    scene.uv("sync", "--refresh-package", "beta")


@story
def upgrading(scene: Scene) -> None:
    package(scene)
    scene.replace("pyproject.toml", "alpha>=1", "alpha<2")
    scene.uv("sync", "-q")
    scene.replace("pyproject.toml", "alpha<2", "alpha")
    scene.uv("sync")
    scene.uv("sync", "-P", "alpha")
    scene.uv("sync", "--upgrade-package", "alpha==1.0")
    scene.uv("sync", "-U")
    scene.uv("sync", "--upgrade", "--frozen")


@story
def editables(scene: Scene) -> None:
    package(scene)
    scene.uv("sync", "-q")
    scene.uv("sync", "--no-editable")
    scene.uv("sync", "--no-editable")
    scene.uv("sync")
    scene.uv("sync", "--no-editable-package", "app")
    scene.uv("sync", env={"UV_NO_EDITABLE": "1"})
    scene.uv("sync", "--editable")


@story
def editables_of_members(scene: Scene) -> None:
    workspace(scene)
    scene.replace("pyproject.toml", "one = { workspace = true }", "one = { workspace = true, editable = false }")
    scene.uv("sync")
    scene.uv("sync", "--editable")
    scene.uv("sync", "--no-editable-package", "app")
    scene.uv("export", "--no-hashes", "--editable", "--format", "pylock.toml")


@story
def commands_of_members_that_are_no_packages(scene: Scene) -> None:
    workspace(scene)
    for path in ("pyproject.toml", "packages/one/pyproject.toml", "packages/two/pyproject.toml"):
        scene.replace(
            path, "[build-system]", '[project.scripts]\nrun = "x:y"\n[tool.uv]\npackage = false\n[build-system]'
        )
    scene.uv("sync")
    scene.uv("sync", "--package", "one", "--package", "two")
    scene.uv("sync", "--all-packages")


@story
def variables_about_what_is_installed(scene: Scene) -> None:
    package(scene)
    scene.write("script.py", "# /// script\n# requires-python = '>=3.11'\n# ///\n")
    leave_out = {"UV_NO_INSTALL_PROJECT": "1"}
    contradiction = {**leave_out, "UV_ONLY_INSTALL_PROJECT": "1"}
    scene.uv("sync", "--script", "script.py", env=leave_out)
    scene.uv("sync", "--script", "script.py", env=contradiction)
    scene.uv("sync", env=contradiction)
    scene.uv("sync", env=leave_out)
    scene.uv("sync", "--only-install-project", env=leave_out)
    scene.uv("sync", env={"UV_ONLY_INSTALL_WORKSPACE": "1"})
    scene.uv("sync", "--no-install-workspace", env={"UV_ONLY_INSTALL_WORKSPACE": "1"})
    scene.uv("add", "delta", env={"UV_NO_INSTALL_LOCAL": "1", "UV_ONLY_INSTALL_LOCAL": "1"})


@story
def cache_keys(scene: Scene) -> None:
    package(scene)
    scene.uv("sync", "-q")
    scene.replace("pyproject.toml", 'version = "0.1.0"', 'version = "0.2.0"')
    scene.uv("sync")
    scene.write("pyproject.toml", PROJECT + UV_BUILD + '[tool.uv]\ncache-keys = [{ file = "key" }, { env = "KEY" }]\n')
    scene.uv("sync")
    scene.uv("sync")
    scene.write("key", "1")
    scene.uv("sync")
    scene.uv("sync", env={"KEY": "1"})
    scene.uv("sync", env={"KEY": "1"})


@story
def workspaces(scene: Scene) -> None:
    workspace(scene)
    scene.uv("sync")
    scene.uv("sync", "--all-packages")
    scene.uv("sync", "--package", "two")
    scene.uv("sync", "--package", "one", "--package", "two")
    scene.uv("sync", "--package", "nope")
    scene.uv("sync", cwd="packages/two")
    scene.uv("sync", "--all-packages", "--no-install-workspace")
    scene.uv("sync", "--all-packages", "--no-install-project")
    scene.uv("sync", "--all-packages", "--all-extras")
    scene.uv("sync", "--extra", "x-one")
    scene.uv("sync", "--package", "one", "--extra", "x-one")
    scene.uv("sync", "--all-packages", "--extra", "x-two")
    scene.uv("sync", "--all-packages", "--group", "g-one")
    scene.uv("sync", "--group", "g-two")
    scene.uv("sync", "--all-packages", "--no-editable-package", "one")
    scene.uv("sync", "--all-packages", "--group", "nope")
    scene.uv("sync", "--all-packages", "--extra", "nope")
    scene.uv("sync", "--package", "one", "--package", "two", "--extra", "nope")


@story
def frozen_workspaces(scene: Scene) -> None:
    workspace(scene)
    scene.uv("lock", "-q")
    (scene.project / "packages/two/pyproject.toml").unlink()
    scene.uv("sync", "--frozen", "--no-install-workspace")
    scene.uv("sync", "--frozen", "--package", "two", "--no-install-workspace")
    scene.uv("sync", "--frozen", "--package", "fake", "--no-install-workspace")
    scene.uv("sync", "--frozen", "--all-packages", "--no-install-workspace")
    scene.uv("sync")
    scene.write("packages/three/pyproject.toml", '[project]\nname = "three"\nversion = "1"\n')
    scene.uv("sync", "--frozen")


@story
def non_project_root(scene: Scene) -> None:
    scene.write("pyproject.toml", '[dependency-groups]\ndev = ["delta"]\ndocs = ["epsilon"]\n[tool.uv]\n')
    scene.uv("sync")
    scene.uv("sync", "--group", "docs")
    scene.uv("sync", "--all-packages")
    scene.uv("sync", "--extra", "x")
    scene.uv("sync", "--group", "nope")
    scene.uv("sync", "--only-group", "docs")


@story
def virtual_project(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT + '[project.scripts]\nrun = "app:main"\n')
    scene.uv("sync")
    scene.uv("sync")
    scene.write("pyproject.toml", PROJECT + UV_BUILD + "[tool.uv]\npackage = false\n")
    scene.uv("sync")
    scene.uv("sync", "--no-build")


@story
def conflicting_groups(scene: Scene) -> None:
    scene.write(
        "pyproject.toml",
        PROJECT.replace('more = ["gamma"]', 'more = ["alpha<2"]').replace('other = ["epsilon"]', 'other = ["alpha>=2"]')
        + '[tool.uv]\nconflicts = [[{ extra = "more" }, { extra = "other" }], [{ group = "dev" }, { group = "docs" }]]\n',
    )
    scene.uv("sync", "--extra", "more")
    scene.uv("sync", "--extra", "other")
    scene.uv("sync", "--extra", "more", "--extra", "other")
    scene.uv("sync", "--group", "docs")
    scene.uv("sync", "--no-dev", "--group", "docs")
    scene.uv("sync", "--all-groups")
    scene.uv("sync", "--all-extras")


@story
def environments(scene: Scene) -> None:
    package(scene)
    scene.uv("sync", env={"UV_PROJECT_ENVIRONMENT": "other"})
    scene.installed("other")
    scene.uv("sync", env={"VIRTUAL_ENV": str(scene.project / "elsewhere")})
    scene.uv("sync", env={"VIRTUAL_ENV": str(scene.project / ".venv")})
    scene.uv("sync", "--no-active", env={"VIRTUAL_ENV": str(scene.project / "elsewhere")})
    scene.uv("sync", "--active", env={"VIRTUAL_ENV": str(scene.project / "elsewhere")})
    scene.installed("elsewhere")
    scene.uv("sync", "--active", "--dry-run", env={"VIRTUAL_ENV": str(scene.project / "fresh")})
    scene.write("bad/file", "x")
    scene.uv("sync", env={"UV_PROJECT_ENVIRONMENT": "bad"})
    scene.uv("sync", env={"UV_PROJECT_ENVIRONMENT": "bad/file"})
    (scene.project / "void").mkdir()
    scene.uv("sync", env={"UV_PROJECT_ENVIRONMENT": "void"})


@story
def pythons(scene: Scene) -> None:
    package(scene)
    scene.uv("sync", "--python", "3.5")
    scene.uv("sync", "--python", "nope")
    scene.write(".python-version", "3.5\n")
    scene.uv("sync")
    scene.write(".python-version", "3\n")
    scene.uv("sync")
    scene.replace("pyproject.toml", ">=3.11", ">=3.50")
    scene.uv("sync")
    scene.replace("pyproject.toml", 'requires-python = ">=3.50"\n', "")
    scene.uv("sync")


@story
def platforms(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT.replace('"alpha>=1"', '"many", "gamma"'))
    scene.uv("sync", "--python-platform", "x86_64-pc-windows-msvc", "--dry-run")
    scene.uv("sync", "--python-platform", "windows")
    scene.installed()
    scene.uv("sync", "--python-platform", "macos")
    scene.uv("sync", "--python-platform", "nope")
    scene.uv("sync")
    scene.installed()


@story
def unusable_files(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT.replace('"alpha>=1"', '"windows"'))
    scene.uv("sync")
    scene.write("pyproject.toml", PROJECT.replace('"alpha>=1"', '"sigma"'))
    scene.uv("sync", "--no-build")
    scene.uv("sync", "--no-build-package", "sigma")
    scene.write("pyproject.toml", PROJECT)
    scene.uv("sync", "--no-binary")
    scene.uv("sync", "--no-binary-package", "alpha")


@story
def wrong_digests(scene: Scene) -> None:
    package(scene)
    scene.uv("lock", "-q")
    lock = scene.project / "uv.lock"
    text = lock.read_text()
    digest = text.partition('alpha-2.0-py3-none-any.whl", hash = "sha256:')[2][:64]
    lock.write_text(text.replace(digest, "0" * 64))
    scene.uv("sync")
    scene.installed()


@story
def wrong_sizes(scene: Scene) -> None:
    package(scene)
    scene.uv("lock", "-q")
    scene.write("uv.lock", (scene.project / "uv.lock").read_text().replace("size = ", "size = 9"))
    scene.uv("sync", "--frozen")


@story
def failing_builds(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT + IN_TREE)
    scene.write(
        "backend.py", BACKEND.replace("NAME", "app").replace("    name =", "    raise RuntimeError('no')\n    name =")
    )
    scene.uv("sync")
    scene.write("backend.py", "import sklearn\n")
    scene.uv("sync")
    scene.write("backend.py", "x = 1\n")
    scene.uv("sync")
    scene.write("backend.py", "def build_editable(*_): return 'nothing.whl'\n")
    scene.uv("sync")
    scene.write("backend.py", "def build_editable(*_):\n    import os\n    os._exit(3)\n")
    scene.uv("sync")
    scene.write("backend.py", "def build_editable(*_):\n    import os\n    os.kill(os.getpid(), 9)\n")
    scene.uv("sync")
    scene.write("backend.py", BACKEND.replace("NAME", "wrong"))
    scene.uv("sync")
    scene.write("backend.py", BACKEND.replace("NAME", "app"))
    scene.uv("sync")
    scene.replace("pyproject.toml", 'version = "0.1.0"', 'version = "1.0"')
    scene.uv("sync")
    scene.replace("pyproject.toml", 'backend-path = ["."]', 'backend-path = ["nope"]')
    scene.uv("sync")
    scene.replace("pyproject.toml", 'backend-path = ["nope"]', 'backend-path = [".."]')
    scene.uv("sync")
    scene.replace("pyproject.toml", "requires = []", 'requires = ["unknown"]')
    scene.replace("pyproject.toml", 'backend-path = [".."]', 'backend-path = ["."]')
    scene.uv("sync")


@story
def build_settings(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT.replace('"0.1.0"', '"1.0"') + IN_TREE)
    scene.write("backend.py", BACKEND.replace("NAME", "app"))
    scene.uv("sync", "-C", "a=1", "-C", "a=2", "--config-setting", "b=x=y")
    scene.uv("sync", "-C", "a=1", "-C", "a=2", "--config-setting", "b=x=y")
    scene.uv("sync", "--config-settings-package", "app:c=d")
    scene.uv("sync", "-C", "a=1", "--config-settings-package", "app:a=2")
    scene.uv("sync", "-C", "novalue")
    scene.uv("sync", "--no-build-isolation")
    scene.uv("sync", "--no-build-isolation", "--reinstall-package", "app")
    scene.uv("sync", "--no-build-isolation-package", "app", "--reinstall-package", "app")


@story
def needed_by_backends(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT.replace('"0.1.0"', '"1.0"') + IN_TREE)
    scene.write(
        "backend.py",
        BACKEND.replace("NAME", "app")
        + "import delta\ndef get_requires_for_build_editable(_): return ['epsilon']\ndef build_editable(*a):\n"
        "    import epsilon\n    return build_wheel(*a)\n",
    )
    scene.replace("pyproject.toml", "requires = []", 'requires = ["delta"]')
    scene.uv("sync")
    scene.replace("pyproject.toml", 'requires = ["delta"]', "requires = []")
    scene.write("uv.toml", '[extra-build-dependencies]\napp = ["delta"]\n')
    scene.uv("sync", "--reinstall-package", "app")
    scene.write("uv.toml", '[extra-build-dependencies]\napp = [{ requirement = "delta", match-runtime = true }]\n')
    scene.uv("sync", "--reinstall-package", "app")
    scene.write("uv.toml", '[extra-build-dependencies]\napp = [{ requirement = "zeta", match-runtime = true }]\n')
    scene.uv("sync", "--reinstall-package", "app")
    scene.write("uv.toml", '[extra-build-dependencies]\napp = [{ requirement = "delta>=1", match-runtime = true }]\n')
    scene.uv("sync", "--reinstall-package", "app")
    scene.write(
        "uv.toml", '[extra-build-dependencies]\napp = ["delta"]\n[extra-build-variables]\napp = { KEY = "1" }\n'
    )
    scene.uv("sync")
    scene.uv("sync")


@story
def build_requirements_that_contradict_what_is_locked(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT.replace('"0.1.0"', '"1.0"') + IN_TREE)
    scene.write("backend.py", BACKEND.replace("NAME", "app"))
    scene.replace("pyproject.toml", "requires = []", 'requires = ["delta<1"]')
    scene.write("uv.toml", '[extra-build-dependencies]\napp = [{ requirement = "delta", match-runtime = true }]\n')
    scene.uv("sync")


@story
def build_requirement_that_cannot_be_built(scene: Scene) -> None:
    system = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    files = {"backend.py": "def build_wheel(*_):\n    raise SystemExit('no')\n"}
    scene.server.add(make_sdist("broken", "1.0", pyproject=system, files=files))
    scene.write("pyproject.toml", PROJECT.replace('"alpha>=1"', "") + IN_TREE)
    scene.write("backend.py", BACKEND.replace("NAME", "app"))
    scene.replace("pyproject.toml", "requires = []", 'requires = ["broken"]')
    scene.uv("sync")
    scene.replace("pyproject.toml", "dependencies = []", 'dependencies = ["broken"]')
    scene.uv("sync", "--no-install-project")


@story
def undeclared_build_requirement(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT.replace('"0.1.0"', '"1.0"').replace('"alpha>=1"', "") + IN_TREE)
    scene.replace("pyproject.toml", 'dev = ["delta"]\n', "")
    scene.write("backend.py", "import delta\n" + BACKEND.replace("NAME", "app"))
    scene.uv("sync")


@story
def build_cycles(scene: Scene) -> None:
    scene.write(
        "pyproject.toml",
        PROJECT.replace('"0.1.0"', '"1.0"')
        + IN_TREE.replace("requires = []", 'requires = ["lib"]')
        + '[tool.uv.sources]\nlib = { path = "lib" }\n',
    )
    scene.write("backend.py", BACKEND.replace("NAME", "app"))
    scene.write(
        "lib/pyproject.toml",
        '[project]\nname = "lib"\nversion = "1.0"\n'
        + IN_TREE.replace("requires = []", 'requires = ["app"]')
        + '[tool.uv.sources]\napp = { path = ".." }\n',
    )
    scene.write("lib/backend.py", BACKEND.replace("NAME", "lib"))
    scene.uv("sync")


@story
def path_dependencies(scene: Scene) -> None:
    scene.write(
        "pyproject.toml",
        PROJECT.replace('"alpha>=1"', '"lib", "wheel-lib"')
        + '[tool.uv.sources]\nlib = { path = "../lib" }\n'
        + 'wheel-lib = { path = "files/wheel_lib-1.0-py3-none-any.whl" }\n',
    )
    scene.write("../lib/pyproject.toml", '[project]\nname = "lib"\nversion = "1"\n' + UV_BUILD)
    scene.write("../lib/src/lib/__init__.py", "")
    wheel = make_wheel("wheel-lib", "1.0")
    scene.write("files/x", "")
    (scene.project / "files" / wheel.filename).write_bytes(wheel.content)
    scene.uv("sync")
    scene.uv("sync")
    scene.replace("../lib/pyproject.toml", '"1"', '"2"')
    scene.uv("sync")
    scene.uv("sync", "--no-install-local")
    (scene.project / "files" / wheel.filename).unlink()
    scene.uv("sync")
    scene.uv("sync", "--frozen")


@story
def scripts(scene: Scene) -> None:
    scene.write("s.py", '# /// script\n# requires-python = ">=3.11"\n# dependencies = ["alpha"]\n# ///\n')
    scene.uv("sync", "--script", "s.py", "--dry-run")
    scene.uv("sync", "--script", "s.py", "--locked")
    scene.uv("sync", "--script", "s.py", "--frozen")
    scene.uv("sync", "--script", "s.py")
    scene.uv("sync", "--script", "s.py")
    scene.uv("sync", "--script", "s.py", "--check")
    scene.uv("lock", "--script", "s.py")
    scene.uv("sync", "--script", "s.py", "--locked")
    scene.uv("sync", "--script", "s.py", "--frozen")
    scene.replace("s.py", '"alpha"', '"alpha<2"')
    scene.uv("sync", "--script", "s.py", "--locked")
    scene.uv("sync", "--script", "s.py", "--check")
    scene.uv("sync", "--script", "s.py")
    scene.write("plain.py", "print(1)\n")
    scene.uv("sync", "--script", "plain.py")
    scene.uv("sync", "--script", "missing.py")


@story
def bytecode_and_links(scene: Scene) -> None:
    package(scene)
    scene.uv("sync", "--compile-bytecode")
    scene.uv("sync", "--compile-bytecode")
    scene.uv("sync", "--reinstall", "--link-mode", "symlink")
    scene.uv("sync", "--reinstall", "--link-mode", "hardlink")
    scene.uv("sync", "--link-mode", "nope")
    scene.uv("sync", env={"UV_COMPILE_BYTECODE": "1"})


@story
def output_format(scene: Scene) -> None:
    package(scene)
    scene.uv("sync", "--output-format", "json", "--dry-run")
    scene.uv("sync", "--output-format", "json")
    scene.uv("sync", "--output-format", "json", "--extra", "more")
    scene.replace("pyproject.toml", "alpha>=1", "alpha<2")
    scene.uv("sync", "--output-format", "json")
    scene.uv("sync", "--output-format", "json", "--check", "--reinstall")
    scene.write("s.py", '# /// script\n# requires-python = ">=3.11"\n# dependencies = ["delta"]\n# ///\n')
    scene.uv("sync", "--output-format", "json", "--script", "s.py")
    scene.uv("lock", "-q", "--script", "s.py")
    scene.uv("sync", "--output-format", "json", "--script", "s.py", "--dry-run")
    scene.uv("sync", "--output-format", "json", "--frozen", "--check")
    scene.uv("sync", "--output-format", "text")


@story
def usage(scene: Scene) -> None:
    package(scene)
    scene.uv("sync", "--all-packages", "--package", "one")
    scene.uv("sync", "--only-dev", "--no-dev")
    scene.uv("sync", "--script", "x.py", "--all-packages")
    scene.uv("sync", "--check", "--dry-run")
    scene.uv("sync", "--inexact", "--exact")
    scene.uv("sync", "--active", "--no-active")
    scene.uv("sync", "what")
    scene.uv("sync", "--locked", "--upgrade")
    scene.uv("sync", "--no-sources")
    scene.uv("sync", "--no-cache")
    scene.uv("sync", "--require-hashes")


@story
def required_version(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT + '\n[tool.uv]\nrequired-version = "<0.12"\n')
    scene.uv("sync")


@story
def options_are_no_stamps(scene: Scene) -> None:
    """What a command did once is not what another command asks for."""
    package(scene)
    for words in (
        (),
        ("--reinstall",),
        ("--reinstall-package", "beta"),
        ("--refresh",),
        ("--upgrade",),
        ("--compile-bytecode",),
        ("--dry-run",),
        ("--check",),
        ("--output-format", "json"),
        ("--frozen",),
        ("-v",),
    ):
        if words == ("-v",):
            continue
        scene.uv("sync", *words)
        scene.uv("sync", *words)

"""``uv lock`` by whole outputs and whole lockfiles, recorded from uv."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.index_server import Fault, IndexServer
from tests.support.packages import make_sdist, make_wheel
from tests.support.scenes import Scene, Stories

PROJECT = """[project]
name = "app"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["alpha>=1"]

[project.optional-dependencies]
more = ["beta"]

[dependency-groups]
dev = ["delta"]
docs = ["epsilon"]
"""
SCRIPT = """# /// script
# requires-python = ">=3.11"
# dependencies = ["alpha"]
# ///
print("hello")
"""
UV_BUILD = '\n[build-system]\nrequires = ["uv_build>=0.12,<0.13"]\nbuild-backend = "uv_build"\n'


def offer(server: IndexServer) -> None:
    """Offer packages with several versions and dependencies."""
    for version in ("1.0", "1.1", "2.0"):
        server.add(make_wheel("alpha", version, requires=["beta>=1"]))
    for version in ("1.0", "2.0"):
        server.add(make_wheel("beta", version), upload_time=f"202{version[0]}-06-01T00:00:00Z")
    server.add(make_wheel("beta", "3.0rc1"))
    server.add(make_wheel("gamma", "1.0", requires=["delta ; sys_platform == 'win32'"], extras=["fast"]))
    server.add(make_wheel("delta", "1.0"))
    server.add(make_wheel("delta", "1.1"))
    server.add(make_wheel("epsilon", "1.0"))
    server.add(make_sdist("sigma", "1.0", requires=["delta"]))


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
    scene.check(f"lock/{name}")


@story
def first_and_again(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("lock")
    scene.uv("lock", "--check")
    scene.uv("lock", "--locked")
    scene.uv("lock", "--frozen")
    scene.uv("lock", "--check-exists")
    scene.uv("lock", env={"UV_FROZEN": "1"})
    scene.uv("lock", env={"UV_LOCKED": "1"})
    scene.uv("lock", "--check", "--frozen")
    scene.uv("lock", "--dry-run")
    scene.uv("lock", "-q")
    scene.uv("lock", "--offline")


@story
def missing_lockfile(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("lock", "--check")
    scene.uv("lock", "--locked")
    scene.uv("lock", "--frozen")
    scene.uv("lock", "--check-exists")
    scene.uv("lock", env={"UV_FROZEN": "1"})
    scene.uv("lock", env={"UV_LOCKED": "1"})
    scene.uv("lock", "--dry-run")
    scene.show("uv.lock")


@story
def outdated_lockfile(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("lock", "-q")
    scene.replace("pyproject.toml", '"alpha>=1"', '"alpha<2", "gamma[fast,slow]"')
    scene.uv("lock", "--dry-run")
    scene.uv("lock", "--check")
    scene.uv("lock", "--locked")
    scene.uv("lock", env={"UV_LOCKED": "1"})
    scene.uv("lock", "--frozen")
    scene.uv("lock")
    scene.show("uv.lock")
    scene.replace("pyproject.toml", ', "gamma[fast,slow]"', "")
    scene.uv("lock")


@story
def upgrades(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT.replace("alpha>=1", "alpha>=1,<2").replace('"delta"', '"delta<1.1"'))
    scene.uv("lock", "-q")
    scene.write("pyproject.toml", PROJECT)
    scene.uv("lock")
    scene.uv("lock", "-P", "nothing")
    scene.uv("lock", "--upgrade-package", "alpha==1.0")
    scene.uv("lock", "--upgrade-group", "dev", "--dry-run")
    scene.uv("lock", "--upgrade-group", "nope")
    scene.uv("lock", "-P", "alpha", "--check")
    scene.uv("lock", "-P", "alpha")
    scene.uv("lock", "--upgrade")
    scene.uv("lock", "-U")
    scene.uv("lock", "--no-upgrade")


@story
def options_that_are_recorded(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT.replace('docs = ["epsilon"]\n', ""))
    scene.uv("lock", "-q")
    scene.uv("lock", "--resolution", "lowest")
    scene.uv("lock")
    scene.uv("lock", "--resolution", "lowest-direct")
    scene.uv("lock", "--prerelease", "allow")
    scene.uv("lock", "--pre")
    scene.uv("lock", "--fork-strategy", "fewest")
    scene.show("uv.lock")
    scene.uv("lock", "--check")


@story
def cutoffs(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("lock", "-q")
    scene.uv("lock", "--exclude-newer", "2024-02-01T00:00:00Z")
    scene.uv("lock", "--exclude-newer", "2024-02-01T00:00:00Z")
    scene.uv("lock", "--exclude-newer", "2024-03-01T00:00:00Z")
    scene.uv("lock", "--exclude-newer", "1 week")
    scene.uv("lock", "--exclude-newer", "P2W")
    scene.uv("lock", "--exclude-newer", "P2W", "--exclude-newer-package", "beta=2021-01-01T00:00:00Z")
    scene.uv("lock", "--exclude-newer-package", "beta=false")
    scene.uv("lock", "--exclude-newer", "nonsense")
    scene.uv("lock", "--exclude-newer", "2020-01-01")
    scene.show("uv.lock")


@story
def declared_limits(scene: Scene) -> None:
    limits = """
[tool.uv]
constraint-dependencies = ["beta<2"]
override-dependencies = ["delta==1.0"]
exclude-dependencies = ["epsilon"]
build-constraint-dependencies = ["setuptools<80"]
environments = ["sys_platform == 'linux'", "sys_platform == 'darwin'"]
required-environments = ["sys_platform == 'linux'"]
"""
    scene.write("pyproject.toml", PROJECT + limits)
    scene.uv("lock")
    scene.show("uv.lock")
    scene.replace("pyproject.toml", "beta<2", "beta<3")
    scene.uv("lock", "--dry-run")
    scene.uv("lock")
    scene.replace("pyproject.toml", "sys_platform == 'darwin'", "sys_platform != 'win32'")
    scene.uv("lock")
    scene.replace("pyproject.toml", "sys_platform != 'win32'", "python_version < '3.8'")
    scene.uv("lock")


@story
def no_solution(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT.replace("alpha>=1", "alpha>=3"))
    scene.uv("lock")
    scene.write("pyproject.toml", PROJECT.replace("alpha>=1", "unknown"))
    scene.uv("lock")
    scene.write("pyproject.toml", PROJECT.replace("alpha>=1", 'alpha", "beta<1'))
    scene.uv("lock")
    scene.show("uv.lock")


@story
def broken_lockfiles(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.write("uv.lock", "version = 1\n[[package]\n")
    scene.uv("lock")
    scene.write("uv.lock", "version = 2\n")
    scene.uv("lock")
    scene.write("uv.lock", "version = 1\nrevision = 99\nrequires-python = '>=3.11'\n")
    scene.uv("lock")
    scene.write("uv.lock", "version = 1\n")
    scene.uv("lock")
    scene.write("uv.lock", "")
    scene.uv("lock")
    scene.uv("lock", "--locked")


@story
def no_project(scene: Scene) -> None:
    scene.uv("lock")
    scene.write("pyproject.toml", "[tool.other]\n")
    scene.uv("lock")
    scene.write("pyproject.toml", "[project]\nname = 'x'\n")
    scene.uv("lock")
    scene.write("pyproject.toml", "[project\n")
    scene.uv("lock")
    scene.write("pyproject.toml", '[project]\nname = "app"\nversion = "1"\ndependencies = ["a b"]\n')
    scene.uv("lock")
    scene.write("pyproject.toml", "[tool.uv]\nmanaged = false\n[project]\nname='x'\nversion='1'\n")
    scene.uv("lock")


@story
def python_requirement(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT.replace('requires-python = ">=3.11"\n', ""))
    scene.uv("lock")
    scene.write("pyproject.toml", PROJECT.replace(">=3.11", "<4"))
    scene.uv("lock")
    scene.write("pyproject.toml", PROJECT.replace(">=3.11", ">=3.50"))
    scene.uv("lock")
    scene.write("pyproject.toml", PROJECT.replace(">=3.11", "~=3.11"))
    scene.uv("lock")
    scene.uv("lock", "--python", "3.5")
    scene.uv("lock", "-p", "nope")
    scene.write(".python-version", "3.5\n")
    scene.uv("lock")


@story
def non_project_root(scene: Scene) -> None:
    scene.write("pyproject.toml", '[dependency-groups]\ndev = ["delta"]\n[tool.uv]\n')
    scene.uv("lock")
    scene.show("uv.lock")
    scene.replace("pyproject.toml", '"delta"', '"delta<1.1"')
    scene.uv("lock")


@story
def workspaces(scene: Scene) -> None:
    scene.write(
        "pyproject.toml",
        PROJECT + '\n[tool.uv.workspace]\nmembers = ["packages/*"]\n[tool.uv.sources]\none = { workspace = true }\n',
    )
    scene.replace("pyproject.toml", '"alpha>=1"', '"one"')
    scene.uv("lock")
    scene.write(
        "packages/one/pyproject.toml",
        '[project]\nname = "one"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["beta"]\n' + UV_BUILD,
    )
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("lock", cwd="packages/one")
    scene.write(
        "packages/two/pyproject.toml",
        '[project]\nname = "two"\nversion = "1"\nrequires-python = ">=3.12"\ndependencies = ["epsilon", "one"]\n',
    )
    scene.uv("lock", "--check")
    scene.uv("lock")
    scene.replace("packages/two/pyproject.toml", '"epsilon", "one"', '"epsilon"')
    scene.uv("lock")
    scene.uv("lock", "--project", "packages/two")
    scene.uv("lock", "--directory", "packages/two")
    scene.uv("lock", "--no-sources")


@story
def path_dependencies(scene: Scene) -> None:
    scene.write(
        "pyproject.toml",
        PROJECT.replace('"alpha>=1"', '"lib", "wheel-lib", "sdist-lib"')
        + """
[tool.uv.sources]
lib = { path = "../lib", editable = true }
wheel-lib = { path = "files/wheel_lib-1.0-py3-none-any.whl" }
sdist-lib = { path = "files/sdist_lib-1.0.tar.gz" }
""",
    )
    scene.write(
        "../lib/pyproject.toml",
        '[project]\nname = "lib"\nversion = "1"\ndependencies = ["beta"]\n' + UV_BUILD,
    )
    scene.uv("lock")
    (scene.project / "files").mkdir()
    wheel = make_wheel("wheel-lib", "1.0", requires=["delta"])
    (scene.project / "files" / wheel.filename).write_bytes(wheel.content)
    scene.uv("lock")
    sdist = make_sdist("sdist-lib", "1.0", requires=["epsilon"])
    (scene.project / "files" / sdist.filename).write_bytes(sdist.content)
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("lock")
    scene.replace("../lib/pyproject.toml", '"1"', '"2"')
    scene.uv("lock", "--check")
    scene.uv("lock")
    scene.replace("../lib/pyproject.toml", '"beta"', '"beta", "gamma"')
    scene.uv("lock")
    scene.replace("pyproject.toml", "editable = true", "editable = false")
    scene.uv("lock")


@story
def direct_urls(scene: Scene) -> None:
    url = scene.server.url + "/files/"
    scene.write(
        "pyproject.toml",
        PROJECT.replace(
            '"alpha>=1"', f'"delta @ {url}delta-1.0-py3-none-any.whl", "sigma @ {url}sigma-1.0.tar.gz"'
        ).replace('dev = ["delta"]\n', ""),
    )
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("lock", "--check")
    scene.replace("pyproject.toml", "delta-1.0-py3", "delta-1.1-py3")
    scene.uv("lock")
    scene.replace("pyproject.toml", "sigma-1.0.tar.gz", "missing-1.0.tar.gz")
    scene.uv("lock")


@story
def scripts(scene: Scene) -> None:
    scene.write("s.py", SCRIPT)
    scene.uv("lock", "--script", "s.py", "--check")
    scene.uv("lock", "--script", "s.py", "--frozen")
    scene.uv("lock", "--script", "s.py", "--dry-run")
    scene.uv("lock", "--script", "s.py")
    scene.show("s.py.lock")
    scene.uv("lock", "--script", "s.py")
    scene.replace("s.py", '"alpha"', '"alpha<2", "epsilon"')
    scene.uv("lock", "--script", "s.py", "--locked")
    scene.uv("lock", "--script", "s.py")
    scene.uv("lock", "--script", "s.py", "--upgrade-group", "dev")
    scene.uv("lock", "--script", "nope.py")


@story
def indexes(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("lock", "-q")
    other = f"\n[[tool.uv.index]]\nname = 'other'\nurl = '{scene.server.url}/simple'\nexplicit = true\n"
    scene.write("pyproject.toml", PROJECT + other + "[tool.uv.sources]\nalpha = { index = 'other' }\n")
    scene.uv("lock")
    scene.show("uv.lock")
    scene.write("pyproject.toml", PROJECT + "[tool.uv.sources]\nalpha = { index = 'nope' }\n")
    scene.uv("lock")
    scene.write("pyproject.toml", PROJECT)
    scene.uv("lock", "--index", f"{scene.server.url}/simple/")
    scene.uv("lock", "--no-index")
    scene.uv("lock", "--find-links", "nowhere")


@story
def conflicts(scene: Scene) -> None:
    text = PROJECT.replace('more = ["beta"]', 'more = ["beta<2"]\nless = ["beta>=2"]')
    scene.write("pyproject.toml", text)
    scene.uv("lock")
    scene.write("pyproject.toml", text + '\n[tool.uv]\nconflicts = [[{ extra = "more" }, { extra = "less" }]]\n')
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("lock", "--check")


@story
def build_policies(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT.replace("alpha>=1", "sigma"))
    scene.uv("lock", "--no-build")
    scene.uv("lock", "--no-build-package", "sigma")
    scene.uv("lock", "--no-binary")
    scene.uv("lock", "--no-binary-package", "delta")
    scene.uv("lock")
    scene.uv("lock", "--no-build", "--check")


@story
def required_version(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT + '\n[tool.uv]\nrequired-version = ">=99"\n')
    scene.uv("lock")
    scene.write("pyproject.toml", PROJECT + '\n[tool.uv]\nrequired-version = ">=0.12,<0.13"\n')
    scene.uv("lock")


@story
def stated_metadata(scene: Scene) -> None:
    table = '\n[[tool.uv.dependency-metadata]]\nname = "alpha"\nversion = "2.0"\nrequires-dist = ["epsilon"]\n'
    scene.write("pyproject.toml", PROJECT + table)
    scene.uv("lock")
    scene.show("uv.lock")
    scene.write("pyproject.toml", PROJECT + table.replace('version = "2.0"\n', ""))
    scene.uv("lock")
    scene.write("pyproject.toml", PROJECT)
    scene.uv("lock")


@story
def groups_that_include_conflicting_groups(scene: Scene) -> None:
    scene.write(
        "pyproject.toml",
        PROJECT.partition("[dependency-groups]")[0]
        + '[dependency-groups]\nold = ["alpha<2"]\nnew = ["alpha>=2"]\nnone = []\n'
        + 'dev = [{ include-group = "old" }]\ntest = [{ include-group = "dev" }]\nlint = [{ include-group = "new" }]\n'
        + 'docs = [{ include-group = "lint" }, "epsilon"]\nother = [{ include-group = "none" }]\n'
        + '[tool.uv]\nconflicts = [[{ group = "old" }, { group = "new" }, { group = "none" }]]\n',
    )
    scene.uv("lock")
    scene.show("uv.lock")
    scene.uv("lock", "--check")
    scene.uv("export", "--no-hashes", "--group", "docs")


@story
def wheels_of_other_platforms(scene: Scene) -> None:
    wheel = make_wheel("windows", "1.0", tags="py3-none-win_amd64")
    scene.server.add(wheel)
    url = f"{scene.server.url}/files/{wheel.filename}"
    scene.write("pyproject.toml", PROJECT.replace('"alpha>=1"', f'"windows @ {url}"'))
    scene.uv("lock")
    scene.uv("lock", "--check")
    scene.uv("sync")


@story
def files_that_an_index_may_refuse(scene: Scene) -> None:
    del scene.environ["UV_DEFAULT_INDEX"]
    scene.write("pyproject.toml", PROJECT + f'\n[[tool.uv.index]]\nurl = "{scene.server.index_url}"\ndefault = true\n')
    for path in ("alpha-2.0-py3-none-any.whl", "alpha-2.0-py3-none-any.whl.metadata"):
        scene.server.fail(f"/files/{path}", Fault("status", times=99, status=403))
    scene.uv("lock")
    scene.replace("pyproject.toml", "default = true", "default = true\nignore-error-codes = [403]")
    scene.uv("lock")
    scene.uv("lock", "--dry-run", "-P", "alpha>=2")


@story
def places_of_implied_tables(scene: Scene) -> None:
    scene.write("pyproject.toml", '[tool.x]\n[project.urls]\nhome = "https://example.org"\n')
    scene.uv("lock")
    scene.write("pyproject.toml", 'project.urls.home = "https://example.org"\n')
    scene.uv("lock")


@story
def options_that_exclude_each_other(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT)
    scene.uv("lock", "--locked", "--dry-run")
    scene.uv("lock", "--frozen", "--upgrade")
    scene.uv("lock", "--locked", "--upgrade")
    scene.uv("lock", "--resolution", "nope")
    scene.uv("lock", "extra")
    scene.uv("lock", "--refresh")
    scene.uv("lock", "--refresh-package", "alpha")
    scene.uv("lock", "--no-cache")
    scene.uv("lock", "--link-mode", "symlink")


INDEX = """
[tool.uv.sources]
alpha = { index = "house" }

[[tool.uv.index]]
name = "house"
url = "{url}"
explicit = true
"""


def with_index(scene: Scene, *lines: str) -> str:
    """Return a project that takes one package from an index with settings of its own."""
    text = PROJECT + INDEX.replace("{url}", scene.server.index_url.replace("127.0.0.1", "localhost"))
    return text + "".join(f"{line}\n" for line in lines)


@story
def cutoff_of_an_index(scene: Scene) -> None:
    scene.write("pyproject.toml", with_index(scene, 'exclude-newer = "2001-01-01T00:00:00Z"'))
    scene.uv("lock")
    scene.uv("lock", "--preview-features", "index-exclude-newer")
    scene.uv("lock", "--exclude-newer-package", "alpha=2031-01-01T00:00:00Z")
    scene.uv("lock", "--exclude-newer-package", "alpha=false", "--dry-run")
    scene.write("pyproject.toml", with_index(scene, "exclude-newer = false"))
    scene.uv("lock", "--exclude-newer", "2021-01-01T00:00:00Z", "--preview-features", "index-exclude-newer")


@story
def hash_algorithm_of_an_index(scene: Scene) -> None:
    scene.write("pyproject.toml", with_index(scene))
    scene.uv("lock", "-q")
    scene.write("pyproject.toml", with_index(scene, 'hash-algorithm = "sha256"'))
    scene.uv("lock", "--check")
    scene.uv("lock", "--check", "--preview-features", "index-hash-algorithm")
    scene.write("pyproject.toml", with_index(scene, 'hash-algorithm = "sha512"'))
    scene.uv("lock", "--preview-features", "index-hash-algorithm")
    scene.write("pyproject.toml", with_index(scene, 'hash-algorithm = "crc32"'))
    scene.uv("lock")


@story
def cache_control_of_an_index(scene: Scene) -> None:
    scene.write("pyproject.toml", with_index(scene, 'cache-control.api = "max-age=600\\n"'))
    scene.uv("lock")
    scene.write("pyproject.toml", with_index(scene, 'cache-control = { files = "max-age=600\\n" }'))
    scene.uv("lock")
    scene.write("pyproject.toml", with_index(scene, 'cache-control = { api = "max-age=600" }'))
    scene.uv("lock")


@story
def index_named_elsewhere(scene: Scene) -> None:
    source = '\n[tool.uv.sources]\nalpha = { index = "house" }\n'
    scene.write("pyproject.toml", PROJECT + source)
    scene.uv("lock")
    definition = f'[[index]]\nname = "house"\nurl = "{scene.server.index_url}"\n'
    scene.write("uv.toml", definition)
    scene.uv("lock")
    (scene.project / "uv.toml").unlink()
    scene.write("../home/.config/uv/uv.toml", definition)
    scene.uv("lock")
    scene.uv("lock", "--index", f"house={scene.server.index_url}")
    scene.show("uv.lock")


@story
def index_named_on_the_command_line_first(scene: Scene) -> None:
    scene.write("pyproject.toml", PROJECT + INDEX.replace("{url}", "http://127.0.0.1:9/simple"))
    scene.uv("lock", "--index", f"house={scene.server.index_url}")
    scene.show("uv.lock")


@story
def archive_that_cannot_be_asked_offline(scene: Scene) -> None:
    url = scene.server.index_url.replace("/simple", "/files") + "/beta-2.0-py3-none-any.whl"
    scene.write("pyproject.toml", PROJECT.replace('"alpha>=1"', f'"alpha>=1", "beta @ {url}"'))
    scene.uv("lock", "-q")
    scene.uv("lock", "--check", "--offline", "--no-cache")


@story
def layout_of_the_lockfile(scene: Scene) -> None:
    check = ("--preview-features", "lockfile-format-check")
    scene.write("pyproject.toml", PROJECT)
    scene.uv("lock", "-q")
    scene.uv("lock", "--check", *check)
    text = (scene.project / "uv.lock").read_text()
    for number, (old, new) in enumerate(
        (("\n    {", "\n{"), (" = ", "  = "), (", ", ",  "), ("{ ", "{"), (" }", "}"), (" \n", "\n"), ("]\n", "] \n"))
    ):
        scene.write("uv.lock", text.replace(old, new, 1))
        scene.uv("lock", "--check", *(check if number else ()))
        scene.uv("lock", "--check", *check)
    scene.write("uv.lock", text.rstrip("\n"))
    scene.uv("lock", "--check", *check)
    scene.uv("lock", "--refresh")
    scene.uv("lock", "--refresh", "--dry-run", *check)
    scene.uv("lock", "--refresh", *check)
    scene.show("uv.lock")

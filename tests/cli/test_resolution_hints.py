"""What is said, and hinted, when there is no solution: one table, each row locked and compiled, recorded from uv."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.support.index_server import Fault, IndexServer
from tests.support.packages import make_sdist, make_wheel
from tests.support.scenes import Scene

HEAD = '[project]\nname = "app"\nversion = "0.1.0"\nrequires-python = ">=3.11"\n'
BROKEN = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
WINDOWS, MAC, OTHER_ABI = "cp311-cp311-win_amd64", "cp311-cp311-macosx_11_0_arm64", "cp39-cp39-manylinux_2_17_x86_64"


class Row(msgspec.Struct, frozen=True):
    """One failure."""

    requires: str
    """Requirements, one a line."""
    settings: str = ""
    """Below ``[project]``."""
    words: tuple[str, ...] = ()
    """Further arguments."""
    commands: tuple[str, ...] = ("lock", "pip compile", "pip install")


ROWS: dict[str, Row] = {
    # versions
    "no_such_version": Row("alpha>3"),
    "no_such_version_between": Row("alpha>1.1,<2"),
    "nothing_but_a_prerelease": Row("pre"),
    "nothing_but_a_prerelease_there": Row("mixed>=2"),
    "a_prerelease_of_a_dependency": Row("wants-mixed"),
    "prereleases_disallowed": Row("mixed>=2.0rc1", words=("--prerelease", "disallow")),
    "prereleases_only_where_asked_for": Row("wants-mixed", words=("--prerelease", "explicit")),
    "prereleases_of_one_package": Row(
        "mixed>=2", '[tool.uv.prerelease-package]\nother = "allow"\n', commands=("lock",)
    ),
    "yanked": Row("pulled"),
    "yanked_for_a_reason": Row("pulled>=2"),
    "yanked_by_dependency": Row("wants-pulled"),
    "contradiction": Row("alpha<2\nwants-new-alpha"),
    "contradiction_of_two": Row("wants-old-alpha\nwants-new-alpha"),
    "contradiction_in_all_versions": Row("many\nbeta<1.5"),
    "missing_package": Row("nowhere"),
    "missing_dependency": Row("wants-nowhere"),
    "missing_extra": Row("alpha[nothing]>3"),
    # Python
    "python_of_all_versions": Row("future"),
    "python_of_some_versions": Row("future2>=2"),
    "python_of_a_dependency": Row("wants-future"),
    "python_of_other_environments": Row("soon"),
    "python_version_that_is_not_there": Row("alpha", words=("--python-version", "3.50"), commands=("pip compile",)),
    "python_version_too_old": Row("future2>=2", words=("--python-version", "3.9"), commands=("pip compile",)),
    # files
    "other_platform": Row("windows"),
    "other_platforms": Row("windows-and-mac"),
    "other_abi": Row("old-abi"),
    "other_implementation": Row("pypy-only"),
    "other_platform_of_the_target": Row("windows", words=("--python-platform", "linux"), commands=("pip compile",)),
    "other_platform_required": Row(
        "windows", "[tool.uv]\nrequired-environments = [\"sys_platform == 'darwin'\"]\n", commands=("lock",)
    ),
    "no_build": Row("source-only", words=("--no-build",)),
    "no_build_of_one": Row("source-only", words=("--no-build-package", "source-only"), commands=("lock",)),
    "no_binary": Row("alpha", words=("--no-binary", "alpha"), commands=("pip compile", "pip install")),
    "no_binary_of_one": Row("alpha", words=("--no-binary-package", "alpha"), commands=("lock",)),
    "build_failed": Row("failing"),
    "build_failed_of_a_dependency": Row("wants-failing"),
    "metadata_without_sense": Row("senseless"),
    "metadata_for_no_python": Row("odd-python"),
    "metadata_for_no_python_but_older_ones": Row("odd-python2"),
    "metadata_of_another_version": Row("liar"),
    "metadata_that_is_missing": Row("empty-archive"),
    # dates
    "excluded_by_date": Row("alpha", words=("--exclude-newer", "2020-01-01T00:00:00Z")),
    "excluded_in_part_by_date": Row("beta>=2", words=("--exclude-newer", "2024-01-02T00:00:00Z")),
    "excluded_by_date_of_the_package": Row(
        "alpha", '[tool.uv]\nexclude-newer-package = { alpha = "2020-01-01T00:00:00Z" }\n', commands=("lock",)
    ),
    "excluded_by_date_in_a_file": Row(
        "alpha", '[tool.uv]\nexclude-newer = "2020-01-01T00:00:00Z"\n', commands=("lock",)
    ),
    "without_a_date": Row("undated", words=("--exclude-newer", "2026-01-01T00:00:00Z")),
    # indexes
    "offline": Row("alpha", words=("--offline",)),
    "no_index": Row("alpha", words=("--no-index",)),
    "unauthorized": Row("secret"),
    "forbidden": Row("forbidden"),
    "not_found_at_all": Row("gone"),
    "index_fails": Row("failing-index"),
    "hash_of_another_file": Row("alpha==1.0 --hash=sha256:" + "0" * 64, commands=("pip install",)),
    # projects
    "requires_itself": Row("app>=2", commands=("lock",)),
    "requires_itself_under_an_extra": Row(
        "", '[project.optional-dependencies]\nmore = ["app>=2"]\n', commands=("lock",)
    ),
    "conflict_of_extras": Row(
        "", '[project.optional-dependencies]\nold = ["alpha<2"]\nnew = ["alpha>=2"]\n', commands=("lock",)
    ),
    "conflict_of_groups": Row("", '[dependency-groups]\nold = ["alpha<2"]\nnew = ["alpha>=2"]\n', commands=("lock",)),
    "conflict_of_a_group_and_an_extra": Row(
        "",
        '[project.optional-dependencies]\nold = ["alpha<2"]\n[dependency-groups]\nnew = ["alpha>=2"]\n',
        commands=("lock",),
    ),
    "conflict_of_a_group_and_the_project": Row(
        "alpha<2", '[dependency-groups]\ndev = ["alpha>=2"]\n', commands=("lock",)
    ),
    "conflict_of_constraints": Row("alpha", '[tool.uv]\nconstraint-dependencies = ["alpha>2"]\n', commands=("lock",)),
    "conflict_of_overrides": Row("alpha", '[tool.uv]\noverride-dependencies = ["beta>2"]\n', commands=("lock",)),
    "conflict_in_one_environment": Row("alpha<2 ; sys_platform == 'win32'\nalpha>2", commands=("lock", "pip compile")),
    "conflict_in_another_environment": Row("alpha>2 ; sys_platform == 'win32'"),
}


def offer(server: IndexServer) -> None:
    """Offer what the rows speak of."""
    for version in ("1.0", "1.1", "2.0"):
        server.add(make_wheel("alpha", version, requires=["beta>=1"]))
    server.add(make_wheel("beta", "1.0"))
    server.add(make_wheel("beta", "2.0"), upload_time="2024-06-01T00:00:00Z")
    for version in ("1.0b1", "1.0rc1"):
        server.add(make_wheel("pre", version))
    for version in ("1.0", "2.0rc1"):
        server.add(make_wheel("mixed", version))
    server.add(make_wheel("pulled", "1.0"), yanked=True)
    server.add(make_wheel("pulled", "2.0"), yanked="it was a mistake")
    for name, requirement in (
        ("wants-mixed", "mixed>=2"),
        ("wants-pulled", "pulled"),
        ("wants-new-alpha", "alpha>=2"),
        ("wants-old-alpha", "alpha<2"),
        ("wants-nowhere", "nowhere>=1"),
        ("wants-future", "future"),
        ("wants-failing", "failing>=1"),
    ):
        server.add(make_wheel(name, "1.0", requires=[requirement]))
    for version in ("1.0", "1.1", "1.2", "2.0"):
        server.add(make_wheel("many", version, requires=["beta>=2"]))
    server.add(make_wheel("future", "1.0", requires_python=">=3.50"), requires_python=">=3.50")
    server.add(make_wheel("future2", "1.0"))
    server.add(make_wheel("future2", "2.0", requires_python=">=3.50"), requires_python=">=3.50")
    server.add(make_wheel("soon", "1.0", requires_python=">=3.12"), requires_python=">=3.12")
    offer_files(server)
    for name, status in (("secret", 401), ("forbidden", 403), ("gone", 404), ("failing-index", 500)):
        server.fail(f"/simple/{name}/", Fault("status", times=99, status=status))


def offer_files(server: IndexServer) -> None:
    """Offer files that cannot be used."""
    server.add(make_wheel("windows", "1.0", tags=WINDOWS))
    server.add(make_wheel("windows-and-mac", "1.0", tags=WINDOWS))
    server.add(make_wheel("windows-and-mac", "1.0", tags=MAC))
    server.add(make_wheel("old-abi", "1.0", tags=OTHER_ABI))
    server.add(make_wheel("pypy-only", "1.0", tags="pp39-pypy39_pp73-manylinux_2_17_x86_64"))
    server.add(make_sdist("source-only", "1.0"))
    server.add(
        make_sdist("failing", "1.0", pyproject=BROKEN, pkg_info=False, files={"backend.py": "raise SystemExit('no')\n"})
    )
    server.add(make_wheel("senseless", "1.0", metadata="Name: senseless\nVersion: x y\n"))
    server.add(make_wheel("odd-python", "1.0", requires_python="12"))
    server.add(make_wheel("odd-python2", "2.0", requires_python="12"))
    server.add(make_wheel("odd-python2", "1.0", requires_python=">=3.6.*"))
    server.add(make_wheel("liar", "1.0", metadata="Metadata-Version: 2.1\nName: liar\nVersion: 2.0\n"))
    server.add(make_sdist("empty-archive", "1.0", pyproject="", pkg_info=False))
    server.add(make_wheel("undated", "1.0"), upload_time=None)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with IndexServer(sizes=True) as server:
        offer(server)
        yield Scene(tmp_path.resolve() / "s", server)


@pytest.mark.parametrize("name", ROWS)
def test_hint(scene: Scene, name: str) -> None:
    row = ROWS[name]
    scene.write("requirements.in", row.requires + "\n")
    lines = ", ".join(f'"{line}"' for line in row.requires.splitlines())
    scene.write("pyproject.toml", f"{HEAD}dependencies = [{lines}]\n{row.settings}")
    for command in row.commands:
        if command == "lock":
            scene.uv("lock", *row.words)
        elif command == "pip compile":
            scene.uv("pip", "compile", "requirements.in", *row.words)
        else:
            scene.uv("venv", "-q", "environment")
            scene.uv("pip", "install", "-r", "requirements.in", "-p", "environment", "--dry-run", *row.words)
    scene.check(f"hints/{name}", ((r"cache/(sdists|sources)-v\d+/\S+/src", "[SOURCE]"),))

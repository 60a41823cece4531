"""The conversation with backends: tiny ones that lie in the source tree, without a network."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from ultraviolet.build.errors import BackendFailed, BuildError, CyclicBuild, InvalidBackendPath, InvalidSourceTree
from ultraviolet.build.frontend import BuildKind, SourceBuild, SourceTree
from ultraviolet.build.hints import build_hint
from ultraviolet.build.hooks import exit_status
from ultraviolet.build.options import BuildOptions, parse_config_settings
from ultraviolet.build.ports import BuildEnvironment, BuildStack
from ultraviolet.build.system import LEGACY_BACKEND, LEGACY_REQUIRES, read_build_system
from ultraviolet.standards.names import PackageName

BACKEND = """
import json, os, sys

def log(**facts):
    with open("log", "a") as stream:
        stream.write(json.dumps(facts) + "\\n")

def get_requires_for_build_wheel(config_settings=None):
    log(hook="requires", settings=config_settings)
    return ["stated", "more"]

def prepare_metadata_for_build_wheel(directory, config_settings=None):
    os.mkdir(directory + "/pkg-1.dist-info")
    with open(directory + "/pkg-1.dist-info/METADATA", "w") as stream:
        stream.write("Metadata-Version: 2.3\\nName: pkg\\nVersion: 1\\n")
    log(hook="metadata", settings=config_settings)
    return "pkg-1.dist-info"

def build_wheel(directory, config_settings=None, metadata_directory=None):
    print("building")
    log(
        hook="wheel",
        settings=config_settings,
        metadata=metadata_directory and os.path.basename(metadata_directory),
        cwd=os.getcwd(),
        variables={name: os.environ.get(name) for name in ("A", "PATH", "VIRTUAL_ENV", "UV_API_KEY", "UV_INTERNAL__BUILD_DIR")},
        path=sys.path[0],
    )
    open(os.path.join(directory, "pkg-1-py3-none-any.whl"), "w").close()
    return "pkg-1-py3-none-any.whl"
"""
PROJECT = '[project]\nname = "pkg"\nversion = "1"\n'
SYSTEM = '[build-system]\nrequires = ["stated"]\nbuild-backend = "backend"\nbackend-path = ["."]\n'


class FakeProvision:
    """Remembers what was asked for; the interpreter of the tests runs the hooks."""

    def __init__(self) -> None:
        self.provided: list[tuple[tuple[str, ...], bool]] = []
        self.released = 0

    def provide(
        self,
        requires: tuple[str, ...],
        *,
        tree: str,
        name: str | None,
        into: BuildEnvironment | None,
        stack: BuildStack,
    ) -> BuildEnvironment:
        self.provided.append((requires, into is not None))
        return BuildEnvironment(sys.executable, "/scripts", "/prefix")

    def shared(self) -> BuildEnvironment:
        return BuildEnvironment(sys.executable, "/shared", None)

    def release(self, environment: BuildEnvironment) -> None:
        self.released += 1


class Lines:
    def __init__(self) -> None:
        self.found: list[str] = []

    def line(self, text: str) -> None:
        self.found.append(text)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/pyproject.toml").write_text(PROJECT + SYSTEM)
    (tmp_path / "tree/backend.py").write_text(BACKEND)
    return tmp_path / "tree"


def start(
    tree: Path, options: BuildOptions | None = None, *, kind: BuildKind = "wheel", **more: Any
) -> tuple[SourceBuild, FakeProvision]:
    provision = FakeProvision()
    build = SourceBuild(
        SourceTree(path=str(tree), system=read_build_system(str(tree)), name=PackageName("pkg"), label="pkg @ here"),
        kind=kind,
        provision=provision,
        options=options or BuildOptions(),
        environ={"PATH": os.environ["PATH"], "UV_API_KEY": "secret"},
        stack=BuildStack(),
        **more,
    )
    return build, provision


def logged(tree: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (tree / "log").read_text().splitlines()]


def test_metadata_and_wheel_come_from_one_environment(tree: Path, tmp_path: Path) -> None:
    build, provision = start(tree)
    with build:
        assert b"Name: pkg" in (build.metadata() or b"")
        assert build.wheel(str(tmp_path)) == "pkg-1-py3-none-any.whl"
    assert provision.provided == [(("stated",), False), (("stated", "more"), True)]
    assert provision.released == 1
    requires, metadata, wheel = logged(tree)
    assert [entry["hook"] for entry in (requires, metadata, wheel)] == ["requires", "metadata", "wheel"]
    assert wheel["metadata"] == "pkg-1.dist-info"


def test_hooks_see_the_environment_of_the_build(tree: Path, tmp_path: Path) -> None:
    name = PackageName("pkg")
    build, _ = start(tree, BuildOptions(extra_variables={name: {"A": "1", "PATH": "/extra"}}))
    with build:
        build.wheel(str(tmp_path))
    facts = logged(tree)[-1]
    assert facts["cwd"] == str(tree)
    assert facts["path"] == "."
    assert facts["variables"] == {
        "A": "1",
        "PATH": os.pathsep.join(["/scripts", "/extra", os.environ["PATH"]]),
        "VIRTUAL_ENV": "/prefix",
        "UV_API_KEY": None,
        "UV_INTERNAL__BUILD_DIR": str(tree),
    }


def test_settings_reach_every_hook(tree: Path, tmp_path: Path) -> None:
    options = BuildOptions(
        config_settings=parse_config_settings(["a=1", "a=2", "b=c=d"]),
        config_settings_package={PackageName("pkg"): {"b": "e"}, PackageName("other"): {"x": "y"}},
    )
    build, _ = start(tree, options)
    with build:
        build.metadata()
        build.wheel(str(tmp_path))
    expected = {"a": ["1", "2"], "b": ["c=d", "e"]}
    assert [entry["settings"] for entry in logged(tree)] == [expected, expected, expected]


def test_without_isolation_nothing_is_installed(tree: Path, tmp_path: Path) -> None:
    build, provision = start(tree, BuildOptions(no_isolation_packages=frozenset({PackageName("pkg")})))
    with build:
        build.wheel(str(tmp_path))
    assert provision.provided == []
    assert provision.released == 0
    assert [entry["hook"] for entry in logged(tree)] == ["wheel"]


def test_missing_hooks_are_optional_but_for_the_build(tree: Path, tmp_path: Path) -> None:
    (tree / "backend.py").write_text("")
    build, _ = start(tree)
    with build:
        assert build.metadata() is None
        with pytest.raises(BackendFailed) as caught:
            build.wheel(str(tmp_path))
    assert "has no attribute 'build_wheel'" in str(caught.value.__cause__)


def test_output_is_shown_live_when_somebody_listens(tree: Path, tmp_path: Path) -> None:
    lines = Lines()
    build, _ = start(tree, output=lines)
    with build:
        build.wheel(str(tmp_path))
    assert lines.found == ["building"]


def test_hatchling_with_dynamic_dependencies_is_asked_for_a_wheel_only(tree: Path) -> None:
    (tree / "pyproject.toml").write_text(
        PROJECT
        + 'dynamic = ["dependencies"]\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    )
    assert read_build_system(str(tree)).has_unreliable_metadata


@pytest.mark.parametrize(
    ("body", "status"),
    [("raise RuntimeError('no')", "exit status: 1"), ("import os; os._exit(3)", "exit status: 3")],
)
def test_failing_hooks_carry_what_they_printed(tree: Path, tmp_path: Path, body: str, status: str) -> None:
    (tree / "backend.py").write_text(f"def build_wheel(*_):\n    print('said'); {body}\n")
    build, provision = start(tree)
    with build, pytest.raises(BackendFailed) as caught:
        build.wheel(str(tmp_path))
    text = str(caught.value.__cause__)
    assert text.startswith(f"Call to `backend.build_wheel` failed ({status})")
    assert ("[stdout]\nsaid" in text) == (status == "exit status: 1")
    assert provision.released == 1


def test_environment_is_removed_when_setting_up_fails(tree: Path) -> None:
    (tree / "backend.py").write_text("def get_requires_for_build_wheel(_):\n    raise RuntimeError\n")
    build, provision = start(tree)
    with pytest.raises(BackendFailed), build:
        pass
    assert provision.released == 1


def test_status_of_a_killed_process() -> None:
    assert exit_status(-9) == "signal: 9 (SIGKILL)"


def test_stack_notices_cycles() -> None:
    stack = BuildStack().entering("a==1", "a")
    with pytest.raises(CyclicBuild, match="Cyclic build dependency detected for `a`"):
        stack.entering("b==1", "b").entering("a==1", "a")


class TestBuildSystem:
    def test_legacy_backend_stands_in(self, tmp_path: Path) -> None:
        (tmp_path / "setup.py").touch()
        system = read_build_system(str(tmp_path))
        assert (system.backend, system.requires) == (LEGACY_BACKEND, LEGACY_REQUIRES)
        (tmp_path / "pyproject.toml").write_text('[build-system]\nrequires = ["x"]\n')
        system = read_build_system(str(tmp_path))
        assert (system.backend, system.requires) == (LEGACY_BACKEND, ("x",))

    def test_empty_directory_is_no_project(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidSourceTree, match="does not appear to be a Python project"):
            read_build_system(str(tmp_path))

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("[build-system\n", "Invalid `pyproject.toml`"),
            ("[project]\nversion = '1'\n", "`project.name` must be present"),
            ("[build-system]\nrequires = 3\n", "does not match the required schema"),
            ("[build-system]\nbuild-backend = 'x'\n", "does not match the required schema"),
            ("[build-system]\nrequires = ['a b']\n", "does not match the required schema"),
            ("[build-system]\nrequires = []\nbackend-path = 'x'\n", "does not match the required schema"),
        ],
    )
    def test_malformed_manifests(self, tmp_path: Path, text: str, message: str) -> None:
        (tmp_path / "pyproject.toml").write_text(text)
        with pytest.raises(BuildError) as caught:
            read_build_system(str(tmp_path))
        assert message in caught.value.message
        assert caught.value.__cause__ is not None

    @pytest.mark.parametrize("entry", ["/abs", "..", "missing", "file"])
    def test_backend_path_stays_inside(self, tmp_path: Path, entry: str) -> None:
        (tmp_path / "file").touch()
        (tmp_path / "pyproject.toml").write_text(f'[build-system]\nrequires = []\nbackend-path = ["{entry}"]\n')
        with pytest.raises(InvalidBackendPath, match="`backend-path` entry"):
            read_build_system(str(tmp_path))

    def test_doubtful_projects_are_warned_about(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text("[tool.x]\n")
        assert "does not include a `[build-system]` table" in (read_build_system(str(tmp_path)).warning or "")
        (tmp_path / "pyproject.toml").write_text("[tool.uv.workspace]\n")
        assert "appears to be a workspace root" in (read_build_system(str(tmp_path)).warning or "")


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("x.c:1:2: fatal error: graphviz/cgraph.h: No such file or directory", '"graphviz/cgraph.h" for `pkg@1`'),
        ("x.c:1:2: fatal error: 'a.h' file not found", 'provides "a.h"'),
        ("x.c(3): fatal error C1083: Cannot open include file: 'a.h': No such file or directory", 'provides "a.h"'),
        ("/usr/bin/ld: cannot find -lncurses: No such file or directory", "(e.g., `libncurses-dev`)"),
        ("error: invalid command 'bdist_wheel'", 'pkg = ["wheel"]'),
        ("ModuleNotFoundError: No module named 'skimage'", 'pkg = ["scikit-image"]'),
        ("ModuleNotFoundError: No module named 'distutils'", "(like `pkg >1`)"),
        ("something else", "Build failures usually indicate"),
    ],
)
def test_hints(line: str, part: str) -> None:
    assert part in build_hint(f"before\n{line}\nafter\n", name="pkg", version="1", version_id="pkg @ here")

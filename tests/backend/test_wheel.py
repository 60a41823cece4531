"""Wheels of projects of many shapes: every entry, METADATA and RECORD as uv itself writes them.

The expectations lie in ``snapshots``. ``UV_UNDER_TEST=/path/to/uv UPDATE_SNAPSHOTS=1`` writes them anew with the outcomes of a uv
0.12.5 executable.
"""

from __future__ import annotations

import os
import re
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from ultraviolet.backend.wheel import build_editable, build_metadata, build_wheel
from ultraviolet.errors import UltravioletError

SNAPSHOTS = Path(__file__).parent / "snapshots"
UNDER_TEST = os.environ.get("UV_UNDER_TEST")
VERSION = "0.12.5"

BUILD_SYSTEM = '\n[build-system]\nrequires = ["uv_build>=0.12,<0.13"]\nbuild-backend = "uv_build"\n'
BASIC = '[project]\nname = "app"\nversion = "1.0.0"\n'
INIT = {"src/app/__init__.py": "x = 1\n"}

Shape = tuple[str, Mapping[str, str | bytes]]
"""``pyproject.toml`` without its build system, and the other files; a path that ends in ``*`` is executable."""

SHAPES: dict[str, Shape] = {
    "minimal": (BASIC, INIT),
    "nested_packages_and_data_files": (
        BASIC,
        {
            **INIT,
            "src/app/sub/__init__.py": "",
            "src/app/sub/deep/data.json": "{}",
            "src/app/a.py": "a",
            "src/app/sub.py": "s",
            "src/app/Z.py": "z",
            "src/app/py.typed": "",
            "src/app/run.sh*": "#!/bin/sh\n",
            "src/app/odd, name.txt": "odd",
            "src/app/ünï.txt": "ü",
            "src/other/__init__.py": "",
        },
    ),
    "everything_in_metadata": (
        """[project]
name = "App.Name_X"
version = "1.0.0-RC.1"
description = "What it is"
readme = "README.md"
requires-python = ">=3.8,!=3.9.0,<4"
license = "MIT OR Apache-2.0"
license-files = ["LICENSE*", "legal/**/*.txt"]
authors = [{ name = "A B" }, { email = "only@example.org" }, { name = "Both", email = "both@example.org" }]
maintainers = [{ name = "M", email = "m@example.org" }]
keywords = ["one", "two words"]
classifiers = ["Programming Language :: Python :: 3", "Topic :: Software Development"]
dependencies = ["Foo_Bar>=1,<2", "b[x,Y] ; python_version < '3.10'", "c @ https://example.org/c.zip", "d==1.*"]
urls = { Zeta = "https://z.example.org", "Alpha Beta" = "https://a.example.org" }
scripts = { zed = "app_name_x:main", "a.b-c" = "app_name_x.cli:run" }
gui-scripts = { win = "app_name_x:gui" }
[project.optional-dependencies]
Zoo = ["z>1 ; sys_platform == 'win32' or os_name == 'nt'"]
a_b = ["f", "g[h]"]
empty = []
[project.entry-points."my.plugins"]
two = "app_name_x:two"
one = "app_name_x:one"
[project.entry-points.other]
"odd name" = "x:y"
""",
        {
            "src/app_name_x/__init__.py": "",
            "README.md": "# Title\n\nText  \n",
            "LICENSE": "MIT",
            "LICENSE.apache": "A2",
            "legal/a/b.txt": "b",
            "legal/z.txt": "z",
            "legal/other.md": "no",
        },
    ),
    "licence_text": (BASIC + 'license = { text = "Line one\\nLine two" }\n', INIT),
    "licence_file": (BASIC + 'license = { file = "COPYING" }\n', {**INIT, "COPYING": "Copy\n\n  right\r\nwindows\r\n"}),
    "licence_files_empty": (BASIC + "license-files = []\n", INIT),
    "licence_files_without_expression": (
        BASIC + 'license-files = ["**/LICEN[CS]E"]\n',
        {**INIT, "x/LICENCE": "x", "LICENSE": "y"},
    ),
    "readme_inline": (BASIC + 'readme = { text = "Inline text", content-type = "text/plain" }\n', INIT),
    "readme_rst": (BASIC + 'readme = "doc/README.rst"\n', {**INIT, "doc/README.rst": "Title\n=====\n"}),
    "readme_crlf": (BASIC + 'readme = "README.txt"\n', {**INIT, "README.txt": "one\r\ntwo\r\n"}),
    "readme_table": (
        BASIC + 'readme = { file = "R", content-type = "text/markdown", charset = "UTF-8" }\n',
        {**INIT, "R": "text"},
    ),
    "empty_fields": (
        BASIC + 'description = ""\nkeywords = []\nauthors = []\nclassifiers = []\nscripts = {}\nurls = {}\n',
        INIT,
    ),
    "empty_entry_points": (BASIC + "[project.entry-points]\n", INIT),
    "import_names": (
        BASIC + 'import-names = ["app", "app.inner ; private"]\nimport-namespaces = ["ns"]\n',
        INIT,
    ),
    "import_names_empty": (BASIC + "import-names = []\n", INIT),
    "flat_layout": (
        BASIC + '[tool.uv.build-backend]\nmodule-root = ""\n',
        {"app/__init__.py": "", "app/m.py": "", "tests/test.py": "", "setup.py": ""},
    ),
    "flat_layout_dot": (BASIC + '[tool.uv.build-backend]\nmodule-root = "."\n', {"app/__init__.py": ""}),
    "other_root": (BASIC + '[tool.uv.build-backend]\nmodule-root = "lib/py"\n', {"lib/py/app/__init__.py": ""}),
    "module_name": (
        BASIC + '[tool.uv.build-backend]\nmodule-name = "PIL_util"\n',
        {"src/PIL_util/__init__.py": "", "src/app/__init__.py": ""},
    ),
    "module_names": (
        BASIC + '[tool.uv.build-backend]\nmodule-name = ["zed", "ns.part", "app", "zed.inner", "app"]\n',
        {
            "src/zed/__init__.py": "",
            "src/zed/inner/__init__.py": "",
            "src/ns/part/__init__.py": "",
            "src/ns/left_out/x.py": "",
            "src/app/__init__.py": "",
        },
    ),
    "dotted_module": (
        BASIC + '[tool.uv.build-backend]\nmodule-name = "ns.deep.app"\n',
        {"src/ns/deep/app/__init__.py": "", "src/ns/other.py": ""},
    ),
    "namespace": (
        '[project]\nname = "ns-app"\nversion = "1"\n[tool.uv.build-backend]\nnamespace = true\n',
        {"src/ns_app/one/x.py": "", "src/ns_app/two/y.py": ""},
    ),
    "namespace_of_names": (
        BASIC + '[tool.uv.build-backend]\nnamespace = true\nmodule-name = ["a.b", "c"]\n',
        {"src/a/b/x.py": "", "src/c/y.py": "", "src/a/n.py": ""},
    ),
    "stubs": (
        '[project]\nname = "foo-bar-stubs"\nversion = "1"\n',
        {"src/foo_bar-stubs/__init__.pyi": "", "src/foo_bar-stubs/m.pyi": ""},
    ),
    "stubs_in_namespace": (
        BASIC + '[tool.uv.build-backend]\nmodule-name = "cloud-stubs.db.schema"\n',
        {"src/cloud-stubs/db/schema/__init__.pyi": ""},
    ),
    "excludes": (
        BASIC
        + """[tool.uv.build-backend]
source-exclude = ["*.bin", "/src/app/anchored"]
wheel-exclude = ["sub/skip", "/src/app/one.py", "\\\\@odd"]
""",
        {
            **INIT,
            "src/app/x.bin": "",
            "src/app/anchored/file.py": "kept: the pattern names the directory only",
            "src/app/sub/skip/y.py": "",
            "src/app/sub/keep.py": "",
            "src/app/one.py": "",
            "src/app/@odd": "",
            "src/app/__pycache__/m.pyc": "",
            "src/app/old.pyo": "",
        },
    ),
    "no_default_excludes": (
        BASIC + "[tool.uv.build-backend]\ndefault-excludes = false\n",
        {**INIT, "src/app/__pycache__/m.pyc": "c"},
    ),
    "data_directories": (
        BASIC
        + """[tool.uv.build-backend]
wheel-exclude = ["*.tmp", "/assets/deep"]
data = { scripts = "bin", headers = "include/", data = "./assets", purelib = "pure", platlib = "plat" }
""",
        {
            **INIT,
            "bin/tool.sh*": "#!/bin/sh\n",
            "include/app.h": "",
            "include/deep/b.h": "",
            "assets/a.txt": "",
            "assets/a.tmp": "",
            "assets/deep/x": "",
            "pure/p.py": "",
            "plat/q.py": "",
        },
    ),
    "data_directory_without_files": (
        BASIC + '[tool.uv.build-backend]\ndata = { data = "assets" }\n',
        {**INIT, "assets/__pycache__/x.pyc": ""},
    ),
    "normalised_version": (BASIC.replace("1.0.0", "v1.2.0.post03+Local.1"), INIT),
}

FAULTS: dict[str, Shape] = {
    "no_module": (BASIC, {}),
    "no_stubs": ('[project]\nname = "a-stubs"\nversion = "1"\n', {}),
    "module_is_a_file": (BASIC, {"src/app.py": ""}),
    "invalid_module_name": (BASIC + '[tool.uv.build-backend]\nmodule-name = "1app"\n', INIT),
    "invalid_module_part": (BASIC + '[tool.uv.build-backend]\nmodule-name = "app.a-b"\n', INIT),
    "empty_module_part": (BASIC + '[tool.uv.build-backend]\nmodule-name = "app."\n', INIT),
    "parent_is_no_namespace": (
        BASIC + '[tool.uv.build-backend]\nmodule-name = "ns.app"\n',
        {"src/ns/app/__init__.py": "", "src/ns/__init__.py": ""},
    ),
    "module_root_outside": (BASIC + '[tool.uv.build-backend]\nmodule-root = "../x"\n', INIT),
    "namespace_missing": (BASIC + '[tool.uv.build-backend]\nnamespace = true\nmodule-name = "nope"\n', INIT),
    "data_missing": (BASIC + '[tool.uv.build-backend]\ndata = { data = "nope" }\n', INIT),
    "data_outside": (BASIC + '[tool.uv.build-backend]\ndata = { data = "../x" }\n', INIT),
    "data_unknown": (BASIC + '[tool.uv.build-backend]\ndata = { header = "x" }\n', INIT),
    "exclude_invalid": (BASIC + '[tool.uv.build-backend]\nsource-exclude = ["a b"]\n', INIT),
    "exclude_escaped_slash": (BASIC + "[tool.uv.build-backend]\nsource-exclude = ['a\\/b']\n", INIT),
    "exclude_trailing_escape": (BASIC + "[tool.uv.build-backend]\nsource-exclude = ['a\\']\n", INIT),
    "exclude_stars": (BASIC + '[tool.uv.build-backend]\nsource-exclude = ["**a"]\n', INIT),
    "licence_glob_unmatched": (BASIC + 'license-files = ["LICENSE", "COPY*"]\n', {**INIT, "LICENSE": ""}),
    "licence_glob_parent": (BASIC + 'license-files = ["../LICENSE"]\n', INIT),
    "licence_glob_escape": (BASIC + "license-files = ['LIC\\ENSE']\n", INIT),
    "licence_glob_class": (BASIC + 'license-files = ["LIC[!x]"]\n', INIT),
    "licence_glob_unclosed": (BASIC + 'license-files = ["LIC[x"]\n', INIT),
    "licence_not_utf8": (BASIC + 'license-files = ["LICENSE"]\n', {**INIT, "LICENSE": b"\xff\xfe"}),
    "licence_mixed": (BASIC + 'license = { text = "x" }\nlicense-files = []\n', INIT),
    "licence_unknown": (BASIC + 'license = "MIT OR Foo"\n', INIT),
    "licence_wrong_shape": (BASIC + "license = 3\n", INIT),
    "licence_file_missing": (BASIC + 'license = { file = "COPYING" }\n', INIT),
    "readme_missing": (BASIC + 'readme = "README.md"\n', INIT),
    "readme_not_utf8": (BASIC + 'readme = "README.md"\n', {**INIT, "README.md": b"\xff"}),
    "readme_extension": (BASIC + 'readme = "README.org"\n', {**INIT, "README.org": ""}),
    "readme_without_extension": (BASIC + 'readme = "README"\n', {**INIT, "README": ""}),
    "readme_content_type": (BASIC + 'readme = { text = "x", content-type = "text/html" }\n', INIT),
    "readme_charset": (
        BASIC + 'readme = { text = "x", content-type = "text/plain", charset = "latin-1" }\n',
        INIT,
    ),
    "readme_without_content_type": (BASIC + 'readme = { text = "x" }\n', INIT),
    "description_of_two_lines": (BASIC + 'description = "a\\nb"\n', INIT),
    "dynamic": (BASIC + 'dynamic = ["readme"]\n', INIT),
    "no_version": ('[project]\nname = "app"\ndynamic = ["version"]\n', INIT),
    "no_project": ("[tool.x]\n", INIT),
    "bad_version": ('[project]\nname = "app"\nversion = "one"\n', INIT),
    "bad_requirement": (BASIC + 'dependencies = ["a b"]\n', INIT),
    "bad_author": (BASIC + 'authors = [{ nam = "x" }]\n', INIT),
    "bad_classifier": (BASIC + 'classifiers = ["abc"]\n', INIT),
    "duplicate_extra": (BASIC + "[project.optional-dependencies]\nA = []\na = []\n", INIT),
    "scripts_wrong_type": (BASIC + "scripts = 3\n", INIT),
    "script_name": (BASIC + 'scripts = { "a b" = "x:y" }\n', INIT),
    "script_of_dots": (BASIC + 'scripts = { ".." = "x:y" }\n', INIT),
    "reserved_scripts": (BASIC + "[project.entry-points.console_scripts]\na = 'b:c'\n", INIT),
    "reserved_gui_scripts": (BASIC + "[project.entry-points.gui_scripts]\na = 'b:c'\n", INIT),
    "entry_point_group": (BASIC + "[project.entry-points.'a b']\na = 'b:c'\n", INIT),
    "import_name_invalid": (BASIC + 'import-names = ["a-b"]\n', INIT),
    "import_name_suffix": (BASIC + 'import-names = ["a; public"]\n', INIT),
    "import_name_empty": (BASIC + 'import-names = ["; private"]\n', INIT),
    "import_namespaces_empty": (BASIC + "import-namespaces = []\n", INIT),
    "import_name_twice": (BASIC + 'import-names = ["a"]\nimport-namespaces = ["a"]\n', INIT),
}


def lay_out(root: Path, shape: Shape, *, build_system: str = BUILD_SYSTEM) -> Path:
    """Write a project."""
    pyproject, files = shape
    root.mkdir(parents=True)
    (root / "pyproject.toml").write_text(pyproject + build_system)
    for name, content in files.items():
        path = root / name.removesuffix("*")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(0o755 if name.endswith("*") else 0o644)
    return root


def build(root: Path, out: Path) -> tuple[Path | None, str]:
    """Build a wheel; return it and what was said."""
    out.mkdir(exist_ok=True)
    if UNDER_TEST is not None:
        done = subprocess.run(
            [UNDER_TEST, "build", "--wheel", "--no-build-logs", "-o", str(out)],
            cwd=root,
            env={**os.environ, "NO_COLOR": "1", "UV_NO_WRAP": "1", "UV_CACHE_DIR": str(out / "cache")},
            capture_output=True,
            text=True,
            check=False,
        )
        said = [
            line
            for line in done.stderr.splitlines(keepends=True)
            if not line.startswith(("Building ", "Successfully ", "error: Failed to build `"))
        ]
        return next(out.glob("*.whl"), None), "".join(said)
    warnings: list[str] = []

    def warn(text: str) -> None:
        if text not in warnings:
            warnings.append(text)

    try:
        built = build_wheel(str(root), str(out), backend_version=VERSION, cwd=str(root), warn=warn)
    except UltravioletError as error:
        return None, chain(error)
    return out / built, "".join(f"warning: {text}\n" for text in warnings)


def chain(error: BaseException) -> str:
    """Render an error below another one, as the console does."""
    text, hints = "", ""
    current: BaseException | None = error
    while current is not None:
        assert isinstance(current, UltravioletError)
        text += "  Caused by: " + current.message.replace("\n", "\n    ") + "\n"
        hints += "".join(f"\nhint: {hint}\n" for hint in current.hints if f"\nhint: {hint}\n" not in hints)
        current = current.__cause__
    return re.sub(r" +\n", "\n", text + hints)


def contents(wheel: Path) -> str:
    """Render a wheel: entries with modes in order, then the files of the metadata directory."""
    lines = [f"# {wheel.name}\n"]
    with zipfile.ZipFile(wheel) as archive:
        for info in archive.infolist():
            stored = "stored" if info.compress_type == zipfile.ZIP_STORED else "deflated"
            lines.append(f"{info.external_attr >> 16:o} {info.date_time[0]} {stored} {info.filename}\n")
        for info in archive.infolist():
            if info.filename.endswith((".dist-info/METADATA", "/entry_points.txt", "/WHEEL", "/RECORD")):
                text = archive.read(info).decode()
                lines.append(f"\n# {info.filename.rpartition('/')[2]}\n{text.replace(chr(13), '<CR>')}")
    return "".join(lines)


def check(name: str, actual: str) -> None:
    path = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(actual, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == actual


@pytest.mark.parametrize("name", SHAPES)
def test_wheel_is_as_uv_builds_it(tmp_path: Path, name: str) -> None:
    root = lay_out(tmp_path / "project", SHAPES[name])
    wheel, said = build(root, tmp_path / "out")
    assert wheel is not None, said
    check(f"wheels/{name}", said + contents(wheel))


@pytest.mark.parametrize("name", FAULTS)
def test_faults_are_worded_as_uv_does(tmp_path: Path, name: str) -> None:
    root = lay_out(tmp_path / "project", FAULTS[name])
    wheel, said = build(root, tmp_path / "out")
    assert wheel is None
    check(f"faults/{name}", re.sub(r" +\n", "\n", said.replace(str(tmp_path), "[ROOT]")))


def test_virtual_environment_in_the_module_is_refused(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "project", SHAPES["minimal"])
    (root / "src/app/venv/bin").mkdir(parents=True)
    (root / "src/app/venv/bin/python").symlink_to("/usr/bin/python3")
    (root / "src/app/venv/pyvenv.cfg").touch()
    _, said = build(root, tmp_path / "out")
    check("faults/virtual_environment", said)


def test_virtual_environment_beside_the_module_is_not_looked_at(tmp_path: Path) -> None:
    pyproject, files = SHAPES["licence_files_without_expression"]
    root = lay_out(tmp_path / "project", (pyproject.replace("**/", ""), files))
    (root / ".venv/bin").mkdir(parents=True)
    (root / ".venv/bin/python").symlink_to("/usr/bin/python3")
    (root / ".venv/pyvenv.cfg").touch()
    wheel, said = build(root, tmp_path / "out")
    assert wheel is not None, said


@pytest.mark.parametrize("requires", ["uv_build<0.12", "uv-build", "uv_build==0.11.33", "uv_build>=0.12.5"])
def test_version_of_the_backend_is_warned_about(tmp_path: Path, requires: str) -> None:
    system = BUILD_SYSTEM.replace("uv_build>=0.12,<0.13", requires)
    root = lay_out(
        tmp_path / "project", (BASIC + 'classifiers = ["License :: OSI Approved"]\n', INIT), build_system=system
    )
    wheel, said = build(root, tmp_path / "out")
    assert wheel is not None
    check(f"warnings/{re.sub('[^a-z0-9]+', '_', requires)}", said)


def test_symbolic_links_to_files_are_followed(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "project", SHAPES["minimal"])
    (root / "README").write_text("linked")
    (root / "src/app/linked.txt").symlink_to("../../README")
    wheel, _ = build(root, tmp_path / "out")
    assert wheel is not None
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read("app/linked.txt") == b"linked"


def test_same_project_gives_same_bytes(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "project", SHAPES["everything_in_metadata"])
    first, _ = build(root, tmp_path / "one")
    second, _ = build(root, tmp_path / "two")
    assert first is not None
    assert second is not None
    assert first.read_bytes() == second.read_bytes()


class TestEditable:
    """PEP 660: a wheel with a path file."""

    def built(self, tmp_path: Path, name: str) -> dict[str, bytes]:
        root = lay_out(tmp_path / "project", SHAPES[name])
        filename = build_editable(str(root), str(tmp_path), backend_version=VERSION)
        with zipfile.ZipFile(tmp_path / filename) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def test_path_file_names_the_module_root(self, tmp_path: Path) -> None:
        files = self.built(tmp_path, "minimal")
        assert list(files) == [
            "app.pth",
            "app-1.0.0.dist-info/",
            "app-1.0.0.dist-info/WHEEL",
            "app-1.0.0.dist-info/METADATA",
            "app-1.0.0.dist-info/RECORD",
        ]
        assert files["app.pth"] == str(tmp_path / "project/src").encode()

    def test_flat_layout_puts_the_project_on_the_path(self, tmp_path: Path) -> None:
        assert self.built(tmp_path, "flat_layout")["app.pth"] == f"{tmp_path}/project/".encode()

    def test_data_and_entry_points_are_there(self, tmp_path: Path) -> None:
        assert "app-1.0.0.data/scripts/tool.sh" in self.built(tmp_path, "data_directories")
        assert "app_name_x-1.0.0rc1.dist-info/entry_points.txt" in self.built(
            tmp_path / "other", "everything_in_metadata"
        )

    def test_module_must_exist(self, tmp_path: Path) -> None:
        root = lay_out(tmp_path / "project", FAULTS["no_module"])
        with pytest.raises(UltravioletError, match="Expected a Python module at"):
            build_editable(str(root), str(tmp_path), backend_version=VERSION)


def test_metadata_alone_is_that_of_the_wheel(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "project", SHAPES["everything_in_metadata"])
    filename = build_wheel(str(root), str(tmp_path), backend_version=VERSION)
    with zipfile.ZipFile(tmp_path / filename) as archive:
        inside = archive.read("app_name_x-1.0.0rc1.dist-info/METADATA")
    assert build_metadata(str(root), backend_version=VERSION) == inside


def test_failed_build_leaves_nothing_behind(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "project", FAULTS["readme_missing"])
    out = tmp_path / "out"
    build(root, out)
    assert list(out.glob("*.whl*")) == []


def test_an_empty_module_name_means_the_whole_root(tmp_path: Path) -> None:
    root = tmp_path / "gpu"
    (root / "src" / "deep").mkdir(parents=True)
    (root / "src" / "gpu.abi3.so").write_text("x")
    (root / "src" / "deep" / "more.py").write_text("")
    (root / "pyproject.toml").write_text(
        '[project]\nname = "gpu-a"\nversion = "1"\n[tool.uv.build-backend]\nmodule-name = ""\nnamespace = true\n'
        '[build-system]\nrequires = ["uv_build>=0.9,<0.13"]\nbuild-backend = "uv_build"\n'
    )

    filename = build_wheel(str(root), str(tmp_path), backend_version=VERSION)

    with zipfile.ZipFile(tmp_path / filename) as archive:
        names = [name for name in archive.namelist() if "dist-info" not in name]
    assert names == ["deep/", "deep/more.py", "gpu.abi3.so"]

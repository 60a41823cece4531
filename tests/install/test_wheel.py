from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.support.environments import make_environment, running_interpreter
from tests.support.unpacked import registry_dist, tree, unpack_wheel

from ultraviolet.distributions.dist import DirectDist
from ultraviolet.distributions.source import DirectorySource, GitSource, PathSource, UrlSource
from ultraviolet.environment.site_packages import read_site_packages
from ultraviolet.environment.value import target_environment
from ultraviolet.errors import UltravioletError
from ultraviolet.install.execute import describe, direct_url_for, install_wheels
from ultraviolet.install.options import InstallOptions
from ultraviolet.install.scripts import batch_launcher, reserved_name, shebang_for, windows_launcher
from ultraviolet.install.wheel import WheelInstaller
from ultraviolet.standards.record import parse_record


class Place:
    def __init__(self, root: Any, **options: Any) -> None:
        self.environment = make_environment(str(root / "env"), distutils_hook=False, **options)
        self.site = self.environment.scheme.purelib
        self.warnings: list[str] = []

    def install(self, *wheels: Any, **options: Any) -> Any:
        return install_wheels(wheels, self.environment, InstallOptions(**options), self.warnings.append)

    def record(self, stem: Any) -> Any:
        with open(os.path.join(self.site, f"{stem}.dist-info", "RECORD")) as file:
            return file.read()

    def script(self, name: Any) -> Any:
        return os.path.join(self.environment.scheme.scripts, name)

    def run(self, name: Any) -> Any:
        return subprocess.run([self.script(name), "x"], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def place(tmp_path: Path) -> Any:
    return Place(tmp_path)


def test_the_files_of_an_installed_wheel(place: Any, tmp_path: Path) -> None:
    wheel = unpack_wheel(tmp_path, "hello", files={"hello/__init__.py": "x = 1\n", "hello/deep/a,b.py": ""})

    place.install(wheel)

    info = "hello-1.0.dist-info"
    assert [
        "hello/__init__.py",
        "hello/deep/a,b.py",
        f"{info}/INSTALLER",
        f"{info}/METADATA",
        f"{info}/RECORD",
        f"{info}/REQUESTED",
        f"{info}/WHEEL",
    ] == sorted(tree(place.site), key=lambda path: (path.startswith(info), path))
    rows = place.record("hello-1.0").splitlines()
    assert [row[0] for row in parse_record("\n".join(rows))] == sorted(tree(place.site))
    assert f"{info}/RECORD,," in rows
    assert f"{info}/INSTALLER,sha256=5hhM4Q4mYTT9z6QB6PGpUAW81PGNFrYrdXMj4oM_6ak,2" in rows
    assert f"{info}/REQUESTED,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0" in rows
    assert '"hello/deep/a,b.py",sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0' in rows
    with open(os.path.join(place.site, info, "INSTALLER")) as file:
        assert file.read() == "uv"


def test_installer_metadata_can_be_left_out(place: Any, tmp_path: Path) -> None:
    place.install(unpack_wheel(tmp_path, "hello"), installer_metadata=False)

    assert not [path for path in tree(place.site) if path.endswith(("INSTALLER", "REQUESTED"))]


def test_entry_points_run(place: Any, tmp_path: Path) -> None:
    entry_points = "[console_scripts]\nhello = hello:main\n\n[gui_scripts]\nwindow=hello : nested.call [extra]\n"
    source = (
        "import sys\ndef main():\n    print(sys.argv[1:], sys.prefix)\nclass nested:\n    call = staticmethod(main)\n"
    )
    place.install(unpack_wheel(tmp_path, "hello", files={"hello.py": source}, info={"entry_points.txt": entry_points}))

    assert f"['x'] {place.environment.root}\n" == place.run("hello") == place.run("window")
    with open(place.script("hello")) as file:
        assert (
            f"#!{place.environment.executable}\n"
            "# -*- coding: utf-8 -*-\n"
            "import sys\n"
            "from hello import main\n"
            'if __name__ == "__main__":\n'
            '    if sys.argv[0].endswith("-script.pyw"):\n'
            "        sys.argv[0] = sys.argv[0][:-11]\n"
            '    elif sys.argv[0].endswith(".exe"):\n'
            "        sys.argv[0] = sys.argv[0][:-4]\n"
            "    sys.exit(main())\n"
        ) == file.read()
    assert "../../../bin/hello,sha256=" in place.record("hello-1.0")


def test_scripts_of_a_relocatable_environment_move_with_it(tmp_path: Path) -> None:
    place = Place(tmp_path, relocatable=True)
    entry_points = "[console_scripts]\nhello = hello:main\n"
    source = "import sys\ndef main():\n    print(sys.prefix)\n"
    wheel = unpack_wheel(tmp_path, "hello", files={"hello.py": source}, info={"entry_points.txt": entry_points})

    place.install(wheel)
    os.rename(place.environment.root, tmp_path / "moved")

    run = subprocess.run([tmp_path / "moved" / "bin" / "hello"], capture_output=True, text=True, check=True)
    assert f"{tmp_path}/moved\n" == run.stdout


def test_pip_gets_a_script_for_this_python(place: Any, tmp_path: Path) -> None:
    entry_points = "[console_scripts]\npip = pip:main\npip3 = pip:main\npip3.7 = pip:main\n"
    place.install(unpack_wheel(tmp_path, "pip", info={"entry_points.txt": entry_points}))

    minor = place.environment.python_version[1]
    scripts = {name for name in os.listdir(place.environment.scheme.scripts) if name.startswith("pip")}
    assert {"pip", "pip3", f"pip3.{minor}"} == scripts


def test_data_goes_where_it_belongs(place: Any, tmp_path: Path) -> None:
    data = "hello-1.0.data"
    wheel = unpack_wheel(
        tmp_path,
        "hello",
        files={
            f"{data}/purelib/pure/p.py": "p",
            f"{data}/platlib/plat.py": "q",
            f"{data}/data/share/doc.txt": "doc",
            f"{data}/headers/hello.h": "h",
            f"{data}/scripts/run": "#!python\nimport sys; print(sys.prefix)\n",
            f"{data}/scripts/windowed": "#!pythonw -x\nprint('w')\n",
            f"{data}/scripts/native": "#!/bin/sh\necho native\n",
            f"{data}/scripts/marked": b"#!/bin/sh\necho marked\n",
            f"{data}/scripts/tool-script.py": "#!python\n",
        },
        info={"entry_points.txt": "[console_scripts]\ntool = hello:main\n"},
        executable=(f"{data}/scripts/marked",),
    )

    place.install(wheel)

    root = place.environment.root
    version = ".".join(map(str, place.environment.python_version))
    for path in (
        f"{place.site}/pure/p.py",
        f"{place.site}/plat.py",
        f"{root}/share/doc.txt",
        f"{root}/include/site/python{version}/hello/hello.h",
    ):
        assert os.path.isfile(path), path
    assert not os.path.exists(f"{place.site}/{data}")
    assert f"{root}\n" == place.run("run")
    assert place.run("windowed") == "w\n"
    assert place.run("native") == "native\n"
    assert place.run("marked") == "marked\n"
    assert stat.S_IMODE(os.stat(f"{wheel.path}/{data}/scripts/native").st_mode) == 0o644
    assert not os.path.exists(place.script("tool-script.py"))
    paths = [row[0] for row in parse_record(place.record("hello-1.0"))]
    assert {"pure/p.py", "plat.py", "../../../share/doc.txt", "../../../bin/run"} <= set(paths)
    assert f"../../../include/site/python{version}/hello/hello.h" in paths
    assert f"{data}/scripts/tool-script.py" in paths
    for path, digest, size in parse_record(place.record("hello-1.0")):
        if digest and not path.startswith(data):
            assert int(size) == os.path.getsize(os.path.join(place.site, path)), path


REFUSED = [
    ({"wheel": "Wheel-Version: 2.0\n"}, "The wheel is invalid: Unsupported wheel major version (expected 1, got 2)"),
    ({"wheel": "Root-Is-Purelib: true\n"}, "The wheel is invalid: Invalid Wheel-Version in WHEEL file: None"),
    (
        {"metadata_name": "other"},
        (
            "Wheel package name does not match filename (other != hello), which indicates a malformed wheel. "
            "If this is intentional, set `UV_SKIP_WHEEL_FILENAME_CHECK=1`."
        ),
    ),
    (
        {"metadata_version": "2.0"},
        (
            "Wheel version does not match filename (2.0 != 1.0), which indicates a malformed wheel. "
            "If this is intentional, set `UV_SKIP_WHEEL_FILENAME_CHECK=1`."
        ),
    ),
    (
        {"info": {"entry_points.txt": "[console_scripts]\nPython = a:b\n"}},
        "Scripts must not use the reserved name `python`, got: `Python`",
    ),
    (
        {"info": {"entry_points.txt": "[console_scripts]\n../../x = a:b\n"}},
        "The wheel is invalid: Script path must resolve to a file within the scripts directory: `../../x`",
    ),
    (
        {"info": {"entry_points.txt": "[console_scripts]\nx = nonsense\n"}},
        "The wheel is invalid: invalid console script: 'nonsense'",
    ),
    (
        {"info": {"entry_points.txt": "[console_scripts]\nx\n"}},
        "The wheel is invalid: [console_scripts] key x must have a value",
    ),
    (
        {"files": {"hello-1.0.data/scripts/python3.12": ""}},
        "Scripts must not use the reserved name `python3.12`, got: `python3.12`",
    ),
    (
        {"files": {"hello-1.0.data/data/bin/python": ""}},
        "Scripts must not use the reserved name `python`, got: `python`",
    ),
    ({"files": {"hello-1.0.data/odd/x": ""}}, "The wheel is invalid: Unknown wheel data type: odd"),
    (
        {"files": {"hello-1.0.data/scripts/d/x": ""}},
        "The wheel is invalid: Wheel contains an invalid entry (directory) in the `scripts` directory: d",
    ),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED)
def test_a_bad_wheel_is_refused_before_anything_is_written(
    place: Any, tmp_path: Path, changes: Any, message: Any
) -> None:
    wheel = unpack_wheel(tmp_path, "hello", **changes)
    before = tree(place.environment.root)

    with pytest.raises(UltravioletError) as caught:
        place.install(wheel)

    assert str(caught.value) == "Failed to install: hello-1.0-py3-none-any.whl (hello==1.0)"
    assert message == str(caught.value.__cause__)
    assert before == tree(place.environment.root)


def test_what_uv_lets_pass(place: Any, tmp_path: Path) -> None:
    place.install(unpack_wheel(tmp_path, "ancient", wheel="Wheel-Version: 0.1\n"))
    place.install(unpack_wheel(tmp_path, "newer", wheel="Wheel-Version: 1.9\nWheel-Version: 7\n"))
    place.install(unpack_wheel(tmp_path, "local", "1.0+cpu", metadata_version="1.0"))
    place.install(unpack_wheel(tmp_path, "odd", metadata_name="other"), check_filename=False)

    assert sorted(read_site_packages(place.environment).names()) == ["ancient", "local", "newer", "odd"]


def test_a_script_named_like_an_activator_is_warned_about(place: Any, tmp_path: Path) -> None:
    entry_points = "[console_scripts]\nactivate.foo = a:b\n"
    place.install(unpack_wheel(tmp_path, "a", info={"entry_points.txt": entry_points}))

    assert place.warnings == ["The script name `activate.foo` is reserved for virtual environment activation scripts."]


def test_the_last_of_two_writers_of_a_file_wins(place: Any, tmp_path: Path) -> None:
    place.install(
        unpack_wheel(tmp_path, "a", files={"shared.py": "1"}), unpack_wheel(tmp_path, "b", files={"shared.py": "22"})
    )

    with open(f"{place.site}/shared.py") as file:
        assert file.read() == "22"


@pytest.mark.parametrize("mode", ["clone", "hardlink", "copy", "symlink"])
def test_link_modes(place: Any, tmp_path: Path, mode: Any) -> None:
    wheel = unpack_wheel(tmp_path, "hello", files={"hello.py": "x", "bin.so": b"\0"}, executable=("bin.so",))

    place.install(wheel, link_mode=mode)

    installed, source = f"{place.site}/hello.py", f"{wheel.path}/hello.py"
    with open(installed) as file:
        assert file.read() == "x"
    assert (mode == "symlink") is os.path.islink(installed)
    if mode == "hardlink":
        assert os.path.samefile(installed, source)
    if mode == "copy":
        assert not os.path.samefile(installed, source)
    assert stat.S_IMODE(os.stat(f"{place.site}/bin.so").st_mode) == 0o755
    record = f"{place.site}/hello-1.0.dist-info/RECORD"
    assert not os.path.islink(record)
    assert os.stat(record).st_nlink == 1


def test_a_target_directory_gets_everything(tmp_path: Path) -> None:
    environment = target_environment(running_interpreter(), str(tmp_path / "target"))
    wheel = unpack_wheel(
        tmp_path,
        "hello",
        files={"hello.py": "", "hello-1.0.data/data/share/x": ""},
        info={"entry_points.txt": "[console_scripts]\nhi = hello:x\n"},
    )

    install_wheels([wheel], environment, InstallOptions(), print)

    assert {"bin/hi", "hello.py", "share/x"} <= set(tree(environment.root))
    with open(f"{environment.root}/hello-1.0.dist-info/RECORD") as file:
        assert "bin/hi,sha256=" in file.read()


def test_platform_wheels_go_to_platlib(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.environment.scheme.platlib = str(tmp_path / "env" / "platlib")
    wheel = unpack_wheel(tmp_path, "hello", wheel="Wheel-Version: 1.0\nRoot-Is-Purelib: false\n")

    place.install(wheel)

    assert sorted(os.listdir(place.environment.scheme.platlib), key=len, reverse=True) == [
        "hello-1.0.dist-info",
        "hello",
    ]


ORIGINS = [
    (UrlSource(url="https://me:secret@x/a.whl#sha256=1", kind="wheel"), b'{"url":"https://x/a.whl","archive_info":{}}'),
    (
        UrlSource(url="https://x/a.tar.gz", kind="sdist", subdirectory="d"),
        b'{"url":"https://x/a.tar.gz","archive_info":{},"subdirectory":"d"}',
    ),
    (PathSource(path="/p/a b.whl", kind="wheel"), b'{"url":"file:///p/a%20b.whl","archive_info":{}}'),
    (DirectorySource(path="/p/q"), b'{"url":"file:///p/q","dir_info":{}}'),
    (DirectorySource(path="/p/q", editable=True), b'{"url":"file:///p/q","dir_info":{"editable":true}}'),
    (
        GitSource(repository="https://h/r", commit="abc", reference="v1", reference_kind="tag", subdirectory="d"),
        b'{"url":"https://h/r","vcs_info":{"vcs":"git","commit_id":"abc","requested_revision":"v1"},"subdirectory":"d"}',
    ),
    (
        GitSource(repository="ssh://git@h/r", commit="abc", lfs=True),
        b'{"url":"ssh://git@h/r","vcs_info":{"vcs":"git","commit_id":"abc","git_lfs":true}}',
    ),
]


@pytest.mark.parametrize(("source", "content"), ORIGINS)
def test_direct_urls_are_recorded(place: Any, tmp_path: Path, source: Any, content: Any) -> None:
    dist = DirectDist(name=registry_dist("hello").name, source=source)
    wheel = unpack_wheel(tmp_path, "hello", dist=dist, cache_info=b'{"timestamp":1}', build_info=b"{}")

    place.install(wheel)

    assert content == direct_url_for(dist).to_json()
    for name, expected in (
        ("direct_url.json", content),
        ("uv_cache.json", b'{"timestamp":1}'),
        ("uv_build.json", b"{}"),
    ):
        with open(f"{place.site}/hello-1.0.dist-info/{name}", "rb") as file:
            assert expected == file.read()
    assert read_site_packages(place.environment).get("hello")[0].kind == "url"
    assert describe(wheel).startswith("hello==1.0 (from ")


SHEBANGS = [
    ("/env/bin/python", "posix", False, "#!/env/bin/python"),
    ("/my env/bin/python", "posix", False, "#!/bin/sh\n'''exec' '/my env/bin/python' \"$0\" \"$@\"\n' '''"),
    ("/it's a/python", "posix", False, "#!/bin/sh\n'''exec' '/it'\"'\"'s a/python' \"$0\" \"$@\"\n' '''"),
    (
        "python",
        "posix",
        True,
        "#!/bin/sh\n'''exec' \"$(dirname -- \"$(realpath -- \"$0\")\")\"/'python' \"$0\" \"$@\"\n' '''",
    ),
    ("/" + "a" * 123, "posix", False, "#!/" + "a" * 123),
    ("/" + "a" * 124, "posix", False, f"#!/bin/sh\n'''exec' '/{'a' * 124}' \"$0\" \"$@\"\n' '''"),
    ("C:\\my env\\python.exe", "nt", False, "#!C:\\my env\\python.exe"),
]


@pytest.mark.parametrize(("executable", "os_name", "relocatable", "expected"), SHEBANGS)
def test_shebangs(executable: Any, os_name: Any, relocatable: Any, expected: Any) -> None:
    assert expected == shebang_for(executable, os_name, relocatable=relocatable)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("python", "python"),
        ("python.py", "python"),
        ("pythonw", "pythonw"),
        ("python3.12", "python3.12"),
        ("python3.13t", "python3.13t"),
        ("pythonw3.13t", "pythonw3.13t"),
        ("pythonw3.13", None),
        ("python3.x", None),
        ("python-config", None),
        ("pypy3", "pypy3"),
    ],
)
def test_reserved_names(name: Any, expected: Any) -> None:
    assert expected == reserved_name(name)


def test_windows_entry_points_are_programs_or_scripts_with_batch_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path)
    place.environment.interpreter.markers["os_name"] = "nt"
    wheel = unpack_wheel(
        tmp_path,
        "hello",
        info={"entry_points.txt": "[console_scripts]\nhi.py = hello:x\n[gui_scripts]\nwin = hello:x\n"},
    )
    monkeypatch.setattr(
        "ultraviolet.install.launchers.find_launcher", lambda stdlib, arch, *, gui: b"MZ-gui" if gui else None
    )
    installer = WheelInstaller(place.environment, InstallOptions(), None)  # type: ignore[arg-type]

    from ultraviolet.standards.entry_points import parse_scripts

    rows: list[tuple[str, str, str]] = []
    with open(f"{wheel.path}/hello-1.0.dist-info/entry_points.txt") as file:
        files = installer._entry_points(parse_scripts(file.read()), place.site, rows, print)

    assert [os.path.basename(path) for path, _, _ in files] == ["hi-script.py", "hi.bat", "win.exe"]
    assert files[2][1].startswith(b"MZ-gui#!")
    assert [row[0] for row in rows] == ["../../../bin/hi-script.py", "../../../bin/hi.bat", "../../../bin/win.exe"]


def test_a_windows_launcher_is_the_program_a_shebang_and_an_archive() -> None:
    import io
    import zipfile

    data = windows_launcher(b"MZ", "#!C:\\python.exe\nprint(1)\n")

    assert data.startswith(b"MZ#!C:\\python.exe\r\nPK")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("__main__.py") == b"#!C:\\python.exe\nprint(1)\n"
    assert batch_launcher("x-script.pyw", gui=True) == '@"%~dp0pythonw.exe" "%~dp0x-script.pyw" %*\r\n'

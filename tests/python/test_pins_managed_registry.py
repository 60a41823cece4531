from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ultraviolet.python.discovery import download_hint
from ultraviolet.python.managed import find_managed, managed_root, parse_installation_key
from ultraviolet.python.pins import PinFile, find_pin_file, parse_pins, read_pin_file, write_pin_file
from ultraviolet.python.platforms import supports
from ultraviolet.python.registry import registered_pythons, store_pythons
from ultraviolet.python.request import parse_request


def test_pins_are_read_line_by_line() -> None:
    pins = parse_pins("# chosen\n\n3.12\r\n  \npypy@3.10\nsnake\n", "/p/.python-version")

    assert [request.canonical() for request in pins.requests] == ["3.12", "pypy@3.10"]
    assert pins.warnings() == ["Ignoring unsupported Python request `snake` in version file: /p/.python-version"]


def test_pins_are_written_as_canonical_requests(tmp_path: Path) -> None:
    path = str(tmp_path / "deep" / ".python-version")

    write_pin_file(PinFile(path, (parse_request("python3.12"), parse_request("pp310"))))

    with open(path) as file:
        assert file.read() == "3.12\npypy@3.10\n"
    read = read_pin_file(path)
    assert read is not None
    assert read.request is not None
    assert str(read.request.version) == "3.12"


def test_the_nearest_pin_file_counts_up_to_the_workspace_root(tmp_path: Path) -> None:
    (tmp_path / ".python-version").write_text("3.8\n")
    member = tmp_path / "root" / "member"
    member.mkdir(parents=True)

    assert str(tmp_path / ".python-version") == find_pin_file(str(member))
    assert find_pin_file(str(member), stop_at=str(tmp_path / "root")) is None
    (tmp_path / "root" / ".python-versions").write_text("3.9\n")
    assert str(tmp_path / "root" / ".python-versions") == find_pin_file(str(member), stop_at=str(tmp_path / "root"))
    (tmp_path / "root" / ".python-version").write_text("3.10\n")
    assert str(tmp_path / "root/.python-version") == find_pin_file(str(member))
    assert str(tmp_path / "root/.python-versions") == find_pin_file(str(member), prefer_many=True)
    assert str(tmp_path / ".python-version") == find_pin_file(str(member), local=False, user_directory=str(tmp_path))


KEYS = [
    "cpython-3.12.1-linux-x86_64-gnu",
    "cpython-3.13.0+freethreaded-linux-x86_64-gnu",
    "cpython-3.14.0rc1-macos-aarch64-none",
    "pypy-3.10.14-linux-x86_64-gnu",
]


@pytest.mark.parametrize("text", KEYS)
def test_installation_keys_round_trip(text: Any) -> None:
    assert text == str(parse_installation_key(text))


@pytest.mark.parametrize(
    "text", ["cpython-3.12-linux", "snake-3.12.1-linux-x86_64-gnu", ".temp", "cpython-x-linux-x86_64-gnu"]
)
def test_other_names_are_no_keys(text: Any) -> None:
    assert parse_installation_key(text) is None


def test_managed_installations_newest_first_for_this_host(tmp_path: Path) -> None:
    for name in (*KEYS, ".temp", "cpython-3.12-linux-x86_64-gnu", "cpython-3.9.1-linux-x86_64-musl"):
        if name == "cpython-3.12-linux-x86_64-gnu":
            os.symlink("cpython-3.12.1-linux-x86_64-gnu", tmp_path / name)
        else:
            (tmp_path / name).mkdir()

    found = find_managed(str(tmp_path), ("linux", "x86_64", "gnu"))

    assert [str(item.key) for item in found] == [
        "cpython-3.13.0+freethreaded-linux-x86_64-gnu",
        "cpython-3.12.1-linux-x86_64-gnu",
        "pypy-3.10.14-linux-x86_64-gnu",
    ]
    link = found[1].minor_link
    assert link is not None
    assert link[1].endswith("cpython-3.12-linux-x86_64-gnu/bin/python3.12")


def test_the_managed_root_follows_the_environment() -> None:
    assert managed_root({"UV_PYTHON_INSTALL_DIR": "/x"}) == "/x"
    assert managed_root({"XDG_DATA_HOME": "/data"}) == "/data/uv/python"
    assert managed_root({"HOME": "/home/me"}) == "/home/me/.local/share/uv/python"


def test_platform_support() -> None:
    linux = ("linux", "x86_64", "gnu")
    assert supports(linux, ("linux", "x86_64_v3", "gnu"))
    assert not supports(linux, ("linux", "x86_64", "musl"))
    assert not supports(linux, ("linux", "aarch64", "gnu"))
    assert supports(("macos", "aarch64", "none"), ("macos", "x86_64", "none"))
    assert supports(("windows", "x86_64", "none"), ("windows", "x86", "none"))
    assert not supports(("windows", "x86", "none"), ("windows", "x86_64", "none"))


class FakeRegistry:
    def entries(self) -> Any:
        yield "PythonCore", "3.11", r"C:\Python311\python.exe", "3.11"
        yield "PyLauncher", "x", r"C:\py.exe", None
        yield "ContinuumAnalytics", "Anaconda", r"C:\conda\python.exe", None
        yield "PythonCore", "3.12", r"C:\Python312\python.exe", "3.12.1"
        yield "Odd", "1", r"C:\odd\python.exe", "not a version"
        yield "NoPath", "3.9", None, "3.9"


def test_registered_pythons_are_sorted_newest_first_after_those_without_version() -> None:
    found = registered_pythons(FakeRegistry())

    assert [(python.path, python.version) for python in found] == [
        (r"C:\conda\python.exe", None),
        (r"C:\odd\python.exe", None),
        (r"C:\Python312\python.exe", "3.12.1"),
        (r"C:\Python311\python.exe", "3.11"),
    ]


def test_store_pythons_lie_in_known_places() -> None:
    path = r"C:\Local\Microsoft\WindowsApps\PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0\python.exe"

    found = list(store_pythons({"LOCALAPPDATA": r"C:\Local"}, exists=[path]))

    assert [(path, "3.12")] == [(python.path, python.version) for python in found]
    assert list(store_pythons({})) == []


def test_download_hints() -> None:
    request = parse_request("3.14")

    assert download_hint(request, "manual") == (
        "A managed Python download is available for Python 3.14, but Python downloads are set to 'manual', "
        "use `uv python install 3.14` to install the required version"
    )
    assert (
        download_hint(parse_request("any"), "offline")
        == "A managed Python download is available, but uv is set to offline mode"
    )

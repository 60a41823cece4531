"""Which command ``uv run`` starts."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from ultraviolet.errors import UltravioletError
from ultraviolet.operations.run_command import (
    RunCommand,
    choose_command,
    command_line,
    display_command,
    is_zipapp,
    look_at,
)

if TYPE_CHECKING:
    from ultraviolet.operations.run_command import Mode, Place

PLACES: dict[str, Place] = {
    "s.py": "file",
    "s.PYC": "file",
    "w.pyw": "file",
    "d": "package",
    "empty": "directory",
    "app": "zipapp",
    "app.py": "zipapp",
    "data": "file",
    "python": "file",
    "https://local/x.py": "file",
}


@pytest.mark.parametrize(
    ("words", "mode", "kind", "arguments"),
    [
        (["python", "-c", "x"], "", "python", ("-c", "x")),
        (["PYTHON"], "", "python", ()),
        (["s.py", "a"], "", "script", ("a",)),
        (["s.PYC"], "", "script", ()),
        (["missing.py"], "", "external", ()),
        (["w.pyw"], "", "gui-script", ()),
        (["d"], "", "package", ()),
        (["empty"], "", "external", ()),
        (["app"], "", "zipapp", ()),
        (["app.py"], "", "script", ()),
        (["data"], "", "external", ()),
        (["pytest", "-q"], "", "external", ("-q",)),
        (["-", "a"], "", "stdin", ("a",)),
        (["-"], "script", "stdin", ()),
        (["-"], "gui-script", "gui-stdin", ()),
        (["https://x.example/s.py"], "", "remote", ()),
        (["https://x.example/s.py"], "module", "remote", ()),
        (["https://local/x.py"], "", "script", ()),
        (["python"], "module", "module", ()),
        (["data"], "script", "script", ()),
        (["missing"], "gui-script", "gui-script", ()),
    ],
)
def test_kinds(words: list[str], mode: str, kind: str, arguments: tuple[str, ...]) -> None:
    found = choose_command(words, cast("Mode", mode), lambda path: PLACES.get(path, "missing"), lambda: b"code")

    assert (kind, words[0], arguments) == (found.kind, found.target, found.arguments)
    assert found.content == (b"code" if found.reads_stdin else b"")


def test_module_is_not_read_from_stdin() -> None:
    with pytest.raises(UltravioletError, match="Cannot run a Python module from stdin"):
        choose_command(["-"], "module", lambda _: "missing", lambda: b"")


def test_places(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "e").mkdir()
    (tmp_path / "d" / "__main__.py").write_text("")
    (tmp_path / "f").write_text("x" * 30)
    (tmp_path / "s.py").write_text("")
    with zipfile.ZipFile(tmp_path / "app", "w") as archive:
        archive.writestr("__main__.py", "")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("x/__main__.py", "")
    with open(tmp_path / "shebang", "wb") as stream:
        stream.write(b"#!/usr/bin/env python3\n" + (tmp_path / "app").read_bytes())

    found = {name: look_at(str(tmp_path / name)) for name in ("d", "e", "f", "s.py", "app", "other.zip", "none")}

    assert found == {
        "d": "package",
        "e": "directory",
        "f": "file",
        "s.py": "file",
        "app": "zipapp",
        "other.zip": "file",
        "none": "missing",
    }
    assert is_zipapp(str(tmp_path / "shebang"))


@pytest.mark.parametrize(
    ("command", "expected", "shown", "name"),
    [
        (RunCommand("python", "Python", ["-V"]), ["/p", "-V"], "python -V", "python"),
        (RunCommand("script", "s.py", ["a"]), ["/p", "s.py", "a"], "python s.py a", "python"),
        (RunCommand("module", "m", ["a"]), ["/p", "-m", "m", "a"], "python -m m a", "python -m"),
        (RunCommand("stdin", "-", ["a"], b"x=1"), ["/p", "-c", "x=1", "a"], "python -c", "python -c"),
        (RunCommand("zipapp", "z", []), ["/p", "z"], "python z", "python"),
        (RunCommand("external", "ls", ["-l"]), ["ls", "-l"], "ls -l", "ls"),
    ],
    ids=lambda value: value.kind if isinstance(value, RunCommand) else "",
)
def test_command_lines(command: RunCommand, expected: list[str], shown: str, name: str) -> None:
    assert expected == command_line(command, "/p", "/scripts")
    assert (shown, name) == (display_command(command), command.executable_name)


@pytest.mark.skipif(os.name == "nt", reason="executables are told by their suffix there")
def test_installed_command_goes_before_a_directory_of_its_name(tmp_path: Path) -> None:
    command = RunCommand("package", "d", ["a"])
    assert command_line(command, "/p", str(tmp_path)) == ["/p", "d", "a"]

    (tmp_path / "d").write_text("#!/bin/sh\n")
    (tmp_path / "d").chmod(0o755)

    assert [str(tmp_path / "d"), "a"] == command_line(command, "/p", str(tmp_path))


def test_directory_of_a_script() -> None:
    assert RunCommand("script", "a/b/s.py", []).directory == "a/b"
    assert RunCommand("package", "a/d/", []).directory == "a"
    assert RunCommand("script", "s.py", []).directory == ""
    assert RunCommand("external", "a/b", []).directory == ""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ultraviolet.python.errors import InvalidPythonRequest
from ultraviolet.python.request import (
    VersionRequest,
    parse_request,
    parse_version_request,
    request_from_tool_name,
    split_version,
    user_path,
)

REQUESTS = [
    # text, kind, canonical text, description
    ("any", "any", "any", "any Python"),
    ("default", "default", "default", "a default Python"),
    ("3", "version", "3", "Python 3"),
    ("3.12", "version", "3.12", "Python 3.12"),
    ("312", "version", "3.12", "Python 3.12"),
    ("3.12.1", "version", "3.12.1", "Python 3.12.1"),
    ("python3.12", "version", "3.12", "Python 3.12"),
    ("python@3.12", "version", "3.12", "Python 3.12"),
    ("Python312", "version", "3.12", "Python 3.12"),
    ("v1", "version", "1", "Python 1"),
    ("3.13rc1", "version", "3.13rc1", "Python 3.13rc1"),
    ("3.13.0rc1", "version", "3.13rc1", "Python 3.13rc1"),
    ("3.14.1rc1", "version", "3.14.1rc1", "Python 3.14.1rc1"),
    ("3.13t", "version", "3.13+freethreaded", "Python 3.13+freethreaded"),
    ("3.13+freethreaded", "version", "3.13+freethreaded", "Python 3.13+freethreaded"),
    ("313td", "version", "3.13+freethreaded+debug", "Python 3.13+freethreaded+debug"),
    ("3.13d", "version", "3.13+debug", "Python 3.13+debug"),
    ("3.14+gil", "version", "3.14+gil", "Python 3.14+gil"),
    (">=3.12", "version", ">=3.12", "Python >=3.12"),
    (">=3.11,<3.13", "version", ">=3.11, <3.13", "Python >=3.11, <3.13"),
    ("==3.12", "version", "3.12", "Python 3.12"),
    ("cpython", "implementation", "cpython", "CPython"),
    ("pp", "implementation", "pypy", "PyPy"),
    ("pypy3.10", "implementation-version", "pypy@3.10", "PyPy 3.10"),
    ("pp310", "implementation-version", "pypy@3.10", "PyPy 3.10"),
    ("cpython@3.12", "implementation-version", "cpython@3.12", "CPython 3.12"),
    ("cpython-3.12-linux-x86_64-gnu", "key", "cpython-3.12-linux-x86_64-gnu", "cpython-3.12-linux-x86_64-gnu"),
    ("cpython-3.13.2", "key", "cpython-3.13.2-any-any-any", "cpython-3.13.2-any-any-any"),
    ("any-3.13.2-any-aarch64", "key", "any-3.13.2-any-aarch64-any", "any-3.13.2-any-aarch64-any"),
    ("linux", "key", "any-any-linux-any-any", "any-any-linux-any-any"),
    ("./nope", "file", "./nope", "path `./nope`"),
    ("foo", "executable", "foo", "executable name `foo`"),
    ("pypy@latest", "executable", "pypy@latest", "executable name `pypy@latest`"),
    ("@3.12", "executable", "@3.12", "executable name `@3.12`"),
    ("3rc1", "executable", "3rc1", "executable name `3rc1`"),
    ("3.12.1.4", "executable", "3.12.1.4", "executable name `3.12.1.4`"),
    ("3.12.post1", "executable", "3.12.post1", "executable name `3.12.post1`"),
    ("3.1000", "executable", "3.1000", "executable name `3.1000`"),
    ("3.", "executable", "3.", "executable name `3.`"),
]


@pytest.mark.parametrize(("text", "kind", "canonical", "description"), REQUESTS)
def test_each_form_is_recognised_and_named(text: Any, kind: Any, canonical: Any, description: Any) -> None:
    request = parse_request(text, "/nonexistent")

    assert (kind, canonical, description) == (request.kind, request.canonical(), request.describe())


@pytest.mark.parametrize("text", [row[0] for row in REQUESTS if row[1] not in ("file", "executable")])
def test_the_canonical_text_parses_to_the_same_request(text: Any) -> None:
    request = parse_request(text, "/nonexistent")

    assert request == parse_request(request.canonical(), "/nonexistent")


def test_an_existing_directory_and_file_win_over_names(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "snake").touch()

    assert parse_request("env", str(tmp_path)).kind == "directory"
    assert parse_request("snake", str(tmp_path)).kind == "file"


def test_a_version_wins_over_a_directory_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "v1").mkdir()

    assert parse_request("v1", str(tmp_path)).kind == "version"


NAMES = [
    # as printed by the reference implementation
    ("", None, "python, python3"),
    ("3", None, "python3, python"),
    ("3.12", None, "python3.12, python3, python"),
    ("3.12.1", None, "python3.12.1, python3.12, python3, python"),
    ("3.13rc1", None, "python3.13rc1, python3.13, python3, python"),
    ("3.13t", None, "python3.13t, python3.13, python3t, python3, pythont, python"),
    ("", "pypy", "pypy, pypy3, python, python3"),
    ("3.10", "pypy", "pypy3.10, pypy3, pypy, python3.10, python3, python"),
    ("any", None, "python, python3, cpython, cpython3, pypy, pypy3, graalpy, graalpy3, pyodide, pyodide3"),
    (">=3.12", None, "python3, python"),
]


@pytest.mark.parametrize(("version", "implementation", "names"), NAMES)
def test_executable_names_come_most_specific_first(version: Any, implementation: Any, names: Any) -> None:
    if version in ("", "any"):
        request = VersionRequest("any" if version else "default")
    else:
        request = parse_version_request(version)

    assert names.split(", ") == request.executable_names(implementation)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2", "Python <3 is not supported but 2 was requested."),
        ("3.5", "Python <3.6 is not supported but 3.5 was requested."),
        ("3.5.1", "Python <3.6 is not supported but 3.5.1 was requested."),
        ("3.12t", "Python <3.13 does not support free-threading but 3.12+freethreaded was requested."),
        ("3.13t", None),
        (">=2", None),
    ],
)
def test_unsupported_versions_are_refused_with_the_reason(text: Any, message: Any) -> None:
    assert message == parse_version_request(text).check_supported()


MATCHES = [
    ("3", "3.12.1", True),
    ("3.12", "3.12.1", True),
    ("3.12", "3.13.0", False),
    ("3.12.1", "3.12.1", True),
    ("3.12.1", "3.12.2", False),
    ("3.13.0", "3.13.0rc1", False),
    ("3.13", "3.13.0rc1", True),
    ("3.13rc1", "3.13.0rc1", True),
    ("3.13rc1", "3.13.0rc2", False),
    ("3.13rc1", "3.13.0", False),
    (">=3.13", "3.13.0rc1", True),
    (">=3.12,<3.13", "3.12.7", True),
    (">=3.12,<3.13", "3.13.0", False),
    ("<3.12.0rc1", "3.12.0rc2", False),
]


@pytest.mark.parametrize(("request_text", "version", "expected"), MATCHES)
def test_versions_match(request_text: Any, version: Any, expected: Any) -> None:
    assert expected is parse_version_request(request_text).matches(version)


@pytest.mark.parametrize(
    ("request_text", "version", "gil_disabled", "debug", "expected"),
    [
        ("3.13", "3.13.0", True, False, False),
        ("3.14", "3.14.0", True, False, True),
        ("3.14+gil", "3.14.0", True, False, False),
        ("3.13t", "3.13.0", True, False, True),
        ("3.13t", "3.13.0", False, False, False),
        ("3.13d", "3.13.0", False, True, True),
        ("3.13td", "3.13.0", True, False, False),
    ],
)
def test_variants_match(request_text: Any, version: Any, gil_disabled: Any, debug: Any, expected: Any) -> None:
    request = parse_version_request(request_text)

    assert expected is request.matches(version, gil_disabled=gil_disabled, debug=debug)


@pytest.mark.parametrize(
    ("range_text", "minor", "expected"),
    [
        (">=3.11,<3.13", 10, False),
        (">=3.11,<3.13", 11, True),
        (">=3.11,<3.13", 12, True),
        (">=3.11,<3.13", 13, False),
        ("<3.13.2", 13, True),
        ("<=3.12", 13, False),
        ("==3.12.*", 12, True),
        ("==3.12.*", 11, False),
        ("~=3.10", 13, True),
        ("~=3.10.1", 11, False),
        (">3.11", 11, True),
        ("!=3.11.*", 11, True),
    ],
)
def test_minor_versions_outside_a_range_are_skipped_by_name(range_text: Any, minor: Any, expected: Any) -> None:
    assert expected is parse_version_request(range_text).matches_minor(3, minor)


def test_tool_names() -> None:
    python = request_from_tool_name("python")
    pypy = request_from_tool_name("pypy@3.10")

    assert python is not None
    assert python.kind == "default"
    assert pypy is not None
    assert pypy.kind == "implementation-version"
    assert request_from_tool_name("ruff") is None
    assert request_from_tool_name("pp310") is None
    assert request_from_tool_name("312") is None
    with pytest.raises(InvalidPythonRequest):
        request_from_tool_name("python@nonsense")


def test_split_version() -> None:
    assert split_version("3.13.0rc1") == ((3, 13, 0), ("rc", 1))
    assert split_version("3.12.1") == ((3, 12, 1), None)


def test_paths_below_the_working_directory_are_shown_relative() -> None:
    assert user_path("/home/me/v1/bin/python", "/home/me") == "v1/bin/python"
    assert user_path("/home/other", "/home/me") == "/home/other"
    assert user_path("/home/me", "/home/me") == "."
    assert user_path("/x", "/") == "/x"

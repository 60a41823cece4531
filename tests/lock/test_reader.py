"""Reading and writing real locks: bytes come back, and the quick reader agrees with the general one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ultraviolet.lock._quick import read_canonical
from ultraviolet.lock.errors import LockParseError, UnsupportedLockVersion
from ultraviolet.lock.reader import parse_lock, parse_lock_tables
from ultraviolet.lock.writer import toml_string, write_lock

DATA = Path(__file__).parent / "data"
LOCKS = sorted(DATA.glob("*.lock"))


def read(name: str) -> str:
    return (DATA / f"{name}.lock").read_text()


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_bytes_come_back(path: Path) -> None:
    text = path.read_text()

    lock = read_canonical(text)

    assert lock is not None
    assert write_lock(lock) == text


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_quick_and_general_reader_agree(path: Path) -> None:
    text = path.read_text()

    assert read_canonical(text) == parse_lock_tables(text)


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_another_layout_gives_the_same_lock(path: Path) -> None:
    text = path.read_text()
    other = text.replace(" = ", "=").replace("\n[[package]]\n", "\n\n[[ package ]] # a package\n")

    assert read_canonical(other) is None
    assert write_lock(parse_lock(other)) == text


def test_keys_of_older_revisions_are_read() -> None:
    text = read("forks").replace("revision = 3\n", "").replace("upload-time", "upload_time")
    lock = parse_lock(text.replace("[[package]]", "[[distribution]]").replace("[package.", "[distribution."))

    assert lock.revision == 0
    assert write_lock(lock) == read("forks").replace("revision = 3\n", "")


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        (
            "[[package]]\nname = ",
            "<<<<<<< HEAD\n[[package]]\nname = ",
            "TOML parse error at line 5, column 9\n  |\n5 | <<<<<<< HEAD\n  |         ^\nkey with no value, expected `=`",
        ),
        (
            'name = "idna"\nversion',
            "name = 3\nversion",
            (
                "TOML parse error at line 5, column 1\n  |\n5 | [[package]]\n  | ^^^^^^^^^^^\n"
                "invalid type: integer `3`, expected a string"
            ),
        ),
        (
            'name = "idna"\nversion',
            "version",
            "TOML parse error at line 5, column 1\n  |\n5 | [[package]]\n  | ^^^^^^^^^^^\nmissing field `name`",
        ),
        (
            'requires-python = ">=3.10"\n',
            "",
            "TOML parse error at line 1, column 1\n  |\n1 | version = 1\n  | ^\nmissing field `requires-python`",
        ),
        (
            'version = "3.20"',
            'version = "x"',
            (
                "TOML parse error at line 5, column 1\n  |\n5 | [[package]]\n  | ^^^^^^^^^^^\n"
                "expected version to start with a number, but no leading ASCII digits were found"
            ),
        ),
        (
            'registry = "https://pypi.org/simple"',
            'foo = "a"',
            (
                "TOML parse error at line 5, column 1\n  |\n5 | [[package]]\n  | ^^^^^^^^^^^\n"
                "data did not match any variant of untagged enum SourceWire"
            ),
        ),
        (
            '    { name = "idna" },\n',
            '    { name = "idna" },\n    { name = "idna" },\n',
            "For package `p==0.1.0 @ virtual+.`, found duplicate dependency `idna==3.20`",
        ),
        (
            '    { name = "idna" },\n',
            '    { name = "idnax" },\n',
            "Dependency `idnax` has missing `source` field but has more than one matching package",
        ),
        (
            '    { name = "idna" },\n',
            '    { name = "idna", marker = "foo" },\n',
            (
                "TOML parse error at line 19, column 31\n   |\n"
                '19 |     { name = "idna", marker = "foo" },\n'
                "   |                               ^^^^^\n"
                "Expected a quoted string or a valid marker name, found `foo`\nfoo\n^^^"
            ),
        ),
        (
            "idna-3.20-py3",
            "idna-4.20-py3",
            (
                "The entry for package `idna` (3.20) has wheel `idna-4.20-py3-none-any.whl` with inconsistent version (4.20), "
                "which indicates a malformed wheel. If this is intentional, set `UV_SKIP_WHEEL_FILENAME_CHECK=1`."
            ),
        ),
        (
            "idna-3.20-py3-none-any",
            "idna-3.20-py3-any",
            (
                "TOML parse error at line 10, column 10\n   |\n10 | wheels = [\n   |          ^\n"
                'failed to parse `idna-3.20-py3-any.whl` as wheel filename: The wheel filename "idna-3.20-py3-any.whl" is '
                "invalid: Must have a platform tag"
            ),
        ),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, cause: str) -> None:
    text = SMALL.replace(old, new)
    assert text != SMALL

    with pytest.raises(LockParseError, match=r"Failed to parse `uv.lock`") as caught:
        parse_lock(text)

    assert str(caught.value.__cause__) == cause


def test_another_schema_version_is_refused() -> None:
    with pytest.raises(UnsupportedLockVersion, match=r"uses an unsupported schema version \(v2, but only v1"):
        parse_lock(SMALL.replace("version = 1", "version = 2", 1))
    with pytest.raises(UnsupportedLockVersion, match=r"Failed to parse `uv.lock`, which uses") as caught:
        parse_lock(SMALL.replace("version = 1", "version = 2", 1).replace("requires-python", "python"))
    assert "missing field `requires-python`" in str(caught.value.__cause__)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("plain λ", '"plain λ"'),
        ("it's", '"it\'s"'),
        ('say "x"', "'say \"x\"'"),
        ("back\\slash", "'back\\slash'"),
        ("both \" and '", '"""both " and \'"""'),
        ("a\ttab", '"a\\ttab"'),
        ("nul\x00", '"nul\\u0000"'),
    ],
)
def test_strings_are_quoted_as_toml_writers_do(text: str, quoted: str) -> None:
    assert quoted == toml_string(text)


SMALL = """version = 1
revision = 3
requires-python = ">=3.10"

[[package]]
name = "idna"
version = "3.20"
source = { registry = "https://pypi.org/simple" }
sdist = { url = "https://files.pythonhosted.org/packages/idna-3.20.tar.gz", hash = "sha256:a7" }
wheels = [
    { url = "https://files.pythonhosted.org/packages/idna-3.20-py3-none-any.whl", hash = "sha256:a8" },
]

[[package]]
name = "p"
version = "0.1.0"
source = { virtual = "." }
dependencies = [
    { name = "idna" },
]

[package.metadata]
requires-dist = [{ name = "idna" }]
"""

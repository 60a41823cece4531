"""Core metadata: header lines, required fields, what a PKG-INFO must promise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.metadata import parse_email

from ultraviolet.standards.errors import InvalidMetadata
from ultraviolet.standards.metadata import parse_headers, parse_metadata, parse_pkg_info

MINIMAL = b"Metadata-Version: 2.1\nName: Foo_Bar\nVersion: 1.0\n"

words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8).filter(
    lambda word: "=?" not in word and word != "UNKNOWN"
)
values = st.lists(words, min_size=1, max_size=3).map(" ".join)


pythons = st.none() | st.sampled_from([">=3.8", "<4, >= 3.7", "~=3.9", "!=3.0.*", ">=3.6.*"])


@given(st.lists(values, max_size=4), pythons, st.lists(st.sampled_from(["a", "B_c"]), max_size=3), values)
def test_agrees_with_packaging(requires: list[str], python: str | None, extras: list[str], body: str) -> None:
    lines = ["Metadata-Version: 2.1", "Name: foo", "Version: 1.0", "Summary: one", "License: a\n        b"]
    lines += [f"Requires-Dist: {value}" for value in requires]
    lines += [f"Requires-Python: {python}"] if python else []
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    content = ("\n".join(lines) + f"\n\nName: {body}\n").encode()
    expected, _ = parse_email(content)
    actual = parse_metadata(content)
    assert list(actual.requires_dist) == expected.get("requires_dist", [])
    assert actual.requires_python == expected.get("requires_python")
    assert [extra.lower().replace("_", "-") for extra in expected.get("provides_extra", [])] == list(
        actual.provides_extra
    )
    assert (actual.name, str(actual.version), actual.metadata_version) == ("foo", "1.0", "2.1")


def test_no_python_satisfies_what_is_no_specifier() -> None:
    with pytest.raises(InvalidMetadata, match="Did you mean `==12`"):
        parse_metadata(MINIMAL + b"Requires-Python: 12\n")


def test_fields() -> None:
    content = MINIMAL + (
        b"Requires-Dist: a>=1 ; extra == 'x'\nrequires-dist: b\nREQUIRES-PYTHON: >=3.8\nProvides-Extra: X_y\n"
        b"Provides-Extra: -bad-\nDynamic: Version\n"
    )
    metadata = parse_metadata(content)
    assert (metadata.name, str(metadata.version)) == ("foo-bar", "1.0")
    assert metadata.requires_dist == ("a>=1 ; extra == 'x'", "b")
    assert metadata.requires_python == ">=3.8"
    assert metadata.provides_extra == ("x-y",)
    assert metadata.dynamic


def test_folded_lines_are_joined() -> None:
    content = MINIMAL + b"Requires-Dist: a >=1,\n   <2\nLicense: x\n  Requires-Dist: no\nRequires-Dist: b\n\t; c\n"
    assert parse_metadata(content).requires_dist == ("a >=1, <2", "b ; c")


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_the_description_is_not_read(newline: bytes) -> None:
    content = (MINIMAL + b"\nRequires-Dist: no\n\nRequires-Dist: neither\n").replace(b"\n", newline)
    assert parse_metadata(content).requires_dist == ()


def test_a_description_among_the_headers_is_skipped() -> None:
    content = b"Description: Long\n        Name: wrong\n        |\n" + MINIMAL
    assert parse_metadata(content).name == "foo-bar"


def test_unknown_is_absent() -> None:
    content = MINIMAL + b"Requires-Python: UNKNOWN\nRequires-Dist: UNKNOWN\nRequires-Dist: a\n"
    metadata = parse_metadata(content)
    assert metadata.requires_python is None
    assert metadata.requires_dist == ("a",)


def test_encodings() -> None:
    latin = MINIMAL + "Author: Jos\u00e9\nRequires-Dist: caf\u00e9\n".encode("latin-1")
    assert parse_metadata(latin).requires_dist == ("café",)
    utf8 = MINIMAL + "Requires-Dist: café\n".encode()
    assert parse_metadata(utf8).requires_dist == ("café",)
    encoded = MINIMAL + b"Requires-Dist: =?utf-8?q?caf=C3=A9?=\n"
    assert parse_metadata(encoded).requires_dist == ("café",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Metadata-Version: 2.1\nVersion: 1.0\n", "Metadata field Name not found"),
        (b"", "Metadata field Name not found"),
        (b"\nName: a\nVersion: 1\n", "Metadata field Name not found"),
        (b"Name: a\nVersion: UNKNOWN\n", "Metadata field Version not found"),
        (
            b"Name: a\nVersion: x\n",
            "Invalid version: expected version to start with a number, but no leading ASCII digits were found",
        ),
        (
            b"Name: a b\nVersion: 1\n",
            (
                'Not a valid package or extra name: "a b". Names must start and end with a letter or digit and may only '
                "contain -, _, ., and alphanumeric characters."
            ),
        ),
        (
            b" x\nName: a\n",
            "Header cannot start with a space; it is likely an overhanging line from a previous header",
        ),
    ],
)
def test_errors(content: bytes, message: str) -> None:
    with pytest.raises(InvalidMetadata) as caught:
        parse_metadata(content)
    assert str(caught.value) == message


def test_pkg_info_of_a_source_distribution() -> None:
    metadata = parse_pkg_info(b"Metadata-Version: 2.4\nName: a\nVersion: 1\nDynamic: Version\nDynamic: License\n")
    assert metadata.dynamic
    assert not parse_pkg_info(b"Metadata-Version: 2.2\nName: a\nVersion: 1\n").dynamic


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (b"", "Metadata field Metadata-Version not found"),
        (
            b"Metadata-Version: 2.1\n",
            "Reading metadata from `PKG-INFO` requires Metadata 2.2 or later (found: 2.1)",
        ),
        (
            b"Metadata-Version: 3.0\n",
            "Reading metadata from `PKG-INFO` requires Metadata 2.2 or later (found: 3.0)",
        ),
        (b"Metadata-Version: 2\n", "Invalid `Metadata-Version` field: 2"),
        (b"Metadata-Version: 2.x\n", "Invalid `Metadata-Version` field: 2.x"),
        (
            b"Metadata-Version: 2.2\nDynamic: Requires-Dist\n",
            "The following field was marked as dynamic: Requires-Dist",
        ),
    ],
)
def test_pkg_info_that_cannot_be_relied_upon(lines: bytes, message: str) -> None:
    with pytest.raises(InvalidMetadata) as caught:
        parse_pkg_info(lines + b"Name: a\nVersion: 1\n")
    assert str(caught.value) == message


def test_headers_of_other_files() -> None:
    content = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\nTag: py2-none-any\n"
    assert parse_headers(content, ("tag", "build")) == {"tag": ["py3-none-any", "py2-none-any"], "build": []}

"""File names of wheels and source distributions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import parse_wheel_filename as reference_wheel
from tests.support.versions import version_texts

from ultraviolet.standards.errors import InvalidSdistFilename, InvalidWheelFilename
from ultraviolet.standards.filenames import (
    parse_sdist_filename,
    parse_unknown_sdist_filename,
    parse_wheel_filename,
    parse_wheel_stem,
    sdist_extension,
    split_filename,
)
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import parse_version

EXTENSIONS = ["tar.gz", "zip", "tar", "tar.bz2", "tar.lz", "tar.lzma", "tar.xz", "tar.zst", "tbz", "tgz", "tlz", "txz"]

tag_sets = st.tuples(
    st.sampled_from(["py3", "py2.py3", "cp312", "cp39.cp310", "pp310", "graalpy311"]),
    st.sampled_from(["none", "abi3", "cp312", "cp313t", "pypy310_pp73"]),
    st.sampled_from(["any", "win_amd64", "macosx_11_0_arm64", "manylinux_2_17_x86_64.manylinux2014_x86_64"]),
)


@given(version_texts(), st.sampled_from(["", "1", "12b.c"]), tag_sets)
def test_wheels_agree_with_packaging(version: str, build: str, tags: tuple[str, str, str]) -> None:
    filename = "-".join(["Foo.Bar_baz", version, *([build] if build else []), *tags]) + ".whl"
    wheel = parse_wheel_filename(filename)
    name, reference_version, reference_build, reference_tags = reference_wheel(filename.replace("Foo.Bar", "Foo_Bar"))
    assert str(wheel.name) == str(name)
    assert str(wheel.version) == str(reference_version)
    assert (wheel.build or ()) == reference_build
    ours = {
        (python, abi, platform)
        for python in wheel.python_tags
        for abi in wheel.abi_tags
        for platform in wheel.platform_tags
    }
    assert ours == {(tag.interpreter, tag.abi, tag.platform) for tag in reference_tags}
    assert str(wheel) == filename.replace("Foo.Bar_baz", "foo_bar_baz")
    assert split_filename(filename, "foo-bar-baz") == ("wheel", version)
    assert parse_wheel_stem(str(wheel)[:-4]) == wheel


def test_unknown_tags_are_dropped_but_printed() -> None:
    wheel = parse_wheel_filename("foo-1.0-py3.jy27-none.weird-win32.plan9_x86.whl")
    assert (wheel.python_tags, wheel.abi_tags, wheel.platform_tags) == (("py3",), ("none",), ("win32",))
    assert str(wheel) == "foo-1.0-py3.jy27-none.weird-win32.plan9_x86.whl"


def test_spellings_of_one_tag_are_one() -> None:
    wheel = parse_wheel_filename("foo-1.0-cp37-cp37md.cp37dm-linux_armv8l.whl")
    assert wheel.abi_tags == ("cp37dm", "cp37dm")
    assert wheel.platform_tags == ("linux_armv7l",)


@pytest.mark.parametrize(
    ("filename", "message"),
    [
        ("foo.rs", 'The wheel filename "foo.rs" is invalid: Must end with .whl'),
        ("foo.whl", 'The wheel filename "foo.whl" is invalid: Must have a version'),
        ("foo-1.whl", 'The wheel filename "foo-1.whl" is invalid: Must have a Python tag'),
        ("foo-1-py3.whl", 'The wheel filename "foo-1-py3.whl" is invalid: Must have an ABI tag'),
        ("foo-1-py3-none.whl", 'The wheel filename "foo-1-py3-none.whl" is invalid: Must have a platform tag'),
        (
            "foo-1-1-py3-none-any-x.whl",
            'The wheel filename "foo-1-1-py3-none-any-x.whl" is invalid: Must have 5 or 6 components, but has more',
        ),
        ("-1-py3-none-any.whl", 'The wheel filename "-1-py3-none-any.whl" has an invalid package name'),
        (
            "foo-x-py3-none-any.whl",
            (
                'The wheel filename "foo-x-py3-none-any.whl" has an invalid version: '
                "expected version to start with a number, but no leading ASCII digits were found"
            ),
        ),
        (
            "foo-1-x-py3-none-any.whl",
            'The wheel filename "foo-1-x-py3-none-any.whl" has an invalid build tag: must start with a digit',
        ),
        (
            "foo-1--py3-none-any.whl",
            'The wheel filename "foo-1--py3-none-any.whl" has an invalid build tag: must not be empty',
        ),
        (
            "foo-1-1/2-py3-none-any.whl",
            (
                'The wheel filename "foo-1-1/2-py3-none-any.whl" has an invalid build tag: '
                "must contain only ASCII letters, digits, underscores, and periods"
            ),
        ),
        (
            "foo-1-py3..py2-none-any.whl",
            (
                'The wheel filename "foo-1-py3..py2-none-any.whl" is invalid: '
                "Tag components must contain only ASCII letters, digits, underscores, and periods"
            ),
        ),
    ],
)
def test_wheel_errors(filename: str, message: str) -> None:
    with pytest.raises(InvalidWheelFilename) as caught:
        parse_wheel_filename(filename)
    assert str(caught.value) == message


def test_a_stem_has_no_extension() -> None:
    with pytest.raises(InvalidWheelFilename, match="has an unexpected extension"):
        parse_wheel_stem("foo-1-py3-none-any.whl")


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_source_distribution_extensions(extension: str) -> None:
    filename = f"foo_lib-1.2.3a3.{extension}"
    sdist = parse_sdist_filename(filename, PackageName("foo-lib"))
    assert str(sdist) == filename
    assert sdist.is_pep625_compliant == (extension in {"tar.gz", "zip"})
    assert split_filename(filename, "foo-lib") == ("sdist", "1.2.3a3")
    assert parse_unknown_sdist_filename(filename) == sdist


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("foo-1.gz", None),
        ("foo-1.whl", None),
        ("foo-1.egg", None),
        ("foo-1.TAR.gz", "tar.gz"),
        ("foo-1.tar.GZ", None),
        (".tar.gz", None),
        (".zip", None),
        ("zip", None),
    ],
)
def test_extension_of_other_files(filename: str, expected: str | None) -> None:
    assert sdist_extension(filename) == expected


def test_the_name_tells_where_the_version_starts() -> None:
    assert parse_sdist_filename("a-1-1.zip", PackageName("a-1")).version == parse_version("1")
    assert parse_sdist_filename("a-1-1.zip", PackageName("a")).version == parse_version("1.post1")
    assert split_filename("a-1-1.zip", "a-1") == ("sdist", "1")
    assert split_filename("a-1-1.zip", "a") == ("sdist", "1-1")


@pytest.mark.parametrize(
    "filename",
    [
        "other-1.0-py3-none-any.whl",
        "foo-1.0.whl",
        "foo_bar-1.0.tar.gz",
        "foo-1.0.exe",
        "foo-.zip",
        "foo.zip",
        "foo-1.0.tar.gz.metadata",
        "",
    ],
)
def test_files_of_other_kinds_and_packages_are_skipped(filename: str) -> None:
    assert split_filename(filename, "foo") is None


@pytest.mark.parametrize(
    ("filename", "problem"),
    [
        ("b-1.zip", "Name doesn't start with package name a"),
        ("aX1.zip", "Name doesn't start with package name a"),
        ("a.zip", "Name doesn't start with package name a"),
        ("a-1-gamma.zip", "Version section is invalid"),
        ("a-1.egg", "File extension is invalid"),
    ],
)
def test_source_distribution_errors(filename: str, problem: str) -> None:
    with pytest.raises(InvalidSdistFilename) as caught:
        parse_sdist_filename(filename, PackageName("a"))
    assert str(caught.value) == f"Failed to parse source distribution filename {filename}: {problem}"


def test_a_name_must_be_separated() -> None:
    with pytest.raises(InvalidSdistFilename, match="Missing name-version separator"):
        parse_unknown_sdist_filename("foo1.zip")

"""Specifiers: parsing, order in lists, containment (PEP 440)."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from packaging.specifiers import Specifier as Reference
from packaging.version import Version as ReferenceVersion
from tests.support.versions import specifier_lists, specifier_texts, version_texts

from ultraviolet.standards.errors import InvalidSpecifier
from ultraviolet.standards.ranges import Range
from ultraviolet.standards.specifiers import (
    Specifier,
    parse_lenient_specifiers,
    parse_specifier,
    parse_specifiers,
)
from ultraviolet.standards.versions import parse_version


@given(specifier_texts(), version_texts())
def test_containment_agrees_with_packaging(specifier: str, version: str) -> None:
    """Pre-releases are let through here; whether they may be chosen is the resolver's question."""
    ours = parse_specifier(specifier).contains(parse_version(version))
    assume(not _known_difference(specifier, version))
    assert ours == Reference(specifier).contains(version, prereleases=True)


def _known_difference(specifier: str, version: str) -> bool:
    """Cases that PEP 440 leaves open, where uv decided otherwise than packaging."""
    spec, candidate = Reference(specifier), ReferenceVersion(version)
    bound = ReferenceVersion(spec.version.removesuffix(".*"))
    same_release = (bound.epoch, _trim(bound.release)) == (candidate.epoch, _trim(candidate.release))
    if spec.operator in {"<", ">"}:
        # packaging has changed its mind on post-releases and pre-releases of the same release; uv: PEP 440 read
        # literally, `<1.0.post1` excludes only pre-releases of 1.0.post1, `>1.0a1` excludes post-releases of 1.0.
        return same_release
    # packaging adds zeros to both sides of a prefix match only when a suffix follows.
    return spec.operator == "~=" and (bound.is_prerelease or bound.is_postrelease)


def _trim(release: tuple[int, ...]) -> tuple[int, ...]:
    while release and not release[-1]:
        release = release[:-1]
    return release


@pytest.mark.parametrize(
    ("specifier", "inside", "outside"),
    [
        ("==1.0", ["1", "1.0+cpu"], ["1.0.post1", "1.0a1"]),
        ("==1.0+cpu", ["1.0.0+cpu"], ["1.0", "1.0+gpu"]),
        ("!=1.0", ["1.1", "1.0.post1"], ["1.0+cpu"]),
        ("<1.0", ["0.9", "0.9.post1"], ["1.0a1", "1.0.dev0", "1.0"]),
        ("<1.0rc1", ["1.0a1", "1.0.dev0"], ["1.0rc1", "1.0"]),
        ("<1.0.post1", ["1.0", "1.0a1"], ["1.0.post1.dev0", "1.0.post1"]),
        (">1.0", ["1.0.1", "1.1a1"], ["1.0.post1", "1.0+cpu", "1.0"]),
        (">1.0.post1", ["1.0.post2", "1.1"], ["1.0.post1", "1.0.post1+cpu"]),
        (">1.0a1", ["1.0a2", "1.0"], ["1.0.post1"]),
        ("<=1.0", ["1.0", "1.0+cpu", "1.0a1"], ["1.0.post1"]),
        (">=1.0", ["1.0", "1.0+cpu", "1.0.post1"], ["1.0rc1"]),
        ("~=1.4.5", ["1.4.5", "1.4.99", "1.4.5+x"], ["1.5", "1.4.5a1", "1.4.4"]),
        ("~=2.2", ["2.2", "2.3", "2.2.post3"], ["3.0", "2.1"]),
        ("==2.1.*", ["2.1", "2.1.5a1", "2.1.dev0"], ["2", "2.2", "1!2.1"]),
        ("!=2.1.*", ["2", "2.2", "1!2.1"], ["2.1", "2.1.5a1"]),
        ("===1.0", ["1.0"], ["1", "1.0.0", "1.0+cpu"]),
    ],
)
def test_containment(specifier: str, inside: list[str], outside: list[str]) -> None:
    parsed = parse_specifier(specifier)
    assert [text for text in inside + outside if parsed.contains(parse_version(text))] == inside


@given(specifier_texts(), version_texts())
def test_a_range_holds_the_versions_that_the_specifier_contains(specifier: str, version: str) -> None:
    parsed, candidate = parse_specifier(specifier), parse_version(version)
    # As a range, `>1.0a1` and `>1.0.dev1` let post-releases and locals of 1.0 through.
    assume(parsed.operator != ">" or not parsed.version.is_prerelease)
    assert Range.from_specifier(parsed).contains(candidate) == parsed.contains(candidate)


@given(specifier_lists)
def test_lists_round_trip(text: str) -> None:
    specifiers = parse_specifiers(text)
    assert parse_specifiers(str(specifiers)) == specifiers
    assert str(parse_specifiers(str(specifiers))) == str(specifiers)
    assert len(specifiers) == (text.count(",") + 1 if text else 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (">=1,<2,!=1.5 , >0.1", ">0.1,>=1,!=1.5,<2"),
        ("!=1.0,>=1", "!=1.0,>=1"),
        ("<3,>=1a1,!=1.dev0,>=1.dev1,>0.9.post1,!=0.9+l", "!=0.9+l,>0.9.post1,!=1.dev0,>=1.dev1,>=1a1,<3"),
        (">=1.0,>=1.0.0,>=1.0", ">=1.0,>=1.0.0,>=1.0"),
        (" == 1.0.* ", "==1.0.*"),
        ("===1.0,>=1,>1,<=1,<1,~=1.0,!=1.*,!=1,==1.*,==1", "==1,==1.*,===1.0,!=1,!=1.*,~=1.0,<1,<=1,>1,>=1"),
        ("", ""),
    ],
)
def test_lists_are_sorted_by_version_and_operator(text: str, expected: str) -> None:
    specifiers = parse_specifiers(text)
    assert str(specifiers) == expected
    assert specifiers.text() == expected.replace(",", ", ")


@pytest.mark.parametrize(
    ("text", "reason", "start", "width"),
    [
        ("1.0", "Unexpected end of version specifier, expected operator. Did you mean `==1.0`?", 0, 3),
        ("1.*", "Unexpected end of version specifier, expected operator. Did you mean `==1.*`?", 0, 3),
        (">=1, foo", "Unexpected end of version specifier, expected operator", 4, 4),
        (">=1,", "Unexpected end of version specifier, expected operator", 4, 0),
        ("==", "Unexpected end of version specifier, expected version", 0, 2),
        ("=>1", 'no such comparison operator "=>", must be one of ~= == != <= >= < > ===', 0, 3),
        (">=1.*", "Operator >= cannot be used with a wildcard version specifier", 0, 5),
        ("~=1", "The ~= operator requires at least two segments in the release version", 0, 3),
        (
            "<1+a.1",
            "Operator < is incompatible with versions containing non-empty local segments (`+a.1`)",
            0,
            6,
        ),
        (">=1 2 ", "Trailing `2 ` is not allowed", 0, 6),
        ("==1.*.2", "wildcards in versions must be at the end", 0, 7),
    ],
)
def test_errors_underline_the_part(text: str, reason: str, start: int, width: int) -> None:
    with pytest.raises(InvalidSpecifier) as caught:
        parse_specifiers(text)
    assert caught.value.reason == reason
    assert str(caught.value) == f"Failed to parse version: {reason}:\n{text}\n{' ' * start}{'^' * width}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (">=3.6<4", ">=3.6,<4"),
        ("!=~5.0,>=4.12", ">=4.12,!=5.0.*"),
        (">= 1.9.*", ">=1.9"),
        (">=2.7,!=3.0*,!=3.1*", ">=2.7,!=3.0.*,!=3.1.*"),
        (">=3.6,", ">=3.6"),
        (">dev", ">0.0.0.dev0"),
        (">=9.0.0a1.0", ">=9.0.0a1"),
        ("'>=2.7'", ">=2.7"),
        (">=2.7,!=3.0.*,!=3.1.*,<=3.4.*,", ">=2.7,!=3.0.*,!=3.1.*,<=3.4"),
    ],
)
def test_known_mistakes_are_repaired(text: str, expected: str) -> None:
    assert str(parse_lenient_specifiers(text)) == expected


def test_what_cannot_be_repaired_is_reported_as_written() -> None:
    with pytest.raises(InvalidSpecifier, match=r"(?s)wildcards in versions.*\n==1\.\*\.2,\n"):
        parse_lenient_specifiers("==1.*.2,")


def test_equality_ignores_trailing_zeros_except_in_compatible_releases() -> None:
    assert parse_specifier(">=1.0") == parse_specifier(">=1")
    assert hash(parse_specifier(">=1.0")) == hash(parse_specifier(">=1"))
    assert parse_specifier("~=1.0") != parse_specifier("~=1.0.0")
    assert isinstance(parse_specifier("==1"), Specifier)

"""Ranges: set algebra, the two readings of boundaries, and which spelling of a bound survives."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.versions import specifier_lists, version_texts

from ultraviolet.standards.ranges import EMPTY, FULL, Range, release_range
from ultraviolet.standards.specifiers import parse_specifiers
from ultraviolet.standards.versions import Version, parse_version


def versions(text: str) -> list[Version]:
    return [parse_version(part) for part in text.split()]


def of(text: str) -> Range:
    """Make a range of specifier lists joined by ``|``."""
    result = EMPTY
    for part in text.split("|"):
        result = result.union(Range.from_specifiers(parse_specifiers(part.strip())))
    return result


ranges = st.lists(specifier_lists, min_size=1, max_size=3).map("|".join).map(of)
probes = st.lists(version_texts(), max_size=8).map(lambda texts: [parse_version(text) for text in texts])


@given(ranges, ranges, probes)
def test_operations_are_pointwise(left: Range, right: Range, points: list[Version]) -> None:
    for point in points:
        in_left, in_right = left.contains(point), right.contains(point)
        assert (left & right).contains(point) == (in_left and in_right)
        assert (left | right).contains(point) == (in_left or in_right)
        assert (left - right).contains(point) == (in_left and not in_right)
        assert (~left).contains(point) != in_left


@given(ranges, ranges, ranges)
def test_laws_of_sets(a: Range, b: Range, c: Range) -> None:
    assert a & b == b & a
    assert a | b == b | a
    assert (a & b) & c == a & (b & c)
    assert (a | b) | c == a | (b | c)
    assert a & (b | c) == (a & b) | (a & c)
    assert ~(a & b) == ~a | ~b
    assert ~(~a) == a
    assert a & a == a | a == a
    assert a & ~a == EMPTY
    assert a | ~a == FULL
    assert a - b == a & ~b
    assert hash(a & b) == hash(b & a)


@given(ranges, ranges)
def test_relations_agree_with_the_operations(a: Range, b: Range) -> None:
    assert a.is_disjoint(b) == (a & b == EMPTY)
    assert a.is_subset(b) == (a & b == a)
    assert a.is_subset(b) == (a | b == b)
    expected = "subset" if a & b == a else "disjoint" if a & b == EMPTY else "overlapping"
    assert a.relation(b) == expected


@given(ranges)
def test_cuts_are_strictly_ascending_in_both_readings(a: Range) -> None:
    for cuts in (a.cuts, a.canonical):
        assert len(cuts) % 2 == 0
        assert all(left < right for left, right in pairwise(cuts))
    assert Range(a.canonical) == a
    assert Range(a.canonical).canonical == a.canonical


@given(ranges, probes)
def test_both_readings_hold_the_same_versions(a: Range, points: list[Version]) -> None:
    assert [Range(a.canonical).contains(point) for point in points] == [a.contains(point) for point in points]


@given(ranges, probes)
def test_spans_select_the_contained_versions(a: Range, points: list[Version]) -> None:
    points = sorted(set(points))
    selected = [point for start, end in a.spans([point.key for point in points]) for point in points[start:end]]
    assert selected == [point for point in points if a.contains(point)]


@given(ranges)
def test_segments_rebuild_the_range(a: Range) -> None:
    assert Range.from_segments(a.segments()).cuts == a.cuts


@given(ranges, probes)
def test_known_versions_are_not_changed_by_simplifying_widening_and_narrowing(a: Range, points: list[Version]) -> None:
    points = sorted(set(points))
    inside = [point for point in points if a.contains(point)]
    for other in (a.simplify(points), a.widened(points), a.narrowed(points)):
        assert [point for point in points if other.contains(point)] == inside
    assert len(a.simplify(points).cuts) <= len(a.cuts)
    assert a.narrowed(points).is_subset(a) or not inside


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("<=1.0", "<1.0.post0.dev0"),
        (">1.0a1", ">=1.0a2.dev0"),
        ("==1.0", ">=1.0,<1.0.post0.dev0"),
        (">1.0.post1", ">=1.0.post2.dev0"),
        ("==1.0.dev1", ">=1.0.dev1,<1.0.dev2"),
        (">=0.dev0", ""),
        ("<1.0", "<1.0.dev0"),
        ("==1.0", "==1"),
    ],
)
def test_different_words_for_one_set(left: str, right: str) -> None:
    a, b = of(left), of(right)
    assert a == b
    assert hash(a) == hash(b)
    assert a.is_subset(b)
    assert b.is_subset(a)


def test_nothing_is_below_the_floor() -> None:
    assert of("<0.dev0") == EMPTY
    assert not of("<0.dev0").is_empty
    assert of("==0.dev0") != EMPTY
    assert of(">=0.dev0").is_full


@pytest.mark.parametrize(
    ("text", "encoded", "shown"),
    [
        ("==1.0", ">=1.0, <1.0+", "==1.0"),
        ("==1.0+cpu", "==1.0+cpu", "==1.0+cpu"),
        ("===1.0", "==1.0", "==1.0"),
        ("!=1.0", "<1.0 | >=1.0+", "<1.0 | >1.0"),
        ("<=1.0", "<=1.0+", "<=1.0"),
        ("<1.0", "<1.0", "<1.0"),
        ("<1.0rc1", "<1.0rc1", "<1.0rc1"),
        ("<1.0.post1", "<1.0.post1.dev0", "<1.0.post1.dev0"),
        (">1.0", ">1.0", ">1.0"),
        (">1.0.dev3", ">=1.0.dev4", ">=1.0.dev4"),
        (">1.0.post1", ">1.0.post1+", ">1.0.post1"),
        (">=1.0,!=1.5", ">=1.0, <1.5 | >=1.5+", ">=1.0, <1.5 | >1.5"),
        ("~=1.4.5", ">=1.4.5, <1.5.dev0", ">=1.4.5, <1.5.dev0"),
        ("~=1!2.2", ">=1!2.2, <1!3.dev0", ">=1!2.2, <1!3.dev0"),
        ("==1.4.*", ">=1.4.dev0, <1.5.dev0", ">=1.4.dev0, <1.5.dev0"),
        ("!=1.4.*", "<1.4.dev0 | >=1.5.dev0", "<1.4.dev0 | >=1.5.dev0"),
        ("", "*", "*"),
        (">2,<1", "∅", "∅"),
    ],
)
def test_presentation(text: str, encoded: str, shown: str) -> None:
    range_ = of(text)
    assert str(range_) == encoded
    assert str(range_.stripped()) == shown


def test_stripping_drops_an_interval_of_local_versions_only() -> None:
    local_versions = of("==1.0") & ~Range.singleton(parse_version("1.0"))
    assert str(local_versions) == ">1.0, <1.0+"
    assert local_versions.is_local_complement()
    assert local_versions.stripped() == EMPTY


def test_display_segments() -> None:
    one, two = versions("1.0 2")
    assert of("==1.0|>=2").display_segments() == [(one, True, one, True), (two, True, None, False)]


class TestSpelling:
    """Of equal bounds, an intersection keeps the right start and left end, a union the left start."""

    def test_intersection(self) -> None:
        assert str(of(">=1,<=2") & of(">=1.0,<=2.0")) == ">=1.0, <=2+"
        assert str(of(">=1.0,<=2.0") & of(">=1,<=2")) == ">=1, <=2.0+"
        assert str(of(">=1,<2|>=3,<4") & of(">=1.0,<4.0")) == ">=1.0, <2 | >=3, <4"

    def test_union(self) -> None:
        assert str(of(">=1,<=2") | of(">=1.0,<=2.0")) == ">=1, <=2+"
        assert str(Range.between(None, parse_version("2")) | Range.between(None, parse_version("2.0"))) == "<2.0"
        one = Range.singleton(parse_version("1")) | Range.singleton(parse_version("1.0"))
        assert str(one) == "==1"


def test_singletons() -> None:
    version = parse_version("1.0")
    assert Range.singleton(version).as_singleton() is version
    assert of("==1.0").as_singleton() is None
    assert of("==1.0").is_singleton_constraint()
    assert of("==1.0|==2.0").is_singleton_constraint()
    assert of("==1.0+cpu").is_singleton_constraint()
    assert not of(">=1.0").is_singleton_constraint()
    assert not of("==1.*").is_singleton_constraint()


def test_between_is_open() -> None:
    one, two, three = versions("1 2 3")
    gap = Range.between(one, three)
    assert [gap.contains(version) for version in (one, two, three)] == [False, True, False]
    assert Range.between(None, None) == FULL
    assert Range.between(three, one) == EMPTY
    assert str(Range.between(one, None)) == ">1"


def test_bounds_fill_the_holes() -> None:
    one, four = versions("1 4")
    holes = of(">=1,<2|>=3,<=4")
    bounds = holes.bounds()
    assert bounds is not None
    assert bounds[:2] == (one, True)
    assert str(holes.bounding().stripped()) == ">=1, <=4"
    assert EMPTY.bounds() is None
    assert holes.bounding().contains(four)


def test_simplify_joins_over_unknown_gaps() -> None:
    known = versions("1 2 3 4")
    assert str(of("==2|==3").simplify(known).stripped()) == ">=2, <=3"
    assert str(of(">=2,<3.5").simplify(known)) == ">=2, <3.5"
    assert of(">=0.5").simplify(known) == FULL
    assert of("==9|==8").simplify(known) == of("==9|==8")
    assert str(Range.singleton(known[0]).simplify(known)) == "==1"


def test_widening_and_narrowing() -> None:
    known = versions("1.0 2.0 3.0")
    widened = Range.singleton(known[1]).widened(known)
    assert str(widened) == ">1.0, <3.0"
    assert widened.narrowed(known) == Range.singleton(known[1])
    assert of("<=1.0").widened(known) == of("<1.0.post0.dev0").widened(known)
    assert of("<=1.0").narrowed(known) == of("<1.0.post0.dev0").narrowed(known)
    assert EMPTY.widened(known) == EMPTY


@pytest.mark.parametrize(
    ("text", "trimmed", "kept"),
    [
        (">=3.9rc1", ">=3.9", ">=3.9"),
        (">=2!3.9.0", ">=3.9", ">=3.9.0"),
        ("==3.9.0", "==3.9", "==3.9.0"),
        ("==3.9.0.*", ">=3.9.0, <3.9.1", ">=3.9.0, <3.9.1"),
        ("!=3.0.*", "<3.0 | >=3.1", "<3.0 | >=3.1"),
        ("~=3.8.0", ">=3.8, <3.9", ">=3.8.0, <3.9"),
        ("~=3.8", ">=3.8, <4", ">=3.8, <4"),
        (">3.8.0,<=3.9.0", ">3.8, <=3.9", ">3.8.0, <=3.9.0"),
        ("!=3.9.1,<4", "<3.9.1 | >3.9.1, <4", "<3.9.1 | >3.9.1, <4"),
        ("===3.11.7", "==3.11.7", "==3.11.7"),
    ],
)
def test_python_versions_go_by_their_release(text: str, trimmed: str, kept: str) -> None:
    specifiers = parse_specifiers(text)
    assert str(release_range(specifiers, trim=True)) == trimmed
    assert str(release_range(specifiers, trim=False)) == kept


def test_ranges_are_kept_with_their_specifiers() -> None:
    specifiers = parse_specifiers(">=7.1,<8")
    assert Range.from_specifiers(specifiers) is Range.from_specifiers(specifiers)

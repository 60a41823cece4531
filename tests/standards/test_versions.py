"""Versions: spellings, normal form, order (PEP 440)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import InvalidVersion as PackagingInvalid
from packaging.version import Version as Reference
from tests.support.versions import version_texts

from ultraviolet.standards.errors import InvalidVersion
from ultraviolet.standards.versions import MAX_NUMBER, Version, parse_version, parse_version_pattern

separators = st.sampled_from(["", ".", "-", "_"])


@st.composite
def loose_texts(draw: st.DrawFn) -> str:
    """Spell a version in any way PEP 440 allows."""
    number = st.sampled_from(["", "0", "1", "07"])
    text = draw(st.sampled_from(["", "v", " ", "\tV"])) + draw(st.sampled_from(["", "0!", "1!", "02!"]))
    text += ".".join(draw(st.lists(st.sampled_from(["0", "1", "02", "10"]), min_size=1, max_size=5)))
    if draw(st.booleans()):
        word = draw(st.sampled_from(["a", "alpha", "b", "Beta", "c", "rc", "PRE", "preview"]))
        text += draw(separators) + word + draw(separators) + draw(number)
        text = text.rstrip("._-")
    if draw(st.booleans()):
        word = draw(st.sampled_from(["post", "Rev", "r"]))
        text += draw(st.one_of(st.just("-1"), st.builds("".join, st.tuples(separators, st.just(word), number))))
    if draw(st.booleans()):
        text += draw(separators) + "dev" + draw(number)
    if draw(st.booleans()):
        text += "+" + draw(st.sampled_from(["ubuntu.1", "A-b_c", "007", "1a"]))
    return text + draw(st.sampled_from(["", " ", "\n"]))


@given(loose_texts())
def test_every_spelling_is_normalised_as_packaging_does(text: str) -> None:
    assert str(parse_version(text)) == str(Reference(text))


@given(version_texts())
def test_normal_form_is_kept(text: str) -> None:
    version = parse_version(text)
    assert str(version) == text
    assert parse_version(str(version)) == version


@given(version_texts(), version_texts())
def test_order_and_equality_agree_with_packaging(left: str, right: str) -> None:
    ours, theirs = (parse_version(left), parse_version(right)), (Reference(left), Reference(right))
    assert (ours[0] < ours[1]) == (theirs[0] < theirs[1])
    assert (ours[0] == ours[1]) == (theirs[0] == theirs[1])
    assert (ours[0] >= ours[1]) == (theirs[0] >= theirs[1])
    if ours[0] == ours[1]:
        assert hash(ours[0]) == hash(ours[1])


@given(version_texts())
def test_components_agree_with_packaging(text: str) -> None:
    ours, theirs = parse_version(text), Reference(text)
    assert (ours.epoch, ours.release, ours.pre, ours.post, ours.dev) == (
        theirs.epoch,
        theirs.release,
        theirs.pre,
        theirs.post,
        theirs.dev,
    )
    assert ".".join(map(str, ours.local)) == (theirs.local or "")
    assert (ours.major, ours.minor, ours.micro) == (theirs.major, theirs.minor, theirs.micro)
    assert ours.is_prerelease == theirs.is_prerelease
    assert ours.is_postrelease == theirs.is_postrelease
    assert str(ours.without_local()) == theirs.public


@given(version_texts())
def test_build_makes_the_same_version_of_its_components(text: str) -> None:
    version = parse_version(text)
    built = Version.build(
        version.release,
        epoch=version.epoch,
        pre=version.pre,
        post=version.post,
        dev=version.dev,
        local=version.local,
    )
    assert built == version
    assert str(built) == text


@given(st.text(alphabet="01.av-_+!*rcdepost ", max_size=12))
def test_accepts_exactly_what_packaging_accepts(text: str) -> None:
    try:
        expected: str | None = str(Reference(text))
    except PackagingInvalid:
        expected = None
    try:
        actual: str | None = str(parse_version(text))
    except InvalidVersion:
        actual = None
    assert expected == actual


def test_order_of_suffixes() -> None:
    ascending = [
        "1.dev0",
        "1.0.dev456",
        "1.0a1",
        "1.0a2.dev456",
        "1.0a12.dev456",
        "1.0a12",
        "1.0b1.dev456",
        "1.0b2",
        "1.0b2.post345.dev456",
        "1.0b2.post345",
        "1.0rc1.dev456",
        "1.0rc1",
        "1.0",
        "1.0+abc.5",
        "1.0+abc.7",
        "1.0+5",
        "1.0.post456.dev34",
        "1.0.post456",
        "1.0.15",
        "1.1.dev1",
        "1!0",
    ]
    assert sorted(sorted(ascending), key=parse_version) == ascending


def test_trailing_zeros_are_printed_but_not_compared() -> None:
    assert parse_version("1.0") == parse_version("1") == parse_version("1.0.0")
    assert [str(parse_version(text)) for text in ("1", "1.0", "01.02", "0.0")] == ["1", "1.0", "1.2", "0.0"]


@pytest.mark.parametrize("base", ["1.0", "0", "2!3"])
def test_sentinels_sort_between_versions(base: str) -> None:
    version = parse_version(base)
    first, last, local = version.min_sentinel(), version.max_sentinel(), version.local_sentinel()
    assert first < parse_version(f"{base}.dev0") < parse_version(f"{base}a0.dev0") < version
    assert version < parse_version(f"{base}+zzz") < parse_version(f"{base}+99999") < local
    assert local < parse_version(f"{base}.post0.dev0") < parse_version(f"{base}.post9+z") < last
    assert last < parse_version(f"{base}.0.1.dev0")
    assert (str(first), str(last), str(local)) == (base, base, f"{base}+")


@pytest.mark.parametrize(
    ("version", "kind", "expected"),
    [
        ("1.0", "local", "1.0.post0.dev0"),
        ("1.0.post1", "local", "1.0.post2.dev0"),
        ("1.0.dev3", "local", "1.0.dev4"),
        ("1.0a1", "local", "1.0a1.post0.dev0"),
        ("1.0", "min", "1.0.dev0"),
        ("1.0a1", "max", "1.0a2.dev0"),
        ("1.0", "max", None),
        ("1.0", "none", None),
    ],
)
def test_least_version_above_a_sentinel(version: str, kind: str, expected: str | None) -> None:
    parsed = parse_version(version)
    sentinels = {"local": parsed.local_sentinel(), "max": parsed.max_sentinel(), "none": parsed}
    sentinel = parsed.min_sentinel() if kind == "min" else sentinels[kind]
    successor = sentinel.successor()
    assert sentinel.sentinel == (None if kind == "none" else kind)
    assert (successor and str(successor)) == expected


def test_release_without_the_rest() -> None:
    version = parse_version("2!1.20.0rc1.post2.dev3+x")
    assert str(version.only_release()) == "1.20.0"
    assert str(version.only_release_trimmed()) == "1.20"
    assert str(parse_version("0.0").only_release_trimmed()) == "0"
    plain = parse_version("1.2")
    assert plain.only_release() is plain
    assert plain.only_release_trimmed() is plain


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bla", "expected version to start with a number, but no leading ASCII digits were found"),
        (
            "1!",
            (
                "expected version to have a non-empty release component after an epoch, "
                "but no ASCII digits after the epoch were found"
            ),
        ),
        ("1.", "after parsing `1`, found `.`, which is not part of a valid version"),
        ("1.0é", "after parsing `1.0`, found `é`, which is not part of a valid version"),
        ("1.0.*", "wildcards are not allowed in a version"),
        ("1.0.*.1", "wildcards are not allowed in a version"),
        (
            "1+a..b",
            (
                "found a `.` indicating the start of a local component in a version, "
                "but did not find any alphanumeric ASCII segment following the `.`"
            ),
        ),
        (
            "18446744073709551615",
            (
                "expected number less than or equal to 18446744073709551614, "
                'but number found in "18446744073709551615" exceeds it'
            ),
        ),
    ],
)
def test_errors_say_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(InvalidVersion) as caught:
        parse_version(text)
    assert str(caught.value) == message


def test_largest_number() -> None:
    assert parse_version(str(MAX_NUMBER)).release == (MAX_NUMBER,)
    assert parse_version("1+18446744073709551615").local == (2**64 - 1,)
    assert parse_version("1+18446744073709551616").local == ("18446744073709551616",)


def test_patterns() -> None:
    assert parse_version_pattern("1.2.*") == (parse_version("1.2"), True)
    assert parse_version_pattern("2!1.*") == (parse_version("2!1"), True)
    assert parse_version_pattern("1.2rc1") == (parse_version("1.2rc1"), False)
    with pytest.raises(InvalidVersion, match="wildcards in versions must be at the end"):
        parse_version_pattern("1.*.2")
    with pytest.raises(InvalidVersion, match=r"found `\.\*`"):
        parse_version_pattern("1.0a1.*")

"""Names of packages, extras and groups (PEP 503, PEP 508)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import InvalidName as PackagingInvalid
from packaging.utils import canonicalize_name

from ultraviolet.standards.errors import InvalidName
from ultraviolet.standards.names import dist_info_name, normalize_name, parse_extra_name


@pytest.mark.parametrize(
    "text", ["friendly-bard", "Friendly-Bard", "FRIENDLY.BARD", "friendly__bard", "FrIeNdLy-._.-bArD"]
)
def test_all_spellings_of_a_name_are_one(text: str) -> None:
    assert normalize_name(text) == "friendly-bard"


@given(st.text(alphabet="aZ9-_. é\n", max_size=8))
def test_agrees_with_packaging(text: str) -> None:
    try:
        expected: str | None = canonicalize_name(text, validate=True)
    except PackagingInvalid:
        expected = None
    try:
        actual: str | None = normalize_name(text)
    except InvalidName:
        actual = None
    if not text.endswith("\n"):  # packaging's pattern lets one line end through
        assert expected == actual


def test_the_error_quotes_the_name() -> None:
    with pytest.raises(InvalidName) as caught:
        parse_extra_name("-bad")
    assert str(caught.value) == (
        'Not a valid package or extra name: "-bad". Names must start and end with a letter or digit and may only '
        "contain -, _, ., and alphanumeric characters."
    )
    assert caught.value.text == "-bad"


def test_name_in_file_names() -> None:
    assert dist_info_name("foo-bar-1") == "foo_bar_1"

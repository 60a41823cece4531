"""Small JSON documents are read as the standard library reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ultraviolet.standards.small_json import InvalidJson, parse_small_json, quoted_json

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(value=VALUES, indent=st.none() | st.integers(0, 2), ascii_only=st.booleans())
def test_documents(value: object, indent: int | None, *, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert parse_small_json(text.encode("utf-8", "surrogatepass") if not ascii_only else text.encode()) == value


@given(data=st.binary(max_size=12) | st.text('{}[]":, \\ntrue01', max_size=12).map(str.encode))
def test_what_is_no_document(data: bytes) -> None:
    try:
        expected = json.loads(data)
    except ValueError:
        with pytest.raises(InvalidJson):
            parse_small_json(data)
    else:
        assert repr(parse_small_json(data)) == repr(expected)


@given(st.text())
def test_quoting(text: str) -> None:
    assert json.loads(quoted_json(text)) == text

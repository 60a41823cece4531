from __future__ import annotations

from typing import Any

import pytest

from ultraviolet.standards.direct_url import parse_direct_url
from ultraviolet.standards.entry_points import InvalidEntryPoints, parse_scripts
from ultraviolet.standards.record import format_record, parse_record, sort_rows


def test_record_round_trip_with_odd_paths() -> None:
    rows = [("a b.py", "sha256=x", "1"), ('q"uote.py', "", ""), ("com,ma.py", "", "3")]

    assert rows == parse_record(format_record(rows))
    assert parse_record("/abs/x,,\n") == [("abs/x", "", "")]


def test_rows_are_sorted_by_path_not_by_line() -> None:
    rows = [("a/b", "", ""), ("a-b", "", ""), ("a", "", ""), ("a+b", "", "")]

    sort_rows(rows)

    assert [row[0] for row in rows] == ["a", "a+b", "a-b", "a/b"]


def test_scripts_in_order() -> None:
    text = "; comment\n[console_scripts]\nb = m.n:f.g [x,y]\nA:a = m : f\n\n[other]\nq = whatever\n[gui_scripts]\nw = m:f\n"

    scripts = parse_scripts(text)

    assert [(s.name, s.module, s.function) for s in scripts.console] == [("b", "m.n", "f.g"), ("A:a", "m", "f")]
    assert scripts.console[0].import_name == "f"
    assert [s.name for s in scripts.gui] == ["w"]


@pytest.mark.parametrize(
    "text", ["[console_scripts]\nx = a\n", "[console_scripts]\nx = a:\n", "[console_scripts\nx = a:b\n"]
)
def test_malformed_entry_points(text: Any) -> None:
    with pytest.raises(InvalidEntryPoints):
        parse_scripts(text)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"url":"x"}', b'{"url":1,"dir_info":{}}'])
def test_malformed_direct_urls(data: Any) -> None:
    assert parse_direct_url(data) is None

"""TOML as uv reads it: the words and places of errors, and texts that survive unchanged."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from ultraviolet.standards.toml import TomlError, parse_toml
from ultraviolet.standards.toml_document import plain
from ultraviolet.standards.toml_parser import parse_document

ROWS: list[tuple[str, str | None]] = json.loads((Path(__file__).parent / "data" / "toml_errors.json").read_text())


@pytest.mark.parametrize(("text", "expected"), ROWS)
def test_error_is_that_of_uv(text: str, expected: str | None) -> None:
    if expected is None:
        parse_document(text)
        return
    with pytest.raises(TomlError) as caught:
        parse_toml(text)
    assert caught.value.message + "\n" == expected


TEXTS = [
    "",
    "# only a comment",
    "a = 1",
    "a=1 # x\n\n  b . c  =  [ 1,2 , # y\n 3 ]\n",
    "[a] # x\nb = { c = 1 , d.e = 'x' }\n\n[[a.f]]\n\n[[a.f]]\n[a.f.g]\n# end\n",
    'a = """\nx\\\n   y"""\n\'k\' = \'\'\'z\'\'\'\n"q\\n" = "\\u00e9"\n',
    "a = { b = 1, # comments are allowed\n  c = 2,\n}\n",
    "d = 1979-05-27T07:32:00Z\nt = 07:32:00\nf = 1_0.5e-3\nh = 0xFF\ni = -inf\nb = true\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_unchanged_document_is_written_as_it_was(text: str) -> None:
    written = parse_document(text).to_text()
    assert written.rstrip("\n") == text.rstrip("\n")


@pytest.mark.parametrize("text", [text for text in TEXTS if "comments are allowed" not in text])
def test_data_is_that_of_tomllib(text: str) -> None:
    assert plain(parse_document(text).root) == tomllib.loads(text)


def test_multi_line_inline_tables_are_read() -> None:
    assert parse_toml("a = {\n  b = 1,\n}\n") == {"a": {"b": 1}}

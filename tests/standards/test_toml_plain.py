"""The quick reader of plain TOML: it answers as the full one, or not at all."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ultraviolet.standards.toml_plain import parse_plain_toml

PLAIN = """\
# A manifest.
[project]
name = "demo"   # its name
version = '1.0'
dependencies = [
    "flask>=3",  # the web
    'click ; python_version < "3.12"',
]
numbers = [0, -7, 12]
escapes = ["a; b < \\"3\\"", "\\\\", "\\"", '\\']
[project.optional-dependencies]
dev = []

[tool.ruff.lint]
select = ["ALL"]
fix = true
[tool.ruff.lint.per-file-ignores]
"tests/**" = ["D"]
[tool]
[tool.uv]
sources = { flask = { git = "https://x/y", rev = "1" }, other = {} }
[[tool.uv.index]]
name = "a"
[[tool.uv.index]]
name = "b"
explicit = false
[tool.uv.index.extra]
deep = 1
"""


def test_a_manifest_is_plain() -> None:
    assert parse_plain_toml(PLAIN) == tomllib.loads(PLAIN)
    assert parse_plain_toml(PLAIN.rstrip("\n")) == tomllib.loads(PLAIN)
    assert parse_plain_toml("") == {}


LEFT_TO_THE_FULL_READER = (
    "a.b = 1", "a = 1.5", "a = 1_000", "a = 0x1", "a = 2020-01-01", 'a = "\\n"', 'a = """x"""', "a = '''x'''", '"" = """"',
    "a = +1", "a = inf", "['a']\nb = 1", "a = 1\r\n", "a = 007", "a = -0",
)  # fmt: skip
WRONG = (
    "a", "a =", "a = 1\na = 2", "[a]\n[a]", "[a]\nb = 1\n[a.b]", "a = []\n[[a]]", "[[a]]\n[a]", "a = {b = 1}\n[a.c]",
    "a = 1 b = 2", "[a", "[]", "[a.]", "[[a]", "a = [1", "a = [1 2]", "a = {b = 1", "a = {b = 1,}", "a = {,}", "a = [,]",
    'a = "x', "a = x", "= 1", "a = {b = 1, b = 2}", "a = {\nb = 1}", "a = tru", "a = \x01", "[a]]", "[a] b", "[a\n]", "[[a]\n]",
)  # fmt: skip


@pytest.mark.parametrize("text", LEFT_TO_THE_FULL_READER + WRONG)
def test_other_texts_are_left_to_the_full_reader(text: str) -> None:
    assert parse_plain_toml(text) is None


PIECES = st.sampled_from(
    ["[a]", "[a.b]", "[[a]]", "[[a.b]]", "[b]", "[a.b.c]", "a", "b", "c", "'a'", '"b.c"', "=", "=", "=", " ", "\n", "\n", "\n",
     "1", "-1", "0", "00", "true", "false", '"x"', "'y'", '""', "''", '"', "'", "[", "]", "{", "}", ",", ",", "#", ".", "\\", '\\"',
     "\t", "é", "\x7f", "\u2028", "1979-05-27", "1.0", "_", "a = 1\n", "b = []\n", "c = {a = 1}\n", "a = [1, 2,]\n"]
)  # fmt: skip
MANIFESTS = st.lists(st.integers(0, len(PLAIN)), max_size=3)


def full(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError):
        return None


@given(st.lists(PIECES, max_size=14).map("".join))
@example("[a.b]\n[a]\nb = 1\n")
def test_never_another_answer(text: str) -> None:
    answer = parse_plain_toml(text)

    assert answer is None or repr(answer) == repr(full(text))


@given(MANIFESTS, st.lists(PIECES, max_size=3))
def test_never_another_answer_to_damaged_manifests(places: list[int], pieces: list[str]) -> None:
    text = PLAIN
    for place, piece in zip(places, pieces, strict=False):
        text = text[:place] + piece + text[place + 1 :]
    answer = parse_plain_toml(text)

    assert answer is None or repr(answer) == repr(full(text))

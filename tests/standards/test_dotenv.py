"""Environment files in dotenvy's dialect."""

from __future__ import annotations

import pytest

from ultraviolet.standards.dotenv import InvalidLine, parse_env_text

ENVIRON = {"HOME": "/home/x"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1\nB=2\n", [("A", "1"), ("B", "2")]),
        ("# c\n\n  A = 1 # c\n", [("A", "1")]),
        ("export A=1\nexport=2\n", [("A", "1"), ("export", "2")]),
        ("A=\nB=#x\n", [("A", ""), ("B", "")]),
        ("A=a#b\n", [("A", "a#b")]),
        ("A='a $HOME \\n'\n", [("A", "a $HOME \\n")]),
        ('A="a\\n\\"b\\""\n', [("A", 'a\n"b"')]),
        ('A="x ${HOME}/y"\n', [("A", "x /home/x/y")]),
        ("A=1\nB=$A-${A}$HOME\n", [("A", "1"), ("B", "1-1/home/x")]),
        ("A=$NONE.\n", [("A", ".")]),
        ("A='one\ntwo'\nB=3\n", [("A", "one\ntwo"), ("B", "3")]),
        ("A.b_1=x\r\nB=y\r\n", [("A.b_1", "x"), ("B", "y")]),
        ("A=a\\ b\\$c\n", [("A", "a b$c")]),
        ("", []),
    ],
)
def test_values(text: str, expected: list[tuple[str, str]]) -> None:
    assert expected == list(parse_env_text(text, ENVIRON))


@pytest.mark.parametrize(
    ("text", "line", "position", "before"),
    [
        ("A=1\nTHE_^X=1\nB=2\n", "THE_^X=1", 4, [("A", "1")]),
        ("A B\n", "A B", 2, []),
        ("=1\n", "=1", 0, []),
        ("A=b c\n", "b c", 2, []),
        ("A=\\x\n", "\\x", 1, []),
        ("A='b\n", "A='b\n", 5, []),
        ("A=${b\n", "${b", 2, []),
        ("A=1 ", "A=1 ", 4, []),
    ],
)
def test_first_mistake_ends_the_file(text: str, line: str, position: int, before: list[tuple[str, str]]) -> None:
    found = []
    pairs = parse_env_text(text, ENVIRON)
    for _ in before:
        found.append(next(pairs))  # noqa: PERF401 - what was read before the mistake counts
    with pytest.raises(InvalidLine) as caught:
        next(pairs)

    assert (line, position, before) == (caught.value.line, caught.value.position, found)

"""Hypothesis strategies for versions and specifiers, drawn from few numbers so that near misses are common."""

from __future__ import annotations

from hypothesis import strategies as st

from ultraviolet.standards.errors import InvalidSpecifier
from ultraviolet.standards.specifiers import parse_specifier

numbers = st.integers(0, 3)


@st.composite
def version_texts(draw: st.DrawFn, *, local: bool = True) -> str:
    """Spell a version in normal form."""
    text = ".".join(map(str, draw(st.lists(numbers, min_size=1, max_size=3))))
    if draw(st.integers(0, 9)) == 0:
        text = f"{draw(st.integers(1, 2))}!{text}"
    if draw(st.integers(0, 2)) == 0:
        text += f"{draw(st.sampled_from(['a', 'b', 'rc']))}{draw(numbers)}"
    if draw(st.integers(0, 3)) == 0:
        text += f".post{draw(numbers)}"
    if draw(st.integers(0, 3)) == 0:
        text += f".dev{draw(numbers)}"
    if local and draw(st.integers(0, 4)) == 0:
        text += "+" + ".".join(draw(st.lists(st.sampled_from(["1", "2", "10", "a", "ab"]), min_size=1, max_size=2)))
    return text


@st.composite
def specifier_texts(draw: st.DrawFn) -> str:
    """Spell one legal specifier other than ``===``."""
    operator = draw(st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "~=", "==*", "!=*"]))
    if operator in {"==*", "!=*"}:
        return operator[:2] + ".".join(map(str, draw(st.lists(numbers, min_size=1, max_size=3)))) + ".*"
    text = draw(version_texts(local=operator in {"==", "!="}))
    try:
        parse_specifier(operator + text)
    except InvalidSpecifier:  # one segment is too few for `~=`
        operator = ">="
    return operator + text


specifier_lists = st.lists(specifier_texts(), max_size=4).map(",".join)

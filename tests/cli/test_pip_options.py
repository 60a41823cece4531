"""Every option of the pip commands and of ``uv venv`` does what it does in uv, and does something.

``UV_UNDER_TEST=/path/to/uv UPDATE_SNAPSHOTS=1`` records what a uv 0.12.5 executable does.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import pytest
from tests.support.cli import SNAPSHOTS
from tests.support.option_cases import Case, read_cases, record
from tests.support.scenes import UNDER_TEST

from ultraviolet.cli import registry
from ultraviolet.cli.grammar.shared import GLOBALS, PIP_GLOBALS

CASES = read_cases()
SEPARATOR = "\n===== with the options\n"
COMMANDS = [*(("pip", name) for name in registry.COMMANDS["pip",]), ("venv",)]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_option_has_a_case(path: tuple[str, ...]) -> None:
    shared = {option["long"] for option in (*GLOBALS, *PIP_GLOBALS)}
    own = {option["long"] for option in registry.grammar(path)["options"]}
    cases = {option for case in CASES if case.command == path[-1] for option in case.options}

    assert sorted(own - shared - cases) == []
    assert sorted(cases - own) == []


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_every_option_has_an_effect(case: Case) -> None:
    without, chosen = _recorded(case)

    assert (without.partition("\n")[2] == chosen.partition("\n")[2]) == (case.reason is not None)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_options(case: Case, tmp_path: Path) -> None:
    if UNDER_TEST is not None and os.environ.get("UPDATE_SNAPSHOTS"):
        texts = [record(tmp_path, case, chosen=chosen, program=UNDER_TEST) for chosen in (False, True)]
        _snapshot(case).parent.mkdir(parents=True, exist_ok=True)
        _snapshot(case).write_text(SEPARATOR.join(texts), encoding="utf-8")
    _compare(_recorded(case)[1], record(tmp_path, case, chosen=True, program=UNDER_TEST))


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_same_without_the_options(case: Case, tmp_path: Path) -> None:
    _compare(_recorded(case)[0], record(tmp_path, case, chosen=False, program=UNDER_TEST))


def _snapshot(case: Case) -> Path:
    return SNAPSHOTS / "options" / f"{case.name}.txt"


def _recorded(case: Case) -> tuple[str, str]:
    without, _, chosen = _snapshot(case).read_text(encoding="utf-8").partition(SEPARATOR)
    return without, chosen


def _compare(expected: str, actual: str) -> None:
    if expected != actual:
        difference = difflib.unified_diff(expected.splitlines(), actual.splitlines(), "uv", "here", lineterm="", n=9)
        pytest.fail("\n".join(difference), pytrace=False)

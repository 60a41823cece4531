"""Every option of the pip commands and of ``uv venv`` does what it does in uv, and does something.

``UV_UNDER_TEST=/path/to/uv UPDATE_SNAPSHOTS=1`` records what a uv 0.12.5 executable does.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.cli import SNAPSHOTS
from tests.support.option_cases import Case, Market, read_cases, record
from tests.support.scenes import UNDER_TEST

from ultraviolet.cli import registry
from ultraviolet.cli.grammar.shared import GLOBALS, PIP_GLOBALS

CASES = read_cases()
SEPARATOR = "\n===== with the options\n"
COMMANDS = [*(("pip", name) for name in registry.COMMANDS["pip",]), ("venv",)]


@pytest.fixture(scope="module")
def market() -> Iterator[Market]:
    with Market() as opened:
        yield opened


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
def test_options(case: Case, market: Market, tmp_path: Path) -> None:
    if UNDER_TEST is not None and os.environ.get("UPDATE_SNAPSHOTS"):
        texts = [record(tmp_path, case, market, chosen=chosen, program=UNDER_TEST) for chosen in (False, True)]
        _snapshot(case).parent.mkdir(parents=True, exist_ok=True)
        _snapshot(case).write_text(SEPARATOR.join(texts), encoding="utf-8")
        return
    _compare(_recorded(case)[1], record(tmp_path, case, market, chosen=True, program=UNDER_TEST))


_SEEN: dict[str, str] = {}
"""What commands did without options, by the ground they stood on."""


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_same_without_the_options(case: Case, market: Market, tmp_path: Path) -> None:
    if case.ground not in _SEEN:
        _SEEN[case.ground] = record(tmp_path, case, market, chosen=False, program=UNDER_TEST)
    _compare(_recorded(case)[0], _SEEN[case.ground])


def _by_variable() -> list[tuple[Case, str, str]]:
    """Return the cases whose option has a variable, with its name and value."""
    found = []
    for case in CASES:
        path = next(path for path in COMMANDS if path[-1] == case.command)
        option = next(row for row in registry.grammar(path)["options"] if row["long"] == case.options[0])
        variable = option.get("env") or option.get("settings_env")
        words = case.words.split(" ", 1)
        if variable is not None and len(case.options) == 1 and variable not in _SET_ALREADY:
            found.append((case, variable, words[1] if "value" in option else "1"))
    return found


_SET_ALREADY = {"UV_INDEX_URL", "UV_PYTHON", "UV_EXCLUDE_NEWER_PACKAGE"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "variable", "value"), _by_variable(), ids=[case.name for case, _, _ in _by_variable()]
)
def test_variables_do_what_options_do(case: Case, variable: str, value: str, market: Market, tmp_path: Path) -> None:
    actual = record(tmp_path, case, market, chosen=False, program=UNDER_TEST, variables={variable: value})

    _compare(_outcome(_recorded(case)[1]), _outcome(actual))


_SETTINGS = {
    "config-setting": ("config-settings", "{{ lib = '1.0' }}"),
    "config-settings-package": ("config-settings-package", "{{ source = {{ lib = '1.0' }} }}"),
    "exclude-newer-package": (
        "exclude-newer-package",
        "{{ lib = '2024-03-01T00:00:00Z', pip = '2024-03-01T00:00:00Z' }}",
    ),
    "no-verify-hashes": ("verify-hashes", "false"),
    "extra": ("extra", "['{}']"),
    "group": ("group", "['{}']"),
    "extra-index-url": ("extra-index-url", "['{}']"),
    "find-links": ("find-links", "['{}']"),
    "no-binary": ("no-binary", "['{}']"),
    "only-binary": ("only-binary", "['{}']"),
    "upgrade-package": ("upgrade-package", "['{}']"),
    "reinstall-package": ("reinstall-package", "['{}']"),
    "no-build-isolation-package": ("no-build-isolation-package", "['{}']"),
    "no-sources-package": ("no-sources-package", "['{}']"),
    "no-emit-package": ("no-emit-package", "['{}']"),
}
_NO_SETTING = {
    *("python", "index", "default-index", "constraints", "overrides", "excludes", "build-constraints"),
    *("index-url", "extra-index-url", "no-index"),  # a variable says otherwise
    *("target", "prefix", "system"),  # would hold for what comes before, too
    "verify-hashes",  # the opposite is given as an option
}


def _by_setting() -> list[tuple[Case, str]]:
    """Return the cases whose option is a setting of ``[tool.uv.pip]``, with its line."""
    from ultraviolet.settings.schema import PIP_CHECKS

    found = []
    for case in CASES:
        option = case.options[0][2:]
        if len(case.options) > 1 or "uv.toml" in case.files or "pyproject.toml" in case.files:
            continue
        name, template = _SETTINGS.get(option, (option, None))
        if name not in PIP_CHECKS or option in _NO_SETTING or case.command == "check":
            continue
        words = case.words.split(" ", 1)
        value = words[1].strip("'") if len(words) > 1 else None
        if template is None:
            template = "true" if value is None else "'{}'"
        found.append((case, f"{name} = {template.format(value)}"))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("case", "setting"), _by_setting(), ids=[case.name for case, _ in _by_setting()])
def test_settings_do_what_options_do(case: Case, setting: str, market: Market, tmp_path: Path) -> None:
    actual = record(tmp_path, case, market, chosen=False, program=UNDER_TEST, setting=setting)

    _compare(_outcome(_recorded(case)[1]), _outcome(actual))


def _outcome(text: str) -> str:
    return text.partition("\n")[2].rstrip("\n")


def _snapshot(case: Case) -> Path:
    return SNAPSHOTS / "options" / f"{case.name}.txt"


def _recorded(case: Case) -> tuple[str, str]:
    without, _, chosen = _snapshot(case).read_text(encoding="utf-8").partition(SEPARATOR)
    return without, chosen


def _compare(expected: str, actual: str) -> None:
    if expected != actual:
        difference = difflib.unified_diff(expected.splitlines(), actual.splitlines(), "uv", "here", lineterm="", n=9)
        pytest.fail("\n".join(difference), pytrace=False)

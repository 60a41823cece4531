"""Messages about command lines, compared with what uv prints for the same words."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from tests.support.cli import Outcome, assert_snapshot, clean_environment, run_cli

CASES: dict[str, list[str]] = {
    "unknown_arguments": [
        "sync --foo",
        "sync --offline --reslution=foo",
        "sync -zz",
        "sync x",
        "sync -- x",
        "sync --extra x --bar",
        "sync --offline --all-packages --package foo --verbos",
        "pip install -z",
        "pip install --zzz",
        "pip install --pythn 3 x",
        "--frozen sync",
        "format x",
        "format --zz -- x",
        "run --frozn x",
        "run --zz x",
        "help --zz",
        "tree --depth -1",
        "init x --lib --backend hatch",
        "init --backend=hatch",
        "tool uvx --zz",
    ],
    "values": [
        "sync --resolution=foo",
        "sync --link-mode reflinks",
        "sync --frozen=x",
        "sync --offline --frozen=x",
        "sync --color",
        "sync --extra",
        "sync --extra=''",
        "sync --package 'x y'",
        "sync --directory=",
        "sync --prerelease-package foo",
        "sync --prerelease-package a=foo",
        "sync --exclude-newer foo",
        "sync --exclude-newer-package foo",
        "sync --config-settings-package foo",
        "sync --upgrade-package !",
        "sync --index-url 'http://[x'",
        "sync --default-index @=x",
        "add x --config-setting foo",
        "tree --depth x",
        "tree --depth 300",
        "pip install --no-binary @ x",
        "pip compile --group @: -",
        "pip compile - --python-version x",
        "version --bump foo",
        "version --bump alpha=x",
        "remove 'a b'",
        "generate-shell-completion foo",
    ],
    "conflicts_and_requirements": [
        "sync --all-extras --extra foo --offline",
        "sync --all-extras --only-group x --extra y",
        "sync --locked --frozen",
        "sync --frozen --frozen",
        "sync --color always --color never",
        "sync -q -v",
        "version 1 --bump major",
        "add x --tag a --branch b",
        "add",
        "remove",
        "pip install",
        "pip uninstall",
        "auth helper get",
        "tool audit",
    ],
    "subcommands": ["install", "pip instal", "cache list", "foo", "synk", "-- sync", "--offline", "pip -z"],
}


@pytest.mark.parametrize("name", CASES)
def test_message_is_that_of_uv(name: str, tmp_path: Path) -> None:
    outcomes = [run_cli(*shlex.split(case), cwd=tmp_path) for case in CASES[name]]

    assert all(outcome.exit_code == 2 and not outcome.stdout for outcome in outcomes)
    assert_snapshot(f"usage_{name}", *outcomes)


def test_variable_stands_in_for_an_option(tmp_path: Path) -> None:
    def run(*words: str, **variables: str) -> Outcome:
        return run_cli(*words, cwd=tmp_path, env=clean_environment(tmp_path, **variables))

    assert_snapshot(
        "usage_variables",
        run("sync", UV_NO_CACHE="foo"),
        run("sync", UV_NO_BUILD="foo"),
        run("sync", UV_RESOLUTION="foo"),
        run("lock", UV_NO_GROUP="a @"),
    )


def test_colours_follow_the_environment(tmp_path: Path) -> None:
    colored = run_cli("sync", "--foo", cwd=tmp_path, env=clean_environment(tmp_path, FORCE_COLOR="1"))
    plain = run_cli("sync", "--foo", cwd=tmp_path, env=clean_environment(tmp_path, FORCE_COLOR="1", NO_COLOR="1"))

    assert colored.stderr.startswith("\x1b[1m\x1b[31merror:\x1b[0m unexpected argument '\x1b[33m--foo\x1b[0m' found")
    assert "\x1b" not in plain.stderr


def test_what_is_not_written_yet_is_refused_by_name(tmp_path: Path) -> None:
    outcome = run_cli("tool", "install", "ruff", cwd=tmp_path)

    assert (outcome.exit_code, outcome.stderr) == (2, "error: `uv tool install` is not yet supported\n")

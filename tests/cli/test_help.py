"""Help: layout, wrapping, completeness, and what it costs to print."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_parser import every_command
from tests.support.cli import assert_snapshot, clean_environment, imported_modules, run_cli, run_process

from ultraviolet.cli import registry
from ultraviolet.cli.arguments import Level
from ultraviolet.cli.help import help_text, wrap
from ultraviolet.cli.helptexts import ARGUMENTS, COMMANDS, OPTIONS, SPECIFIC
from ultraviolet.cli.usage import plain


def test_help_pages(tmp_path: Path) -> None:
    assert_snapshot(
        "help",
        run_cli("--help", cwd=tmp_path),
        run_cli("pip", "install", "-h", cwd=tmp_path),
        run_cli("cache", cwd=tmp_path),
        run_cli("help", cwd=tmp_path),
        run_cli("help", "cache", "size", cwd=tmp_path),
        run_cli("help", "pip", cwd=tmp_path),
        run_cli("help", "help", cwd=tmp_path),
        run_cli("help", "pip", "foo", cwd=tmp_path),
        run_cli("help", "foo", cwd=tmp_path),
    )


def test_help_is_wrapped_at_the_columns_of_the_environment(tmp_path: Path) -> None:
    outcome = run_process("sync", "-h", cwd=tmp_path, env=clean_environment(tmp_path, COLUMNS="60"))

    lines = [line for line in outcome.stdout.split("\n") if "<" not in line]
    assert max(map(len, lines)) <= 60


def test_words_are_not_broken() -> None:
    assert wrap("aaa bbb cccccccccc d", 8) == ["aaa bbb", "cccccccccc", "d"]


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_everything_shown_has_a_text(path: tuple[str, ...]) -> None:
    command = " ".join(path)
    level = Level(registry.grammar(path), "uv")

    assert COMMANDS[command]
    for option in level.options:
        if not option.get("hidden"):
            assert OPTIONS.get(option["long"]) or SPECIFIC.get(f"{command} {option['long']}"), option["long"]
    for row in level.positionals:
        assert ARGUMENTS[f"{command} {row['name']}"]
    assert plain(help_text(level, {})).startswith(COMMANDS[command])


@pytest.mark.parametrize("name", SPECIFIC)
def test_specific_text_belongs_to_an_option(name: str) -> None:
    command, _, option = name.rpartition(" ")

    assert option in Level(registry.grammar(tuple(command.split())), "uv").longs


def test_versions(tmp_path: Path) -> None:
    assert_snapshot(
        "version",
        run_cli("--version", cwd=tmp_path),
        run_cli("self", "version", cwd=tmp_path),
        run_cli("self", "version", "--short", cwd=tmp_path),
        run_cli("self", "version", "--output-format", "json", cwd=tmp_path),
    )


HEAVY = {
    "argparse",
    "asyncio",
    "concurrent.futures",
    "dataclasses",
    "email",
    "json",
    "msgspec",
    "packaging",
    "re",
    "rich",
    "shutil",
    "ssl",
    "subprocess",
    "tempfile",
    "tomllib",
    "typing",
    "urllib.parse",
    "ultraviolet.http",
    "ultraviolet.resolver",
    "ultraviolet.workspace",
}


@pytest.mark.parametrize(
    "words", [("--version",), ("--help",), ("sync", "--help"), ("help", "add"), ("cache", "dir"), ("self", "version")]
)
def test_start_imports_nothing_heavy(words: tuple[str, ...], tmp_path: Path) -> None:
    modules = imported_modules(*words, cwd=tmp_path)

    assert "ultraviolet.cli.parser" in modules
    assert set() == HEAVY & modules


def test_one_command_does_not_import_the_tables_of_others(tmp_path: Path) -> None:
    modules = imported_modules("cache", "dir", cwd=tmp_path)
    tables = {name.rpartition(".")[2] for name in modules if name.startswith("ultraviolet.cli.grammar.")}

    assert {"model", "shared", "root", "cache", "cache_dir"} == tables


def test_python_dash_m(tmp_path: Path) -> None:
    outcome = run_process("--version", cwd=tmp_path)

    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert outcome.stdout.startswith("uv 0.12.5 (ultraviolet ")


def test_cache_dir(tmp_path: Path) -> None:
    def cache_dir(*words: str, **variables: str) -> str:
        return run_cli(
            "cache", "dir", *words, cwd=tmp_path, env=clean_environment(tmp_path, **variables)
        ).stdout.strip()

    assert f"{tmp_path}/.cache/ultraviolet" == cache_dir()
    assert cache_dir(XDG_CACHE_HOME="/x") == "/x/ultraviolet"
    assert cache_dir(UV_CACHE_DIR="c") == "c"  # as given
    assert cache_dir("--cache-dir", "/d", UV_CACHE_DIR="c") == "/d"
    (tmp_path / "uv.toml").write_text('cache-dir = "/e"\n')
    assert cache_dir() == "/e"
    assert cache_dir(UV_CACHE_DIR="/d") == "/d"

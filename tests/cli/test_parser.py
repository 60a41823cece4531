"""What the parser makes of correct command lines."""

from __future__ import annotations

import pytest

from ultraviolet.cli import registry
from ultraviolet.cli.arguments import Arguments, HelpRequested, Level
from ultraviolet.cli.parser import parse
from ultraviolet.cli.usage import UsageError


def read(*words: str, program: str = "uv", **variables: str) -> Arguments:
    return parse(words, variables, program)


def test_command_and_aliases() -> None:
    assert read("pip", "ls").path == ("pip", "list")
    assert read("virtualenv").path == ("venv",)
    assert read("cache", "clear").command == "cache clean"


def test_forms_of_a_value() -> None:
    for words in (["-p", "3.12"], ["-p3.12"], ["-p=3.12"], ["--python", "3.12"], ["--python=3.12"]):
        assert read("sync", *words).one("--python") == "3.12"


def test_combined_short_flags_and_a_value() -> None:
    arguments = read("pip", "install", "-qUr", "requirements.txt")

    assert (
        arguments.count("--quiet"),
        arguments.flag("--upgrade"),
        arguments.many("--requirements"),
    ) == (1, True, ["requirements.txt"])


def test_counted_flags_add_up() -> None:
    assert read("sync", "-v", "-vv").count("--verbose") == 3


def test_repeated_and_delimited_values() -> None:
    assert read("sync", "--extra", "a,b", "--extra", "c").many("--extra") == ["a", "b", "c"]
    assert read("sync", "--extra-index-url", "https://a https://b").many("--extra-index-url") == [
        "https://a",
        "https://b",
    ]


def test_names_come_back_normalised() -> None:
    assert read("sync", "--package", "Foo__Bar").many("--package") == ["foo-bar"]


def test_later_flag_of_a_pair_wins() -> None:
    assert read("sync", "--upgrade", "--no-upgrade").switch("--upgrade", "--no-upgrade") is False
    assert read("sync", "--no-upgrade", "--upgrade").switch("--upgrade", "--no-upgrade") is True
    assert read("sync").switch("--upgrade", "--no-upgrade") is None


def test_alias_of_an_option_and_of_a_choice() -> None:
    arguments = read("pip", "install", "--force-reinstall", "--index-strategy=first-match", "a")

    assert arguments.flag("--reinstall")
    assert arguments.one("--index-strategy") == "first-index"


def test_global_options_anywhere() -> None:
    assert read("--offline", "sync").flag("--offline")
    assert read("sync", "--offline").flag("--offline")
    assert read("--cache-dir", "a", "pip", "--cache-dir=b", "list").one("--cache-dir") == "b"


def test_option_of_pip_before_and_after_its_command() -> None:
    assert read("pip", "--cert", "x", "list").one("--cert") == "x"
    assert read("pip", "list", "--cert", "x").one("--cert") == "x"


def test_words_after_a_double_dash_are_arguments() -> None:
    assert read("add", "--", "--foo", "-q").many("packages") == ["--foo", "-q"]


def test_variable_is_used_unless_the_option_is_given() -> None:
    assert read("sync", UV_CACHE_DIR="/a").one("--cache-dir") == "/a"
    assert read("sync", "--cache-dir", "/b", UV_CACHE_DIR="/a").one("--cache-dir") == "/b"
    assert read("sync", UV_CACHE_DIR="/a").source("--cache-dir") == "environment"


def test_variable_of_a_flag_may_say_no() -> None:
    assert not read("sync", UV_NO_CACHE="0").flag("--no-cache")
    assert read("sync", UV_NO_CACHE="On").flag("--no-cache")


def test_variable_takes_part_in_conflicts() -> None:
    with pytest.raises(UsageError, match="cannot be used with"):
        read("pip", "install", "--no-system", "x", UV_SYSTEM_PYTHON="1", UV_BREAK_SYSTEM_PACKAGES="1")


def test_defaults() -> None:
    assert read("pip", "list").one("--format") == "columns"
    assert read("tree").one("--depth") == 255


@pytest.mark.parametrize("words", [("run", "--frozen"), ("tool", "run", "--offline")])
def test_child_command_line_begins_at_the_first_word(words: tuple[str, ...]) -> None:
    arguments = read(*words, "pytest", "-q", "--frozen=x", "--")

    assert arguments.external == ["pytest", "-q", "--frozen=x", "--"]
    assert arguments.count("--quiet") == 0


def test_child_command_line_after_a_double_dash() -> None:
    assert read("run", "--", "--version", "x").external == ["--version", "x"]
    assert read("run").external is None


def test_uvx_is_a_command_of_its_own() -> None:
    arguments = read("--from", "black", "blackd", program="uvx")

    assert (arguments.path, arguments.one("--from"), arguments.external) == (("tool", "uvx"), "black", ["blackd"])


@pytest.mark.parametrize(
    ("words", "action"), [(["sync", "-h"], "help"), (["--version"], "version"), (["pip"], "missing")]
)
def test_help_is_asked_for(words: list[str], action: str) -> None:
    with pytest.raises(HelpRequested) as request:
        read(*words)

    assert action == request.value.action


def every_command() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for path in found:
        found += [(*path, name) for name in registry.COMMANDS.get(path, ())]
    return found


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_table_is_consistent(path: tuple[str, ...]) -> None:
    level = Level(registry.grammar(path), "uv")
    names = [option["long"] for option in level.options]
    known = set(names) | set(level.by_name)

    assert path == level.path
    assert len(names) == len(set(names))
    for option in level.options:
        for other in (*option.get("conflicts", ()), *option.get("overrides", ()), *option.get("requires", ())):
            assert other in known, f"{option['long']} names {other}"
        assert set(option.get("groups", ())) <= set(level.command.get("groups", {}))

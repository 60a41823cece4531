"""The parts of ``pip compile`` output that need no resolution."""

from __future__ import annotations

import pytest

from ultraviolet.distributions.indexes import IndexLocation, IndexLocations
from ultraviolet.operations.compile_output import command_line, header, preamble
from ultraviolet.resolver.options import BuildPolicy
from ultraviolet.standards.names import PackageName

COMMANDS = [
    ("pip compile a.in -o a.txt", "uv pip compile a.in -o a.txt"),
    ("pip compile -U a.in -P b --upgrade-package=c -Pd", "uv pip compile a.in"),
    ("pip compile -q --quiet -v --no-progress -qq a.in", "uv pip compile -qq a.in"),
    ("pip compile a.in -i URL --extra-index-url=URL --default-index URL", "uv pip compile a.in"),
    ("pip compile a.in -f DIR --find-links=DIR", "uv pip compile a.in"),
]


@pytest.mark.parametrize(("words", "kept"), COMMANDS)
def test_the_header_leaves_out_what_concerns_one_run(words: str, kept: str) -> None:
    assert command_line(words.split(), index_url=False, find_links=False) == kept


def test_emitted_indexes_stay_in_the_header() -> None:
    words = ["pip", "compile", "a.in", "-i", "URL", "-f", "DIR"]
    assert command_line(words, index_url=True, find_links=True) == "uv pip compile a.in -i URL -f DIR"


def test_comments_are_coloured_line_by_line() -> None:
    assert header("x", lambda text: f"<{text}>").splitlines()[1] == "<#    x>"


def test_the_preamble_states_indexes_and_build_options() -> None:
    locations = IndexLocations(
        indexes=(
            IndexLocation(url="https://a/simple", given="https://${A}/simple"),
            IndexLocation(url="https://b/simple", default=True),
        ),
        find_links=(IndexLocation(url="file:///links", given="./links", flat=True),),
    )
    policy = BuildPolicy(no_binary=True, no_build_packages=frozenset({PackageName("b"), PackageName("a")}))

    text = preamble(locations, policy, index_url=True, find_links=True, build_options=True)

    assert text == (
        "--index-url https://b/simple\n"
        "--extra-index-url https://${A}/simple\n"
        "--find-links ./links\n"
        "--no-binary :all:\n"
        "--only-binary a\n"
        "--only-binary b\n"
        "\n"
    )


def test_an_empty_preamble_has_no_blank_line() -> None:
    assert preamble(IndexLocations(), BuildPolicy(), index_url=False, find_links=False, build_options=True) == ""

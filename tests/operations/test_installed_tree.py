"""Trees of installed packages: cycles, repetitions, and bounds put together."""

from __future__ import annotations

import pytest
from tests.support.environments import running_interpreter

from ultraviolet.operations.installed_tree import Installed, TreeOptions, draw_tree, simplified
from ultraviolet.standards.names import parse_package_name
from ultraviolet.standards.requirements import parse_requirement
from ultraviolet.standards.specifiers import parse_specifier
from ultraviolet.standards.versions import parse_version


def installed(name: str, *requires: str, version: str = "1") -> Installed:
    return Installed(parse_package_name(name), parse_version(version), tuple(map(parse_requirement, requires)))


def drawn(*nodes: Installed, **options: object) -> str:
    tree = draw_tree(nodes, running_interpreter().marker_environment, TreeOptions(**options))  # type: ignore[arg-type]
    text = "\n".join(line.edge + line.text for line in tree.lines)
    return text + ("\n(*)" if tree.has_repetitions else "")


def test_a_cycle_is_cut_open() -> None:
    assert drawn(installed("a", "b"), installed("b", "c"), installed("c", "a")) in {
        "a v1\n└── b v1\n    └── c v1\n        └── a v1 (*)\n(*)",
        "b v1\n└── c v1\n    └── a v1\n        └── b v1 (*)\n(*)",
        "c v1\n└── a v1\n    └── b v1\n        └── c v1 (*)\n(*)",
    }


def test_what_leads_into_a_cycle_is_the_root() -> None:
    assert drawn(installed("a", "b"), installed("b", "a"), installed("root", "b")).startswith("root v1\n└── b v1\n")


def test_packages_are_drawn_once_unless_asked_otherwise() -> None:
    nodes = [installed("x", "b"), installed("y", "b"), installed("b", "c"), installed("c")]
    assert drawn(*nodes) == "x v1\n└── b v1\n    └── c v1\ny v1\n└── b v1 (*)\n(*)"
    assert drawn(*nodes, dedupe=False) == "x v1\n└── b v1\n    └── c v1\ny v1\n└── b v1\n    └── c v1"


def test_requirements_that_do_not_hold_are_no_edges() -> None:
    assert drawn(installed("a", "b>1", "c; python_version < '3'", "a"), installed("b"), installed("c")) == (
        "a v1\n└── a v1 (*)\nb v1\nc v1\n(*)"
    )


def test_two_versions_of_one_package_are_two_nodes() -> None:
    nodes = [installed("a", "b"), installed("b"), installed("b", version="2")]
    assert drawn(*nodes) == "a v1\n├── b v1\n└── b v2"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([">=1", ">=2"], ">=2"),
        ([">=1", ">1"], ">1"),
        ([">1", ">=1"], ">1"),
        (["<=1", "<1"], "<1"),
        (["<2", "<1"], "<1"),
        ([">=1", "!=1.5", "<2", ">=1", "!=1.5"], ">=1, !=1.5, <2"),
        (["~=1.2", "==1.*"], "==1.*, ~=1.2"),
        ([], ""),
    ],
)
def test_bounds_that_others_imply_are_dropped(given: list[str], expected: str) -> None:
    assert simplified(map(parse_specifier, given)).text(", ") == expected

"""The range of Python versions of a project: text, bounds, narrowing and splitting, compared with uv."""

from __future__ import annotations

from pathlib import Path

import pytest

from ultraviolet.standards.markers import TRUE, parse_marker
from ultraviolet.standards.requires_python import (
    RequiresPython,
    missing_warning,
    tilde_warning,
    unbounded_warning,
)
from ultraviolet.standards.specifiers import parse_specifiers
from ultraviolet.standards.versions import parse_version


def rows() -> list[tuple[str, str]]:
    text = (Path(__file__).parent / "data" / "markers.txt").read_text(encoding="utf-8")
    lines = text[text.index("[requires-python]") :].splitlines()[1:]
    found = [line.split("⇒") for line in lines if "⇒" in line]
    return [(value.strip(), stored.strip()) for value, stored in found]


@pytest.mark.parametrize(("values", "stored"), rows())
def test_intersection_is_written_as_uv_writes_it(values: str, stored: str) -> None:
    combined = RequiresPython.intersection([parse_specifiers(value) for value in values.split(" & ")])
    assert stored == ("absent" if combined is None else combined.text())


def test_nothing_declared_is_no_range() -> None:
    assert RequiresPython.intersection([]) is None


@pytest.mark.parametrize(
    ("value", "marker"),
    [
        (">=3.9", "python_full_version >= '3.9'"),
        (">3.9.0,<=3.12", "python_full_version > '3.9' and python_full_version <= '3.12'"),
        ("<3.13", "python_full_version < '3.13'"),
        (">=3.8,!=3.9.*", "python_full_version >= '3.8'"),
        ("", None),
    ],
)
def test_marker_form_is_the_bounding_interval(value: str, marker: str | None) -> None:
    assert RequiresPython.from_specifiers(parse_specifiers(value)).to_marker().to_string() == marker


@pytest.mark.parametrize(
    ("ours", "theirs", "contained"),
    [
        (">=3.8", ">=3.7", True),
        (">=3.8", ">=3.9", False),
        (">=3.8", ">=3.8", True),
        (">=3.8", ">3.8", False),
        (">3.8", ">3.8", True),
        (">=3.12", ">=3.8,<3.12", True),
        (">=3.8", "<4", True),
        ("<4", ">=3.8", False),
        ("<4", "", True),
        (">=3.8", "!=3.9.*", True),
        (">=3.8", ">=3.9,<3.8", True),
    ],
)
def test_dependencies_are_judged_by_lower_bounds(ours: str, theirs: str, contained: bool) -> None:
    requires_python = RequiresPython.from_specifiers(parse_specifiers(ours))
    assert requires_python.is_contained_by(parse_specifiers(theirs)) is contained


def bound(version: str, inclusive_as: str) -> tuple[tuple[object, int], str]:
    return (parse_version(version).key, {">=": 0, "<": 0, ">": 2, "<=": 2}[inclusive_as]), version


@pytest.mark.parametrize(
    ("value", "at", "halves"),
    [
        (">=3.10", ("3.11", ">="), ("==3.10.*", ">=3.11")),
        (">=3.9,<3.13", ("3.12", ">="), (">=3.9, <3.12", "==3.12.*")),
        (">=3.9", ("3.10", ">"), (">=3.9, <=3.10", ">3.10")),
        (">=3.10", ("3.10", ">="), None),
        (">=3.10", ("3.9", ">="), None),
        (">=3.10,<3.12", ("3.12", ">="), None),
    ],
)
def test_split(value: str, at: tuple[str, str], halves: tuple[str, str] | None) -> None:
    found = RequiresPython.from_text(value).split(bound(*at))
    assert halves == (found and (found[0].text(), found[1].text()))


def test_split_at_no_bound_is_none() -> None:
    assert RequiresPython.from_text(">=3.10").split(None) is None


@pytest.mark.parametrize(
    ("value", "marker", "narrowed"),
    [
        (">=3.8", "python_version >= '3.9'", ">=3.9"),
        (">=3.8", "python_version < '3.9'", ">=3.8, <3.9"),
        (">=3.8", "python_version >= '3.8'", None),
        (">=3.8,<3.12", "python_version < '3.13'", None),
        (">=3.8,<3.12", "python_version >= '3.9' and python_version < '3.13'", ">=3.9, <3.12"),
        ("<3.12", "python_version >= '3.9'", ">=3.9, <3.12"),
    ],
)
def test_narrow(value: str, marker: str, narrowed: str | None) -> None:
    bounds = parse_marker(marker).python_bounds()
    assert bounds is not None
    found = RequiresPython.from_text(value).narrow(bounds)
    assert narrowed == (found and found.text())


def test_narrow_beyond_our_lower_bound_keeps_it() -> None:
    bounds = parse_marker("python_version >= '3.7' and python_version < '3.11'").python_bounds()
    assert bounds is not None
    requires_python = RequiresPython.from_text(">=3.8")
    narrowed = requires_python.narrow(bounds)
    assert narrowed is not None
    assert narrowed.text() == ">=3.8, <3.11"
    assert not requires_python.raises(bounds)


def test_simplify_and_complexify() -> None:
    requires_python = RequiresPython.from_text(">=3.9")
    assert requires_python.simplify(parse_marker("python_version >= '3.8'")) is TRUE
    assert requires_python.complexify(TRUE) is parse_marker("python_version >= '3.9'")


def test_contains_looks_at_the_release() -> None:
    requires_python = RequiresPython.from_text(">=3.13,!=3.14.*")
    assert requires_python.contains(parse_version("3.13.0rc1"))
    assert not requires_python.contains(parse_version("3.14.2"))


def test_equality() -> None:
    assert RequiresPython.from_text(">=3.9") == RequiresPython.greater_than_equal(parse_version("3.9"))
    assert RequiresPython.from_text(">=3.9") != RequiresPython.from_text(">=3.9,!=3.10.*")


class TestWarnings:
    def test_no_lower_bound(self) -> None:
        default = RequiresPython.greater_than_equal(parse_version("3.11"))
        text = unbounded_warning(RequiresPython.from_text("<4"), default)
        assert text is not None
        assert text.startswith("The workspace `requires-python` value (`<4`) does not contain a lower bound.")
        assert text.endswith("(e.g., `>=3.11`).")
        assert unbounded_warning(default, default) is None
        assert missing_warning(default) == "No `requires-python` value found in the workspace. Defaulting to `>=3.11`."

    def test_exact_version_without_patch(self) -> None:
        exact = RequiresPython.intersection([parse_specifiers("==3.11")])
        assert exact is not None
        text = unbounded_warning(exact, exact)
        assert text is not None
        assert text.endswith("(e.g., `==3.11.0`). Did you mean `==3.11.*`?")

    def test_tilde_without_patch(self) -> None:
        text = tilde_warning(parse_specifiers("~=3.8"), "proj", "dev")
        assert text is not None
        assert "(`~=3.8`) in `proj:dev` uses the tilde specifier" in text
        assert "interpreted as `>=3.8, <4`. Did you mean `~=3.8.0`" in text
        assert "as `>=3.8.0, <3.9`?" in text
        assert tilde_warning(parse_specifiers("~=3.8.0"), "proj") is None
        assert tilde_warning(parse_specifiers("~=3.8,<4"), "proj") is None

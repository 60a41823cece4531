"""Parsing, normal form, evaluation and assumptions of environment markers, compared with uv row by row."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from ultraviolet.standards.markers import FALSE, TRUE, InvalidMarker, Marker, MarkerEnvironment, parse_marker
from ultraviolet.standards.markers.parse import parse_node
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.specifiers import parse_specifiers
from ultraviolet.standards.versions import parse_version

LINUX = MarkerEnvironment(
    implementation_name="cpython",
    implementation_version="3.12.4",
    os_name="posix",
    platform_machine="x86_64",
    platform_python_implementation="CPython",
    platform_release="6.1.0",
    platform_system="Linux",
    platform_version="#1 SMP",
    python_full_version="3.12.4",
    python_version="3.12",
    sys_platform="linux",
)


def rows(section: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    current = ""
    text = (Path(__file__).parent / "data" / "markers.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("[") and "]  #" in line:
            current = line[1 : line.index("]")]
        elif line.strip() and current == section:
            found.append(tuple(field.strip() for field in line.split("⇒")))
    assert found
    return found


def expected(text: str) -> str | None:
    return {"∅": None, "FALSE": "python_version < '0'"}.get(text, text)


@pytest.fixture
def fresh() -> Iterator[ModuleType]:
    """Markers in a process of their own, as it were: the first spelling of a version interned is the one printed."""
    kept = {name: module for name, module in sys.modules.items() if name.startswith("ultraviolet.standards.")}
    for name in kept:
        if ".markers" in name or name.endswith(("requires_python", "wheel_markers")):
            del sys.modules[name]
    yield importlib.import_module("ultraviolet.standards.requires_python")
    sys.modules.update(kept)


class TestNormalForm:
    @pytest.mark.parametrize(("text", "normal"), rows("normalised"))
    def test_is_uvs(self, fresh: ModuleType, text: str, normal: str) -> None:
        marker = sys.modules["ultraviolet.standards.markers"].parse_marker(text)
        assert expected(normal) == marker.to_string()

    @pytest.mark.parametrize(("value", "text", "edge"), rows("edge"))
    def test_of_a_dependency_leaves_out_requires_python(self, value: str, text: str, edge: str) -> None:
        requires_python = RequiresPython.intersection([parse_specifiers(value)])
        assert requires_python is not None
        marker = parse_marker(text)
        if requires_python.to_marker().is_disjoint(marker):
            assert edge == "absent"
        else:
            assert expected(edge) == requires_python.simplify(marker).to_string()

    @pytest.mark.parametrize(("version", "text", "line"), rows("compile"))
    def test_of_a_compiled_requirement(self, fresh: ModuleType, version: str, text: str, line: str) -> None:
        parse = sys.modules["ultraviolet.standards.markers"].parse_marker
        target = fresh.RequiresPython.greater_than_equal(parse_version(version))
        marker = parse(text)
        for name, _ in marker.visit_extras():
            marker = marker.assume_not_extra(name)
        if line == "absent":
            assert target.to_marker().is_disjoint(marker)
        else:
            assert expected(line) == target.simplify(marker).to_string()


class TestParsing:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (
                "os_name == 'nt' OR os_name == 'x'",
                (
                    "Unexpected character 'O', expected 'and', 'or' or end of input\n"
                    "os_name == 'nt' OR os_name == 'x'\n                ^^^^^^^^^^^^^^^^^"
                ),
            ),
            ("(os_name == 'nt' os", "Expected `)`, found `o`\n(os_name == 'nt' os\n                 ^"),
            ("foo == 'x'", "Expected a quoted string or a valid marker name, found `foo`\nfoo == 'x'\n^^^"),
            (
                "os_name === 'x'",
                "Expected a valid marker operator (such as `>=` or `not in`), found `===`\nos_name === 'x'\n        ^^^",
            ),
            (
                "os_name notin 'x'",
                (
                    "Expected a valid marker operator (such as `>=` or `not in`), found `notin`\n"
                    "os_name notin 'x'\n        ^^^^^"
                ),
            ),
            (
                "extras == 'x'",
                "The marker extras must be on the right hand side of the expression\nextras == 'x'\n^^^^^^^^^^^^^",
            ),
            (
                "'x' == extras",
                (
                    "The operator == is not supported with the marker extras, "
                    "only the `in` and `not in` operators are supported\n'x' == extras\n^^^^^^^^^^^^^"
                ),
            ),
            ("os_name == 'x", "Expected ''', found end of dependency specification\nos_name == 'x\n           ^"),
            ("os_name ==", "Expected marker value, found end of dependency specification\nos_name ==\n          ^"),
            ("(os_name == 'x'", "Expected ')', found end of dependency specification\n(os_name == 'x'\n^"),
            ("os_name not", "Expected whitespace after 'not', found end of input\nos_name not\n           ^"),
            ("", "Expected marker value, found end of dependency specification"),
        ],
    )
    def test_explains_what_is_wrong(self, text: str, message: str) -> None:
        with pytest.raises(InvalidMarker) as caught:
            parse_marker(text)
        assert message == str(caught.value)

    def test_counts_positions_from_the_start_of_the_requirement(self) -> None:
        with pytest.raises(InvalidMarker) as caught:
            parse_node("a ; nope == 'x'", 3)
        assert (caught.value.start, caught.value.length) == (4, 4)

    @pytest.mark.parametrize(
        "text",
        [
            "python_version >= '3.9' and (os_name == sys_platform)",
            "python_version >= '3.9' and 'a' == 'b'",
            "python_version >= '3.9' or os_name ~= 'nt'",
            "python_version >= '3.9' and python_version >= '3.*'",
            "python_version >= '3.9' and python_version ~= '3'",
            "python_version >= '3.9' and python_version >= '3.18446744073709551615'",
            "'3.9'<=python_version",
        ],
    )
    def test_ignores_what_means_nothing(self, text: str) -> None:
        assert parse_marker(text) is parse_marker("python_full_version >= '3.9'")

    def test_reads_very_deep_nesting(self) -> None:
        depth = 5000
        assert parse_marker("(" * depth + "os_name == 'nt'" + ")" * depth) is parse_marker("os_name == 'nt'")

    def test_copes_with_very_many_extras(self) -> None:
        names = [f"x{number:04}" for number in reversed(range(1500))]
        marker = parse_marker(" and ".join(f"extra != '{name}'" for name in names))
        assert str(marker).count(" and ") == 1499
        assert marker.evaluate(LINUX)
        assert not marker.evaluate(LINUX, {"x0700"})
        assert marker.without_extras().is_true
        assert marker.simplify_not_extras(set(names)).is_true
        assert not marker.is_disjoint(parse_marker("os_name == 'nt'"))


class TestAlgebra:
    def test_equal_markers_are_one_object(self) -> None:
        assert parse_marker("python_version > '3.8'") is parse_marker("python_full_version>='3.9.0'")
        assert ~~parse_marker("os_name == 'nt'") is parse_marker("os_name == 'nt'")

    def test_constants(self) -> None:
        marker = parse_marker("os_name == 'nt'")
        assert marker & ~marker is FALSE
        assert marker | ~marker is TRUE
        assert TRUE.to_string() is None
        assert FALSE.to_string() == "python_version < '0'"

    def test_knows_platforms_that_exclude_each_other(self) -> None:
        windows, linux = parse_marker("os_name == 'nt'"), parse_marker("sys_platform == 'linux'")
        assert windows.is_disjoint(linux)
        assert windows.implies(~linux)
        assert not windows.is_disjoint(parse_marker("sys_platform == 'cygwin'"))

    @pytest.mark.parametrize(
        ("text", "assumption", "restricted"),
        [
            (
                "sys_platform == 'linux'",
                "sys_platform == 'linux' or sys_platform == 'win32'",
                "sys_platform != 'win32'",
            ),
            ("python_version < '3.11'", "python_version < '3.12'", "python_full_version != '3.11.*'"),
            ("os_name == 'nt' and python_version < '3.9'", "os_name == 'nt'", "python_full_version < '3.9'"),
            ("os_name == 'nt'", "os_name == 'nt'", None),
            ("os_name == 'nt'", "os_name != 'nt'", "python_version < '0'"),
            (
                "platform_machine == 'x'",
                "(sys_platform == 'win32' and platform_machine == 'x') or sys_platform == 'linux'",
                "platform_machine == 'x'",
            ),
        ],
    )
    def test_restrict(self, text: str, assumption: str, restricted: str | None) -> None:
        assert parse_marker(text).restrict(parse_marker(assumption)).to_string() == restricted

    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            ("python_full_version == '3.8.*'", (("3.8", True), ("3.9", False))),
            (
                "python_full_version > '3.8' and python_full_version < '3.9'",
                (("3.8", False), ("3.9", False)),
            ),
            ("python_full_version >= '3.8'", (("3.8", True), None)),
            ("python_full_version <= '3.9'", (None, ("3.9", True))),
            ("python_full_version > '3.8' or sys_platform == 'win32'", (None, None)),
            (
                "python_version == '3.8' or (python_version == '3.10' and os_name == 'nt')",
                (("3.8", True), ("3.11", False)),
            ),
            ("python_full_version > '3.8' or python_full_version <= '3.8'", None),
            ("os_name == 'nt'", None),
        ],
    )
    def test_python_bounds(self, text: str, wanted: object) -> None:
        bounds = parse_marker(text).python_bounds()
        if bounds is None:
            assert wanted is None
            return
        lower, upper = bounds
        assert (
            lower and (lower[1], lower[0][1] == 0),
            upper and (upper[1], upper[0][1] == 2),
        ) == wanted

    @pytest.mark.parametrize(
        ("text", "bounds", "result"),
        [
            ("os_name == 'nt'", ">=3.9", "python_full_version >= '3.9' and os_name == 'nt'"),
            ("python_version < '3.12'", ">=3.9", "python_full_version >= '3.9' and python_full_version < '3.12'"),
            (
                "python_full_version != '3.10.*'",
                ">=3.9,<3.13",
                "python_full_version == '3.9.*' or (python_full_version >= '3.11' and python_full_version < '3.13')",
            ),
        ],
    )
    def test_complexify_is_undone_by_simplify(self, text: str, bounds: str, result: str) -> None:
        requires_python = RequiresPython.from_text(bounds)
        marker = parse_marker(text)
        complexified = requires_python.complexify(marker)
        assert complexified.to_string() == result
        assert requires_python.simplify(complexified) is requires_python.simplify(marker)
        assert requires_python.complexify(TRUE) is requires_python.to_marker()

    def test_conflict_marker_survives_the_round_trip(self) -> None:
        requires_python = RequiresPython.from_text(">=3.9")
        marker = parse_marker("extra == 'extra-1-a-x' or os_name == 'nt'")
        assert requires_python.simplify(requires_python.complexify(marker)) is marker


class TestExtras:
    def test_assumptions(self) -> None:
        marker = parse_marker("extra == 'a' and (extra != 'b' or os_name == 'nt')")
        assert marker.simplify_extras(["a"]).to_string() == "os_name == 'nt' or extra != 'b'"
        assert marker.assume_extra("a").assume_not_extra("b").is_true
        assert marker.assume_not_extra("a").is_false
        assert marker.without_extras().is_true
        assert marker.only_extras().to_string() == "extra == 'a'"

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("extra == 'a'", "a"),
            ("extra == 'A_b' and os_name == 'nt'", "a-b"),
            ("(extra == 'a' and os_name == 'nt') or (extra == 'a' and python_version < '3.9')", "a"),
            ("extra == 'a' or extra == 'b'", None),
            ("extra == 'a' or os_name == 'nt'", None),
            ("extra != 'a'", None),
            ("os_name == 'nt'", None),
        ],
    )
    def test_top_level_extra(self, text: str, name: str | None) -> None:
        assert parse_marker(text).top_level_extra() == name

    def test_visit_tells_required_from_excluded(self) -> None:
        marker = parse_marker("extra == 'a' and extra != 'b'")
        assert marker.visit_extras() == [("a", True), ("b", False)]

    def test_only_extras_decide_without_an_environment(self) -> None:
        marker = parse_marker("os_name == 'nt' and extra == 'a'")
        assert marker.evaluate_optional(None, ["a"])
        assert not marker.evaluate_optional(None, [])
        assert not marker.evaluate_only_extras(["a"])
        assert parse_marker("os_name == 'nt' or extra == 'a'").evaluate_only_extras(["a"])


class TestEvaluation:
    @pytest.mark.parametrize(
        ("text", "holds"),
        [
            ("python_version >= '3.9'", True),
            ("python_version == '3.12'", True),
            ("python_full_version > '3.12.4'", False),
            ("python_full_version == '3.12.4'", True),
            ("implementation_version < '3.12'", False),
            ("sys_platform == 'linux'", True),
            ("platform_system == 'Linux'", True),
            ("platform_system != 'Java'", True),
            ("os_name in 'nt posix'", True),
            ("'inu' in sys_platform", True),
            ("'win' not in sys_platform", True),
            ("platform_release > '5'", True),
            ("platform_release > '10'", True),
            ("extra == 'x'", False),
            ("extra != 'x'", True),
            ("'x' in extras", False),
            ("'-x' not in extras", False),
        ],
    )
    def test_walks_the_diagram(self, text: str, holds: bool) -> None:
        assert parse_marker(text).evaluate(LINUX) is holds

    def test_lists_of_pylock(self) -> None:
        marker = parse_marker("'x' in extras and 'dev' not in dependency_groups and extra != 'x'")
        assert marker.evaluate_lists(LINUX, ["x"], [])
        assert not marker.evaluate_lists(LINUX, ["x"], ["dev"])
        assert not marker.evaluate_lists(LINUX, [], [])

    def test_prerelease_interpreters_count_as_their_release(self) -> None:
        environment = MarkerEnvironment(
            **{
                **{name: getattr(LINUX, name) for name in LINUX.__struct_fields__},
                "python_full_version": "3.13.0rc1",
                "python_version": "3.13",
            }
        )
        assert not parse_marker("python_version >= '3.13'").evaluate(environment)
        assert environment.release_only().python_full_version == "3.13.0"
        assert parse_marker("python_version >= '3.13'").evaluate(environment.release_only())


def test_rows_sort_by_kind_of_question_then_by_its_values() -> None:
    ordered = [
        "python_version < '3.9'",
        "python_version < '3.10'",
        "python_version >= '3.10'",
        "os_name == 'a'",
        "os_name == 'b'",
        "sys_platform == 'a'",
        "os_name in 'a'",
        "'a' in os_name",
        "'a' in extras",
        "extra == 'a'",
    ]
    markers: list[Marker] = [TRUE, FALSE, *map(parse_marker, ordered)]
    assert sorted(markers, key=lambda marker: marker.sort_key) == markers


def test_clauses_give_the_marker_back() -> None:
    marker = parse_marker("os_name == 'nt' and python_version < '3.9' or sys_platform == \"a'b\"")
    result = FALSE
    for clause in marker.clauses():
        conjunction = TRUE
        for term in clause:
            conjunction &= term
        result |= conjunction
    assert result is marker

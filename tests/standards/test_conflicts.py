"""Declared conflicts and their place in universal markers."""

from __future__ import annotations

import pytest

from ultraviolet.standards.conflicts import (
    ConflictItem,
    Conflicts,
    ConflictSet,
    InvalidConflict,
    decode_conflict_item,
)
from ultraviolet.standards.markers import TRUE, MarkerEnvironment, parse_marker
from ultraviolet.standards.markers.universal import (
    UNIVERSAL_TRUE,
    UniversalMarker,
    canonical_markers,
    conflict_item_marker,
    conflicts_marker,
    edge_marker,
    encode_activated,
    resolve_activated,
)
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.requires_python import RequiresPython

PROJ = PackageName("proj")
X = ConflictItem(PROJ, "extra", "x")
Y = ConflictItem(PROJ, "extra", "y")
Z = ConflictItem(PROJ, "group", "z")
ITSELF = ConflictItem(PROJ, "project")

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


@pytest.mark.parametrize("item", [X, Z, ITSELF, ConflictItem(PackageName("a-b-c"), "extra", "d-e")])
def test_items_are_encoded_as_extras_and_read_back(item: ConflictItem) -> None:
    assert decode_conflict_item(item.encoded) == item


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("plain", "expected to find leading"),
        ("extra-x", "expected to find `{number}-`"),
        ("extra-x-y", "found package length number `x`"),
        ("extra-9-y", "expected at least 9 bytes for package name, but found 1"),
        ("extra-1-yz", "expected `-` after package name `y`"),
        ("other-1-y-z", "unrecognized kind `other`"),
    ],
)
def test_other_extras_are_refused(name: str, reason: str) -> None:
    with pytest.raises(InvalidConflict, match=reason):
        decode_conflict_item(name)


def test_sets_are_sorted_and_need_two_items() -> None:
    assert ConflictSet.of([ITSELF, Z, Y, X]).items == (X, Y, Z, ITSELF)
    with pytest.raises(InvalidConflict, match="found only one"):
        ConflictSet.of([X, X])
    with pytest.raises(InvalidConflict, match="found none"):
        ConflictSet.of([])


def test_transitive_groups_conflict_in_place_of_what_they_include() -> None:
    a, b, c = (ConflictItem(PROJ, "group", name) for name in "abc")
    conflicts = Conflicts((ConflictSet.of([a, b]),))
    expanded = conflicts.with_transitive_groups(PROJ, {"a": (), "b": (), "c": ("a",)})
    assert expanded.sets == (ConflictSet.of([a, b]), ConflictSet.of([c, b]))
    assert conflicts.with_transitive_groups(PROJ, {"a": ("c",), "c": ("a",), "b": ()}) == conflicts
    assert Conflicts((ConflictSet.of([X, Y]),)).with_transitive_groups(PROJ, {"c": ("a",)}).sets == (
        ConflictSet.of([X, Y]),
    )


def test_world_knowledge() -> None:
    knowledge = conflicts_marker(Conflicts((ConflictSet.of([X, Y]),)))
    assert knowledge.to_string() == "extra != 'extra-4-proj-y' or extra != 'extra-4-proj-x'"
    marker = UniversalMarker.of(conflict_item_marker(Y) | ~conflict_item_marker(X)).imbibe(knowledge)
    assert str(marker) == "extra == 'extra-4-proj-y' or extra != 'extra-4-proj-x'"


def test_assumptions() -> None:
    marker = UniversalMarker.of(parse_marker("os_name == 'nt'"), conflict_item_marker(X))
    assert marker.pep508 is parse_marker("os_name == 'nt'")
    assert marker.has_conflict
    assert marker.assume(X).marker is parse_marker("os_name == 'nt'")
    assert marker.assume_not(X).is_false
    assert marker.unify([[(X, True)], [(X, True), (Y, False)]]).marker is parse_marker("os_name == 'nt'")
    assert marker.unify([[(X, True)], [(Y, False)]]) == marker
    assert marker.unify([]) == marker
    assert marker.filter_rules() == ((X,), ())
    assert not marker.evaluate(LINUX, encode_activated([X]))


def test_conflict_left_in_an_environment() -> None:
    marker = UniversalMarker.of(parse_marker("sys_platform == 'linux'") | conflict_item_marker(X))
    assert marker.conflict_in(LINUX) is TRUE
    marker = UniversalMarker.of(parse_marker("sys_platform == 'win32'") | conflict_item_marker(X))
    assert marker.conflict_in(LINUX) is conflict_item_marker(X)


def test_extras_resolve_to_where_they_are_active() -> None:
    windows = parse_marker("os_name == 'nt'")
    marker = conflict_item_marker(X) & parse_marker("python_version >= '3.9'") | conflict_item_marker(Y)
    assert resolve_activated(marker, {X: windows}) is windows & parse_marker("python_version >= '3.9'")
    assert resolve_activated(parse_marker("extra == 'x'"), {X: windows}, PROJ) is windows
    assert resolve_activated(parse_marker("extra != 'x'"), {X: windows}, PROJ) is ~windows
    assert resolve_activated(parse_marker("extra != 'x'"), {}, PROJ) is TRUE


class TestWrittenMarkers:
    @pytest.mark.parametrize(
        ("requires_python", "environments", "parent", "text", "written"),
        [
            (">=3.9", [], None, "sys_platform == 'win32' and python_version < '3.12'", "python_full_version < '3.12' and sys_platform == 'win32'"),
            (">=3.9", [], "sys_platform == 'win32'", "sys_platform == 'win32' and python_version < '3.12'", "python_full_version < '3.12'"),
            (">=3.9", ["sys_platform == 'win32'"], None, "sys_platform == 'win32'", None),
            (">=3.9", ["sys_platform == 'win32'", "sys_platform == 'linux'"], None, "sys_platform != 'win32'", "sys_platform != 'win32'"),
            (">=3.9", ["sys_platform == 'win32'", "sys_platform == 'linux'"], None, "sys_platform == 'linux'", "sys_platform != 'win32'"),
            (">=3.9", ["python_version < '3.12'"], None, "python_version < '3.11'", "python_full_version != '3.11.*'"),
            (
                ">=3.9",
                ["sys_platform == 'win32' and platform_machine == 'x'", "sys_platform == 'linux'"],
                None,
                "platform_machine == 'x'",
                "platform_machine == 'x' or sys_platform == 'win32'",
            ),
            ("==3.11.*", ["sys_platform == 'win32'"], None, "platform_system == 'iOS' or python_version <= '3.8'", "python_version < '0'"),
        ],
    )  # fmt: skip
    def test_of_a_dependency(
        self, requires_python: str, environments: list[str], parent: str | None, text: str, written: str | None
    ) -> None:
        value = RequiresPython.from_text(requires_python)
        environment = value.to_marker()
        forks = [value.complexify(parse_marker(item)) for item in environments]
        if forks:
            environment = forks[0]
            for fork in forks[1:]:
                environment |= fork
        environment = value.simplify(environment)
        reached = UNIVERSAL_TRUE if parent is None else UniversalMarker.of(parse_marker(parent))
        edge = edge_marker(value, environment, reached, UniversalMarker.of(parse_marker(text)))
        assert edge.restrict(environment).to_string() == written

    def test_of_forks(self) -> None:
        value = RequiresPython.from_text(">=3.9,<3.13")
        forks = [
            UniversalMarker.of(value.complexify(parse_marker(text)))
            for text in ("python_version >= '3.10'", "python_version < '3.10'")
        ]
        assert [str(marker) for marker in canonical_markers(forks, value)] == [
            "python_full_version >= '3.10'",
            "python_full_version < '3.10'",
        ]

    def test_of_forks_on_conflicts_only(self) -> None:
        value = RequiresPython.from_text(">=3.9")
        forks = [UniversalMarker.of(TRUE, conflict_item_marker(item)) for item in (X, Y)]
        assert canonical_markers(forks, value) == ()

    def test_of_overlapping_forks_keeps_conflicts(self) -> None:
        value = RequiresPython.from_text(">=3.9")
        forks = [
            UniversalMarker.of(parse_marker("os_name == 'nt'"), conflict_item_marker(X)),
            UniversalMarker.of(TRUE, conflict_item_marker(Y)),
        ]
        assert [str(marker) for marker in canonical_markers(forks, value)] == [
            "os_name == 'nt' and extra == 'extra-4-proj-x'",
            "extra == 'extra-4-proj-y'",
        ]

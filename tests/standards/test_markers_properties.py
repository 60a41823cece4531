"""Laws of the marker algebra, against brute-force evaluation on many environments."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from ultraviolet.standards.markers import TRUE, Marker, MarkerEnvironment, extra_marker, parse_marker
from ultraviolet.standards.requires_python import RequiresPython

Predicate = Callable[[MarkerEnvironment, frozenset[str]], bool]

PYTHONS = ["3.7.0", "3.8.0", "3.8.5", "3.9.0", "3.9.7", "3.10.0", "3.11.2", "3.12.0", "3.13.1"]
# Only platforms that exist: the algebra knows that the others do not.
PLATFORMS = [
    ("posix", "linux", "Linux"),
    ("nt", "win32", "Windows"),
    ("posix", "darwin", "Darwin"),
    ("posix", "freebsd13", "FreeBSD"),
    ("java", "java17", "Java"),
]
ENVIRONMENTS = [
    MarkerEnvironment(
        implementation_name="cpython",
        implementation_version=python,
        os_name=os_name,
        platform_machine=machine,
        platform_python_implementation="CPython",
        platform_release="6",
        platform_system=system,
        platform_version="v",
        python_full_version=python,
        python_version=python.rpartition(".")[0],
        sys_platform=sys_platform,
    )
    for python, (os_name, sys_platform, system), machine in product(PYTHONS, PLATFORMS, ["x86_64", "arm64"])
]
EXTRAS = [frozenset(chosen) for chosen in ((), ("a",), ("b",), ("a", "b"))]


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def padded(version: str) -> tuple[int, ...]:
    return (*numbers(version), 0, 0)[:3]


COMPARE: dict[str, Callable[[object, object], bool]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,  # type: ignore[operator]
    "<=": lambda left, right: left <= right,  # type: ignore[operator]
    ">": lambda left, right: left > right,  # type: ignore[operator]
    ">=": lambda left, right: left >= right,  # type: ignore[operator]
}


def python_version(operator: str, version: str) -> tuple[str, Predicate]:
    wanted = padded(version)
    return (
        f"python_version {operator} '{version}'",
        lambda environment, _: COMPARE[operator](padded(environment.python_version), wanted),
    )


def full_version(operator: str, version: str) -> tuple[str, Predicate]:
    wanted = padded(version)
    return (
        f"python_full_version {operator} '{version}'",
        lambda environment, _: COMPARE[operator](padded(environment.python_full_version), wanted),
    )


def starred(operator: str, version: str) -> tuple[str, Predicate]:
    prefix = numbers(version)
    return (
        f"python_full_version {operator} '{version}.*'",
        lambda environment, _: (padded(environment.python_full_version)[: len(prefix)] == prefix) == (operator == "=="),
    )


def equality(key: str, operator: str, value: str) -> tuple[str, Predicate]:
    return (
        f"{key} {operator} '{value}'",
        lambda environment, _: COMPARE[operator](getattr(environment, key), value),
    )


def containment(key: str, value: str, negated: bool) -> tuple[str, Predicate]:
    return (
        f"'{value}' {'not in' if negated else 'in'} {key}",
        lambda environment, _: (value in getattr(environment, key)) != negated,
    )


def active(name: str, operator: str) -> tuple[str, Predicate]:
    return f"extra {operator} '{name}'", lambda _, extras: (name in extras) == (operator == "==")


versions = st.sampled_from(["3.7", "3.8", "3.9", "3.9.7", "3.10", "3.11.2", "3.12", "3"])
operators = st.sampled_from(sorted(COMPARE))
equalities = st.sampled_from(["==", "!="])
platforms = st.sampled_from(
    [
        *(("os_name", platform[0]) for platform in PLATFORMS),
        *(("sys_platform", platform[1]) for platform in PLATFORMS),
        *(("platform_system", platform[2]) for platform in PLATFORMS),
        ("platform_machine", "x86_64"),
        ("platform_machine", "arm64"),
    ]
)
environment_leaves = st.one_of(
    st.builds(python_version, operators, versions),
    st.builds(full_version, operators, versions),
    st.builds(starred, equalities, versions),
    st.builds(lambda pair, operator: equality(pair[0], operator, pair[1]), platforms, equalities),
    st.builds(containment, st.just("sys_platform"), st.sampled_from(["win", "in"]), st.booleans()),
)
leaves = st.one_of(environment_leaves, st.builds(active, st.sampled_from(["a", "b"]), equalities))


def joined(word: str, left: tuple[str, Predicate], right: tuple[str, Predicate]) -> tuple[str, Predicate]:
    def both(environment: MarkerEnvironment, extras: frozenset[str]) -> bool:
        return left[1](environment, extras) and right[1](environment, extras)

    def either(environment: MarkerEnvironment, extras: frozenset[str]) -> bool:
        return left[1](environment, extras) or right[1](environment, extras)

    return f"({left[0]} {word} {right[0]})", both if word == "and" else either


def trees(base: st.SearchStrategy[tuple[str, Predicate]]) -> st.SearchStrategy[tuple[str, Predicate]]:
    return st.recursive(
        base, lambda inner: st.builds(joined, st.sampled_from(["and", "or"]), inner, inner), max_leaves=8
    )


cases = trees(leaves)
environments_only = trees(environment_leaves)


def truth(marker: Marker) -> list[bool]:
    return [marker.evaluate(environment, extras) for environment in ENVIRONMENTS for extras in EXTRAS]


class TestLaws:
    @given(cases)
    def test_parsed_marker_evaluates_as_its_parts(self, case: tuple[str, Predicate]) -> None:
        text, predicate = case
        wanted = [predicate(environment, extras) for environment in ENVIRONMENTS for extras in EXTRAS]
        assert wanted == truth(parse_marker(text))

    @given(cases)
    def test_text_means_the_same_and_is_stable(self, case: tuple[str, Predicate]) -> None:
        marker = parse_marker(case[0])
        text = marker.to_string()
        again = TRUE if text is None else parse_marker(text)
        assert truth(again) == truth(marker)
        assert again.to_string() == text or again is not marker

    @given(cases, cases)
    def test_operations_are_pointwise(self, left: tuple[str, Predicate], right: tuple[str, Predicate]) -> None:
        first, second = parse_marker(left[0]), parse_marker(right[0])
        pairs = list(zip(truth(first), truth(second), strict=True))
        assert truth(first & second) == [x and y for x, y in pairs]
        assert truth(first | second) == [x or y for x, y in pairs]
        assert truth(~first) == [not x for x, _ in pairs]
        if first.is_disjoint(second):
            assert not any(x and y for x, y in pairs)
        if first.implies(second):
            assert all(y for x, y in pairs if x)

    @given(cases)
    def test_a_marker_and_its_complement(self, case: tuple[str, Predicate]) -> None:
        marker = parse_marker(case[0])
        assert (marker & ~marker).is_false
        assert (marker | ~marker).is_true
        assert ~~marker is marker
        assert marker & marker is marker
        assert marker.is_disjoint(~marker)

    @given(cases, environments_only)
    def test_restriction_agrees_where_the_assumption_holds(
        self, case: tuple[str, Predicate], given_that: tuple[str, Predicate]
    ) -> None:
        marker, assumption = parse_marker(case[0]), parse_marker(given_that[0])
        restricted = truth(marker.restrict(assumption))
        for wanted, found, holds in zip(truth(marker), restricted, truth(assumption), strict=True):
            assert not holds or wanted == found

    @given(cases, st.sampled_from([">=3.8", ">=3.9,<3.12", "<3.11", ">3.9.7", "==3.10.*", ">=3.9.7"]))
    def test_simplified_marker_agrees_in_range(self, case: tuple[str, Predicate], text: str) -> None:
        requires_python = RequiresPython.from_text(text)
        marker = parse_marker(case[0])
        simplified = requires_python.simplify(marker)
        inside = truth(requires_python.to_marker())
        for wanted, found, holds in zip(truth(marker), truth(simplified), inside, strict=True):
            assert not holds or wanted == found
        back = truth(requires_python.complexify(simplified))
        assert back == [x and y for x, y in zip(truth(marker), inside, strict=True)]

    @given(cases, st.sampled_from(EXTRAS))
    def test_assumed_extras(self, case: tuple[str, Predicate], extras: frozenset[str]) -> None:
        marker = parse_marker(case[0])
        assumed = marker.simplify_extras(extras).simplify_not_extras({"a", "b"} - extras)
        for environment in ENVIRONMENTS:
            assert assumed.evaluate(environment) == marker.evaluate(environment, extras)

    @given(cases)
    def test_parts_about_environment_and_extras(self, case: tuple[str, Predicate]) -> None:
        marker = parse_marker(case[0])
        environment_part, extras_part = marker.without_extras(), marker.only_extras()
        for environment in ENVIRONMENTS:
            possible = any(marker.evaluate(environment, extras) for extras in EXTRAS)
            assert environment_part.evaluate(environment) == possible
        for extras in EXTRAS:
            if any(marker.evaluate(environment, extras) for environment in ENVIRONMENTS):
                assert extras_part.evaluate(ENVIRONMENTS[0], extras)
            assert marker.evaluate_optional(None, extras) or not any(
                marker.evaluate(environment, extras) for environment in ENVIRONMENTS
            )

    @given(cases)
    def test_python_bounds_hold_every_way_to_satisfy(self, case: tuple[str, Predicate]) -> None:
        marker = parse_marker(case[0])
        bounds = marker.python_bounds()
        if bounds is not None:
            range_marker = TRUE.complexify_python(*bounds)
            assert all(y for x, y in zip(truth(marker), truth(range_marker), strict=True) if x)

    @settings(max_examples=50)
    @given(st.lists(cases, max_size=6))
    def test_sort_keys_are_a_total_order(self, found: list[tuple[str, Predicate]]) -> None:
        markers = {parse_marker(text) for text, _ in found}
        keys = [marker.sort_key for marker in markers]
        assert len(set(keys)) == len(markers)
        assert len(sorted(keys)) == len(keys)

    @given(cases, st.sampled_from(["a", "b"]))
    def test_top_level_extra_is_needed(self, case: tuple[str, Predicate], name: str) -> None:
        marker = parse_marker(case[0]) & extra_marker(name)
        found = marker.top_level_extra()
        if found is not None:
            assert not any(
                marker.evaluate(environment, extras)
                for environment in ENVIRONMENTS
                for extras in EXTRAS
                if found not in extras
            )

"""The solver against brute force on tiny worlds, and the orders that decide which solution is found."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping

import pytest

from ultraviolet.pubgrub import Derived, Knowledge, Leaf, Search, TermStore, Unsolvable

SIZE = 5
World = Mapping[str, Mapping[int, Mapping[str, frozenset[int]]]]


class Some:
    """A subset of the versions 0 to SIZE-1."""

    def __init__(self, versions: frozenset[int]) -> None:
        self.versions = versions

    def contains(self, version: int) -> bool:
        return version in self.versions

    def intersection(self, other: Some) -> Some:
        return Some(self.versions & other.versions)

    def union(self, other: Some) -> Some:
        return Some(self.versions | other.versions)

    def complement(self) -> Some:
        return Some(frozenset(range(SIZE)) - self.versions)

    def is_disjoint(self, other: Some) -> bool:
        return self.versions.isdisjoint(other.versions)

    def is_subset(self, other: Some) -> bool:
        return self.versions <= other.versions

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Some) and self.versions == other.versions

    def __hash__(self) -> int:
        return hash(self.versions)

    def __repr__(self) -> str:
        return f"{sorted(self.versions)}"


def knowledge() -> Knowledge:
    return Knowledge(TermStore(Some(frozenset())), lambda version: Some(frozenset({version})))


def solve(world: World, *, fork_at: int = -1) -> dict[str, int]:
    """Choose the highest versions, packages in the order they became known."""
    known = knowledge()
    search = Search(known, "root", 0)
    following, step = search.root, 0
    while True:
        step += 1
        if step == fork_at:
            search = search.copy()
        search.propagate(following)
        following = search.solution.pick(lambda package: -package)
        if following < 0:
            return {known.packages[package]: decision[2] for package, decision in search.solution.decisions.items()}
        name = known.packages[following]
        term = search.solution.assigned[following]
        versions = [version for version in world.get(name, {}) if known.store.versions(term).contains(version)]
        if not versions:
            search.add_no_versions(following, term)
            continue
        best = max(versions)
        search.decide_with(
            following,
            best,
            known.exactly(best),
            [
                (known.number(dependency), known.store.positive(Some(allowed)))
                for dependency, allowed in world[name][best].items()
            ],
        )


def satisfies(world: World, chosen: Mapping[str, int]) -> bool:
    return all(
        chosen.get(dependency) in allowed
        for name, version in chosen.items()
        for dependency, allowed in world[name][version].items()
    )


def solvable(world: World) -> bool:
    names = [name for name in world if name != "root"]
    for choice in itertools.product(*([None, *world[name]] for name in names)):
        chosen = {name: version for name, version in zip(names, choice, strict=True) if version is not None}
        if satisfies(world, {"root": 0, **chosen}):
            return True
    return False


def random_world(seed: int) -> World:
    source = random.Random(seed)
    names = [f"p{index}" for index in range(source.randint(2, 5))]

    def dependencies(count: int) -> dict[str, frozenset[int]]:
        return {
            name: frozenset(source.sample(range(SIZE), source.randint(0 if source.random() < 0.1 else 1, 3)))
            for name in source.sample(names, min(count, len(names)))
        }

    world = {
        name: {
            version: dependencies(source.choice([0, 0, 1, 1, 2]))
            for version in source.sample(range(SIZE), source.randint(1, 4))
        }
        for name in names
    }
    return {"root": {0: dependencies(source.randint(1, 3))}, **world}


@pytest.mark.parametrize("seed", range(300))
def test_finds_a_solution_exactly_when_there_is_one(seed: int) -> None:
    world = random_world(seed)
    try:
        chosen = solve(world)
    except Unsolvable:
        assert not solvable(world)
    else:
        assert satisfies(world, chosen)


@pytest.mark.parametrize("seed", range(100))
def test_a_copy_of_a_search_goes_on_like_the_search(seed: int) -> None:
    world = random_world(seed)

    def outcome(fork_at: int) -> object:
        try:
            return solve(world, fork_at=fork_at)
        except Unsolvable:
            return None

    assert outcome(4) == outcome(-1)


def test_a_derivation_ends_in_facts() -> None:
    world: World = {
        "root": {0: {"a": frozenset({1, 2}), "b": frozenset({1})}},
        "a": {1: {"b": frozenset({2})}, 2: {"b": frozenset({3})}},
        "b": {1: {}, 2: {}, 3: {}},
    }
    with pytest.raises(Unsolvable) as caught:
        solve(world)
    leaves = []
    stack = [caught.value.derivation]
    while stack:
        node = stack.pop()
        if isinstance(node, Derived):
            stack += (node.second, node.first)
        else:
            leaves.append(node)
            assert isinstance(node, Leaf)
    assert {leaf.kind for leaf in leaves} <= {"dependency", "not-root", "no-versions"}
    assert any(leaf.kind == "dependency" and leaf.package == "a" for leaf in leaves)


def test_equal_dependencies_of_several_versions_are_one_fact() -> None:
    known = knowledge()
    search = Search(known, "root", 0)
    a, b = known.number("a"), known.number("b")
    required = known.store.positive(Some(frozenset({1})))
    search.add_dependency(a, known.exactly(1), b, required)
    search.add_dependency(a, known.exactly(2), b, required)
    (number,) = search.relevant[a]
    assert search.relevant[b] == [number]
    assert known.store.versions(known.incompatibilities[number].terms[0][2]) == Some(frozenset({1, 2}))


def test_a_package_that_is_picked_is_the_one_of_highest_priority() -> None:
    known = knowledge()
    search = Search(known, "root", 0)
    search.propagate(search.root)
    assert search.solution.pick(lambda _: 0) == search.root
    full = Some(frozenset(range(SIZE)))
    names = ["a", "b", "c"]
    requirements = [(known.number(name), known.store.positive(full)) for name in names]
    search.decide_with(search.root, 0, known.exactly(0), requirements)
    search.propagate(search.root)
    ranks = {"a": 1, "b": 3, "c": 2}
    picked = [known.packages[search.solution.pick(lambda package: ranks[known.packages[package]])] for _ in names]
    assert picked == ["b", "c", "a"]

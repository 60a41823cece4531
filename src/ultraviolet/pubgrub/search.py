"""One search: unit propagation, conflict resolution and decisions over a growing set of incompatibilities.

`Knowledge` holds what the searches of one resolution share and never changes once written: numbered packages, terms
and incompatibilities. A `Search` holds which of those apply, and the partial solution; copying it forks the search.

Incompatibilities are kept per package in the order they became known and visited newest first; every conflict restarts
propagation from what was learned. Which solution is found depends on these orders, so they are part of the contract.
"""

# ruff: noqa: SLF001 - a copy is made by its own class

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any

from ultraviolet.pubgrub.derivation import Derivation, build_derivation
from ultraviolet.pubgrub.incompatibility import Incompatibility, dependency, resolvent, unary
from ultraviolet.pubgrub.partial_solution import PartialSolution
from ultraviolet.pubgrub.terms import CONTRADICTED, SATISFIED, TermStore, VersionSet


class Unsolvable(Exception):
    """The packages cannot be had together; `derivation` says why."""

    def __init__(self, derivation: Derivation) -> None:
        super().__init__("no solution")
        self.derivation = derivation


class Knowledge:
    """Packages, terms and incompatibilities by number, shared by all forks of a search."""

    __slots__ = ("_singleton", "incompatibilities", "numbers", "packages", "singletons", "store")

    def __init__(self, store: TermStore, singleton: Callable[[Any], VersionSet[Any]]) -> None:
        self.store = store
        self.packages: list[Any] = []
        """The packages by number."""
        self.numbers: dict[Hashable, int] = {}
        self.incompatibilities: list[Incompatibility] = []
        self.singletons: dict[Any, int] = {}
        self._singleton = singleton

    def number(self, package: Hashable) -> int:
        """Return the number of a package."""
        number = self.numbers.get(package)
        if number is None:
            number = self.numbers[package] = len(self.packages)
            self.packages.append(package)
        return number

    def exactly(self, version: Any) -> int:
        """Return the positive term of one version."""
        term = self.singletons.get(version)
        if term is None:
            term = self.singletons[version] = self.store.positive(self._singleton(version))
        return term

    def add(self, incompatibility: Incompatibility) -> int:
        """Number an incompatibility."""
        self.incompatibilities.append(incompatibility)
        return len(self.incompatibilities) - 1

    def derivation(self, number: int) -> Derivation:
        """Return why an incompatibility holds."""
        return build_derivation(number, self.incompatibilities, self.store, self.packages)


class Search:
    """One search for a solution."""

    __slots__ = (
        "_contradicted",
        "_contradictions",
        "_contradictions_starts",
        "_merged",
        "knowledge",
        "relevant",
        "root",
        "root_version",
        "solution",
    )

    def __init__(self, knowledge: Knowledge, root: Hashable, version: Any) -> None:
        self.knowledge = knowledge
        self.root = knowledge.number(root)
        self.root_version = version
        self.relevant: list[list[int]] = []
        """By package: the numbers of the incompatibilities that speak of it, oldest first."""
        self.solution = PartialSolution(knowledge.store)
        self._merged: dict[tuple[int, int, int], int] = {}
        self._contradicted: set[int] = set()
        self._contradictions: list[int] = []
        self._contradictions_starts: list[int] = [0]
        self._grow()
        self._add(knowledge.add(unary(knowledge.store, self.root, knowledge.exactly(version) ^ 1, "not-root")))

    def copy(self) -> Search:
        """Return an independent search in the same state."""
        other = Search.__new__(Search)
        other.knowledge = self.knowledge
        other.root = self.root
        other.root_version = self.root_version
        other.relevant = [numbers.copy() for numbers in self.relevant]
        other.solution = self.solution.copy()
        other._merged = self._merged.copy()
        other._contradicted = self._contradicted.copy()
        other._contradictions = self._contradictions.copy()
        other._contradictions_starts = self._contradictions_starts.copy()
        return other

    # What is known

    def add_no_versions(self, package: int, term: int) -> None:
        """Learn that nothing can be chosen for a positive term."""
        self.add_incompatibility(unary(self.knowledge.store, package, term, "no-versions"))

    def add_unavailable(self, package: int, term: int, reason: Any) -> None:
        """Learn that the versions of a positive term cannot be used, for the caller's reason."""
        self.add_incompatibility(unary(self.knowledge.store, package, term, "unavailable", reason))

    def add_dependency(self, package: int, dependent: int, requirement: int, required: int) -> int:
        """Learn a dependency between two positive terms, merged with an equal one of other versions of the package.

        :returns: the number of the incompatibility as it is, before merging.
        """
        knowledge = self.knowledge
        number = knowledge.add(dependency(knowledge.store, package, dependent, requirement, required))
        if package == requirement:
            self._add(number)
            return number
        store = knowledge.store
        key = (package, requirement, store.same[required >> 1])
        past = self._merged.get(key)
        if past is None:
            self._merged[key] = number
            self._add(number)
            return number
        united = store.union(dependent, knowledge.incompatibilities[past].terms[0][2])
        merged = knowledge.add(dependency(store, package, united, requirement, required))
        self.relevant[package].remove(past)
        if required:
            self.relevant[requirement].remove(past)
        self._merged[key] = merged
        self._add(merged)
        return number

    def add_incompatibility(self, incompatibility: Incompatibility) -> None:
        """Learn something that is no dependency."""
        self._add(self.knowledge.add(incompatibility))

    def decide_with(self, package: int, version: Any, dependent: int, requirements: Iterable[tuple[int, int]]) -> int:
        """Learn the dependencies of a version and decide on it, unless one of them fails at once.

        `dependent` is the positive term of the versions to which the dependencies apply. Before the first backtrack,
        conflicts are left for propagation to find.

        :returns: the number of the failing dependency, or -1 when the decision was made.
        """
        numbers = [
            self.add_dependency(package, dependent, requirement, required) for requirement, required in requirements
        ]
        solution = self.solution
        term = self.knowledge.exactly(version)
        if solution.backtracked:
            self._grow()
            store, assigned = self.knowledge.store, solution.assigned
            for number in numbers:
                for other, _, stated in self.knowledge.incompatibilities[number].terms:
                    known = term if other == package else assigned[other]
                    if store.relate(stated, known) != SATISFIED:
                        break
                else:
                    return number
        solution.decide(package, version, term)
        self._contradictions_starts.append(len(self._contradictions))
        return -1

    def decide(self, package: int, version: Any) -> None:
        """Decide on a version whose dependencies are known already."""
        self.solution.decide(package, version, self.knowledge.exactly(version))
        self._contradictions_starts.append(len(self._contradictions))

    def backtrack(self, level: int) -> None:
        """Take back every decision above a level, and what followed from it."""
        solution = self.solution
        if level < solution.level:
            start = self._contradictions_starts[level + 1]
            self._contradicted.difference_update(self._contradictions[start:])
            del self._contradictions[start:]
            del self._contradictions_starts[level + 1 :]
        solution.backtrack(level)

    def backtrack_before(self, package: int) -> int | None:
        """Take back the decision on a package; returns how many decisions fell, or None when it was undecided."""
        level = self.solution.level_before(package)
        if level is None:
            return None
        fallen = self.solution.level - level
        self.backtrack(level)
        return fallen

    # What follows

    def propagate(self, package: int) -> list[tuple[int, int]]:
        """Draw every conclusion that follows from what is known of a package.

        :returns: the conflicts met: (package, number of the incompatibility that was in conflict about it), in order.
        :raises Unsolvable: there is no solution.
        """
        self._grow()
        knowledge, solution = self.knowledge, self.solution
        incompatibilities, store = knowledge.incompatibilities, knowledge.store
        assigned, relevant = solution.assigned, self.relevant
        contradicted, contradictions = self._contradicted, self._contradictions
        conflicts: list[tuple[int, int]] = []
        pending = [package]
        while pending:
            conflict = -1
            for number in reversed(relevant[pending.pop()]):
                if number in contradicted:
                    continue
                incompatibility = incompatibilities[number]
                unsatisfied = -1
                for other, row, term in incompatibility.terms:
                    known = assigned[other]
                    relation = row.get(known)
                    if relation is None:
                        relation = store.relate(term, known)
                    if relation == SATISFIED:
                        continue
                    if relation == CONTRADICTED:
                        contradicted.add(number)
                        contradictions.append(number)
                        break
                    if unsatisfied >= 0:
                        break
                    unsatisfied = other
                else:
                    if unsatisfied < 0:
                        conflict = number
                        break
                    if unsatisfied not in pending:
                        pending.append(unsatisfied)
                    solution.derive(unsatisfied, number, incompatibility)
                    contradicted.add(number)
                    contradictions.append(number)
            if conflict >= 0:
                learned_about, learned = self._resolve_conflict(conflict, conflicts)
                pending = [learned_about]
                solution.derive(learned_about, learned, incompatibilities[learned])
                contradicted.add(learned)
                contradictions.append(learned)
        return conflicts

    def _resolve_conflict(self, number: int, conflicts: list[tuple[int, int]]) -> tuple[int, int]:
        """Learn from an incompatibility all of whose terms hold, and backtrack to where what was learned helps."""
        knowledge, solution = self.knowledge, self.solution
        store, incompatibilities = knowledge.store, knowledge.incompatibilities
        changed = False
        while True:
            current = incompatibilities[number]
            if self._is_terminal(current):
                raise Unsolvable(knowledge.derivation(number))
            satisfied = {package: solution.satisfier(package, term) for package, _, term in current.terms}
            pivot = max(satisfied, key=satisfied.__getitem__)
            _, level, cause = satisfied[pivot]
            alone = incompatibilities[cause].term(pivot) ^ 1 if cause >= 0 else solution.decisions[pivot][3]
            remaining = store.intersection(alone, current.term(pivot) ^ 1) ^ 1
            satisfied[pivot] = solution.satisfier(pivot, remaining)
            previous_level = max(max(satisfied.values())[1], 1)
            if previous_level < level:
                self.backtrack(previous_level)
                if changed:
                    self._add(number)
                conflicts.append((pivot, number))
                return pivot, number
            number = knowledge.add(resolvent(store, pivot, (current, incompatibilities[cause]), (number, cause)))
            changed = True
            conflicts.append((pivot, number))

    def _is_terminal(self, incompatibility: Incompatibility) -> bool:
        terms = incompatibility.terms
        if len(terms) > 1:
            return False
        return not terms or (terms[0][0] == self.root and self.knowledge.store.holds_in(terms[0][2], self.root_version))

    # Bookkeeping

    def _add(self, number: int) -> None:
        self._grow()
        relevant = self.relevant
        for package, _, _ in self.knowledge.incompatibilities[number].terms:
            relevant[package].append(number)

    def _grow(self) -> None:
        count = len(self.knowledge.packages)
        missing = count - len(self.relevant)
        if missing > 0:
            self.relevant += [[] for _ in range(missing)]
            self.solution.grow(count)

"""Incompatibilities: sets of terms that must not all hold, and where they come from."""

from __future__ import annotations

from typing import Any, Literal

from ultraviolet.pubgrub.terms import ANY, TermStore

Kind = Literal["not-root", "no-versions", "dependency", "unavailable", "derived"]
"""The root must be selected; nothing is left to choose from; a dependency; a caller's reason; learned from a conflict."""


class Incompatibility:
    """Terms of which at least one must be false.

    Every term appears as (package, row of relations, term), ready for the inner loop of propagation.
    """

    __slots__ = ("dependency", "first_cause", "kind", "package", "reason", "second_cause", "terms")

    def __init__(
        self,
        terms: tuple[tuple[int, dict[int, int], int], ...],
        kind: Kind,
        *,
        package: int = -1,
        dependency: int = -1,
        reason: Any = None,
        first_cause: int = -1,
        second_cause: int = -1,
    ) -> None:
        self.terms = terms
        self.kind: Kind = kind
        self.package = package
        """The package spoken of; of a dependency, the one that depends."""
        self.dependency = dependency
        self.reason = reason
        self.first_cause = first_cause
        """Of a derived one: the number of the incompatibility that was in conflict."""
        self.second_cause = second_cause
        """Of a derived one: the number of the incompatibility that its satisfier was derived from."""

    def term(self, package: int) -> int:
        """Return the term about a package.

        :raises KeyError: there is none.
        """
        for candidate, _, term in self.terms:
            if candidate == package:
                return term
        raise KeyError(package)

    def packages(self) -> list[int]:
        """Return the packages spoken of."""
        return [package for package, _, _ in self.terms]


def unary(store: TermStore, package: int, term: int, kind: Kind, reason: Any = None) -> Incompatibility:
    """Make an incompatibility of one term."""
    return Incompatibility(((package, store.rows[term], term),), kind, package=package, reason=reason)


def dependency(store: TermStore, package: int, dependent: int, requirement: int, required: int) -> Incompatibility:
    """Make "package within the positive term `dependent` requires `requirement` within the set of `required`".

    `required` is the positive term of the admitted versions; when it admits none, the package alone is impossible.
    """
    if required:
        negated = required ^ 1
        terms = ((package, store.rows[dependent], dependent), (requirement, store.rows[negated], negated))
        return Incompatibility(terms, "dependency", package=package, dependency=requirement)
    return Incompatibility(
        ((package, store.rows[dependent], dependent),), "dependency", package=package, dependency=requirement
    )


def resolvent(
    store: TermStore, pivot: int, causes: tuple[Incompatibility, Incompatibility], numbers: tuple[int, int]
) -> Incompatibility:
    """Combine two incompatibilities about a package into one that follows from both.

    The terms about the pivot are united, and vanish when they then say nothing; all others must hold together.
    """
    first, second = causes
    pivot_term = first.term(pivot)
    terms: dict[int, int] = {}
    skipped = False
    for package, _, term in first.terms:  # a package that depends on itself is spoken of twice
        if package == pivot and not skipped:
            skipped = True
        else:
            terms[package] = term
    for package, _, term in second.terms:
        if package != pivot:
            known = terms.get(package)
            terms[package] = term if known is None else store.intersection(known, term)
    united = store.union(pivot_term, second.term(pivot))
    if united != ANY:
        terms[pivot] = united
    rows = store.rows
    return Incompatibility(
        tuple([(package, rows[term], term) for package, term in terms.items()]),
        "derived",
        first_cause=numbers[0],
        second_cause=numbers[1],
    )

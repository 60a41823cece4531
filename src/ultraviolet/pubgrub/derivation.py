"""Derivations: why no solution exists, as a tree of statements.

An inner node is a set of terms that was proved impossible from its two causes; a leaf is a fact. Nodes reached more
than once are shared objects and carry a number, so that a report can tell them once.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Literal

from ultraviolet.pubgrub.incompatibility import Incompatibility
from ultraviolet.pubgrub.terms import TermStore

LeafKind = Literal["not-root", "no-versions", "dependency", "unavailable"]


class Leaf:
    """A fact: see `Incompatibility.kind` for the kinds."""

    __slots__ = ("dependency", "kind", "package", "reason", "required", "versions")

    def __init__(
        self,
        kind: LeafKind,
        package: Any,
        versions: Any,
        *,
        dependency: Any = None,
        required: Any = None,
        reason: Any = None,
    ) -> None:
        self.kind: LeafKind = kind
        self.package = package
        self.versions = versions
        """The versions of the package the fact is about."""
        self.dependency = dependency
        self.required = required
        """Of a dependency: the admitted versions of what is depended on."""
        self.reason = reason


class Derived:
    """A conclusion from two causes."""

    __slots__ = ("first", "second", "shared", "terms")

    def __init__(
        self,
        terms: Mapping[Any, tuple[bool, Any]],
        first: Derivation,
        second: Derivation,
        shared: int | None = None,
    ) -> None:
        self.terms = terms
        """``{package: (whether positive, versions)}``: what cannot hold together."""
        self.first = first
        self.second = second
        self.shared = shared
        """A number when several conclusions rest on this one."""


Derivation = Leaf | Derived


def build_derivation(
    number: int, incompatibilities: list[Incompatibility], store: TermStore, packages: list[Hashable]
) -> Derivation:
    """Return the derivation of an incompatibility."""
    seen: set[int] = set()
    shared: set[int] = set()
    stack = [number]
    while stack:
        current = stack.pop()
        found = incompatibilities[current]
        if found.kind == "derived":
            if current in seen:
                shared.add(current)
            else:
                stack += (found.first_cause, found.second_cause)
        seen.add(current)
    built: dict[int, Derivation] = {}
    for current in sorted(seen):  # causes are older than their conclusions
        found = incompatibilities[current]
        if found.kind == "derived":
            built[current] = Derived(
                {packages[package]: (not term & 1, store.versions(term)) for package, _, term in found.terms},
                built[found.first_cause],
                built[found.second_cause],
                current if current in shared else None,
            )
        else:
            built[current] = _leaf(found, store, packages)
    return built[number]


def _leaf(found: Incompatibility, store: TermStore, packages: list[Hashable]) -> Leaf:
    package = packages[found.package]
    versions = store.versions(found.terms[0][2])
    if found.kind == "dependency":
        required = store.versions(found.terms[1][2]) if len(found.terms) > 1 else store.sets[0]
        return Leaf("dependency", package, versions, dependency=packages[found.dependency], required=required)
    if found.kind == "not-root":
        return Leaf("not-root", package, versions)
    if found.kind == "no-versions":
        return Leaf("no-versions", package, versions)
    return Leaf("unavailable", package, versions, reason=found.reason)

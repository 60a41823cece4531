"""The generic version solver: PubGrub over opaque packages, versions and sets of versions.

The algorithm is the one of https://github.com/dart-lang/pub/blob/master/doc/solver.md; a caller drives it step by step
(propagate, pick a package, decide or learn something), so that it can fork a search by copying its `Search`. Why no
solution exists is a first-class product: a `Derivation`.
"""

from ultraviolet.pubgrub.derivation import Derivation, Derived, Leaf, build_derivation
from ultraviolet.pubgrub.incompatibility import Incompatibility, Kind
from ultraviolet.pubgrub.search import Knowledge, Search, Unsolvable
from ultraviolet.pubgrub.terms import TermStore, VersionSet

__all__ = [
    "Derivation",
    "Derived",
    "Incompatibility",
    "Kind",
    "Knowledge",
    "Leaf",
    "Search",
    "TermStore",
    "Unsolvable",
    "VersionSet",
    "build_derivation",
]

"""Where a resolution must hold: in one environment, or in every environment that a marker describes.

A universal resolution may split. Each fork has an environment of its own: a marker, and the declared conflict items that
it assumes active or inactive.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from ultraviolet.standards.conflicts import ConflictItem
from ultraviolet.standards.markers import TRUE, Marker, MarkerEnvironment
from ultraviolet.standards.markers.universal import UniversalMarker, conflict_item_marker
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.specifiers import Specifiers
from ultraviolet.standards.tags import Tags
from ultraviolet.standards.versions import Version, parse_version

PythonSource = Literal["python-version", "requires-python", "interpreter"]


class PythonRequirement(msgspec.Struct, frozen=True, kw_only=True):
    """The Python versions to resolve for, and the one at hand."""

    source: PythonSource
    """Where the target comes from: ``--python-version``, ``requires-python``, or the interpreter."""
    exact: Version
    """The version of the interpreter."""
    installed: RequiresPython
    """At least the interpreter's release."""
    target: RequiresPython

    @classmethod
    def from_interpreter(cls, version: Version) -> PythonRequirement:
        """Resolve for the interpreter's version."""
        installed = RequiresPython.greater_than_equal(version.only_release_trimmed())
        return cls(source="interpreter", exact=_without_zeros(version), installed=installed, target=installed)

    @classmethod
    def from_python_version(cls, version: Version, target: Version) -> PythonRequirement:
        """Resolve for another version than the interpreter's."""
        return cls(
            source="python-version",
            exact=version,
            installed=RequiresPython.greater_than_equal(version.only_release_trimmed()),
            target=RequiresPython.greater_than_equal(target.only_release_trimmed()),
        )

    @classmethod
    def from_requires_python(cls, version: Version, target: RequiresPython) -> PythonRequirement:
        """Resolve for the versions a project supports; `version` is the interpreter's."""
        return cls(
            source="requires-python",
            exact=_without_zeros(version),
            installed=RequiresPython.greater_than_equal(version.only_release_trimmed()),
            target=target,
        )

    def with_target(self, target: RequiresPython) -> PythonRequirement:
        """Return the requirement for other versions."""
        return PythonRequirement(source=self.source, exact=self.exact, installed=self.installed, target=target)

    @property
    def is_installed(self) -> bool:
        """Whether the target is simply the interpreter's version."""
        return self.installed == self.target


def _without_zeros(version: Version) -> Version:
    """Drop the trailing zeros of a release: uv speaks of Python 3.13, not 3.13.0, unless ``--python-version`` was given."""
    return version.with_release(version.only_release_trimmed().release)


class ResolverEnvironment(msgspec.Struct, frozen=True, kw_only=True):
    """What to resolve for, as the caller states it; make one with `specific` or `universal`."""

    python: PythonRequirement
    current: MarkerEnvironment
    """The environment of the interpreter at hand."""
    target: MarkerEnvironment | None = None
    """The one environment to resolve for; None for all of them."""
    tags: Tags | None = None
    """The wheels that environment accepts."""
    initial_forks: tuple[Marker, ...] = ()
    """Where a universal resolution is split from the start: locked or declared environments, in order."""

    @classmethod
    def specific(
        cls,
        target: MarkerEnvironment,
        tags: Tags | None,
        *,
        python: PythonRequirement | None = None,
        current: MarkerEnvironment | None = None,
    ) -> ResolverEnvironment:
        """Resolve for one environment; by default it is that of the interpreter at hand."""
        current = target if current is None else current
        if python is None:
            python = PythonRequirement.from_interpreter(parse_version(target.python_full_version))
        return cls(python=python, current=current, target=target, tags=tags)

    @classmethod
    def universal(
        cls, python: PythonRequirement, current: MarkerEnvironment, initial_forks: Iterable[Marker] = ()
    ) -> ResolverEnvironment:
        """Resolve for all environments; the initial forks may hold conflict items as encoded extras."""
        return cls(python=python, current=current, initial_forks=tuple(initial_forks))


class ForkEnvironment:
    """The environments of one fork, and the versions of Python it is for. Immutable."""

    __slots__ = ("_includes", "excluded", "included", "marker", "python", "python_marker", "target")

    def __init__(
        self,
        python: PythonRequirement,
        target: MarkerEnvironment | None = None,
        marker: Marker = TRUE,
        included: frozenset[ConflictItem] = frozenset(),
        excluded: frozenset[ConflictItem] = frozenset(),
    ) -> None:
        self.python = python
        self.python_marker = python.target.to_marker()
        self.target = target
        """The one environment of a specific resolution."""
        self.marker = marker
        self.included = included
        self.excluded = excluded
        self._includes: dict[Marker, bool] = {TRUE: True}

    @property
    def is_universal(self) -> bool:
        """Whether this is (a part of) a universal resolution."""
        return self.target is None

    def includes(self, marker: Marker) -> bool:
        """Whether a condition can hold in this fork; always so in a specific resolution."""
        known = self._includes.get(marker)
        if known is None:
            known = self._includes[marker] = self.target is not None or not self.marker.is_disjoint(marker)
        return known

    def includes_item(self, item: ConflictItem) -> bool:
        """Whether a conflict item may be active in this fork."""
        excluded = self.excluded
        if not excluded:
            return True
        if item in excluded:
            return False
        if item.kind == "extra" and ConflictItem(item.package, "project") in excluded:
            return item in self.included
        return True

    def admits(self, specifiers: Specifiers) -> bool:
        """Whether a dependency's ``Requires-Python`` admits this fork's versions, lower bounds alone considered."""
        return self.python.target.is_contained_by(specifiers)

    def narrowed(self, marker: Marker) -> ForkEnvironment:
        """Restrict to a condition; the versions of Python stay until `settled`."""
        return ForkEnvironment(self.python, self.target, self.marker & marker, self.included, self.excluded)

    def filtered(self, included: Iterable[ConflictItem], excluded: Iterable[ConflictItem]) -> ForkEnvironment | None:
        """Assume conflict items active or inactive; None when that contradicts earlier assumptions."""
        all_included = self.included.union(included)
        all_excluded = self.excluded.union(excluded)
        if not all_included.isdisjoint(all_excluded):
            return None
        return ForkEnvironment(self.python, self.target, self.marker, all_included, all_excluded)

    def settled(self) -> ForkEnvironment:
        """Narrow the versions of Python to those the marker admits."""
        bounds = self.marker.python_bounds()
        target = None if bounds is None else self.python.target.narrow(bounds)
        if target is None:
            return self
        return ForkEnvironment(self.python.with_target(target), self.target, self.marker, self.included, self.excluded)

    def universal_marker(self) -> UniversalMarker | None:
        """Return the condition of this fork with its conflict items; None in a specific resolution."""
        if self.target is not None:
            return None
        conflict = TRUE
        for item in self.excluded:
            conflict &= ~conflict_item_marker(item)
        for item in self.included:
            conflict &= conflict_item_marker(item)
        return UniversalMarker.of(self.marker, conflict)

    def describe(self) -> str:
        """Return the words for this environment in errors."""
        if self.target is not None:
            return "marker environment"
        if self.marker.is_true:
            return "all marker environments"
        return f"split `{self.marker}`"

    def split_display(self) -> str | None:
        """Return the words for this fork in the header of a report; None when nothing was forked."""
        if self.target is not None:
            return None
        parts = []
        if not self.marker.is_true:
            parts.append(f"markers: {self.marker}")
        if self.included:
            parts.append("included: " + ", ".join(sorted(map(_item_text, self.included))))
        if self.excluded:
            parts.append("excluded: " + ", ".join(sorted(map(_item_text, self.excluded))))
        return f"split ({'; '.join(parts)})" if parts else None


def initial_environments(environment: ResolverEnvironment) -> list[ForkEnvironment]:
    """Return the environments a resolution starts with, the one to be solved last first."""
    whole = ForkEnvironment(environment.python, environment.target)
    if environment.target is not None or not environment.initial_forks:
        return [whole]
    forks: list[ForkEnvironment] = []
    for marker in reversed(environment.initial_forks):
        combined = UniversalMarker.of(marker)
        included, excluded = combined.filter_rules()
        fork = whole.filtered(included, excluded)
        if fork is not None:
            forks.append(fork.narrowed(combined.pep508).settled())
    return forks


def python_forks(environment: ForkEnvironment, specifiers: Specifiers) -> list[ForkEnvironment]:
    """Split a fork where the lower bound of a ``Requires-Python`` lies, below first; empty when it cannot be split."""
    halves = environment.python.target.split(RequiresPython.from_specifiers(specifiers).lower_bound)
    if halves is None:
        return []
    return [
        environment.narrowed(marker)
        for marker in (half.to_marker() for half in halves)
        if not environment.marker.is_disjoint(marker)
    ]


def marker_forks(environment: ForkEnvironment, marker: Marker) -> tuple[ForkEnvironment, ForkEnvironment] | None:
    """Split a fork into where a condition holds and where not; None when one of the two is empty."""
    negated = ~marker
    if environment.marker.is_disjoint(marker) or environment.marker.is_disjoint(negated):
        return None
    return environment.narrowed(marker), environment.narrowed(negated)


def _item_text(item: ConflictItem) -> str:
    if item.kind == "extra":
        return f"{item.package}[{item.name}]"
    if item.kind == "group":
        return f"{item.package}[group:{item.name}]"
    return PackageName(item.package)

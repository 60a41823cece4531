"""The state of one fork of a resolution: its search, and what it has settled on beside versions."""

from __future__ import annotations

from ultraviolet.distributions.dist import RegistryDist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.source import DirectSource
from ultraviolet.pubgrub import Knowledge, Search
from ultraviolet.resolver.environment import ForkEnvironment
from ultraviolet.resolver.packages import VirtualPackage
from ultraviolet.resolver.priorities import Priorities
from ultraviolet.resolver.version_map import Prioritized
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version

CONFLICT_THRESHOLD = 5
"""How many conflicts a package may be part of before the order of decisions is changed."""


class Pin:
    """The distribution that stands for a version of a package."""

    __slots__ = ("dist", "prioritized")

    def __init__(self, dist: RegistryDist | InstalledDistribution, prioritized: Prioritized | None) -> None:
        self.dist = dist
        self.prioritized = prioritized

    @property
    def index(self) -> IndexLocation | None:
        """Where it was found; None when it is installed."""
        return self.dist.index if isinstance(self.dist, RegistryDist) else None


class ForkState:
    """What one fork knows; copied when it splits."""

    __slots__ = (
        "_affected",
        "_culprits",
        "_demoted",
        "_promoted",
        "added",
        "environment",
        "following",
        "indexes",
        "initial",
        "initial_version",
        "last_prefetch",
        "pins",
        "priorities",
        "search",
        "selected",
        "tried",
        "urls",
        "widened",
    )

    def __init__(self, search: Search, environment: ForkEnvironment) -> None:
        self.search = search
        self.environment = environment
        self.following = search.root
        """The package picked last: where propagation starts."""
        self.initial: int = -1
        """The package to decide first, without propagation, when a version split the fork; else -1."""
        self.initial_version: Version | None = None
        self.pins: dict[tuple[PackageName, Version], Pin] = {}
        self.urls: dict[PackageName, DirectSource] = {}
        self.indexes: dict[PackageName, IndexLocation] = {}
        self.priorities = Priorities()
        self.added: dict[int, set[Version]] = {}
        """The versions whose dependencies are known to the search, by package."""
        self.selected: dict[int, tuple[int, Version]] = {}
        """The version chosen last by package, and the set of versions it was chosen from."""
        self.widened: dict[PackageName, str | None] = {}
        """The packages whose versions were widened over gaps, with the index they are pinned to."""
        self.tried: dict[PackageName, set[Version]] = {}
        self.last_prefetch: dict[PackageName, int] = {}
        self._affected: dict[int, int] = {}
        self._culprits: dict[int, int] = {}
        self._promoted: list[int] = []
        self._demoted: list[int] = []

    def fork(self, environment: ForkEnvironment) -> ForkState:
        """Return a copy that goes on in a narrower environment."""
        other = ForkState.__new__(ForkState)
        other.search = self.search.copy()
        other.environment = environment.settled()
        other.following = self.following
        other.initial = -1
        other.initial_version = None
        other.pins = self.pins.copy()
        other.urls = self.urls.copy()
        other.indexes = self.indexes.copy()
        other.priorities = self.priorities.copy()
        other.added = {package: versions.copy() for package, versions in self.added.items()}
        other.selected = {}
        other.widened = self.widened.copy()
        other.tried = {name: versions.copy() for name, versions in self.tried.items()}
        other.last_prefetch = self.last_prefetch.copy()
        other._affected = self._affected.copy()  # noqa: SLF001
        other._culprits = self._culprits.copy()  # noqa: SLF001
        other._promoted = self._promoted.copy()  # noqa: SLF001
        other._demoted = self._demoted.copy()  # noqa: SLF001
        return other

    def record_conflict(self, affected: int, number: int) -> None:
        """Count a conflict: against every other project in the incompatibility, and for the package picked last."""
        knowledge = self.search.knowledge
        packages = knowledge.packages
        name = _name(packages[affected])
        found = False
        for package in knowledge.incompatibilities[number].packages():
            if package == affected or _name(packages[package]) == name:
                continue
            found = True
            count = self._culprits[package] = self._culprits.get(package, 0) + 1
            if count == CONFLICT_THRESHOLD:
                self._demoted.append(package)
        if found:
            following = self.following
            count = self._affected[following] = self._affected.get(following, 0) + 1
            if count == CONFLICT_THRESHOLD:
                self._promoted.append(following)

    def reprioritize(self) -> None:
        """Change the order of decisions where conflicts pile up, taking decisions on culprits back."""
        packages = self.search.knowledge.packages
        for package in self._promoted:
            self.priorities.promote(packages[package])
        self._promoted.clear()
        for package in self._demoted:
            if self.priorities.demote(packages[package]):
                self.search.backtrack_before(package)
        self._demoted.clear()

    def pick(self) -> int:
        """Take the package to decide next; -1 when all are decided."""
        packages, get = self.search.knowledge.packages, self.priorities.get
        return self.search.solution.pick(lambda number: get(packages[number]))


def _name(package: VirtualPackage) -> PackageName | None:
    return None if package.kind == "python" else package.name


def start(knowledge: Knowledge, root: VirtualPackage, version: Version, environment: ForkEnvironment) -> ForkState:
    """Return the state before anything is known."""
    return ForkState(Search(knowledge, root, version), environment)

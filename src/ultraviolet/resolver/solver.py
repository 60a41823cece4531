"""The resolution itself: a stack of forks, each solved to the end before the next.

In every step of a fork: propagate, reorder after conflicts, pick the package of highest priority, choose a version, learn
its dependencies. Choosing a version, or learning its dependencies, may split the fork.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ultraviolet.distributions.dist import Dist, RegistryDist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.metadata import MetadataResult
from ultraviolet.distributions.resolution import Resolution
from ultraviolet.distributions.source import DirectSource, PathSource, UrlSource
from ultraviolet.distributions.urls import url_filename
from ultraviolet.errors import UltravioletError
from ultraviolet.pubgrub import Knowledge, TermStore, Unsolvable
from ultraviolet.resolver.availability import (
    UnavailablePackage,
    UnavailableReason,
    UnavailableVersion,
    UnusableFile,
)
from ultraviolet.resolver.candidates import Candidate
from ultraviolet.resolver.chain import describe_chain
from ultraviolet.resolver.edges import Edge, EdgeFactory, Unsatisfiable
from ultraviolet.resolver.environment import (
    ForkEnvironment,
    ResolverEnvironment,
    initial_environments,
    marker_forks,
    python_forks,
)
from ultraviolet.resolver.errors import DependencyError, Explanation, NoSolution, UnhashedPackage
from ultraviolet.resolver.flatten import Flattener
from ultraviolet.resolver.fork_state import ForkState, Pin, start
from ultraviolet.resolver.forking import fork_edges, python_order, sort_forks
from ultraviolet.resolver.graph import SolvedFork, build_resolution, extract_fork
from ultraviolet.resolver.inquiry import Inquiry
from ultraviolet.resolver.locations import PinnedIndexes, Urls
from ultraviolet.resolver.lookahead import look_ahead
from ultraviolet.resolver.manifest import Lookahead, Manifest
from ultraviolet.resolver.options import ResolverOptions
from ultraviolet.resolver.packages import INSTALLED, TARGET, PackageTable, VirtualPackage
from ultraviolet.resolver.provider import MetadataProvider, Reporter, SilentReporter
from ultraviolet.resolver.version_map import Prioritized, VersionMap, specifiers_of
from ultraviolet.standards.errors import InvalidRequirement, InvalidSpecifier, InvalidVersion, InvalidWheelFilename
from ultraviolet.standards.filenames import parse_wheel_filename
from ultraviolet.standards.markers import FALSE, TRUE, Marker, parse_marker
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.ranges import EMPTY, Range, release_range
from ultraviolet.standards.specifiers import Specifiers
from ultraviolet.standards.versions import Version, parse_version
from ultraviolet.standards.wheel_markers import implied_markers

ROOT_VERSION = parse_version("0a0.dev0")
"""The version of the root: below every other."""

_SILENT = SilentReporter()


def resolve(
    manifest: Manifest,
    provider: MetadataProvider,
    options: ResolverOptions,
    environment: ResolverEnvironment,
    *,
    reporter: Reporter = _SILENT,
) -> Resolution:
    """Find a version for every package that is needed.

    :raises NoSolution: the requirements contradict each other.
    :raises ResolutionError: sources contradict each other, or are not allowed.
    :raises UltravioletError: the provider failed; hints tell why the distribution was needed.
    """
    if manifest.lookaheads is None:
        lookaheads: tuple[Lookahead, ...] = ()
        if options.dependency_mode == "transitive":
            lookaheads = look_ahead(manifest, provider, environment.target)
        manifest = msgspec.structs.replace(manifest, lookaheads=lookaheads)
    return Resolver(Inquiry(manifest, provider, options, environment), reporter).run()


class Rejected:
    """The chosen version cannot be used."""

    __slots__ = ("reason", "version")

    def __init__(self, version: Version, reason: UnavailableVersion) -> None:
        self.version = version
        self.reason = reason


class Split:
    """The fork must be split before the package can be decided."""

    __slots__ = ("parts",)

    def __init__(self, parts: list[tuple[ForkEnvironment, Version | None]]) -> None:
        self.parts = parts
        """Environments, each with the version that was chosen for it already, if one was; the last is solved first."""


Outcome = Version | Rejected | Split | None
"""What came of choosing a version; None when there is none."""


def spelling(versions: Range) -> tuple[object, ...]:
    """Tell apart sets that are equal but were written differently."""
    return tuple([(*cut[:4], cut[4].release) for cut in versions.cuts])


class Resolver:
    """One resolution in progress."""

    __slots__ = (
        "covered_environments",
        "edges",
        "environment",
        "flattener",
        "gaps",
        "indexes",
        "inquiry",
        "knowledge",
        "manifest",
        "options",
        "packages",
        "preferences",
        "prefetched",
        "provider",
        "reporter",
        "requested",
        "selector",
        "store",
        "urls",
    )

    def __init__(self, inquiry: Inquiry, reporter: Reporter) -> None:
        self.inquiry = inquiry
        self.manifest = inquiry.manifest
        self.provider = inquiry.provider
        self.options = inquiry.options
        self.environment = inquiry.environment
        self.selector = inquiry.selector
        self.reporter = reporter
        self.store = TermStore(EMPTY, spelling)
        self.knowledge = Knowledge(self.store, Range.singleton)
        self.packages = PackageTable(self.knowledge)
        self.edges = EdgeFactory(self.manifest.conflicts, self.packages, self.store)
        self.flattener = Flattener(inquiry.overrides, inquiry.excludes, inquiry.constraints)
        self.urls = Urls(inquiry.first_party)
        self.indexes = PinnedIndexes(inquiry.first_party)
        self.preferences = inquiry.preferences.copy()
        self.covered_environments = self.options.covered_environments
        if self.environment.target is not None:
            self.covered_environments = ()
        self.gaps: dict[tuple[PackageName, str | None, Version], int] = {}
        """The widened terms of versions, by package and pinned index."""
        self.requested: set[tuple[PackageName, str | None]] = set()
        self.prefetched: set[int] = set()

    # The stack of forks

    def run(self) -> Resolution:
        """Solve all forks and join what they found."""
        root = self.packages.get("root", self.manifest.project)
        options = self.options
        environments = initial_environments(self.environment)
        environments.sort(key=python_order, reverse=options.fork_strategy == "fewest" or options.resolution == "lowest")
        first = start(self.knowledge, root, ROOT_VERSION, environments[0])
        stack = [first.fork(environment) for environment in environments[1:]]
        stack.insert(0, first)
        solved: list[SolvedFork] = []
        while stack:
            state = stack.pop()
            try:
                parts = self._solve(state)
            except Unsolvable as error:
                failure = self._explain(error, state)
                raise failure from Explanation(failure.report)
            if parts is not None:
                stack += parts
                continue
            fork = extract_fork(state)
            if options.resolution != "lowest-direct":
                marker = state.environment.marker
                for node in fork.nodes:
                    self.preferences.add(node.name, node.version, marker, node.index)
            solved.append(fork)
        self.reporter.on_complete()
        return build_resolution(self.inquiry, solved)

    def _solve(self, state: ForkState) -> list[ForkState] | None:
        """Take one fork to its end: None when it is solved, else the forks it splits into."""
        search, packages = state.search, self.knowledge.packages
        solution = search.solution
        while True:
            if state.initial >= 0:
                number = state.initial
                state.initial = -1
            else:
                for affected, incompatibility in search.propagate(state.following):
                    state.record_conflict(affected, incompatibility)
                if self.options.dependency_mode == "transitive":
                    self._prefetch(state)
                state.reprioritize()
                number = state.pick()
                if number < 0:
                    return None
            state.following = number
            package: VirtualPackage = packages[number]
            version = state.initial_version
            if version is not None:
                state.initial_version = None
            else:
                outcome = self._choose(state, package)
                if outcome is None:
                    term = solution.assigned[number]
                    name = package.name
                    if package.kind == "package" and name is not None and name in self.inquiry.unavailable:
                        search.add_unavailable(number, term, self.inquiry.unavailable[name])
                    else:
                        search.add_no_versions(number, term)
                    continue
                if isinstance(outcome, Split):
                    return self._split_on_version(state, number, outcome)
                if isinstance(outcome, Rejected):
                    self._reject(state, package, outcome)
                    continue
                version = outcome
                if package.is_plain and package.name not in state.urls:
                    self._prefetch_batch(state, package, version)
            if package.is_plain and package.name is not None:
                state.tried.setdefault(package.name, set()).add(version)
            if package.kind == "package" and package.name is not None:
                self.reporter.on_progress(package.name, version)
            added = state.added.get(number)
            if added is not None and version in added:
                search.decide(number, version)
                continue
            parts = self._add_dependencies(state, package, version)
            if parts is not None:
                return parts

    def _split_on_version(self, state: ForkState, number: int, split: Split) -> list[ForkState]:
        parts = []
        for environment, version in split.parts:
            part = state.fork(environment)
            part.initial = number
            part.initial_version = version
            parts.append(part)
        return parts

    # Choosing a version

    def _choose(self, state: ForkState, package: VirtualPackage) -> Outcome:
        """Choose a version of a package within what is known of it."""
        if package.kind == "root":
            return ROOT_VERSION
        number = package.number
        term = state.search.solution.assigned[number]
        versions: Range = self.store.versions(term)
        if package.kind == "python":
            return None
        if package.kind == "system":
            return versions.as_singleton()
        name = package.name
        if name is None:
            return None
        source = state.urls.get(name)
        if source is not None:
            self._check_hashed_url(name, source)
            return self._choose_direct(state, package, name, source, versions)
        index = state.indexes.get(name)
        if index is not None:
            return self._choose_listed(state, package, name, versions, index)
        same = self.store.same[term >> 1]
        known = state.selected.get(number)
        if known is not None and known[0] == same:
            return known[1]
        outcome = self._choose_listed(state, package, name, versions, None)
        if isinstance(outcome, Version):
            state.selected[number] = (same, outcome)
        return outcome

    def _choose_direct(
        self, state: ForkState, package: VirtualPackage, name: PackageName, source: DirectSource, versions: Range
    ) -> Outcome:
        """Take the one version of a direct source, if it is in range and fits the fork."""
        result = self.inquiry.metadata_of(self.inquiry.direct_dist(name, source))
        metadata = result.metadata
        if metadata is None:
            self.inquiry.unavailable[name] = UnavailablePackage(result.unavailable or "invalid-metadata", result.detail)
            return None
        version = metadata.version
        if not versions.contains(version):
            return None
        if isinstance(source, (UrlSource, PathSource)) and source.kind == "wheel":
            unusable = self._judge_direct_wheel(state, package, source)
            if unusable is not None:
                return Rejected(version, UnavailableVersion("file", unusable))
        specifiers = specifiers_of(metadata.requires_python)
        if specifiers is not None and not state.environment.admits(specifiers):
            return Rejected(version, self._python_reason(state, specifiers, "source"))
        return version

    def _judge_direct_wheel(
        self, state: ForkState, package: VirtualPackage, source: UrlSource | PathSource
    ) -> UnusableFile | None:
        location = source.url if isinstance(source, UrlSource) else source.path
        try:
            filename = parse_wheel_filename(url_filename(location))
        except InvalidWheelFilename:
            return None
        if self.covered_environments:
            covered = implied_markers(filename)
            for marker in self.covered_environments:
                if (
                    state.environment.includes(marker)
                    and covered.is_disjoint(marker)
                    and not self._reachable(state, package).is_disjoint(marker)
                ):
                    return UnusableFile("wheel", "missing-platform", platform=marker)
        if not state.environment.python.target.matches_wheel(filename):
            return UnusableFile("wheel", "tag", tag="abi-python-version")
        return None

    def _choose_listed(
        self,
        state: ForkState,
        package: VirtualPackage,
        name: PackageName,
        versions: Range,
        index: IndexLocation | None,
    ) -> Outcome:
        """Choose a version of the indexes, or an installed one."""
        maps = self.inquiry.maps_of(name, index)
        self.inquiry.asked_for.add(name)
        environment = state.environment
        candidate = self.selector.select(name, versions, maps, self.preferences, environment, index=index)
        if candidate is None:
            return None
        version, prioritized = candidate.version, candidate.prioritized
        if prioritized is None or prioritized.dist is None:
            if candidate.installed is None:
                unusable = candidate.unusable or UnusableFile("none", "unavailable")
                return Rejected(version, UnavailableVersion("file", unusable))
            self._pin(state, package, candidate)
            return version
        specifiers = prioritized.requires_python
        if specifiers is not None and not environment.admits(specifiers):
            if self.options.fork_strategy == "requires-python" and environment.is_universal:
                forks = python_forks(environment, specifiers)
                if forks:
                    return Split([(fork, None) for fork in forks])
            kind = "source" if prioritized.dist.from_sdist else "wheel"
            return Rejected(version, self._python_reason(state, specifiers, kind))
        if environment.is_universal and not prioritized.markers.is_true:
            outcome = self._cover(state, package, candidate, prioritized, versions, maps, index)
            if outcome is not None:
                return outcome
        self._pin(state, package, candidate)
        return version

    def _cover(
        self,
        state: ForkState,
        package: VirtualPackage,
        candidate: Candidate,
        prioritized: Prioritized,
        versions: Range,
        maps: Sequence[VersionMap],
        index: IndexLocation | None,
    ) -> Outcome:
        """Deal with a version whose wheels do not cover every platform: split, reject it, or take another.

        :returns: None when the version can be used as it is.
        """
        environment, covered = state.environment, prioritized.markers
        for marker in self.covered_environments:
            if (
                environment.includes(marker)
                and covered.is_disjoint(marker)
                and not self._reachable(state, package).is_disjoint(marker)
            ):
                halves = marker_forks(environment, marker)
                if halves is None:
                    unusable = UnusableFile("wheel", "missing-platform", platform=marker)
                    return Rejected(candidate.version, UnavailableVersion("file", unusable))
                return Split([(half, None) for half in halves])
        if not candidate.version.is_local:
            return None
        public = versions & Range.singleton(candidate.version.without_local())
        base = self.selector.select(candidate.name, public, maps, self.preferences, environment, index=index)
        if base is None or (base.prioritized is not None and base.prioritized.dist is None):
            return None
        remainder = (TRUE if base.prioritized is None else base.prioritized.markers) & ~covered
        if remainder.is_false or not environment.includes(remainder):
            return None
        if not environment.includes(covered):
            self._pin(state, package, base)
            return base.version
        for platform in ("darwin", "linux", "win32"):
            marker = parse_marker(f"sys_platform == '{platform}'")
            if covered.is_disjoint(marker) and not remainder.is_disjoint(marker):
                remainder |= marker
        halves = marker_forks(environment, remainder)
        if halves is None:
            return None
        self._pin(state, package, candidate)
        self._pin(state, package, base)
        return Split([(halves[0], base.version), (halves[1], candidate.version)])

    def _pin(self, state: ForkState, package: VirtualPackage, candidate: Candidate) -> None:
        key = (candidate.name, candidate.version)
        pin = state.pins.get(key)
        if pin is None:
            prioritized = candidate.prioritized
            dist: RegistryDist | InstalledDistribution | None = candidate.installed
            if prioritized is not None and prioritized.dist is not None:
                dist = prioritized.dist
            if dist is None:
                raise LookupError(candidate.name)
            pin = state.pins[key] = Pin(dist, prioritized)
        if package.kind == "package" and self.options.dependency_mode == "transitive":
            if self.options.hash_mode == "require" and key not in self.options.hashes:
                raise UnhashedPackage(candidate.name)
            self._prefetch_metadata(pin.dist)

    def _python_reason(self, state: ForkState, specifiers: Specifiers, file: str) -> UnavailableVersion:
        python = state.environment.python
        return UnavailableVersion(
            "file",
            UnusableFile(
                "wheel" if file == "wheel" else "source",
                "requires-python",
                requires_python=specifiers,
                python="installed" if python.is_installed else "target",
            ),
        )

    def _reject(self, state: ForkState, package: VirtualPackage, rejected: Rejected) -> None:
        """Learn that a version cannot be used; one that needs another Python depends on it."""
        search, number = state.search, package.number
        widened = self.widened(state, package, rejected.version)
        file = rejected.reason.file
        if file is not None and file.reason == "requires-python" and file.requires_python is not None:
            python = self.packages.get("python", INSTALLED if file.python == "installed" else TARGET)
            required = self.store.positive(release_range(file.requires_python, trim=False))
            search.add_dependency(number, widened, python.number, required)
            search.decide(number, rejected.version)
            return
        search.add_unavailable(number, widened, rejected.reason)

    # Dependencies

    def _add_dependencies(self, state: ForkState, package: VirtualPackage, version: Version) -> list[ForkState] | None:
        """Learn what a version depends on, and decide on it; returns forks when its dependencies split."""
        found = self._edges_of(state, package, version)
        if isinstance(found, UnavailableVersion):
            state.search.add_unavailable(package.number, self.widened(state, package, version), found)
            return None
        if isinstance(found, Specifiers):
            environment = state.environment
            if self.options.fork_strategy == "requires-python" and environment.is_universal:
                forks = python_forks(environment, found)
                if forks:
                    return self._split_on_version(state, package.number, Split([(fork, None) for fork in forks]))
            reason = UnavailableVersion("requires-python", requires_python=found)
            state.search.add_unavailable(package.number, self.widened(state, package, version), reason)
            return None
        edges, forkable = found
        if forkable and edges and state.environment.is_universal:
            parts, _ = fork_edges(edges, state.environment, self.manifest.conflicts)
            if len(parts) > 1:
                sort_forks(parts, self.options.fork_strategy, self.options.resolution)
                state.added.setdefault(package.number, set()).add(version)
                states = []
                for part in parts:
                    fork = state.fork(part.environment)
                    self._learn(fork, package, version, part.edges)
                    states.append(fork)
                return states
            edges = parts[0].edges if parts else []
        state.added.setdefault(package.number, set()).add(version)
        self._learn(state, package, version, edges)
        return None

    def _edges_of(
        self, state: ForkState, package: VirtualPackage, version: Version
    ) -> tuple[list[Edge], bool] | UnavailableVersion | Specifiers:
        """Find the dependencies of a version, and whether they may split the fork.

        :returns: the edges; or why the version cannot be used; or the Python versions it needs.
        """
        environment = state.environment
        try:
            if package.kind == "root":
                applied = self.flattener.root(self.manifest.requirements, environment)
                return self.edges.edges(applied, package), True
            if package.kind != "package":
                if package.kind in {"python", "system"}:
                    return [], False
                return self.edges.proxied(package, self.knowledge.exactly(version), Range.singleton(version)), False
            if self.options.dependency_mode == "direct" or package.name is None:
                return [], False
            result = self._metadata_of_version(state, package, package.name, version)
            metadata = result.metadata
            if metadata is None:
                self.inquiry.incomplete.setdefault(package.name, {})[version] = result
                return _unavailable_version(result)
            specifiers = specifiers_of(metadata.requires_python)
            if specifiers is not None and not environment.admits(specifiers):
                return specifiers
            if package.group is not None:
                applied = self.flattener.group(metadata, package.group, environment)
            else:
                applied = self.flattener.dependencies(metadata, package.extra, environment)
            return self.edges.edges(applied, package), True
        except Unsatisfiable as error:
            return UnavailableVersion("dependency", requirement=error.requirement)
        except (InvalidRequirement, InvalidVersion, InvalidSpecifier) as error:
            if package.name is None:
                raise
            self.inquiry.incomplete.setdefault(package.name, {})[version] = MetadataResult(
                None, "invalid-metadata", str(error)
            )
            return UnavailableVersion("invalid-metadata")

    def _learn(self, state: ForkState, package: VirtualPackage, version: Version, edges: list[Edge]) -> None:
        """Enter dependencies into a fork, and decide on the version unless one of them fails at once."""
        search, environment = state.search, state.environment
        priorities, urls, indexes = state.priorities, state.urls, state.indexes
        is_lowest = self.options.resolution != "highest"
        is_direct = package.kind == "root" or package.name in self.manifest.workspace_members
        for edge in edges:
            target = edge.package
            name = target.name
            has_url = False
            if name is not None:
                try:
                    for source in self.urls.get(name, edge.source, environment):
                        self.urls.enter(urls, name, source, environment)
                        has_url = True
                    if edge.index is not None:
                        self.indexes.enter(indexes, name, edge.index, environment)
                    if self.indexes:
                        for index in self.indexes.get(name, environment):
                            self.indexes.enter(indexes, name, index, environment)
                except UltravioletError as error:
                    if package.name is None or package.kind == "root":
                        raise
                    chain = describe_chain(state, package, version)
                    raise DependencyError(package.name, version, hints=chain) from error
            if is_direct and is_lowest and not has_url:
                self._warn_unpinned(edge, edges)
            is_singleton = edge.versions.is_singleton_constraint()
            priorities.register(target, is_singleton=is_singleton, is_direct=name in urls)
            if target.base is not None:
                priorities.register(target.base, is_singleton=is_singleton, is_direct=name in urls)
        for edge in edges:
            self._request(state, edge.package)
        for edge in edges:
            base = edge.package.base
            if base is not None:
                search.add_dependency(edge.package.number, edge.term, base.number, edge.term)
        failed = search.decide_with(
            package.number,
            version,
            self.widened(state, package, version),
            [(edge.package.number, edge.term) for edge in edges],
        )
        if failed >= 0:
            state.record_conflict(package.number, failed)

    def _warn_unpinned(self, edge: Edge, edges: list[Edge]) -> None:
        name = edge.package.name
        if any(other.package.name == name and _has_lower_bound(other.versions) for other in edges):
            return
        self.inquiry.warnings[
            f"The direct dependency `{name}` is unpinned. Consider setting a lower bound when using "
            "`--resolution lowest` or `--resolution lowest-direct` to avoid using outdated versions."
        ] = None

    def widened(self, state: ForkState, package: VirtualPackage, version: Version) -> int:
        """Return the term of the largest interval around a version that holds no other known version."""
        name = package.project
        if name is None or name in state.urls:
            return self.knowledge.exactly(version)
        index = state.indexes.get(name)
        key = (name, None if index is None else index.url, version)
        term = self.gaps.get(key)
        if term is None:
            maps = self.inquiry.maps.get(key[:2])
            if maps is None or name in self.inquiry.unavailable:
                return self.knowledge.exactly(version)
            term = self.gaps[key] = self._gap(name, maps, version)
        state.widened[name] = key[1]
        return term

    def _gap(self, name: PackageName, maps: Sequence[VersionMap], version: Version) -> int:
        lower: Version | None = None
        upper: Version | None = None
        is_known = False
        for version_map in maps:
            position = version_map.lower_bound(version)
            below = position - 1
            while below >= 0 and not version_map.is_known(below):
                below -= 1
            if below >= 0 and (lower is None or version_map.version(below).key > lower.key):
                lower = version_map.version(below)
            while position < len(version_map):
                if version_map.is_known(position):
                    found = version_map.version(position)
                    if found.key != version.key:
                        if upper is None or found.key < upper.key:
                            upper = found
                        break
                    is_known = True
                position += 1
        for installed in self.manifest.installed.get(name, ()):
            found = installed.version
            if found.key == version.key:
                is_known = True
            elif found.key < version.key:
                lower = found if lower is None or found.key > lower.key else lower
            else:
                upper = found if upper is None or found.key < upper.key else upper
        if lower is None and upper is None and not is_known:
            return self.knowledge.exactly(version)
        return self.store.positive(Range.between(lower, upper))

    def _metadata_of_version(
        self, state: ForkState, package: VirtualPackage, name: PackageName, version: Version
    ) -> MetadataResult:
        pin = state.pins.get((name, version))
        dist = self.inquiry.direct_dist(name, state.urls[name]) if pin is None else pin.dist
        return self.inquiry.metadata_of(dist, lambda: describe_chain(state, package, version))

    def _check_hashed_url(self, name: PackageName, source: DirectSource) -> None:
        if self.options.hash_mode == "require":
            location = source.url if isinstance(source, UrlSource) else getattr(source, "given", None) or ""
            if location not in self.options.url_hashes:
                raise UnhashedPackage(name)

    # Asking early

    def _request(self, state: ForkState, package: VirtualPackage) -> None:
        """Have the provider start on a package that will be looked at."""
        name = package.project
        if name is None:
            return
        source = state.urls.get(name)
        if source is not None:
            self._check_hashed_url(name, source)
            self._prefetch_metadata(self.inquiry.direct_dist(name, source))
            return
        if name in self.urls:
            return
        index = state.indexes.get(name)
        key = (name, None if index is None else index.url)
        if key not in self.requested:
            self.requested.add(key)
            if key not in self.inquiry.maps:
                self.provider.prefetch_listings(name, index)

    def _prefetch(self, state: ForkState) -> None:
        """Start on the metadata of what will likely be chosen."""
        solution, packages = state.search.solution, self.knowledge.packages
        visited = state.visited
        for number in solution.pending():
            package = packages[number]
            if not package.is_plain or package.name in self.urls or package.name in self.indexes:
                continue
            same = self.store.same[solution.assigned[number] >> 1]
            if visited.get(number) == same:
                continue
            name = package.name
            if (name, None) not in self.inquiry.maps and not self.provider.listings_ready(name, None):
                continue
            visited[number] = same
            candidate = self.selector.select(
                name,
                self.store.versions(solution.assigned[number]),
                self.inquiry.maps_of(name, None),
                self.inquiry.preferences,
                self._anywhere,
                index=None,
            )
            if candidate is None or candidate.prioritized is None or candidate.prioritized.dist is None:
                continue
            self._prefetch_candidate(state, candidate.prioritized, candidate.prioritized.dist)

    @property
    def _anywhere(self) -> ForkEnvironment:
        return ForkEnvironment(self.environment.python, self.environment.target)

    def _prefetch_candidate(self, state: ForkState, prioritized: Prioritized, dist: RegistryDist) -> None:
        specifiers = prioritized.requires_python
        if specifiers is not None and not state.environment.admits(specifiers):
            return
        if dist.wheel is None and self.options.resolution != "highest":
            return
        self._prefetch_metadata(dist)

    def _prefetch_metadata(self, dist: Dist | InstalledDistribution) -> None:
        key = id(dist)
        if key not in self.prefetched and not self.inquiry.is_read(dist):
            self.prefetched.add(key)
            self.provider.prefetch_metadata(dist)

    def _prefetch_batch(self, state: ForkState, package: VirtualPackage, version: Version) -> None:
        """After several rejected versions, start on the metadata of those that may be tried next."""
        name = package.name
        if name is None:
            return
        tried = len(state.tried.get(name, ()))
        if tried < 5:
            return
        last = state.last_prefetch.get(name, 0)
        if not (last < 5 or (tried >= 10 and last < 10) or (tried >= 20 and (last < 20 or tried - last >= 20))):
            return
        state.last_prefetch[name] = tried
        index = state.indexes.get(name)
        maps = self.inquiry.maps_of(name, index)
        solution = state.search.solution
        remaining: Range = self.store.versions(solution.assigned[package.number])
        unchanging = solution.unchanging_term(package.number)
        previous, in_order = version, False
        for _ in range(min(tried, 50)):
            if in_order:
                highest = self.selector.wants_highest(name, state.environment)
                remaining = Range.between(None, previous) if highest else Range.between(previous, None)
                if unchanging >= 0:
                    limit: Range = self.store.versions(unchanging)
                    remaining &= ~limit if unchanging & 1 else limit
            candidate = self.selector.select_from_index(name, remaining, maps, state.environment)
            if candidate is None:
                if in_order:
                    return
                in_order = True
                continue
            previous = candidate.version
            if not in_order:
                remaining -= Range.singleton(previous)
            prioritized = candidate.prioritized
            if prioritized is None or prioritized.dist is None or prioritized.dist.wheel is None:
                continue
            specifiers = prioritized.requires_python
            if specifiers is None or state.environment.admits(specifiers):
                self._prefetch_metadata(prioritized.dist)

    # Reachability, and the end of the road

    def _reachable(self, state: ForkState, package: VirtualPackage) -> Marker:
        """Return the conditions under which a package is known to be needed: the least fixpoint from the root."""
        if package.kind == "root":
            return TRUE
        search, packages = state.search, self.knowledge.packages
        incompatibilities = self.knowledge.incompatibilities
        parents: dict[int, set[int]] = {}
        ancestors = {package.number}
        stack = [package.number]
        while stack:
            current = stack.pop()
            for number in search.relevant[current]:
                found = incompatibilities[number]
                if found.kind == "dependency" and found.dependency == current:
                    parents.setdefault(current, set()).add(found.package)
                    if found.package not in ancestors:
                        ancestors.add(found.package)
                        stack.append(found.package)
        if search.root not in ancestors:
            return FALSE
        children: dict[int, list[int]] = {}
        for child, found_parents in parents.items():
            for parent in found_parents:
                children.setdefault(parent, []).append(child)
        reached: dict[int, Marker] = {search.root: TRUE}
        queue = [search.root]
        while queue:
            current = queue.pop()
            for child in children.get(current, ()):
                old = reached.get(child, FALSE)
                new = old | (packages[child].marker & reached[current])
                if new is not old:
                    reached[child] = new
                    queue.append(child)
        return reached.get(package.number, FALSE)

    def _explain(self, error: Unsolvable, state: ForkState) -> NoSolution:
        from ultraviolet.resolver.report import explain

        return explain(self.inquiry, error.derivation, state)


def _unavailable_version(result: MetadataResult) -> UnavailableVersion:
    reason = result.unavailable or "invalid-metadata"
    if reason == "requires-python":
        return UnavailableVersion(reason, requires_python=specifiers_of(result.detail.partition("\n")[0]))
    return UnavailableVersion(reason, detail=result.detail if reason == "network" else "")


def _has_lower_bound(versions: Range) -> bool:
    bounds = versions.bounds()
    return bounds is not None and bounds[0] is not None


__all__ = ["Resolver", "UnavailableReason", "resolve"]

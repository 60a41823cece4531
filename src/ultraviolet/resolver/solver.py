"""The resolution itself: a stack of forks, each solved to the end before the next.

In every step of a fork: propagate, reorder after conflicts, pick the package of highest priority, choose a version, learn
its dependencies. Choosing a version, or learning its dependencies, may split the fork.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ultraviolet.distributions.dist import RegistryDist
from ultraviolet.distributions.metadata import MetadataResult
from ultraviolet.distributions.resolution import Resolution
from ultraviolet.errors import UltravioletError
from ultraviolet.pubgrub import Knowledge, TermStore, Unsolvable
from ultraviolet.resolver.availability import (
    UnavailableVersion,
)
from ultraviolet.resolver.chain import describe_chain
from ultraviolet.resolver.choosing import ROOT_VERSION, Chooser, Rejected, Split
from ultraviolet.resolver.edges import Edge, EdgeFactory, Unsatisfiable
from ultraviolet.resolver.environment import (
    ResolverEnvironment,
    initial_environments,
    python_forks,
)
from ultraviolet.resolver.errors import DependencyError, Explanation, NoSolution
from ultraviolet.resolver.flatten import Flattener
from ultraviolet.resolver.fork_state import ForkState, start
from ultraviolet.resolver.forking import fork_edges, python_order, sort_forks
from ultraviolet.resolver.graph import SolvedFork, build_resolution, extract_fork
from ultraviolet.resolver.inquiry import Inquiry
from ultraviolet.resolver.locations import PinnedIndexes, Urls
from ultraviolet.resolver.lookahead import look_ahead
from ultraviolet.resolver.manifest import Lookahead, Manifest
from ultraviolet.resolver.options import ResolverOptions
from ultraviolet.resolver.packages import INSTALLED, TARGET, PackageTable, VirtualPackage
from ultraviolet.resolver.prefetch import Prefetcher
from ultraviolet.resolver.provider import MetadataProvider, Reporter, SilentReporter
from ultraviolet.resolver.version_map import VersionMap, specifiers_of
from ultraviolet.standards.errors import InvalidRequirement, InvalidSpecifier, InvalidVersion
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.ranges import EMPTY, Range, release_range
from ultraviolet.standards.specifiers import Specifiers
from ultraviolet.standards.versions import Version

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


def spelling(versions: Range) -> tuple[object, ...]:
    """Tell apart sets that are equal but were written differently."""
    return tuple([(*cut[:4], cut[4].release) for cut in versions.cuts])


class Resolver:
    """One resolution in progress."""

    __slots__ = (
        "chooser",
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
        "prefetcher",
        "reported",
        "reporter",
        "store",
        "urls",
    )

    def __init__(self, inquiry: Inquiry, reporter: Reporter) -> None:
        self.inquiry = inquiry
        self.manifest = inquiry.manifest
        self.options = inquiry.options
        self.environment = inquiry.environment
        self.reporter = reporter
        self.reported: set[tuple[PackageName, Version]] = set()
        self.store = TermStore(EMPTY, spelling)
        self.knowledge = Knowledge(self.store, Range.singleton)
        self.packages = PackageTable(self.knowledge)
        self.edges = EdgeFactory(self.manifest.conflicts, self.packages, self.store)
        self.flattener = Flattener(inquiry.overrides, inquiry.excludes, inquiry.constraints)
        self.urls = Urls(inquiry.first_party)
        self.indexes = PinnedIndexes(inquiry.first_party)
        self.prefetcher = Prefetcher(inquiry, self.store, self.urls, self.indexes)
        self.chooser = Chooser(inquiry, self.store, self.prefetcher)
        self.gaps: dict[tuple[PackageName, str | None, Version], int] = {}
        """The widened terms of versions, by package and pinned index."""

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
                    self.chooser.preferences.add(node.name, node.version, marker, node.index)
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
                    self.prefetcher.likely(state)
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
                outcome = self.chooser.choose(state, package)
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
                    self.prefetcher.batch(state, package, version)
            if package.is_plain and package.name is not None:
                state.tried.setdefault(package.name, set()).add(version)
            added = state.added.get(number)
            if added is not None and version in added:
                search.decide(number, version)
                continue
            if package.is_plain and package.name is not None:
                self._report(package.name, version)
            parts = self._add_dependencies(state, package, version)
            if parts is not None:
                return parts

    def _report(self, name: PackageName, version: Version) -> None:
        if (name, version) not in self.reported:
            self.reported.add((name, version))
            self.reporter.on_progress(name, version)

    def _split_on_version(self, state: ForkState, number: int, split: Split) -> list[ForkState]:
        parts = []
        for environment, version in split.parts:
            part = state.fork(environment)
            part.initial = number
            part.initial_version = version
            parts.append(part)
        return parts

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
            return self.edges.edges(applied, package) + self._system_edges(state, package.name, version), True
        except Unsatisfiable as error:
            return UnavailableVersion("dependency", requirement=error.requirement)
        except (InvalidRequirement, InvalidVersion, InvalidSpecifier) as error:
            if package.name is None:
                raise
            self.inquiry.incomplete.setdefault(package.name, {})[version] = MetadataResult(
                None, "invalid-metadata", str(error)
            )
            return UnavailableVersion("invalid-metadata")

    def _system_edges(self, state: ForkState, name: PackageName, version: Version) -> list[Edge]:
        """Let what was compiled for a system depend on it."""
        if not self.options.system_needs:
            return []
        pin = state.pins.get((name, version))
        if pin is None or not isinstance(pin.dist, RegistryDist):
            return []
        need = self.options.system_needs.get((name, pin.dist.index.url))
        if need is None:
            return []
        package = self.packages.get("system", need[0])
        return [Edge(package, Range.singleton(need[1]), self.knowledge.exactly(need[1]))]

    def _learn(self, state: ForkState, package: VirtualPackage, version: Version, edges: list[Edge]) -> None:
        """Enter dependencies into a fork, and decide on the version unless one of them fails at once."""
        search, priorities, urls = state.search, state.priorities, state.urls
        is_lowest = self.options.resolution != "highest"
        are_located = bool(self.indexes) or self.urls.has_overrides
        is_direct = package.kind == "root" or package.name in self.manifest.workspace_members
        for edge in edges:
            target = edge.package
            name = target.name
            has_url = False
            if name is not None and (edge.source is not None or edge.index is not None or are_located):
                has_url = self._locate(state, package, version, edge)
            if is_direct and is_lowest and not has_url:
                self._warn_unpinned(edge, edges)
            is_singleton = edge.is_singleton
            priorities.register(target, is_singleton=is_singleton, is_direct=name in urls)
            if target.base is not None:
                priorities.register(target.base, is_singleton=is_singleton, is_direct=name in urls)
        for edge in edges:
            self.prefetcher.request(state, edge.package)
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

    def _locate(self, state: ForkState, package: VirtualPackage, version: Version, edge: Edge) -> bool:
        """Enter the URL and the index that a dependency brings into a fork; tells whether there is a URL.

        :raises ResolutionError: the fork has another one, or it is not allowed.
        """
        name, environment = edge.package.name, state.environment
        if name is None:
            return False
        has_url = False
        try:
            for source in self.urls.get(name, edge.source, environment):
                self.urls.enter(state.urls, name, source, environment)
                has_url = True
            if edge.index is not None:
                self.indexes.enter(state.indexes, name, edge.index, environment)
            for index in self.indexes.get(name, environment):
                self.indexes.enter(state.indexes, name, index, environment)
        except UltravioletError as error:
            if package.name is None or package.kind == "root":
                raise
            chain = describe_chain(state, package, version)
            raise DependencyError(package.name, version, hints=chain) from error
        return has_url

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
            if not maps:
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

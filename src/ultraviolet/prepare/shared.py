"""What all preparers of one command share: adapters, options, and the work under way."""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Callable, Mapping

import msgspec

from ultraviolet.build.ports import BuildOutput, Provision
from ultraviolet.cache.layout import Cache
from ultraviolet.distributions.dist import CachedWheel
from ultraviolet.distributions.metadata import DistMetadata, MetadataResult
from ultraviolet.http.futures import Future
from ultraviolet.index.client import IndexClient
from ultraviolet.prepare.options import HashPolicy, PrepareOptions
from ultraviolet.prepare.ports import PrepareReporter, SilentReporter, SourceTrees

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.build.frontend import SourceBuild
    from ultraviolet.git.repositories import Repositories
    from ultraviolet.prepare.workers import Workers


class Shared:
    """What all preparers of one command share: adapters, options, and the work under way."""

    def __init__(
        self,
        *,
        index: IndexClient,
        cache: Cache,
        options: PrepareOptions,
        trees: SourceTrees,
        provision: Provision,
        environ: Mapping[str, str],
        git: Callable[[], Repositories] | None = None,
        cwd: str = "",
        reporter: PrepareReporter | None = None,
        output: BuildOutput | None = None,
    ) -> None:
        """Put them together.

        :param git: gives the repositories of the command; by default there are none but these.
        :param cwd: paths in messages are relative to it.
        :param output: hears what backends print, line by line.
        """
        self.index = index
        self.cache = cache
        self.options = options
        self.trees = trees
        self.provision = provision
        self.environ = environ
        self.cwd = cwd
        self._git = git
        self.output = output
        self.reporter = reporter if reporter is not None else SilentReporter()
        self.gate = allocate_lock()
        """Guards everything below."""
        self._workers: list[Workers] = []
        """One, once there is work for it; views of the same work have the same list."""
        self.wheels: dict[object, Future[CachedWheel]] = {}
        self.metadata: dict[object, Future[MetadataResult]] = {}
        self.tree_metadata: dict[str, DistMetadata | None] = {}
        """What source trees state, by their paths; None for those that must be built."""
        self.unasked_wheels: set[tuple[str, str]] = set()
        """Directory and filename of wheels that were built for their metadata."""
        self.new_revisions: set[str] = set()
        """Directories of revisions that this command made; a refresh does not ask for them again."""
        self._open_builds: dict[object, SourceBuild] = {}

    @property
    def git(self) -> Repositories:
        """The repositories of the command."""
        if self._git is None:
            from ultraviolet.git.repositories import Repositories

            repositories = Repositories(self.cache, environ=self.environ, cwd=self.cwd)
            self._git = lambda: repositories
        return self._git()

    @property
    def workers(self) -> Workers:
        """The threads of the command."""
        with self.gate:
            if not self._workers:
                from ultraviolet.prepare.workers import Workers

                options = self.options
                self._workers.append(Workers(builds=options.concurrent_builds, installs=options.concurrent_installs))
            return self._workers[0]

    @property
    def has_workers(self) -> bool:
        """Whether there was any work for them yet."""
        return bool(self._workers)

    def silently(self) -> Shared:
        """Return a view of the same work that tells nobody of it."""
        from copy import copy

        other = copy(self)
        other.reporter = SilentReporter()
        return other

    def metadata_future(self, key: object) -> tuple[Future[MetadataResult], bool]:
        """Return what will deliver the metadata of a source, and whether the caller must do that."""
        with self.gate:
            future = self.metadata.get(key)
            if future is not None:
                return future, False
            future = self.metadata[key] = Future()
            return future, True

    def keep_build(self, key: object, build: SourceBuild) -> None:
        """Keep a build that gave metadata, whose wheel may be wanted next."""
        with self.gate:
            former = self._open_builds.pop(key, None)
            self._open_builds[key] = build
        if former is not None:
            former.close()

    def take_build(self, key: object) -> SourceBuild | None:
        """Return a kept build, which is the caller's to close from now on."""
        with self.gate:
            return self._open_builds.pop(key, None)

    def for_builds(self) -> Shared:
        """Return the same for the requirements of builds: digests are checked only where there are any, progress is not told."""
        from copy import copy

        shared = copy(self)
        shared.reporter = _WarningsOnly(self.reporter)
        if self.options.hashes.mode == "require":
            shared.options = msgspec.structs.replace(self.options, hashes=HashPolicy())
        return shared

    def close(self) -> None:
        """End the threads, and the builds that were not needed further."""
        if self._workers:
            self._workers[0].close()
        with self.gate:
            left = list(self._open_builds.values())
            self._open_builds.clear()
        for build in left:
            build.close()


class _WarningsOnly(SilentReporter):
    """Passes on warnings."""

    def __init__(self, outer: PrepareReporter) -> None:
        self._outer = outer

    def warn(self, text: str) -> None:
        """Pass on."""
        self._outer.warn(text)

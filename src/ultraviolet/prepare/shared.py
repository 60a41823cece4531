"""What all preparers of one command share: adapters, options, and the work under way."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from threading import Lock, Semaphore

import msgspec

from ultraviolet.build.ports import Provision
from ultraviolet.cache.layout import Cache
from ultraviolet.distributions.dist import CachedWheel
from ultraviolet.distributions.metadata import MetadataResult
from ultraviolet.http.futures import Future
from ultraviolet.index.client import IndexClient
from ultraviolet.prepare.options import HashPolicy, PrepareOptions
from ultraviolet.prepare.pool import WorkPool
from ultraviolet.prepare.ports import PrepareReporter, SilentReporter, SourceTrees


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
        reporter: PrepareReporter | None = None,
    ) -> None:
        self.index = index
        self.cache = cache
        self.options = options
        self.trees = trees
        self.provision = provision
        self.environ = environ
        self.reporter = reporter if reporter is not None else SilentReporter()
        self.pool = WorkPool(options.concurrent_installs)
        self.builds = Semaphore(options.concurrent_builds)
        self.gate = Lock()
        """Guards ``wheels`` and ``metadata``."""
        self.wheels: dict[object, Future[CachedWheel]] = {}
        self.metadata: dict[object, Future[MetadataResult]] = {}

    def for_builds(self) -> Shared:
        """Return the same with digests checked only where there are any, for the requirements of builds."""
        if self.options.hashes.mode != "require":
            return self
        shared = copy.copy(self)
        shared.options = msgspec.structs.replace(self.options, hashes=HashPolicy())
        return shared

    def close(self) -> None:
        """End the pool."""
        self.pool.close()

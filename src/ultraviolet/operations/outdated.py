"""Newest versions of what is installed (``--outdated``), by the settings of a ``pip`` command."""

from __future__ import annotations

from collections.abc import Iterable

from ultraviolet.cache.layout import Cache
from ultraviolet.cache.refresh import Refresh
from ultraviolet.operations.latest import Latest, LatestFinder
from ultraviolet.operations.options import engine_options, world_options
from ultraviolet.operations.reporter import Reporter
from ultraviolet.operations.world import World
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.settings.options import Settings
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.requires_python import RequiresPython


def find_outdated(
    settings: Settings, reporter: Reporter, names: Iterable[PackageName], interpreter: Interpreter
) -> dict[PackageName, Latest]:
    """Ask the indexes for the newest version of each package that the interpreter could install.

    What the cache holds is asked for again.

    :raises UltravioletError: an index cannot be asked or understood.
    """
    resolver = settings.pip.resolver
    refresh = Refresh(everything=True)
    options = settings.globals
    cache = Cache.temporary(refresh=refresh) if options.no_cache else Cache(options.cache_dir, refresh=refresh)
    engine = engine_options(settings, resolver)
    with World(
        cwd=settings.cwd,
        environ=settings.environment.variables,
        cache=cache.open(),
        reporter=reporter,
        options=world_options(settings, resolver),
    ) as world:
        finder = LatestFinder(
            world.index(engine.index),
            engine.resolver,
            tags=interpreter.tags(),
            requires_python=RequiresPython.greater_than_equal(interpreter.python_version),
            warn=reporter.warn,
        )
        return finder.find_all(names)

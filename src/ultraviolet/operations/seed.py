"""Seed packages: what ``venv --seed`` installs into a new environment."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import RegistrySource
from ultraviolet.environment.value import Environment
from ultraviolet.errors import UltravioletError
from ultraviolet.operations.apply import ApplyOptions, apply
from ultraviolet.operations.engines import EngineOptions, Engines
from ultraviolet.operations.reporter import Change, Reporter, SilentReporter
from ultraviolet.operations.selection import resolved_dists
from ultraviolet.operations.world import World
from ultraviolet.resolver.environment import ResolverEnvironment
from ultraviolet.resolver.errors import NoSolution
from ultraviolet.resolver.manifest import Manifest
from ultraviolet.resolver.options import BuildPolicy, ResolverOptions
from ultraviolet.standards.names import parse_package_name
from ultraviolet.standards.specifiers import ANY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.settings.options import Settings


class _ChangesOnly(SilentReporter):
    """Tells what was installed, but not how, and how long it took."""

    def __init__(self, listener: Reporter) -> None:
        self._listener = listener

    def warn(self, text: str) -> None:
        """Pass on."""
        self._listener.warn(text)

    def changes(self, changes: Sequence[Change]) -> None:
        """Pass on."""
        self._listener.changes(changes)


def seeder(settings: Settings, reporter: Reporter) -> Callable[[Environment, tuple[str, ...]], None]:
    """Return a function that seeds environments as the settings say; the world is opened when it is called."""

    def install(environment: Environment, names: tuple[str, ...]) -> None:
        from ultraviolet.operations.options import engine_options, make_world

        resolver = settings.pip.resolver
        with make_world(settings, reporter, resolver) as world:
            seed(environment, names, world, engine_options(settings, resolver))

    return install


def seed(environment: Environment, names: Sequence[str], world: World, options: EngineOptions) -> None:
    """Install packages from indexes into a fresh environment; nothing is built.

    :param options: indexes and cut-off dates count; the rest is as by default.
    :raises UltravioletError: resolving, fetching or installing failed.
    """
    import time

    started = time.monotonic()
    chosen = msgspec.structs.replace(
        options,
        resolver=ResolverOptions(
            exclude_newer=options.resolver.exclude_newer,
            exclude_newer_packages=options.resolver.exclude_newer_packages,
            index_strategy=options.resolver.index_strategy,
            locations=options.resolver.locations,
            build_policy=BuildPolicy(no_build=True),
            configurable=False,
        ),
    )
    interpreter = environment.interpreter
    engines = Engines(world, chosen, interpreter, reporter=_ChangesOnly(world.reporter))
    try:
        requirements = tuple(Requirement(name=parse_package_name(name), source=RegistrySource(ANY)) for name in names)
        try:
            resolution = engines.resolve(
                Manifest(requirements=requirements),
                ResolverEnvironment.specific(interpreter.marker_environment, interpreter.tags()),
            )
        except NoSolution as error:
            listed = ", ".join(f"`{name}`" for name in names)
            raise UltravioletError(
                f"No solution found when resolving: {listed}", hints=error.hints
            ) from error.__cause__
        apply(resolved_dists(resolution), environment, engines, ApplyOptions(), started=started)
    finally:
        engines.close()

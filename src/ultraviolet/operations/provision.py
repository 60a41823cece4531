"""Build environments: what a build asks for is resolved, prepared and installed by ourselves.

This is where the one knot of the house is tied: ``build`` declares the port, and this module answers it with the same resolver,
preparer and installer that everything else uses.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from ultraviolet.build.ports import BuildEnvironment, BuildStack
    from ultraviolet.distributions.requirement import Requirement
    from ultraviolet.distributions.resolution import Resolution
    from ultraviolet.environment.value import Environment
    from ultraviolet.operations.engine_options import EngineOptions
    from ultraviolet.operations.reporter import Reporter
    from ultraviolet.operations.trees import ProjectTrees
    from ultraviolet.operations.world import World
    from ultraviolet.prepare.preparer import Preparer
    from ultraviolet.python.interpreter import Interpreter
    from ultraviolet.resolver.environment import ResolverEnvironment
    from ultraviolet.resolver.manifest import Manifest
    from ultraviolet.resolver.options import ResolverOptions
else:
    Protocol = object  # making real ones takes time


class BuildingEngines(Protocol):
    """What build environments are made with: the engines of a command."""

    world: World
    options: EngineOptions
    interpreter: Interpreter
    trees: ProjectTrees
    reporter: Reporter
    shared_environment: Environment | None

    @property
    def preparer(self) -> Preparer:
        """Finds metadata and wheels."""

    def resolve(
        self,
        manifest: Manifest,
        environment: ResolverEnvironment,
        *,
        options: ResolverOptions | None = None,
        stack: BuildStack | None = None,
    ) -> Resolution:
        """Resolve a manifest, inside the builds of ``stack``."""


class Provisioner:
    """Implements ``build.ports.Provision`` with the engines of a command."""

    def __init__(self, engines: BuildingEngines) -> None:
        self._engines = engines
        self._environments: dict[str, Environment] = {}

    def provide(
        self,
        requires: tuple[str, ...],
        *,
        tree: str,
        name: str | None,
        into: BuildEnvironment | None,
        stack: BuildStack,
    ) -> BuildEnvironment:
        """Install the requirements of a build; ``into`` None makes a fresh environment."""
        import msgspec

        from ultraviolet.build.errors import BuildRequirementsFailed, BuildRequirementsNotInstalled
        from ultraviolet.build.ports import BuildEnvironment
        from ultraviolet.errors import UltravioletError
        from ultraviolet.resolver.environment import ResolverEnvironment
        from ultraviolet.resolver.errors import NoSolution
        from ultraviolet.resolver.manifest import Manifest

        engines = self._engines
        try:
            requirements = tuple(engines.trees.build_requirements(tree, requires))
            extra = engines.options.build.extra_requirements.get(name, ()) if name is not None else ()  # type: ignore[call-overload]
            requirements += tuple(entry.requirement for entry in extra)
            manifest = Manifest(requirements=requirements, constraints=engines.options.build_constraints)
            interpreter = engines.interpreter
            environment = ResolverEnvironment.specific(interpreter.marker_environment, interpreter.tags())
            options = msgspec.structs.replace(
                engines.options.resolver,
                resolution="highest",
                prerelease="if-necessary",
                dependency_mode="transitive",
                hash_mode="none",
                required_environments=(),
                environments=(),
                configurable=False,
            )
            try:
                resolution = engines.resolve(manifest, environment, options=options, stack=stack)
            except NoSolution as error:
                listed = ", ".join(f"`{_shown(requirement)}`" for requirement in requirements)
                failure = UltravioletError(f"No solution found when resolving: {listed}", hints=error.hints)
                raise failure from error.__cause__
        except UltravioletError as error:
            raise BuildRequirementsFailed("Failed to resolve requirements from", hints=error.hints) from error
        try:
            made = self._environment_of(into)
            self._install(resolution, made, stack)
        except UltravioletError as error:
            raise BuildRequirementsNotInstalled("Failed to install requirements from") from error
        found = BuildEnvironment(made.executable, made.scheme.scripts, made.root)
        self._environments[found.python] = made
        return found

    def shared(self) -> BuildEnvironment:
        """Return the target environment, for builds without isolation."""
        from ultraviolet.build.ports import BuildEnvironment

        environment = self._engines.shared_environment
        if environment is None:
            interpreter = self._engines.interpreter
            prefix = interpreter.prefix if interpreter.is_virtualenv else None
            return BuildEnvironment(interpreter.executable, interpreter.scheme.scripts, prefix)
        return BuildEnvironment(environment.executable, environment.scheme.scripts, environment.root)

    def release(self, environment: BuildEnvironment) -> None:
        """Remove an environment made by :meth:`provide`."""
        from ultraviolet.fs.removal import remove

        made = self._environments.pop(environment.python, None)
        if made is not None:
            remove(made.root)

    def _environment_of(self, into: BuildEnvironment | None) -> Environment:
        from ultraviolet.environment.create import VenvOptions, create_venv

        if into is not None:
            return self._environments[into.python]
        world = self._engines.world
        root = world.cache.new_directory("builds")
        return create_venv(
            root, self._engines.interpreter, VenvOptions(on_existing="replace", distutils_hook=False), cwd=world.cwd
        )

    def _install(self, resolution: Resolution, environment: Environment, stack: BuildStack) -> None:
        import os

        from ultraviolet.environment.site_packages import read_site_packages
        from ultraviolet.install.execute import install_wheels, remove_distributions
        from ultraviolet.install.plan import PlanOptions, plan
        from ultraviolet.operations.selection import resolved_dists

        engines = self._engines
        preparer = engines.preparer.inside(stack)
        planned = plan(
            resolved_dists(resolution), read_site_packages(environment), PlanOptions(find_cached=preparer.find)
        )
        preparer.refuse_cycles(planned.remote)
        prepared = preparer.prepare(planned.remote)
        remove_distributions(planned.reinstalls, environment, engines.reporter.warn)
        install_wheels((*planned.cached, *prepared), environment, engines.options.install, engines.reporter.warn)
        os.utime(environment.root)


def _shown(requirement: Requirement) -> str:
    """Return a requirement of a build as messages list it: with the index it is pinned to."""
    from ultraviolet.distributions.source import RegistrySource
    from ultraviolet.requirements.arguments import requirement_display

    source = requirement.source
    if not isinstance(source, RegistrySource) or (source.index is None and len(source.specifiers.items) < 2):
        return requirement_display(requirement)
    extras = f"[{','.join(requirement.extras)}]" if requirement.extras else ""
    index = f" (index: {source.index.public_url})" if source.index is not None else ""
    return f"{requirement.name}{extras}{source.specifiers.text(', ')}{index}"

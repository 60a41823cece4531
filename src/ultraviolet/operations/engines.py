"""The engines of one target interpreter: resolver, preparer and builds, wired to each other."""

from __future__ import annotations

from ultraviolet.operations.engine_options import EngineOptions
from ultraviolet.operations.trees import ProjectTrees
from ultraviolet.prepare.options import PrepareOptions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.build.ports import BuildStack
    from ultraviolet.distributions.resolution import Resolution
    from ultraviolet.environment.value import Environment
    from ultraviolet.lock.select import Selection
    from ultraviolet.operations.reporter import Reporter
    from ultraviolet.operations.world import World
    from ultraviolet.prepare.preparer import Preparer
    from ultraviolet.prepare.shared import Shared
    from ultraviolet.python.interpreter import Interpreter
    from ultraviolet.resolver.environment import ResolverEnvironment
    from ultraviolet.resolver.errors import NoSolution
    from ultraviolet.resolver.manifest import Manifest
    from ultraviolet.resolver.options import ResolverOptions
    from ultraviolet.standards.tags import Tags


class Engines:
    """Resolver and preparer for one interpreter. Close it when done."""

    def __init__(
        self,
        world: World,
        options: EngineOptions,
        interpreter: Interpreter,
        *,
        tags: Tags | None = None,
        trees: ProjectTrees | None = None,
        shared_environment: Environment | None = None,
        reporter: Reporter | None = None,
    ) -> None:
        """Wire the engines.

        :param interpreter: runs builds.
        :param tags: what built wheels must be compatible with; the interpreter's by default.
        :param shared_environment: where builds without isolation run.
        """
        self.world = world
        self.options = options
        self.interpreter = interpreter
        self.reporter = reporter if reporter is not None else world.reporter
        self.trees = (
            trees
            if trees is not None
            else ProjectTrees(
                environ=world.environ,
                cwd=world.cwd,
                no_sources=options.no_sources,
                command_line_indexes=options.index.locations.of_arguments,
                configured_indexes=options.index.locations.of_files,
            )
        )
        self.shared_environment = shared_environment
        policy = options.resolver.build_policy
        self._prepare_options = PrepareOptions(
            hashes=options.hashes,
            build=options.build,
            no_build=policy.no_build,
            no_build_packages=policy.no_build_packages,
            no_binary=policy.no_binary,
            no_binary_packages=policy.no_binary_packages,
            static_metadata=options.dependency_metadata,
            static_any_version=options.dependency_metadata_any,
            tags=tags if tags is not None else interpreter.tags(),
            target_python=interpreter.minor_version,
            builder_python=interpreter.version,
            validate_zips=options.validate_zips,
            sizes_are_authoritative=options.sizes_are_authoritative,
            concurrent_builds=options.concurrent_builds,
            concurrent_installs=options.concurrent_installs,
        )
        self._shared: Shared | None = None
        self._preparer: Preparer | None = None
        self.wanted: Selection | Resolution | None = None
        """Why distributions are prepared, for explanations: what was resolved last, or selected from a lockfile."""

    @property
    def prepare_options(self) -> PrepareOptions:
        """How distributions are prepared; may be changed before they are."""
        return self._prepare_options

    @prepare_options.setter
    def prepare_options(self, options: PrepareOptions) -> None:
        self._prepare_options = options
        if self._shared is not None:
            self._shared.options = options

    @property
    def preparer(self) -> Preparer:
        """Finds metadata and wheels; made when it is first needed, which is when something is out of date."""
        if self._preparer is None:
            from ultraviolet.operations.provision import Provisioner
            from ultraviolet.prepare.preparer import Preparer
            from ultraviolet.prepare.shared import Shared

            self._shared = Shared(
                index=self.world.index(self.options.index),
                cache=self.world.cache,
                options=self._prepare_options,
                trees=self.trees,
                provision=Provisioner(self),
                environ=self.world.environ,
                git=self.world.git,
                cwd=self.world.cwd,
                reporter=self.reporter,
                output=_Debugged(self.reporter) if self.reporter.hears_debug else None,
            )
            self._preparer = Preparer(self._shared)
        return self._preparer

    def resolve(
        self,
        manifest: Manifest,
        environment: ResolverEnvironment,
        *,
        options: ResolverOptions | None = None,
        stack: BuildStack | None = None,
    ) -> Resolution:
        """Resolve a manifest with these engines."""
        from ultraviolet.resolver.errors import NoSolution
        from ultraviolet.resolver.solver import resolve

        preparer = self.preparer if stack is None else self.preparer.inside(stack)
        for requirement in manifest.requirements:
            if requirement.is_registry:
                index = requirement.source.index if hasattr(requirement.source, "index") else None
                preparer.prefetch_listings(requirement.name, index)
        chosen = options if options is not None else self.options.resolver
        try:
            resolution = resolve(manifest, preparer, chosen, environment, reporter=self.reporter)
        except NoSolution as error:
            for warning in error.diagnostics:
                self.reporter.warn(warning)
            if stack is None and self.reporter.explains:
                self._look_into(error, manifest, chosen, environment)
            raise
        finally:
            if stack is None:
                preparer.end_prefetches()
        if self.world.uses_git:
            from ultraviolet.operations.precise import precise_resolution

            resolution = precise_resolution(resolution, self.world.git())
        if stack is None:
            self.wanted = resolution
        return resolution

    def _look_into(
        self, error: NoSolution, manifest: Manifest, options: ResolverOptions, environment: ResolverEnvironment
    ) -> None:
        """Let a failure end with the smallest set of requirements to blame."""
        import time

        from ultraviolet.resolver.conflict import find_core

        self.reporter.on_complete()
        core = find_core(
            error, manifest, self.preparer, options, environment, clock=time.monotonic, seconds=_SECONDS_FOR_BLAME
        )
        if core is not None:
            error.afterword = str(core)

    def close(self) -> None:
        """End what runs in the background."""
        if self._shared is not None:
            self._shared.close()


_SECONDS_FOR_BLAME = 3.0


class _Debugged:
    """Shows what backends print among the lines of ``--verbose``."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def line(self, text: str) -> None:
        """Take one line of output."""
        self._reporter.debug(text)


__all__ = ["EngineOptions", "Engines"]

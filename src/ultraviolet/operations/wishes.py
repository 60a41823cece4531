"""What an environment is asked to hold, beside any project: requirements with their limits, and their resolution."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ultraviolet.distributions.direct_urls import UrlContext
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.resolution import Resolution
from ultraviolet.environment.site_packages import SitePackages
from ultraviolet.environment.value import Environment
from ultraviolet.operations.engines import Engines
from ultraviolet.operations.keepable import Keepable
from ultraviolet.operations.pip_inputs import ExtraChoice, name_requirements, tree_requirements
from ultraviolet.operations.reporter import Reporter
from ultraviolet.operations.sync import target_facts
from ultraviolet.requirements.arguments import AnyRequirement
from ultraviolet.requirements.specification import RequirementsSpecification, SourceTree
from ultraviolet.resolver.environment import PythonRequirement, ResolverEnvironment
from ultraviolet.resolver.errors import NoSolution
from ultraviolet.resolver.manifest import Manifest, Preference, ScopedExclusion, ScopedOverride
from ultraviolet.settings.values import ResolverSettings
from ultraviolet.standards.names import PackageName
from ultraviolet.workspace.lowering import LoweringContext, lower_standalone
from ultraviolet.workspace.plain import plain_requirement
from ultraviolet.workspace.scoped import ScopedDependencies
from ultraviolet.workspace.scripts import ScriptMetadata


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """Requirements and everything that limits them."""

    requirements: tuple[AnyRequirement, ...] = ()
    constraints: tuple[Requirement, ...] = ()
    overrides: tuple[AnyRequirement, ...] = ()
    scoped_overrides: tuple[ScopedOverride, ...] = ()
    excludes: frozenset[PackageName] = frozenset()
    scoped_excludes: tuple[ScopedExclusion, ...] = ()
    trees: tuple[SourceTree, ...] = ()
    """Project files whose dependencies are asked for."""

    @property
    def has_trees(self) -> bool:
        """Whether a project file takes part, so that only a resolution tells what is asked for."""
        return bool(self.trees)


def wishes_of_sources(specification: RequirementsSpecification, urls: UrlContext) -> Wishes:
    """Return what ``--with`` and its like ask for."""
    scoped = [item for item in specification.scoped_overrides if isinstance(item, ScopedDependencies)]
    plain = [item for item in specification.scoped_overrides if isinstance(item, Requirement)]
    constraints = (entry.requirement for entry in specification.constraints)
    return Wishes(
        requirements=tuple(entry.requirement for entry in specification.requirements),
        constraints=tuple(item for item in constraints if isinstance(item, Requirement)),
        overrides=(*(entry.requirement for entry in specification.overrides), *plain),
        scoped_overrides=tuple(
            ScopedOverride(
                package=item.package,
                version=item.version,
                dependencies=tuple(plain_requirement(requirement, urls) for requirement in item.requirements),
            )
            for item in scoped
        ),
        excludes=_plain_excludes(specification.excludes),
        scoped_excludes=_scoped_excludes(specification.excludes),
        trees=specification.source_trees,
    )


def wishes_of_script(metadata: ScriptMetadata, context: LoweringContext) -> Wishes:
    """Return what a script asks for, its sources applied."""
    uv = metadata.uv

    def lowered(requirements: Iterable[object]) -> tuple[Requirement, ...]:
        return tuple(row for item in requirements for row in lower_standalone(item, context))  # type: ignore[arg-type] # PEP 508

    return Wishes(
        requirements=lowered(metadata.dependencies or ()),
        constraints=lowered(uv.constraint_dependencies),
        overrides=lowered(item for item in uv.override_dependencies if not isinstance(item, ScopedDependencies)),
        scoped_overrides=tuple(
            ScopedOverride(package=item.package, version=item.version, dependencies=lowered(item.requirements))
            for item in uv.override_dependencies
            if isinstance(item, ScopedDependencies)
        ),
        excludes=_plain_excludes(uv.exclude_dependencies),
        scoped_excludes=_scoped_excludes(uv.exclude_dependencies),
    )


def _plain_excludes(items: Iterable[PackageName | ScopedDependencies]) -> frozenset[PackageName]:
    return frozenset(item for item in items if not isinstance(item, ScopedDependencies))


def _scoped_excludes(items: Iterable[PackageName | ScopedDependencies]) -> tuple[ScopedExclusion, ...]:
    return tuple(
        ScopedExclusion(package=item.package, version=item.version, dependencies=frozenset(item.names))
        for item in items
        if isinstance(item, ScopedDependencies)
    )


def warn_about_ignored_options(
    specification: RequirementsSpecification, resolver: ResolverSettings, reporter: Reporter
) -> None:
    """Say which options of requirements files do not count here."""
    locations = resolver.index_locations
    known = {index.url for index in (*locations.indexes, *locations.find_links)}

    def ignoring(what: str, option: str, setting: str) -> str:
        return (
            f"Ignoring `{what}` from requirements file{{}}. Instead, use the `{option}` command-line argument, or set "
            f"`{setting}` in a `uv.toml` or `pyproject.toml` file."
        )

    if not locations.no_index:
        if specification.no_index:
            reporter.warn(ignoring("--no-index", "--no-index", "no-index").format(""))
        else:
            index = specification.index_url
            if index is not None and index.url not in known:
                reporter.warn(ignoring("--index-url", "--index-url", "index-url").format(f": `{index.url}`"))
            for index in specification.extra_index_urls:
                if index.url not in known:
                    text = ignoring("--extra-index-url", "--extra-index-url", "extra-index-url")
                    reporter.warn(text.format(f": `{index.url}`") + "`")
            for place in specification.find_links:
                if place.url not in known:
                    reporter.warn(
                        ignoring("--find-links", "--find-links", "find-links").format(f": `{place.url}`") + "`"
                    )
    for choice, setting in ((specification.no_binary, "no-binary"), (specification.no_build, "no-build")):
        if choice:
            reporter.warn(
                f"Ignoring `--no-binary` setting from requirements file. Instead, use the `--{setting}` command-line "
                f"argument, or set `{setting}` in a `uv.toml` or `pyproject.toml` file."
            )


def resolve_wishes(
    wishes: Wishes,
    engines: Engines,
    environment: Environment,
    *,
    preferences: Iterable[Preference] = (),
    installed: SitePackages | None = None,
    reinstall: bool | frozenset[PackageName] = False,
    upgrade: bool | frozenset[PackageName] = False,
    platform: str | None = None,
    context: str | None = None,
) -> Resolution:
    """Resolve for one environment.

    :param installed: what is there and may stay.
    :param platform: ``--python-platform``.
    :param context: whose dependencies these are, for the message when there is no solution.
    :raises NoSolution: there is no solution.
    """
    requirements = name_requirements(wishes.requirements, engines)
    for tree in tree_requirements(wishes.trees, ExtraChoice(), engines) if wishes.trees else ():
        requirements += tree.requirements
    markers, tags = target_facts(environment, platform, engines.world.environ)
    manifest = Manifest(
        requirements=tuple(requirements),
        constraints=wishes.constraints,
        overrides=tuple(name_requirements(wishes.overrides, engines)),
        scoped_overrides=wishes.scoped_overrides,
        excludes=wishes.excludes,
        scoped_excludes=wishes.scoped_excludes,
        preferences=tuple(preferences),
        installed=Keepable(installed, tags) if installed is not None else {},
        reinstall=reinstall,
        upgrade=upgrade,
    )
    interpreter = environment.interpreter
    python = PythonRequirement.from_interpreter(interpreter.python_version)
    target = ResolverEnvironment.specific(markers, tags, python=python, current=interpreter.marker_environment)
    try:
        return engines.resolve(manifest, target)
    except NoSolution as error:
        if context is not None:
            raise in_context(error, context) from error.__cause__
        raise


def in_context(error: NoSolution, context: str) -> NoSolution:
    """Return the failure with a header that says whose dependencies could not be resolved."""
    header = error.message.replace("resolving dependencies", f"resolving {context} dependencies", 1)
    told = NoSolution(header, error.report, hints=error.hints, derivation=error.derivation, split=error.split)
    told.afterword = error.afterword
    return told

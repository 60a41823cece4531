"""``uv pip compile``: requirements become pinned ones, for one environment or for all."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.resolution import Resolution
from ultraviolet.operations.compile_output import (
    Declared,
    OutputOptions,
    Style,
    command_line,
    excluded_footer,
    header,
    marker_expression,
    plain,
    preamble,
    render,
)
from ultraviolet.operations.early_python import look_up_early
from ultraviolet.operations.engines import EngineOptions, Engines
from ultraviolet.operations.options import upgrade_choice, upgrade_constraints
from ultraviolet.operations.pip_inputs import (
    InputError,
    check_extras,
    entries_of,
    group_requirements,
    name_requirements,
    tree_requirements,
)
from ultraviolet.operations.pip_request import (
    PipRequest,
    PipSources,
    output_directory,
    read_request,
    request_options,
)
from ultraviolet.operations.resolution_target import (
    find_platform,
    full_version,
    python_version,
    target_environment,
    target_tags,
)
from ultraviolet.operations.selection import late_diagnostics, tell_early
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.requirements.sources import FileSource, is_pylock
from ultraviolet.resolver.environment import PythonRequirement, ResolverEnvironment
from ultraviolet.resolver.manifest import Manifest, Preference
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.versions import Version, parse_version

if TYPE_CHECKING:
    from ultraviolet.operations.world import World
    from ultraviolet.settings.options import Settings
    from ultraviolet.settings.values import PipSettings
    from ultraviolet.standards.markers import MarkerEnvironment
    from ultraviolet.standards.tags import Tags

Format = Literal["requirements.txt", "pylock.toml"]


class Compiled(msgspec.Struct, frozen=True, kw_only=True):
    """A resolution that can be written as text, with or without colours."""

    resolution: Resolution
    diagnostics: tuple[str, ...] = ()
    """Warnings about what was chosen, to be shown at the end."""
    text: Callable[[Style], str]
    output_file: str | None = None
    """Where to write it, absolute."""
    interpreter: Interpreter
    """Whose Python was resolved for."""


class Solved(msgspec.Struct, frozen=True, kw_only=True):
    """A resolution beside what it was made of, while the engines still run."""

    resolution: Resolution
    declared: Declared
    preferences: tuple[Preference, ...]
    environment: ResolverEnvironment
    engines: Engines


class _Target(msgspec.Struct, frozen=True, kw_only=True):
    """What to resolve for."""

    interpreter: Interpreter
    environment: ResolverEnvironment
    markers: MarkerEnvironment | None
    """None for all environments."""
    tags: Tags | None


def compile_requirements(
    settings: Settings,
    world: World,
    sources: PipSources,
    *,
    words: Sequence[str] = (),
    output_format: Format | None = None,
    stdin: Callable[[], str] | None = None,
    observe: Callable[[Solved], None] | None = None,
) -> Compiled:
    """Resolve requirements.

    :param words: the command line for the header, without the program's name.
    :param output_format: told by the name of the output file by default.
    :param observe: looks at the solution before the engines are closed.
    :raises UltravioletError: the request makes no sense, or there is no solution.
    """
    pip = settings.pip
    chosen_format = _output_format(pip, output_format)
    python, version = _python_choice(settings)
    request = _read(settings, world, sources, stdin)
    look_up_early(
        world,
        lambda: request_options(settings, request).index,
        (entry.requirement for entry in request.specification.requirements),
    )
    interpreter = _find_interpreter(settings, world, python, version)
    if version is not None and python is None and not request.specification.no_build:
        _warn_of_other_python(world, version, interpreter)
    target = _target(settings, request, interpreter, version)
    options = request_options(settings, request)
    preferences = _preferences(settings, world, chosen_format)
    engines = _engines(world, options, target)
    try:
        declared, resolution = _resolve(settings, request, engines, target, preferences)
        if pip.generate_hashes or chosen_format == "pylock.toml":
            resolution = _with_hashes(resolution, engines)
        if observe is not None:
            observe(
                Solved(
                    resolution=resolution,
                    declared=declared,
                    preferences=preferences,
                    environment=target.environment,
                    engines=engines,
                )
            )
    finally:
        engines.close()
    if chosen_format == "pylock.toml":
        text = _pylock_text(settings, world, resolution, options, target, words)
    else:
        text = _requirements_text(settings, resolution, declared, options, words)
    output = pip.output_file
    return Compiled(
        resolution=resolution,
        diagnostics=late_diagnostics(resolution),
        text=text,
        output_file=os.path.join(settings.cwd, output) if output is not None else None,
        interpreter=interpreter,
    )


# What is asked


def _output_format(pip: PipSettings, given: Format | None) -> Format:
    name = os.path.basename(pip.output_file) if pip.output_file is not None else None
    if name is not None and name.lower() == "pyproject.toml":
        raise InputError(
            "`pyproject.toml` is not a supported output format for `uv pip compile` (only `requirements.txt`-style "
            "output is supported)"
        )
    chosen: Format = given or (
        "pylock.toml" if name is not None and name.lower().endswith(".toml") else "requirements.txt"
    )
    if chosen == "pylock.toml" and name is not None and not is_pylock(name):
        raise InputError(
            "Expected the output filename to be `pylock.toml` or `pylock.<name>.toml`, where `<name>` is non-empty and "
            f"contains no dots; found `{name}`"
        )
    return chosen


def _python_choice(settings: Settings) -> tuple[str | None, Version | None]:
    """Return the interpreter asked for, and the version to resolve for: ``--python 3.9`` means the version."""
    pip = settings.pip
    python = pip.python
    if python is None and pip.python_version is None:
        python = settings.environment.variables.get("UV_PYTHON") or None
    if pip.python_version is not None:
        return python, parse_version(pip.python_version)
    version = python_version(python) if python is not None else None
    return (None, version) if version is not None else (python, None)


def _read(settings: Settings, world: World, sources: PipSources, stdin: Callable[[], str] | None) -> PipRequest:
    from ultraviolet.operations.pip_request import extra_choice

    extras = extra_choice(settings.pip)
    if extras and not any(isinstance(source, FileSource) and source.allows_extras for source in sources.requirements):
        raise InputError("Requesting extras requires a `pyproject.toml`, `setup.cfg`, or `setup.py` file.")
    request = read_request(settings, world, sources, stdin=stdin)
    if request.specification.pylock is not None:
        raise InputError("`pylock.toml` is not a supported input format for `uv pip compile`")
    if not request.specification.source_trees:
        check_extras(extras, set())
    return request


# Python


def _find_interpreter(settings: Settings, world: World, python: str | None, version: Version | None) -> Interpreter:
    from ultraviolet.operations.targets import with_system_flag
    from ultraviolet.python.discovery import environments_for, find_best_python, find_python
    from ultraviolet.python.request import DEFAULT, parse_request

    environments = environments_for(system=settings.pip.system, mutable=False)
    preference = with_system_flag(world.options.python_preference, system=settings.pip.system)
    if python is not None:
        request = parse_request(python, world.cwd)
        found = find_python(request, world.search, environments=environments, preference=preference)
    else:
        request = parse_request(str(version), world.cwd) if version is not None else DEFAULT
        found = find_best_python(request, world.search, environments=environments, preference=preference)
    return found.interpreter


def _warn_of_other_python(world: World, version: Version, interpreter: Interpreter) -> None:
    found = parse_version(interpreter.version)
    same_minor = version.release[:2] == found.release[:2]
    if version != found and (len(version.release) > 2 or not same_minor):
        world.reporter.warn(
            f"The requested Python version {version} is not available; {found} will be used to build dependencies "
            "instead."
        )


def _target(settings: Settings, request: PipRequest, interpreter: Interpreter, version: Version | None) -> _Target:
    own = parse_version(interpreter.version)
    current = interpreter.marker_environment
    if settings.pip.universal:
        lower = version if version is not None else parse_version(interpreter.minor_version)
        python = PythonRequirement.from_requires_python(own, RequiresPython.greater_than_equal(lower))
        forks = request.workspace.environments or ()
        return _Target(
            interpreter=interpreter,
            environment=ResolverEnvironment.universal(python, current, forks),
            markers=None,
            tags=None,
        )
    platform = find_platform(settings.pip.python_platform, settings.environment.variables)
    markers = target_environment(interpreter, version, platform)
    tags = target_tags(interpreter, version, platform)
    python = (
        PythonRequirement.from_python_version(own, full_version(version))
        if version is not None
        else PythonRequirement.from_interpreter(own)
    )
    return _Target(
        interpreter=interpreter,
        environment=ResolverEnvironment.specific(markers, tags, python=python, current=current),
        markers=markers,
        tags=tags,
    )


# Resolving


def _engines(world: World, options: EngineOptions, target: _Target) -> Engines:
    from ultraviolet.environment.value import environment_of
    from ultraviolet.prepare.options import HashPolicy

    shared = None
    if options.build.no_isolation or options.build.no_isolation_packages:
        shared = environment_of(target.interpreter)
    options = msgspec.structs.replace(options, hashes=HashPolicy(mode="none"))
    return Engines(world, options, target.interpreter, shared_environment=shared)


def _resolve(
    settings: Settings,
    request: PipRequest,
    engines: Engines,
    target: _Target,
    preferences: tuple[Preference, ...],
) -> tuple[Declared, Resolution]:
    started = time.monotonic()
    specification = request.specification
    requirements = name_requirements(entries_of(specification.requirements), engines)
    project = None
    if specification.source_trees:
        trees = tree_requirements(specification.source_trees, request.extras, engines)
        project = trees[0].project if len(trees) == 1 else None
        requirements += [requirement for tree in trees for requirement in tree.requirements]
    requirements += group_requirements(specification.groups.items(), engines)
    overrides = (*request.workspace_overrides, *name_requirements(entries_of(specification.overrides), engines))
    resolver = settings.pip.resolver
    constraints = [entry.requirement for entry in request.constraints if isinstance(entry.requirement, Requirement)]
    manifest = Manifest(
        requirements=tuple(requirements),
        constraints=(*constraints, *upgrade_constraints(resolver, request.urls)),
        overrides=overrides,
        scoped_overrides=request.scoped_overrides(),
        excludes=request.excludes,
        scoped_excludes=request.scoped_excludes(),
        preferences=preferences,
        project=project,
        upgrade=upgrade_choice(resolver),
    )
    options = engines.options.resolver
    if settings.pip.universal:
        options = msgspec.structs.replace(
            options,
            environments=request.workspace.environments or (),
            required_environments=request.workspace.required_environments or (),
        )
    resolution = engines.resolve(manifest, target.environment, options=options)
    tell_early(resolution, engines.reporter)
    count = sum(node.extra is None and node.group is None for node in resolution.nodes)
    engines.reporter.phase("Resolved", count, time.monotonic() - started)
    declared = Declared(
        requirements=manifest.requirements,
        constraints=manifest.constraints,
        overrides=overrides,
        scoped_overrides=manifest.scoped_overrides,
        environment=target.markers,
    )
    return declared, resolution


def _preferences(settings: Settings, world: World, output_format: Format) -> tuple[Preference, ...]:
    """Return the pins of the output file there is."""
    output = settings.pip.output_file
    if output is None or settings.pip.resolver.upgrade or not os.path.exists(os.path.join(settings.cwd, output)):
        return ()
    from ultraviolet.operations.pip_preferences import pins_of_pylock, pins_of_requirements

    if output_format == "pylock.toml":
        pins = pins_of_pylock(os.path.join(settings.cwd, output))
    else:
        pins = pins_of_requirements(output, settings)
    del world
    upgraded = upgrade_choice(settings.pip.resolver)
    assert not isinstance(upgraded, bool) or not upgraded
    names = upgraded if not isinstance(upgraded, bool) else frozenset()
    return tuple(pin for pin in pins if pin.name not in names)


def _with_hashes(resolution: Resolution, engines: Engines) -> Resolution:
    """Fetch what has no digests yet, to compute them."""
    from ultraviolet.operations.pip_preferences import digests_of

    nodes = []
    for node in resolution.nodes:
        digests = digests_of(node, engines) if not node.hashes else ()
        nodes.append(msgspec.structs.replace(node, hashes=digests) if digests else node)
    return msgspec.structs.replace(resolution, nodes=tuple(nodes))


# Text


def _requirements_text(
    settings: Settings, resolution: Resolution, declared: Declared, options: EngineOptions, words: Sequence[str]
) -> Callable[[Style], str]:
    pip = settings.pip
    output = OutputOptions(
        no_emit=pip.no_emit_package,
        hashes=pip.generate_hashes,
        extras=pip.no_strip_extras,
        markers=pip.no_strip_markers or pip.universal,
        annotations=not pip.no_annotate,
        index_annotations=pip.emit_index_annotation,
        annotation_style=pip.annotation_style,
        cwd=settings.cwd,
    )

    def text(style: Style = plain) -> str:
        parts = [] if pip.no_header else [header(_command(settings, words), style)]
        if pip.emit_marker_expression and declared.environment is not None:
            expression = _relevant_markers(resolution, declared)
            if expression is not None:
                parts.append(marker_expression(expression, style))
        parts += [
            preamble(
                options.index.locations,
                options.resolver.build_policy,
                index_url=pip.emit_index_url,
                find_links=pip.emit_find_links,
                build_options=pip.emit_build_options,
            ),
            render(resolution, declared, output, style),
        ]
        if not pip.no_annotate:
            parts.append(excluded_footer(resolution, pip.no_emit_package, style))
        return "".join(parts)

    return text


def _relevant_markers(resolution: Resolution, declared: Declared) -> str | None:
    from ultraviolet.operations.pip_preferences import relevant_markers

    assert declared.environment is not None
    return relevant_markers(resolution, declared.requirements, declared.environment)


def _command(settings: Settings, words: Sequence[str]) -> str:
    pip = settings.pip
    if pip.custom_compile_command is not None:
        return pip.custom_compile_command
    return command_line(words, index_url=pip.emit_index_url, find_links=pip.emit_find_links)


def _pylock_text(
    settings: Settings,
    world: World,
    resolution: Resolution,
    options: EngineOptions,
    target: _Target,
    words: Sequence[str],
) -> Callable[[Style], str]:
    from ultraviolet.lock.pylock import pylock_from_resolution, write_pylock

    pip = settings.pip
    refused = {
        "marker-expression": pip.emit_marker_expression,
        "index-url": pip.emit_index_url,
        "find-links": pip.emit_find_links,
        "build-options": pip.emit_build_options,
        "index-annotation": pip.emit_index_annotation,
    }
    for name, given in refused.items():
        if given:
            world.reporter.warn(f"The `--emit-{name}` option is not supported for `pylock.toml` output")
    root = output_directory(pip.output_file, settings.cwd) if pip.output_file is not None else settings.cwd
    pylock = pylock_from_resolution(
        resolution,
        root,
        omit=pip.no_emit_package,
        tags=target.tags,
        rules=options.resolver.build_policy,
    )

    def text(style: Style = plain) -> str:
        parts = [] if pip.no_header else [header(_command(settings, words), style)]
        parts.append(write_pylock(pylock))
        if not pip.no_annotate:
            parts.append(excluded_footer(resolution, pip.no_emit_package, style))
        return "".join(parts)

    return text


def write_output(path: str, text: str) -> None:
    """Write the output file, through a link; missing directories are made."""
    from ultraviolet.fs.atomic import write_through

    write_through(path, text.encode())

"""Scripts as things that are locked: reading them, the Python they are locked with, and what their lockfile is made for."""

from __future__ import annotations

import os

import msgspec

from ultraviolet.distributions.requirement import Requirement
from ultraviolet.environment.project import inspect
from ultraviolet.errors import UltravioletError
from ultraviolet.operations.lock import LockOptions, LockTarget, script_target
from ultraviolet.operations.options import url_context
from ultraviolet.operations.project import python_choice
from ultraviolet.operations.project_python import ProjectPython
from ultraviolet.operations.python_search import search_python
from ultraviolet.operations.world import World
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.python.pins import find_pin_file, read_pin_file
from ultraviolet.python.request import PythonRequest, parse_request, request_from_specifiers, user_path
from ultraviolet.settings.options import Settings
from ultraviolet.standards.ranges import release_range
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.versions import parse_version
from ultraviolet.workspace.discovery import DiscoveryOptions
from ultraviolet.workspace.lowering import LoweringContext, lower_standalone
from ultraviolet.workspace.scripts import Script, read_script, start_script


class MissingScript(UltravioletError):
    """There is no script where one is expected."""


def open_script(path: str, cwd: str) -> Script:
    """Read a script that must have metadata.

    :param path: as given.
    :raises MissingScript: there is no such file, or it has none.
    """
    full = os.path.normpath(os.path.join(cwd, path))
    shown = user_path(full, cwd)
    try:
        script = read_script(full)
    except FileNotFoundError:
        raise MissingScript(
            f"Failed to read `{shown}` (not found); run `uv init --script {shown}` to create a PEP 723 script"
        ) from None
    except OSError as error:
        raise _unreadable(full, error) from None
    if script is None:
        raise MissingScript(
            f"`{shown}` does not contain a PEP 723 metadata tag; run `uv init --script {shown}` to initialize the script"
        )
    return script


def open_or_start_script(path: str, settings: Settings, world: World) -> Script:
    """Read a script; one without metadata gets a fresh block, which is not written yet.

    :raises UltravioletError: it cannot be read, or no interpreter tells which Python to write down.
    """
    full = os.path.normpath(os.path.join(world.cwd, path))
    try:
        script = read_script(full)
        if script is not None:
            return script
        with open(full, "rb") as stream:
            content = stream.read()
    except OSError as error:
        raise _unreadable(path, error) from None
    choice = python_choice(settings)
    request: PythonRequest | None = None
    if choice.request is not None:
        request = parse_request(choice.request, world.cwd)
    elif not choice.no_config:
        pin = find_pin_file(settings.project_dir, user_directory=choice.user_directory)
        pins = read_pin_file(pin, world.cwd) if pin is not None else None
        if pins is not None and pins.request is not None:
            request = pins.request
    interpreter = search_python(world, request).interpreter
    minor = RequiresPython.greater_than_equal(parse_version(interpreter.minor_version))
    return start_script(content, full, str(minor.specifiers))


def _unreadable(path: str, error: OSError) -> UltravioletError:
    return UltravioletError(f"failed to read from file `{path}`: {error.strerror} (os error {error.errno})")


def warn_about_project_flags(settings: Settings, world: World, options: LockOptions) -> None:
    """Tell that flags about projects mean nothing for a script."""
    flags = []
    if settings.arguments.one("--package") is not None:
        flags.append("--package")
    if options.mode == "locked":
        flags.append(options.flag)
    if options.mode == "frozen":
        flags.append("--frozen")
    if settings.flag("--no-sync"):
        flags.append("--no-sync")
    for flag in flags:
        world.reporter.warn(
            f"`{flag}` is a no-op for Python scripts with inline metadata, which always run in isolation"
        )


def script_settings(settings: Settings, script: Script) -> Settings:
    """Return the settings with those of the script's ``[tool.uv]`` before them."""
    from ultraviolet.settings.resolve import with_script_options

    metadata = script.metadata
    return with_script_options(settings, metadata.data, metadata.text, os.path.dirname(script.path))


def script_environment_root(script: Script, world: World) -> str:
    """Return where the environment of a script is kept between runs."""
    from ultraviolet.cache.keys import digest, entry_name

    name = entry_name(os.path.splitext(os.path.basename(script.path))[0])
    key = digest(script.path)
    return world.cache.path("environments", f"{name}-{key}" if name else key)


def script_python(script: Script, settings: Settings, world: World) -> ProjectPython:
    """Return the request in force: the user's, else a pin's that fits the script, else what the script asks for."""
    specifiers = script.metadata.requires_python
    requires_python = RequiresPython.from_specifiers(specifiers) if specifiers is not None else None
    choice = python_choice(settings)
    if choice.request is not None:
        return ProjectPython(parse_request(choice.request, world.cwd), "user", None, requires_python, {})
    if not choice.no_config:
        path = find_pin_file(os.path.dirname(script.path), user_directory=choice.user_directory)
        pins = read_pin_file(path, world.cwd) if path is not None else None
        if pins is not None:
            for warning in pins.warnings():
                world.reporter.warn(warning)
            if pins.request is not None and (
                requires_python is None
                or pins.request.intersects(release_range(requires_python.specifiers, trim=False))
            ):
                return ProjectPython(pins.request, "file", pins.file_name, requires_python, {})
    wanted = request_from_specifiers(specifiers) if specifiers is not None else None
    return ProjectPython(wanted, "requires-python", None, requires_python, {})


def script_interpreter(script: Script, settings: Settings, world: World) -> tuple[Interpreter, ProjectPython]:
    """Return the interpreter to lock a script with: that of its kept environment if that fits, else one that is found.

    An interpreter that does not fit the script is only warned about.
    """
    python = script_python(script, settings, world)
    facts = inspect(
        script_environment_root(script, world),
        world.search,
        request=python.request,
        requires_python=python.requires_python,
        preference=world.options.python_preference,
        kind="script",
    )
    if facts.place == "usable" and facts.environment is not None and facts.mismatch is None:
        return facts.environment.interpreter, python
    interpreter = search_python(world, python.request).interpreter
    mismatch = python_mismatch(interpreter, python)
    if mismatch is not None:
        world.reporter.warn(mismatch)
    return interpreter, python


def python_mismatch(interpreter: Interpreter, python: ProjectPython) -> str | None:
    """Return why an interpreter does not fit a script, as a sentence; None when it fits."""
    if python.requires_python is None or python.requires_python.contains(interpreter.python_version):
        return None
    wanted = f"which is incompatible with the script's Python requirement: `{python.requires_python}`"
    if python.source == "user":
        return f"The requested interpreter resolved to Python {interpreter.version}, {wanted}"
    if python.source == "file":
        return f"The Python request from `{python.origin}` resolved to Python {interpreter.version}, {wanted}"
    return (
        f"The resolved Python interpreter (Python {interpreter.version}) is incompatible with the script's Python "
        f"requirement: `{python.requires_python}`"
    )


def script_context(script: Script, settings: Settings, world: World) -> LoweringContext:
    """Return what the sources of a script are read against."""
    resolver = settings.resolver
    base = os.path.dirname(script.path)
    return LoweringContext(
        base=base,
        sources=script.metadata.uv.sources,
        indexes=script.metadata.uv.indexes,
        command_line_indexes=resolver.index_locations.of_arguments,
        configured_indexes=resolver.index_locations.of_files,
        no_sources=resolver.no_sources or frozenset(resolver.no_sources_package),
        urls=msgspec.structs.replace(url_context(settings), base=base),
        options=DiscoveryOptions(cwd=world.cwd),
    )


def script_requirements(script: Script, context: LoweringContext) -> tuple[Requirement, ...]:
    """Return what a script depends on, its sources applied."""
    return tuple(row for item in script.metadata.dependencies or () for row in lower_standalone(item, context))


def script_target_of(script: Script, settings: Settings, world: World) -> LockTarget:
    """Return what the lockfile of a script is made for."""
    context = script_context(script, settings, world)
    return script_target(script.path, script.metadata.uv, script_requirements(script, context), context)

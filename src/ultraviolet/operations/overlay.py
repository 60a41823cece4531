"""What ``uv run --with`` lays over an environment: extra packages, kept in the cache, and a throw-away environment on top.

The packages lie in an environment of the *base* interpreter, found again by what was resolved; nobody changes it afterwards. The
environment the child runs in is made anew each time. It is empty but for a path file that adds, in this order, the packages
and whatever the environment below offers, and for copies of the commands of both that start its own Python.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable

import msgspec

from ultraviolet.cache.keys import digest
from ultraviolet.distributions.dist import DirectDist, Dist, RegistryDist
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.resolution import Resolution
from ultraviolet.distributions.source import DirectorySource, PathSource
from ultraviolet.environment.create import VenvOptions, base_python, create_venv, remember_environment
from ultraviolet.environment.pyvenv import read_pyvenv, write_pyvenv_value
from ultraviolet.environment.site_packages import SitePackages
from ultraviolet.environment.value import Environment, environment_of, read_environment
from ultraviolet.errors import UltravioletError
from ultraviolet.fs.atomic import rename_directory
from ultraviolet.fs.trees import remove_tree
from ultraviolet.lock.model import Lock
from ultraviolet.lock.preferences import reusable
from ultraviolet.operations.apply import ApplyOptions, apply
from ultraviolet.operations.engines import Engines
from ultraviolet.operations.selection import resolved_dists
from ultraviolet.operations.wishes import Wishes, resolve_wishes
from ultraviolet.operations.world import World
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.resolver.manifest import Preference

OVERLAY_FILE = "_uv_ephemeral_overlay.pth"
_RELOCATABLE_HEAD = """#!/bin/sh
'''exec' "$(dirname -- "$(realpath -- "$0")")"/'python' "$0" "$@"
' '''
"""
_LINKED_DIRECTORIES = ("etc/jupyter", "share/jupyter")


def base_interpreter(interpreter: Interpreter, world: World) -> Interpreter:
    """Return the interpreter that an environment was made from; itself for a system's."""
    base = base_python(interpreter)
    return interpreter if base == interpreter.executable else world.prober.query(base)


def locked_preferences(lock: Lock, root: str) -> list[Preference]:
    """Return the versions of a lockfile as versions to try first."""
    return [
        Preference(
            name=version.name,
            version=version.version,
            source="lock",
            fork_markers=version.fork_markers,
            index=version.index if version.index is not None else "implicit",
        )
        for version in reusable(lock, root).versions
    ]


def installed_preferences(site_packages: SitePackages) -> list[Preference]:
    """Return what is installed from indexes as versions to try first."""
    return [
        Preference(name=found.name, version=found.version, source="environment")
        for found in site_packages
        if found.kind == "registry"
    ]


def locked_build_constraints(lock: Lock, root: str) -> tuple[Requirement, ...]:
    """Return the build constraints that a lockfile records."""
    from ultraviolet.lock.requirements import row_requirement

    return tuple(row_requirement(row, root) for row in lock.manifest.build_constraints)


def cached_environment(
    wishes: Wishes,
    engines: Engines,
    interpreter: Interpreter,
    *,
    preferences: Iterable[Preference],
    platform: str | None,
) -> Environment:
    """Return an environment in the cache that holds what is asked for, made if there is none.

    :param interpreter: a base interpreter, also that of the engines.
    """
    world, reporter = engines.world, engines.reporter
    started = time.monotonic()
    resolution = resolve_wishes(
        wishes, engines, environment_of(interpreter), preferences=preferences, platform=platform, context="`--with`"
    )
    dists = resolved_dists(resolution)
    reporter.phase("Resolved", len(dists), time.monotonic() - started)
    for diagnostic in resolution.diagnostics:
        reporter.warn(diagnostic)
    root = world.cache.path(
        "environments", digest(os.path.realpath(interpreter.executable)), resolution_key(resolution, dists, engines)
    )
    existing = _kept(root, world)
    if existing is not None:
        return existing
    temporary = world.cache.new_directory("builds")
    options = VenvOptions(on_existing="replace", relocatable=True)
    try:
        environment = create_venv(temporary, interpreter, options, cwd=world.cwd)
        apply(dists, environment, engines, ApplyOptions(exact=True), started=time.monotonic())
        os.makedirs(os.path.dirname(root), exist_ok=True)
        placed = rename_directory(temporary, root)
    finally:
        remove_tree(temporary)
    if not placed:
        existing = _kept(root, world)
        if existing is not None:
            return existing
        raise UltravioletError(f"Failed to keep the environment at `{root}`")
    moved = _moved(environment, root)
    remember_environment(world.prober, moved)
    return moved


def _kept(root: str, world: World) -> Environment | None:
    """Return an environment of the cache; what is there but cannot be used is removed."""
    try:
        found = read_environment(root, world.prober, cwd=world.cwd)
    except UltravioletError:
        remove_tree(root)
        return None
    return found


def _moved(environment: Environment, root: str) -> Environment:
    interpreter = environment.interpreter
    scheme = interpreter.venv_scheme.below(root)
    name = os.path.basename(interpreter.executable)
    executable = os.path.join(scheme.scripts, name)
    base = interpreter.base_executable or executable
    return environment_of(interpreter.in_environment(root, executable, base, scheme))


def resolution_key(resolution: Resolution, dists: Iterable[Dist], engines: Engines) -> str:
    """Return a digest of everything that is installed for a resolution: versions, files, and the state of local sources."""
    hashes = {node.name: node.hashes for node in resolution.nodes}
    rows = sorted((*_identity(dist, engines), ",".join(hashes.get(dist.name, ()))) for dist in dists)
    return digest(*("\0".join(row) for row in rows))


def _identity(dist: Dist, engines: Engines) -> tuple[str, ...]:
    if isinstance(dist, RegistryDist):
        artifact = dist.artifact
        return dist.name, str(dist.version), dist.index.url, artifact.filename
    assert isinstance(dist, DirectDist)
    state = b""
    if isinstance(dist.source, (PathSource, DirectorySource)):
        state = engines.trees.state(dist.source.path) or os.urandom(8)
    source = msgspec.structs.replace(dist.source, given=None)
    return dist.name, str(dist.version), repr(source), state.decode("utf-8", "replace")


def overlay_environment(root: str, requirements: Environment, below: Interpreter, world: World) -> Environment:
    """Make the environment that the child runs in.

    :param root: an empty directory.
    :param requirements: holds the extra packages.
    :param below: the interpreter of the environment that is extended.
    :raises UltravioletError: it cannot be made.
    """
    options = VenvOptions(on_existing="replace", system_site_packages=_sees_system(below))
    environment = create_venv(root, below, options, cwd=world.cwd)
    site_packages = environment.site_packages()[0]
    directories = [requirements.site_packages()[0], *below.site_packages, *environment_of(below).site_packages()]
    text = "; ".join(f"site.addsitedir({python_text(path)})" for path in _distinct(directories))
    with open(os.path.join(site_packages, OVERLAY_FILE), "w", encoding="utf-8") as stream:
        stream.write(f"import site; {text}")
    for interpreter in (requirements.interpreter, below):
        _copy_commands(interpreter, environment)
        _link_directories(interpreter.prefix, root)
    write_pyvenv_value(root, "extends-environment", below.prefix)
    return environment


def _sees_system(interpreter: Interpreter) -> bool:
    if not interpreter.is_virtualenv:
        return False
    configuration = read_pyvenv(interpreter.prefix)
    return configuration is not None and configuration.system_site_packages


def _distinct(paths: Iterable[str]) -> list[str]:
    """Drop what repeats its neighbour."""
    kept: list[str] = []
    for path in paths:
        if not kept or kept[-1] != path:
            kept.append(path)
    return kept


def python_text(path: str) -> str:
    r"""Return a path as Python source that names it whatever the encoding.

    >>> python_text('/a"b')
    '__import__("os").fsdecode(b"/a\\"b")'
    """
    if os.name == "nt":
        escaped = "".join(
            char if " " <= char <= "~" and char not in '"\\' else f"\\u{unit:04x}"
            for char in path
            for unit in _utf16(char)
        )
        return f'"{escaped}"'
    return f'__import__("os").fsdecode(b"{_escaped(os.fsencode(path))}")'


_ESCAPES = {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 39: "\\'", 92: "\\\\"}


def _escaped(data: bytes) -> str:
    return "".join(_ESCAPES.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}") for byte in data)


def _utf16(char: str) -> list[int]:
    data = char.encode("utf-16-le", "surrogatepass")
    return [int.from_bytes(data[at : at + 2], "little") for at in range(0, len(data), 2)]


def _copy_commands(source: Interpreter, target: Environment) -> None:
    """Copy the Python commands of an environment, pointing them at another one; what is there already stays."""
    try:
        entries = sorted(os.scandir(source.scheme.scripts), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        if not entry.is_file(follow_symlinks=False):
            continue
        place = os.path.join(target.scheme.scripts, entry.name)
        try:
            if os.name == "nt":
                _copy_windows_command(entry.path, place)
            else:
                _copy_command(entry.path, place, source.executable, target.executable)
        except (FileExistsError, PermissionError):
            continue


def _copy_command(source: str, target: str, before: str, after: str) -> None:
    if os.path.lexists(target):
        return
    with open(source, "rb") as stream:
        if stream.read(2) != b"#!":
            return
        stream.seek(0)
        content = stream.read()
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return
    heads = [_RELOCATABLE_HEAD, f"#!{before}\n"]
    if before.endswith("3"):
        heads.append(f"#!{before[:-1]}\n")
    rest = next((text.removeprefix(head) for head in heads if text.startswith(head)), None)
    if rest is None:
        return
    mode = stat.S_IMODE(os.stat(source).st_mode)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "wb") as writer:
        writer.write(f"#!{after}\n{rest}".encode())


def _copy_windows_command(source: str, target: str) -> None:
    """A launcher finds the Python beside it; a copy therefore starts that of its new place."""
    if not os.path.lexists(target) and source.lower().endswith(".exe"):
        import shutil

        shutil.copy2(source, target)


def _link_directories(prefix: str, root: str) -> None:
    """Let Jupyter find what packages put beside the libraries."""
    for name in _LINKED_DIRECTORIES:
        source, target = os.path.join(prefix, name), os.path.join(root, name)
        if os.path.isdir(source) and not os.path.lexists(target):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.symlink(source, target, target_is_directory=True)

"""Which answers of commands are kept for :mod:`ultraviolet.recall`, and what each followed from."""

from __future__ import annotations

import os

from ultraviolet import remember
from ultraviolet.remember import Inputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ultraviolet.cli.invocation import Invocation
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.operations.apply import Applied
    from ultraviolet.operations.pip_compile import Compiled
    from ultraviolet.operations.pip_request import PipSources
    from ultraviolet.operations.world import World
    from ultraviolet.settings.values import ResolverSettings

    Lines = tuple[tuple[str, int | str], ...]

_UNTOLD = (b"dynamic", b"[tool.uv.sources", b"[tool.poetry", b"cache-keys")
"""Words in a ``pyproject.toml`` that may mean that it is not all there is to read."""


def is_suitable(invocation: Invocation, reporter: ConsoleReporter, resolver: ResolverSettings) -> bool:
    """Whether a command was said plainly enough, and said little enough, to be answered the same way again."""
    if not _is_plain(invocation) or reporter.has_late_notes:
        return False
    if resolver.torch_backend is not None or resolver.compile_bytecode or resolver.no_build_isolation:
        return False
    cutoffs = [resolver.exclude_newer, *resolver.exclude_newer_package.values()]
    if any(cutoff and cutoff.span is not None for cutoff in cutoffs):
        return False
    return all(index.exclude_newer is None for index in resolver.index_locations.indexes)


def _is_plain(invocation: Invocation) -> bool:
    arguments, console = invocation.arguments, invocation.console
    said = (name for name, match in arguments.matches.items() if match.source != "default")
    if not remember.SUITABLE_OPTIONS.issuperset(said) or arguments.count("--quiet") > 1 or console.has_warned:
        return False
    # What looks like a password would stand in the header of a compiled file.
    return not any("://" in word and "@" in word for word in invocation.words)


def requirement_files(sources: PipSources, cwd: str) -> list[str] | None:
    """Return the files of requirements; None when there are others behind them."""
    from ultraviolet.operations.pip_install import requirement_paths

    paths = requirement_paths(sources, cwd)
    for path in paths or ():
        if path.endswith((".py", ".cfg")):
            return None
        if path.endswith(".toml"):
            with open(path, "rb") as stream:
                content = stream.read()
            if b"[project]" not in content or any(word in content for word in _UNTOLD):
                return None
    return paths


def keep_compiled(
    invocation: Invocation,
    world: World,
    reporter: ConsoleReporter,
    sources: PipSources,
    compiled: Compiled,
    read: Mapping[str, bytes | None],
) -> None:
    """Keep what ``pip compile`` has written.

    :param read: content hash of the output file before it was written.
    """
    from ultraviolet.console.colors import Paint
    from ultraviolet.distributions.dist import RegistryDist
    from ultraviolet.operations.compile_output import plain

    if not is_suitable(invocation, reporter, invocation.settings.pip.resolver) or compiled.diagnostics:
        return
    if not all(isinstance(node.dist, RegistryDist) for node in compiled.resolution.nodes):
        return
    if invocation.settings.pip.emit_index_url and any(
        index.url != index.public_url for index in invocation.settings.pip.resolver.index_locations.indexes
    ):
        return
    paths, consulted = requirement_files(sources, invocation.cwd), world.consulted()
    if paths is None or consulted is None:
        return
    search = remember.python_inputs(invocation.cwd, invocation.environ, compiled.interpreter.executable)
    text = compiled.text(plain)
    output = compiled.output_file
    count = sum(node.extra is None and node.group is None for node in compiled.resolution.nodes)
    _keep(
        invocation,
        _root(world),
        (
            "compile",
            (text, compiled.text(Paint(enabled=True).green)),
            None if output is None else (os.path.realpath(output), text.encode()),
            (*reporter.said, ("resolved", count)),
        ),
        Inputs(
            contents=(*search.contents, *paths, *read),
            files=(*search.files, *consulted.paths),
            directories=search.directories,
            variables=search.variables,
            expires=consulted.expires,
        ),
        read,
    )


def keep_installed(
    invocation: Invocation,
    world: World,
    reporter: ConsoleReporter,
    applied: Applied,
    *,
    root: str,
    executable: str,
    made: tuple[object, ...] | None = None,
    resolved: int | None,
    contents: Iterable[str],
    directories: Iterable[str] = (),
    resolver: ResolverSettings,
) -> None:
    """Keep how an environment without distributions was filled.

    :param root: the environment.
    :param executable: its interpreter.
    :param made: how the environment came to be, if this command made it.
    :param resolved: what the line ``Resolved`` counts, if there is one.
    :param contents: files that decide what is installed.
    """
    recipe = applied.recipe
    if recipe is None or not is_suitable(invocation, reporter, resolver):
        return
    consulted = world.consulted()
    if consulted is None:
        return
    if made is None:
        own = remember.environment_inputs(root, invocation.cwd, executable)
    else:
        own = remember.creation_inputs(root, invocation.cwd, invocation.environ, executable)
    before: Lines = () if resolved is None else (("resolved", resolved),)
    texts = _change_texts(invocation, applied)
    _keep(
        invocation,
        _root(world),
        (
            "install",
            world.cache.root,
            root,
            made,
            (recipe.site_packages, recipe.names),
            recipe.link_mode,
            tuple(placement.fields() for placement in recipe.placements),
            (*reporter.said, *before),
            texts,
        ),
        Inputs(
            contents=(*own.contents, *contents),
            files=(
                *own.files,
                *consulted.paths,
                *(f"{placement.source}.manifest" for placement in recipe.placements),
            ),
            directories=(*own.directories, *directories),
            links=own.links,
            missing=own.missing,
            variables=own.variables,
            expires=consulted.expires,
        ),
        {},
    )


def keep_made(
    invocation: Invocation,
    made: tuple[object, ...],
    *,
    root: str,
    executable: str,
    cache: str,
    before: Sequence[Sequence[str]],
    after: Sequence[str | None],
) -> None:
    """Keep how an environment was made in an empty place.

    :param made: the fields of a :class:`ultraviolet.environment.made.MadeEnvironment`.
    :param before: the lines before and ``after`` it was made, plain and in colours.
    """
    from ultraviolet.operations.shells import VARIABLES

    environ = invocation.environ
    if not _is_plain(invocation):
        return
    parent = None
    if not any(name in environ for name in VARIABLES):
        try:
            parent = os.readlink(f"/proc/{os.getppid()}/exe")
        except OSError:
            return
    own = remember.creation_inputs(root, invocation.cwd, environ, executable)
    own.variables = (*own.variables, *VARIABLES)
    texts = tuple("".join(f"{line}\n" for line in lines) for lines in before)
    ends = tuple("" if line is None else f"{line}\n" for line in after)
    _keep(invocation, cache, ("venv", made, parent, texts, ends), own, {})


def _root(world: World) -> str | None:
    return None if world.cache.is_temporary else world.cache.root


def _keep(
    invocation: Invocation,
    cache: str | None,
    answer: tuple[object, ...],
    inputs: Inputs,
    read: Mapping[str, bytes | None],
) -> None:
    if cache is None:
        return
    remember.remember(
        answer,
        inputs,
        words=invocation.words,
        cwd=invocation.cwd,
        environ=invocation.environ,
        started=invocation.started,
        cache=cache,
        read=read,
    )


def _change_texts(invocation: Invocation, applied: Applied) -> tuple[str, str]:
    """Return the lines of what was added, plain and in colours."""
    from io import StringIO

    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.console.printer import Console

    texts = []
    for color in ("never", "always"):
        stream = StringIO()
        console = Console(environ=invocation.environ, color=color, stderr=stream)
        ConsoleReporter(console).changes(applied.changes)
        texts.append(stream.getvalue())
    return texts[0], texts[1]

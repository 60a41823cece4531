"""The small stable surface for programs: typed functions over typed values, re-exported by ``ultraviolet``.

Each function takes what it depends on as arguments, with the surroundings of the process as defaults, and raises
:class:`ultraviolet.errors.UltravioletError` for everything that a user or a server can cause.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from ultraviolet.distributions.indexes import IndexLocation, IndexLocations
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.resolution import Resolution
from ultraviolet.http.options import HttpOptions
from ultraviolet.lock.diff import Change, diff
from ultraviolet.lock.model import Lock
from ultraviolet.lock.reader import parse_lock
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.workspace.discovery import Project


def read_lock(path: str | os.PathLike[str]) -> Lock:
    """Read a ``uv.lock``, of any revision of version 1.

    :raises ultraviolet.lock.errors.LockError: it is malformed, or of another version.
    :raises OSError: it cannot be read.
    """
    with open(path, encoding="utf-8", newline="") as stream:
        return parse_lock(stream.read())


def format_lock(lock: Lock) -> str:
    """Return the text of a lockfile, the same bytes that uv writes."""
    from ultraviolet.lock.writer import write_lock

    return write_lock(lock)


def compare_locks(old: Lock | None, new: Lock) -> tuple[Change, ...]:
    """Return what was added, removed and updated between two locks, by package name."""
    return diff(old, new)


def open_project(directory: str | os.PathLike[str] = ".") -> Project:
    """Find the project at or above a directory, with its workspace.

    :raises ultraviolet.workspace.errors.WorkspaceError: there is none, or it cannot be read.
    """
    from ultraviolet.workspace.discovery import discover_project

    return discover_project(os.path.abspath(directory))


def find_interpreter(
    request: str | None = None, *, cwd: str | None = None, environ: Mapping[str, str] | None = None
) -> Interpreter:
    """Find an installed Python: any (``None``), or as requested (``3.12``, ``>=3.11``, a path).

    :raises ultraviolet.python.errors.PythonNotFound: nothing fits.
    """
    from ultraviolet.python.discovery import SearchContext, find_python
    from ultraviolet.python.probe import Prober
    from ultraviolet.python.request import PythonRequest, parse_request

    here = os.path.abspath(cwd or os.getcwd())
    variables = os.environ if environ is None else environ
    context = SearchContext(Prober(None, environ=variables, cwd=here), environ=variables, cwd=here)
    asked = parse_request(request, here) if request is not None else PythonRequest("default")
    return find_python(asked, context).interpreter


def resolve_requirements(
    requirements: Iterable[str],
    *,
    constraints: Iterable[str] = (),
    python: Interpreter | None = None,
    universal: bool = False,
    index_url: str | None = None,
    exclude_newer: int | None = None,
    cache_directory: str | None = None,
    cwd: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Resolution:
    """Resolve PEP 508 requirements, for one interpreter or (``universal``) for every environment from its minor version on.

    :param index_url: in place of PyPI.
    :param exclude_newer: ignore files uploaded at this time or later, in milliseconds since the epoch (UTC).
    :param cache_directory: kept between calls; a temporary one by default.
    :raises ultraviolet.resolver.errors.NoSolution: the requirements contradict each other.
    """
    from ultraviolet.cache.layout import Cache
    from ultraviolet.index.options import IndexOptions
    from ultraviolet.operations.engine_options import EngineOptions
    from ultraviolet.operations.engines import Engines
    from ultraviolet.operations.reporter import SilentReporter
    from ultraviolet.operations.world import World, WorldOptions
    from ultraviolet.resolver.environment import PythonRequirement, ResolverEnvironment
    from ultraviolet.resolver.manifest import Manifest
    from ultraviolet.resolver.options import ResolverOptions
    from ultraviolet.standards.requires_python import RequiresPython
    from ultraviolet.standards.versions import parse_version

    here = os.path.abspath(cwd or os.getcwd())
    variables = os.environ if environ is None else environ
    interpreter = python if python is not None else find_interpreter(cwd=here, environ=variables)
    indexes = (IndexLocation(url=index_url, default=True),) if index_url is not None else ()
    locations = IndexLocations(indexes=indexes)
    cache = Cache(cache_directory) if cache_directory is not None else Cache.temporary()
    if universal:
        supported = RequiresPython.greater_than_equal(parse_version(interpreter.minor_version))
        required = PythonRequirement.from_requires_python(parse_version(interpreter.version), supported)
        environment = ResolverEnvironment.universal(required, interpreter.marker_environment)
    else:
        environment = ResolverEnvironment.specific(interpreter.marker_environment, interpreter.tags())
    manifest = Manifest(
        requirements=_requirements(requirements, here, variables),
        constraints=_requirements(constraints, here, variables),
    )
    options = EngineOptions(
        index=IndexOptions(locations=locations),
        resolver=ResolverOptions(exclude_newer=exclude_newer, locations=locations),
    )
    world = World(
        cwd=here,
        environ=variables,
        cache=cache.open(),
        reporter=SilentReporter(),
        options=WorldOptions(http=_http_options(variables)),
    )
    with world:
        engines = Engines(world, options, interpreter)
        try:
            return engines.resolve(manifest, environment)
        finally:
            engines.close()


def _http_options(environ: Mapping[str, str]) -> HttpOptions:
    """Return how the network is reached from here: certificates and proxies of the environment variables."""
    from ultraviolet.http.options import ProxyOptions

    get = environ.get
    return HttpOptions(
        ca_file=get("SSL_CERT_FILE") or None,
        proxies=ProxyOptions(
            http=get("HTTP_PROXY") or get("http_proxy"),
            https=get("HTTPS_PROXY") or get("https_proxy"),
            all=get("ALL_PROXY") or get("all_proxy"),
            no_proxy=get("NO_PROXY") or get("no_proxy"),
        ),
    )


def _requirements(texts: Iterable[str], cwd: str, environ: Mapping[str, str]) -> tuple[Requirement, ...]:
    from ultraviolet.distributions.direct_urls import UrlContext
    from ultraviolet.standards.requirements import parse_requirement
    from ultraviolet.workspace.plain import plain_requirement

    urls = UrlContext(base=cwd, environ=environ, cwd=cwd)
    return tuple(plain_requirement(parse_requirement(text), urls) for text in texts)

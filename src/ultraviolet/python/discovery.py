"""Find interpreters: virtual environments, conda, managed installations, ``PATH``, the Windows registry, in that order.

Candidates are produced lazily and asked one after the other until one fits. What fits is decided twice: roughly by the
source, before anything runs, and exactly by the interpreter's own facts.
"""

from __future__ import annotations

import os

from ultraviolet.python.errors import (
    BrokenEnvironment,
    BrokenInterpreterLink,
    DiscoveryError,
    InspectionError,
    InterpreterMissing,
    ProbeError,
    PythonNotFound,
    SourceNotAllowed,
)
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.python.managed import (
    find_managed,
    is_managed,
    key_may_match,
    managed_root,
)
from ultraviolet.python.probe import Prober
from ultraviolet.python.request import (
    DEFAULT,
    IMPLEMENTATIONS,
    PythonRequest,
    VersionRequest,
    user_path,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Literal

    PythonPreference = Literal["only-managed", "managed", "system", "only-system"]
    EnvironmentPreference = Literal["only-virtual", "explicit-system", "only-system", "any"]
    Source = Literal[
        "provided",
        "active",
        "conda",
        "base-conda",
        "discovered",
        "path",
        "path-first",
        "registry",
        "store",
        "managed",
        "parent",
    ]
    Candidate = tuple[Source, str]
    Outcome = "Installation | DiscoveryError"

SOURCE_NAMES: dict[str, str] = {
    "provided": "provided path",
    "active": "active virtual environment",
    "conda": "conda prefix",
    "base-conda": "conda prefix",
    "discovered": "virtual environment",
    "path": "search path",
    "path-first": "first executable in the search path",
    "registry": "registry",
    "store": "Microsoft Store",
    "managed": "managed installations",
    "parent": "parent interpreter",
}
_PREFERENCE_NAMES = {
    "only-managed": "only managed",
    "managed": "prefer managed",
    "system": "prefer system",
    "only-system": "only system",
}

_MAYBE_VIRTUAL = frozenset(("provided", "active", "discovered", "conda", "base-conda", "parent", "path-first"))
_MAYBE_SYSTEM = frozenset(
    ("conda", "base-conda", "parent", "provided", "managed", "path", "path-first", "registry", "store")
)
_EXPLICIT = frozenset(("provided", "parent", "active", "conda"))
_LENIENT = frozenset(("provided", "parent", "active", "conda", "base-conda", "discovered"))
"""Sources whose interpreters need no consent to be unusual: a free-threaded build, another implementation."""
_PICKY = frozenset(("managed", "registry", "store"))
"""Sources whose pre-releases and debug builds are a last resort."""

_EXE = ".exe" if os.name == "nt" else ""


class Installation:
    """An interpreter and where it was found."""

    __slots__ = ("interpreter", "source")

    def __init__(self, source: Source, interpreter: Interpreter) -> None:
        self.source: Source = source
        self.interpreter = interpreter

    def __repr__(self) -> str:
        return f"Installation({self.source!r}, {self.interpreter!r})"


class SearchContext:
    """What a search depends on besides the request: the command's environment, its directory, and the prober."""

    __slots__ = ("cwd", "environ", "managed_root", "prober")

    def __init__(self, prober: Prober, *, environ: Mapping[str, str], cwd: str) -> None:
        self.prober = prober
        self.environ = environ
        self.cwd = cwd
        self.managed_root = os.path.join(cwd, managed_root(environ))

    def is_managed(self, interpreter: Interpreter) -> bool:
        """Whether an interpreter comes from a managed installation."""
        return is_managed(interpreter, self.managed_root, self.environ)


def find_python(
    request: PythonRequest,
    context: SearchContext,
    *,
    environments: EnvironmentPreference = "any",
    preference: PythonPreference = "managed",
) -> Installation:
    """Return the first installation that satisfies ``request``.

    Unusual interpreters (pre-releases, debug builds, managed ones when system Pythons are preferred) are remembered and
    used when nothing else fits; a candidate that could not be asked is reported only when nothing was found.

    :raises PythonNotFound: nothing fits.
    :raises DiscoveryError: the search met something broken that it must not pass over.
    """
    reserves: dict[str, Installation] = {}
    first_error: DiscoveryError | None = None
    for outcome in find_pythons(request, context, environments=environments, preference=preference):
        if isinstance(outcome, DiscoveryError):
            if outcome.critical:
                raise outcome
            first_error = first_error or outcome
            continue
        doubt = _doubt(outcome, request, context, preference)
        if doubt is None:
            return outcome
        reserves.setdefault(doubt, outcome)
    for doubt in ("managed", "debug", "pre-release"):
        if doubt in reserves:
            return reserves[doubt]
    if first_error is not None:
        raise first_error
    raise not_found(request, environments=environments, preference=preference, cwd=context.cwd)


def find_best_python(
    request: PythonRequest,
    context: SearchContext,
    *,
    environments: EnvironmentPreference = "any",
    preference: PythonPreference = "managed",
    download: Callable[[PythonRequest], Installation | None] | None = None,
) -> Installation:
    """Return the nearest installation: as requested, else without the patch number, else the default.

    ``download`` is tried after each failed attempt; it warns by itself and answers None when nothing can be had.

    :raises PythonNotFound: there is no Python at all.
    """
    attempts = [request]
    version = request.version
    if version is not None and (request.kind == "implementation-version" or version.patch is not None):
        attempts.append(
            PythonRequest(request.kind, implementation=request.implementation, version=version.without_patch())
        )
    attempts.append(DEFAULT)
    for attempt in attempts:
        last = attempt.kind in ("default", "any")
        try:
            return find_python(attempt, context, environments=environments, preference=preference)
        except PythonNotFound:
            failure: Exception | None = None
        except DiscoveryError as error:
            if error.critical:
                raise
            failure = error
        if download is not None:
            fetched = download(attempt)
            if fetched is not None:
                return fetched
        if last:
            if failure is not None:
                raise failure
            break
    raise not_found(request, environments=environments, preference=preference, cwd=context.cwd)


def find_pythons(
    request: PythonRequest,
    context: SearchContext,
    *,
    environments: EnvironmentPreference = "any",
    preference: PythonPreference = "managed",
) -> Iterator[Installation | DiscoveryError]:
    """Yield every installation that satisfies ``request``, best first, and an error for each that could not be asked."""
    if request.kind in ("file", "directory"):
        yield from _provided(request, context)
        return
    if request.kind == "executable":
        if preference == "only-managed":
            yield SourceNotAllowed(
                f"Interpreter discovery for `{request.describe(context.cwd)}` requires `{SOURCE_NAMES['path']}` "
                f"but only `{_PREFERENCE_NAMES[preference]}` is allowed"
            )
            return
        candidates: Iterator[list[Candidate] | DiscoveryError] = iter(
            [[("path", path)] for path in which_all(request.value, context.environ.get("PATH", ""), context.cwd)]
        )
        for outcome in _ask(candidates, context):
            if isinstance(outcome, DiscoveryError) or environment_allowed(outcome, environments):
                yield outcome
        return
    version, implementation = search_terms(request)
    problem = version.check_supported()
    if problem is not None:
        yield DiscoveryError(f"Invalid version request: {problem}")
        return
    candidates = (
        group
        for group in _candidates(
            version, implementation, request, context, environments=environments, preference=preference
        )
        if isinstance(group, DiscoveryError) or group
    )
    for outcome in _ask(candidates, context):
        if isinstance(outcome, DiscoveryError) or (
            _satisfies(outcome, version, environments, preference, context)
            and request_matches(request, outcome.interpreter)
        ):
            yield outcome


def search_terms(request: PythonRequest) -> tuple[VersionRequest, str | None]:
    """Return the version and the implementation by which executables are looked up."""
    if request.kind == "any":
        return VersionRequest("any"), None
    if request.key is not None:
        return request.key.version or VersionRequest("default"), request.key.implementation
    return request.version or VersionRequest("default"), request.implementation


def request_matches(request: PythonRequest, interpreter: Interpreter) -> bool:
    """Whether an interpreter has the implementation and platform asked for; versions are checked apart."""
    implementation = request.implementation if request.key is None else request.key.implementation
    if implementation == "pyodide":
        if interpreter.system != "emscripten":
            return False
    elif implementation is not None and interpreter.implementation_name.lower() != implementation:
        return False
    if request.key is not None:
        wanted = (request.key.system, request.key.arch, request.key.libc)
        for want, have in zip(wanted, interpreter.host, strict=True):
            if want is not None and want != have:
                return False
    return True


def request_satisfied(request: PythonRequest, interpreter: Interpreter, context: SearchContext) -> bool:
    """Whether an interpreter that is already in use (that of an environment, say) satisfies ``request``."""
    match request.kind:
        case "default" | "any":
            return True
        case "directory":
            path = os.path.join(context.cwd, request.value)
            return _same(path, interpreter.prefix) or _same(environment_executable(path), interpreter.executable)
        case "file":
            path = os.path.join(context.cwd, request.value)
            if _same(path, interpreter.executable):
                return True
            base = interpreter.base_executable
            if base is not None and _same(path, base):
                return True
            if os.name == "nt" and base is not None:
                try:
                    other = context.prober.query(path).base_executable
                except ProbeError:
                    return False
                return other is not None and _same(other, base)
            return False
        case "executable":
            names = [os.path.basename(interpreter.executable)]
            if interpreter.base_executable is not None:
                names.append(os.path.basename(interpreter.base_executable))
            if request.value in names:
                return True
            found = which_all(request.value, context.environ.get("PATH", ""), context.cwd)
            return bool(found) and os.path.basename(found[0]) == request.value
        case _:
            version = request.version_request
            if version is not None and not version.matches(
                interpreter.version, gil_disabled=interpreter.gil_disabled, debug=interpreter.debug
            ):
                return False
            return request_matches(request, interpreter)


def _same(left: str, right: str) -> bool:
    try:
        return left == right or os.path.samefile(left, right)
    except OSError:
        return False


def _doubt(
    installation: Installation, request: PythonRequest, context: SearchContext, preference: PythonPreference
) -> str | None:
    """Return why an installation is not taken at once; ``alternative`` ones are not even a last resort."""
    interpreter, source = installation.interpreter, installation.source
    named_plainly = source in ("path", "path-first") and os.path.basename(interpreter.executable) in (
        "python" + _EXE,
        "python3" + _EXE,
    )
    if not named_plainly:
        if interpreter.prerelease is not None and not request.allows_prereleases and source in _PICKY:
            return "pre-release"
        if interpreter.debug and not request.allows_debug and source in _PICKY:
            return "debug"
        alternative = interpreter.implementation_name.lower() != "cpython" or interpreter.system == "emscripten"
        if alternative and not request.allows_alternatives and source not in _LENIENT:
            return "alternative"
    if preference == "system" and (source == "managed" or context.is_managed(interpreter)):
        return "managed"
    return None


def _provided(request: PythonRequest, context: SearchContext) -> Iterator[Installation | DiscoveryError]:
    path = os.path.join(context.cwd, request.value)
    if request.kind == "directory":
        path = environment_executable(path)
    try:
        yield Installation("provided", context.prober.query(path))
    except (InterpreterMissing, BrokenInterpreterLink):
        return
    except ProbeError as error:
        shown = user_path(os.path.join(context.cwd, request.value), context.cwd)
        yield InspectionError(error, shown, SOURCE_NAMES["provided"], critical=error.critical)


def _ask(
    groups: Iterator[list[Candidate] | DiscoveryError], context: SearchContext
) -> Iterator[Installation | DiscoveryError]:
    """Ask candidates group by group; within a group the newest comes first, and refusals last."""
    for group in groups:
        if isinstance(group, DiscoveryError):
            yield group
            continue
        found: list[Installation] = []
        refusals: list[DiscoveryError] = []
        for source, path in group:
            try:
                found.append(Installation(source, context.prober.query(path)))
            except ProbeError as error:
                critical = error.critical or (
                    source == "active"
                    and isinstance(error, InterpreterMissing | BrokenInterpreterLink)
                    and _in_environment(path)
                )
                refusals.append(
                    InspectionError(error, user_path(path, context.cwd), SOURCE_NAMES[source], critical=critical)
                )
        if len(found) > 1:
            found.sort(key=_newest, reverse=True)
        yield from found
        yield from refusals


def _newest(installation: Installation) -> tuple[object, ...]:
    return installation.interpreter.sort_key


def _in_environment(executable: str) -> bool:
    return is_environment(os.path.dirname(os.path.dirname(executable)))


def _candidates(
    version: VersionRequest,
    implementation: str | None,
    request: PythonRequest,
    context: SearchContext,
    *,
    environments: EnvironmentPreference,
    preference: PythonPreference,
) -> Iterator[list[Candidate] | DiscoveryError]:
    """Yield groups of equally preferred executables that could do."""
    allowed = _SOURCES_ALLOWED[environments]
    parent = context.environ.get("UV_INTERNAL__PARENT_INTERPRETER")
    if parent is not None:
        yield [("parent", parent)]
    if environments != "only-system":
        yield from _virtual_environments(context)
    if environments == "only-virtual":
        return
    conda = _conda(context.environ, base=True)
    if conda is not None:
        yield [("base-conda", environment_executable(conda))]
    for group in _installed(version, implementation, request, context, preference):
        yield [(source, path) for source, path in group if source in allowed]


_SOURCES_ALLOWED: dict[str, frozenset[str]] = {
    "any": _MAYBE_VIRTUAL | _MAYBE_SYSTEM,
    "only-virtual": _MAYBE_VIRTUAL,
    "explicit-system": _MAYBE_VIRTUAL,
    "only-system": _MAYBE_SYSTEM,
}


def _virtual_environments(context: SearchContext) -> Iterator[list[Candidate] | DiscoveryError]:
    active = context.environ.get("VIRTUAL_ENV")
    if active:
        yield [("active", environment_executable(os.path.join(context.cwd, active)))]
    conda = _conda(context.environ, base=False)
    if conda is not None:
        yield [("conda", environment_executable(conda))]
    try:
        found = find_environment(context.cwd)
    except BrokenEnvironment as error:
        yield error
        return
    if found is not None:
        yield [("discovered", environment_executable(found))]


def find_environment(directory: str) -> str | None:
    """Return the environment that ``directory`` or an ancestor is, or holds as ``.venv``.

    :raises BrokenEnvironment: the nearest ``.venv`` has no ``pyvenv.cfg``.
    """
    while True:
        if is_environment(directory):
            return directory
        candidate = os.path.join(directory, ".venv")
        if os.path.islink(candidate) or os.path.isdir(candidate):
            if not is_environment(candidate):
                raise BrokenEnvironment(candidate)
            return candidate
        parent = os.path.dirname(directory)
        if parent == directory:
            return None
        directory = parent


def is_environment(directory: str) -> bool:
    """Whether a directory holds ``pyvenv.cfg``."""
    return os.path.isfile(os.path.join(directory, "pyvenv.cfg"))


def environment_executable(root: str) -> str:
    """Return the interpreter of an environment, as it is or as it would be."""
    names: tuple[tuple[str, ...], ...]
    if os.name == "nt":
        names = (("Scripts", "python.exe"), ("bin", "python.exe"), ("python.exe",))
    else:
        names = (("bin", "python3"), ("bin", "python"))
    for name in names:
        path = os.path.join(root, *name)
        if os.path.exists(path):
            return path
    return os.path.join(root, *names[0])


def _conda(environ: Mapping[str, str], *, base: bool) -> str | None:
    """Return ``CONDA_PREFIX`` if it is the base environment, or if it is another one, as asked."""
    prefix = environ.get("CONDA_PREFIX")
    if not prefix or is_base_conda(prefix, environ) != base:
        return None
    return prefix


def is_base_conda(prefix: str, environ: Mapping[str, str]) -> bool:
    """Whether a conda prefix is the base environment, which counts as a system Python."""
    if os.path.isfile(os.path.join(prefix, "conda-meta", "pixi")):
        return False
    if environ.get("_CONDA_ROOT") == prefix:
        return True
    name = environ.get("CONDA_DEFAULT_ENV")
    # Named environments live in a directory of their name; `base` lives in one named after the distribution.
    return name is not None and name not in (prefix, os.path.basename(prefix))


def _installed(
    version: VersionRequest,
    implementation: str | None,
    request: PythonRequest,
    context: SearchContext,
    preference: PythonPreference,
) -> Iterator[list[Candidate]]:
    if preference in ("only-managed", "managed"):
        yield from _managed(version, request, context)
    if preference != "only-managed" or "UV_INTERNAL__TEST_PYTHON_MANAGED" in context.environ:
        yield from _search_path(version, implementation, context)
    if preference != "only-managed" and os.name == "nt":
        yield from _registered(version, context)
    if preference == "system":
        yield from _managed(version, request, context)


def _managed(version: VersionRequest, request: PythonRequest, context: SearchContext) -> Iterator[list[Candidate]]:
    installations = find_managed(context.managed_root)
    if not installations:
        return
    from ultraviolet.python.host import current_host

    host = current_host(context.environ)
    from ultraviolet.python.platforms import supports

    for installation in installations:
        if not supports(host, installation.key.host) or not key_may_match(installation.key, version, request.key):
            continue
        link = installation.minor_link if version.patch is None else None
        yield [("managed", link[1] if link is not None else installation.executable)]


def _search_path(
    version: VersionRequest, implementation: str | None, context: SearchContext
) -> Iterator[list[Candidate]]:
    search_path = context.environ.get("UV_PYTHON_SEARCH_PATH")
    if search_path is None:
        search_path = context.environ.get("PATH", "")
    names = version.executable_names(implementation, _EXE)
    seen: set[tuple[int, int]] = set()
    first = True
    for part in search_path.split(os.pathsep):
        directory = os.path.join(context.cwd, part)
        try:
            facts = os.stat(directory)
        except OSError:
            continue
        if (facts.st_dev, facts.st_ino) in seen and facts.st_ino:
            continue
        seen.add((facts.st_dev, facts.st_ino))
        for name in names:
            path = os.path.join(directory, name)
            if is_executable(path) and not is_store_shim(path):
                yield [("path-first" if first else "path", path)]
                first = False
        group: list[Candidate] = []
        for path in _minor_executables(directory, version, implementation):
            group.append(("path-first" if first else "path", path))
            first = False
        if group:
            yield group
        if os.name == "nt":
            batch = os.path.join(directory, "python.bat")
            if os.path.isfile(batch):
                yield [("path-first" if first else "path", batch)]
                first = False


def _minor_executables(directory: str, version: VersionRequest, implementation: str | None) -> list[str]:
    """Return all ``python3.N[t]`` in a directory that can match, in the order of their names."""
    if version.kind == "release" and len(version.release) > 1:
        return []
    prefixes = ("python3.",) if implementation is None else (implementation + ".", "python3.")
    try:
        names = os.listdir(directory)
    except OSError:
        return []
    found = []
    for name in names:
        for prefix in prefixes:
            if not name.startswith(prefix):
                continue
            minor = name[len(prefix) :].removesuffix(_EXE).removesuffix("t")
            if not minor.isdecimal() or len(minor) > 2 or int(minor) < 6 or not version.matches_minor(3, int(minor)):
                continue
            path = os.path.join(directory, name)
            if is_executable(path) and not is_store_shim(path):
                found.append(path)
            break
    return sorted(found)


def _registered(version: VersionRequest, context: SearchContext) -> Iterator[list[Candidate]]:
    if context.environ.get("UV_PYTHON_NO_REGISTRY", "").lower() in ("1", "true", "yes", "on", "y", "t"):
        return
    from ultraviolet.python.registry import WindowsRegistry, registered_pythons, store_pythons

    sources: tuple[tuple[Source, list[object]], ...] = (
        ("registry", list(registered_pythons(WindowsRegistry()))),
        ("store", list(store_pythons(context.environ))),
    )
    for source, pythons in sources:
        for python in pythons:
            known = getattr(python, "version", None)
            if known is not None:
                numbers = tuple(map(int, known.split(".")))
                if not version.matches_minor(numbers[0], numbers[1]):
                    continue
                if len(numbers) > 2 and version.patch not in (None, numbers[2]):
                    continue
            yield [(source, str(getattr(python, "path", "")))]


def is_executable(path: str) -> bool:
    """Whether a path is a file that may be run."""
    return os.access(path, os.X_OK) and os.path.isfile(path)


def is_store_shim(path: str) -> bool:
    """Whether a path is the alias by which Windows offers to install Python, not a Python."""
    if os.name != "nt" or "\\Microsoft\\WindowsApps\\" not in path:
        return False
    try:
        facts = os.lstat(path)
        return facts.st_size == 0 and "AppInstallerPythonRedirector.exe" in os.readlink(path)
    except OSError:
        return True


def which_all(name: str, search_path: str, cwd: str) -> list[str]:
    """Return every executable called ``name`` on a search path."""
    found = []
    names = (name,) if not _EXE or name.lower().endswith(_EXE) else (name + _EXE, name)
    for directory in search_path.split(os.pathsep):
        if not directory:
            continue
        for spelling in names:
            path = os.path.join(cwd, directory, spelling)
            if is_executable(path):
                found.append(path)
    return found


def _satisfies(
    installation: Installation,
    version: VersionRequest,
    environments: EnvironmentPreference,
    preference: PythonPreference,
    context: SearchContext,
) -> bool:
    interpreter, source = installation.interpreter, installation.source
    if version.kind == "default" and source in _LENIENT:
        version = VersionRequest("any")
    if not version.matches(interpreter.version, gil_disabled=interpreter.gil_disabled, debug=interpreter.debug):
        return False
    if not environment_allowed(installation, environments):
        return False
    return preference_allows(installation, preference, context)


def preference_allows(installation: Installation, preference: PythonPreference, context: SearchContext) -> bool:
    """Whether the managed/system preference admits an installation; explicit sources are always admitted."""
    if preference in ("managed", "system") or installation.source in _EXPLICIT:
        return True
    return context.is_managed(installation.interpreter) == (preference == "only-managed")


def environment_allowed(installation: Installation, environments: EnvironmentPreference) -> bool:
    """Whether the environment preference admits an installation, now that it is known what it is."""
    # A conda environment is not a virtual environment to Python, but it is one to its user.
    virtual = installation.interpreter.is_virtualenv or installation.source == "conda"
    if environments == "any":
        return True
    if environments == "only-virtual":
        return virtual
    if environments == "only-system":
        return not virtual
    return virtual or installation.source in ("provided", "parent")


def not_found(
    request: PythonRequest, *, environments: EnvironmentPreference, preference: PythonPreference, cwd: str
) -> PythonNotFound:
    """Return the error for a search without result."""
    shown = request.describe(cwd)
    if request.kind == "file":
        return PythonNotFound(f"No interpreter found at {shown}")
    if request.kind == "directory":
        return PythonNotFound(f"No interpreter found in {shown}")
    where = describe_sources(request, environments=environments, preference=preference)
    if request.kind in ("default", "any"):
        return PythonNotFound(f"No interpreter found in {where}")
    return PythonNotFound(f"No interpreter found for {shown} in {where}")


def describe_sources(
    request: PythonRequest, *, environments: EnvironmentPreference, preference: PythonPreference
) -> str:
    """Return where a search looks: ``virtual environments, managed installations, or search path``."""
    path = ["search path", "registry"] if os.name == "nt" else ["search path"]
    installed = {
        "only-managed": ["managed installations"],
        "managed": ["managed installations", *path],
        "system": [*path, "managed installations"],
        "only-system": path,
    }[preference]
    virtual = ["virtual environments"]
    if environments == "only-system":
        items = installed
    elif environments == "any" or (environments == "explicit-system" and request.is_explicit_system):
        items = virtual + installed
    else:
        items = virtual
    if len(items) < 3:
        return " or ".join(items)
    return ", ".join(items[:-1]) + ", or " + items[-1]


def environment_not_found(request: PythonRequest, environments: EnvironmentPreference, cwd: str) -> PythonNotFound:
    """Return the error of commands that change an environment, when there is none."""
    if environments == "any" or (environments == "explicit-system" and request.is_explicit_system):
        kind, advice = "virtual environment or system Python installation", "; run `uv venv` to create an environment"
    elif environments == "only-system":
        kind, advice = "system Python installation", ""
    else:
        kind = "virtual environment"
        advice = (
            "; run `uv venv` to create an environment, or pass `--system` to install into a non-virtual environment"
        )
    target = "" if request.kind in ("default", "any") else f" for {request.describe(cwd)}"
    return PythonNotFound(f"No {kind} found{target}{advice}")


def environments_for(*, system: bool, mutable: bool) -> EnvironmentPreference:
    """Return the environment preference of a ``pip`` command."""
    if system:
        return "only-system"
    return "explicit-system" if mutable else "any"


def download_hint(request: PythonRequest, reason: str, cwd: str = "") -> str:
    """Return the hint for a Python that could have been downloaded.

    ``reason`` is ``manual``, ``never``, ``only-system``, ``offline`` or ``requires-update``.
    """
    if reason == "requires-update":
        return (
            "uv embeds available Python downloads and may require an update to install new versions. "
            "Consider retrying on a newer version of uv."
        )
    target = "" if request.kind in ("default", "any") else f" for {request.describe(cwd)}"
    start = f"A managed Python download is available{target}, but "
    if reason == "manual":
        return (
            start + "Python downloads are set to 'manual', use "
            f"`uv python install {request.canonical()}` to install the required version"
        )
    if reason == "never":
        return start + "Python downloads are set to 'never'"
    if reason == "only-system":
        return start + "the Python preference is set to 'only system'"
    return start + "uv is set to offline mode"


def unsupported_warning(interpreter: Interpreter) -> str | None:
    """Return the warning for a Python that packages hardly support any more."""
    if interpreter.release < (3, 8):
        return f"uv is only compatible with Python >=3.8, found Python {interpreter.version}"
    return None


def using_line(installation: Installation, context: SearchContext) -> str:
    """Return ``Using CPython 3.12.1 interpreter at: PATH``; managed installations are named without their path."""
    name = installation.interpreter.display_name
    if context.is_managed(installation.interpreter) or installation.source == "managed":
        return f"Using {name}"
    return f"Using {name} interpreter at: {user_path(installation.interpreter.executable, context.cwd)}"


def is_known_implementation(name: str) -> bool:
    """Whether a name is one of the implementations that requests know."""
    return name in IMPLEMENTATIONS

"""Which environment a ``pip`` command works on: ``--python``, ``--system``, ``--target``, ``--prefix``.

Three steps, so that the shell can print between them::

    target = find_target(options, context, mutable=True, cache_root=cache.root)
    if target.note is not None:                     # Using Python 3.12.1 environment at: v1
        print it, dim, on the error stream
    environment = target.apply()                    # --target and --prefix; makes the directory
    check_allowed(environment, options, cwd=context.cwd, action="install")   # PEP 668; commands that change something
    with lock_environment(environment, ...):        # commands that change something

Commands that only look (``mutable=False``) accept any environment. Commands that change one accept a system interpreter
only if it was asked for, by its path or by ``--system``. ``pip install`` and ``pip sync`` with ``--target`` or ``--prefix``
need an interpreter, not an environment: :func:`find_target_for_installation`.
"""

from __future__ import annotations

import os

from ultraviolet.environment.value import Environment, environment_of, prefix_environment, target_environment
from ultraviolet.python.discovery import (
    Installation,
    SearchContext,
    environment_not_found,
    environments_for,
    find_python,
    using_line,
)
from ultraviolet.python.errors import PythonNotFound
from ultraviolet.python.managed import managed_installation_of
from ultraviolet.python.probe import Prober
from ultraviolet.python.request import DEFAULT, PythonRequest, parse_request, user_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Literal

    from ultraviolet.fs.locks import FileLock
    from ultraviolet.python.discovery import PythonPreference
    from ultraviolet.settings.options import Settings


__all__ = [
    "Environment",
    "Target",
    "TargetOptions",
    "check_allowed",
    "context_of",
    "environment_note",
    "find_target",
    "find_target_for_installation",
    "lock_environment",
    "search_context",
    "target_options",
    "tools_directory",
    "with_system_flag",
]


class TargetOptions:
    """The options that choose an environment. Do not change it."""

    __slots__ = ("break_system_packages", "prefix", "python", "system", "target")

    def __init__(
        self,
        *,
        python: str | None = None,
        system: bool = False,
        target: str | None = None,
        prefix: str | None = None,
        break_system_packages: bool = False,
    ) -> None:
        self.python = python
        """The text of ``--python``."""
        self.system = system
        self.target = target
        """Directory that everything goes right into; relative to the working directory."""
        self.prefix = prefix
        """Directory that is laid out as an environment; relative to the working directory."""
        self.break_system_packages = break_system_packages

    def request_in(self, cwd: str) -> PythonRequest:
        """``--python`` as a request; ``cwd`` is what relative paths start from."""
        return DEFAULT if self.python is None else parse_request(self.python, cwd)


class Target:
    """The interpreter that was found, and the directory to work on instead of its own environment."""

    __slots__ = ("_cwd", "_options", "interpreter_environment", "note", "source")

    def __init__(
        self,
        interpreter_environment: Environment,
        options: TargetOptions,
        cwd: str,
        *,
        source: str,
        note: str | None,
    ) -> None:
        self.interpreter_environment = interpreter_environment
        """The environment of the interpreter itself."""
        self.source = source
        """Where the interpreter was found, see ``python.discovery.SOURCE_NAMES``."""
        self.note = note
        """What is told (dim, on the error stream) about the choice; None when it goes without saying."""
        self._options = options
        self._cwd = cwd

    def apply(self) -> Environment:
        """Return the environment to work on; the directory of ``--target`` or ``--prefix`` is made.

        :raises OSError: it cannot be made.
        """
        interpreter = self.interpreter_environment.interpreter
        options = self._options
        if options.target is not None:
            return target_environment(interpreter, os.path.normpath(os.path.join(self._cwd, options.target)))
        if options.prefix is not None:
            return prefix_environment(interpreter, os.path.normpath(os.path.join(self._cwd, options.prefix)))
        return self.interpreter_environment


def target_options(settings: Settings) -> TargetOptions:
    """Return what the command line, the environment and ``[tool.uv.pip]`` say about the target.

    The same as ``settings.pip`` says, without everything else that it reads.
    """
    return TargetOptions(
        python=settings.pip_value("python"),
        system=bool(settings.pip_switch("--system", "--no-system")),
        target=settings.pip_value("target"),
        prefix=settings.pip_value("prefix"),
        break_system_packages=bool(settings.pip_switch("--break-system-packages", "--no-break-system-packages")),
    )


def context_of(settings: Settings) -> SearchContext:
    """Return what a search depends on, with what the settings say about the cache."""
    from ultraviolet.cache.layout import Cache

    options = settings.globals
    return search_context(
        cwd=settings.cwd,
        environ=settings.environment.variables,
        records=None if options.no_cache else Cache(options.cache_dir).bucket("interpreter"),
        refresh=settings.arguments.flag("--refresh"),
    )


def environment_store(settings: Settings) -> str | None:
    """Return the directory of the cache that holds environments; None without a cache that stays."""
    from ultraviolet.cache.layout import Cache

    options = settings.globals
    return None if options.no_cache else Cache(options.cache_dir).bucket("environments")


def search_context(
    *, cwd: str, environ: Mapping[str, str], records: str | None, refresh: bool = False
) -> SearchContext:
    """Return what a search depends on, for commands that need nothing else of the world.

    ``records`` is the directory of probe records (``Cache.bucket("interpreter")``), None to remember nothing.
    """
    prober = Prober(records, environ=environ, cwd=cwd, refresh=refresh)
    return SearchContext(prober, environ=environ, cwd=cwd)


def find_target(
    options: TargetOptions, context: SearchContext, *, mutable: bool, cache_root: str | None = None
) -> Target:
    """Find the environment that a command looks at or, if ``mutable``, changes.

    The preference for managed or system Pythons is not consulted, as an environment is there already.

    :raises PythonNotFound: there is none.
    :raises DiscoveryError: the search met something broken that it must not pass over.
    """
    installation = _find(options, context, mutable=mutable)
    environment = environment_of(installation.interpreter)
    return Target(
        environment,
        options,
        context.cwd,
        source=installation.source,
        note=environment_note(environment, context, cache_root=cache_root),
    )


def find_target_for_installation(
    options: TargetOptions,
    context: SearchContext,
    *,
    preference: PythonPreference = "managed",
    download: Callable[[PythonRequest], Installation | None] | None = None,
    cache_root: str | None = None,
) -> Target:
    """Find the environment that packages are installed into.

    With ``--target`` or ``--prefix`` any interpreter will do, and ``download`` may fetch one that is missing; it answers None
    when nothing can be had.

    :raises PythonNotFound: there is none.
    :raises DiscoveryError: the search met something broken that it must not pass over.
    """
    if options.target is None and options.prefix is None:
        return find_target(options, context, mutable=True, cache_root=cache_root)
    request = options.request_in(context.cwd)
    try:
        installation = find_python(
            request,
            context,
            environments=environments_for(system=options.system, mutable=False),
            preference=with_system_flag(preference, system=options.system),
        )
    except PythonNotFound:
        fetched = download(request) if download is not None else None
        if fetched is None:
            raise
        installation = fetched
    return Target(
        environment_of(installation.interpreter),
        options,
        context.cwd,
        source=installation.source,
        note=using_line(installation, context),
    )


def _find(options: TargetOptions, context: SearchContext, *, mutable: bool) -> Installation:
    request = options.request_in(context.cwd)
    environments = environments_for(system=options.system, mutable=mutable)
    try:
        return find_python(
            request,
            context,
            environments=environments,
            preference=with_system_flag("managed", system=options.system),
        )
    except PythonNotFound:
        raise environment_not_found(request, environments, context.cwd) from None


def with_system_flag(preference: PythonPreference, *, system: bool) -> PythonPreference:
    """Return the preference under ``--system``: what would prefer managed Pythons prefers the system's then."""
    return "system" if system and preference == "managed" else preference


def environment_note(environment: Environment, context: SearchContext, *, cache_root: str | None = None) -> str | None:
    """Return ``Using Python 3.12.1 environment at: v1``.

    None for ``.venv`` in the working directory, and for environments that live in the cache or belong to tools.
    """
    interpreter = environment.interpreter
    root = environment.root
    if not interpreter.is_virtualenv:
        # A managed installation may have been found by the link of its minor version.
        managed = managed_installation_of(interpreter, context.managed_root)
        if managed is not None and managed.key.implementation == "cpython":
            root = managed.home
    if root == os.path.join(context.cwd, ".venv"):
        return None
    for place in (cache_root, tools_directory(context.environ, context.cwd)):
        if place is not None and (root == place or root.startswith(place + os.sep)):
            return None
    return f"Using Python {interpreter.version} environment at: {user_path(root, context.cwd)}"


def tools_directory(environ: Mapping[str, str], cwd: str) -> str:
    """Return the absolute path of the directory that holds the environments of tools."""
    configured = environ.get("UV_TOOL_DIR")
    if configured:
        return os.path.join(cwd, configured)
    if os.name == "nt":
        base = environ.get("APPDATA", os.path.join(os.path.expanduser("~"), "AppData", "Roaming"))
        return os.path.join(base, "uv", "data", "tools")
    data = environ.get("XDG_DATA_HOME", "")
    if not os.path.isabs(data):
        data = os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".local", "share")
    return os.path.join(data, "uv", "tools")


def check_allowed(
    environment: Environment,
    options: TargetOptions,
    *,
    cwd: str,
    action: Literal["install", "uninstall"] = "install",
) -> None:
    """Refuse to change an environment that belongs to the system's package manager (PEP 668).

    ``--break-system-packages`` goes on without asking.

    :raises ExternallyManaged: it does.
    """
    if options.break_system_packages:
        return
    from ultraviolet.environment.externally_managed import check_externally_managed

    check_externally_managed(environment, cwd=cwd, system=options.system, action=action)


def lock_environment(
    environment: Environment,
    *,
    cwd: str,
    environ: Mapping[str, str],
    timeout: float = 300.0,
    warn: Callable[[str], None] | None = None,
) -> FileLock | None:
    """Take the lock of an environment, to be released by the caller; None when locks do not work there.

    Held from reading site-packages to the last change. ``warn`` hears why there is none, which is no reason to stop.
    """
    from ultraviolet.environment.locking import environment_lock
    from ultraviolet.errors import UltravioletError

    temporary = environ.get("TMPDIR") or environ.get("TEMP") or environ.get("TMP") or "/tmp"  # noqa: S108
    lock = environment_lock(environment, cwd=cwd, temporary_directory=temporary, timeout=timeout)
    try:
        lock.acquire()
    except (UltravioletError, OSError) as error:
        if warn is not None:
            warn(f"Failed to acquire environment lock: {error}")
        return None
    return lock

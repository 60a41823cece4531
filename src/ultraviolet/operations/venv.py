"""``uv venv``: choose an interpreter and a place, and make a virtual environment there.

In two steps, so that the choice can be told before anything is touched: :func:`plan_venv`, then :func:`make_venv`. Without a
project around, neither imports anything that reads one.
"""

from __future__ import annotations

import os

from ultraviolet.environment.create import VenvOptions, create_venv, remember_environment
from ultraviolet.errors import UltravioletError
from ultraviolet.operations.python_pins import PinRules, find_pins
from ultraviolet.python.discovery import SearchContext, find_python, using_line
from ultraviolet.python.errors import DiscoveryError, PythonNotFound
from ultraviolet.python.request import DEFAULT, parse_request, user_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ultraviolet.environment.create import OnExisting
    from ultraviolet.environment.value import Environment
    from ultraviolet.fs.locks import FileLock
    from ultraviolet.operations.missing_python import DownloadPolicy
    from ultraviolet.operations.python_mismatch import RequestOrigin
    from ultraviolet.python.discovery import Installation, PythonPreference
    from ultraviolet.python.interpreter import Interpreter
    from ultraviolet.python.request import PythonRequest
    from ultraviolet.standards.requires_python import RequiresPython
    from ultraviolet.workspace.discovery import Project, Workspace

    Seeder = Callable[["Environment", tuple[str, ...]], None]
    """Installs requirements into a new environment."""


class VenvCreationFailed(UltravioletError):
    """The environment could not be made; the cause says why."""


class SeedingFailed(UltravioletError):
    """The environment was made, but its seed packages could not be installed."""


class VenvChoice:
    """What was asked for. Do not change it."""

    __slots__ = (
        "centralized",
        "distutils_hook",
        "downloads",
        "no_project",
        "on_existing",
        "path",
        "pins",
        "preference",
        "prompt",
        "python",
        "relocatable",
        "seed",
        "store",
        "system_site_packages",
    )

    def __init__(
        self,
        *,
        path: str | None = None,
        python: str | None = None,
        preference: PythonPreference = "managed",
        prompt: str | None = None,
        system_site_packages: bool = False,
        seed: bool = False,
        on_existing: OnExisting = "ask",
        relocatable: bool = False,
        no_project: bool = False,
        pins: PinRules | None = None,
        downloads: DownloadPolicy | None = None,
        distutils_hook: bool = True,
        centralized: bool = False,
        store: str | None = None,
    ) -> None:
        self.path = path
        """Where to make it; None for the project's environment, or ``.venv``."""
        self.python = python
        """The text of ``--python``."""
        self.preference: PythonPreference = preference
        self.prompt = prompt
        """``.`` is the name of the working directory, and the default where no path is given."""
        self.system_site_packages = system_site_packages
        self.seed = seed
        self.on_existing: OnExisting = on_existing
        self.relocatable = relocatable
        self.no_project = no_project
        """Ignore the project around."""
        self.pins = pins if pins is not None else PinRules()
        self.downloads = downloads
        """For the hint where no interpreter is found; None for no hint."""
        self.distutils_hook = distutils_hook
        """Keep distutils' configuration files out, see ``environment.activators``."""
        self.centralized = centralized
        """Keep environments of projects in the cache (preview ``centralized-project-envs``)."""
        self.store = store
        """The directory of the cache that holds environments; None without a cache that stays."""


def existing_policy(*, allow: bool, clear: bool, force: bool, keep: bool) -> OnExisting:
    """Return what happens to what is in the place already, by the flags of that name (``keep`` is ``--no-clear``)."""
    if allow:
        return "allow"
    if clear:
        return "force-clear" if force else "clear"
    return "fail" if keep else "ask"


class VenvPlan:
    """What will be made, and what to say about it first."""

    __slots__ = (
        "installation",
        "is_plain",
        "link",
        "location",
        "note",
        "options",
        "project_root",
        "seeds",
        "shown",
        "shown_link",
        "store",
        "warnings",
    )

    def __init__(
        self,
        *,
        installation: Installation,
        location: str,
        shown: str,
        note: str,
        options: VenvOptions,
        warnings: tuple[str, ...],
        project_root: str | None,
        seeds: tuple[str, ...],
        is_plain: bool,
        store: str | None = None,
        link: str | None = None,
        shown_link: str = "",
    ) -> None:
        self.installation = installation
        self.location = location
        """Where, as given or absolute."""
        self.shown = shown
        """Where, as messages show it."""
        self.note = note
        """``Using CPython 3.12.1 interpreter at: /usr/bin/python3.12``."""
        self.options = options
        self.warnings = warnings
        """To be shown after the note."""
        self.project_root = project_root
        """Root of the workspace whose environment this will be, to be locked."""
        self.seeds = seeds
        """Requirements of ``--seed``."""
        self.is_plain = is_plain
        """Whether no manifest counted but those here and above."""
        self.store = store
        """The directory of the cache that holds environments; what leads there may be removed."""
        self.link = link
        """What is to lead to the environment, if that is kept in the cache."""
        self.shown_link = shown_link

    @property
    def interpreter(self) -> Interpreter:
        """The interpreter that the environment is made from."""
        return self.installation.interpreter


def plan_venv(
    choice: VenvChoice,
    context: SearchContext,
    *,
    project_dir: str,
    cache_root: str | None = None,
    warn: Callable[[str], None] | None = None,
    download: Callable[[PythonRequest], Installation | None] | None = None,
) -> VenvPlan:
    """Choose the interpreter and the place.

    :param project_dir: where the search for a project and for pins begins, absolute.
    :param warn: hears at once what is wrong with the project or the pins.
    :param download: may fetch a Python that is missing.
    :raises PythonNotFound: no interpreter fits the request.
    :raises UltravioletError: the members of the workspace ask for Pythons that exclude each other.
    """
    project = None
    if not choice.no_project and _may_have_project(project_dir):
        project = _discover(project_dir, context.cwd, cache_root, warn)
    in_root = project is not None and choice.path is None and project.workspace.root == project_dir
    central = project.workspace if project is not None and in_root and _is_centralized(choice, context, warn) else None
    request, origin, requires_python, shown_pin = _python_request(choice, context, project, project_dir, warn)
    installation = find_installation(
        request, context, preference=choice.preference, policy=choice.downloads, download=download
    )
    interpreter = installation.interpreter
    warnings: tuple[str, ...] = ()
    if project is not None and requires_python is not None:
        warnings = _mismatches(project, interpreter, requires_python, origin, shown_pin)
    follow_upgrades = request is None or not request.includes_patch
    location, link = choice.path, None
    if central is not None and choice.store is not None:
        location, link = _central_root(central, choice.store, interpreter, context, follow_upgrades=follow_upgrades)
    elif location is None:
        location = _project_environment(project_dir, context) if in_root else ".venv"
    on_existing = choice.on_existing
    if link is not None and on_existing in ("ask", "clear", "force-clear"):
        on_existing = "replace"  # nobody else's
    options = VenvOptions(
        prompt="." if choice.prompt is None and choice.path is None else choice.prompt,
        system_site_packages=choice.system_site_packages,
        on_existing=on_existing,
        relocatable=choice.relocatable,
        seeded=choice.seed,
        follow_upgrades=follow_upgrades,
        distutils_hook=choice.distutils_hook,
    )
    return VenvPlan(
        installation=installation,
        location=location,
        shown=user_path(location, context.cwd),
        note=using_line(installation, context),
        options=options,
        warnings=warnings,
        project_root=project.workspace.root if project is not None and in_root else None,
        seeds=seed_requirements(interpreter) if choice.seed else (),
        is_plain=project is None or len(project.workspace.members) < 2,
        store=choice.store,
        link=link,
        shown_link="" if link is None else user_path(link, context.cwd),
    )


def _mismatches(
    project: Project, interpreter: Interpreter, requires_python: RequiresPython, origin: RequestOrigin, pin: str | None
) -> tuple[str, ...]:
    """Return what is to be said if a project does not support an interpreter."""
    if requires_python.contains(interpreter.python_version):
        return ()
    from ultraviolet.operations.python_mismatch import default_groups, mismatch_message

    sources = project.workspace.requires_python_sources(default_groups(project.manifest))
    several = len(project.workspace.members) > 1
    return (mismatch_message(interpreter, requires_python, sources, origin=origin, pin=pin, several=several),)


def make_venv(
    plan: VenvPlan,
    context: SearchContext,
    *,
    confirm: Callable[[str, str], bool | None] | None = None,
    seed: Seeder | None = None,
    warn: Callable[[str], None] | None = None,
    lock_timeout: float = 300.0,
) -> Environment:
    """Make the environment, and install its seed packages with ``seed``.

    ``confirm(question, hint)`` asks on a terminal and answers None where there is none.

    :param warn: hears if the project cannot be made to lead to an environment in the cache.
    :raises VenvCreationFailed: something is in the place, or it cannot be written.
    :raises SeedingFailed: the seed packages could not be installed.
    """
    lock = _project_lock(plan.project_root, context, lock_timeout) if plan.project_root is not None else None
    try:
        try:
            _clear_way(plan, context.cwd)
            environment = create_venv(
                plan.location,
                plan.interpreter,
                plan.options,
                cwd=context.cwd,
                managed_root=context.managed_root,
                confirm=confirm,
            )
        except UltravioletError as error:
            raise VenvCreationFailed("Failed to create virtual environment") from error
        except OSError as error:
            raise VenvCreationFailed("Failed to create virtual environment") from _with_path(error)
        remember_environment(context.prober, environment)
        if plan.seeds and seed is not None:
            try:
                seed(environment, plan.seeds)
            except UltravioletError as error:
                raise SeedingFailed("Failed to install seed packages into virtual environment") from error
        if plan.link is not None:
            from ultraviolet.environment.store import lead_to

            problem = lead_to(environment.root, plan.link)
            if problem is not None and warn is not None:
                warn(problem)
    finally:
        if lock is not None:
            lock.release()
    return environment


def _clear_way(plan: VenvPlan, cwd: str) -> None:
    """Remove what leads from the place of the environment into the cache, so that the environment there stays."""
    place, policy = os.path.join(cwd, plan.location), plan.options.on_existing
    is_link = os.path.islink(place)
    if plan.store is None or plan.link is not None or policy == "fail" or not (is_link or os.path.isfile(place)):
        return
    from ultraviolet.environment.store import EnvironmentStore

    if not (is_link and policy == "allow") and EnvironmentStore(plan.store).is_led_to(place):
        os.unlink(place)


class RepeatableVenv:
    """A new environment as data, to be made again while nothing that it follows from has changed."""

    __slots__ = ("cache", "executable", "fields", "root")

    def __init__(self, *, fields: tuple[object, ...], root: str, executable: str, cache: str) -> None:
        self.fields = fields
        """Those of a :class:`ultraviolet.environment.made.MadeEnvironment`."""
        self.root = root
        self.executable = executable
        self.cache = cache
        """The cache directory that knows the interpreter."""


def made_again(plan: VenvPlan, environment: Environment, context: SearchContext) -> RepeatableVenv | None:
    """Return how to make an environment again; None where more counts than this directory and the interpreter."""
    bucket = context.prober.directory
    if bucket is None or not plan.is_plain or plan.seeds or plan.warnings or plan.link is not None:
        return None
    from ultraviolet.environment.made import read_made

    lock = _lock_path(plan.project_root, context) if plan.project_root is not None else None
    made = read_made(environment.root, context.prober, lock)
    if made is None:
        return None
    return RepeatableVenv(
        fields=made.fields(),
        root=environment.root,
        executable=environment.executable,
        cache=os.path.dirname(bucket),
    )


def find_installation(
    request: PythonRequest | None,
    context: SearchContext,
    *,
    preference: PythonPreference,
    policy: DownloadPolicy | None = None,
    download: Callable[[PythonRequest], Installation | None] | None = None,
) -> Installation:
    """Return the interpreter to make environments from: virtual ones never count.

    :param policy: what a hint about downloads goes by; None for no hint.
    :raises PythonNotFound: there is none.
    :raises DiscoveryError: the only candidates cannot be used.
    """
    wanted = request if request is not None else DEFAULT
    try:
        return find_python(wanted, context, environments="only-system", preference=preference)
    except (PythonNotFound, DiscoveryError) as error:
        if isinstance(error, DiscoveryError) and error.critical:
            raise
        fetched = download(wanted) if download is not None else None
        if fetched is not None:
            return fetched
        if policy is None or isinstance(error, DiscoveryError):
            raise
        from ultraviolet.operations.missing_python import explain

        raise explain(error, wanted, policy, preference=preference, cwd=context.cwd) from error.__cause__


def seed_requirements(interpreter: Interpreter) -> tuple[str, ...]:
    """Return what ``--seed`` installs: ``venv`` of Python 3.12 and later brings no setuptools either."""
    return ("pip",) if interpreter.release >= (3, 12) else ("pip", "setuptools", "wheel")


def _may_have_project(directory: str) -> bool:
    """Whether there is a manifest here or above; most environments are made where there is none."""
    while not os.path.exists(os.path.join(directory, "pyproject.toml")):
        parent = os.path.dirname(directory)
        if parent == directory:
            return False
        directory = parent
    return True


def _discover(directory: str, cwd: str, cache_root: str | None, warn: Callable[[str], None] | None) -> Project | None:
    """Return the project around; one that cannot be read is no reason to refuse an environment."""
    from ultraviolet.workspace.discovery import DiscoveryOptions, discover_project
    from ultraviolet.workspace.errors import (
        InvalidManifest,
        MissingManifest,
        MissingProjectTable,
        UnmanagedProject,
        WorkspaceError,
    )

    try:
        project = discover_project(directory, DiscoveryOptions(cache_root=cache_root, cwd=cwd))
    except (MissingManifest, MissingProjectTable, UnmanagedProject):
        return None
    except InvalidManifest as error:
        if warn is not None:
            reason = str(error.__cause__ if error.__cause__ is not None else error)
            if "\n" in reason and not reason.endswith("\n"):
                reason += "\n"  # the excerpt ends with an empty line
            indented = "\n".join("  " + line if line.strip() else line for line in reason.split("\n"))
            path = user_path(error.path, cwd)
            warn(f"Failed to parse `{path}` during environment creation:\n{indented}")
        return None
    except WorkspaceError as error:
        if warn is not None:
            warn(str(error))
        return None
    if warn is not None:
        for warning in project.workspace.warnings:
            warn(warning)
    return project


def _python_request(
    choice: VenvChoice,
    context: SearchContext,
    project: Project | None,
    project_dir: str,
    warn: Callable[[str], None] | None,
) -> tuple[PythonRequest | None, RequestOrigin, RequiresPython | None, str | None]:
    """Return the request in force, where it comes from, what the project supports, and the pin file as shown."""
    requires_python: RequiresPython | None = None
    if project is not None:
        from ultraviolet.operations.python_mismatch import default_groups
        from ultraviolet.workspace.requires_python import workspace_python

        asked = workspace_python(project.workspace, default_groups(project.manifest), context.cwd)
        requires_python = asked.requires_python
        if warn is not None:
            for warning in asked.warnings:
                warn(warning)
    if choice.python is not None:
        return parse_request(choice.python, context.cwd), "user", requires_python, None
    stop_at = project.workspace.root if project is not None else None
    pins = find_pins(project_dir, choice.pins, cwd=context.cwd, stop_at=stop_at, warn=warn)
    if pins is not None:
        is_global = os.path.dirname(pins.path) == choice.pins.user_directory
        version = pins.request.as_version() if pins.request is not None else None
        contradicts = (
            is_global and version is not None and requires_python is not None and not requires_python.contains(version)
        )
        if not contradicts:
            return pins.request, "file", requires_python, user_path(pins.path, context.cwd)
    if requires_python is None:
        return None, "requires-python", None, None
    from ultraviolet.python.request import request_from_specifiers

    return request_from_specifiers(requires_python.specifiers), "requires-python", requires_python, None


def _is_centralized(choice: VenvChoice, context: SearchContext, warn: Callable[[str], None] | None) -> bool:
    """Whether the environment of a project is kept in the cache."""
    if not choice.centralized or context.environ.get("UV_PROJECT_ENVIRONMENT"):
        return False
    if choice.store is None and warn is not None:
        warn("The `centralized-project-envs` feature has no effect when `--no-cache` is enabled")
    return choice.store is not None


def _central_root(
    workspace: Workspace, store: str, interpreter: Interpreter, context: SearchContext, *, follow_upgrades: bool
) -> tuple[str, str]:
    """Return where the environment of a workspace is kept, and what leads to it."""
    from ultraviolet.environment.store import EnvironmentStore
    from ultraviolet.operations.central import central_root

    root = central_root(
        EnvironmentStore(store),
        workspace,
        interpreter,
        follow_upgrades=follow_upgrades,
        managed_root=context.managed_root,
    )
    return root, os.path.join(workspace.root, ".venv")


def _project_environment(project_dir: str, context: SearchContext) -> str:
    configured = context.environ.get("UV_PROJECT_ENVIRONMENT")
    return os.path.join(project_dir, configured or ".venv")


def _project_lock(root: str, context: SearchContext, timeout: float) -> FileLock | None:
    from ultraviolet.fs.locks import FileLock

    lock = FileLock(_lock_path(root, context), resource=root, timeout=timeout)
    try:
        lock.acquire()
    except (UltravioletError, OSError):
        return None  # two commands at once are the user's affair then
    return lock


def _lock_path(root: str, context: SearchContext) -> str:
    from ultraviolet.environment.locking import named_lock_path

    environ = context.environ
    temporary = environ.get("TMPDIR") or environ.get("TEMP") or environ.get("TMP") or "/tmp"  # noqa: S108
    return named_lock_path(root, temporary)


def _with_path(error: OSError) -> UltravioletError:
    """Return the failure of a system call with what it was about."""
    reason = f"{error.strerror} (os error {error.errno})"
    if error.filename is None:
        return UltravioletError(reason)
    return UltravioletError(f"failed to create `{os.fsdecode(error.filename)}`: {reason}")

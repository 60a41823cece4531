"""Whether a project's environment can be kept, must be replaced, or is in the way: a decision over facts.

``inspect`` gathers the facts (one look at the directory, one remembered probe); ``decide`` is pure.
"""

from __future__ import annotations

import os

from ultraviolet.environment.errors import InvalidEnvironment, UnusableProjectEnvironment
from ultraviolet.environment.pyvenv import read_pyvenv
from ultraviolet.environment.value import Environment, read_environment
from ultraviolet.python.discovery import Installation, SearchContext, preference_allows, request_satisfied
from ultraviolet.python.errors import BrokenInterpreterLink, InterpreterMissing
from ultraviolet.python.request import PythonRequest, split_version, user_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ultraviolet.environment.made import MadeEnvironment
    from ultraviolet.python.discovery import PythonPreference
    from ultraviolet.standards.requires_python import RequiresPython

    Place = Literal["missing", "empty", "file", "no-interpreter", "broken-link", "usable"]
    Policy = Literal["optional", "compatible", "preserve"]
    Action = Literal["use", "create", "replace"]


class ProjectEnvironmentFacts:
    """What was found at the place of a project's environment."""

    __slots__ = ("broken_link", "environment", "has_configuration", "mismatch", "place", "root", "shown")

    def __init__(
        self,
        root: str,
        place: Place,
        *,
        shown: str = "",
        has_configuration: bool = False,
        mismatch: str | None = None,
        broken_link: tuple[str, str] | None = None,
        environment: Environment | None = None,
    ) -> None:
        self.root = root
        self.place: Place = place
        self.shown = shown or root
        """The root as messages show it."""
        self.has_configuration = has_configuration
        """Whether there is a ``pyvenv.cfg``, so that it may be removed."""
        self.mismatch = mismatch
        """Why the environment does not fit, as a sentence; None when it fits."""
        self.broken_link = broken_link
        """(interpreter, what it points to)."""
        self.environment = environment


class ProjectEnvironmentDecision:
    """What to do, and what to tell the user first."""

    __slots__ = ("action", "environment", "is_central", "made", "reason", "root", "warnings")

    def __init__(
        self,
        action: Action,
        *,
        environment: Environment | None = None,
        reason: str | None = None,
        warnings: tuple[str, ...] = (),
    ) -> None:
        self.action: Action = action
        self.environment = environment
        """For ``use``."""
        self.reason = reason
        """Why an existing environment is replaced, for the log."""
        self.warnings = warnings
        self.made: MadeEnvironment | None = None
        """How the environment was created, once it is, if that can be repeated."""
        self.root = ""
        """The place this is about."""
        self.is_central = False
        """Whether that is in the cache."""


def decide(
    facts: ProjectEnvironmentFacts, policy: Policy = "compatible", *, is_ours: bool = False
) -> ProjectEnvironmentDecision:
    """Decide about a project's environment.

    ``optional``: none is needed, ignore what does not fit. ``compatible``: there must be one that fits. ``preserve``
    (``--no-sync``): one that works is kept although it does not fit.

    :param is_ours: whether whatever is in the place may be removed.
    :raises UnusableProjectEnvironment: the place is taken by something that we must not remove.
    """
    if facts.place == "file":
        raise _unusable(facts, "expected directory but found a file")
    if facts.place == "usable" and facts.environment is not None:
        if facts.mismatch is None:
            return ProjectEnvironmentDecision("use", environment=facts.environment)
        if policy == "preserve":
            warning = f"Using incompatible environment (`{facts.shown}`) due to `--no-sync` ({facts.mismatch})"
            return ProjectEnvironmentDecision("use", environment=facts.environment, warnings=(warning,))
    warnings: tuple[str, ...] = ()
    if facts.broken_link is not None:
        executable, target = facts.broken_link
        arrow = f"{executable} -> {target}" if target else executable
        warnings = (f"Ignoring existing virtual environment linked to non-existent Python interpreter: {arrow}",)
    if facts.place in ("missing", "empty"):
        return ProjectEnvironmentDecision("create", warnings=warnings)
    if facts.has_configuration or is_ours:
        return ProjectEnvironmentDecision("replace", reason=facts.mismatch, warnings=warnings)
    if policy == "optional":
        return ProjectEnvironmentDecision("create", warnings=warnings)
    if facts.place == "no-interpreter":
        raise _unusable(facts, "it is not a valid Python environment (no Python executable was found)")
    raise _unusable(
        facts,
        "it is not a compatible environment but cannot be recreated because it is not a virtual environment",
        is_replaceable=True,
    )


def _unusable(
    facts: ProjectEnvironmentFacts, reason: str, *, is_replaceable: bool = False
) -> UnusableProjectEnvironment:
    return UnusableProjectEnvironment(
        f"Project virtual environment directory `{facts.root}` cannot be used because {reason}",
        is_replaceable=is_replaceable,
    )


def inspect(
    root: str,
    context: SearchContext,
    *,
    request: PythonRequest | None = None,
    requires_python: RequiresPython | None = None,
    preference: PythonPreference = "managed",
    kind: str = "project",
) -> ProjectEnvironmentFacts:
    """Look at the place of an environment and compare what is there with what is wanted.

    :raises ProbeError: its interpreter is there but cannot be asked.
    """
    shown = user_path(root, context.cwd)
    has_configuration = os.path.isfile(os.path.join(root, "pyvenv.cfg"))
    try:
        environment = read_environment(root, context.prober, cwd=context.cwd)
    except InvalidEnvironment as error:
        place: Place = {"not-directory": "file", "empty": "empty"}.get(error.kind, "no-interpreter")  # type: ignore[assignment]
        return ProjectEnvironmentFacts(root, place, shown=shown, has_configuration=has_configuration)
    except BrokenInterpreterLink as error:
        target = os.readlink(error.path) if os.path.islink(error.path) else ""
        link = (user_path(error.path, context.cwd), user_path(target, context.cwd) if target else "")
        return ProjectEnvironmentFacts(
            root, "broken-link", shown=shown, has_configuration=has_configuration, broken_link=link
        )
    except InterpreterMissing:
        return ProjectEnvironmentFacts(root, "no-interpreter", shown=shown, has_configuration=has_configuration)
    if environment is None:
        return ProjectEnvironmentFacts(root, "missing", shown=shown)
    mismatch = environment_mismatch(
        environment,
        context,
        request=request,
        requires_python=requires_python,
        preference=preference,
        kind=kind,
        root=root,
    )
    return ProjectEnvironmentFacts(
        root,
        "usable",
        shown=shown,
        has_configuration=has_configuration,
        mismatch=mismatch,
        environment=environment,
    )


def environment_mismatch(
    environment: Environment,
    context: SearchContext,
    *,
    request: PythonRequest | None,
    requires_python: RequiresPython | None,
    preference: PythonPreference,
    kind: str = "project",
    root: str | None = None,
) -> str | None:
    """Return why an environment does not fit, as a sentence; ``kind`` is ``project`` or ``script``."""
    interpreter = environment.interpreter
    if root is not None and os.path.realpath(interpreter.prefix) != os.path.realpath(root):
        # Without its pyvenv.cfg an environment's interpreter is the one it was made from, whose packages are not ours.
        return f"The interpreter in the {kind} environment works for another place: `{interpreter.prefix}`"
    configuration = read_pyvenv(environment.root)
    if configuration is not None and configuration.version is not None:
        actual = version_conflict(configuration.version, interpreter.version)
        if actual is not None:
            return (
                f"The interpreter in the {kind} environment has a different version ({actual}) than it was created "
                f"with ({configuration.version})"
            )
    if request is not None and not request_satisfied(request, interpreter, context):
        return (
            f"The {kind} environment's Python version does not satisfy the request: `{request.describe(context.cwd)}`"
        )
    if requires_python is not None and not requires_python.contains(interpreter.python_version):
        return f"The {kind} environment's Python version does not meet the Python requirement: `{requires_python}`"
    if not preference_allows(Installation("discovered", interpreter), preference, context):
        named = preference.replace("-", " ") if "-" in preference else f"prefer {preference}"
        return f"The {kind} environment's Python interpreter does not meet the Python preference: `{named}`"
    return None


def version_conflict(recorded: str, actual: str) -> str | None:
    """Return the interpreter's version, as precisely as ``pyvenv.cfg`` records it, if it differs from the record."""
    release, pre = split_version(recorded)
    actual_release, actual_pre = split_version(actual)
    if len(release) < 3:
        shown, equal = actual_release[:2], actual_release[:2] == release[:2]
    elif pre is None:
        shown, equal = actual_release[:3], actual_release[:3] == release[:3]
    else:
        return None if (release, pre) == (actual_release, actual_pre) else actual
    return None if equal else ".".join(map(str, shown))

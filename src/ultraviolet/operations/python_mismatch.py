"""What is said when an interpreter is not one that the project supports."""

from __future__ import annotations

from typing import Literal

from ultraviolet.python.interpreter import Interpreter
from ultraviolet.standards.names import GroupName
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.workspace.manifest import Manifest
from ultraviolet.workspace.requires_python import PythonSources, describe_sources

RequestOrigin = Literal["user", "file", "requires-python"]


def default_groups(manifest: Manifest) -> frozenset[GroupName] | None:
    """Return the groups that are enabled without asking; None for all."""
    groups = manifest.default_groups()
    return None if groups == "all" else frozenset(groups)


def mismatch_message(
    interpreter: Interpreter,
    requires_python: RequiresPython,
    sources: PythonSources,
    *,
    origin: RequestOrigin,
    pin: str | None = None,
    several: bool = False,
) -> str:
    """Say that an interpreter does not satisfy ``requires-python``, and who asks for that.

    :param sources: what each project and group asks for.
    :param pin: the pin file as shown, for ``origin`` ``file``.
    :param several: the workspace has more than one member.
    """
    version = interpreter.version
    shown = f"`{requires_python.specifiers.text(', ')}`"
    where = _declarations(interpreter, sources, several=several)
    match origin:
        case "user":
            return (
                f"The requested interpreter resolved to Python {version}, which is incompatible with the project's "
                f"Python requirement: {shown}{where}"
            )
        case "file":
            return (
                f"The Python request from `{pin}` resolved to Python {version}, which is incompatible with the "
                f"project's Python requirement: {shown}{where}\n"
                "Use `uv python pin` to update the `.python-version` file to a compatible version"
            )
        case "requires-python":
            return (
                f"The resolved Python interpreter (Python {version}) is incompatible with the project's Python "
                f"requirement: {shown}{where}"
            )


def _declarations(interpreter: Interpreter, sources: PythonSources, *, several: bool) -> str:
    version = interpreter.python_version
    sources = {
        place: specifiers
        for place, specifiers in sorted(sources.items(), key=lambda item: (item[0][0], item[0][1] or ""))
        if not specifiers.contains(version)
    }
    if not sources:
        return ""
    if len(sources) > 1:
        return (
            f".\nThe following `requires-python` declarations do not permit this version:\n{describe_sources(sources)}"
        )
    ((package, group),) = sources
    key = "project.requires-python" if group is None else f"tool.uv.dependency-groups.{group}.requires-python"
    if several:
        return f" (from workspace member `{package}`'s `{key}`)."
    return f" (from `{key}`)" + ("" if group is None else ".")

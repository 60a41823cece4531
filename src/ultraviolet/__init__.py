"""Package and project management for Python: the library behind the ``uv`` command.

The names below are the stable surface; importing the package imports none of what is behind them. Everything the commands can do is
a typed function of ``ultraviolet.operations``.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet._version import COMPATIBILITY_VERSION, __version__
    from ultraviolet.distributions.resolution import Resolution
    from ultraviolet.errors import UltravioletError
    from ultraviolet.lock.model import Lock
    from ultraviolet.operations.surface import (
        compare_locks,
        find_interpreter,
        format_lock,
        open_project,
        read_lock,
        resolve_requirements,
    )
    from ultraviolet.python.interpreter import Interpreter
    from ultraviolet.standards.markers import Marker, parse_marker
    from ultraviolet.standards.requirements import parse_requirement
    from ultraviolet.standards.specifiers import parse_specifiers
    from ultraviolet.standards.versions import Version, parse_version
    from ultraviolet.workspace.discovery import Project

__all__ = [
    "COMPATIBILITY_VERSION",
    "Interpreter",
    "Lock",
    "Marker",
    "Project",
    "Resolution",
    "UltravioletError",
    "Version",
    "__version__",
    "compare_locks",
    "find_interpreter",
    "format_lock",
    "open_project",
    "parse_marker",
    "parse_requirement",
    "parse_specifiers",
    "parse_version",
    "read_lock",
    "resolve_requirements",
]

_HOMES = {
    "COMPATIBILITY_VERSION": "_version",
    "Interpreter": "python.interpreter",
    "Lock": "lock.model",
    "Marker": "standards.markers",
    "Project": "workspace.discovery",
    "Resolution": "distributions.resolution",
    "UltravioletError": "errors",
    "Version": "standards.versions",
    "__version__": "_version",
    "compare_locks": "operations.surface",
    "find_interpreter": "operations.surface",
    "format_lock": "operations.surface",
    "open_project": "operations.surface",
    "parse_marker": "standards.markers",
    "parse_requirement": "standards.requirements",
    "parse_specifiers": "standards.specifiers",
    "parse_version": "standards.versions",
    "read_lock": "operations.surface",
    "resolve_requirements": "operations.surface",
}


def __getattr__(name: str) -> object:
    """Import what is asked for."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{home}"), name)

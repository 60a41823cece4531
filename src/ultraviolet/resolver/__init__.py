"""From a manifest to a resolution: which version of each package, for one environment or for all of them.

The solver proper is `ultraviolet.pubgrub`. This room turns requirements into its packages and dependencies, chooses
versions, splits the search where environments need different answers, joins what the forks found, and explains failures.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.resolver.environment import PythonRequirement, ResolverEnvironment
    from ultraviolet.resolver.errors import NoSolution, ResolutionError
    from ultraviolet.resolver.manifest import Lookahead, Manifest, Preference, ScopedExclusion, ScopedOverride
    from ultraviolet.resolver.options import BuildPolicy, ResolverOptions
    from ultraviolet.resolver.provider import MetadataProvider, Reporter
    from ultraviolet.resolver.solver import resolve

__all__ = [
    "BuildPolicy",
    "Lookahead",
    "Manifest",
    "MetadataProvider",
    "NoSolution",
    "Preference",
    "PythonRequirement",
    "Reporter",
    "ResolutionError",
    "ResolverEnvironment",
    "ResolverOptions",
    "ScopedExclusion",
    "ScopedOverride",
    "resolve",
]

_HOMES = {
    "BuildPolicy": "ultraviolet.resolver.options",
    "Lookahead": "ultraviolet.resolver.manifest",
    "Manifest": "ultraviolet.resolver.manifest",
    "MetadataProvider": "ultraviolet.resolver.provider",
    "NoSolution": "ultraviolet.resolver.errors",
    "Preference": "ultraviolet.resolver.manifest",
    "PythonRequirement": "ultraviolet.resolver.environment",
    "Reporter": "ultraviolet.resolver.provider",
    "ResolutionError": "ultraviolet.resolver.errors",
    "ResolverEnvironment": "ultraviolet.resolver.environment",
    "ResolverOptions": "ultraviolet.resolver.options",
    "ScopedExclusion": "ultraviolet.resolver.manifest",
    "ScopedOverride": "ultraviolet.resolver.manifest",
    "resolve": "ultraviolet.resolver.solver",
}


def __getattr__(name: str) -> object:
    """Import what is asked for, when it is asked for: most commands need only the options."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(name)
    import importlib

    return getattr(importlib.import_module(home), name)

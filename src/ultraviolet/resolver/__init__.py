"""From a manifest to a resolution: which version of each package, for one environment or for all of them.

The solver proper is `ultraviolet.pubgrub`. This room turns requirements into its packages and dependencies, chooses
versions, splits the search where environments need different answers, joins what the forks found, and explains failures.
"""

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

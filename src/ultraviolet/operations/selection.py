"""From a resolution for one environment to the distributions to install, in order."""

from __future__ import annotations

from ultraviolet.distributions.dist import Dist, RegistryDist
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.resolution import Resolution
from ultraviolet.standards.names import PackageName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.operations.reporter import Reporter


def resolved_dists(resolution: Resolution) -> list[Dist]:
    """Return each distribution of a resolution once; what may stay installed (``InstalledDistribution``) is left out."""
    found: dict[PackageName, Dist] = {}
    for node in resolution.nodes:
        if node.name in found or isinstance(node.dist, InstalledDistribution):
            continue
        dist = node.dist
        if not isinstance(dist, RegistryDist) and dist.version is None and not node.metadata.dynamic:
            import msgspec

            dist = msgspec.structs.replace(dist, version=node.version)
        found[node.name] = dist
    return list(found.values())


def tell_early(resolution: Resolution, reporter: Reporter) -> None:
    """Tell the warnings of a resolution that come before its summary: those about the request, not about the choice."""
    late = set(late_diagnostics(resolution))
    for text in resolution.diagnostics:
        if text not in late:
            reporter.warn(text)


def late_diagnostics(resolution: Resolution) -> tuple[str, ...]:
    """Return the warnings about what was chosen: missing extras, yanked versions, dependencies without a lower bound."""
    return tuple(
        text
        for text in resolution.diagnostics
        if text.startswith(("The package `", "The transitive dependency ")) or "` is yanked" in text
    )

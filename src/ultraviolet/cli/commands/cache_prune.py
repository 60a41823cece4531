"""``uv cache prune``."""

from __future__ import annotations

from ultraviolet.cli.cache_removal import open_for_removal, shown_root, summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Remove what the cache holds in vain."""
    cache = open_for_removal(invocation)
    if cache is None:
        return 0
    from ultraviolet.operations.cache_upkeep import prune

    console = invocation.console
    try:
        console.note(f"Pruning cache at: {shown_root(invocation)}")
        removal = prune(cache, ci=invocation.arguments.flag("--ci"))
    finally:
        cache.close()
    console.note(summary(removal, "No unused entries found", console.paint))
    return 0

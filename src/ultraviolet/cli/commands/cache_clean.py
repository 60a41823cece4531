"""``uv cache clean`` and ``uv clean``."""

from __future__ import annotations

from ultraviolet.cli.cache_removal import open_for_removal, shown_root, summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Remove the cache, or what it holds of some packages."""
    cache = open_for_removal(invocation)
    if cache is None:
        return 0
    from ultraviolet.operations.cache_upkeep import clean, clean_packages

    console = invocation.console
    names = invocation.arguments.many("package")
    try:
        if names:
            removal = clean_packages(cache, names)
        else:
            console.note(f"Clearing cache at: {shown_root(invocation)}")
            removal = clean(cache)
    finally:
        cache.close()
    console.note(summary(removal, "No cache entries found", console.paint))
    return 0

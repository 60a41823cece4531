"""What the commands that remove from the cache share."""

from __future__ import annotations

from ultraviolet.operations.cache_upkeep import exists, lock_timeout, take_over

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation
    from ultraviolet.console.colors import Paint
    from ultraviolet.operations.cache_upkeep import Cache, Removal

_BUSY = "Cache is currently in-use, waiting for other uv processes to finish (use `--force` to override)"


def open_for_removal(invocation: Invocation) -> Cache | None:
    """Return the cache once nobody else uses it; ``None``, said so, when there is none."""
    console, options = invocation.console, invocation.settings.globals
    if not exists(options.cache_dir):
        console.note(f"No cache found at: {shown_root(invocation)}")
        return None
    return take_over(
        options.cache_dir,
        force=invocation.arguments.flag("--force"),
        timeout=lock_timeout(invocation.environ),
        on_wait=lambda: console.note(_BUSY),
    )


def shown_root(invocation: Invocation) -> str:
    """The cache directory as messages show it, in colour."""
    from ultraviolet.settings.locations import user_display

    return invocation.console.paint.cyan(user_display(invocation.settings.globals.cache_dir, invocation.cwd))


def summary(removal: Removal, nothing: str, paint: Paint) -> str:
    """``Removed 3 files (1.2KiB)``, the size in colour; ``nothing`` when nothing was removed."""
    text = removal.summary(nothing)
    start, bracket, size = text.rpartition(" (")
    return f"{start} ({paint.green(size.removesuffix(')'))})" if bracket else text

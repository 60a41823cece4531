"""``uv cache dir``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Print where the cache is."""
    console, settings = invocation.console, invocation.settings
    given = settings.arguments.one("--cache-dir") or settings.files.get("cache-dir")
    root = given if given and not settings.globals.no_cache else settings.globals.cache_dir
    console.result(console.on_stdout.cyan(root))
    return 0

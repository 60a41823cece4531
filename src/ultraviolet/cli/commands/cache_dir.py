"""``uv cache dir``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Print where the cache is."""
    console = invocation.console
    console.result(console.on_stdout.cyan(invocation.settings.globals.cache_dir))
    return 0

"""``uv cache size``."""

from __future__ import annotations

from ultraviolet.operations.cache_upkeep import human_size, size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Print how much the cache takes."""
    arguments, console, options = invocation.arguments, invocation.console, invocation.settings.globals
    if not options.has_preview("cache-size"):
        console.warn(
            "`uv cache size` is experimental and may change without warning. Pass `--preview-features cache-size` to "
            "disable this warning."
        )
    form = arguments.one("--output-format")
    human = arguments.flag("--human") or form == "human" or (form == "auto" and console.stdout.isatty())
    count = size(options.cache_dir)
    if not human:
        console.important(str(count))
    elif count == 0:
        console.important("0B")
    else:
        console.important(human_size(count))
    return 0

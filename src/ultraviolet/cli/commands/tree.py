"""``uv tree``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Draw what the project depends on."""
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.operations.options import make_world
    from ultraviolet.operations.tree import draw_tree, read_tree_request

    arguments, console = invocation.arguments, invocation.console
    settings = invocation.settings
    request = read_tree_request(settings)
    paint = console.on_stdout

    def style(name: str, text: str) -> str:
        if name == "latest":
            return paint.cyan(paint.bold(text))
        return paint.dim(text) if name == "size" else paint.italic(text)

    script = arguments.one("--script")
    with make_world(settings, ConsoleReporter(console)) as world:
        text = draw_tree(settings, world, request, style, None if script is None else str(script))
    if request.json:
        console.important(text)
    else:
        console.stdout.write(text)
    return 0

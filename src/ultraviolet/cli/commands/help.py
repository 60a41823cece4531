"""``uv help``."""

from __future__ import annotations

import sys

from ultraviolet.cli import registry
from ultraviolet.cli.arguments import Level
from ultraviolet.cli.help import help_text
from ultraviolet.cli.usage import plain
from ultraviolet.console.colors import wants_color
from ultraviolet.errors import UltravioletError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Show the help of a command, long form."""
    path: tuple[str, ...] = ()
    words = [str(word) for word in invocation.arguments.many("command")]
    for place, word in enumerate(words):
        names = registry.subcommands(path)
        if word not in names:
            raise _unknown(path, words, place)
        path = (*path, names[word])
    display = "uvx" if path == ("tool", "uvx") else " ".join(("uv", *path))
    level = Level(registry.grammar(path), display)
    text = help_text(level, invocation.environ, long=bool(path), topic=True)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    color = wants_color(sys.stdout, invocation.environ, invocation.console.color)
    text = text if color else plain(text)
    if invocation.arguments.flag("--no-pager") or not path or not sys.stdout.isatty():
        invocation.console.result(text)
    else:
        _page(text, plain(text), " ".join(path), invocation)
    return 0


def _unknown(path: tuple[str, ...], words: list[str], place: int) -> UltravioletError:
    nearest = f"uv {path[-1]}" if place else "uv"
    missing = f"`{' '.join(words[place:])}` for `{nearest}`"
    shown = [
        name
        for name in registry.COMMANDS.get(path, ())
        if name != "help" and ((*path, name) not in registry.HIDDEN or name == "generate-shell-completion")
    ]
    return UltravioletError(f"There is no command {missing}. Did you mean one of:\n    " + "\n    ".join(shown))


def _page(colored: str, bare: str, topic: str, invocation: Invocation) -> None:
    import shutil
    import subprocess

    pager = invocation.environ.get("PAGER", "").split()
    if not pager:
        found = shutil.which("less") or shutil.which("more")
        pager = [found] if found else []
    if not pager:
        invocation.console.result(colored)
        return
    if pager[0].endswith("less") and len(pager) == 1:
        pager.append("-R")
    takes_color = "-R" in pager
    text = f"uv help: {topic}\n\n{colored if takes_color else bare}"
    try:
        subprocess.run(pager, input=text.encode(), check=False)
    except OSError:
        invocation.console.result(colored)

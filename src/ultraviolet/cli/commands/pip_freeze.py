"""``uv pip freeze``."""

from __future__ import annotations

from ultraviolet.cli.pip_environment import is_strict, open_environment, warn_about_entries, warn_about_problems
from ultraviolet.operations.installed import freeze, select, site_packages_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """List what is installed, as requirements."""
    arguments, console = invocation.arguments, invocation.console
    environment = open_environment(invocation)
    paths = [str(path) for path in arguments.many("--path")] if arguments.source("--path") is not None else None
    indexes = site_packages_of(environment, paths, invocation.cwd)
    warn_about_entries(invocation, indexes)
    chosen = select(
        [distribution for site_packages in indexes for distribution in site_packages],
        editable=False if arguments.flag("--exclude-editable") else None,
        exclude=frozenset(map(str, arguments.many("--exclude"))),
    )
    paint = console.on_stdout
    for line in freeze(chosen):
        console.important(f"{paint.bold(line.name)}{line.rest}" if line.name else line.rest)
    if is_strict(invocation):
        warn_about_problems(invocation, environment, indexes)
    return 0

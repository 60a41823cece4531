"""``uv pip tree``."""

from __future__ import annotations

from ultraviolet.cli.pip_environment import is_strict, open_environment, warn_about_entries, warn_about_problems

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Draw what is installed as a tree."""
    arguments, console = invocation.arguments, invocation.console
    environment = open_environment(invocation)
    from ultraviolet.operations.installed_tree import (
        TreeOptions,
        draw_tree,
        read_installed_requirements,
        read_site_packages,
    )

    site_packages = read_site_packages(environment)
    warn_about_entries(invocation, [site_packages])
    installed = read_installed_requirements(site_packages, invocation.cwd)
    latest = None
    if arguments.flag("--outdated") and installed:
        from ultraviolet.cli.reporting import ConsoleReporter
        from ultraviolet.operations.outdated import find_outdated

        names = [node.name for node in installed]
        found = find_outdated(invocation.settings, ConsoleReporter(console), names, environment.interpreter)
        latest = {name: newest.version for name, newest in found.items()}
    dedupe = not arguments.flag("--no-dedupe")
    tree = draw_tree(
        installed,
        environment.interpreter.marker_environment,
        TreeOptions(
            depth=int(arguments.one("--depth")),
            prune=frozenset(arguments.many("--prune")),
            packages=frozenset(arguments.many("--package")),
            dedupe=dedupe,
            invert=arguments.flag("--invert"),
            show_specifiers=arguments.flag("--show-version-specifiers"),
        ),
        latest,
    )
    paint = console.on_stdout
    for line in tree.lines:
        newer = f" {paint.cyan(paint.bold(f'(latest: v{line.latest})'))}" if line.latest is not None else ""
        console.result(f"{line.edge}{line.text}{newer}")
    if tree.has_repetitions:
        reason = "Package tree already displayed" if dedupe else "Package tree is a cycle and cannot be shown"
        console.result(paint.italic(f"(*) {reason}"))
    if is_strict(invocation):
        warn_about_problems(invocation, environment, [site_packages])
    return 0

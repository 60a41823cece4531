"""``uv version``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation
    from ultraviolet.operations.version import Version


def run(invocation: Invocation) -> int:
    """Print the version of the project, or change it."""
    from ultraviolet.operations.version import (
        bumped,
        frozen_version,
        lock_and_sync,
        new_version,
        open_target,
        parse_bump,
        read_version,
        write,
    )

    settings, arguments = invocation.settings, invocation.arguments
    settings.refuse_together("--locked", "--frozen")
    settings.refuse_together("--no-sync", "--frozen")
    settings.refuse_offline_refresh()
    target = open_target(
        settings, arguments.one("--package"), explicit_project=arguments.source("--project") is not None
    )
    value, bumps = arguments.one("value"), [parse_bump(str(text)) for text in arguments.many("--bump")]
    if value is None and not bumps and settings.flag("--frozen"):
        from ultraviolet.cli.reporting import ConsoleReporter
        from ultraviolet.operations.options import make_world

        with make_world(settings, ConsoleReporter(invocation.console)) as world:
            _print(invocation, target.name, frozen_version(settings, world, target), None)
        return 0
    old = read_version(target)
    new = new_version(str(value)) if value is not None else bumped(old, bumps) if bumps else None
    if new is not None and not arguments.flag("--dry-run"):
        from ultraviolet.cli.reporting import ConsoleReporter
        from ultraviolet.operations.options import make_world

        target = write(target, new)
        with make_world(settings, ConsoleReporter(invocation.console)) as world:
            lock_and_sync(settings, world, target)
    _print(invocation, target.name, old, new)
    return 0


def _print(invocation: Invocation, name: str, old: Version, new: Version | None) -> None:
    arguments, console = invocation.arguments, invocation.console
    if arguments.one("--output-format") == "json":
        import json

        facts = {"package_name": name, "version": str(new if new is not None else old), "commit_info": None}
        console.result(json.dumps(facts, indent=2))
        return
    paint = console.on_stdout
    short = arguments.flag("--short")
    start = "" if short else f"{name} "
    if new is None:
        console.result(f"{start}{paint.cyan(old)}")
    elif short:
        console.result(paint.cyan(new))
    else:
        console.result(f"{start}{paint.cyan(old)} => {paint.cyan(new)}")

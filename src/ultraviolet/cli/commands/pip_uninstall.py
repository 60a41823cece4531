"""``uv pip uninstall``."""

from __future__ import annotations

import sys
from time import perf_counter_ns

from ultraviolet.cli.pip_environment import warn_about_entries, warn_about_version_check
from ultraviolet.operations.targets import check_allowed, context_of, find_target, lock_environment, target_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation
    from ultraviolet.operations.uninstall import Removal


def run(invocation: Invocation) -> int:
    """Remove packages from an environment."""
    started = perf_counter_ns()
    arguments, settings, console = invocation.arguments, invocation.settings, invocation.console
    if arguments.flag("--yes"):
        console.warn("`--yes` has no effect (uv never asks for confirmation)")
    warn_about_version_check(invocation)
    from ultraviolet.operations.uninstall import (
        carry_out,
        plan_removal,
        read_context,
        read_environment,
        read_wanted,
    )

    dry_run = arguments.flag("--dry-run")
    wanted = read_wanted(
        [str(text) for text in arguments.many("package")],
        [str(path) for path in arguments.many("--requirements")],
        lambda: read_context(settings, sys.stdin.read),
    )
    for warning in wanted.warnings:
        console.warn_once(warning)
    options = target_options(settings)
    target = find_target(options, context_of(settings), mutable=True, cache_root=settings.globals.cache_dir)
    if target.note is not None:
        console.note(console.paint.dim(target.note))
    environment = target.apply()
    check_allowed(environment, options, cwd=invocation.cwd, action="uninstall")
    lock = lock_environment(environment, cwd=invocation.cwd, environ=invocation.environ)
    try:
        site_packages = read_environment(environment, dry_run=dry_run)
        warn_about_entries(invocation, [site_packages])
        removal = plan_removal(wanted, site_packages)
        if not dry_run:
            for missing in removal.missing:
                _warn(invocation, f"Skipping {console.paint.bold(missing)} as it is not installed")
        if not removal.distributions:
            if dry_run:
                console.note("Would make no changes")
            else:
                _warn(invocation, "No packages to uninstall")
            return 0
        if not dry_run:
            carry_out(removal, environment, console.warn_once, cwd=invocation.cwd)
    finally:
        if lock is not None:
            lock.release()
    _tell(invocation, removal, started, dry_run=dry_run)
    return 0


def _tell(invocation: Invocation, removal: Removal, started: int, *, dry_run: bool) -> None:
    from ultraviolet.operations.uninstall import specifier

    console = invocation.console
    console.uninstalled(len(removal.distributions), started, dry_run=dry_run)
    for distribution in removal.distributions:
        console.change("-", distribution.name, specifier(distribution))


def _warn(invocation: Invocation, text: str) -> None:
    """Print a warning whose text is not bold throughout."""
    console = invocation.console
    label = console.paint.bold(console.paint.yellow("warning"))
    console.note(f"{label}{console.paint.bold(':')} {text}")

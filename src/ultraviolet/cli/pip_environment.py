"""What the ``pip`` commands that look at an environment share: finding it, and saying which it is."""

from __future__ import annotations

from ultraviolet.operations.targets import context_of, find_target, target_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ultraviolet.cli.invocation import Invocation
    from ultraviolet.operations.installed import SitePackages
    from ultraviolet.operations.targets import Environment


def open_environment(invocation: Invocation) -> Environment:
    """Find the environment that the options name, and tell which it is."""
    settings, console = invocation.settings, invocation.console
    target = find_target(
        target_options(settings), context_of(settings), mutable=False, cache_root=settings.globals.cache_dir
    )
    environment = target.apply()
    if target.note is not None:
        console.note(console.paint.dim(target.note))
    return environment


def warn_about_entries(invocation: Invocation, indexes: Iterable[SitePackages]) -> None:
    """Show what is odd about the entries of site-packages."""
    for site_packages in indexes:
        for warning in site_packages.warnings:
            invocation.console.warn_once(warning)


def is_strict(invocation: Invocation) -> bool:
    """Whether ``--strict`` is on."""
    return bool(invocation.settings.pip_switch("--strict", "--no-strict"))


def warn_about_problems(invocation: Invocation, environment: Environment, indexes: Iterable[SitePackages]) -> None:
    """Show what ``--strict`` finds."""
    from ultraviolet.operations.check import problems_of, stated_metadata

    for site_packages in indexes:
        for problem in problems_of(environment, site_packages, stated=stated_metadata(invocation.settings)):
            invocation.console.warn(problem.message)


def warn_about_version_check(invocation: Invocation) -> None:
    """Say that an option of pip's means nothing here."""
    if invocation.arguments.flag("--disable-pip-version-check"):
        invocation.console.warn("pip's `--disable-pip-version-check` has no effect")

"""``uv pip show``."""

from __future__ import annotations

import os

from ultraviolet.cli.pip_environment import is_strict, open_environment, warn_about_entries, warn_about_problems

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation
    from ultraviolet.operations.show import Shown


def run(invocation: Invocation) -> int:
    """Show what is known of installed packages."""
    arguments, console = invocation.arguments, invocation.console
    names = arguments.many("package")
    if not names:
        _warn(invocation, "Please provide a package name or names.")
        return 1
    environment = open_environment(invocation)
    from ultraviolet.operations.show import read_site_packages, show

    site_packages = read_site_packages(environment)
    warn_about_entries(invocation, [site_packages])
    named = invocation.settings.pip_value("target") or invocation.settings.pip_value("prefix")
    given = None if named is None else (os.path.normpath(os.path.join(invocation.cwd, named)), str(named))
    result = show(names, site_packages, environment.interpreter.marker_environment, given=given)
    if result.missing:
        _warn(invocation, f"Package(s) not found for: {console.paint.bold(', '.join(result.missing))}")
    if not result.shown:
        return 1
    for place, shown in enumerate(result.shown):
        if place:
            console.result("---")
        _print(invocation, shown)
    if is_strict(invocation):
        warn_about_problems(invocation, environment, [site_packages])
    return 0


def _print(invocation: Invocation, shown: Shown) -> None:
    result = invocation.console.result
    result(f"Name: {shown.name}")
    result(f"Version: {shown.version}")
    result(f"Location: {shown.location}")
    if shown.project_location is not None:
        result(f"Editable project location: {shown.project_location}")
    if shown.requires is not None:
        result(f"Requires: {', '.join(shown.requires)}".rstrip())
        result(f"Required-by: {', '.join(shown.required_by)}".rstrip())
    if invocation.arguments.flag("--files"):
        from ultraviolet.operations.show import files_of

        paths = files_of(shown.distribution)
        result("Files:")
        for path in paths:
            result(f"  {path}")


def _warn(invocation: Invocation, text: str) -> None:
    """Print a warning whose text is not bold throughout."""
    console = invocation.console
    label = console.paint.bold(console.paint.yellow("warning"))
    console.note(f"{label}{console.paint.bold(':')} {text}")

"""``uv pip sync``."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Make an environment hold exactly what requirements files say."""
    from ultraviolet.cli.compatibility import check_compatibility
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.operations.options import make_world
    from ultraviolet.operations.pip_install import PipInstallOptions, install_packages, reinstallation
    from ultraviolet.operations.pip_request import file_sources, requirement_files

    check_compatibility(invocation.arguments, invocation.console.warn_once)
    settings, arguments = invocation.settings, invocation.arguments
    resolver = settings.pip.resolver
    sources = file_sources(settings, requirement_files(settings, arguments.many("src_file")))
    options = PipInstallOptions(action="sync", dry_run=arguments.flag("--dry-run"))
    reinstall = reinstallation(settings, sources, "sync")
    reporter = ConsoleReporter(invocation.console)
    with make_world(settings, reporter, resolver, reinstalled=reinstall) as world:
        installed = install_packages(settings, world, sources, options, stdin=sys.stdin.read)
        if installed is not None and installed.applied is not None:
            from ultraviolet.cli.commands.pip_install import keep

            keep(invocation, world, reporter, sources, installed)
    for warning in installed.diagnostics if installed is not None else ():
        invocation.console.warn(warning)
    if installed is not None and installed.stampable:
        from ultraviolet.cli.commands.pip_install import record_stamp

        record_stamp(invocation, installed, sources, reporter.remarks)
    return 0

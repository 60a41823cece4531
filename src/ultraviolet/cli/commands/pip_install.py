"""``uv pip install``."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ultraviolet.cli.invocation import Invocation
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.fastpath import Report
    from ultraviolet.operations.pip_install import Installed
    from ultraviolet.operations.pip_request import PipSources
    from ultraviolet.operations.world import World


def run(invocation: Invocation) -> int:
    """Install packages into an environment."""
    from ultraviolet.cli.compatibility import check_compatibility
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.operations.options import make_world
    from ultraviolet.operations.pip_install import PipInstallOptions, install_packages, reinstallation
    from ultraviolet.operations.pip_request import file_sources, package_sources, requirement_files

    check_compatibility(invocation.arguments, invocation.console.warn_once)
    settings, arguments = invocation.settings, invocation.arguments
    settings.pip  # noqa: B018 - complains before anything else does
    sources = file_sources(
        settings,
        (
            *package_sources(settings, arguments.many("package"), arguments.many("--editable")),
            *requirement_files(settings, arguments.many("--requirements")),
        ),
    )
    reinstall = reinstallation(settings, sources, "install")
    options = PipInstallOptions(
        exact=bool(arguments.switch("--exact", "--inexact")),
        dry_run=arguments.flag("--dry-run"),
        editable=not settings.flag("--no-editable"),
        not_editable=tuple(map(str, arguments.many("--no-editable-package"))),
    )
    reporter = ConsoleReporter(invocation.console)
    with make_world(settings, reporter, settings.pip.resolver, reinstalled=reinstall) as world:
        installed = install_packages(settings, world, sources, options, stdin=sys.stdin.read)
        if installed is not None and installed.applied is not None:
            keep(invocation, world, reporter, sources, installed)
    assert installed is not None
    for warning in installed.diagnostics:
        invocation.console.warn(warning)
    if installed.stampable:
        record_stamp(invocation, installed, sources, reporter.remarks)
    return 0


def keep(
    invocation: Invocation, world: World, reporter: ConsoleReporter, sources: PipSources, installed: Installed
) -> None:
    """Let the same command fill another environment at once, if this one was empty."""
    assert installed.applied is not None
    settings = invocation.settings
    recipe = installed.applied.recipe
    if recipe is None or not recipe.from_index or installed.diagnostics or settings.pip.strict:
        return
    from ultraviolet.cli.keeping import keep_installed, requirement_files
    from ultraviolet.stamp import spelled_as_found

    paths = requirement_files(sources, invocation.cwd)
    root = installed.environment.root
    found = spelled_as_found(root, invocation.words, invocation.environ, invocation.cwd)
    if paths is None or found is None:
        return
    keep_installed(
        invocation,
        world,
        reporter,
        installed.applied,
        root=root,
        executable=installed.environment.interpreter.executable,
        resolved=installed.resolved,
        contents=paths,
        resolver=settings.pip.resolver,
    )


def record_stamp(invocation: Invocation, installed: Installed, sources: PipSources, remarks: Sequence[str]) -> None:
    """Let the next run of the same command answer at once."""
    from ultraviolet.operations.pip_install import requirement_paths

    paths = requirement_paths(sources, invocation.cwd)
    if paths is None or installed.environment.kind != "python":
        return
    from ultraviolet.stamp import record

    report: Report = (("checked", installed.checked),)
    if installed.resolved is not None:
        report = (("resolved", installed.resolved), *report)
    report = (*(("dim", remark) for remark in remarks), *report)
    record(
        installed.environment.root,
        words=invocation.words,
        cwd=invocation.cwd,
        environ=invocation.environ,
        started=invocation.started,
        report=report,
        files=paths,
        clean=not invocation.console.has_warned,
    )

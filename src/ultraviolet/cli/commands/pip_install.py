"""``uv pip install``."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation
    from ultraviolet.operations.pip_install import Installed
    from ultraviolet.operations.pip_request import PipSources
    from ultraviolet.requirements.sources import Source


def run(invocation: Invocation) -> int:
    """Install packages into an environment."""
    from ultraviolet.cli.reporting import ConsoleReporter
    from ultraviolet.operations.options import make_world, url_context
    from ultraviolet.operations.pip_install import PipInstallOptions, install_packages, reinstallation
    from ultraviolet.operations.pip_request import file_sources, requirement_files
    from ultraviolet.requirements.sources import source_from_editable, source_from_package
    from ultraviolet.standards.names import PackageName

    settings, arguments = invocation.settings, invocation.arguments
    settings.pip  # noqa: B018 - complains before anything else does
    urls = url_context(settings)
    requirements: list[Source] = [source_from_package(str(text), urls) for text in arguments.many("package")]
    requirements += [source_from_editable(str(text), urls) for text in arguments.many("--editable")]
    requirements += requirement_files(settings, arguments.many("--requirements"))
    sources = file_sources(settings, requirements)
    reinstall = reinstallation(settings, sources, "install")
    editable: bool | frozenset[PackageName] = True
    if settings.flag("--no-editable"):
        editable = False
    elif arguments.many("--no-editable-package"):
        editable = frozenset(PackageName(str(name)) for name in arguments.many("--no-editable-package"))
    options = PipInstallOptions(
        exact=bool(arguments.switch("--exact", "--inexact")), dry_run=arguments.flag("--dry-run"), editable=editable
    )
    reporter = ConsoleReporter(invocation.console)
    with make_world(settings, reporter, settings.pip.resolver, reinstalled=reinstall) as world:
        installed = install_packages(settings, world, sources, options, stdin=sys.stdin.read)
    assert installed is not None
    for warning in installed.diagnostics:
        invocation.console.warn(warning)
    if installed.stampable:
        record_stamp(invocation, installed, sources)
    return 0


def record_stamp(invocation: Invocation, installed: Installed, sources: PipSources) -> None:
    """Let the next run of the same command answer at once."""
    from ultraviolet.operations.pip_install import requirement_paths

    paths = requirement_paths(sources, invocation.cwd)
    if paths is None or installed.environment.kind != "python":
        return
    from ultraviolet.stamp import record

    record(
        installed.environment.root,
        words=invocation.words,
        cwd=invocation.cwd,
        environ=invocation.environ,
        started=invocation.started,
        report=(("checked", installed.checked),),
        files=paths,
    )

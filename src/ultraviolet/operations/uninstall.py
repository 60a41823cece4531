"""``pip uninstall``: which installed distributions are meant, and their removal."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

import msgspec

from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.environment.site_packages import SitePackages, read_site_packages
from ultraviolet.environment.value import Environment
from ultraviolet.errors import UltravioletError
from ultraviolet.python.request import user_path
from ultraviolet.standards.errors import InvalidName
from ultraviolet.standards.names import PackageName, parse_package_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.requirements.sources import Source
    from ultraviolet.requirements.specification import ReadContext
    from ultraviolet.settings.options import Settings


class Wanted(msgspec.Struct, frozen=True):
    """What is to go: packages by name, and whatever was installed from some URLs."""

    names: tuple[PackageName, ...] = ()
    """Sorted, each once."""
    urls: tuple[str, ...] = ()
    """Sorted, each once."""
    warnings: tuple[str, ...] = ()
    """About the files they were read from."""


class Removal(msgspec.Struct, frozen=True):
    """What will be removed, and what was not found."""

    distributions: tuple[InstalledDistribution, ...]
    """By path, each once."""
    missing: tuple[str, ...]
    """Names, then URLs."""


def read_wanted(packages: Iterable[str], files: Iterable[str], context: Callable[[], ReadContext]) -> Wanted:
    """Read the arguments; specifiers are ignored, as are the URLs of named requirements.

    Plain names need no more than themselves; ``context`` is asked for what else there is.

    :raises UltravioletError: an argument or file cannot be read.
    """
    arguments, paths = list(packages), list(files)
    if not paths:
        try:
            return Wanted(tuple(sorted({parse_package_name(text) for text in arguments})))
        except InvalidName:
            pass
    from ultraviolet.distributions.direct_urls import direct_url_text
    from ultraviolet.requirements.sources import source_from_file, source_from_package
    from ultraviolet.requirements.specification import read_specification

    world = context()
    sources: list[Source] = [
        *(source_from_package(text, world.urls) for text in arguments),
        *(source_from_file(path, world.show(path)) for path in paths),
    ]
    read = read_specification(sources, world)
    names: set[PackageName] = set()
    urls: set[str] = set()
    for entry in read.requirements:
        if isinstance(entry.requirement, Requirement):
            names.add(entry.requirement.name)
        else:
            urls.add(direct_url_text(entry.requirement.source))
    return Wanted(tuple(sorted(names)), tuple(sorted(urls)), read.warnings)


def read_context(settings: Settings, stdin: Callable[[], str] | None = None) -> ReadContext:
    """Return how requirements of the command line and of files are read; remote files are fetched when met."""
    from ultraviolet.operations.options import make_world, url_context
    from ultraviolet.operations.reporter import SilentReporter
    from ultraviolet.requirements.specification import ReadContext

    def fetch(url: str) -> str:
        with make_world(settings, SilentReporter(), settings.pip.resolver) as world:
            try:
                response = world.client().get(url)
                response.raise_for_status()
            except UltravioletError as error:
                raise UltravioletError(f"Error while accessing remote requirements file: `{url}`") from error
            return bytes(response.body).decode("utf-8", "replace")

    return ReadContext(urls=url_context(settings), fetch=None if settings.globals.offline else fetch, stdin=stdin)


def read_environment(environment: Environment, *, dry_run: bool = False) -> SitePackages:
    """Index the environment, whose lock the caller holds; what a killed command left behind is completed first."""
    site_packages = read_site_packages(environment)
    if site_packages.interrupted and not dry_run:
        from ultraviolet.install.journal import repair

        repair(environment, site_packages)
        site_packages = read_site_packages(environment)
    return site_packages


def plan_removal(wanted: Wanted, site_packages: SitePackages) -> Removal:
    """Find the distributions that are meant."""
    found: dict[str, InstalledDistribution] = {}
    missing: list[str] = []
    for name in wanted.names:
        installed = site_packages.get(name)
        if not installed:
            missing.append(name)
        found.update((distribution.path, distribution) for distribution in installed)
    for url in wanted.urls:
        installed = [distribution for distribution in site_packages if _came_from(distribution, url)]
        if not installed:
            missing.append(url)
        found.update((distribution.path, distribution) for distribution in installed)
    return Removal(tuple(found[path] for path in sorted(found)), tuple(missing))


def _came_from(distribution: InstalledDistribution, url: str) -> bool:
    return distribution.kind == "url" and distribution.url is not None and distribution.url == url


def carry_out(removal: Removal, environment: Environment, warn: Callable[[str], None], *, cwd: str = "") -> None:
    """Remove the distributions; the caller holds the environment's lock.

    Paths in messages are shown relative to ``cwd``.

    :raises UltravioletError: one has no list of its files, or was installed in a way that kept none.
    """
    from ultraviolet.install.errors import MissingRecord
    from ultraviolet.install.uninstall import uninstall

    for distribution in removal.distributions:
        try:
            uninstall(distribution, environment, warn)
        except MissingRecord as error:
            raise MissingRecord(user_path(error.path, cwd), error.file) from None
        except OSError as error:
            where = f": `{os.fsdecode(error.filename)}`" if error.filename is not None else ""
            raise UltravioletError(f"Failed to remove {distribution.name}{where}") from error


def specifier(distribution: InstalledDistribution) -> str:
    """Return what follows the name in a change line: ``==1.0``, or ``==1.0 (from file:///p)``."""
    if distribution.kind == "url":
        return f"=={distribution.version} (from {distribution.url})"
    return f"=={distribution.version}"

"""What is installed, as ``pip list`` and ``pip freeze`` tell it.

Kept free of the value library and of everything that reads metadata: a listing needs directory names only.
"""

from __future__ import annotations

from ultraviolet.environment.site_packages import SitePackages, read_directories, read_site_packages

__all__ = ["FrozenLine", "Row", "SitePackages", "freeze", "project_location", "read_site_packages", "rows", "select"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ultraviolet.distributions.installed import InstalledDistribution
    from ultraviolet.environment.value import Environment
    from ultraviolet.operations.latest import FileKind, Latest
    from ultraviolet.standards.names import PackageName


class Row:
    """One line of a listing."""

    __slots__ = ("latest", "latest_kind", "location", "name", "version")

    def __init__(
        self,
        name: str,
        version: str,
        *,
        location: str | None = None,
        latest: str | None = None,
        latest_kind: FileKind | None = None,
    ) -> None:
        self.name = name
        self.version = version
        self.location = location
        """Directory of the project, for editable installations."""
        self.latest = latest
        """The newest version, where it was asked for and is greater."""
        self.latest_kind: FileKind | None = latest_kind


def select(
    distributions: Iterable[InstalledDistribution],
    *,
    editable: bool | None = None,
    exclude: Collection[str] = (),
) -> list[InstalledDistribution]:
    """Return the distributions by name and version; only editable ones or only others, as asked."""
    chosen = [
        distribution
        for distribution in distributions
        if (editable is None or distribution.editable == editable) and distribution.name not in exclude
    ]
    chosen.sort(key=_order)
    return chosen


def _order(distribution: InstalledDistribution) -> tuple[str, object]:
    return distribution.name, distribution.version.key


def rows(
    distributions: Iterable[InstalledDistribution], latest: Mapping[PackageName, Latest] | None = None
) -> list[Row]:
    """Return the lines of ``pip list``; with ``latest`` only those for which there is something newer."""
    found = []
    for distribution in distributions:
        row = Row(distribution.name, str(distribution.version), location=project_location(distribution))
        if latest is not None:
            newest = latest.get(distribution.name)
            if newest is None or newest.version <= distribution.version:
                continue
            row.latest, row.latest_kind = str(newest.version), newest.kind
        found.append(row)
    return found


def project_location(distribution: InstalledDistribution) -> str | None:
    """Return the directory of an editable installation."""
    return distribution.project_root if distribution.editable else None


class FrozenLine:
    """One line of ``pip freeze``: the parts are apart because the name is shown bold."""

    __slots__ = ("name", "rest")

    def __init__(self, name: str, rest: str) -> None:
        self.name = name
        """Empty for editable installations."""
        self.rest = rest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FrozenLine) and (self.name, self.rest) == (other.name, other.rest)

    def __hash__(self) -> int:
        return hash((self.name, self.rest))


def freeze(distributions: Iterable[InstalledDistribution]) -> list[FrozenLine]:
    """Return the lines of ``pip freeze``, neighbouring repetitions dropped."""
    lines: list[FrozenLine] = []
    for distribution in distributions:
        if distribution.kind == "egg-link":
            line = FrozenLine("", f"-e {distribution.project_root}")
        elif distribution.kind != "url":
            line = FrozenLine(distribution.name, f"=={distribution.version}")
        elif distribution.editable:
            line = FrozenLine("", f"-e {distribution.url}")
        else:
            line = FrozenLine(distribution.name, f" @ {distribution.url}")
        if not lines or lines[-1] != line:
            lines.append(line)
    return lines


def site_packages_of(environment: Environment, paths: Iterable[str] | None, cwd: str) -> list[SitePackages]:
    """Index an environment, or the directories of ``--path`` in its place; those that cannot be made are dropped."""
    if paths is None:
        return [read_site_packages(environment)]
    import os

    found = []
    for path in paths:
        directory = os.path.normpath(os.path.join(cwd, path))
        try:
            os.makedirs(directory, exist_ok=True)
        except OSError:
            continue
        found.append(read_directories([directory]))
    return found

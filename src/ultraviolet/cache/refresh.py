"""Which entries count as too old whatever their headers say (``--refresh``, ``--refresh-package``)."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.standards.names import PackageName


class Refresh:
    """A refresh policy: entries written before ``since`` are revalidated, of all packages or of some.

    Entries written during this command are newer than ``since`` and thereby fresh. Do not change it; combine it.
    """

    __slots__ = ("everything", "packages", "paths", "since")

    def __init__(
        self,
        *,
        since: float | None = None,
        everything: bool = False,
        packages: frozenset[PackageName] = frozenset(),
        paths: frozenset[str] = frozenset(),
    ) -> None:
        self.since = time.time() if since is None else since
        """Start of the command, seconds since the epoch."""
        self.everything = everything
        self.packages = packages
        self.paths = paths
        """Real paths of local distributions."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Refresh) and self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash(self._facts())

    def __repr__(self) -> str:
        return f"Refresh{self._facts()}"

    def _facts(self) -> tuple[object, ...]:
        return self.since, self.everything, self.packages, self.paths

    def applies_to(self, package: PackageName | None, path: str | None = None) -> bool:
        """Whether entries of a package (``None``: entries that belong to no package) or path are revalidated."""
        if self.everything:
            return True
        if not self.packages and not self.paths:
            return False
        return package is None or package in self.packages or (path is not None and path in self.paths)

    def combined(self, other: Refresh) -> Refresh:
        """Return the policy that refreshes what either does."""
        return Refresh(
            since=max(self.since, other.since),
            everything=self.everything or other.everything,
            packages=self.packages | other.packages,
            paths=self.paths | other.paths,
        )


def refresh_from_arguments(
    refresh: bool | None, packages: tuple[PackageName, ...], *, since: float | None = None
) -> Refresh:
    """Return the policy of ``--refresh`` / ``--no-refresh`` / ``--refresh-package``; an explicit flag wins."""
    moment = time.time() if since is None else since
    if refresh is not None:
        return Refresh(since=moment, everything=refresh)
    return Refresh(since=moment, packages=frozenset(packages))

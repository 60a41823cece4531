"""All that a lock can install, whatever extras and groups are chosen and wherever it is installed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from ultraviolet.lock._checks import find_target
from ultraviolet.lock.model import Dependency, Lock, Package, RequirementRow
from ultraviolet.standards.versions import parse_version


def reachable(lock: Lock) -> list[Package]:
    """Return the packages that are no members of the workspace and have a version, by name and version, each version once."""
    return _Walk(lock).run()


class _Walk:
    def __init__(self, lock: Lock) -> None:
        self._lock = lock
        self._by_name = lock.by_name()
        root = lock.root()
        names = lock.manifest.members or (() if root is None else (root.name,))
        self._members = [package for package in lock.packages if package.name in names]
        self._queue: deque[tuple[Package, str | None]] = deque()
        self._seen: set[tuple[int, str | None]] = set()

    def run(self) -> list[Package]:
        manifest = self._lock.manifest
        for member in self._members:
            self._add(member, member.optional_dependencies)
            for rows in member.dev_dependencies.values():
                self._add_rows(rows)
        for wanted in (manifest.requirements, *manifest.dependency_groups.values()):
            self._add_wanted(wanted)
        members = {id(member) for member in self._members}
        found: dict[tuple[str, str], Package] = {}
        while self._queue:
            package, extra = self._queue.popleft()
            if id(package) not in members and package.version is not None:
                found.setdefault((package.name, package.version), package)
            self._add_rows(package.dependencies if extra is None else package.optional_dependencies.get(extra, ()))
        return sorted(found.values(), key=lambda package: (package.name, parse_version(str(package.version))))

    def _add(self, package: Package, extras: Iterable[str]) -> None:
        for extra in (None, *extras):
            if (id(package), extra) not in self._seen:
                self._seen.add((id(package), extra))
                self._queue.append((package, extra))

    def _add_rows(self, rows: Iterable[Dependency]) -> None:
        for row in rows:
            target = find_target(row, self._by_name.get(row.name, []))
            if target is not None:
                self._add(target, row.extra)

    def _add_wanted(self, rows: Iterable[RequirementRow]) -> None:
        """Add what the manifest asks for, whichever of the packages of a name that is."""
        for row in rows:
            for package in self._by_name.get(row.name, []):
                self._add(package, row.extras)

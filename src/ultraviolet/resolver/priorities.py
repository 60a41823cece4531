"""Which package to decide next.

A package's rank is that of its name, then the order in which names and packages became known: all packages of one name
are decided together. A rank only rises, except that repeated conflicts move a name before or behind others.
"""

from __future__ import annotations

from ultraviolet.resolver.packages import INSTALLED, VirtualPackage
from ultraviolet.standards.names import PackageName

_UNSPECIFIED, _LATE, _EARLY, _SINGLETON, _DIRECT, _ROOT = range(6)
_MOST = (1 << 24) - 1


class Priorities:
    """The ranks of one fork."""

    __slots__ = ("_names", "_orders")

    def __init__(self) -> None:
        self._names: dict[PackageName, tuple[int, int]] = {}
        """``{name: (level, order of discovery)}``."""
        self._orders: dict[int, int] = {}

    def copy(self) -> Priorities:
        """Return an independent copy."""
        other = Priorities()
        other._names = self._names.copy()
        other._orders = self._orders.copy()
        return other

    def register(self, package: VirtualPackage, *, is_singleton: bool, is_direct: bool) -> None:
        """Note that a package was asked for, at exactly one version or at a URL."""
        orders = self._orders
        if package.number not in orders:
            orders[package.number] = len(orders)
        name = package.project
        if name is None:
            return
        level = _DIRECT if is_direct else _SINGLETON if is_singleton else _UNSPECIFIED
        known = self._names.get(name)
        if known is None:
            self._names[name] = (level, len(self._names))
        elif level > known[0]:
            self._names[name] = (level, known[1])

    def get(self, package: VirtualPackage) -> int:
        """Return the priority of a registered package, the higher the sooner; unique."""
        if package.kind == "root":
            return (_ROOT << 48) | 4
        if package.kind == "python":
            return (_ROOT << 48) | (3 if package.name == INSTALLED else 2)
        if package.kind == "system" or package.name is None:
            return (_ROOT << 48) | 1
        level, order = self._names[package.name]
        return level << 48 | (_MOST - order) << 24 | (_MOST - self._orders[package.number])

    def promote(self, package: VirtualPackage) -> bool:
        """Decide a package early, since its versions are often rejected; False when that is so already."""
        name = package.project
        if name is None:
            return False
        level, order = self._names.get(name, (_UNSPECIFIED, len(self._names)))
        if level == _EARLY:
            return False
        self._names[name] = (_EARLY, order)
        return True

    def demote(self, package: VirtualPackage) -> bool:
        """Decide a package later, since it often makes others fail; False when conflicts moved it already."""
        name = package.project
        if name is None:
            return False
        level, order = self._names.get(name, (_UNSPECIFIED, len(self._names)))
        if level in {_LATE, _EARLY}:
            return False
        self._names[name] = (_LATE, order)
        return True

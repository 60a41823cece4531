"""Virtual packages: what the solver selects versions of.

One project appears as several packages that must agree: the project itself, each extra and group asked for, and each
condition under which it is asked for. See `VirtualPackage.kind`.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from ultraviolet.pubgrub import Knowledge
from ultraviolet.standards.conflicts import ConflictItem
from ultraviolet.standards.markers import TRUE, Marker
from ultraviolet.standards.names import PackageName

PackageKind = Literal["root", "python", "system", "package", "extra", "group", "marker"]
"""``root`` holds the input; ``python`` is the version of Python; ``package`` has the dependencies of a project, an extra
or a group; ``extra``, ``group`` and ``marker`` are proxies for a requirement that names an extra, a group or a condition."""

_ORDER: Final = {"root": 0, "python": 1, "system": 2, "package": 3, "extra": 4, "group": 5, "marker": 6}

INSTALLED: Final = PackageName("installed")
TARGET: Final = PackageName("target")
"""Names of the two packages of kind ``python``."""


class VirtualPackage:
    """A package of the solver; there is one object for each."""

    __slots__ = ("base", "extra", "group", "is_plain", "item", "kind", "marker", "name", "number")

    def __init__(
        self,
        kind: PackageKind,
        name: PackageName | None,
        *,
        extra: str | None = None,
        group: str | None = None,
        marker: Marker = TRUE,
        number: int = -1,
    ) -> None:
        self.kind: PackageKind = kind
        self.name = name
        """None for an anonymous root."""
        self.extra = extra
        self.group = group
        self.marker = marker
        self.number = number
        """Position in the solver's list of packages."""
        self.base: VirtualPackage | None = None
        """Of a proxy for an extra or a condition: the unconditional package that must have the same version."""
        self.is_plain = kind == "package" and extra is None and group is None and marker is TRUE
        self.item: ConflictItem | None = None
        """What a declared conflict would call this."""
        if name is not None and kind not in {"root", "python", "system"}:
            if extra is not None:
                self.item = ConflictItem(name, "extra", extra)
            elif group is not None:
                self.item = ConflictItem(name, "group", group)
            else:
                self.item = ConflictItem(name, "project")

    @property
    def project(self) -> PackageName | None:
        """The name of the project; None for the root, Python and the system."""
        return None if self.kind in {"root", "python", "system"} else self.name

    @property
    def is_proxy(self) -> bool:
        """Whether this only stands for other packages."""
        return self.kind in {"extra", "group", "marker"}

    def sort_key(self) -> tuple[Any, ...]:
        """Return what orders packages in reports."""
        name = self.name or ""
        if self.kind == "python":
            name = PackageName("0" if self.name == INSTALLED else "1")
        return _ORDER[self.kind], name, self.extra or "", self.group or "", self.marker.sort_key

    def with_marker(self, marker: Marker) -> VirtualPackage:
        """Return an unregistered copy for display, with another condition."""
        return VirtualPackage(self.kind, self.name, extra=self.extra, group=self.group, marker=marker)

    def __str__(self) -> str:
        if self.kind == "root":
            return self.name or "root"
        if self.kind == "python":
            return "Python"
        if self.kind == "system":
            return f"system:{self.name}"
        text = str(self.name)
        if self.extra is not None:
            text += f"[{self.extra}]"
        elif self.group is not None:
            text += f":{self.group}"
        if self.kind in {"package", "marker"} and (marker := self.marker.to_string()) is not None:
            text += f"{{{marker}}}"
        return text

    def __repr__(self) -> str:
        return f"<{self.kind} {self}>"


class PackageTable:
    """Makes virtual packages, each once, and numbers them for the solver."""

    __slots__ = ("_knowledge", "_known")

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._known: dict[tuple[Any, ...], VirtualPackage] = {}

    def get(
        self,
        kind: PackageKind,
        name: PackageName | None,
        extra: str | None = None,
        group: str | None = None,
        marker: Marker = TRUE,
    ) -> VirtualPackage:
        """Return a package."""
        key = (kind, name, extra, group, marker)
        package = self._known.get(key)
        if package is None:
            package = VirtualPackage(kind, name, extra=extra, group=group, marker=marker)
            package.number = self._knowledge.number(package)
            self._known[key] = package
            if kind in {"extra", "marker"}:
                package.base = self.get("package", name)
        return package

    def required(self, name: PackageName, extra: str | None, group: str | None, marker: Marker) -> VirtualPackage:
        """Return the package that a requirement depends on."""
        if extra is not None:
            return self.get("extra", name, extra, None, marker)
        if group is not None:
            return self.get("group", name, None, group, marker)
        return self.get("package" if marker is TRUE else "marker", name, None, None, marker)

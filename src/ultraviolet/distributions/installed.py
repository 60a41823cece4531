"""A distribution found in an environment.

A plain class with slots: listing an environment makes hundreds of them and needs nothing else of the value library, whose
import costs more than the whole listing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ultraviolet.standards.names import PackageName
    from ultraviolet.standards.versions import Version

    InstalledKind = Literal["registry", "url", "egg-info-file", "egg-info-directory", "egg-link"]


class InstalledDistribution:
    """One installed distribution; its metadata files are read when asked for. Equal by value; do not change it."""

    __slots__ = (
        "complete",
        "direct_url",
        "editable",
        "kind",
        "metadata_path",
        "name",
        "path",
        "project_root",
        "url",
        "version",
    )

    def __init__(
        self,
        *,
        name: PackageName,
        version: Version,
        kind: InstalledKind,
        path: str,
        url: str | None = None,
        editable: bool = False,
        direct_url: bytes | None = None,
        project_root: str | None = None,
        metadata_path: str | None = None,
        complete: bool = True,
    ) -> None:
        self.name = name
        self.version = version
        self.kind: InstalledKind = kind
        self.path = path
        """Absolute path of the ``.dist-info`` or ``.egg-info`` entry."""
        self.url = url
        """From ``direct_url.json``."""
        self.editable = editable
        self.direct_url = direct_url
        """Content of ``direct_url.json``."""
        self.project_root = project_root
        """Source tree of an installation from a local directory."""
        self.metadata_path = metadata_path
        """The file with the core metadata, where it is not ``METADATA`` or ``PKG-INFO`` in ``path``."""
        self.complete = complete
        """False for a ``.dist-info`` that an installer was killed over: it has neither ``RECORD`` nor ``INSTALLER``."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, InstalledDistribution) and self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash((self.name, self.path))

    def __repr__(self) -> str:
        return f"InstalledDistribution({self.name}=={self.version}, {self.path!r})"

    def described(self) -> str:
        """Return ``name==version``, followed by ``(from URL)`` for what came from no index."""
        origin = "" if self.url is None else f" (from {self.url})"
        return f"{self.name}=={self.version}{origin}"

    def _facts(self) -> tuple[object, ...]:
        return (
            self.name,
            self.version,
            self.kind,
            self.path,
            self.url,
            self.editable,
            self.direct_url,
            self.project_root,
            self.metadata_path,
            self.complete,
        )

"""Entries of ``tool.uv.sources``: where a dependency comes from during development."""

from __future__ import annotations

from typing import Literal

import msgspec

from ultraviolet.standards.markers import TRUE, Marker
from ultraviolet.standards.names import ExtraName, GroupName

SourceKind = Literal["git", "url", "path", "index", "workspace"]


class SourceEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One source of one dependency, as declared; ``kind`` names the field that decides."""

    kind: SourceKind
    location: str = ""
    """The git URL (no ``git+``), URL, path or index name; empty for ``workspace``."""
    workspace: bool | str = True
    """For ``workspace``: true, or the path of another workspace."""
    subdirectory: str | None = None
    archive: str | None = None
    """For ``git``: the path of an archive in the repository."""
    rev: str | None = None
    tag: str | None = None
    branch: str | None = None
    lfs: bool | None = None
    editable: bool | None = None
    package: bool | None = None
    marker: Marker = TRUE
    extra: ExtraName | None = None
    group: GroupName | None = None

    def pairs(self) -> list[tuple[str, str | bool]]:
        """Return the keys and values of the TOML table, in the order uv writes them."""
        head: list[tuple[str, str | bool | None]]
        if self.kind == "git":
            head = [
                ("git", self.location),
                ("subdirectory", self.subdirectory),
                ("path", self.archive),
                ("rev", self.rev),
                ("tag", self.tag),
                ("branch", self.branch),
                ("lfs", self.lfs),
            ]
        elif self.kind == "url":
            head = [("url", self.location), ("subdirectory", self.subdirectory)]
        elif self.kind == "path":
            head = [("path", self.location), ("editable", self.editable), ("package", self.package)]
        elif self.kind == "index":
            head = [("index", self.location)]
        else:
            head = [("workspace", self.workspace), ("editable", self.editable)]
        marker = None if self.marker.is_true else self.marker.to_string()
        tail: list[tuple[str, str | bool | None]] = [
            ("marker", marker),
            ("extra", self.extra),
            ("group", self.group),
        ]
        return [(key, value) for key, value in head + tail if value is not None]

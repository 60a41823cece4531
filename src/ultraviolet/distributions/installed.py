"""A distribution found in an environment."""

from __future__ import annotations

from typing import Literal

import msgspec

from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version


class InstalledDistribution(msgspec.Struct, frozen=True, kw_only=True):
    """One installed distribution; its metadata files are read when asked for."""

    name: PackageName
    version: Version
    kind: Literal["registry", "url", "egg-info-file", "egg-info-directory", "egg-link"]
    path: str
    """Absolute path of the ``.dist-info`` or ``.egg-info`` entry."""
    url: str | None = None
    """From ``direct_url.json``."""
    editable: bool = False
    direct_url: bytes | None = None
    """Content of ``direct_url.json``."""
    project_root: str | None = None
    """Source tree of an editable installation."""
    metadata_path: str | None = None
    """The file with the core metadata, where it is not ``METADATA`` or ``PKG-INFO`` in ``path``."""
    complete: bool = True
    """False for a ``.dist-info`` that an installer was killed over: it has neither ``RECORD`` nor ``INSTALLER``."""

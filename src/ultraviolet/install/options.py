"""How wheels are to be installed."""

from __future__ import annotations

from typing import Literal

import msgspec

LinkMode = Literal["clone", "hardlink", "copy", "symlink"]


class InstallOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of the wheel writer; the same for every wheel of a run."""

    link_mode: LinkMode | None = None
    """None: the platform's default."""
    installer_metadata: bool = True
    """Write ``INSTALLER``, ``REQUESTED``, ``direct_url.json`` and the records of sources and builds."""
    installer: str = "uv"
    check_filename: bool = True
    """Off with ``UV_SKIP_WHEEL_FILENAME_CHECK``."""
    warn_of_overlaps: bool = False
    """Look for files that several of the wheels bring (the preview feature ``detect-module-conflicts``)."""
    compile_bytecode: bool = False
    bytecode_timeout: float = 60.0
    """Seconds for each file; 0 for no limit."""
    invalidation_mode: str | None = None
    """A name of ``py_compile.PycInvalidationMode`` (``PYC_INVALIDATION_MODE``)."""

"""What an unpacked wheel holds, so that installing it is a walk over a list."""

import msgspec


class WheelFile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One file of a wheel."""

    path: str
    """Relative to the wheel's root, ``/`` separators."""
    size: int
    """Bytes."""
    executable: bool = False
    sha256: str | None = None
    """URL-safe base64 without padding, as RECORD writes it; None where RECORD states none."""


class WheelManifest(msgspec.Struct, frozen=True, array_like=True):
    """Directories and files of an unpacked wheel."""

    dist_info: str
    """Name of the ``.dist-info`` directory."""
    directories: tuple[str, ...]
    """Parents first."""
    files: tuple[WheelFile, ...]
    """Sorted by path; RECORD itself included."""

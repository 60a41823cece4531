"""One file that an index offers (PEP 503, 691, 700)."""

import msgspec


class Artifact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A wheel or sdist with the facts its index states; an array in cache records."""

    filename: str
    url: str
    """Absolute; without fragment. ``file://`` for local indexes."""
    hashes: tuple[str, ...] = ()
    """``algorithm:hex``."""
    size: int | None = None
    """Bytes."""
    upload_time: int | None = None
    """Milliseconds since the epoch, UTC, truncated."""
    requires_python: str | None = None
    yanked: bool | str = False
    """True, or the reason."""
    core_metadata: bool = False
    """Whether ``URL.metadata`` exists (PEP 658)."""
    zstd: tuple[tuple[str, ...], int | None] | None = None
    """Digests and size of the same wheel compressed with Zstandard."""

"""Metadata of wheels, parsed once: the payload of ``wheels/INDEX/NAME/STEM.meta`` records."""

import msgspec

from ultraviolet.standards.metadata import Metadata
from ultraviolet.standards.names import ExtraName, PackageName
from ultraviolet.standards.versions import parse_version


class _Stored(msgspec.Struct, array_like=True, gc=False):
    name: str
    version: str
    requires_dist: tuple[str, ...]
    requires_python: str | None
    provides_extra: tuple[str, ...]
    dynamic: bool
    metadata_version: str | None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Stored).decode


def encode_metadata(metadata: Metadata) -> bytes:
    """Return the payload for parsed metadata."""
    return _encode(
        _Stored(
            metadata.name,
            str(metadata.version),
            metadata.requires_dist,
            metadata.requires_python,
            metadata.provides_extra,
            metadata.dynamic,
            metadata.metadata_version,
        )
    )


def decode_metadata(payload: bytes | memoryview) -> Metadata:
    """Return the metadata of a payload.

    :raises msgspec.DecodeError: it is damaged.
    """
    stored = _decode(payload)
    return Metadata(
        name=PackageName(stored.name),
        version=parse_version(stored.version),
        requires_dist=stored.requires_dist,
        requires_python=stored.requires_python,
        provides_extra=tuple(map(ExtraName, stored.provides_extra)),
        dynamic=stored.dynamic,
        metadata_version=stored.metadata_version,
    )

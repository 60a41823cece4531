"""Failures of looking something up in an index."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError


class LookupFailure(UltravioletError):
    """Looking something up failed."""


class ContentTypeError(LookupFailure):
    """A page of a kind that is not understood."""


class FindLinksError(LookupFailure):
    """A ``--find-links`` location cannot be read."""


class WheelMetadataError(LookupFailure):
    """The metadata of a wheel cannot be used."""


class MetadataParseError(WheelMetadataError):
    """METADATA is malformed."""


class MetadataMismatchError(WheelMetadataError):
    """METADATA speaks of another package or version."""


class WheelStructureError(WheelMetadataError):
    """A wheel has no (single) place for its metadata."""

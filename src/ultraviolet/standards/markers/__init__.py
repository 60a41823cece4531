"""Environment markers (PEP 508, PEP 751) as an algebra: parse, combine, compare, simplify, evaluate, write.

Markers are values with identity equality. Their text is uv's: the same marker always has the same text.
"""

from __future__ import annotations

from ultraviolet.standards.markers.environment import MarkerEnvironment
from ultraviolet.standards.markers.errors import InvalidMarker
from ultraviolet.standards.markers.marker import FALSE, TRUE, Marker, extra_marker, parse_marker, parse_marker_at

__all__ = [
    "FALSE",
    "TRUE",
    "InvalidMarker",
    "Marker",
    "MarkerEnvironment",
    "extra_marker",
    "parse_marker",
    "parse_marker_at",
]

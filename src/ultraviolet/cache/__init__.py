"""What is kept between commands: index answers, metadata, unpacked wheels, sources, environments.

Entries are written to a temporary sibling and renamed, never changed in place; readers take no lock. The layout is
described in :mod:`ultraviolet.cache.layout`; HTTP freshness (RFC 9111) in :mod:`ultraviolet.cache.freshness`.
"""

from __future__ import annotations

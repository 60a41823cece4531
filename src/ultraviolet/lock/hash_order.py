"""The order in which uv lists ``exclude-newer-package``: that of its hash map.

The table of a lock is written in the iteration order of a Rust hash map (:mod:`ultraviolet.standards.hash_order`),
filled once in the order of the settings file while it grows, and a second time at its final size. To write the same bytes,
the same buckets are filled here.
"""

from __future__ import annotations

from collections.abc import Iterable

from ultraviolet.standards.hash_order import bucket_order, fx_hash


def settings_order(names: Iterable[str]) -> list[str]:
    """Return names from one settings file in the order a lock lists them."""
    return arguments_order(bucket_order(names, fx_hash))


def arguments_order(names: Iterable[str]) -> list[str]:
    """Return names from the command line in the order a lock lists them."""
    return bucket_order(names, fx_hash, grow=False)

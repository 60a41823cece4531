"""Digests of artifacts, as ``algorithm:hex`` texts.

A plain text is its own cache record and its own spelling in ``uv.lock`` and ``--hash`` options, so there is no class.
"""

from __future__ import annotations

from collections.abc import Sequence

from ultraviolet.errors import UltravioletError

ALGORITHMS = ("md5", "sha256", "sha384", "sha512", "blake2b")
"""Known algorithms, weakest first: the order in which uv compares digests."""

_HEX_LENGTHS = {"md5": 32, "sha256": 64, "sha384": 96, "sha512": 128, "blake2b": 64}
_RANKS = {algorithm: rank for rank, algorithm in enumerate(ALGORITHMS)}


class InvalidHash(UltravioletError):
    """A text is not ``algorithm:hex`` with a known algorithm."""


def parse_hash(text: str) -> str:
    """Check ``algorithm:hex`` and return it in its canonical spelling.

    :raises InvalidHash: the separator is missing or the algorithm is unknown.
    """
    algorithm, separator, digest = text.partition(":")
    if not separator or not digest:
        raise InvalidHash("Unexpected hash (expected `<algorithm>:<hash>`): " + text)
    if algorithm not in _HEX_LENGTHS:
        raise InvalidHash(
            "Unsupported hash algorithm (expected one of: `md5`, `sha256`, `sha384`, `sha512`, or `blake2b`) "
            f"on: `{text}`"
        )
    return text


def hash_algorithm(digest: str) -> str:
    """Return the algorithm of a digest text."""
    return digest.partition(":")[0]


def hash_sort_key(digest: str) -> tuple[int, str]:
    """Order digests by strength of the algorithm, then by value."""
    algorithm, _, value = digest.partition(":")
    return (_RANKS.get(algorithm, -1), value)


def strongest_hash(digests: Sequence[str]) -> str | None:
    """Return the digest that a lockfile records: the one with the greatest algorithm, or None."""
    return digests[0] if len(digests) == 1 else max(digests, key=hash_sort_key, default=None)

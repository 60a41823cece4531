"""The order in which a Rust hash map with FxHasher 2 lists its keys (SwissTable layout).

Where uv writes something in the iteration order of such a map, the same bytes need the same buckets.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

_MASK = (1 << 64) - 1
_MULTIPLIER = 0xF1357AEA2E62A9C5
_SEEDS = (0x243F6A8885A308D3, 0x13198A2E03707344)
_COLLAPSE = 0xA4093822299F31D0


def bucket_order(keys: Iterable[Key], hash_of: Callable[[Key], int], *, grow: bool = True) -> list[Key]:
    """Return distinct keys in the order of their buckets.

    :param grow: whether the map grew while it was filled, instead of being made for that many keys.
    """
    unique = list(dict.fromkeys(keys))
    buckets: list[Key | None] = [None] * (0 if grow else _bucket_count(len(unique)))
    for count, key in enumerate(unique):
        capacity = _capacity(len(buckets))
        if count + 1 > capacity:
            kept = [held for held in buckets if held is not None]
            buckets = [None] * _bucket_count(max(count + 1, capacity + 1))
            for held in kept:
                _put(buckets, held, hash_of)
        _put(buckets, key, hash_of)
    return [key for key in buckets if key is not None]


def _put(buckets: list[Key | None], key: Key, hash_of: Callable[[Key], int]) -> None:
    mask = len(buckets) - 1
    position = hash_of(key) & mask
    while buckets[position] is not None:
        position = (position + 1) & mask
    buckets[position] = key


def _bucket_count(capacity: int) -> int:
    if capacity == 0:
        return 0
    if capacity < 15:
        return 4 if capacity < 4 else 8 if capacity < 8 else 16
    count: int = 1 << (capacity * 8 // 7 - 1).bit_length()
    return count


def _capacity(buckets: int) -> int:
    """Return how many items fit before the table grows: seven eighths."""
    return max(buckets - 1, 0) if buckets <= 8 else buckets // 8 * 7


def fx_hash(*parts: str | int) -> int:
    """Return the FxHasher 2 value of texts and integers, one after the other."""
    state = 0
    for part in parts:
        # A text is followed by one byte that never occurs in UTF-8.
        words = (part,) if isinstance(part, int) else (_hash_bytes(part.encode()), 0xFF)
        for word in words:
            state = ((state + word) * _MULTIPLIER) & _MASK
    return ((state << 26) | (state >> 38)) & _MASK


def _hash_bytes(data: bytes) -> int:
    size = len(data)
    first, second = _SEEDS

    def word(offset: int, width: int = 8) -> int:
        return int.from_bytes(data[offset : offset + width], "little")

    if size >= 16:
        offset = 0
        while offset < size - 16:
            first, second = second, _mix(first ^ word(offset), _COLLAPSE ^ word(offset + 8))
            offset += 16
        first, second = first ^ word(size - 16), second ^ word(size - 8)
    elif size >= 8:
        first, second = first ^ word(0), second ^ word(size - 8)
    elif size >= 4:
        first, second = first ^ word(0, 4), second ^ word(size - 4, 4)
    elif size:
        first, second = first ^ data[0], second ^ (data[-1] << 8 | data[size // 2])
    return _mix(first, second) ^ size


def _mix(left: int, right: int) -> int:
    product = left * right
    return (product & _MASK) ^ (product >> 64)

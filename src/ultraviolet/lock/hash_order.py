"""The order in which uv lists ``exclude-newer-package``: that of its hash map.

The table of a lock is written in the iteration order of a Rust hash map (SwissTable layout, FxHasher 2 as hash function),
filled once in the order of the settings file while it grows, and a second time at its final size. To write the same bytes,
the same buckets are filled here.
"""

from __future__ import annotations

from collections.abc import Iterable

_MASK = (1 << 64) - 1
_MULTIPLIER = 0xF1357AEA2E62A9C5
_SEEDS = (0x243F6A8885A308D3, 0x13198A2E03707344)
_COLLAPSE = 0xA4093822299F31D0


def settings_order(names: Iterable[str]) -> list[str]:
    """Return names from one settings file in the order a lock lists them."""
    return arguments_order(_fill(list(dict.fromkeys(names)), grow=True))


def arguments_order(names: Iterable[str]) -> list[str]:
    """Return names from the command line in the order a lock lists them."""
    return _fill(list(dict.fromkeys(names)), grow=False)


def _fill(names: list[str], *, grow: bool) -> list[str]:
    buckets: list[str | None] = [None] * (0 if grow else _bucket_count(len(names)))
    for count, name in enumerate(names):
        capacity = _capacity(len(buckets))
        if count + 1 > capacity:
            kept = [held for held in buckets if held is not None]
            buckets = [None] * _bucket_count(max(count + 1, capacity + 1))
            for held in kept:
                _put(buckets, held)
        _put(buckets, name)
    return [name for name in buckets if name is not None]


def _put(buckets: list[str | None], name: str) -> None:
    mask = len(buckets) - 1
    position = fx_hash(name) & mask
    while buckets[position] is not None:
        position = (position + 1) & mask
    buckets[position] = name


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


def fx_hash(text: str) -> int:
    """Return the FxHasher 2 value of a text."""
    state = (_hash_bytes(text.encode()) * _MULTIPLIER) & _MASK
    # A text is followed by one byte that never occurs in UTF-8.
    state = ((state + 0xFF) * _MULTIPLIER) & _MASK
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

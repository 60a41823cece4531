"""Durations, counts and sizes in words."""

from __future__ import annotations


def duration(nanoseconds: int) -> str:
    """How long something took, truncated as uv does.

    >>> duration(65_000_000_000), duration(1_089_000_000), duration(952_900_000), duration(805_000)
    ('1m 05s', '1.08s', '952ms', '0.80ms')
    """
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    if seconds >= 60:
        return f"{seconds // 60}m {seconds % 60:02}s"
    if seconds:
        return f"{seconds}.{rest // 10_000_000:02}s"
    if rest >= 1_000_000:
        return f"{rest // 1_000_000}ms"
    return f"0.{rest // 10_000:02}ms"


def plural(count: int, noun: str) -> str:
    """A count with its noun.

    >>> plural(1, "package"), plural(0, "file")
    ('1 package', '0 files')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def size(count: int) -> str:
    """A number of bytes in binary units with one decimal.

    >>> size(333_414), size(12)
    ('325.6KiB', '12.0B')
    """
    value, unit = float(count), 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value /= 1024
        unit += 1
    return f"{value:.1f}{_UNITS[unit]}"


def text_width(text: str) -> int:
    """Columns a text takes in a terminal: wide East Asian characters two, combining marks none."""
    if text.isascii():
        return len(text)
    import unicodedata

    width = 0
    for character in text:
        if unicodedata.combining(character):
            continue
        width += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return width

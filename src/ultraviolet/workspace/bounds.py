"""The version bounds that ``uv add`` writes for a new dependency (``--bounds``)."""

from __future__ import annotations

from typing import Literal

from ultraviolet.standards.versions import Version

BoundsKind = Literal["lower", "major", "minor", "exact"]


def bounds_text(kind: BoundsKind, version: Version) -> str:
    """Return the specifiers for a chosen version, without its local part; the upper bound keeps the length.

    Leading zeros are skipped, as versions below 1 count their first other number as the major one: 0.1.2 with
    ``major`` gives ``>=0.1.2,<0.2.0``.
    """
    public = version.without_local()
    if kind == "exact":
        return f"=={public}"
    if kind == "lower":
        return f">={public}"
    upper = ".".join(str(part) for part in _upper_release(kind, version.release))
    return f">={public},<{upper}"


def _upper_release(kind: BoundsKind, release: tuple[int, ...]) -> tuple[int, ...]:
    zeros = 0
    while zeros < len(release) and release[zeros] == 0:
        zeros += 1
    if zeros == len(release):
        bumped = (0, 1) if kind == "major" else (0, 0, 1)
        return bumped + (0,) * (len(release) - len(bumped))
    if kind == "major" or zeros >= 2:
        return (*release[:zeros], release[zeros] + 1) + (0,) * (len(release) - zeros - 1)
    minor = release[zeros + 1] if zeros + 1 < len(release) else 0
    return (*release[: zeros + 1], minor + 1) + (0,) * (len(release) - zeros - 2)

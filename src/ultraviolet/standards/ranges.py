"""Sets of versions, as the solver computes with them.

A `Range` is a sorted tuple of *cut points*, two for each interval: where it starts and where it ends. A cut point
lies just before or just after a version (`Version.before`, `Version.after`), so that open and closed ends need no
flags, and it carries that version along as it was spelled. Cut points are plain tuples; every operation is a merge
of two sorted tuples.

PEP 440 makes ``<2`` exclude pre-releases of 2 and ``==1.0`` include local versions of it, which intervals over real
versions cannot say directly; boundaries between versions (`Version.sentinel`) can. A range therefore has two
readings. The *cuts* keep these boundaries, and with them the words of the requirement, for membership and for
messages. The *canonical* cuts replace each boundary by the least real version above it, so that ``<=1.0`` and
``<1.0.post0.dev0`` are one set; equality, hash, subset and disjointness go by these.

When two ends are equal but spelled differently (``1.0`` and ``1.0.0``), a union keeps the left start and an
intersection the right start, and so on as noted below: it is what uv prints.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from ultraviolet.standards.specifiers import Specifier, Specifiers
from ultraviolet.standards.versions import PLAIN, Cut, Version, VersionKey

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Final, Literal

    Relation = Literal["subset", "disjoint", "overlapping"]

Segment = tuple[Version | None, bool, Version | None, bool]
"""An interval: lower bound, whether it is included, upper bound, whether it is included; `None` is unbounded."""

_FLOOR_VERSION: Final = Version.build((0,), dev=0)
_LOWEST: Final[Cut] = (-1, (), PLAIN, 0, _FLOOR_VERSION)
_HIGHEST: Final[Cut] = (2**64, (), PLAIN, 0, _FLOOR_VERSION)
_FLOOR: Final = _FLOOR_VERSION.before()


class Range:
    """An immutable set of versions."""

    __slots__ = ("_canonical", "_hash", "cuts")

    cuts: tuple[Cut, ...]
    """Start and end of each interval, ascending, with the boundaries of PEP 440's operators kept."""
    _canonical: tuple[Cut, ...]
    _hash: int

    def __init__(self, cuts: tuple[Cut, ...]) -> None:
        self.cuts = cuts

    # Construction

    @staticmethod
    def singleton(version: Version) -> Range:
        """Make the set of exactly one version, its local versions not included."""
        return Range((version.before(), version.after()))

    @staticmethod
    def from_specifier(specifier: Specifier) -> Range:
        """Make the set of versions that satisfy one specifier."""
        return _from_specifier(specifier)

    @staticmethod
    def from_specifiers(specifiers: Specifiers) -> Range:
        """Make the set of versions that satisfy every specifier; kept with the specifiers."""
        cached = specifiers.cache
        if isinstance(cached, Range):
            return cached
        result = FULL
        for item in specifiers.items:
            result = result.intersection(_from_specifier(item))
        specifiers.cache = result
        return result

    @staticmethod
    def between(lower: Version | None, upper: Version | None) -> Range:
        """Make the open interval between two versions; `None` is unbounded."""
        start = _LOWEST if lower is None else lower.after()
        end = _HIGHEST if upper is None else upper.before()
        return Range((start, end)) if start < end else EMPTY

    @staticmethod
    def from_segments(segments: Iterable[Segment]) -> Range:
        """Make the union of intervals, in any order; empty ones are ignored."""
        result = EMPTY
        for lower, lower_included, upper, upper_included in segments:
            start = _LOWEST if lower is None else lower.before() if lower_included else lower.after()
            end = _HIGHEST if upper is None else upper.after() if upper_included else upper.before()
            if start < end:
                result = result.union(Range((start, end)))
        return result

    # Algebra

    def intersection(self, other: Range) -> Range:
        """Versions in both; of equal ends the start is spelled as in `other`, the end as in this one."""
        left, right = self.cuts, other.cuts
        if left is right or not left:
            return self
        if not right:
            return other
        if len(left) == 2 == len(right):
            left_start, left_end = left
            right_start, right_end = right
            end = min(left_end, right_end)
            if left_start <= right_start:
                if right_start >= end:
                    return EMPTY
                if end is right_end:
                    return other
                return Range((right_start, end))
            if left_start >= end:
                return EMPTY
            if end is left_end:
                return self
            return Range((left_start, end))
        return Range(_intersect(left, right))

    def union(self, other: Range) -> Range:
        """Versions in either."""
        left, right = self.cuts, other.cuts
        if left is right or not right:
            return self
        if not left:
            return other
        return Range(_unite(left, right))

    def complement(self) -> Range:
        """Versions not in this set."""
        cuts = self.cuts
        if not cuts:
            return FULL
        cuts = cuts[1:] if cuts[0] is _LOWEST else (_LOWEST, *cuts)
        return Range(cuts[:-1] if cuts[-1] is _HIGHEST else (*cuts, _HIGHEST))

    def difference(self, other: Range) -> Range:
        """Versions in this set but not in the other."""
        return self.intersection(other.complement())

    __and__ = intersection
    __or__ = union
    __sub__ = difference
    __invert__ = complement

    # Questions about versions

    def contains(self, version: Version) -> bool:
        """Whether a real version is in the set."""
        return bisect_right(self.cuts, version.key) & 1 == 1

    __contains__ = contains

    def spans(self, keys: Sequence[VersionKey]) -> list[tuple[int, int]]:
        """Find the slices of an ascending list of version keys that are in the set, ascending, none empty.

        Costs a few comparisons per interval, however many versions there are.
        """
        spans: list[tuple[int, int]] = []
        cuts = self.cuts
        low = 0
        for index in range(0, len(cuts), 2):
            start, end = cuts[index], cuts[index + 1]
            first = bisect_left(keys, start, low) if start is not _LOWEST else 0
            low = bisect_left(keys, end, first) if end is not _HIGHEST else len(keys)
            if first < low:
                spans.append((first, low))
        return spans

    # Questions about sets

    @property
    def canonical(self) -> tuple[Cut, ...]:
        """The cuts with every boundary replaced by the real version above it."""
        try:
            return self._canonical
        except AttributeError:
            self._canonical = _canonicalize(self.cuts)
            return self._canonical

    @property
    def is_empty(self) -> bool:
        """Whether no interval is left, boundaries counting as places where a version could be."""
        return not self.cuts

    @property
    def is_full(self) -> bool:
        """Whether every version is in the set."""
        cuts = self.canonical
        return len(cuts) == 2 and cuts[0] is _LOWEST and cuts[1] is _HIGHEST

    @property
    def has_lower_bound(self) -> bool:
        """Whether versions can be too old for it."""
        return bool(self.cuts) and self.cuts[0] is not _LOWEST

    def is_disjoint(self, other: Range) -> bool:
        """Whether no version is in both."""
        return _is_disjoint(self.canonical, other.canonical)

    def is_subset(self, other: Range) -> bool:
        """Whether every version of this set is in the other."""
        left, right = self.canonical, other.canonical
        return left is right or _is_subset(left, right)

    def relation(self, other: Range) -> Relation:
        """Tell how this set lies to the other; the empty set is a subset."""
        left, right = self.canonical, other.canonical
        if left is right or _is_subset(left, right):
            return "subset"
        return "disjoint" if _is_disjoint(left, right) else "overlapping"

    def as_singleton(self) -> Version | None:
        """Return the only version of the set, when it is written as exactly one version."""
        cuts = self.cuts
        if len(cuts) == 2 and cuts[0][3] == -1 and cuts[1][3] == 1 and cuts[0][:3] == cuts[1][:3]:
            return cuts[0][4]
        return None

    def is_singleton_constraint(self) -> bool:
        """Whether this is one version, or only versions together with their local versions (``==1.0``)."""
        if self.as_singleton() is not None:
            return True
        return all(
            lower is not None
            and lower_included
            and not lower.is_local
            and upper is not None
            and not upper_included
            and upper.sentinel == "local"
            and upper.without_local().key == lower.key
            for lower, lower_included, upper, upper_included in self.segments()
        )

    def is_local_complement(self) -> bool:
        """Whether this holds only local versions of single versions, without these versions themselves."""
        return all(
            lower is not None
            and not lower_included
            and not lower.is_local
            and upper is not None
            and not upper_included
            and upper.sentinel == "local"
            and upper.without_local().key == lower.key
            for lower, lower_included, upper, upper_included in self.segments()
        )

    # Bounds and presentation

    def bounds(self) -> Segment | None:
        """Return the smallest interval around the set, `None` for the empty set."""
        cuts = self.cuts
        return _segment(cuts[0], cuts[-1]) if cuts else None

    def bounding(self) -> Range:
        """Fill the holes: the smallest interval around the set, as a set."""
        cuts = self.cuts
        return self if len(cuts) <= 2 else Range((cuts[0], cuts[-1]))

    def segments(self) -> list[Segment]:
        """List the intervals in ascending order, boundaries between versions included."""
        cuts = self.cuts
        return [_segment(cuts[index], cuts[index + 1]) for index in range(0, len(cuts), 2)]

    def stripped(self) -> Range:
        """Replace the boundaries above local versions by the versions themselves, for messages."""
        if not any(cut[4].sentinel == "local" for cut in self.cuts):
            return self
        return Range.from_segments(_strip(segment) for segment in self.segments())

    def display_segments(self) -> list[Segment]:
        """List the intervals as messages show them: ``==1.0`` is from 1.0 to 1.0, both included."""
        return self.stripped().segments()

    def simplify(self, versions: Sequence[Version]) -> Range:
        """Keep the fewest intervals that hold the same of the given `versions`, which are ascending.

        An end is dropped where the first or last of the versions is in the set. Single versions, and sets that
        hold none of the versions, stay as they are.
        """
        if self.as_singleton() is not None:
            return self
        keys = [version.key for version in versions]
        cuts = self.cuts
        kept: list[Cut] = []
        for start, end in _runs(self.spans(keys)):
            first = _LOWEST if start == 0 else cuts[self._segment_of(keys[start])]
            last = _HIGHEST if end == len(keys) else cuts[self._segment_of(keys[end - 1]) + 1]
            kept += (first, last)
        return Range(tuple(kept)) if kept else self

    def widened(self, versions: Sequence[Version]) -> Range:
        """Grow the set as far as it still holds the same of the given `versions`, which are ascending.

        A set that holds none of them stays as it is.

        >>> from ultraviolet.standards.versions import parse_version
        >>> one, two, three = map(parse_version, ("1", "2", "3"))
        >>> str(Range.singleton(two).widened([one, two, three]))
        '>1, <3'
        """
        cuts: list[Cut] = []
        for start, end in _runs(self.spans([version.key for version in versions])):
            cuts.append(versions[start - 1].after() if start else _LOWEST)
            cuts.append(versions[end].before() if end < len(versions) else _HIGHEST)
        return Range(tuple(cuts)) if cuts else self

    def narrowed(self, versions: Sequence[Version]) -> Range:
        """Shrink each bounded end to the outermost of the given ascending `versions` inside; the opposite of `widened`.

        Intervals without any of the versions are dropped, unless all are.
        """
        keys = [version.key for version in versions]
        cuts: list[Cut] = []
        for index in range(0, len(self.cuts), 2):
            start, end = self.cuts[index], self.cuts[index + 1]
            for first, last in Range((start, end)).spans(keys):
                cuts.append(_LOWEST if start is _LOWEST else versions[first].before())
                cuts.append(_HIGHEST if end is _HIGHEST else versions[last - 1].after())
        return Range(tuple(cuts)) if cuts else self

    def _segment_of(self, key: VersionKey) -> int:
        return bisect_right(self.cuts, key) - 1

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Range):
            return NotImplemented
        return self is other or self.cuts is other.cuts or self.canonical == other.canonical

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            self._hash = hash(self.canonical)
            return self._hash

    def __bool__(self) -> bool:
        return bool(self.cuts)

    def __str__(self) -> str:
        return " | ".join(map(_render, self.segments())) or "∅"

    def __repr__(self) -> str:
        return f"Range({str(self)!r})"


EMPTY: Final = Range(())
"""No version."""
FULL: Final = Range((_LOWEST, _HIGHEST))
"""Every version."""


def release_range(specifiers: Specifiers, *, trim: bool) -> Range:
    """Make the range of Python versions that `specifiers` describe, looking at release segments only.

    Pre-releases, local labels and the epoch are ignored on both sides: 3.13.0b1 is as good as 3.13.0. With `trim`
    the bounds lose their trailing zeros, as they do in markers; ``requires-python`` keeps them.
    """
    result = FULL
    for item in specifiers.items:
        result = result.intersection(release_specifier_range(item, trim=trim))
    return result


def release_specifier_range(specifier: Specifier, *, trim: bool) -> Range:
    """Make the range of Python versions for one specifier; see `release_range`."""
    operator, version = specifier.operator, specifier.version
    release = version.only_release_trimmed() if trim else version.only_release()
    match operator:
        case "==" | "===":
            return Range.singleton(release)
        case "!=":
            return Range.singleton(release).complement()
        case "<":
            return _below(release)
        case "<=":
            return Range((_LOWEST, release.after()))
        case ">":
            return Range((release.after(), _HIGHEST))
        case ">=":
            return _from(release)
        case "~=":
            return _half_open(release, Version(_bumped(version.release[:-1])))
        case "==.*":
            return _half_open(version, Version(_bumped(version.release)))
        case "!=.*":
            return _half_open(version, Version(_bumped(version.release))).complement()


def _from_specifier(specifier: Specifier) -> Range:
    operator, version = specifier.operator, specifier.version
    match operator:
        case ">=":
            return _from(version)
        case "<":
            if version.is_prerelease:
                return _below(version)
            return _below(version.with_dev(0) if version.is_postrelease else version.min_sentinel())
        case "==":
            if version.is_local:
                return Range.singleton(version)
            return _half_open(version, version.local_sentinel())
        case "<=":
            return Range((_LOWEST, version.local_sentinel().after()))
        case ">":
            if version.dev is not None:
                return _from(version.with_dev(version.dev + 1))
            above = version.local_sentinel() if version.is_postrelease else version.max_sentinel()
            return Range((above.after(), _HIGHEST))
        case "~=":
            upper = Version(_bumped(version.release[:-1]), version.epoch).with_dev(0)
            return _half_open(version, upper)
        case "==.*":
            return _prefix(version)
        case "!=":
            return _from_specifier(Specifier("==", version)).complement()
        case "!=.*":
            return _prefix(version).complement()
        case "===":
            return Range.singleton(version)


def _from(version: Version) -> Range:
    return Range((version.before(), _HIGHEST))


def _below(version: Version) -> Range:
    return Range((_LOWEST, version.before()))


def _half_open(lower: Version, upper: Version) -> Range:
    start, end = lower.before(), upper.before()
    return Range((start, end)) if start < end else EMPTY


def _prefix(version: Version) -> Range:
    low = version.with_dev(0)
    return _half_open(low, low.with_release(_bumped(version.release)))


def _bumped(release: tuple[int, ...]) -> tuple[int, ...]:
    return (*release[:-1], release[-1] + 1)


def _intersect(left: tuple[Cut, ...], right: tuple[Cut, ...]) -> tuple[Cut, ...]:
    out: list[Cut] = []
    i = j = 0
    while i < len(left) and j < len(right):
        left_start, left_end = left[i], left[i + 1]
        right_start, right_end = right[j], right[j + 1]
        start = max(right_start, left_start)
        if left_end <= right_end:
            end = left_end
            i += 2
        else:
            end = right_end
            j += 2
        if start < end:
            out += (start, end)
    return tuple(out)


def _unite(left: tuple[Cut, ...], right: tuple[Cut, ...]) -> tuple[Cut, ...]:
    """Merge by start, left first; intervals that touch become one.

    Of equal ends an inclusive one keeps the spelling met first, an exclusive one the spelling met last.
    """
    out: list[Cut] = []
    i = j = 0
    start: Cut | None = None
    end = _LOWEST
    while i < len(left) or j < len(right):
        if j >= len(right) or (i < len(left) and left[i] <= right[j]):
            next_start, next_end = left[i], left[i + 1]
            i += 2
        else:
            next_start, next_end = right[j], right[j + 1]
            j += 2
        if start is None:
            start, end = next_start, next_end
        elif end < next_start:
            out += (start, end)
            start, end = next_start, next_end
        elif next_end > end or (next_end[3] == -1 and next_end == end):
            end = next_end
    if start is not None:
        out += (start, end)
    return tuple(out)


def _is_disjoint(left: tuple[Cut, ...], right: tuple[Cut, ...]) -> bool:
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i + 1] <= right[j]:
            i += 2
        elif right[j + 1] <= left[i]:
            j += 2
        else:
            return False
    return True


def _is_subset(left: tuple[Cut, ...], right: tuple[Cut, ...]) -> bool:
    j = 0
    size = len(right)
    for i in range(0, len(left), 2):
        start = left[i]
        while j < size and right[j + 1] <= start:
            j += 2
        if j == size or right[j] > start or right[j + 1] < left[i + 1]:
            return False
    return True


def _canonicalize(cuts: tuple[Cut, ...]) -> tuple[Cut, ...]:
    mapped: list[Cut] | None = None
    for index, cut in enumerate(cuts):
        if cut[2] is PLAIN:
            continue
        canonical = cut[4].ceiling()
        if canonical is None:
            if cut > _FLOOR:
                continue
            canonical = _LOWEST
        elif canonical <= _FLOOR:
            canonical = _LOWEST
        if mapped is None:
            mapped = list(cuts)
        mapped[index] = canonical
    if mapped is None:
        return cuts
    if len(mapped) == 2:
        return tuple(mapped) if mapped[0] < mapped[1] else ()
    out: list[Cut] = []
    for index in range(0, len(mapped), 2):
        start, end = mapped[index], mapped[index + 1]
        if start >= end:
            continue
        if out and out[-1] >= start:
            out[-1] = end
        else:
            out += (start, end)
    return tuple(out)


def _segment(start: Cut, end: Cut) -> Segment:
    return (
        None if start is _LOWEST else start[4],
        start[3] == -1,
        None if end is _HIGHEST else end[4],
        end[3] == 1,
    )


def _strip(segment: Segment) -> Segment:
    lower, lower_included, upper, upper_included = segment
    had_lower = lower_included
    if lower is not None and lower.sentinel == "local":
        lower, lower_included = lower.without_local(), False
    if upper is not None and upper.sentinel == "local":
        upper, upper_included = upper.without_local(), upper_included or had_lower
    return lower, lower_included, upper, upper_included


def _runs(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join slices that follow one another without a gap."""
    runs: list[tuple[int, int]] = []
    for start, end in spans:
        if runs and runs[-1][1] == start:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return runs


def _render(segment: Segment) -> str:
    lower, lower_included, upper, upper_included = segment
    if lower is None and upper is None:
        return "*"
    if lower is not None and upper is not None and lower_included and upper_included and lower == upper:
        return f"=={lower}"
    parts = []
    if lower is not None:
        parts.append(f"{'>=' if lower_included else '>'}{lower}")
    if upper is not None:
        parts.append(f"{'<=' if upper_included else '<'}{upper}")
    return ", ".join(parts)

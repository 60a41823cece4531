"""The range of Python versions a project supports (``requires-python``), as uv computes and writes it.

Only release segments count. The text keeps everything the user excluded that specifiers can express; computations use the
smallest interval around it. https://packaging.python.org/en/latest/specifications/core-metadata/#requires-python
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Final, final

from ultraviolet.standards.filenames import WheelFilename
from ultraviolet.standards.markers.diagram import Bound, Cut
from ultraviolet.standards.markers.leaves import lower_bound, upper_bound, version_leaf
from ultraviolet.standards.markers.marker import TRUE, Marker, from_node
from ultraviolet.standards.ranges import Range, Segment, release_range
from ultraviolet.standards.specifiers import Specifier, Specifiers, parse_specifiers
from ultraviolet.standards.tag_grammar import AbiTag, abi_tag, python_tag
from ultraviolet.standards.versions import Version, parse_version

PythonBounds = tuple[Bound | None, Bound | None]
"""Lower and upper bound as diagrams keep them; ``None`` is infinite. What ``Marker.python_bounds`` returns."""

_lower_cuts: Final[dict[str, Cut | None]] = {}
"""Outermost lower cuts of dependencies' ``Requires-Python``, by text."""


@final
class RequiresPython:
    """Specifiers and the interval around them."""

    __slots__ = (
        "_marker",
        "_wheels",
        "bounds",
        "lower",
        "lower_inclusive",
        "specifiers",
        "upper",
        "upper_inclusive",
    )

    specifiers: Specifiers
    """What is written to the lockfile and shown in messages."""
    lower: Version | None
    """Lower bound; ``None`` when there is none."""
    lower_inclusive: bool
    upper: Version | None
    """Upper bound; ``None`` when there is none."""
    upper_inclusive: bool
    bounds: PythonBounds
    """Both bounds as diagrams keep them."""
    _marker: Marker | None
    _wheels: dict[tuple[tuple[str, ...], tuple[str, ...]], bool]

    def __init__(self, specifiers: Specifiers, segment: Segment | None) -> None:
        self.specifiers = specifiers
        self.lower, self.lower_inclusive, self.upper, self.upper_inclusive = segment or (None, False, None, False)
        self.bounds = (
            None if self.lower is None else lower_bound(self.lower, inclusive=self.lower_inclusive),
            None if self.upper is None else upper_bound(self.upper, inclusive=self.upper_inclusive),
        )
        self._marker = None
        self._wheels = {}

    @classmethod
    def from_specifiers(cls, specifiers: Specifiers) -> RequiresPython:
        """Take specifiers as they are; the bounds lose trailing zeros."""
        segment = release_range(specifiers, trim=False).bounds()
        if segment is not None:
            lower, lower_inclusive, upper, upper_inclusive = segment
            segment = (
                lower and lower.only_release_trimmed(),
                lower_inclusive,
                upper and upper.only_release_trimmed(),
                upper_inclusive,
            )
        return cls(specifiers, segment)

    @classmethod
    def from_text(cls, text: str) -> RequiresPython:
        """Read the value of a lockfile.

        Raises :class:`~ultraviolet.standards.errors.InvalidSpecifier`.
        """
        specifiers = parse_specifiers(text)
        return cls(specifiers, release_range(specifiers, trim=False).bounds())

    @classmethod
    def greater_than_equal(cls, version: Version) -> RequiresPython:
        """Make ``>=version``, release segments only."""
        version = version.only_release()
        return cls(Specifiers((Specifier(">=", version),)), (version.only_release_trimmed(), True, None, False))

    @classmethod
    def intersection(cls, sources: Iterable[Specifiers]) -> RequiresPython | None:
        """Combine the values of several projects and groups; ``None`` without any, or when nothing satisfies all."""
        combined: Range | None = None
        for specifiers in sources:
            source = release_range(specifiers, trim=False)
            combined = source if combined is None else combined & source
        if combined is None or combined.is_empty:
            return None
        return cls(specifiers_of(combined.segments()), combined.bounds())

    @property
    def lower_bound(self) -> Bound | None:
        """The lower bound as diagrams keep it."""
        return self.bounds[0]

    @property
    def upper_bound(self) -> Bound | None:
        """The upper bound as diagrams keep it."""
        return self.bounds[1]

    @property
    def is_unbounded(self) -> bool:
        """Whether there is no lower bound."""
        return self.lower is None

    @property
    def is_exact_without_patch(self) -> bool:
        """Whether this is one version of two segments (``==3.10``), which means ``==3.10.0``."""
        return (
            self.lower is not None
            and self.lower_inclusive
            and len(self.lower.release) == 2
            and self.upper_inclusive
            and self.lower == self.upper
        )

    def contains(self, version: Version) -> bool:
        """Whether a version of Python, release segments only, satisfies the specifiers."""
        return self.specifiers.contains(version.only_release())

    def is_contained_by(self, target: Specifiers) -> bool:
        """Whether a dependency's ``Requires-Python`` admits all of our versions, looking at lower bounds only."""
        text = str(target)
        try:
            cut = _lower_cuts[text]
        except KeyError:
            segment = release_range(target, trim=False).bounds()
            bound = None if segment is None or segment[0] is None else lower_bound(segment[0], inclusive=segment[1])
            cut = _lower_cuts[text] = bound and bound[0]
        if cut is None:
            return True
        return self.lower is not None and (self.lower.key, 0 if self.lower_inclusive else 2) >= cut

    def split(self, at: Bound | None) -> tuple[RequiresPython, RequiresPython] | None:
        """Divide into the versions below a lower bound and the rest; ``None`` when either part is empty.

        >>> halves = RequiresPython.from_text(">=3.10").split(((parse_version("3.11").key, 0), "3.11"))
        >>> [str(half) for half in halves or ()]
        ['==3.10.*', '>=3.11']
        """
        lower, upper = self.bounds
        if at is None or (lower is not None and at[0] <= lower[0]) or (upper is not None and at[0] >= upper[0]):
            return None
        version, after = parse_version(at[1]), at[0][1] > 0
        below = (self.lower, self.lower_inclusive, version, after)
        above = (version, not after, self.upper, self.upper_inclusive)
        return (
            RequiresPython(specifiers_of([below]), below),
            RequiresPython(specifiers_of([above]), above),
        )

    def narrow(self, bounds: PythonBounds) -> RequiresPython | None:
        """Replace each bound that is at least as tight; ``None`` when the bounds are the same or neither is tighter."""
        lower, upper = self.bounds
        new_lower, new_upper = bounds
        if _same(new_lower, lower) and _same(new_upper, upper):
            return None
        take_lower = lower is None or (new_lower is not None and new_lower[0] >= lower[0])
        take_upper = upper is None or (new_upper is not None and new_upper[0] <= upper[0])
        if not take_lower and not take_upper:
            return None
        segment = (
            *(_side(new_lower, 0) if take_lower else (self.lower, self.lower_inclusive)),
            *(_side(new_upper, 2) if take_upper else (self.upper, self.upper_inclusive)),
        )
        low, low_inclusive, high, high_inclusive = segment
        items = []
        if low is not None:
            items.append(Specifier(">=" if low_inclusive else ">", low))
        if high is not None:
            items.append(Specifier("<=" if high_inclusive else "<", high))
        return RequiresPython(Specifiers(items), segment)

    def raises(self, bounds: PythonBounds) -> bool:
        """Whether these bounds begin above our lower bound."""
        lower = self.bounds[0]
        return bounds[0] is not None and (lower is None or bounds[0][0] > lower[0])

    def to_marker(self) -> Marker:
        """Return the interval as a condition on ``python_full_version``."""
        if self._marker is None:
            marker = TRUE
            if self.lower is not None:
                operator = ">=" if self.lower_inclusive else ">"
                marker = from_node(version_leaf("python_full_version", operator, self.lower))
            if self.upper is not None:
                operator = "<=" if self.upper_inclusive else "<"
                marker &= from_node(version_leaf("python_full_version", operator, self.upper))
            self._marker = marker
        return self._marker

    def simplify(self, marker: Marker) -> Marker:
        """Leave out of a marker what ``requires-python`` already says."""
        return marker.simplify_python(*self.bounds) if marker.node > 1 else marker

    def complexify(self, marker: Marker) -> Marker:
        """Put the bounds back into a marker that was simplified."""
        return marker.complexify_python(*self.bounds)

    def text(self) -> str:
        """Return the specifiers as a lockfile and messages have them, joined by ``, ``."""
        return self.specifiers.text(", ")

    def matches_wheel(self, filename: WheelFilename) -> bool:
        """Whether a wheel may be usable: ``False`` only if its Python and ABI tags rule out the whole interval."""
        tags = (filename.python_tags, filename.abi_tags)
        known = self._wheels.get(tags)
        if known is None:
            known = self._wheels[tags] = any(self._matches_abi(abi, tags[0]) for abi in tags[1])
        return known

    def _matches_abi(self, text: str, python_tags: tuple[str, ...]) -> bool:
        tag = abi_tag(text)
        if tag is None:
            return False
        if tag.family == "none":
            return any(self._matches_python(python) for python in python_tags)
        if tag.family in {"abi3", "abi3t", "pyston"}:
            return True
        version = _python_of(tag)
        return version is not None and version[0] != 2 and (version[0] != 3 or self._has_minor(version))

    def _matches_python(self, text: str) -> bool:
        tag = python_tag(text)
        if tag is None:
            return False
        if tag.family == "none" or (tag.family == "cp" and tag.minor is None):
            return True
        if tag.major == 2:
            return False
        if tag.major != 3 or tag.minor is None:
            return True
        if tag.family == "py":
            # The tag names the oldest version it works with.
            return not self._above(tag.minor)
        return self._has_minor((3, tag.minor))

    def _has_minor(self, version: tuple[int, int]) -> bool:
        return not (self.lower is not None and version < _minor(self.lower)) and not self._above(version[1])

    def _above(self, minor: int) -> bool:
        """Whether 3.``minor`` lies above the upper bound, both cut to two segments."""
        upper = self.upper
        if upper is None:
            return False
        limit = _minor(upper)
        if self.upper_inclusive or (len(upper.release) > 2 and upper.release[2] > 0):
            return (3, minor) > limit
        return (3, minor) >= limit

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"RequiresPython({self.text()!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RequiresPython):
            return NotImplemented
        return (
            self.specifiers == other.specifiers
            and _same(self.bounds[0], other.bounds[0])
            and _same(self.bounds[1], other.bounds[1])
        )

    def __hash__(self) -> int:
        return hash((self.text(), self.lower, self.lower_inclusive, self.upper, self.upper_inclusive))


def specifiers_of(segments: Iterable[Segment]) -> Specifiers:
    """Write ascending intervals of Python releases as specifiers; holes that specifiers cannot express are lost."""
    pieces = list(segments)
    if not pieces:
        return Specifiers(())
    items: list[Specifier] = []
    for (_, _, end, end_inclusive), (start, start_inclusive, _, _) in pairwise(pieces):
        if end is None or start is None or end_inclusive:
            continue
        if not start_inclusive:
            if end == start:
                items.append(Specifier("!=", end))
        else:
            items += _missing_minors(end.only_release_trimmed().release, start.only_release_trimmed().release)
    lower, lower_inclusive, _, _ = pieces[0]
    _, _, upper, upper_inclusive = pieces[-1]
    items += _bounding(lower, lower_inclusive, upper, upper_inclusive)
    return Specifiers(items)


def _missing_minors(end: tuple[int, ...], start: tuple[int, ...]) -> list[Specifier]:
    if len(start) != 2 or len(end) > 2 or end[0] != start[0]:
        return []
    first = end[1] if len(end) == 2 else 0
    return [Specifier("!=.*", Version((end[0], minor))) for minor in range(first, start[1])]


def _bounding(
    lower: Version | None, lower_inclusive: bool, upper: Version | None, upper_inclusive: bool
) -> list[Specifier]:
    if lower is not None and upper is not None and lower_inclusive:
        if upper_inclusive and lower == upper:
            return [Specifier("==", lower)]
        if not upper_inclusive:
            first, last = lower.only_release_trimmed().release, upper.only_release_trimmed().release
            if len(first) == 1 and last == (first[0], 1):
                return [Specifier("==.*", Version((first[0], 0)))]
            if len(first) == 2 and last == (first[0], first[1] + 1):
                return [Specifier("==.*", Version(first))]
    items = []
    if lower is not None:
        items.append(Specifier(">=" if lower_inclusive else ">", lower))
    if upper is not None:
        items.append(Specifier("<=" if upper_inclusive else "<", upper))
    return items


def unbounded_warning(requires_python: RequiresPython, default: RequiresPython) -> str | None:
    """Return what to warn about in the value of a workspace; ``default`` is ``>=`` the interpreter's minor version."""
    if requires_python.is_unbounded:
        return (
            f"The workspace `requires-python` value (`{requires_python}`) does not contain a lower bound. Add a lower "
            f"bound to indicate the minimum compatible Python version (e.g., `{default}`)."
        )
    if requires_python.is_exact_without_patch:
        return (
            f"The workspace `requires-python` value (`{requires_python}`) contains an exact match without a patch "
            f"version. When omitted, the patch version is implicitly `0` (e.g., `{requires_python}.0`). Did you mean "
            f"`{requires_python}.*`?"
        )
    return None


def missing_warning(default: RequiresPython) -> str:
    """Return the warning for a workspace that declares no value."""
    return f"No `requires-python` value found in the workspace. Defaulting to `{default}`."


def tilde_warning(specifiers: Specifiers, package: str, group: str | None = None) -> str | None:
    """Return what to warn about in the value of one project or group: ``~=3.8`` also admits 3.9."""
    if len(specifiers) != 1:
        return None
    (item,) = specifiers.items
    version = item.version
    if item.operator != "~=" or len(version.release) != 2:
        return None
    if version.is_prerelease or version.is_local or version.is_postrelease:
        return None
    major, minor = version.release
    with_patch = f"{major}.{minor}.0"
    where = package if group is None else f"{package}:{group}"
    return (
        f"The `requires-python` specifier (`{item}`) in `{where}` uses the tilde specifier (`~=`) without a patch "
        f"version. This will be interpreted as `>={version}, <{major + 1}`. Did you mean `~={with_patch}` to constrain "
        f"the version as `>={with_patch}, <{major}.{minor + 1}`? We recommend only using the tilde specifier with a "
        "patch version to avoid ambiguity."
    )


def _python_of(tag: AbiTag) -> tuple[int, int] | None:
    """Return the version of Python in an ABI tag; ``None`` for PyPy tags of old, which have only their own."""
    if tag.family == "cp":
        return tag.version
    # pypy310_pp73, graalpy242_311_native
    digits = tag.text[4:].partition("_")[0] if tag.family == "pypy" else tag.text.split("_")[1]
    return (int(digits[0]), int(digits[1:])) if digits else None


def _minor(version: Version) -> tuple[int, int]:
    return version.major, version.minor


def _same(left: Bound | None, right: Bound | None) -> bool:
    return (left and left[0]) == (right and right[0])


def _side(bound: Bound | None, inclusive: int) -> tuple[Version | None, bool]:
    if bound is None:
        return None, False
    return parse_version(bound[1]).only_release_trimmed(), bound[0][1] == inclusive

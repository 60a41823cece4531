"""The marker space of a lock: its forks, their union, and the canonical form in which they are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from ultraviolet.lock.model import Lock
from ultraviolet.standards.markers import FALSE, Marker, parse_marker
from ultraviolet.standards.markers.universal import UniversalMarker
from ultraviolet.standards.requires_python import RequiresPython


def canonical_forks(forks: Sequence[UniversalMarker], requires_python: RequiresPython) -> list[UniversalMarker]:
    """Return fork markers in the form that survives being written and read.

    If the environments of the forks are disjoint, those alone are kept, else the markers with their conflict items. Markers
    that the Python requirement makes true vanish.
    """
    environments: dict[Marker, None] = {}
    for fork in forks:
        environments[requires_python.simplify(fork.pep508)] = None
    if all(first.is_disjoint(second) for first, second in combinations(environments, 2)):
        markers = list(environments)
    else:
        markers = [requires_python.simplify(fork.marker) for fork in forks]
    return [UniversalMarker.of(requires_python.complexify(marker)) for marker in markers if not marker.is_true]


def fork_texts(forks: Sequence[UniversalMarker], requires_python: RequiresPython) -> tuple[str, ...]:
    """Return fork markers as a lock writes them."""
    canonical = canonical_forks(forks, requires_python)
    texts = (requires_python.simplify(fork.marker).to_string() for fork in canonical)
    return tuple(text for text in texts if text is not None)


def forks_union(forks: Iterable[UniversalMarker], requires_python: RequiresPython) -> Marker:
    """Return the environments that the forks cover together, or those of the Python requirement without forks."""
    union: Marker | None = None
    for fork in forks:
        union = fork.pep508 if union is None else union | fork.pep508
    return requires_python.to_marker() if union is None else union


def parse_forks(texts: Iterable[str], requires_python: RequiresPython) -> tuple[UniversalMarker, ...]:
    """Read fork markers back, the Python requirement put in again."""
    return tuple(UniversalMarker.of(requires_python.complexify(parse_marker(text))) for text in texts)


def environment_texts(markers: Iterable[Marker], requires_python: RequiresPython) -> tuple[str, ...]:
    """Return supported or required environments as a lock writes them, in declared order; true ones vanish."""
    texts = (requires_python.simplify(requires_python.complexify(marker)).to_string() for marker in markers)
    return tuple(text for text in texts if text is not None)


def parse_environments(texts: Iterable[str], requires_python: RequiresPython) -> tuple[Marker, ...]:
    """Read supported or required environments back."""
    return tuple(requires_python.complexify(parse_marker(text)) for text in texts)


def environments_union(markers: Iterable[Marker], requires_python: Marker) -> Marker:
    """Return the space that supported environments and the Python requirement leave."""
    union: Marker | None = None
    for marker in markers:
        union = (FALSE if union is None else union) | marker
    return requires_python if union is None else union & requires_python


def lock_requires_python(lock: Lock) -> RequiresPython:
    """Return the Python requirement of a lock."""
    return RequiresPython.from_text(lock.requires_python)


def lock_environment(lock: Lock) -> Marker:
    """Return the environments a lock covers, reduced by its Python requirement: what its row markers leave out."""
    requires_python = lock_requires_python(lock)
    forks = parse_forks(lock.resolution_markers, requires_python)
    return requires_python.simplify(forks_union(forks, requires_python))

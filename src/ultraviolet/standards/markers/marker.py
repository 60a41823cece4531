"""The marker as a value: a light handle on one interned diagram node."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, final

from ultraviolet.standards.markers import assumptions, diagram
from ultraviolet.standards.markers.diagram import Bound
from ultraviolet.standards.markers.environment import MarkerEnvironment, evaluate, evaluate_extras
from ultraviolet.standards.markers.leaves import extra_leaf
from ultraviolet.standards.markers.parse import parse_node
from ultraviolet.standards.markers.render import FALSE_TEXT, disjunctive, render, term_node, top_level_extra

SortKey = tuple[Any, ...]


@final
class Marker:
    """A condition on an environment and on active extras.

    There is one object for each diagram node, so equality is identity. Make one with :func:`parse_marker` or from others
    with ``&``, ``|`` and ``~``.
    """

    __slots__ = ("_sort_key", "node")

    node: int
    """Id of the diagram node."""
    _sort_key: SortKey

    def __init__(self, node: int) -> None:
        self.node = node

    @property
    def is_true(self) -> bool:
        """Whether the marker always holds."""
        return self.node == 0

    @property
    def is_false(self) -> bool:
        """Whether the marker never holds."""
        return self.node == 1

    def __and__(self, other: Marker) -> Marker:
        return _handle(diagram.conjunction(self.node, other.node))

    def __or__(self, other: Marker) -> Marker:
        return _handle(diagram.disjunction(self.node, other.node))

    def __invert__(self) -> Marker:
        return _handle(self.node ^ 1)

    def implies(self, other: Marker) -> bool:
        """Whether the other marker holds wherever this one does."""
        return diagram.disjunction(self.node ^ 1, other.node) == diagram.TRUE

    def is_disjoint(self, other: Marker) -> bool:
        """Whether no environment satisfies both."""
        return diagram.is_disjoint(self.node, other.node)

    def evaluate(self, environment: MarkerEnvironment, extras: Collection[str] = ()) -> bool:
        """Whether the marker holds in an environment with these extras active."""
        return evaluate(self.node, environment, extras)

    def evaluate_lists(
        self, environment: MarkerEnvironment, extras: Collection[str], dependency_groups: Collection[str]
    ) -> bool:
        """Whether the marker of a ``pylock.toml`` holds (PEP 751): ``extras`` and ``dependency_groups`` are lists."""
        return evaluate(self.node, environment, (), extras, dependency_groups)

    def evaluate_optional(self, environment: MarkerEnvironment | None, extras: Collection[str] = ()) -> bool:
        """Whether the marker holds; without an environment, whether it can hold in any."""
        if environment is None:
            return evaluate_extras(self.node, extras, always=False)
        return evaluate(self.node, environment, extras)

    def evaluate_only_extras(self, extras: Collection[str]) -> bool:
        """Whether the marker holds in every environment when exactly these extras are active."""
        return evaluate_extras(self.node, extras, always=True)

    def simplify_python(self, lower: Bound | None, upper: Bound | None) -> Marker:
        """Leave out what bounds on the Python version already say."""
        return _handle(assumptions.simplify_python(self.node, lower, upper))

    def complexify_python(self, lower: Bound | None, upper: Bound | None) -> Marker:
        """Put bounds on the Python version back in."""
        return _handle(assumptions.complexify_python(self.node, lower, upper))

    def restrict(self, assumption: Marker) -> Marker:
        """Leave out what an assumption already says."""
        return _handle(assumptions.restrict(self.node, assumption.node))

    def simplify_extras(self, active: Collection[str]) -> Marker:
        """Assume that these extras are active; others stay open."""
        return _handle(assumptions.assume_extras(self.node, active))

    def simplify_not_extras(self, inactive: Collection[str]) -> Marker:
        """Assume that these extras are not active; others stay open."""
        return _handle(assumptions.assume_extras(self.node, inactive, value=False))

    def assume_extra(self, name: str) -> Marker:
        """Assume that an extra is active."""
        return _handle(assumptions.assume_extras(self.node, (name,)))

    def assume_not_extra(self, name: str) -> Marker:
        """Assume that an extra is not active."""
        return _handle(assumptions.assume_extras(self.node, (name,), value=False))

    def without_extras(self) -> Marker:
        """Return the part about the environment, whatever extras are active."""
        return _handle(assumptions.without_extras(self.node))

    def only_extras(self) -> Marker:
        """Return the part about extras, whatever the environment is."""
        return _handle(assumptions.only_extras(self.node))

    def top_level_extra(self) -> str | None:
        """Return the one extra without which the marker never holds, if there is one to be seen in every clause."""
        return None if self.node < 2 else top_level_extra(self.node)

    def visit_extras(self) -> list[tuple[str, bool]]:
        """List the extras the marker asks about, in diagram order, and whether each is required rather than excluded.

        An extra that occurs on several paths is listed once for each.
        """
        found: list[tuple[str, bool]] = []
        stack = [self.node]
        while stack:
            node = stack.pop()
            if node < 2:
                continue
            var, _, kids, _, _ = diagram.NODES[node >> 1]
            flip = node & 1
            below = [kid ^ flip for kid in kids]
            if var[0] == 4:
                found.append((var[1], below[1] == diagram.FALSE))
            elif var[0] < 2:
                below = list(dict.fromkeys(below))
            stack += reversed(below)
        return found

    def python_bounds(self) -> tuple[Bound | None, Bound | None] | None:
        """Return the bounds on the Python version over all ways to satisfy the marker.

        ``None`` when the marker is constant or does not bound it on any path; a bound of ``None`` is infinite.
        """
        return assumptions.python_bounds(self.node)

    def clauses(self) -> tuple[tuple[Marker, ...], ...]:
        """Return the marker as OR of ANDs of single comparisons, in the order of its text."""
        if self.node == diagram.TRUE:
            return ()
        return tuple(tuple(_handle(term_node(term)) for term in clause) for clause in disjunctive(self.node))

    @property
    def sort_key(self) -> SortKey:
        """What orders rows of a lockfile that differ in their marker alone."""
        try:
            return self._sort_key
        except AttributeError:
            self._sort_key = _sort_key(self.node)
            return self._sort_key

    def to_string(self) -> str | None:
        """Return the text as written to a lockfile; ``None`` when the marker is simply true."""
        return None if self.node == 0 else render(self.node)

    def __str__(self) -> str:
        return "" if self.node == 0 else render(self.node)

    def __repr__(self) -> str:
        return f"Marker({str(self)!r})"

    def __copy__(self) -> Marker:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Marker:
        return self

    def __reduce__(self) -> tuple[Any, tuple[str | None]]:
        return _restore, (self.to_string(),)


_handles: Final[dict[int, Marker]] = {}
_parsed: Final[dict[str, Marker]] = {}


def _handle(node: int) -> Marker:
    found = _handles.get(node)
    if found is None:
        found = _handles.setdefault(node, Marker(node))
    return found


TRUE: Final = _handle(0)
"""The marker that always holds."""
FALSE: Final = _handle(1)
"""The marker that never holds; written ``python_version < '0'``."""
_parsed[FALSE_TEXT] = FALSE


def parse_marker(text: str) -> Marker:
    """Parse a marker.

    Raises :class:`~ultraviolet.standards.markers.errors.InvalidMarker`. The result holds always when every comparison in
    the text is meaningless and ignored.

    >>> parse_marker("python_version > '3.8' and os_name == 'nt'").to_string()
    "python_full_version >= '3.9' and os_name == 'nt'"
    """
    marker = _parsed.get(text)
    if marker is None:
        marker = _parsed[text] = _handle(parse_node(text) or 0)
    return marker


def parse_marker_at(text: str, start: int) -> Marker | None:
    """Parse the marker that takes the rest of a requirement; ``None`` when all of it is meaningless and ignored.

    Positions in errors count from the beginning of the text.
    """
    node = parse_node(text, start)
    return None if node is None else _handle(node)


def extra_marker(name: str) -> Marker:
    """Return ``extra == 'name'`` for a normalised name."""
    return _handle(extra_leaf(name, active=True))


def from_node(node: int) -> Marker:
    """Return the handle of a diagram node."""
    return _handle(node)


def _restore(text: str | None) -> Marker:
    return TRUE if text is None else parse_marker(text)


_INFINITE: Final = (1,)


def _sort_key(node: int) -> SortKey:
    """True, false, version, string, in, contains, list, extra; then variable, then pieces and children in turn."""
    memo: dict[int, SortKey] = {0: (0,), 1: (1,)}
    stack = [node]
    while stack:
        current = stack[-1]
        if current in memo:
            stack.pop()
            continue
        var, cuts, kids, _, _ = diagram.NODES[current >> 1]
        flip = current & 1
        below = [kid ^ flip for kid in kids]
        waiting = [kid for kid in below if kid not in memo]
        if waiting:
            stack += waiting
            continue
        kind = (3, 2, 4, 5, 7, 6)[var[0]]
        pieces: list[Any] = []
        for index, kid in enumerate(below):
            if cuts:
                pieces.append((0, cuts[index]) if index < len(cuts) else _INFINITE)
            pieces.append(memo[kid])
        memo[current] = (kind, var[1:], *pieces)
        stack.pop()
    return memo[node]

"""Rewriting markers under assumptions: about the Python version, other markers, or active extras.

Every function goes over the diagram once and remembers its results by node. Mapping over children never merges
intervals; overlaying two nodes does (see :mod:`~ultraviolet.standards.markers.diagram`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection
from typing import Final

from ultraviolet.standards.markers.diagram import (
    FALSE,
    NODES,
    PYTHON_FULL_VERSION,
    TRUE,
    Bound,
    Cut,
    NodeId,
    create,
    deep,
    from_pieces,
    meet,
    over_children,
    overlay,
)

_restrict_memo: Final[dict[tuple[NodeId, NodeId], NodeId]] = {}
_simplify_memo: Final[dict[tuple[NodeId, Cut | None, Cut | None], NodeId]] = {}
_extras_memo: Final[dict[tuple[NodeId, bool], NodeId]] = {}


def restrict(value: NodeId, assumption: NodeId) -> NodeId:
    """Return a diagram equal to ``value`` wherever ``assumption`` holds, and as plain as that allows elsewhere."""
    try:
        return _restrict(value, assumption)
    except RecursionError:
        return int(deep(_restrict, value, assumption))


def _restrict(value: NodeId, assumption: NodeId) -> NodeId:
    if assumption == TRUE or value < 2:
        return value
    if assumption == FALSE:
        return FALSE
    if value == assumption:
        return TRUE
    if value ^ assumption == 1:
        return FALSE
    memo = (value, assumption)
    result = _restrict_memo.get(memo)
    if result is not None:
        return result
    vvar = NODES[value >> 1][0]
    avar, _, akids, _, _ = NODES[assumption >> 1]
    if vvar == avar:
        fallback: list[NodeId] = []

        def first(inner: NodeId, given: NodeId) -> NodeId:
            if given == FALSE:
                return FALSE
            found = _restrict(inner, given)
            if not fallback:
                fallback.append(found)
            return found

        overlay(value, assumption, first)
        if not fallback:
            return FALSE
        elsewhere = fallback[0]
        result = overlay(
            value,
            assumption,
            lambda inner, given: elsewhere if given == FALSE else _restrict(inner, given),
        )
    elif vvar < avar:
        result = over_children(value, lambda inner: _restrict(inner, assumption))
    else:
        flip = assumption & 1
        quantified = FALSE
        for kid in akids:
            quantified = meet(quantified ^ 1, kid ^ flip ^ 1) ^ 1
        result = _restrict(value, quantified)
    _restrict_memo[memo] = result
    return result


def simplify_python(node: NodeId, lower: Bound | None, upper: Bound | None) -> NodeId:
    """Assume the Python version lies within the bounds: drop pieces outside, stretch the outermost to infinity."""
    if node < 2 or (lower is None and upper is None):
        return node
    low = None if lower is None else lower[0]
    high = None if upper is None else upper[0]
    try:
        return _simplify(node, low, high)
    except RecursionError:
        return int(deep(_simplify, node, low, high))


def _simplify(node: NodeId, low: Cut | None, high: Cut | None) -> NodeId:
    if node < 2:
        return node
    memo = (node, low, high)
    result = _simplify_memo.get(memo)
    if result is not None:
        return result
    var, cuts, kids, uppers, lowers = NODES[node >> 1]
    if var != PYTHON_FULL_VERSION:
        result = over_children(node, lambda kid: _simplify(kid, low, high))
    elif low is not None and high is not None and low >= high:
        return FALSE
    else:
        start = 0 if low is None else bisect_right(cuts, low)
        end = len(cuts) if high is None else bisect_left(cuts, high)
        result = create(var, cuts[start:end], kids[start : end + 1], uppers[start:end], lowers[start:end]) ^ node & 1
    _simplify_memo[memo] = result
    return result


def complexify_python(node: NodeId, lower: Bound | None, upper: Bound | None) -> NodeId:
    """Require the Python version to lie within the bounds: the inverse of :func:`simplify_python`."""
    if node == FALSE or (lower is None and upper is None):
        return node
    if lower is not None and upper is not None and lower[0] >= upper[0]:
        return FALSE
    try:
        return _complexify(node, lower, upper)
    except RecursionError:
        return int(deep(_complexify, node, lower, upper))


def _complexify(node: NodeId, lower: Bound | None, upper: Bound | None) -> NodeId:
    if node == FALSE:
        return FALSE
    if node == TRUE:
        return from_pieces(PYTHON_FULL_VERSION, [(lower, upper)])
    var, all_cuts, all_kids, all_uppers, all_lowers = NODES[node >> 1]
    if var != PYTHON_FULL_VERSION:
        return over_children(node, lambda kid: _complexify(kid, lower, upper))
    start = 0 if lower is None else bisect_right(all_cuts, lower[0])
    end = len(all_cuts) if upper is None else bisect_left(all_cuts, upper[0])
    cuts, kids = list(all_cuts[start:end]), list(all_kids[start : end + 1])
    uppers, lowers = list(all_uppers[start:end]), list(all_lowers[start:end])
    flip = node & 1
    outside = FALSE ^ flip
    if lower is not None and kids[0] != outside:
        kids.insert(0, outside)
        cuts.insert(0, lower[0])
        uppers.insert(0, lower[1])
        lowers.insert(0, lower[1])
    if upper is not None and kids[-1] != outside:
        kids.append(outside)
        cuts.append(upper[0])
        uppers.append(upper[1])
        lowers.append(upper[1])
    return create(var, tuple(cuts), tuple(kids), tuple(uppers), tuple(lowers)) ^ flip


def python_bounds(node: NodeId) -> tuple[Bound | None, Bound | None] | None:
    """Return the outermost bounds on the Python version over all ways to satisfy the marker.

    ``None`` when the marker is constant or says nothing about the Python version.
    """
    if node < 2:
        return None
    found: set[tuple[Bound | None, Bound | None]] = set()
    seen: set[tuple[NodeId, Bound | None, Bound | None]] = set()
    stack: list[tuple[NodeId, Bound | None, Bound | None]] = [(node, None, None)]
    while stack:
        item = stack.pop()
        if item in seen:
            continue
        seen.add(item)
        current, lower, upper = item
        if current == FALSE:
            continue
        if current == TRUE:
            found.add((lower, upper))
            continue
        var, cuts, kids, uppers, lowers = NODES[current >> 1]
        flip = current & 1
        if var == PYTHON_FULL_VERSION:
            last = len(cuts)
            for i, kid in enumerate(kids):
                low = (cuts[i - 1], lowers[i - 1]) if i else None
                high = (cuts[i], uppers[i]) if i < last else None
                stack.append((kid ^ flip, low, high))
        else:
            stack.extend([(kid ^ flip, lower, upper) for kid in kids])
    if all(lower is None and upper is None for lower, upper in found):
        return None
    least: Bound | None = None
    greatest: Bound | None = None
    for index, (lower, upper) in enumerate(found):
        least = lower if index == 0 or (least is not None and (lower is None or lower[0] < least[0])) else least
        greatest = (
            upper if index == 0 or (greatest is not None and (upper is None or upper[0] > greatest[0])) else greatest
        )
    return least, greatest


# Extras


def assume_extras(node: NodeId, active: Collection[str], *, value: bool = True) -> NodeId:
    """Replace the question for each named extra by its answer."""
    memo: dict[NodeId, NodeId] = {}

    def visit(current: NodeId) -> NodeId:
        if current < 2:
            return current
        result = memo.get(current)
        if result is not None:
            return result
        var, _, kids, _, _ = NODES[current >> 1]
        if var[0] == 4 and var[1] in active:
            result = visit(kids[0 if value else 1] ^ current & 1)
        else:
            result = over_children(current, visit)
        memo[current] = result
        return result

    try:
        return visit(node)
    except RecursionError:
        return int(deep(visit, node))


def without_extras(node: NodeId) -> NodeId:
    """Return the part about the environment: every extra may be active or not."""
    try:
        return _quantify(node, extras=True)
    except RecursionError:
        return int(deep(lambda: _quantify(node, extras=True)))


def only_extras(node: NodeId) -> NodeId:
    """Return the part about extras: the environment may be any."""
    try:
        return _quantify(node, extras=False)
    except RecursionError:
        return int(deep(lambda: _quantify(node, extras=False)))


def _quantify(node: NodeId, *, extras: bool) -> NodeId:
    if node < 2:
        return node
    memo = (node, extras)
    result = _extras_memo.get(memo)
    if result is not None:
        return result
    var, _, kids, _, _ = NODES[node >> 1]
    if (var[0] == 4) == extras:
        flip = node & 1
        result = FALSE
        for kid in kids:
            result = meet(result ^ 1, kid ^ flip ^ 1) ^ 1
        result = _quantify(result, extras=extras)
    else:
        result = over_children(node, lambda kid: _quantify(kid, extras=extras))
    _extras_memo[memo] = result
    return result

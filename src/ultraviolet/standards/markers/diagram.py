"""Interned decision diagrams over environment markers: the algebra behind every marker.

A marker is a path through an ordered diagram. Each node asks for one variable (``os_name``, the Python version, whether
an extra is active ...) and has a child for each interval of its values, or a high and a low child for a yes/no question.
Nodes are interned, so equal diagrams are the same integer; a diagram and its complement share one node.

A *node id* is ``index << 1 | complement``; :data:`TRUE` is 0 and :data:`FALSE` is 1, so NOT is ``id ^ 1``.

A *cut* is a place between values: ``(value key, 0)`` lies just before the value, ``(value key, 2)`` just after it. A node
with *n* children on an ordered variable has *n - 1* ascending cuts. The same version may be written with or without
trailing zeros, so each cut also keeps two spellings: as the upper bound of the piece before it and as the lower bound of
the piece after it. Spellings take no part in the identity of a node: the first one interned is the one printed.

The diagrams are deliberately not fully canonical: touching pieces with equal children are merged only where two nodes of
one variable are overlaid. uv's lockfiles depend on exactly this, as on every other detail here.
"""

from __future__ import annotations

import sys
from _thread import allocate_lock
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection
from typing import Any, Final, TypeAlias

NodeId: TypeAlias = int
Variable: TypeAlias = tuple[Any, ...]
"""``(0, key)`` string, ``(1, key)`` version, ``(2, key, value)`` in, ``(3, key, value)`` contains, ``(4, name)`` extra,
``(5, 0 | 1, name)`` and ``(5, 2, list, value)`` list membership. Tuples order as the diagram does."""
Cut: TypeAlias = tuple[Any, int]
Bound: TypeAlias = tuple[Cut, str]
"""A cut and how its version is written."""
Node: TypeAlias = tuple[Variable, tuple[Cut, ...], tuple[NodeId, ...], tuple[str, ...], tuple[str, ...]]
"""Variable, cuts, children, spellings as upper bounds, spellings as lower bounds."""

TRUE: Final = 0
FALSE: Final = 1

OS_NAME: Final[Variable] = (0, 0)
SYS_PLATFORM: Final[Variable] = (0, 1)
PLATFORM_SYSTEM: Final[Variable] = (0, 2)
PLATFORM_MACHINE: Final[Variable] = (0, 3)
PLATFORM_PYTHON_IMPLEMENTATION: Final[Variable] = (0, 4)
PLATFORM_RELEASE: Final[Variable] = (0, 5)
PLATFORM_VERSION: Final[Variable] = (0, 6)
IMPLEMENTATION_NAME: Final[Variable] = (0, 7)
IMPLEMENTATION_VERSION: Final[Variable] = (1, 0)
PYTHON_FULL_VERSION: Final[Variable] = (1, 1)

_STRINGS: Final = (
    OS_NAME,
    SYS_PLATFORM,
    PLATFORM_SYSTEM,
    PLATFORM_MACHINE,
    PLATFORM_PYTHON_IMPLEMENTATION,
    PLATFORM_RELEASE,
    PLATFORM_VERSION,
    IMPLEMENTATION_NAME,
)

NODES: Final[list[Node]] = [((-1,), (), (), (), ())]
"""Interned nodes by index; index 0 stands for the constants."""
_unique: Final[dict[tuple[Variable, tuple[Cut, ...], tuple[NodeId, ...]], NodeId]] = {}
_variables: Final[dict[Variable, Variable]] = {
    variable: variable for variable in (*_STRINGS, IMPLEMENTATION_VERSION, PYTHON_FULL_VERSION)
}
_lock: Final = allocate_lock()

_and_memo: Final[dict[tuple[NodeId, NodeId], NodeId]] = {}
_disjoint_memo: Final[dict[tuple[NodeId, NodeId], bool]] = {}
_restrict_memo: Final[dict[tuple[NodeId, NodeId], NodeId]] = {}
_simplify_memo: Final[dict[tuple[NodeId, Cut | None, Cut | None], NodeId]] = {}
_extras_memo: Final[dict[tuple[NodeId, bool], NodeId]] = {}
_exclusions: Final[list[NodeId]] = []

_RECURSION_LIMIT: Final = 200_000


def deep(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a recursive function over diagrams again with room for very deep ones.

    Only chains of hundreds of extras come here; Python frames of Python functions do not use the C stack.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _RECURSION_LIMIT))
    try:
        return function(*arguments)
    finally:
        sys.setrecursionlimit(limit)


# -- nodes ---------------------------------------------------------------------------------------------------------------


def variable(*parts: Any) -> Variable:
    """Return the shared tuple of a variable."""
    return _variables.setdefault(parts, parts)


def create(
    var: Variable,
    cuts: tuple[Cut, ...],
    kids: tuple[NodeId, ...],
    uppers: tuple[str, ...] = (),
    lowers: tuple[str, ...] = (),
) -> NodeId:
    """Return the interned node with these children, or the child if they are all the same."""
    first = kids[0]
    if kids.count(first) == len(kids):
        return first
    flip = first & 1
    if flip:
        kids = tuple([kid ^ 1 for kid in kids])
    key = (var, cuts, kids)
    found = _unique.get(key)
    if found is None:
        with _lock:
            found = _unique.get(key)
            if found is None:
                found = len(NODES) << 1
                NODES.append((var, cuts, kids, uppers, lowers))
                _unique[key] = found
    return found ^ flip


def boolean(var: Variable, *, high: bool) -> NodeId:
    """Return the node that is true when a yes/no variable is true (or, with ``high=False``, when it is false)."""
    return create(var, (), (TRUE, FALSE) if high else (FALSE, TRUE))


def from_pieces(var: Variable, pieces: list[tuple[Bound | None, Bound | None]]) -> NodeId:
    """Return the node that is true on the given disjoint, ascending, non-touching pieces (``None`` is infinite)."""
    cuts: list[Cut] = []
    texts: list[str] = []
    kids: list[NodeId] = []
    for lower, upper in pieces:
        if lower is not None:
            kids.append(FALSE)
            cuts.append(lower[0])
            texts.append(lower[1])
        kids.append(TRUE)
        if upper is None:
            break
        cuts.append(upper[0])
        texts.append(upper[1])
    else:
        kids.append(FALSE)
    spelled = tuple(texts)
    return create(var, tuple(cuts), tuple(kids), spelled, spelled)


# -- AND, OR, disjointness -------------------------------------------------------------------------------------------------


def conjunction(x: NodeId, y: NodeId) -> NodeId:
    """Return ``x and y``."""
    try:
        return _and(x, y)
    except RecursionError:
        return int(deep(_and, x, y))


def disjunction(x: NodeId, y: NodeId) -> NodeId:
    """Return ``x or y``."""
    try:
        return _and(x ^ 1, y ^ 1) ^ 1
    except RecursionError:
        return int(deep(_and, x ^ 1, y ^ 1)) ^ 1


def _and(x: NodeId, y: NodeId) -> NodeId:
    if x < 2:
        return FALSE if x else y
    if y < 2:
        return FALSE if y else x
    if x == y:
        return x
    if x ^ y == 1:
        return FALSE
    memo = (x, y)
    result = _and_memo.get(memo)
    if result is not None:
        return result
    xvar, xcuts, xkids, xuppers, xlowers = NODES[x >> 1]
    yvar, ycuts, ykids, yuppers, ylowers = NODES[y >> 1]
    if xvar == yvar:
        result = _overlay(x, y, _and)
        both = xvar <= PLATFORM_SYSTEM
    elif xvar < yvar:
        result = create(xvar, xcuts, _over_kids(xkids, x & 1, xcuts, y), xuppers, xlowers)
        both = yvar <= PLATFORM_SYSTEM
    else:
        result = create(yvar, ycuts, _over_kids(ykids, y & 1, ycuts, x), yuppers, ylowers)
        both = xvar <= PLATFORM_SYSTEM
    # Both tops are platform variables: the conjunction may be one that no machine satisfies.
    if both and _disjoint(result, (_exclusions[0] if _exclusions else _known_incompatible()) ^ 1):
        result = FALSE
    _and_memo[memo] = result
    return result


def _over_kids(kids: tuple[NodeId, ...], flip: int, cuts: tuple[Cut, ...], other: NodeId) -> tuple[NodeId, ...]:
    if cuts:
        return tuple([_and(kid ^ flip, other) for kid in kids])
    # Low before high: the order of creation decides between spellings.
    low = _and(kids[1] ^ flip, other)
    return (_and(kids[0] ^ flip, other), low)


def _map(node: NodeId, function: Callable[[NodeId], NodeId]) -> NodeId:
    """Rebuild a node over its children; intervals are never merged here."""
    var, cuts, kids, uppers, lowers = NODES[node >> 1]
    flip = node & 1
    if cuts:
        mapped = tuple([function(kid ^ flip) for kid in kids])
    else:
        low = function(kids[1] ^ flip)
        mapped = (function(kids[0] ^ flip), low)
    return create(var, cuts, mapped, uppers, lowers)


def _overlay(x: NodeId, y: NodeId, operation: Callable[[NodeId, NodeId], NodeId]) -> NodeId:
    """Combine two nodes of one variable piece by piece, merging touching pieces with the same result."""
    var, xcuts, xkids, xuppers, xlowers = NODES[x >> 1]
    _, ycuts, ykids, yuppers, ylowers = NODES[y >> 1]
    xflip, yflip = x & 1, y & 1
    if not xcuts:
        high = operation(xkids[0] ^ xflip, ykids[0] ^ yflip)
        return create(var, (), (high, operation(xkids[1] ^ xflip, ykids[1] ^ yflip)))
    xlast, ylast = len(xcuts), len(ycuts)
    i = j = 0
    previous = operation(xkids[0] ^ xflip, ykids[0] ^ yflip)
    kids = [previous]
    cuts: list[Cut] = []
    uppers: list[str] = []
    lowers: list[str] = []
    while True:
        if i < xlast:
            cut = xcuts[i]
            if j < ylast:
                other = ycuts[j]
                if cut == other:
                    # Equal bounds: the lower one is written as on the left, the upper one as on the right.
                    upper, lower = yuppers[j], xlowers[i]
                    i += 1
                    j += 1
                elif cut < other:
                    upper, lower = xuppers[i], xlowers[i]
                    i += 1
                else:
                    cut, upper, lower = other, yuppers[j], ylowers[j]
                    j += 1
            else:
                upper, lower = xuppers[i], xlowers[i]
                i += 1
        elif j < ylast:
            cut, upper, lower = ycuts[j], yuppers[j], ylowers[j]
            j += 1
        else:
            break
        kid = operation(xkids[i] ^ xflip, ykids[j] ^ yflip)
        if kid != previous:
            cuts.append(cut)
            uppers.append(upper)
            lowers.append(lower)
            kids.append(kid)
            previous = kid
    return create(var, tuple(cuts), tuple(kids), tuple(uppers), tuple(lowers))


def is_disjoint(x: NodeId, y: NodeId) -> bool:
    """Whether no environment satisfies both."""
    try:
        return _is_disjoint(x, y)
    except RecursionError:
        return bool(deep(_is_disjoint, x, y))


def _is_disjoint(x: NodeId, y: NodeId) -> bool:
    if (
        x > 1
        and y > 1
        and x >> 1 != y >> 1
        and NODES[x >> 1][0] <= PLATFORM_SYSTEM
        and NODES[y >> 1][0] <= PLATFORM_SYSTEM
    ):
        return _and(x, y) == FALSE
    return _disjoint(x, y)


def _disjoint(x: NodeId, y: NodeId) -> bool:
    """Structural disjointness, without knowledge of incompatible platforms."""
    if x < 2 or y < 2:
        return FALSE in (x, y)
    if x >> 1 == y >> 1:
        return x != y
    memo = (x, y)
    result = _disjoint_memo.get(memo)
    if result is not None:
        return result
    xvar, xcuts, xkids, _, _ = NODES[x >> 1]
    yvar, ycuts, ykids, _, _ = NODES[y >> 1]
    xflip, yflip = x & 1, y & 1
    result = True
    if xvar == yvar:
        if not xcuts:
            result = _disjoint(xkids[0] ^ xflip, ykids[0] ^ yflip) and _disjoint(xkids[1] ^ xflip, ykids[1] ^ yflip)
        else:
            i = j = 0
            xlast, ylast = len(xcuts), len(ycuts)
            while True:
                if not _disjoint(xkids[i] ^ xflip, ykids[j] ^ yflip):
                    result = False
                    break
                if i < xlast:
                    if j < ylast:
                        cut, other = xcuts[i], ycuts[j]
                        if cut <= other:
                            i += 1
                        if other <= cut:
                            j += 1
                    else:
                        i += 1
                elif j < ylast:
                    j += 1
                else:
                    break
    elif xvar < yvar:
        for kid in xkids:
            if not _disjoint(kid ^ xflip, y):
                result = False
                break
    else:
        for kid in ykids:
            if not _disjoint(kid ^ yflip, x):
                result = False
                break
    _disjoint_memo[memo] = result
    return result


def _known_incompatible() -> NodeId:
    """Return the diagram of platform facts that cannot hold together, built once.

    It only ever answers "is this implied", so it is put together directly rather than by ORing sixty pairs.
    """
    systems = ("FreeBSD", "NetBSD", "OpenBSD", "SunOS")
    other_systems = _points(PLATFORM_SYSTEM, dict.fromkeys(systems, TRUE), FALSE)
    all_systems = _points(PLATFORM_SYSTEM, dict.fromkeys((*systems, "iOS", "iPadOS"), TRUE), FALSE)
    platforms = ("aix", "android", "cygwin", "darwin", "emscripten", "linux", "wasi", "win32")
    by_platform = {**dict.fromkeys(platforms, all_systems), "ios": other_systems}
    anywhere = _points(SYS_PLATFORM, by_platform, FALSE)
    on_nt = _points(SYS_PLATFORM, {**by_platform, "linux": TRUE, "darwin": TRUE, "ios": TRUE}, FALSE)
    on_posix = _points(SYS_PLATFORM, {**by_platform, "win32": TRUE}, FALSE)
    _exclusions.append(_points(OS_NAME, {"nt": on_nt, "posix": on_posix}, anywhere))
    return _exclusions[0]


def _points(var: Variable, children: dict[str, NodeId], otherwise: NodeId) -> NodeId:
    cuts: list[Cut] = []
    kids = [otherwise]
    for value in sorted(children):
        cuts += (value, 0), (value, 2)
        kids += children[value], otherwise
    texts = tuple([cut[0] for cut in cuts])
    return create(var, tuple(cuts), tuple(kids), texts, texts)


# -- assumptions -----------------------------------------------------------------------------------------------------------


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

        _overlay(value, assumption, first)
        if not fallback:
            return FALSE
        elsewhere = fallback[0]
        result = _overlay(
            value,
            assumption,
            lambda inner, given: elsewhere if given == FALSE else _restrict(inner, given),
        )
    elif vvar < avar:
        result = _map(value, lambda inner: _restrict(inner, assumption))
    else:
        flip = assumption & 1
        quantified = FALSE
        for kid in akids:
            quantified = _and(quantified ^ 1, kid ^ flip ^ 1) ^ 1
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
        result = _map(node, lambda kid: _simplify(kid, low, high))
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
        return _map(node, lambda kid: _complexify(kid, lower, upper))
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


# -- extras ----------------------------------------------------------------------------------------------------------------


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
            result = _map(current, visit)
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
            result = _and(result ^ 1, kid ^ flip ^ 1) ^ 1
        result = _quantify(result, extras=extras)
    else:
        result = _map(node, lambda kid: _quantify(kid, extras=extras))
    _extras_memo[memo] = result
    return result

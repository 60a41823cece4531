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
from collections.abc import Callable
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
        return meet(x, y)
    except RecursionError:
        return int(deep(meet, x, y))


def disjunction(x: NodeId, y: NodeId) -> NodeId:
    """Return ``x or y``."""
    try:
        return meet(x ^ 1, y ^ 1) ^ 1
    except RecursionError:
        return int(deep(meet, x ^ 1, y ^ 1)) ^ 1


def meet(x: NodeId, y: NodeId) -> NodeId:
    """Return ``x and y``, recursively; :func:`conjunction` is the same for callers outside a recursion."""
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
        result = overlay(x, y, meet)
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
        return tuple([meet(kid ^ flip, other) for kid in kids])
    # Low before high: the order of creation decides between spellings.
    low = meet(kids[1] ^ flip, other)
    return (meet(kids[0] ^ flip, other), low)


def over_children(node: NodeId, function: Callable[[NodeId], NodeId]) -> NodeId:
    """Rebuild a node over its children; intervals are never merged here."""
    var, cuts, kids, uppers, lowers = NODES[node >> 1]
    flip = node & 1
    if cuts:
        mapped = tuple([function(kid ^ flip) for kid in kids])
    else:
        low = function(kids[1] ^ flip)
        mapped = (function(kids[0] ^ flip), low)
    return create(var, cuts, mapped, uppers, lowers)


def overlay(x: NodeId, y: NodeId, operation: Callable[[NodeId, NodeId], NodeId]) -> NodeId:
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
        return meet(x, y) == FALSE
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

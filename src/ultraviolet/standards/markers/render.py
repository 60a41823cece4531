"""Diagram to text: every path to "true" is a clause, redundant terms and clauses go, the rest is sorted.

The order of steps and the way pieces of a variable become terms are uv's; lockfiles are compared byte for byte.
"""

from __future__ import annotations

from typing import Any, Final

from ultraviolet.standards.markers.diagram import (
    FALSE,
    NODES,
    TRUE,
    Cut,
    NodeId,
    Variable,
    boolean,
    deep,
    variable,
)
from ultraviolet.standards.markers.leaves import NAMES, extra_leaf, string_leaf, version_leaf
from ultraviolet.standards.versions import parse_version

Term = tuple[int, str, Any, str]
"""Rank of the variable, operator, value key, text. All but the text decide equality."""
Clause = list[Term]
Bounded = tuple[Cut | None, str, Cut | None, str]
"""A piece of a variable's values: lower cut and its spelling, upper cut and its spelling."""

FALSE_TEXT: Final = "python_version < '0'"

_RANKS: Final = {
    "implementation_version": 0,
    "python_full_version": 1,
    "implementation_name": 2,
    "os_name": 3,
    "platform_machine": 4,
    "platform_python_implementation": 5,
    "platform_release": 6,
    "platform_system": 7,
    "platform_version": 8,
    "sys_platform": 9,
}
_KEYS: Final = {rank: key for key, rank in _RANKS.items()}
_LIST_RANK: Final = 10
EXTRA_RANK: Final = 12
_NEGATED: Final = {
    "==": "!=",
    "!=": "==",
    "==.*": "!=.*",
    "!=.*": "==.*",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
    "in": "not in",
    "not in": "in",
    "contains": "not contains",
    "not contains": "contains",
}

_dnf_memo: Final[dict[NodeId, list[Clause]]] = {}
_text_memo: Final[dict[NodeId, str]] = {FALSE: FALSE_TEXT}


def render(node: NodeId) -> str:
    """Return the text of a marker that is not simply true."""
    text = _text_memo.get(node)
    if text is None:
        clauses = disjunctive(node)
        if len(clauses) == 1:
            text = " and ".join([term[3] for term in clauses[0]])
        else:
            text = " or ".join(
                [
                    clause[0][3] if len(clause) == 1 else f"({' and '.join([term[3] for term in clause])})"
                    for clause in clauses
                ]
            )
        _text_memo[node] = text
    return text


def disjunctive(node: NodeId) -> list[Clause]:
    """Return the simplified clauses (OR of ANDs of terms), sorted by kind."""
    clauses = _dnf_memo.get(node)
    if clauses is None:
        clauses = []
        path: Clause = []
        try:
            _collect(node, clauses, path)
        except RecursionError:
            clauses = []
            deep(_collect, node, clauses, [])
        if len(clauses) > 1:
            clauses = _drop_clauses(clauses, _drop_terms(clauses))
        for clause in clauses:
            clause.sort(key=_rank)
        clauses.sort(key=_ranks)
        _dnf_memo[node] = clauses
    return clauses


def top_level_extra(node: NodeId) -> str | None:
    """Return the extra that every way to satisfy the marker asks for."""
    found: str | None = None
    for clause in disjunctive(node):
        asked = next((term[2] for term in clause if term[0] == EXTRA_RANK and term[1] == "=="), None)
        if asked is None or (found is not None and asked != found):
            return None
        found = asked
    return found


def term_node(term: Term) -> NodeId:
    """Return the node of one term."""
    rank, operator, value, text = term
    if rank == EXTRA_RANK:
        return extra_leaf(value, active=operator == "==")
    if rank >= _LIST_RANK:
        return boolean(variable(5, *value), high=operator == "in")
    key = _KEYS[rank]
    if rank < 2:
        version = parse_version(text.split("'")[1].removesuffix(".*"))
        return version_leaf(key, operator, version)
    return string_leaf(key, operator, value)


def _rank(term: Term) -> int:
    return term[0]


def _ranks(clause: Clause) -> list[int]:
    return [term[0] for term in clause]


# -- paths to terms --------------------------------------------------------------------------------------------------------


def _collect(node: NodeId, clauses: list[Clause], path: Clause) -> None:
    if node == FALSE:
        return
    if node == TRUE:
        if path:
            clauses.append(path.copy())
        return
    var, cuts, kids, uppers, lowers = NODES[node >> 1]
    flip = node & 1
    depth = len(path)
    if not cuts:
        positive, negative = _yes_no(var)
        path.append(positive)
        _collect(kids[0] ^ flip, clauses, path)
        path[depth] = negative
        _collect(kids[1] ^ flip, clauses, path)
        path.pop()
        return
    for kid, pieces in _group(cuts, kids, uppers, lowers):
        if kid ^ flip == FALSE:
            continue
        for terms in _alternatives(var, pieces):
            path += terms
            _collect(kid ^ flip, clauses, path)
            del path[depth:]


def _yes_no(var: Variable) -> tuple[Term, Term]:
    kind = var[0]
    if kind == 4:
        name = var[1]
        return (EXTRA_RANK, "==", name, f"extra == '{name}'"), (EXTRA_RANK, "!=", name, f"extra != '{name}'")
    if kind == 5:
        index, name = var[-2], var[-1]
        rank, key, value = _LIST_RANK + index, ("extras", "dependency_groups")[index], var[1:]
        return (rank, "in", value, f"'{name}' in {key}"), (rank, "not in", value, f"'{name}' not in {key}")
    key, value = NAMES[0, var[1]], var[2]
    rank = _RANKS[key]
    if kind == 2:
        return (rank, "in", value, f"{key} in '{value}'"), (rank, "not in", value, f"{key} not in '{value}'")
    return (
        (rank, "contains", value, f"'{value}' in {key}"),
        (rank, "not contains", value, f"'{value}' not in {key}"),
    )


def _group(
    cuts: tuple[Cut, ...], kids: tuple[NodeId, ...], uppers: tuple[str, ...], lowers: tuple[str, ...]
) -> list[tuple[NodeId, list[Bounded]]]:
    """Gather the pieces that lead to the same child, in order of first appearance; touching pieces join."""
    groups: dict[NodeId, list[Bounded]] = {}
    last = len(cuts)
    for i, kid in enumerate(kids):
        lower, lower_text = (cuts[i - 1], lowers[i - 1]) if i else (None, "")
        upper, upper_text = (cuts[i], uppers[i]) if i < last else (None, "")
        pieces = groups.setdefault(kid, [])
        if pieces and pieces[-1][2] == lower:
            before = pieces.pop()
            pieces.append((before[0], before[1], upper, upper_text))
        else:
            pieces.append((lower, lower_text, upper, upper_text))
    return list(groups.items())


def _alternatives(var: Variable, pieces: list[Bounded]) -> list[Clause]:
    """Return the terms for a set of pieces: one list when a negation can say it, else one list a piece."""
    key = NAMES[var]
    rank = _RANKS[key]
    versions = var[0] == 1
    excluded = _excluded(pieces)
    if excluded is not None:
        return [[_term(rank, key, "!=", cut, text) for cut, text in excluded]]
    if not versions:
        return [_bounds(rank, key, piece) for piece in pieces]
    star = _negated_star(rank, key, pieces)
    if star is not None:
        return [[star]]
    return [_star(rank, key, piece) or _bounds(rank, key, piece) for piece in pieces]


def _excluded(pieces: list[Bounded]) -> list[tuple[Cut, str]] | None:
    """Return the missing points when the pieces cover everything but single points."""
    if pieces[0][0] is not None or pieces[-1][2] is not None:
        return None
    points = []
    for index in range(len(pieces) - 1):
        upper, text, lower = pieces[index][2], pieces[index][3], pieces[index + 1][0]
        assert upper is not None
        assert lower is not None
        if upper[1] or not lower[1] or upper[0] != lower[0]:
            return None
        points.append((upper, text))
    return points


def _negated_star(rank: int, key: str, pieces: list[Bounded]) -> Term | None:
    """Recognise everything but one minor version."""
    if len(pieces) != 2 or pieces[0][0] is not None or pieces[1][2] is not None:
        return None
    upper, text, lower, lower_text = pieces[0][2], pieces[0][3], pieces[1][0], pieces[1][1]
    if upper is None or lower is None or upper[1] or lower[1]:
        return None
    first = parse_version(text).only_release_trimmed().release
    following = parse_version(lower_text).release
    if len(first) == 1 and following == (first[0], 1):
        text = f"{first[0]}.0"
    elif len(first) != 2 or following != (first[0], first[1] + 1):
        return None
    return (rank, "!=.*", parse_version(text).key, f"{key} != '{text}.*'")


def _star(rank: int, key: str, piece: Bounded) -> Clause | None:
    """Recognise exactly one minor version."""
    lower, lower_text, upper, upper_text = piece
    if lower is None or upper is None or lower[1] or upper[1]:
        return None
    first = parse_version(lower_text).only_release_trimmed().release
    following = parse_version(upper_text).only_release_trimmed().release
    if len(first) == 1 and following == (first[0], 1):
        text = f"{first[0]}.0"
    elif len(first) == 2 and following == (first[0], first[1] + 1):
        text = f"{first[0]}.{first[1]}"
    else:
        return None
    return [(rank, "==.*", parse_version(text).key, f"{key} == '{text}.*'")]


def _bounds(rank: int, key: str, piece: Bounded) -> Clause:
    lower, lower_text, upper, upper_text = piece
    if lower is not None and upper is not None and lower[0] == upper[0]:
        return [_term(rank, key, "==", lower, lower_text)]
    terms = []
    if lower is not None:
        terms.append(_term(rank, key, ">" if lower[1] else ">=", lower, lower_text))
    if upper is not None:
        terms.append(_term(rank, key, "<=" if upper[1] else "<", upper, upper_text))
    return terms


def _term(rank: int, key: str, operator: str, cut: Cut, text: str) -> Term:
    return (rank, operator, cut[0], f"{key} {operator} '{text}'")


# -- redundancy ------------------------------------------------------------------------------------------------------------


def _drop_terms(clauses: list[Clause]) -> list[int]:
    """Drop a term where another clause covers the rest of its clause when the term is false.

    ``A or (not A and B)`` becomes ``A or B``. Clauses already shortened count as such for the later ones. Returns each
    clause as a set of bits, one bit for each different term.
    """
    bits: dict[tuple[int, str, Any], int] = {}
    for clause in clauses:
        for term in clause:
            bits.setdefault(term[:3], 1 << len(bits))
    masks = [sum({bits[term[:3]] for term in clause}) for clause in clauses]
    for i, clause in enumerate(clauses):
        remaining = masks[i]
        others = masks[:i] + masks[i + 1 :]
        for term in clause:
            bit = bits[term[:3]]
            # Another clause may have the negation of the term, and whatever else is left of this clause.
            refused = ~(remaining & ~bit | bits.get((term[0], _NEGATED[term[1]], term[2]), 0))
            for other in others:
                if not other & refused:
                    remaining &= ~bit
                    break
        if remaining != masks[i]:
            masks[i] = remaining
            clauses[i] = [term for term in clause if bits[term[:3]] & remaining]
    return masks


def _drop_clauses(clauses: list[Clause], masks: list[int]) -> list[Clause]:
    """Drop clauses that contain all terms of another remaining clause."""
    kept = dict(enumerate(masks))
    for i, mask in enumerate(masks):
        if any(i != j and not other & ~mask for j, other in kept.items()):
            del kept[i]
    return [clauses[i] for i in kept]

"""One comparison of a marker as a diagram node.

``python_version`` never reaches a diagram: it is rewritten to ``python_full_version`` here. Versions are reduced to
their release segments, as uv does, so that a comparison and its negation always cover everything between them.
"""

from __future__ import annotations

from typing import Final

from ultraviolet.standards.markers.diagram import (
    FALSE,
    IMPLEMENTATION_NAME,
    IMPLEMENTATION_VERSION,
    OS_NAME,
    PLATFORM_MACHINE,
    PLATFORM_PYTHON_IMPLEMENTATION,
    PLATFORM_RELEASE,
    PLATFORM_SYSTEM,
    PLATFORM_VERSION,
    PYTHON_FULL_VERSION,
    SYS_PLATFORM,
    TRUE,
    Bound,
    NodeId,
    Variable,
    boolean,
    from_pieces,
    variable,
)
from ultraviolet.standards.versions import Version

Piece = tuple[Bound | None, Bound | None]

STRINGS: Final[dict[str, Variable]] = {
    "os_name": OS_NAME,
    "sys_platform": SYS_PLATFORM,
    "platform_system": PLATFORM_SYSTEM,
    "platform_machine": PLATFORM_MACHINE,
    "platform_python_implementation": PLATFORM_PYTHON_IMPLEMENTATION,
    "platform_release": PLATFORM_RELEASE,
    "platform_version": PLATFORM_VERSION,
    "implementation_name": IMPLEMENTATION_NAME,
}
VERSIONS: Final[dict[str, Variable]] = {
    "implementation_version": IMPLEMENTATION_VERSION,
    "python_full_version": PYTHON_FULL_VERSION,
}
NAMES: Final[dict[Variable, str]] = {value: key for table in (STRINGS, VERSIONS) for key, value in table.items()}

_SYSTEMS: Final = {
    "Windows": "win32",
    "Darwin": "darwin",
    "Linux": "linux",
    "AIX": "aix",
    "Emscripten": "emscripten",
    "Android": "android",
}


def lower_bound(version: Version, *, inclusive: bool) -> Bound:
    """Return the cut at which ``>=`` (or ``>``) a version begins."""
    return (version.key, 0 if inclusive else 2), str(version)


def upper_bound(version: Version, *, inclusive: bool) -> Bound:
    """Return the cut at which ``<=`` (or ``<``) a version ends."""
    return (version.key, 2 if inclusive else 0), str(version)


def string_leaf(key: str, operator: str, value: str) -> NodeId:
    """Return the node of ``key operator 'value'``; operators also ``contains`` and ``not contains``."""
    var = STRINGS[key]
    if operator == "in" or operator == "not in":  # noqa: PLR1714 - a membership test builds a set at this level
        return boolean(variable(2, var[1], value), high=operator == "in")
    if operator == "contains" or operator == "not contains":  # noqa: PLR1714
        return boolean(variable(3, var[1], value), high=operator == "contains")
    if var is PLATFORM_SYSTEM and value in _SYSTEMS:
        var, value = SYS_PLATFORM, _SYSTEMS[value]
    before, after = ((value, 0), value), ((value, 2), value)
    if operator == "==":
        return from_pieces(var, [(before, after)])
    if operator == "!=":
        return from_pieces(var, [(None, before), (after, None)])
    if var is PLATFORM_RELEASE or var is PLATFORM_VERSION:
        if operator == ">":
            return from_pieces(var, [(after, None)])
        if operator == ">=":
            return from_pieces(var, [(before, None)])
        return from_pieces(var, [(None, before if operator == "<" else after)])
    # Strings have no order: `<` and `>` never hold, `<=` and `>=` ask for equality.
    return FALSE if operator in {"<", ">"} else from_pieces(var, [(before, after)])


def extra_leaf(name: str, *, active: bool) -> NodeId:
    """Return the node of ``extra == 'name'`` (or ``!=``) for a normalised name."""
    return boolean(variable(4, name), high=active)


def list_leaf(kind: str, name: str, *, valid: bool, contained: bool) -> NodeId:
    """Return the node of ``'name' in extras`` or ``'name' in dependency_groups``."""
    index = 0 if kind == "extras" else 1
    var = variable(5, index, name) if valid else variable(5, 2, index, name)
    return boolean(var, high=contained)


def version_leaf(key: str, operator: str, version: Version) -> NodeId:
    """Return the node of ``key operator 'version'``; operators also ``==.*`` and ``!=.*``."""
    if key == "python_version":
        lowered = _python_version(operator, version.release)
        if isinstance(lowered, int):
            return lowered
        operator, release = lowered
        return from_pieces(PYTHON_FULL_VERSION, _release_pieces(operator, release))
    return from_pieces(VERSIONS[key], _release_pieces(operator, version.release))


def version_in_leaf(key: str, versions: list[Version], *, contained: bool) -> NodeId:
    """Return the node of ``key in 'version version ...'`` (or ``not in``)."""
    pieces: list[tuple[Bound, Bound]] = []
    if key == "python_version":
        for version in versions:
            lowered = _python_version("==", version.release)
            if isinstance(lowered, int):
                return lowered
            ((lower, upper),) = _release_pieces(*lowered)
            assert lower is not None
            assert upper is not None
            _unite(pieces, lower, upper)
        var = PYTHON_FULL_VERSION
    else:
        for version in versions:
            _unite(pieces, lower_bound(version, inclusive=True), upper_bound(version, inclusive=True))
        var = VERSIONS[key]
    node = from_pieces(var, list(pieces)) if pieces else FALSE
    return node if contained else node ^ 1


def version_range(var: Variable, lower: Bound | None, upper: Bound | None) -> NodeId:
    """Return the node that is true between two bounds."""
    if lower is None and upper is None:
        return TRUE
    return from_pieces(var, [(lower, upper)])


def _python_version(operator: str, release: tuple[int, ...]) -> tuple[str, tuple[int, ...]] | NodeId:
    """Rewrite a comparison of ``python_version``, which has two segments, to ``python_full_version``."""
    if operator in {"==.*", "!=.*"}:
        if len(release) == 1:
            return operator, release
        return FALSE if any(release[2:]) else (operator, release[:2])
    if operator == "~=":
        if len(release) == 2:
            return operator, release
        return FALSE if any(release[2:]) else ("==.*", release[:2])
    major, minor = release[0], release[1] if len(release) > 1 else 0
    if any(release[2:]):
        if operator == "==":
            return FALSE
        if operator == "!=":
            return TRUE
        return ("<" if operator in {"<", "<="} else ">="), (major, minor + 1)
    match operator:
        case "==" | "!=":
            return operator + ".*", (major, minor)
        case ">":
            return ">=", (major, minor + 1)
        case "<=":
            return "<", (major, minor + 1)
        case _:
            return operator, release


def _release_pieces(operator: str, release: tuple[int, ...]) -> list[Piece]:
    if operator in {"==.*", "!=.*"}:
        # Trailing zeros count before the star.
        low = upper_bound(Version(release), inclusive=False)
        high = upper_bound(Version((*release[:-1], release[-1] + 1)), inclusive=False)
        return [(low, high)] if operator == "==.*" else [(None, low), (high, None)]
    version = Version(release).only_release_trimmed()
    before, after = upper_bound(version, inclusive=False), upper_bound(version, inclusive=True)
    match operator:
        case "==":
            return [(before, after)]
        case "!=":
            return [(None, before), (after, None)]
        case ">=":
            return [(before, None)]
        case ">":
            return [(after, None)]
        case "<":
            return [(None, before)]
        case "<=":
            return [(None, after)]
        case _:
            high = upper_bound(Version((*release[:-2], release[-2] + 1)), inclusive=False)
            return [(before, high)]


def _unite(pieces: list[tuple[Bound, Bound]], lower: Bound, upper: Bound) -> None:
    """Add a piece to ascending, separate ones; where pieces join, the spellings are chosen as uv's ranges do."""
    position = 0
    while position < len(pieces) and pieces[position][0][0] < lower[0]:
        position += 1
    joins_previous = position > 0 and pieces[position - 1][1][0] >= lower[0]
    end = position
    while end < len(pieces) and upper[0] >= pieces[end][0][0]:
        end += 1
    if end > position:
        last = pieces[end - 1][1]
        if joins_previous:
            pieces[position - 1 : end] = [(pieces[position - 1][0], last if upper[0] < last[0] else upper)]
        else:
            pieces[position:end] = [(lower, upper if last[0] < upper[0] else last)]
    elif joins_previous:
        start, last = pieces[position - 1]
        if last[0] < upper[0]:
            pieces[position - 1] = (start, upper)
    else:
        pieces.insert(position, (lower, upper))

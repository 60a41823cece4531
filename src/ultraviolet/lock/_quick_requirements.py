"""The quick reader's part for requirement tables, which few packages of a lock have."""

from __future__ import annotations

from ultraviolet.lock.model import ConflictRow, RequirementRow
from ultraviolet.patterns import compile_pattern

_NAME = r'"[a-z0-9][a-z0-9-]*+"'
_NAMES = rf"\[(?:{_NAME}(?:, {_NAME})*+)?\]"
_ROW = compile_pattern(
    rf'\{{ name = ({_NAME})(?:, extras = ({_NAMES}))?(?:, groups = ({_NAMES}))?(?:, marker = "([^"\n]++)")?'
    r'(?:, specifier = "([^"\n]++)")?(?:, index = "([^"\n]++)")?'
    r'(?:, (git|path|directory|editable|virtual|url) = "([^"\n]*+)")?(?:, subdirectory = "([^"\n]*+)")?'
    rf"(?:, conflict = \{{ package = ({_NAME})(?:, (extra|group) = ({_NAME}))? \}})? \}}"
)
_KEY = compile_pattern(r"[a-z0-9][a-z0-9-]*+")
_EXTRAS = compile_pattern(_NAMES)
_TEXTS = compile_pattern(r'"([^"\n]*+)"')


class NotCanonicalError(Exception):
    """The text is not what the quick reader knows."""


def read_metadata(text: str) -> tuple[tuple[RequirementRow, ...], tuple[str, ...]]:
    """Read the body of ``[package.metadata]``: ``requires-dist`` and ``provides-extras``.

    :raises NotCanonicalError: it is spelled in another way.
    """
    provides: tuple[str, ...] = ()
    body, separator, rest = text.rpartition("provides-extras = ")
    if separator and (not body or body.endswith("]\n")):
        if not rest.endswith("\n") or _EXTRAS.fullmatch(rest[:-1]) is None:
            raise NotCanonicalError
        provides = tuple(_TEXTS.findall(rest))
        text = body
    arrays = read_requirement_sections(text)
    if not {"requires-dist"}.issuperset(arrays):
        raise NotCanonicalError
    return arrays.get("requires-dist", ()), provides


def read_requirement_sections(text: str) -> dict[str, tuple[RequirementRow, ...]]:
    """Read ``key = [...]`` arrays of requirement tables, on one line or on several.

    :raises NotCanonicalError: they are spelled in another way.
    """
    found: dict[str, tuple[RequirementRow, ...]] = {}
    lines = iter(text.splitlines())
    for line in lines:
        key, separator, rest = line.partition(" = [")
        if not separator or key in found or _KEY.fullmatch(key) is None:
            raise NotCanonicalError
        if not rest:
            rows: list[RequirementRow] = []
            for row in lines:
                if row == "]":
                    break
                if not (row.startswith("    ") and row.endswith(",")):
                    raise NotCanonicalError
                rows.append(_requirement(row[4:-1]))
            else:
                raise NotCanonicalError
            found[key] = tuple(rows)
        elif rest == "]":
            found[key] = ()
        elif rest.endswith("]"):
            found[key] = (_requirement(rest[:-1]),)
        else:
            raise NotCanonicalError
    return found


def _requirement(text: str) -> RequirementRow:
    match = _ROW.fullmatch(text)
    if match is None:
        raise NotCanonicalError
    name, extras, groups, marker, specifier, index, kind, place, subdirectory, package, conflict, item = match.groups()
    if (subdirectory is not None and kind != "url") or (kind is not None and (specifier or index or package)):
        raise NotCanonicalError
    return RequirementRow(
        name=name[1:-1],
        extras=_names(extras),
        groups=_names(groups),
        marker=marker or "",
        specifier=specifier or "",
        index=index,
        conflict=None
        if package is None
        else ConflictRow(
            package[1:-1],
            item[1:-1] if conflict == "extra" else None,
            item[1:-1] if conflict == "group" else None,
        ),
        url=place if kind == "url" else None,
        subdirectory=subdirectory,
        git=place if kind == "git" else None,
        path=place if kind == "path" else None,
        directory=place if kind == "directory" else None,
        editable=place if kind == "editable" else None,
        virtual=place if kind == "virtual" else None,
    )


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(_TEXTS.findall(text)) if text else ()

"""Version specifiers: ``>=1.0``, and comma-separated lists of them (PEP 440).

`parse_specifiers` is strict and explains what is wrong with a caret line; `parse_lenient_specifiers` first repairs
the mistakes that are common in published metadata. Both are memoised by text. How a specifier becomes a set of
versions is the business of `ranges`.
"""

from __future__ import annotations

from ultraviolet.standards.errors import InvalidSpecifier, InvalidVersion, display_width, quoted
from ultraviolet.standards.versions import Version, parse_version_pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Final, Literal

    Operator = Literal["==", "==.*", "===", "!=", "!=.*", "~=", "<", "<=", ">", ">="]
    """A comparison; ``==.*`` and ``!=.*`` are prefix matches (``==1.2.*``), the version is kept without the star."""

_ORDER: Final[dict[Operator, int]] = {
    "==": 0,
    "==.*": 1,
    "===": 2,
    "!=": 3,
    "!=.*": 4,
    "~=": 5,
    "<": 6,
    "<=": 7,
    ">": 8,
    ">=": 9,
}
_OPERATORS: Final[dict[str, Operator]] = {
    "==": "==",
    "===": "===",
    "!=": "!=",
    "~=": "~=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}
_OPERATOR_CHARACTERS: Final = "=!~<>"

_MEMO: dict[str, Specifiers] = {}
_LENIENT_MEMO: dict[str, Specifiers] = {}


class Specifier:
    """One operator and the version it compares with."""

    __slots__ = ("operator", "version")

    def __init__(self, operator: Operator, version: Version) -> None:
        self.operator: Operator = operator
        self.version = version

    def contains(self, version: Version) -> bool:
        """Whether `version` satisfies this specifier; a local label counts only if the specifier has one."""
        mine = self.version
        if version.is_local and not mine.is_local:
            if self.operator == "===":
                return False
            public = version.without_local()
        else:
            public = version
        operator = self.operator
        if operator == ">=":
            return public.key >= mine.key
        if operator == "==":
            return public.key == mine.key
        if operator == "<=":
            return public.key <= mine.key
        if operator == "!=":
            return public.key != mine.key
        if operator == "<":
            return _is_less(mine, public)
        if operator == ">":
            return _is_greater(mine, public)
        if operator == "==.*":
            return _has_prefix(mine.release, mine, public)
        if operator == "!=.*":
            return not _has_prefix(mine.release, mine, public)
        if operator == "~=":
            return _has_prefix(mine.release[:-1], mine, public) and public.key >= mine.key
        return str(mine) == str(version)

    @property
    def sort_key(self) -> tuple[object, int]:
        """Position in a list of specifiers: by version, then by operator."""
        return self.version.key, _ORDER[self.operator]

    @property
    def has_lower_bound(self) -> bool:
        """Whether versions low enough are rejected."""
        return self.operator in {"==", "==.*", "===", "~=", ">", ">="}

    def __str__(self) -> str:
        operator = self.operator
        if operator[2:] == ".*":
            return f"{operator[:2]}{self.version}.*"
        return f"{operator}{self.version}"

    def __repr__(self) -> str:
        return f"Specifier({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Specifier):
            return NotImplemented
        return (
            self.operator == other.operator
            and self.version.key == other.version.key
            and (self.operator != "~=" or len(self.version.release) == len(other.version.release))
        )

    def __hash__(self) -> int:
        precision = len(self.version.release) if self.operator == "~=" else 0
        return hash((self.operator, self.version, precision))


class Specifiers:
    """A conjunction of specifiers, sorted by version and operator; duplicates are kept."""

    __slots__ = ("_text", "cache", "items")

    items: tuple[Specifier, ...]
    """The specifiers in order."""
    cache: object
    """A place for what `ranges` derives from this value, so that it is derived once."""
    _text: str

    def __init__(self, items: Iterable[Specifier]) -> None:
        items = tuple(items)
        self.items = items if len(items) < 2 else tuple(sorted(items, key=_sort_key))
        self.cache = None

    def contains(self, version: Version) -> bool:
        """Whether `version` satisfies every specifier."""
        return all(item.contains(version) for item in self.items)

    def text(self, joiner: str = ", ") -> str:
        """Print the specifiers: joined with ``, `` in messages and lockfiles, with ``,`` in requirements."""
        return joiner.join(map(str, self.items))

    def __iter__(self) -> Iterator[Specifier]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __bool__(self) -> bool:
        return bool(self.items)

    def __str__(self) -> str:
        try:
            return self._text
        except AttributeError:
            self._text = self.text(",")
            return self._text

    def __repr__(self) -> str:
        return f"Specifiers({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Specifiers):
            return NotImplemented
        return self.items == other.items

    def __hash__(self) -> int:
        return hash(self.items)


ANY: Final = Specifiers(())
"""No condition at all."""


def parse_specifiers(text: str) -> Specifiers:
    """Parse a comma-separated list of specifiers; empty text is no condition.

    Raises `InvalidSpecifier`, whose message shows the list and underlines the offending part.

    >>> str(parse_specifiers("<2 , >=1,!=1.5.*"))
    '>=1,!=1.5.*,<2'
    """
    specifiers = _MEMO.get(text)
    if specifiers is None:
        specifiers = _MEMO[text] = _parse(text)
    return specifiers


def parse_specifier(text: str) -> Specifier:
    """Parse one specifier.

    Raises `InvalidSpecifier` with the bare reason.
    """
    start, size = 0, len(text)
    while start < size and text[start].isspace():
        start += 1
    end = start
    while end < size and text[end] in _OPERATOR_CHARACTERS:
        end += 1
    if start == end:
        raise InvalidSpecifier(_missing_operator(text[start:]))
    sign = text[start:end]
    operator = _OPERATORS.get(sign)
    if operator is None:
        raise InvalidSpecifier(f"no such comparison operator {quoted(sign)}, must be one of ~= == != <= >= < > ===")
    parts = text[end:].split(None, 1)
    if not parts:
        raise InvalidSpecifier("Unexpected end of version specifier, expected version")
    try:
        version, star = parse_version_pattern(parts[0])
    except InvalidVersion as error:
        raise InvalidSpecifier(error.message) from None
    specifier = make_specifier(operator, version, star=star)
    if len(parts) > 1:
        raise InvalidSpecifier(f"Trailing `{parts[1]}` is not allowed")
    return specifier


def make_specifier(operator: Operator, version: Version, *, star: bool = False) -> Specifier:
    """Combine an operator and a version, refusing what PEP 440 forbids.

    Raises `InvalidSpecifier` with the bare reason.
    """
    if star:
        if operator == "==":
            operator = "==.*"
        elif operator == "!=":
            operator = "!=.*"
        else:
            raise InvalidSpecifier(f"Operator {operator} cannot be used with a wildcard version specifier")
    if version.is_local and operator not in {"==", "!=", "==="}:
        label = ".".join(map(str, version.local))
        raise InvalidSpecifier(
            f"Operator {operator[:2]} is incompatible with versions containing non-empty local segments (`+{label}`)"
        )
    if operator == "~=" and len(version.release) < 2:
        raise InvalidSpecifier("The ~= operator requires at least two segments in the release version")
    return Specifier(operator, version)


def parse_lenient_specifiers(text: str) -> Specifiers:
    """Parse specifiers as found in published metadata, repairing known mistakes one after the other.

    Raises `InvalidSpecifier` for the text as given when no repair helps.

    >>> str(parse_lenient_specifiers(">=3.6<4"))
    '>=3.6,<4'
    """
    specifiers = _MEMO.get(text)
    if specifiers is None:
        specifiers = _LENIENT_MEMO.get(text)
    if specifiers is not None:
        return specifiers
    try:
        return parse_specifiers(text)
    except InvalidSpecifier:
        from ultraviolet.standards._lenient import repairs

        for repaired in repairs(text):
            try:
                specifiers = parse_specifiers(repaired)
            except InvalidSpecifier:
                continue
            _LENIENT_MEMO[text] = specifiers
            return specifiers
        raise


def _parse(text: str) -> Specifiers:
    if not text:
        return ANY
    items: list[Specifier] = []
    start = 0
    for part in text.split(","):
        try:
            items.append(parse_specifier(part))
        except InvalidSpecifier as error:
            reason = error.message
            carets = " " * display_width(text[:start]) + "^" * display_width(part)
            raise InvalidSpecifier(f"Failed to parse version: {reason}:\n{text}\n{carets}\n", reason=reason) from None
        start += len(part) + 1
    return Specifiers(items)


def _sort_key(item: Specifier) -> tuple[object, int]:
    return item.version.key, _ORDER[item.operator]


def _missing_operator(text: str) -> str:
    message = "Unexpected end of version specifier, expected operator"
    word = text.split(None, 1)[0] if text.strip() else ""
    try:
        version, star = parse_version_pattern(word)
    except InvalidVersion:
        return message
    return f"{message}. Did you mean `=={version}{'.*' if star else ''}`?"


def _has_prefix(prefix: tuple[int, ...], mine: Version, other: Version) -> bool:
    release = other.release
    missing = len(prefix) - len(release)
    if missing > 0:
        release += (0,) * missing
    return mine.key[0] == other.key[0] and release[: len(prefix)] == prefix


def _is_greater(mine: Version, other: Version) -> bool:
    """``>V``: not a post-release of V unless V is one, nor a local version of V."""
    if other.key[0] == mine.key[0] and other.key[1] == mine.key[1]:
        if other.is_postrelease and not mine.is_postrelease:
            return False
        if other.is_local:
            return False
    return other.key > mine.key


def _is_less(mine: Version, other: Version) -> bool:
    """``<V``: not a pre-release of V unless V is one."""
    if (
        other.key[0] == mine.key[0]
        and not mine.is_prerelease
        and other.is_prerelease
        and other.key >= mine.with_dev(0).key
    ):
        return False
    return other.key < mine.key

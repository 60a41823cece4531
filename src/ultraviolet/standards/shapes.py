"""Checks that decoded TOML has the expected shape, in the words uv has for what is wrong and where.

The checks see only data; the place in the text is looked up (by reading the text again) when something is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ultraviolet.errors import UltravioletError
from ultraviolet.standards.toml import TomlError

T = TypeVar("T")
Path = tuple[str | int, ...]


class ShapeError(UltravioletError):
    """A value has the wrong shape; ``path`` leads to it from the root of the document."""

    def __init__(self, reason: str, path: Path, *, key: bool = False) -> None:
        super().__init__(reason)
        self.path = path
        self.key = key
        """Whether the key is wrong, rather than the value."""


def located(text: str, error: ShapeError) -> TomlError:
    """Return the error with the place in the text."""
    from ultraviolet.standards.toml_parser import parse_document

    try:
        document = parse_document(text)
    except TomlError:
        return TomlError(error.message)
    span = document.locate(error.path, key=error.key) if error.path else (0, len(text))
    if span is None and not error.key:
        span = document.locate(error.path, key=True)  # a table that only dotted keys speak of
    if span is None:
        return TomlError(error.message)
    return TomlError(error.message, text=text, start=span[0], end=span[1])


def describe(value: Any) -> str:
    """Name a value as serde does."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        return f'string "{escaped}"'
    if isinstance(value, bool):
        return f"boolean `{'true' if value else 'false'}`"
    if isinstance(value, int):
        return f"integer `{value}`"
    if isinstance(value, float):
        return f"floating point `{value}`"
    return "sequence" if isinstance(value, list) else "map"


def wrong_type(value: Any, expected: str, path: Path) -> ShapeError:
    """Return the error for a value of another type."""
    return ShapeError(f"invalid type: {describe(value)}, expected {expected}", path)


def string(value: Any, path: Path, expected: str = "a string") -> str:
    """Check for a string."""
    if not isinstance(value, str):
        raise wrong_type(value, expected, path)
    return value


def boolean(value: Any, path: Path) -> bool:
    """Check for a boolean."""
    if not isinstance(value, bool):
        raise wrong_type(value, "a boolean", path)
    return value


def table(value: Any, path: Path, expected: str) -> Mapping[str, Any]:
    """Check for a table."""
    if not isinstance(value, dict):
        raise wrong_type(value, expected, path)
    return value


def array(value: Any, path: Path, expected: str = "a sequence") -> list[Any]:
    """Check for a list."""
    if not isinstance(value, list):
        raise wrong_type(value, expected, path)
    return value


def strings(value: Any, path: Path) -> tuple[str, ...]:
    """Check for a list of strings."""
    items = array(value, path)
    for index, item in enumerate(items):
        if not isinstance(item, str):
            raise wrong_type(item, "a string", (*path, index))
    return tuple(items)


def cache_control(value: Any, path: Path) -> str:
    """Check for the value of a header; what is wrong with it is shown at the table it stands in."""
    text = string(value, path)
    if any(char != "\t" and (char < " " or char == "\x7f") for char in text):
        raise ShapeError(f"`{path[-2]}.{path[-1]}` must be a valid HTTP header value", path[:-1])
    return text


def parsed(value: Any, path: Path, parse: Callable[[str], T], expected: str = "a string") -> T:
    """Check for a string and parse it; what the parser says becomes the reason."""
    text = string(value, path, expected)
    try:
        return parse(text)
    except UltravioletError as error:
        raise ShapeError(error.message, path) from None


def parsed_key(name: str, path: Path, parse: Callable[[str], T]) -> T:
    """Parse a key."""
    try:
        return parse(name)
    except UltravioletError as error:
        raise ShapeError(error.message, (*path, name), key=True) from None


def unique(
    value: Any, path: Path, parse: Callable[[str], T], *, duplicate: str, expected: str = "a map with unique keys"
) -> list[tuple[T, Any, str]]:
    """Check for a table whose parsed keys are unique; return (key, value, spelling) in document order.

    :param duplicate: the reason when they are not, with ``{}`` for the name.
    """
    found: list[tuple[T, Any, str]] = []
    seen: set[Any] = set()
    for name, item in table(value, path, expected).items():
        key = parsed_key(name, path, parse)
        if key in seen:
            raise ShapeError(duplicate.format(key), path)
        seen.add(key)
        found.append((key, item, name))
    return found


def known_fields(value: Mapping[str, Any], path: Path, fields: tuple[str, ...]) -> None:
    """Refuse keys outside a closed set."""
    for name in value:
        if name not in fields:
            quoted = [f"`{field}`" for field in fields]
            choice = f"{quoted[0]} or {quoted[1]}" if len(quoted) == 2 else f"one of {', '.join(quoted)}"
            if len(quoted) == 1:
                choice = quoted[0]
            raise ShapeError(f"unknown field `{name}`, expected {choice}", (*path, name), key=True)


def status_codes(value: Any, path: Path) -> tuple[int, ...]:
    """Return an array of HTTP status codes.

    :raises ShapeError: it is none, or a number cannot be a status.
    """
    codes = array(value, path)
    for code in codes:
        if not isinstance(code, int) or isinstance(code, bool) or not 100 <= code <= 999:
            raise ShapeError(f"{code} is not a valid HTTP status code", path)
    return tuple(codes)

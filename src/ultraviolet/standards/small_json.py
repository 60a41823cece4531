"""Small JSON documents without the cost of importing a parser: a few members, in files that are read at every start.

Whatever is not plain goes to the standard library, so that the answer is the same.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_BLANKS = " \t\r\n"
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


class InvalidJson(ValueError):
    """The text is not JSON."""


class _NotPlain(Exception):
    """Something that this reader leaves to the standard library."""


def parse_small_json(data: bytes) -> Any:
    r"""Parse a JSON document.

    :raises InvalidJson: it is none.

    >>> parse_small_json(b'{"url": "file:///p", "dir_info": {"editable": true}, "n": [1, "\\u00e9"]}')
    {'url': 'file:///p', 'dir_info': {'editable': True}, 'n': [1, 'é']}
    """
    try:
        text = data.decode()
        value, end = _value(text, _skip(text, 0))
        if _skip(text, end) == len(text):
            return value
    except (_NotPlain, IndexError, UnicodeDecodeError, RecursionError):
        pass
    import json

    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidJson(str(error)) from None


def quoted_json(text: str) -> str:
    """Return a text as a JSON string; only what must be is escaped.

    >>> print(quoted_json("file:///p"))
    "file:///p"
    """
    if '"' not in text and "\\" not in text and text.isprintable():
        return f'"{text}"'
    import json

    return json.dumps(text, ensure_ascii=False)


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in _BLANKS:
        position += 1
    return position


def _value(text: str, position: int) -> tuple[Any, int]:
    """Return the value that begins at a position, and where it ends."""
    first = text[position]
    if first == '"':
        return _string(text, position)
    if first == "{":
        return _object(text, position)
    end = position
    while text[end].isalpha():
        end += 1
    word = text[position:end]
    if word not in _WORDS:
        raise _NotPlain
    return _WORDS[word], end


def _string(text: str, position: int) -> tuple[str, int]:
    end = text.find('"', position + 1)
    if end < 0:
        raise _NotPlain
    found = text[position + 1 : end]
    if "\\" in found or not found.isprintable():
        raise _NotPlain
    return found, end + 1


def _object(text: str, position: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    position = _skip(text, position + 1)
    if text[position] == "}":
        return found, position + 1
    while True:
        if text[position] != '"':
            raise _NotPlain
        name, position = _string(text, position)
        position = _skip(text, position)
        if text[position] != ":":
            raise _NotPlain
        found[name], position = _value(text, _skip(text, position + 1))
        position = _skip(text, position)
        if text[position] == "}":
            return found, position + 1
        if text[position] != ",":
            raise _NotPlain
        position = _skip(text, position + 1)

"""Reading TOML for its data; changing a text is the business of ``toml_document``."""

from __future__ import annotations

from typing import Any

from ultraviolet.standards.toml_errors import TomlError
from ultraviolet.standards.toml_plain import parse_plain_toml

__all__ = ["TomlError", "parse_toml"]


def parse_toml(text: str) -> dict[str, Any]:
    """Read a TOML text for its data.

    :raises TomlError: with the place and the words uv has for it.
    """
    data = parse_plain_toml(text)
    if data is not None:
        return data

    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        from ultraviolet.standards.toml_document import plain
        from ultraviolet.standards.toml_parser import parse_document

        repaired: dict[str, Any] = plain(parse_document(text).root)
        return repaired
    except RecursionError:
        raise TomlError("cannot recurse further; max recursion depth met") from None

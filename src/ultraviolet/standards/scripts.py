"""Inline script metadata: the ``# /// script`` block of a Python file.

Specification: https://packaging.python.org/en/latest/specifications/inline-script-metadata/ (PEP 723)
"""

from __future__ import annotations

import msgspec

from ultraviolet.standards.errors import StandardsError

_OPENING = "# /// script"
_CLOSING = "# ///"


class InvalidScript(StandardsError):
    """A file has a metadata block that breaks the rules."""


class ScriptBlock(msgspec.Struct, frozen=True):
    """A file cut around its metadata block."""

    prelude: str
    """What stands before the block."""
    metadata: str
    """The TOML text in the block, without the comment marks."""
    postlude: str
    """What follows the block; its line ends are ``\\n``."""

    def replace(self, metadata: str) -> str:
        """Return the file with other metadata."""
        return self.prelude + format_block(metadata) + self.postlude


def find_block(content: bytes) -> ScriptBlock | None:
    """Return the file cut around its block, or None when it has none.

    :raises InvalidScript: the block is not closed, appears twice, or the file is not UTF-8.
    """
    index = content.find(_OPENING.encode())
    if index < 0 or (index > 0 and content[index - 1 : index] not in {b"\r", b"\n"}):
        return None
    prelude = _decode(content[:index])
    lines = split_lines(_decode(content[index:]))
    if lines[0] != _OPENING:
        return None
    block: list[str] = []
    for line in lines[1:]:
        if line == "#":
            block.append("")
        elif line.startswith("# "):
            block.append(line[2:])
        else:
            break
    # The last closing line counts: the metadata itself may hold such lines.
    closing = next((at for at in range(len(block) - 1, -1, -1) if block[at] == "///"), None)
    if closing is None:
        if any(line.startswith("///") for line in block):
            raise InvalidScript(
                "An opening tag (`# /// script`) was found, but the closing tag (`# ///`) has trailing content. Remove "
                "the trailing content so the line is exactly `# ///`."
            )
        raise InvalidScript(
            "An opening tag (`# /// script`) was found without a closing tag (`# ///`). Ensure that every line between "
            "the opening and closing tags (including empty lines) starts with a leading `#`."
        )
    rest = lines[closing + 2 :]
    if _has_script_block(rest):
        raise InvalidScript("The script contains multiple PEP 723 metadata blocks")
    return ScriptBlock(prelude, "\n".join(block[:closing]) + "\n", "\n".join(rest) + "\n")


def format_block(metadata: str) -> str:
    """Return the block that holds a TOML text."""
    lines = [f"# {line}" if line else "#" for line in split_lines(metadata)]
    return "\n".join([_OPENING, *lines, _CLOSING]) + "\n"


def new_block(content: bytes, requires_python: str) -> ScriptBlock:
    """Return a file without a block cut where one belongs: after the shebang; with fresh metadata.

    :param requires_python: the specifiers to write; empty for none.
    :raises InvalidScript: the file is not UTF-8.
    """
    shebang, rest = split_shebang(content)
    if rest.startswith(("# ", "#\r", "#\n")):
        # A comment right below would be read as part of the block.
        rest = "\n" + rest
    return ScriptBlock(shebang + "\n" if shebang else "", default_metadata(requires_python), rest)


def default_metadata(requires_python: str) -> str:
    """Return the metadata of a new script."""
    head = f'requires-python = "{requires_python}"\n' if requires_python else ""
    return head + "dependencies = []\n"


def split_shebang(content: bytes) -> tuple[str, str]:
    """Split off the ``#!`` line, without its line end.

    :raises InvalidScript: the file is not UTF-8.
    """
    text = _decode(content)
    if not text.startswith("#!"):
        return "", text
    end = min((at for at in (text.find("\r"), text.find("\n")) if at >= 0), default=len(text))
    width = 2 if text.startswith("\r\n", end) else 1
    return text[:end], text[end + width :]


def split_lines(text: str) -> list[str]:
    """Split at line feeds; a final one starts no line, a carriage return before one is dropped."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def _decode(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        length = error.end - error.start
        if error.reason == "unexpected end of data":
            message = f"incomplete utf-8 byte sequence from index {error.start}"
        else:
            message = f"invalid utf-8 sequence of {length} bytes from index {error.start}"
        raise InvalidScript(message) from None


def _has_script_block(lines: list[str]) -> bool:
    """Whether a complete ``script`` block stands in the lines, not inside a block of another type."""
    position = 0
    while position < len(lines):
        kind = lines[position].removeprefix("# /// ")
        position += 1
        if kind == lines[position - 1] or not kind or not kind.isascii() or not kind.replace("-", "a").isalnum():
            continue
        closed = False
        while position < len(lines):
            line = lines[position]
            position += 1
            if line != "#" and not line.startswith("# "):
                break
            if line == _CLOSING:
                after = lines[position] if position < len(lines) else ""
                if after != "#" and not after.startswith("# "):
                    closed = True
                    break
        if kind == "script" and closed:
            return True
    return False

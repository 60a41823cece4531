"""Python files with inline metadata, read and changed as manifests of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ultraviolet.standards import shapes
from ultraviolet.standards.requirements import Pep508Requirement, parse_requirement
from ultraviolet.standards.scripts import ScriptBlock, find_block, new_block
from ultraviolet.standards.shapes import ShapeError, located
from ultraviolet.standards.specifiers import Specifiers, parse_specifiers
from ultraviolet.standards.toml import parse_toml
from ultraviolet.workspace.manifest import NO_UV, UvTable, read_uv_table


class ScriptMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """The metadata of a script."""

    text: str
    """The TOML text."""
    data: Mapping[str, Any]
    dependencies: tuple[Pep508Requirement, ...] | None
    """None when the key is missing."""
    requires_python: Specifiers | None
    uv: UvTable
    """``[tool.uv]``: sources, indexes, constraints, overrides and exclusions."""


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """A file with inline metadata."""

    path: str
    """Absolute."""
    block: ScriptBlock
    metadata: ScriptMetadata

    def with_metadata(self, text: str) -> str:
        """Return the content of the file with other metadata."""
        return self.block.replace(text)


def parse_script_metadata(text: str, root: str = "") -> ScriptMetadata:
    """Read the TOML text of a block.

    :param root: directory of the script, which index paths are relative to.
    :raises TomlError: it is not TOML or has another shape.
    """
    data = parse_toml(text)
    try:
        return _read(text, data, root)
    except ShapeError as error:
        raise located(text, error) from None


def _read(text: str, data: Mapping[str, Any], root: str) -> ScriptMetadata:
    dependencies: tuple[Pep508Requirement, ...] | None = None
    if "dependencies" in data:
        dependencies = tuple(
            shapes.parsed(item, ("dependencies", index), parse_requirement)
            for index, item in enumerate(shapes.array(data["dependencies"], ("dependencies",)))
        )
    python = data.get("requires-python")
    tool = shapes.table(data["tool"], ("tool",), "struct Tool") if "tool" in data else {}
    return ScriptMetadata(
        text=text,
        data=data,
        dependencies=dependencies,
        requires_python=None if python is None else shapes.parsed(python, ("requires-python",), parse_specifiers),
        uv=read_uv_table(tool["uv"], root) if "uv" in tool else NO_UV,
    )


def parse_script(content: bytes, path: str) -> Script | None:
    """Return the script in a file's content, or None without a block.

    :raises UltravioletError: the block breaks the rules.
    """
    block = find_block(content)
    if block is None:
        return None
    return Script(path=path, block=block, metadata=parse_script_metadata(block.metadata, _directory(path)))


def read_script(path: str) -> Script | None:
    """Read a file (absolute path) for its inline metadata; None when it has none.

    :raises OSError: it cannot be read.
    :raises UltravioletError: the block breaks the rules.
    """
    with open(path, "rb") as file:
        return parse_script(file.read(), path)


def start_script(content: bytes, path: str, requires_python: str) -> Script:
    """Return a file without metadata as a script with fresh metadata (nothing is written).

    :param requires_python: the specifiers to write; empty for none.
    """
    block = new_block(content, requires_python)
    return Script(path=path, block=block, metadata=parse_script_metadata(block.metadata, _directory(path)))


def _directory(path: str) -> str:
    import os.path

    return os.path.dirname(path)

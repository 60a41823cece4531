"""Inline script metadata: finding, replacing and starting blocks."""

from __future__ import annotations

import pytest

from ultraviolet.standards.scripts import InvalidScript, find_block, new_block

SCRIPT = b"""#!/usr/bin/env python
# /// script
# dependencies = [
#   "six",
# ]
#
# # ///
# ///

print()
"""


def test_block_is_cut_out_and_put_back() -> None:
    block = find_block(SCRIPT)
    assert block is not None
    assert block.prelude == "#!/usr/bin/env python\n"
    assert block.metadata == 'dependencies = [\n  "six",\n]\n\n# ///\n'
    assert block.replace(block.metadata).encode() == SCRIPT


def test_last_closing_line_counts() -> None:
    block = find_block(b"# /// script\n# a = 1\n# ///\n# b = 2\n# ///\nx")
    assert block is not None
    assert block.metadata == "a = 1\n///\nb = 2\n"


@pytest.mark.parametrize(
    "text",
    [b"print()", b"x # /// script\n# ///\n", b"# /// scripts\n# ///\n", b" # /// script\n# ///\n"],
)
def test_other_files_have_no_block(text: bytes) -> None:
    assert find_block(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"# /// script\n# a = 1\n", "without a closing tag"),
        (b"# /// script\n# a = 1\n# /// x\n", "trailing content"),
        (b"# /// script\n# ///\n\n# /// script\n# ///\n", "multiple PEP 723"),
        (b"# /// script\n# \xff\n# ///\n", "invalid utf-8 sequence"),
    ],
)
def test_broken_blocks_are_explained(text: bytes, reason: str) -> None:
    with pytest.raises(InvalidScript, match=reason):
        find_block(text)


def test_block_inside_another_block_is_its_content() -> None:
    text = b"# /// script\n# ///\n\n# /// other\n# # /// script\n# ///\n"
    assert find_block(text) is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"print()\n", "# /// script\n# dependencies = []\n# ///\nprint()\n"),
        (b"#!/bin/x\nprint()\n", "#!/bin/x\n# /// script\n# dependencies = []\n# ///\nprint()\n"),
        (b"# note\nprint()\n", "# /// script\n# dependencies = []\n# ///\n\n# note\nprint()\n"),
    ],
)
def test_new_block_follows_the_shebang(text: bytes, expected: str) -> None:
    block = new_block(text, "")
    assert block.replace(block.metadata) == expected

"""Repairs for mistakes that are common in published requirements and ``Requires-Python`` values.

The repairs build on one another, in a fixed order; the first text that parses wins. This module is imported only
after a strict parse failed, so it may afford regular expressions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_REPAIRS = (
    # A comma is missing: `>=7.2.0<8.0.0`.
    (re.compile(r"(\d)([<>=~^!])"), r"\1,\2"),
    # A tilde stands where a wildcard was meant: `!=~5.0`.
    (re.compile(r"!=~((?:\d\.)*\d)"), r"!=\1.*"),
    # A wildcard follows an order comparison: `>=1.9.*`.
    (re.compile(r"(<=|>=|<|>)\s*(\d+(\.\d+)*)\.\*"), r"\1\2"),
    # The dot before the wildcard is missing: `!=3.0*`.
    (re.compile(r"(\d\.\d)+\*"), r"\1.*"),
    # The list ends in a comma: `>=3.6,`.
    (re.compile(r",\s*\Z"), ""),
    # Not a number: `>dev`.
    (re.compile(r">dev"), ">0.0.0dev"),
    # A suffix goes on after its number: `>=9.0.0a1.0`.
    (re.compile(r"(\d+(\.\d)*(a|b|rc|post|dev)\d+)\.0"), r"\1"),
)


def repairs(text: str) -> Iterator[str]:
    """Yield ever more repaired versions of `text`, each different from the one before."""
    for pattern, replacement in _REPAIRS:
        repaired = pattern.sub(replacement, text)
        if repaired != text:
            yield repaired
            text = repaired
    # Quotes in a marker are meant; anywhere before it they are strays: `'>= 2.7'`.
    head, semicolon, marker = text.partition(";")
    repaired = head.replace("'", "").replace('"', "") + semicolon + marker
    if repaired != text:
        yield repaired

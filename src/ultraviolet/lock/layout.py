"""Whether a lockfile is laid out as this version writes it: spaces, indents and line ends, not what it says."""

from __future__ import annotations

import re

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_MISPLACED = re.compile(
    r"[\t\r']"  # written with other space, or other quotes
    r"|(?<=.)  | $"  # more than one space, or one at the end
    r"|(?<! )=|=(?! )"
    r"| ,|,(?! |$)"
    r"|\{(?![ }])|(?<![ {])\}"
    r"|\[ | \]"
)


def first_misplaced_line(text: str) -> int | None:
    r"""Return the number of the first line that is laid out in another way; None when there is none.

    >>> first_misplaced_line('a = [\n    "b",\n]\n')
    >>> first_misplaced_line('a = [\n"b",\n]\n')
    2
    """
    lines = text.split("\n")
    last = lines.pop()
    depth = 0
    for number, line in enumerate(lines, start=1):
        bare = _STRING.sub('""', line)
        if "#" in bare:
            bare = bare.partition("#")[0].rstrip(" ")
        body = bare.lstrip(" ")
        indent = len(bare) - len(body)
        if indent != (4 if depth and body and body[0] != "]" else 0) or _MISPLACED.search(body):
            return number
        if depth or body[:1] != "[":  # no header of a table
            depth += body.count("[") - body.count("]")
    return len(lines) + 1 if last or not lines else None

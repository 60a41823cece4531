"""The one renderer of errors.

Two layouts, as uv's: a chain (``error: ...``, ``  Caused by: ...``) for most failures, and a diagnostic tree
(``  × ...``, ``  ╰─▶ ...``) for failed resolutions and preparations. An error asks for the tree by being a
diagnostic (``is_diagnostic``). Hints follow either, each after a blank line, identical ones once.
"""

from __future__ import annotations

import sys

from ultraviolet.console.colors import Paint, strip_color, wants_color
from ultraviolet.console.formats import text_width
from ultraviolet.errors import UltravioletError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from ultraviolet.console.printer import Console

_TREE_WIDTH = 80
_TREE_MARGIN = 2
"""Columns that a tree leaves free at the right."""


def causes(error: BaseException) -> list[BaseException]:
    """The errors an error was raised from, outermost first."""
    chain = []
    cause = error.__cause__
    while cause is not None:
        chain.append(cause)
        cause = cause.__cause__
    return chain


def hints(error: BaseException) -> list[str]:
    """Hints of an error and its causes, identical ones once."""
    found: list[str] = []
    for part in (error, *causes(error)):
        for hint in getattr(part, "hints", ()):
            if hint not in found:
                found.append(hint)
        if getattr(part, "hides_hints", False):
            break
    return found


def message_of(error: BaseException) -> str:
    """The sentence of an error; an operating system's as Rust words it."""
    if isinstance(error, OSError) and error.errno is not None and error.strerror:
        return f"{error.strerror} (os error {error.errno})"
    return str(error)


def system_failure(error: OSError) -> UltravioletError:
    """What the operating system refused, told with the path it is about."""
    path = error.filename2 if error.filename2 is not None else error.filename
    if path is None:
        return UltravioletError(message_of(error))
    failure = UltravioletError(
        f"failed to access `{path.decode(errors='replace') if isinstance(path, bytes) else path}`"
    )
    failure.__cause__ = error
    return failure


def _fill(line: str, width: int | None, first: str, later: str) -> str:
    """Wrap one line at blanks so that its lines are about equally long; words are never broken, runs of blanks are kept."""
    if width is None:
        return first + line
    words = _words(line)
    widths = (width - text_width(first), width - text_width(later))
    lines: list[str] = []
    for start, end in _breaks([size for _, size, _ in words], [gap for *_, gap in words], widths):
        text = "".join(word + " " * gap for word, _, gap in words[start : end - 1]) + words[end - 1][0]
        lines.append((later if lines else first) + text)
    return "\n".join(lines) if lines else first


def _words(line: str) -> list[tuple[str, int, int]]:
    """Return the words of a line: text, columns, and the blanks that follow."""
    words: list[tuple[str, int, int]] = []
    position = 0
    while position < len(line):
        end = line.find(" ", position)
        end = len(line) if end < 0 else end
        after = end
        while after < len(line) and line[after] == " ":
            after += 1
        word = line[position:end]
        words.append((word, text_width(strip_color(word)), after - end))
        position = after
    return words


_LINE_COST = 1000
_OVERFLOW_COST = 2500
_SHORT_END_COST = 25
_OVERFLOW_LIMIT = 8
"""Lines that stick out further never pay off."""


def _breaks(sizes: list[int], gaps: list[int], widths: tuple[int, int]) -> list[tuple[int, int]]:
    """Choose line ends with the least cost: squared blanks at line ends, as the text wrapper of uv does.

    :param widths: of the first line, and of the others.
    :returns: for each line the positions of its first word and of the word after it.
    """
    count = len(sizes)
    # By number of words: (least cost, where the last line begins, number of lines).
    best: list[tuple[int, int, int]] = [(0, 0, 0)]
    for end in range(1, count + 1):
        chosen: tuple[int, int, int] | None = None
        length = -gaps[end - 1]
        for start in range(end - 1, -1, -1):
            length += sizes[start] + gaps[start]
            before, _, lines = best[start]
            target = max(widths[0] if lines == 0 else widths[1], 1)
            over = length - target
            if over > _OVERFLOW_LIMIT and start < end - 1:
                break
            cost = before + _LINE_COST
            if over > 0:
                cost += over * _OVERFLOW_COST
            elif end < count:
                cost += over * over
            elif start + 1 == end and length * 4 < target:
                cost += _SHORT_END_COST
            if chosen is None or cost <= chosen[0]:
                chosen = (cost, start, lines + 1)
        assert chosen is not None
        best.append(chosen)
    spans: list[tuple[int, int]] = []
    end = count
    while end:
        start = best[end][1]
        spans.append((start, end))
        end = start
    return spans[::-1]


def _wrap(text: str, width: int | None, first: str, later: str, authored: str) -> str:
    parts = []
    for number, line in enumerate(text.removesuffix("\n").split("\n")):
        parts.append(_fill(line, width, first if number == 0 else authored, later) if line else "")
    return "\n".join(parts)


def _terminal_columns() -> int | None:
    import os

    for stream in (1, 2, 0):
        try:
            columns = os.get_terminal_size(stream).columns
        except OSError:
            continue
        if columns:
            return columns
    return None


def _chain_width(environ: Mapping[str, str]) -> int | None:
    if "UV_NO_WRAP" in environ:
        return None
    columns = environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit():
        return int(columns)
    return _terminal_columns()


def render_chain(error: BaseException, paint: Paint, environ: Mapping[str, str], *, level: str = "error") -> str:
    """The chain layout, ending with a line end."""
    width = _chain_width(environ)
    color = paint.red if level == "error" else paint.yellow
    indent = " " * (len(level) + 2)
    main = _wrap(message_of(error), width, indent, indent, "").strip()
    text = f"{paint.bold(color(level))}{paint.bold(':')} {main}\n"
    for cause in causes(error):
        wrapped = _wrap(message_of(cause), width, "", " " * 13, " " * 4)
        first, *rest = wrapped.split("\n")
        text += f"  {paint.bold(color('Caused by'))}: {first.strip()}\n"
        text += "".join(f"{line}\n" if line.strip() else "\n" for line in rest)
    return text


def render_tree(error: BaseException, paint: Paint, environ: Mapping[str, str]) -> str:
    """The diagnostic tree, ending with a line end."""
    width = None if "UV_NO_WRAP" in environ else (_terminal_columns() or _TREE_WIDTH) - _TREE_MARGIN
    del paint
    chain = causes(error)
    lines = _tree_block(message_of(error), width, "  × ", "  │ " if chain else "    ")
    for number, cause in enumerate(chain):
        last = number == len(chain) - 1
        lines += _tree_block(message_of(cause), width, "  ╰─▶ " if last else "  ├─▶ ", "      " if last else "  │   ")
    return "".join(f"{line}\n" for line in lines)


def _tree_block(text: str, width: int | None, first: str, later: str) -> list[str]:
    lines: list[str] = []
    for number, line in enumerate(text.split("\n")):
        lines += _fill(line, width, first if number == 0 else later, later).split("\n")
    return [line.rstrip() for line in lines]


def render_hints(found: list[str], paint: Paint, *, close: bool = False) -> str:
    """``hint: ...`` paragraphs, each after a blank line; under a tree (``close``) only the first is."""
    lines = [f"{paint.cyan(paint.bold('hint'))}{paint.bold(':')} {hint}\n" for hint in found]
    if close:
        return "\n" + "".join(lines) if lines else ""
    return "".join(f"\n{line}" for line in lines)


def error_text(error: BaseException, paint: Paint, environ: Mapping[str, str]) -> str:
    """Everything printed about an error."""
    if getattr(error, "silent", False):
        return ""
    is_tree = getattr(error, "is_diagnostic", False)
    render = render_tree if is_tree else render_chain
    text = render(error, paint, environ) + render_hints(hints(error), paint, close=is_tree)
    afterword = getattr(error, "afterword", "")
    return f"{text}\n{afterword}\n" if afterword else text


def render_error(
    error: UltravioletError,
    console: Console | None,
    environ: Mapping[str, str],
    *,
    stderr: TextIO | None = None,
) -> int:
    """Print an error, answering the exit code it asks for."""
    stream = console.stderr if console is not None else (stderr or sys.stderr)
    paint = console.paint if console is not None else Paint(enabled=wants_color(stream, environ))
    if console is None or console.quiet < 2 or getattr(error, "is_diagnostic", False):
        stream.write(error_text(error, paint, environ))
    return error.exit_code


def warning_text(error: BaseException, paint: Paint, environ: Mapping[str, str]) -> str:
    """An error that is only reported, in the chain layout under ``warning:``."""
    return render_chain(error, paint, environ, level="warning") + render_hints(hints(error), paint)

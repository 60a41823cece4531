"""Questions to whoever sits at the terminal."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.console.printer import Console


def confirm(console: Console, question: str, hint: str | None = None, *, default: bool = True) -> bool | None:
    """Ask a question that one key answers; ``None`` where no terminal listens.

    The question and its hint make way for one line with the answer.
    """
    stream = console.stderr
    if not stream.isatty() or not sys.stdin.isatty() or sys.platform == "win32":
        return None
    paint = console.paint
    grey = "\x1b[90m{}\x1b[0m" if paint.enabled else "{}"
    preset = paint.cyan("yes" if default else "no")
    stream.write(f"{paint.yellow('?')} {paint.bold(question)} {grey.format('[y/n]')} {grey.format('›')} {preset}")
    if hint is not None:
        stream.write(f"\n\n{paint.bold(paint.cyan('hint'))}{paint.bold(':')} {hint}")
    stream.write("\x1b[?25l")
    stream.flush()
    try:
        answer = _read_answer(default=default)
    except KeyboardInterrupt:
        stream.write("\x1b[?25h\n")
        stream.flush()
        raise
    stream.write("\r\x1b[2K")
    if hint is not None:
        stream.write("\x1b[1A\x1b[2K\x1b[1A\x1b[2K\r\x1b[0J")
    shown = paint.cyan("yes" if answer else "no")
    stream.write(f"{paint.green('✔')} {paint.bold(question)} {grey.format('·')} {shown}\n\x1b[?25h")
    stream.flush()
    return answer


def _read_answer(*, default: bool) -> bool:
    """Read keys, not waiting for the end of a line, until one is an answer."""
    import os
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    saved = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        while True:
            key = os.read(descriptor, 1)
            if key in (b"y", b"Y"):
                return True
            if key in (b"n", b"N"):
                return False
            if key in (b"\n", b"\r"):
                return default
            if not key:
                return default
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, saved)

"""Errors as the console shows them: the chain of causes, then the hints."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError


def rendered(error: BaseException) -> str:
    lines = [f"error: {indented(str(error), '')}"]
    hints: list[str] = list(error.hints) if isinstance(error, UltravioletError) else []
    cause = error.__cause__
    while cause is not None:
        lines.append(f"  Caused by: {indented(str(cause), '    ')}")
        if isinstance(cause, UltravioletError):
            hints += [hint for hint in cause.hints if hint not in hints]
        cause = cause.__cause__
    text = "\n".join(lines) + "\n"
    for hint in hints:
        text += f"\nhint: {hint}\n"
    return text


def indented(text: str, prefix: str) -> str:
    first, *others = text.rstrip("\n").split("\n")
    return "\n".join([first, *(prefix + line if line else line for line in others)])

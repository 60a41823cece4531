"""Do again what a kept answer says: print and write a compiled file, or install wheels that were chosen before.

:mod:`ultraviolet.fastpath` has found that every input of the answer is as it was (:func:`~ultraviolet.fastpath.recalled`).
What is left to check are the things that are about to be changed, under the locks that the ordinary path takes. Whatever
fails is left to the ordinary path, which says what is wrong; an installation that stops half-way has left journals, from
which that path repairs the environment (``install.journal``). Light modules only: importing ``os`` takes longer than
making an environment.
"""

from __future__ import annotations

import sys
import time

from ultraviolet.errors import UltravioletError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Protocol

    from ultraviolet.fs.links import LinkMode

    class Report(Protocol):
        """Prints the lines of a report, unless the command is to be silent."""

        def __call__(self, lines: Sequence[tuple[str, int | str]], since: int = ..., /) -> None:
            """Print; ``since`` is the ``time.perf_counter_ns`` that durations begin at."""


if sys.platform == "win32":
    import nt as posix
else:
    import posix


def repeat(
    answer: tuple[Any, ...],
    *,
    silent: bool,
    colored: Callable[[int], bool],
    report: Report,
    has_content: Callable[[str, bytes | None], bool],
) -> bool:
    """Whether an answer could be carried out.

    :param colored: whether a stream, 1 or 2, is written to in colours.
    :param has_content: whether a path has the content, or the names, that a hash stands for.
    """
    kind, *facts = answer
    try:
        if kind == "compile":
            return _compile(*facts, silent=silent, colored=colored, report=report)
        if kind == "venv":
            return _make(*facts, silent=silent, colored=colored)
        if kind == "install":
            return _install(*facts, silent=silent, colored=colored, report=report, has_content=has_content)
    except (OSError, UltravioletError, ValueError, TypeError):
        return False
    return False


def _compile(
    texts: tuple[str, str],
    output: tuple[str, bytes] | None,
    lines: Sequence[tuple[str, int | str]],
    *,
    silent: bool,
    colored: Callable[[int], bool],
    report: Report,
) -> bool:
    """Print and write the text of ``pip compile``; ``texts`` are the plain and the coloured one."""
    if output is not None:
        from ultraviolet.fs.atomic import write_through

        write_through(*output)
    report(lines)
    if output is None or not silent:
        _write(1, texts[colored(1)])
    return True


def _make(
    environment: tuple[Any, ...],
    parent: str | None,
    before: tuple[str, str],
    after: tuple[str, str],
    *,
    silent: bool,
    colored: Callable[[int], bool],
) -> bool:
    """Make an environment; the texts, plain and coloured, are what is said before and afterwards.

    ``parent`` is the program whose child this must be, where that tells which shell is told how to go on.
    """
    from ultraviolet.environment.made import MadeEnvironment

    made = MadeEnvironment(*environment)
    if _is_there(made.root) or (parent is not None and posix.readlink(f"/proc/{posix.getppid()}/exe") != parent):
        return False
    if not silent:
        _write(2, before[colored(2)])
    made.make()
    if not silent:
        _write(2, after[colored(2)])
    return True


def _install(
    cache: str,
    environment: str,
    made: tuple[Any, ...] | None,
    before: tuple[str, bytes],
    link_mode: LinkMode,
    placements: Sequence[tuple[Any, ...]],
    lines: Sequence[tuple[str, int | str]],
    changes: tuple[str, str],
    *,
    silent: bool,
    colored: Callable[[int], bool],
    report: Report,
    has_content: Callable[[str, bytes | None], bool],
) -> bool:
    """Place wheels into an environment, which is made first if ``made`` says how.

    ``before`` is its site-packages with the hash of the names in it.
    """
    from ultraviolet.fs.links import Linker
    from ultraviolet.fs.locks import FileLock
    from ultraviolet.install.placing import Placement, Placer

    kept = FileLock(f"{cache}/.lock", mode="shared")
    changed = FileLock(f"{environment}/.lock")
    if not kept.try_acquire():
        return False
    try:
        if made is not None:
            from ultraviolet.environment.made import MadeEnvironment

            MadeEnvironment(*made).make()
        if not changed.try_acquire() or not has_content(*before):
            return False
        report(lines)
        started = time.perf_counter_ns()
        placer = Placer(Linker(link_mode, _refuse))
        for fields in placements:
            placer.place(Placement(*fields))
        report((("installed", len(placements)),), started)
        if not silent:
            _write(2, changes[colored(2)])
        return True
    finally:
        changed.release()
        kept.release()


def _refuse(mode: str) -> None:
    """The ordinary path tells of it when files cannot be linked in the mode that was asked for."""
    raise OSError(f"cannot {mode} files")


def _write(stream: int, text: str) -> None:
    data = text.encode("utf-8", "surrogateescape")
    while data:
        data = data[posix.write(stream, data) :]


def _is_there(path: str) -> bool:
    try:
        posix.lstat(path)
    except FileNotFoundError:
        return False
    return True

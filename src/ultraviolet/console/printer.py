"""One console per process: what goes to which stream at which level.

===========  ==========================================================
level        prints
===========  ==========================================================
``-qq``      diagnostic trees only
``-q``       important results and errors
(default)    results, summaries, warnings, progress
``-v``       debug lines as well, and no progress bars
===========  ==========================================================
"""

from __future__ import annotations

import sys
from time import perf_counter_ns

from ultraviolet.console.colors import Paint, strip_color, wants_color
from ultraviolet.console.formats import duration, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO


class Console:
    """Prints results, summaries, warnings and progress at the level asked for."""

    def __init__(
        self,
        *,
        environ: Mapping[str, str],
        quiet: int = 0,
        verbose: int = 0,
        color: str = "auto",
        no_progress: bool = False,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        self.stdout = sys.stdout if stdout is None else stdout
        self.stderr = sys.stderr if stderr is None else stderr
        self.environ = environ
        self.quiet = quiet
        self.verbose = verbose
        self.color = color
        self.no_progress = no_progress
        self._is_terminal: bool | None = None
        """Whether stderr is one, once that was asked."""
        self.on_stdout = Paint(enabled=wants_color(self.stdout, environ, color))
        """Paint for texts that go to stdout."""
        self.paint = Paint(enabled=wants_color(self.stderr, environ, color))
        """Paint for texts that go to stderr."""
        self._warned: set[str] = set()
        self.has_warned = False
        """Whether there was a warning, printed or not: a stamp could not repeat it."""

    # streams

    def result(self, text: str, *, end: str = "\n") -> None:
        """Print an ordinary result to stdout; ``-q`` drops it."""
        if self.quiet == 0:
            self.stdout.write(text + end)

    def important(self, text: str, *, end: str = "\n") -> None:
        """Print a result to stdout that only ``-qq`` drops."""
        if self.quiet < 2:
            self.stdout.write(text + end)

    def note(self, text: str, *, end: str = "\n") -> None:
        """Print an ordinary message to stderr; ``-q`` drops it."""
        if self.quiet == 0:
            self.stderr.write(text + end)

    def important_note(self, text: str, *, end: str = "\n") -> None:
        """Print a message to stderr that only ``-qq`` drops."""
        if self.quiet < 2:
            self.stderr.write(text + end)

    def always(self, text: str, *, end: str = "\n") -> None:
        """Print to stderr at every level."""
        self.stderr.write(text + end)

    def warn(self, text: str) -> None:
        """Print a warning."""
        self.has_warned = True
        if self.quiet == 0:
            paint = self.paint
            label = paint.bold(paint.yellow("warning"))
            self.stderr.write(f"{label}{paint.bold(':')} {paint.bold(text)}\n")

    def warn_once(self, text: str) -> None:
        """Print a warning unless the same text was printed before."""
        if text not in self._warned:
            self._warned.add(text)
            self.warn(text)

    def debug(self, text: str) -> None:
        """Print a line of ``-v``."""
        if self.verbose and self.quiet == 0:
            self.stderr.write(f"{self.paint.dim('DEBUG')} {text}\n")

    def flush(self) -> None:
        """Write out what is buffered."""
        self.stdout.flush()
        self.stderr.flush()

    @property
    def shows_progress(self) -> bool:
        """Whether moving progress may be drawn on stderr."""
        if self.quiet or self.verbose or self.no_progress:
            return False
        if self._is_terminal is None:
            self._is_terminal = self.stderr.isatty()
        return self._is_terminal

    # summaries

    def _took(self, started: int) -> str:
        return self.paint.dim(f"in {duration(perf_counter_ns() - started)}")

    def _summary(self, text: str) -> None:
        if self.quiet == 0:
            self.stderr.write(self.paint.dim(text) + "\n")

    def _phase(self, verb: str, count: str, started: int) -> None:
        paint = self.paint
        self.note(paint.dim(f"{verb} {paint.bold(count)} {self._took(started)}"))

    def resolved(self, count: int, started: int, *, dry_run: bool = False) -> None:
        """``Resolved N packages in T``; ``started`` is a ``perf_counter_ns`` reading."""
        del dry_run
        if count == 0:
            self._summary(f"Resolved in {duration(perf_counter_ns() - started)}")
        else:
            self._summary(f"Resolved {self.paint.bold(plural(count, 'package'))} {self._took(started)}")

    def checked(self, count: int, started: int, *, dry_run: bool = False) -> None:
        """``Checked N packages in T``: nothing to do."""
        if count == 0:
            self._summary(f"Checked in {duration(perf_counter_ns() - started)}")
        else:
            self._summary(f"Checked {self.paint.bold(plural(count, 'package'))} {self._took(started)}")
        if dry_run:
            self.note("Would make no changes")

    def prepared(self, count: int, started: int, *, suffix: str = "", dry_run: bool = False) -> None:
        """``Prepared N packages in T``."""
        what = f"{plural(count, 'package')} {suffix}".rstrip()
        self._change("Prepared", "download", what, started, dry_run=dry_run)

    def uninstalled(self, count: int, started: int, *, dry_run: bool = False) -> None:
        """``Uninstalled N packages in T``."""
        self._change("Uninstalled", "uninstall", plural(count, "package"), started, dry_run=dry_run)

    def installed(self, count: int, started: int, *, dry_run: bool = False) -> None:
        """``Installed N packages in T``."""
        self._change("Installed", "install", plural(count, "package"), started, dry_run=dry_run)

    def _change(self, verb: str, would: str, what: str, started: int, *, dry_run: bool) -> None:
        if dry_run:
            self.note(self.paint.dim(f"Would {would} {self.paint.bold(what)}"))
        else:
            self._phase(verb, what, started)

    def bytecode_compiled(self, count: int, started: int) -> None:
        """``Bytecode compiled N files in T``."""
        self._phase("Bytecode compiled", plural(count, "file"), started)

    def change(self, mark: str, name: str, specifier: str) -> None:
        """One line of what changed; ``mark`` is ``+``, ``-`` or ``~``."""
        paint = self.paint
        painted = {"+": paint.green, "-": paint.red, "~": paint.yellow}[mark](mark)
        self.note(f" {painted} {paint.bold(name)}{paint.dim(specifier)}")

    def changes(self, events: list[tuple[str, str, str]]) -> None:
        """Change lines in uv's order: by name, removed before added before reinstalled, then specifier.

        ``events`` are ``(mark, name, specifier)``.
        """
        rank = {"-": 0, "+": 1, "~": 2}
        for mark, name, specifier in sorted(events, key=lambda event: (event[1], rank[event[0]], event[2])):
            self.change(mark, name, specifier)


def visible(text: str) -> str:
    """The text without colour codes."""
    return strip_color(text)

"""The lines that operations cause while they work, as uv prints them: every command hands this reporter down."""

from __future__ import annotations

from _thread import allocate_lock

from ultraviolet.console.formats import duration, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ultraviolet.console.printer import Console
    from ultraviolet.console.progress import Progress
    from ultraviolet.operations.reporter import Change
    from ultraviolet.standards.names import PackageName
    from ultraviolet.standards.versions import Version

_MARKS = {"removed": "-", "added": "+", "reinstalled": "~"}


class ConsoleReporter:
    """Implements :class:`ultraviolet.operations.reporter.Reporter` over the console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.remarks: list[str] = []
        """The dim lines printed so far, which a stamp repeats."""
        self.said: list[tuple[str, int | str]] = []
        """The lines before the first summary, dim ones and others, as a report has them."""
        self.has_late_notes = False
        """Whether there was an ordinary line after that, which nothing repeats."""
        self._has_summary = False
        self._hides_work = "UV_TEST_NO_CLI_PROGRESS" in console.environ
        self._gate = allocate_lock()
        """Guards the making of ``_progress``: work begins in several threads at once."""
        self._progress: Progress | None = None
        self._work: dict[str, list[int]] = {}

    # what is said once

    def warn(self, text: str) -> None:
        """Print a warning, the same text once."""
        self._console.warn_once(text)

    def note(self, text: str) -> None:
        """Print an ordinary line to stderr."""
        if self._has_summary:
            self.has_late_notes = True
        self.said.append(("note", text))
        self._console.note(text)

    def remark(self, text: str) -> None:
        """Print a dim line to stderr."""
        self.remarks.append(text)
        self.said.append(("dim", text))
        self._console.note(self._console.paint.dim(text))

    def debug(self, text: str) -> None:
        """Print a line of ``--verbose``."""
        self._console.debug(text)

    @property
    def hears_debug(self) -> bool:
        """Whether lines of ``--verbose`` are printed."""
        return bool(self._console.verbose) and self._console.quiet == 0

    @property
    def explains(self) -> bool:
        """On a terminal, and with ``--verbose``."""
        console = self._console
        return console.quiet == 0 and (bool(console.verbose) or console.stderr.isatty())

    def phase(self, verb: str, count: int, seconds: float, *, suffix: str = "") -> None:
        """Print ``Resolved 2 packages in 117ms``; a count of nothing is left out."""
        self._has_summary = True
        self._finish()
        paint = self._console.paint
        took = paint.dim(f"in {duration(int(seconds * 1e9))}")
        if count == 0 and verb in {"Resolved", "Checked"}:
            self._console.note(paint.dim(f"{verb} in {duration(int(seconds * 1e9))}"))
        else:
            self._console.note(paint.dim(f"{verb} {paint.bold(plural(count, 'package'))}{suffix} {took}"))

    def would(self, verb: str, count: int) -> None:
        """Print ``Would install 2 packages``."""
        paint = self._console.paint
        self._console.note(paint.dim(f"Would {verb} {paint.bold(plural(count, 'package'))}"))

    def compiled(self, files: int, seconds: float) -> None:
        """Print ``Bytecode compiled 3 files in 20ms``."""
        paint = self._console.paint
        took = paint.dim(f"in {duration(int(seconds * 1e9))}")
        self._console.note(paint.dim(f"Bytecode compiled {paint.bold(plural(files, 'file'))} {took}"))

    def changes(self, changes: Sequence[Change]) -> None:
        """Print the lines of what was removed, added and reinstalled, in the order given."""
        for change in changes:
            self._console.change(_MARKS[change.kind], change.name, specifier(change))

    # what goes on

    def on_progress(self, name: PackageName, version: Version) -> None:
        """Draw which version the resolver looks at."""
        if self._console.shows_progress:
            self._drawn().phase(f"{name}=={version}")

    def on_complete(self) -> None:
        """Remove what was drawn."""
        self._finish()

    def on_download_start(self, label: str, size: int | None) -> None:
        """Print or draw a download."""
        if self._hides_work:
            return
        self._work.setdefault(label, []).append(self._drawn().download_started(label, size))

    def on_download_complete(self, label: str, size: int | None) -> None:
        """Print the end of a download."""
        del size
        work = self._take(label)
        if work is not None:
            self._drawn().download_finished(work)

    def on_build_start(self, label: str) -> None:
        """Print that a build begins."""
        if self._hides_work:
            return
        self._work.setdefault(label, []).append(self._drawn().build_started(label))

    def on_build_complete(self, label: str) -> None:
        """Print that a build is done."""
        work = self._take(label)
        if work is not None:
            self._drawn().build_finished(work)

    def on_checkout_start(self, url: str, revision: str) -> None:
        """Print that a repository is fetched."""
        if self._hides_work:
            return
        self._work.setdefault(url, []).append(self._drawn().checkout_started(url, revision))

    def on_checkout_complete(self, url: str, commit: str) -> None:
        """Print that a repository is there."""
        work = self._take(url)
        if work is not None:
            self._drawn().checkout_finished(work, commit)

    def on_prepared(self, done: int, total: int) -> None:
        """Draw how many distributions are ready."""
        if self._console.shows_progress:
            self._drawn().phase(f"Preparing packages... ({done}/{total})")

    def _drawn(self) -> Progress:
        with self._gate:
            if self._progress is None:
                from ultraviolet.console.progress import Progress

                self._progress = Progress(self._console)
            return self._progress

    def _take(self, label: str) -> int | None:
        work = self._work.get(label)
        return work.pop() if work else None

    def _finish(self) -> None:
        if self._progress is not None:
            self._progress.finish()


def specifier(change: Change) -> str:
    """What follows the name in a change line: ``==1.0``, ``==1.0 (from file:///p)``, or `` @ file:///p``."""
    if change.url is None:
        return f"=={change.version}"
    if not change.prepared:
        return f" @ {change.url}"
    return f"=={change.version} (from {change.url})"

"""Progress of resolving, preparing and installing.

Without a terminal only lines about slow work are printed (builds, large downloads, Git checkouts); on one, ``rich``
is imported and draws a spinner and bars. The methods answer small numbers by which the caller names the work later,
and may be called from any thread.
"""

from __future__ import annotations

import threading

from ultraviolet.console.formats import size as size_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ultraviolet.console.printer import Console

_LARGE = 1024 * 1024
"""Downloads up to this many bytes are not worth a line."""


class Progress:
    """Prints lines about slow work, and bars when a terminal listens."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = threading.Lock()
        """Guards the table of work in progress, and keeps lines whole."""
        self._work: dict[int, tuple[str, int | None]] = {}
        self._next = 0
        self._bars: Any = None
        self._tasks: dict[int, Any] = {}
        self._spinner: Any = None

    def _begin(self, what: str, size: int | None) -> int:
        with self._lock:
            self._next += 1
            self._work[self._next] = (what, size)
            return self._next

    def _line(self, text: str) -> None:
        console = self._console
        if self._bars is not None:
            self._bars.console.print(text, highlight=False, markup=False)
        else:
            console.note(text)

    def _label(self, verb: str, width: int) -> str:
        paint = self._console.paint
        return " " * (width - len(verb)) + paint.bold(paint.cyan(verb))

    # the phases

    def phase(self, text: str) -> None:
        """Name what is going on, for the spinner: ``Resolving dependencies...``; an empty text ends it."""
        if not self._console.shows_progress:
            return
        if not text:
            self.finish()
            return
        self._start_bars()
        if self._spinner is None:
            self._spinner = self._bars.add_task(text, total=None)
        else:
            self._bars.update(self._spinner, description=text)

    def finish(self) -> None:
        """Remove everything drawn."""
        if self._bars is not None:
            self._bars.stop()
            self._bars = self._spinner = None
            self._tasks.clear()

    def _start_bars(self) -> None:
        if self._bars is None:
            from rich.console import Console as RichConsole
            from rich.progress import BarColumn, DownloadColumn, SpinnerColumn, TextColumn
            from rich.progress import Progress as RichProgress

            self._bars = RichProgress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(bar_width=30),
                DownloadColumn(binary_units=True),
                console=RichConsole(file=self._console.stderr),
                transient=True,
            )
            self._bars.start()

    # work

    def build_started(self, what: str) -> int:
        """A source distribution is being built."""
        self._line(f"{self._label('Building', 11)} {what}")
        return self._begin(what, None)

    def build_finished(self, work: int) -> None:
        """The build is done."""
        what, _size = self._work.pop(work)
        self._line(f"{self._label('Built', 11)} {what}")

    def checkout_started(self, url: str, revision: str) -> int:
        """A Git repository is being fetched."""
        self._line(f"{self._label('Updating', 11)} {url} ({self._console.paint.dim(revision)})")
        return self._begin(url, None)

    def checkout_finished(self, work: int, commit: str) -> None:
        """The repository is there."""
        url, _size = self._work.pop(work)
        self._line(f"{self._label('Updated', 11)} {url} ({self._console.paint.dim(commit)})")

    def download_started(self, name: str, size: int | None, *, verb: str = "Downloading") -> int:
        """A file is being fetched (or extracted, hashed, uploaded)."""
        work = self._begin(name, size)
        if self._console.shows_progress:
            if size is None or size > _LARGE:
                self._start_bars()
                with self._lock:
                    self._tasks[work] = self._bars.add_task(name, total=size)
        elif size is None:
            self._line(f"{self._label(verb, 11)} {name}")
        elif size > _LARGE:
            self._line(f"{self._label(verb, 11)} {name} {self._console.paint.dim(f'({size_text(size)})')}")
        return work

    def download_advanced(self, work: int, count: int) -> None:
        """More bytes have come."""
        task = self._tasks.get(work)
        if task is not None:
            self._bars.advance(task, count)

    def download_finished(self, work: int, *, verb: str = "Downloaded") -> None:
        """The file is there."""
        name, size = self._work.pop(work)
        task = self._tasks.pop(work, None)
        if task is not None and self._bars is not None:
            self._bars.remove_task(task)
        elif size is None or size > _LARGE:
            self._line(f"{self._label(verb, 11)} {name}")

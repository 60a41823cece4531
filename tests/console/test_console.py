"""The console: levels, colours, summaries, errors, progress without a terminal."""

from __future__ import annotations

import io

import pytest

from ultraviolet.console.colors import Paint, wants_color
from ultraviolet.console.errors import error_text, render_error
from ultraviolet.console.formats import duration, size, text_width
from ultraviolet.console.printer import Console
from ultraviolet.console.progress import Progress
from ultraviolet.console.tables import columns
from ultraviolet.errors import UltravioletError

PLAIN = Paint(enabled=False)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def console(*, quiet: int = 0, verbose: int = 0, color: str = "never") -> tuple[Console, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    return Console(environ={}, quiet=quiet, verbose=verbose, color=color, stdout=out, stderr=err), out, err


def speak(printer: Console) -> None:
    printer.result("result")
    printer.important("important")
    printer.note("note")
    printer.important_note("important note")
    printer.warn("warning")
    printer.debug("debug")
    printer.always("always")


@pytest.mark.parametrize(
    ("quiet", "verbose", "out", "err"),
    [
        (0, 0, "result important", "note / important note / warning: warning / always"),
        (0, 1, "result important", "note / important note / warning: warning / DEBUG debug / always"),
        (1, 0, "important", "important note / always"),
        (2, 0, "", "always"),
    ],
)
def test_levels(quiet: int, verbose: int, out: str, err: str) -> None:
    printer, stdout, stderr = console(quiet=quiet, verbose=verbose)

    speak(printer)

    assert stdout.getvalue().split("\n")[:-1] == out.split()
    assert stderr.getvalue().split("\n")[:-1] == err.split(" / ")


@pytest.mark.parametrize(
    ("variables", "choice", "terminal", "expected"),
    [
        ({}, "auto", False, False),
        ({}, "auto", True, True),
        ({"TERM": "dumb"}, "auto", True, False),
        ({"NO_COLOR": "1"}, "auto", True, False),
        ({"NO_COLOR": ""}, "auto", True, True),
        ({"FORCE_COLOR": "1"}, "auto", False, True),
        ({"CLICOLOR_FORCE": "1"}, "auto", False, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "auto", False, False),
        ({"NO_COLOR": "1"}, "always", False, True),
        ({"FORCE_COLOR": "1"}, "never", True, False),
    ],
)
def test_colour_choice(variables: dict[str, str], choice: str, terminal: bool, expected: bool) -> None:
    stream = Terminal() if terminal else io.StringIO()

    assert wants_color(stream, variables, choice) is expected


def test_codes_are_those_of_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ultraviolet.console.printer.perf_counter_ns", lambda: 117_000_000)
    printer, _out, err = console(color="always")

    printer.resolved(2, 0)
    printer.checked(0, 0)
    printer.prepared(1, 0, suffix="without build isolation")
    printer.installed(3, 0, dry_run=True)
    printer.bytecode_compiled(1, 0)
    printer.changes([("~", "b", "==1"), ("+", "attrs", "==26.1.0"), ("-", "attrs", "==25.1.0")])
    printer.warn("careful")

    assert err.getvalue() == (
        "\x1b[2mResolved \x1b[1m2 packages\x1b[0m \x1b[2min 117ms\x1b[0m\x1b[0m\n"
        "\x1b[2mChecked in 117ms\x1b[0m\n"
        "\x1b[2mPrepared \x1b[1m1 package without build isolation\x1b[0m \x1b[2min 117ms\x1b[0m\x1b[0m\n"
        "\x1b[2mWould install \x1b[1m3 packages\x1b[0m\x1b[0m\n"
        "\x1b[2mBytecode compiled \x1b[1m1 file\x1b[0m \x1b[2min 117ms\x1b[0m\x1b[0m\n"
        " \x1b[31m-\x1b[39m \x1b[1mattrs\x1b[0m\x1b[2m==25.1.0\x1b[0m\n"
        " \x1b[32m+\x1b[39m \x1b[1mattrs\x1b[0m\x1b[2m==26.1.0\x1b[0m\n"
        " \x1b[33m~\x1b[39m \x1b[1mb\x1b[0m\x1b[2m==1\x1b[0m\n"
        "\x1b[1m\x1b[33mwarning\x1b[39m\x1b[0m\x1b[1m:\x1b[0m \x1b[1mcareful\x1b[0m\n"
    )


def test_warning_is_said_once() -> None:
    printer, _out, err = console()

    printer.warn_once("a")
    printer.warn_once("a")
    printer.warn_once("b")

    assert err.getvalue() == "warning: a\nwarning: b\n"


@pytest.mark.parametrize("quiet", [0, 1])
def test_warnings_are_remembered_for_stamps(quiet: int) -> None:
    printer, _out, _err = console(quiet=quiet)
    printer.note("note")
    printer.checked(0, 0)
    assert not printer.has_warned

    printer.warn("careful")
    assert printer.has_warned


def test_nothing_to_do_in_a_dry_run() -> None:
    printer, _out, err = console()

    printer.checked(2, 0, dry_run=True)

    assert err.getvalue().endswith("\nWould make no changes\n")


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [(0, "0.00ms"), (9_999, "0.00ms"), (805_000, "0.80ms"), (999_999_999, "999ms"), (3_725 * 10**9, "62m 05s")],
)
def test_durations(nanoseconds: int, text: str) -> None:
    assert duration(nanoseconds) == text


def test_sizes_and_widths() -> None:
    assert [size(0), size(1023), size(1024), size(5 * 1024**3)] == ["0.0B", "1023.0B", "1.0KiB", "5.0GiB"]
    assert [text_width("abc"), text_width("日本"), text_width("e\u0301")] == [3, 4, 1]


def test_table_is_padded_by_width() -> None:
    lines = columns(("Package", "Version"), [("日本語パッケージ", "1"), ("x", "2.0")])

    assert lines == [
        "Package          Version",
        "---------------- -------",
        "日本語パッケージ 1",
        "x                2.0",
    ]


# errors


def chain(*messages: str, hints: tuple[str, ...] = (), diagnostic: bool = False) -> UltravioletError:
    error: UltravioletError | None = None
    for message in reversed(messages):
        outer = UltravioletError(message, hints=hints)
        outer.is_diagnostic = diagnostic
        outer.__cause__ = error
        error = outer
    assert error is not None
    return error


def test_chain_with_hints() -> None:
    error = chain("Failed to read", "Bad\n\nsecond\n  third", "Inner", hints=("Try again",))

    assert error_text(error, PLAIN, {"UV_NO_WRAP": "1"}) == (
        "error: Failed to read\n  Caused by: Bad\n\n    second\n      third\n  Caused by: Inner\n\nhint: Try again\n"
    )


def test_chain_is_wrapped_at_columns() -> None:
    error = chain(
        "Failed to initialize cache at `/proc/foo/x`", "failed to create directory `/proc/foo/x`: No such file"
    )

    assert error_text(error, PLAIN, {"COLUMNS": "40"}) == (
        "error: Failed to initialize cache at\n       `/proc/foo/x`\n"
        "  Caused by: failed to create directory\n             `/proc/foo/x`: No such file\n"
    )


def test_colours_of_a_chain() -> None:
    text = error_text(chain("a", "b", hints=("c",)), Paint(enabled=True), {"UV_NO_WRAP": "1"})

    assert text == (
        "\x1b[1m\x1b[31merror\x1b[39m\x1b[0m\x1b[1m:\x1b[0m a\n"
        "  \x1b[1m\x1b[31mCaused by\x1b[39m\x1b[0m: b\n"
        "\n\x1b[36m\x1b[1mhint\x1b[0m\x1b[39m\x1b[1m:\x1b[0m c\n"
    )


def test_tree_is_wrapped_at_80(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ultraviolet.console.errors._terminal_columns", lambda: None)
    error = chain(
        "No solution found when resolving dependencies:",
        "Because zfoo was not found in the package registry and you require zfoo, we can conclude that your "
        "requirements are unsatisfiable.",
        diagnostic=True,
    )

    assert error_text(error, PLAIN, {"COLUMNS": "40"}) == (
        "  × No solution found when resolving dependencies:\n"
        "  ╰─▶ Because zfoo was not found in the package registry and you require zfoo,\n"
        "      we can conclude that your requirements are unsatisfiable.\n"
    )


def test_tree_with_several_causes() -> None:
    error = chain(
        "Failed to build `b`", "The build backend returned an error", "Call failed\n\n[stderr]\nx", diagnostic=True
    )

    assert error_text(error, PLAIN, {"UV_NO_WRAP": "1"}) == (
        "  × Failed to build `b`\n  ├─▶ The build backend returned an error\n  ╰─▶ Call failed\n\n      [stderr]\n      x\n"
    )


def test_errors_at_quiet_levels() -> None:
    printer, _out, err = console(quiet=2)

    assert render_error(UltravioletError("no", exit_code=1), printer, {}) == 1
    assert err.getvalue() == ""
    render_error(chain("tree", diagnostic=True), printer, {})
    assert err.getvalue() == "  × tree\n"


def test_operating_system_errors_in_the_words_of_rust() -> None:
    error = UltravioletError("failed to open file `x`")
    error.__cause__ = FileNotFoundError(2, "No such file or directory")

    assert "Caused by: No such file or directory (os error 2)" in error_text(error, PLAIN, {"UV_NO_WRAP": "1"})


# progress


def test_slow_work_is_named_without_a_terminal() -> None:
    printer, _out, err = console()
    progress = Progress(printer)

    build = progress.build_started("proj @ file:///p")
    progress.build_finished(build)
    checkout = progress.checkout_started("https://x/y", "main")
    progress.checkout_finished(checkout, "abc")
    for name, count in (("small", 10), ("large", 1_300_000), ("unknown", None)):
        download = progress.download_started(name, count)
        progress.download_advanced(download, 5)
        progress.download_finished(download)
    progress.phase("Resolving dependencies...")
    progress.finish()

    assert err.getvalue() == (
        "   Building proj @ file:///p\n      Built proj @ file:///p\n"
        "   Updating https://x/y (main)\n    Updated https://x/y (abc)\n"
        "Downloading large (1.2MiB)\n Downloaded large\nDownloading unknown\n Downloaded unknown\n"
    )


def test_bars_on_a_terminal() -> None:
    err = Terminal()
    printer = Console(environ={}, stdout=io.StringIO(), stderr=err, color="never")
    progress = Progress(printer)

    assert printer.shows_progress
    progress.phase("Resolving dependencies...")
    work = progress.download_started("large", 5_000_000)
    progress.download_advanced(work, 1_000_000)
    progress.download_finished(work)
    progress.phase("")

    assert "Resolving dependencies..." in err.getvalue()

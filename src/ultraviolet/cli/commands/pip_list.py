"""``uv pip list``."""

from __future__ import annotations

from ultraviolet.cli.pip_environment import (
    is_strict,
    open_environment,
    warn_about_entries,
    warn_about_problems,
    warn_about_version_check,
)
from ultraviolet.errors import UltravioletError
from ultraviolet.operations.installed import Row, read_site_packages, rows, select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """List what is installed."""
    arguments = invocation.arguments
    warn_about_version_check(invocation)
    outdated = arguments.flag("--outdated")
    form = str(arguments.one("--format") or "columns")
    if outdated and form == "freeze":
        raise UltravioletError("`--outdated` cannot be used with `--format freeze`")
    environment = open_environment(invocation)
    site_packages = read_site_packages(environment)
    warn_about_entries(invocation, [site_packages])
    chosen = select(
        site_packages,
        editable=arguments.switch("--editable", "--exclude-editable"),
        exclude=frozenset(map(str, arguments.many("--exclude"))),
    )
    latest = None
    if outdated:
        from ultraviolet.cli.reporting import ConsoleReporter
        from ultraviolet.operations.outdated import find_outdated

        reporter = ConsoleReporter(invocation.console)
        names = [distribution.name for distribution in chosen]
        latest = find_outdated(invocation.settings, reporter, names, environment.interpreter) if names else {}
    _PRINTERS[form](invocation, rows(chosen, latest), outdated)
    if is_strict(invocation):
        warn_about_problems(invocation, environment, [site_packages])
    return 0


def _print_json(invocation: Invocation, found: Sequence[Row], outdated: bool) -> None:
    del outdated
    invocation.console.important("[" + ",".join(map(_object, found)) + "]")


def _object(row: Row) -> str:
    text = f'{{"name":{_json(row.name)},"version":{_json(row.version)}'
    if row.latest is not None:
        text += f',"latest_version":{_json(row.latest)},"latest_filetype":{_json(row.latest_kind or "")}'
    if row.location is not None:
        text += f',"editable_project_location":{_json(row.location)}'
    return text + "}"


def _json(text: str) -> str:
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    import json

    return json.dumps(text, ensure_ascii=False)


def _print_freeze(invocation: Invocation, found: Sequence[Row], outdated: bool) -> None:
    del outdated
    console = invocation.console
    for row in found:
        console.important(f"{console.on_stdout.bold(row.name)}=={row.version}")


def _print_columns(invocation: Invocation, found: Sequence[Row], outdated: bool) -> None:
    if not found:
        return
    from ultraviolet.console.tables import columns

    header = ["Package", "Version"]
    cells = [[row.name, row.version] for row in found]
    if outdated:
        header += ["Latest", "Type"]
        for row, line in zip(found, cells, strict=True):
            line += [row.latest or "", row.latest_kind or ""]
    if any(row.location is not None for row in found):
        header.append("Editable project location")
        for row, line in zip(found, cells, strict=True):
            line.append(row.location or "")
    invocation.console.important("\n".join(columns(header, cells)))


_PRINTERS = {"json": _print_json, "freeze": _print_freeze, "columns": _print_columns}

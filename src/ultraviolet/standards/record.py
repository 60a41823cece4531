"""``RECORD``: the files of an installed distribution or a wheel, one CSV row each: path, hash, size.

Specification: https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file
"""

from __future__ import annotations

from collections.abc import Iterable

RecordRow = tuple[str, str, str]
"""(path with ``/``, ``sha256=...`` or empty, size in bytes or empty)."""


def parse_record(text: str) -> list[RecordRow]:
    r"""Parse a RECORD; leading slashes of paths are dropped (some wheels carry absolute paths), as are empty lines.

    >>> parse_record("a.py,sha256=x,1\\nb/RECORD,,\\n")
    [('a.py', 'sha256=x', '1'), ('b/RECORD', '', '')]
    """
    if '"' in text:
        import csv
        import io

        return [_row(fields) for fields in csv.reader(io.StringIO(text, newline="")) if fields]
    return [_row(line.split(",")) for line in text.splitlines() if line]


def _row(fields: list[str]) -> RecordRow:
    path = fields[0].lstrip("/")
    return path, fields[1] if len(fields) > 1 else "", fields[2] if len(fields) > 2 else ""


def sort_rows(rows: list[RecordRow]) -> None:
    """Sort rows as installers write them: by path, then hash, then size; nothing sorts before something."""
    rows.sort(key=_order)


def _order(row: RecordRow) -> tuple[str, str, int]:
    return row[0], row[1], int(row[2]) if row[2] else -1


def format_record(rows: Iterable[RecordRow]) -> str:
    r"""Write rows, LF line ends, quoting only the paths that need it.

    >>> format_record([("a.py", "sha256=x", "1"), ("b,c.py", "", "")])
    'a.py,sha256=x,1\\n"b,c.py",,\\n'
    """
    return "".join([f"{quote(path) if _needs_quotes(path) else path},{digest},{size}\n" for path, digest, size in rows])


def _needs_quotes(path: str) -> bool:
    return "," in path or '"' in path or "\n" in path or "\r" in path


def quote(path: str) -> str:
    """Quote a path for one field."""
    return '"' + path.replace('"', '""') + '"'

"""Bring a wheel's RECORD in line with what its archive held.

Uninstalling removes what RECORD lists, so it must list what was unpacked and nothing else: entries without a file go, files
without an entry are added without a hash, and a correct RECORD is left as it is, byte for byte.
"""

from __future__ import annotations

import os

from ultraviolet.fs.atomic import write_bytes
from ultraviolet.fs.errors import ArchiveError
from ultraviolet.fs.unpacked import FileEntry, safe_relative_path

RecordRow = tuple[str, str, str]
"""Path, hash (``sha256=...`` or empty), size (decimal or empty)."""


def find_dist_info(files: list[FileEntry]) -> str:
    """Return the name of the one ``*.dist-info`` directory at the top of a wheel.

    :raises ArchiveError: there is none, or there are several.
    """
    found = sorted({path.partition("/")[0] for path, _, _ in files if path.partition("/")[0].endswith(".dist-info")})
    if not found:
        raise ArchiveError("Missing .dist-info directory")
    if len(found) > 1:
        names = ", ".join(name.removesuffix(".dist-info") for name in found)
        raise ArchiveError(f"Multiple .dist-info directories found: {names}")
    return found[0]


def parse_rows(text: str) -> list[RecordRow]:
    """Read the rows of a RECORD; quoting is rare enough to make the csv module worth avoiding."""
    if '"' in text:
        import csv

        return [_row(row) for row in csv.reader(text.splitlines()) if row]
    return [_row(line.split(",")) for line in text.splitlines() if line]


def _row(parts: list[str]) -> RecordRow:
    return (parts[0], parts[1] if len(parts) > 1 else "", parts[2] if len(parts) > 2 else "")


def format_rows(rows: list[RecordRow]) -> str:
    """Write rows, sorted, quoting paths that need it."""
    return "".join(f"{_quoted(path)},{digest},{size}\n" for path, digest, size in sorted(rows))


def _quoted(path: str) -> str:
    if "," in path or '"' in path or "\n" in path:
        return '"' + path.replace('"', '""') + '"'
    return path


def heal_record(root: str, files: list[FileEntry]) -> dict[str, str]:
    """Check the RECORD of the wheel unpacked at ``root`` against ``files``, rewriting it when they differ.

    Return the digest of each file that RECORD gives one for: ``{path: "sha256=..."}``.

    :raises ArchiveError: there is no single ``.dist-info`` directory with a RECORD.
    """
    dist_info = find_dist_info(files)
    record = f"{root}/{dist_info}/RECORD"
    try:
        with open(record, "rb") as file:
            text = file.read().decode()
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise ArchiveError(f"RECORD file of the wheel is invalid: `{dist_info}/RECORD`") from error
    remaining = {path: size for path, size, _ in files}
    digests: dict[str, str] = {}
    kept: list[RecordRow] = []
    stale = False
    for row in parse_rows(text):
        path = row[0]
        if path not in remaining:
            path = safe_relative_path(path) or path
        if remaining.pop(path, None) is None:
            stale = True
            continue
        kept.append(row)
        if row[1]:
            digests[path] = row[1]
    remaining.pop(f"{dist_info}/RECORD.jws", None)
    remaining.pop(f"{dist_info}/RECORD.p7s", None)
    if stale or remaining:
        kept.extend((path, "", str(size)) for path, size in remaining.items())
        write_bytes(record, format_rows(kept).encode())
        size = os.stat(record).st_size
        files[:] = [
            (path, size if path == f"{dist_info}/RECORD" else old, executable) for path, old, executable in files
        ]
    return digests

"""Text of ``uv.lock`` to values: quick for the layout we and uv write, general for every other spelling of the same data."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError
from ultraviolet.lock.errors import LockError, LockParseError, UnsupportedLockVersion
from ultraviolet.lock.model import VERSION, Lock

_ADVICE = "Downgrade to a compatible uv version, or remove the `uv.lock` prior to running `uv lock` or `uv sync`."


def parse_lock(text: str, *, check_wheel_versions: bool = True) -> Lock:
    """Read a lockfile of any revision of schema version 1.

    :param check_wheel_versions: compare the versions of wheels with that of their package.
    :raises LockParseError: not TOML, not the shape of a lock, or inconsistent; the cause says where.
    :raises UnsupportedLockVersion: written under another schema version.
    """
    from ultraviolet.lock._quick import read_canonical

    lock = read_canonical(text, check_wheel_versions=check_wheel_versions)
    return lock if lock is not None else parse_lock_tables(text, check_wheel_versions=check_wheel_versions)


def parse_lock_tables(text: str, *, check_wheel_versions: bool = True) -> Lock:
    """Read a lockfile in any TOML layout; the same result as :func:`parse_lock`, slower."""
    from ultraviolet.lock._checks import check_lock
    from ultraviolet.lock._tables import WireError, lock_from_tables, schema_version
    from ultraviolet.standards.toml import TomlError, parse_toml
    from ultraviolet.standards.toml_parser import parse_document

    try:
        data = parse_toml(text)
    except TomlError as error:
        raise LockParseError("Failed to parse `uv.lock`", hints=_merge_hints(text)) from error
    version = schema_version(data)
    try:
        lock = lock_from_tables(data)
    except WireError as error:
        place = parse_document(text).locate(error.path) if error.path else None
        start, end = place if place is not None else (0, 0)
        cause: UltravioletError = TomlError(error.reason, text=text, start=start, end=end)
        raise _unreadable(version) from cause
    try:
        check_lock(lock, wheel_versions=check_wheel_versions)
    except LockError as error:
        raise _unreadable(version) from error
    if lock.version != VERSION:
        raise UnsupportedLockVersion(
            f"The lockfile at `uv.lock` uses an unsupported schema version (v{lock.version}, but only v{VERSION} is "
            f"supported). {_ADVICE}",
            version=lock.version,
        )
    return lock


def _unreadable(version: int | None) -> LockError:
    if version is None or version == VERSION:
        return LockParseError("Failed to parse `uv.lock`")
    return UnsupportedLockVersion(
        f"Failed to parse `uv.lock`, which uses an unsupported schema version (v{version}, but only v{VERSION} is "
        f"supported). {_ADVICE}",
        version=version,
    )


def _merge_hints(text: str) -> tuple[str, ...]:
    """Say so if a merge left its markers in the file."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("<<<<<<< "):
            hint = (
                f"Resolve the merge conflict that starts at line {number} of `uv.lock`: take the file of either side (`git "
                "checkout --ours uv.lock` or `--theirs`) and run `uv lock`, which adds what the other side needs"
            )
            return (hint,)
    return ()

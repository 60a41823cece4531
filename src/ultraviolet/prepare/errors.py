"""Failures of fetching, building and unpacking, each naming the distribution."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError


class PreparationFailed(UltravioletError):
    """A distribution could not be fetched, built or read; the cause says why."""

    exit_code = 1
    is_diagnostic = True

    def __init__(self, verb: str, label: str, *, name: str | None = None, version: str | None = None) -> None:
        super().__init__(f"Failed to {verb} `{label}`")
        self.name = name
        self.version = version


class HashMismatch(UltravioletError):
    """An archive is not the one that was asked for."""

    def __init__(self, label: str, expected: tuple[str, ...], computed: tuple[str, ...]) -> None:
        listed = "\n".join(f"  {digest}" for digest in expected)
        found = "\n".join(f"  {digest}" for digest in computed)
        super().__init__(f"Hash mismatch for `{label}`\n\nExpected:\n{listed}\n\nComputed:\n{found}")
        self.expected = expected
        self.computed = computed


class HashesMissing(UltravioletError):
    """Hashes are required and this kind of distribution cannot have any, or has none."""


class SizeMismatch(UltravioletError):
    """A locked size is not that of the download."""

    def __init__(self, label: str, expected: int, actual: int) -> None:
        super().__init__(f"Size mismatch for `{label}`: expected {expected} bytes, but downloaded {actual} bytes")


class InvalidWheel(UltravioletError):
    """A wheel contradicts its filename, or was built for something else."""


class MismatchedMetadata(InvalidWheel):
    """A source that was built turned out to be another package or version."""


class PythonTooOld(UltravioletError):
    """A source needs a newer Python than the one that would build it."""

    def __init__(self, required: str, installed: str) -> None:
        super().__init__(f"The source distribution requires Python {required}, but {installed} is installed")
        self.required = required
        self.installed = installed


class SourceMissing(UltravioletError):
    """A path names nothing."""


class NotSupported(UltravioletError):
    """A kind of source that this version does not handle."""

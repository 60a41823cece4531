"""Failures of git, from the operation down to the process."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError


class GitError(UltravioletError):
    """Something about a repository did not work; the cause says more."""


class GitFailed(GitError):
    """The operation as a whole."""

    def __init__(self) -> None:
        super().__init__("Git operation failed")


class GitMissing(GitError):
    """There is no git program."""

    def __init__(self) -> None:
        super().__init__("Git executable not found. Ensure that Git is installed and available.")


class GitOffline(GitError):
    """A repository elsewhere would have to be asked."""

    def __init__(self) -> None:
        super().__init__(
            "Remote Git fetches are not allowed because network connectivity is disabled (i.e., with `--offline`)"
        )


class GitProcessFailed(GitError):
    """The git program ended with a failure."""


class LfsUnavailable(GitError):
    """Large files were asked for and cannot be had."""

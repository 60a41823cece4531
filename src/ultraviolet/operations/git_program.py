"""The git program, as far as new projects need it: work trees, ``git init``, the user's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ultraviolet.errors import UltravioletError
from ultraviolet.git.program import NOT_INHERITED
from ultraviolet.python.discovery import which_all

WorkTree = Literal["inside", "outside", "no-git", "unknown"]


class GitMissing(UltravioletError):
    """There is no git program."""


class GitFailed(UltravioletError):
    """The git program did not do what it was asked."""


class Git:
    """Runs git in a directory."""

    def __init__(self, environ: Mapping[str, str], cwd: str) -> None:
        found = which_all("git", environ.get("PATH", ""), cwd)
        self._program = found[0] if found else None
        self._environ = {name: value for name, value in environ.items() if name not in NOT_INHERITED}

    @property
    def is_there(self) -> bool:
        """Whether the program was found."""
        return self._program is not None

    def work_tree(self, directory: str) -> WorkTree:
        """Tell whether a directory belongs to a repository."""
        if self._program is None:
            return "no-git"
        try:
            status, output, errors = self._run(["rev-parse", "--is-inside-work-tree"], directory, {"LC_ALL": "C"})
        except OSError:
            return "unknown"
        if status == 0:
            return "inside" if output.strip() == "true" else "unknown"
        return "outside" if "not a git repository" in errors else "unknown"

    def initialize(self, directory: str) -> None:
        """Make a repository.

        :raises GitMissing: there is no git.
        :raises GitFailed: git could not.
        """
        if self._program is None:
            raise GitMissing("Attempted to initialize a Git repository, but `git` was not found in PATH")
        try:
            status, output, errors = self._run(["init"], directory)
        except OSError as error:
            raise GitFailed("`git` command failed") from error
        if status:
            raise GitFailed(f"Failed to initialize Git repository at `{directory}`\nstdout: {output}\nstderr: {errors}")

    def setting(self, name: str, directory: str) -> str | None:
        """Return a value of the configuration that holds in a directory."""
        if self._program is None:
            return None
        try:
            status, output, _ = self._run(["config", "--get", name], directory)
        except OSError:
            return None
        return output.strip() if status == 0 else None

    def _run(
        self, words: list[str], directory: str, variables: Mapping[str, str] | None = None
    ) -> tuple[int, str, str]:
        import subprocess

        assert self._program is not None
        done = subprocess.run(
            [self._program, *words],
            cwd=directory,
            env={**self._environ, **(variables or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")

"""Runs the git program: no prompts, no variables that point at another repository, failures in its own words."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ultraviolet.git.errors import GitMissing, GitProcessFailed

NOT_INHERITED = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_WORK_TREE",
    }
)
"""Variables that git sets for what it runs itself; they would point at another repository."""
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=/,.+")


class GitProgram:
    """The git program of an environment."""

    __slots__ = ("_environ", "_lfs", "_path")

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = {name: value for name, value in environ.items() if name not in NOT_INHERITED}
        self._path: str | None = None
        self._lfs: bool | None = None

    def run(self, *words: str, directory: str | None = None, variables: Mapping[str, str | None] | None = None) -> str:
        """Run git and return what it prints.

        :param variables: variables to set, or to leave out where the value is None.
        :raises GitMissing: there is no git.
        :raises GitProcessFailed: it failed.
        """
        import subprocess

        path = self._find()
        environ = dict(self._environ)
        for name, value in (variables or {}).items():
            if value is None:
                environ.pop(name, None)
            else:
                environ[name] = value
        shown = " ".join(map(_quoted, (path, *words)))
        try:
            done = subprocess.run(
                [path, *words],
                cwd=directory,
                env=environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except OSError as error:
            raise GitProcessFailed(f"could not execute process `{shown}` (never executed)") from error
        output = done.stdout.decode("utf-8", "replace")
        if done.returncode:
            raise GitProcessFailed(_failure(shown, done.returncode, output, done.stderr.decode("utf-8", "replace")))
        return output

    def has_lfs(self) -> bool:
        """Whether the extension for large files is there."""
        if self._lfs is None:
            if "UV_INTERNAL__TEST_LFS_DISABLED" in self._environ:
                self._lfs = False
            else:
                try:
                    self.run("lfs", "version")
                except GitProcessFailed:
                    self._lfs = False
                else:
                    self._lfs = True
        return self._lfs

    def _find(self) -> str:
        if self._path is None:
            import shutil

            found = shutil.which("git", path=self._environ.get("PATH", ""))
            if found is None:
                raise GitMissing
            self._path = os.path.abspath(found)
        return self._path


def _failure(shown: str, status: int, output: str, errors: str) -> str:
    how = f"exit status: {status}" if status > 0 else f"signal: {-status}"
    text = f"process didn't exit successfully: `{shown}` ({how})"
    for name, content in (("stdout", output), ("stderr", errors)):
        if content.strip():
            text += f"\n--- {name}\n{content}"
    return text


def _quoted(word: str) -> str:
    """Return a word as a shell would need it."""
    if word and _PLAIN.issuperset(word):
        return word
    return "'" + word.replace("'", "'\\''").replace("!", "'\\!'") + "'"

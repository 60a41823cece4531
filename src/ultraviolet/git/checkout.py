"""The files of one commit, cloned from the database next door."""

from __future__ import annotations

import os

from ultraviolet.fs.trees import remove_tree
from ultraviolet.git.database import Database, large_files_are_intact
from ultraviolet.git.errors import GitProcessFailed
from ultraviolet.git.program import GitProgram
from ultraviolet.git.remote import Remote

_READY = ".ok"
"""Holds the commit once all is there; an interrupted checkout has none."""


def is_ready(path: str, commit: str) -> bool:
    """Whether the files of a commit are all at a path."""
    try:
        with open(f"{path}/{_READY}", encoding="utf-8") as stream:
            return stream.read().strip() == commit
    except (OSError, UnicodeDecodeError):
        return False


def check_out(
    program: GitProgram, database: Database, commit: str, path: str, remote: Remote, *, large_files: bool | None
) -> bool:
    """Put the files of a commit at a path, with those of its submodules.

    :param large_files: whether those are in the database; None when they are not wanted.
    :return: whether the large files are there, if they were wanted.
    :raises GitError: git could not.
    """
    if os.path.isdir(path):
        remove_tree(path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        program.run("clone", "--local", database.path, path)
    except GitProcessFailed:
        program.run("clone", "--no-hardlinks", database.path, path)
    variables: dict[str, str | None] = {"GIT_LFS_SKIP_SMUDGE": "0" if large_files else "1"}
    program.run("reset", "--hard", commit, directory=path, variables=variables)
    if os.path.exists(f"{path}/.gitmodules"):
        _update_submodules(program, path, remote, variables)
    intact = large_files is True and large_files_are_intact(program, path, commit)
    if large_files is None or intact:
        with open(f"{path}/{_READY}", "w", encoding="utf-8") as stream:
            stream.write(commit)
    return intact


def _update_submodules(program: GitProgram, path: str, remote: Remote, variables: dict[str, str | None]) -> None:
    # Relative URLs start at the URL of the repository around: first for those of this one, then, without
    # that setting, for those inside submodules.
    with remote.redacting():
        for settings, words in (
            (remote.submodule_settings(), ("--init",)),
            (remote.credential_settings(), ("--recursive", "--init")),
        ):
            given = [word for setting in settings for word in ("-c", setting)]
            program.run(*given, "submodule", "update", *words, directory=path, variables=variables)

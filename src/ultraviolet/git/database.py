"""One clone of a repository in the cache, without a work tree of its own use: what was fetched so far."""

from __future__ import annotations

import os

import msgspec

from ultraviolet.fs.trees import remove_tree
from ultraviolet.git.errors import GitError, GitOffline, GitProcessFailed
from ultraviolet.git.program import GitProgram
from ultraviolet.git.reference import Reference, commit_reference, is_commit
from ultraviolet.git.remote import Remote


class Transport(msgspec.Struct, frozen=True, kw_only=True):
    """How repositories elsewhere may be reached."""

    offline: bool = False
    insecure: bool = False
    """Certificates of the host are not verified."""

    def variables(self) -> dict[str, str | None]:
        """Return what git is to be told."""
        # A question on the terminal would be painted over, and nobody could answer it.
        found: dict[str, str | None] = {"GIT_TERMINAL_PROMPT": "0"}
        if self.insecure:
            found["GIT_SSL_NO_VERIFY"] = "true"
        if self.offline:
            found["GIT_ALLOW_PROTOCOL"] = "file"
        return found


class Database:
    """The clone at a path, which need not be there yet."""

    __slots__ = ("_program", "_shown", "path")

    def __init__(self, program: GitProgram, path: str, *, shown: str) -> None:
        """Take the clone at ``path``.

        :param shown: the path as messages have it.
        """
        self._program = program
        self._shown = shown
        self.path = path

    @property
    def is_there(self) -> bool:
        """Whether it can be used."""
        if not os.path.isdir(f"{self.path}/.git"):
            return False
        try:
            self._git("rev-parse")
        except GitProcessFailed:
            return False
        return True

    def contains(self, commit: str) -> bool:
        """Whether a commit was fetched."""
        try:
            self._git("rev-parse", f"{commit}^0")
        except GitProcessFailed:
            return False
        return True

    def has_large_files(self, revision: str) -> bool:
        """Whether the large files of a revision are there and intact."""
        if not self._program.has_lfs():
            return False
        return large_files_are_intact(self._program, self.path, revision)

    def update(self, remote: Remote, reference: Reference, commit: str | None, transport: Transport) -> str:
        """Fetch what a reference, or the commit it is held at, needs; return the commit.

        A clone that cannot give the commit after fetching is made anew.

        :raises GitError: the repository cannot be had, or does not have it.
        """
        if commit is None and reference.kind == "branch, tag, or commit" and is_commit(reference.name):
            # Most servers give out any commit; of the others, all branches and tags must be fetched.
            fresh = not self.is_there
            try:
                return self.update(remote, reference, reference.name.lower(), transport)
            except GitOffline:
                raise
            except GitError:
                if fresh:
                    remove_tree(self.path)
        wanted = reference if commit is None else commit_reference(commit)
        if self.is_there:
            with _saying(f"failed to fetch into: {self._shown}"):
                self._fetch(remote, wanted, transport)
            try:
                return self._resolve(wanted)
            except GitError:
                pass
        if os.path.isdir(self.path):
            remove_tree(self.path)
        os.makedirs(self.path, exist_ok=True)
        self._git("init")
        with _saying(f"failed to clone into: {self._shown}"):
            self._fetch(remote, wanted, transport)
        return commit if commit is not None else self._resolve(wanted)

    def fetch_large_files(self, remote: Remote, commit: str, transport: Transport) -> bool:
        """Fetch the large files of a commit; return whether they are all there."""
        if not self._program.has_lfs():
            return False
        variables: dict[str, str | None] = {"GIT_LFS_SKIP_SMUDGE": None}
        if transport.insecure:
            variables["GIT_SSL_NO_VERIFY"] = "true"
        with _saying(f"failed to fetch LFS objects at {commit}"), remote.redacting():
            self._git("lfs", "fetch", remote.url, commit, variables=variables)
        return large_files_are_intact(self._program, self.path, commit)

    def _resolve(self, reference: Reference) -> str:
        failure: GitProcessFailed | None = None
        for revision in reference.revisions:
            try:
                return self._git("rev-parse", revision).strip()
            except GitProcessFailed as error:
                failure = error
        raise GitError(f"failed to find {reference.kind} `{reference.name}`") from failure

    def _fetch(self, remote: Remote, reference: Reference, transport: Transport) -> None:
        if reference.kind == "commit":
            try:
                if self._resolve(reference) == reference.name:
                    return
            except GitError:
                pass
        refspecs = reference.refspecs
        # Of a branch and a tag of one name, one is there; other kinds need all they name.
        attempts = [(refspec,) for refspec in refspecs] if reference.kind == "branch or tag" else [refspecs]
        failure: GitError | None = None
        for attempt in attempts:
            try:
                self._fetch_refspecs(remote, attempt, reference.kind == "branch, tag, or commit", transport)
            except GitError as error:
                failure = error
            else:
                return
        assert failure is not None
        if reference.kind == "default branch":
            raise failure
        raise GitError(f"failed to fetch {reference.kind} `{reference.name}`") from failure

    def _fetch_refspecs(self, remote: Remote, refspecs: tuple[str, ...], tags: bool, transport: Transport) -> None:
        words = ["fetch", *(["--tags"] if tags else []), "--force", "--update-head-ok", remote.url, *refspecs]
        try:
            with remote.redacting():
                self._git(*words, variables=transport.variables())
        except GitProcessFailed as error:
            if transport.offline and "transport '" in error.message and "' not allowed" in error.message:
                raise GitOffline from None
            raise

    def _git(self, *words: str, variables: dict[str, str | None] | None = None) -> str:
        return self._program.run(*words, directory=self.path, variables=variables)


def large_files_are_intact(program: GitProgram, directory: str, revision: str) -> bool:
    """Whether the large files of a revision are there and are what they should be."""
    try:
        program.run("lfs", "fsck", "--objects", revision, directory=directory)
    except GitProcessFailed as error:
        # Versions before 3.0.2 cannot tell.
        return "unknown flag: --objects" in error.message
    return True


class _saying:  # noqa: N801 - reads as a statement
    """Puts what was being done before a failure."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, GitError):
            raise GitError(self._text) from error

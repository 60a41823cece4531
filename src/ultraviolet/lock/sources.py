"""Package sources of a lock: git URLs with their query, and paths relative to the lockfile."""

from __future__ import annotations

import posixpath
from typing import Literal

import msgspec

from ultraviolet.distributions.urls import percent_decode, without_credentials
from ultraviolet.lock.errors import LockError
from ultraviolet.lock.model import Source

ReferenceKind = Literal["default", "branch", "tag", "rev"]


class InvalidGitSource(LockError):
    """The text of a git source lacks its commit, or contradicts itself."""


class LockedGit(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a git source."""

    repository: str
    """Without query and fragment."""
    commit: str | None = None
    """Full object name; always present in the source of a package."""
    reference_kind: ReferenceKind = "default"
    reference: str | None = None
    subdirectory: str | None = None
    path: str | None = None
    """An archive inside the repository."""
    lfs: bool = False


def parse_git_source(source: Source) -> LockedGit:
    """Return the parts of a package's git source.

    :raises InvalidGitSource: the commit is missing, malformed, or contradicts a full commit asked for.
    """
    git = parse_git_url(source.location)
    if git.commit is None:
        raise InvalidGitSource(f"Missing SHA in source `{source.location}`")
    if not is_commit(git.commit):
        raise InvalidGitSource(f"Invalid SHA in source `{source.location}`")
    revision = git.reference if git.reference_kind == "rev" else None
    if revision is not None and is_commit(revision) and revision.lower() != git.commit.lower():
        raise InvalidGitSource(
            f"The Git URL `{git.repository}` requests revision `{revision}`, but is locked to `{git.commit}`"
        )
    return git


def parse_git_url(text: str) -> LockedGit:
    """Split ``URL?subdirectory=...&tag=...#commit``; unknown query keys are ignored."""
    base, _, commit = text.partition("#")
    repository, _, query = base.partition("?")
    kind: ReferenceKind = "default"
    reference = subdirectory = path = None
    lfs = False
    for pair in query.split("&") if query else ():
        key, _, value = pair.partition("=")
        value = percent_decode(value.replace("+", " "))
        if key in ("tag", "branch", "rev"):
            kind, reference = key, value  # type: ignore[assignment]
        elif key == "subdirectory":
            subdirectory = value
        elif key == "path":
            path = value
        elif key == "lfs":
            lfs = value.lower() == "true"
    return LockedGit(
        repository=repository,
        commit=commit or None,
        reference_kind=kind,
        reference=reference,
        subdirectory=subdirectory,
        path=path,
        lfs=lfs,
    )


def git_url(git: LockedGit, *, requirement: bool = False) -> str:
    """Return the text of a git source, or of the ``git`` key of a requirement (its archive form orders the keys otherwise)."""
    reference: list[tuple[str, str]] = []
    if git.reference_kind != "default":
        reference.append((git.reference_kind, git.reference or ""))
    lfs = [("lfs", "true")] if git.lfs else []
    pairs: list[tuple[str, str]] = []
    if git.subdirectory is not None:
        pairs.append(("subdirectory", git.subdirectory))
    if git.path is not None:
        pairs.append(("path", git.path))
    pairs += reference + lfs if requirement and git.path is not None else lfs + reference
    query = "&".join(f"{key}={form_encode(value)}" for key, value in pairs)
    url = without_credentials(git.repository).partition("#")[0].partition("?")[0]
    # A requirement whose revision is a commit needs no other.
    told = requirement and git.reference is not None and git.reference.lower() == git.commit
    return url + (f"?{query}" if query else "") + (f"#{git.commit}" if git.commit and not told else "")


_FORM_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._")


def form_encode(text: str) -> str:
    """Encode a value of a query as ``application/x-www-form-urlencoded``."""
    return "".join(
        chr(byte) if byte in _FORM_SAFE else "+" if byte == 0x20 else f"%{byte:02X}" for byte in text.encode()
    )


def is_commit(text: str) -> bool:
    """Whether a text is a full object name."""
    return len(text) == 40 and all(char in "0123456789abcdefABCDEF" for char in text)


def relative_path(path: str, root: str) -> str:
    """Return an absolute path as a lock writes it: relative to its directory, ``.`` for the directory itself.

    >>> relative_path("/a/c", "/a/b"), relative_path("/a", "/a/b/c"), relative_path("/a", "/a")
    ('../c', '../../', '.')
    """
    path, root = path.replace("\\", "/"), root.replace("\\", "/")
    if path[:2].lower() != root[:2].lower() and ":" in path[:2] + root[:2]:
        return posixpath.normpath(path)
    relative = posixpath.relpath(path, root)
    return f"{relative}/" if relative.endswith("..") and relative.rpartition("/")[2] == ".." else relative


def absolute_path(path: str, root: str) -> str:
    """Return a path of a lock as an absolute one."""
    return posixpath.normpath(posixpath.join(root.replace("\\", "/"), path))


def git_requirement_url(git: LockedGit) -> str:
    """Return the URL of a locked repository as a requirement names it (``git+URL@commit``)."""
    text = f"git+{git.repository}" + (f"@{git.commit}" if git.commit else "")
    fragments: list[str] = []
    if git.path is not None:
        fragments.append(f"path={git.path}")
    elif git.subdirectory is not None:
        fragments.append(f"subdirectory={git.subdirectory}")
    if git.lfs:
        fragments.append("lfs=true")
    return text + ("#" + "&".join(fragments) if fragments else "")

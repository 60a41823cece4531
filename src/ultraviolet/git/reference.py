"""What a reference may mean: a branch, a tag, a commit, or any of them."""

from __future__ import annotations

from typing import Literal

import msgspec

from ultraviolet.distributions.source import GitSource

ReferenceKind = Literal["default branch", "branch", "tag", "branch or tag", "branch, tag, or commit", "ref", "commit"]
_HEX = frozenset("0123456789abcdefABCDEF")


class Reference(msgspec.Struct, frozen=True):
    """A name in a repository and what kinds of thing it may be; the kind reads as messages have it."""

    kind: ReferenceKind
    name: str

    @property
    def refspecs(self) -> tuple[str, ...]:
        """What to fetch. Where the kind is ``branch or tag``, one of them suffices."""
        name = self.name
        branch = f"+refs/heads/{name}:refs/remotes/origin/{name}"
        tag = f"+refs/tags/{name}:refs/remotes/origin/tags/{name}"
        match self.kind:
            case "branch":
                return (branch,)
            case "tag":
                return (tag,)
            case "branch or tag":
                return branch, tag
            case "branch, tag, or commit":
                # Nobody knows which it is, and servers do not give out abbreviated commits.
                return "+refs/heads/*:refs/remotes/origin/*", "+HEAD:refs/remotes/origin/HEAD"
            case "default branch":
                return ("+HEAD:refs/remotes/origin/HEAD",)
            case "ref":
                return (f"+{name}:{name}",)
            case "commit":
                return (f"+{name}:refs/commit/{name}",)

    @property
    def revisions(self) -> tuple[str, ...]:
        """What the commit may be called after fetching, likeliest first."""
        branch = f"origin/{self.name}^0"
        tag = f"refs/remotes/origin/tags/{self.name}^0"
        match self.kind:
            case "branch":
                return (branch,)
            case "tag":
                return (tag,)
            case "branch or tag":
                return branch, tag
            case "branch, tag, or commit":
                return branch, tag, f"{self.name}^0"
            case "default branch":
                return ("refs/remotes/origin/HEAD",)
            case "ref" | "commit":
                return (f"{self.name}^0",)


def commit_reference(commit: str) -> Reference:
    """Return the reference that is a commit."""
    return Reference("commit", commit)


def reference_of(source: GitSource) -> Reference:
    """Return the reference that a source asks for; its commit is not looked at."""
    name = source.reference
    if source.reference_kind == "default" or name is None:
        return Reference("default branch", "HEAD")
    if source.reference_kind in {"branch", "tag"}:
        return Reference("branch" if source.reference_kind == "branch" else "tag", name)
    if name.startswith("refs/"):
        return Reference("ref", name)
    if len(name) >= 7 and _HEX.issuperset(name):
        return Reference("branch, tag, or commit", name)
    return Reference("branch or tag", name)


def is_commit(text: str) -> bool:
    """Whether a text is the full name of a commit."""
    return len(text) == 40 and _HEX.issuperset(text)

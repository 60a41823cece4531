"""Resolutions with the commits that references of git repositories turned out to mean."""

from __future__ import annotations

import msgspec

from ultraviolet.distributions.dist import DirectDist
from ultraviolet.distributions.resolution import Resolution, ResolvedNode
from ultraviolet.distributions.source import GitSource
from ultraviolet.git.repositories import Repositories


def precise_resolution(resolution: Resolution, git: Repositories) -> Resolution:
    """Return a resolution in which every git source has its commit."""
    nodes = tuple(_precise_node(node, git) for node in resolution.nodes)
    return msgspec.structs.replace(resolution, nodes=nodes)


def _precise_node(node: ResolvedNode, git: Repositories) -> ResolvedNode:
    dist = node.dist
    if not isinstance(dist, DirectDist) or not isinstance(dist.source, GitSource):
        return node
    commit = git.commit_of(dist.source)
    if commit is None:
        return node
    source = msgspec.structs.replace(dist.source, commit=commit, given=_precise_given(dist.source, commit))
    return msgspec.structs.replace(node, dist=msgspec.structs.replace(dist, source=source))


def _precise_given(source: GitSource, commit: str) -> str | None:
    """Return the URL as the user wrote it, variables and all, save for the reference; None where that cannot be told."""
    if source.given is None:
        return None
    given, mark, fragment = source.given.partition("#")
    if source.reference is not None:
        prefix, at, reference = given.rpartition("@")
        if not at or reference != source.reference:
            return None
        given = prefix
    return f"{given}@{commit}{mark}{fragment}"

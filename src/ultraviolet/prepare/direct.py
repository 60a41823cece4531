"""Wheels named by URL or path: their metadata without an index."""

from __future__ import annotations

import os

from ultraviolet.distributions.artifact import Artifact
from ultraviolet.distributions.dist import DirectDist
from ultraviolet.distributions.source import DirectorySource, GitSource, PathSource, UrlSource
from ultraviolet.distributions.urls import path_to_url, redact, split_fragment, url_filename
from ultraviolet.errors import UltravioletError
from ultraviolet.prepare.errors import InvalidWheel, SourceMissing
from ultraviolet.prepare.shared import Shared
from ultraviolet.standards.filenames import parse_sdist_filename, parse_wheel_filename
from ultraviolet.standards.metadata import Metadata
from ultraviolet.standards.versions import Version


def url_artifact(source: UrlSource) -> Artifact:
    """Return the artifact behind the URL of a wheel."""
    return Artifact(filename=url_filename(source.url), url=split_fragment(source.url)[0])


def check_direct(dist: DirectDist) -> None:
    """Refuse what cannot be a distribution, told by its path or filename alone.

    :raises UltravioletError: nothing is there, the archive is of a kind no longer accepted, or names another package.
    """
    source = dist.source
    if isinstance(source, GitSource):
        return
    if isinstance(source, (PathSource, DirectorySource)) and not os.path.exists(source.path):
        raise SourceMissing(f"Distribution not found at: {path_to_url(source.path)}")
    if isinstance(source, DirectorySource):
        return
    filename = os.path.basename(source.path) if isinstance(source, PathSource) else url_filename(source.url)
    shown = (
        source.given
        if source.given is not None
        else (path_to_url(source.path) if isinstance(source, PathSource) else redact(source.url))
    )
    if source.kind == "sdist":
        if not filename.endswith((".tar.gz", ".zip", ".tgz")):
            raise InvalidWheel(
                f"Source distribution `{shown}` has a non-PEP 625-compliant filename; only `.tar.gz` and `.zip` archives "
                "are accepted"
            )
        return
    name = parse_wheel_filename(filename).name
    if dist.name and name != dist.name:
        raise InvalidWheel(
            f"Requested package name `{dist.name}` does not match `{name}` in the distribution filename: {shown}"
        )


def stated_version(dist: DirectDist) -> Version | None:
    """Return the version in the filename of a local source archive; None where there is none."""
    source = dist.source
    if not isinstance(source, PathSource) or source.kind != "sdist" or not dist.name:
        return None
    try:
        return parse_sdist_filename(os.path.basename(source.path), dist.name).version
    except UltravioletError:
        return None


def direct_wheel_metadata(shared: Shared, dist: DirectDist) -> Metadata:
    """Return the metadata of a wheel at a URL or path.

    :raises UltravioletError: it cannot be fetched or read, or contradicts its filename.
    """
    if isinstance(dist.source, PathSource):
        if not os.path.isfile(dist.source.path):
            raise SourceMissing(f"Distribution not found at: {path_to_url(dist.source.path)}")
        artifact = Artifact(filename=os.path.basename(dist.source.path), url=path_to_url(dist.source.path))
    else:
        assert isinstance(dist.source, UrlSource)
        artifact = url_artifact(dist.source)
    return shared.index.wheel_metadata(artifact, dist.name, None)

"""Wheels named by URL or path: their metadata without an index."""

from __future__ import annotations

import os

from ultraviolet.distributions.artifact import Artifact
from ultraviolet.distributions.dist import DirectDist
from ultraviolet.distributions.source import PathSource, UrlSource
from ultraviolet.distributions.urls import path_to_url, split_fragment, url_filename
from ultraviolet.errors import UltravioletError
from ultraviolet.prepare.errors import InvalidWheel, SourceMissing
from ultraviolet.prepare.shared import Shared
from ultraviolet.standards.filenames import parse_wheel_filename
from ultraviolet.standards.metadata import Metadata


def url_artifact(source: UrlSource) -> Artifact:
    """Return the artifact behind the URL of a wheel."""
    return Artifact(filename=url_filename(source.url), url=split_fragment(source.url)[0])


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
    metadata = shared.index.wheel_metadata(artifact, dist.name, None)
    filename = parse_wheel_filename(artifact.filename)
    if metadata.version not in (filename.version, filename.version.without_local()):
        raise InvalidWheel(
            f"Metadata version `{metadata.version}` does not match the version `{filename.version}` of the filename"
        ) from UltravioletError(f"`{artifact.filename}` is malformed")
    return metadata

"""How distributions are named in messages: ``name==1.0`` and ``name @ url``."""

from __future__ import annotations

from ultraviolet.distributions.direct_urls import direct_url_text
from ultraviolet.distributions.dist import Dist, RegistryDist
from ultraviolet.distributions.source import DirectorySource, DirectSource, GitSource, PathSource
from ultraviolet.distributions.urls import path_to_url, redact


def source_url(source: DirectSource) -> str:
    """Return the URL of a source as it may be shown."""
    if isinstance(source, (PathSource, DirectorySource)):
        return path_to_url(source.path)
    if isinstance(source, GitSource):
        return redact(direct_url_text(source))
    return redact(source.url) + (f"#subdirectory={source.subdirectory}" if source.subdirectory else "")


def dist_label(dist: Dist) -> str:
    """Return the name of a distribution in messages."""
    if isinstance(dist, RegistryDist):
        return f"{dist.name}=={dist.version}"
    url = source_url(dist.source)
    return f"{dist.name} @ {url}" if dist.name else url

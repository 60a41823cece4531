"""Less frequent parts of ``pip compile``: pins of the output file there is, digests that no index stated, marker expressions."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ultraviolet.distributions.dist import DirectDist, RegistryDist
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.resolution import Resolution, ResolvedNode
from ultraviolet.distributions.source import GitSource, PathSource, RegistrySource, UrlSource
from ultraviolet.errors import UltravioletError
from ultraviolet.operations.options import url_context
from ultraviolet.python.interpreter import MARKER_NAMES
from ultraviolet.requirements.arguments import UnnamedRequirement
from ultraviolet.requirements.requirements_txt import FileContext, parse_requirements_file
from ultraviolet.requirements.specification import read_text
from ultraviolet.resolver.flatten import lower_text
from ultraviolet.resolver.manifest import Preference
from ultraviolet.standards.markers import TRUE, MarkerEnvironment, parse_marker
from ultraviolet.standards.names import parse_package_name
from ultraviolet.standards.versions import parse_version

if TYPE_CHECKING:
    from ultraviolet.operations.engines import Engines
    from ultraviolet.settings.options import Settings


def pins_of_requirements(path: str, settings: Settings) -> list[Preference]:
    """Return the pinned versions of a requirements file.

    :raises UltravioletError: it cannot be parsed.
    """
    from ultraviolet.workspace.paths import user_display

    def show(text: str) -> str:
        return user_display(text, settings.cwd)

    def read(text: str) -> str:
        return read_text(os.path.join(settings.cwd, text))

    file = parse_requirements_file(path, FileContext(url_context(settings), read, show))
    pins = []
    for entry in file.requirements:
        requirement = entry.requirement
        if isinstance(requirement, UnnamedRequirement) or not isinstance(requirement.source, RegistrySource):
            continue
        items = requirement.source.specifiers.items
        if len(items) == 1 and items[0].operator == "==":
            pins.append(
                Preference(
                    name=requirement.name,
                    version=items[0].version,
                    source="requirements-txt",
                    marker=requirement.marker,
                    hashes=entry.hashes,
                )
            )
    return pins


def pins_of_pylock(path: str) -> list[Preference]:
    """Return the versions of a ``pylock.toml``.

    :raises UltravioletError: it cannot be parsed.
    """
    from ultraviolet.distributions.indexes import IndexLocation
    from ultraviolet.standards.toml import parse_toml

    pins = []
    for package in parse_toml(read_text(path)).get("packages") or ():
        version, index = package.get("version"), package.get("index")
        if version is not None:
            pins.append(
                Preference(
                    name=parse_package_name(package["name"]),
                    version=parse_version(version),
                    source="lock",
                    index=IndexLocation(url=index) if index is not None else "any",
                )
            )
    return pins


def digests_of(node: ResolvedNode, engines: Engines) -> tuple[str, ...]:
    """Return the digests of the archive that was chosen, fetched for that; none for source trees."""
    dist = node.dist
    if isinstance(dist, DirectDist):
        source = dist.source
        if isinstance(source, UrlSource) and source.kind == "wheel":
            return engines.preparer.start(dist).result().hashes
        if isinstance(source, PathSource):
            from ultraviolet.fs.archives import hash_file

            return tuple(f"{name}:{value}" for name, value in hash_file(source.path, ("sha256",)).items())
        if isinstance(source, GitSource):
            return engines.preparer.archive_hashes(dist)
        if not isinstance(source, UrlSource):
            return ()
        from ultraviolet.distributions.urls import split_fragment

        return _fetched(split_fragment(source.url)[0], None, engines)
    if isinstance(dist, RegistryDist):
        return _fetched(dist.artifact.url, dist.index.url, engines)
    return ()


def _fetched(url: str, scope: str | None, engines: Engines) -> tuple[str, ...]:
    from ultraviolet.http.downloads import Download

    if url.startswith("file:"):
        from ultraviolet.distributions.urls import url_to_path
        from ultraviolet.fs.archives import hash_file

        return tuple(f"{name}:{value}" for name, value in hash_file(url_to_path(url), ("sha256",)).items())
    sink = Download(engines.world.cache.bucket("archive"), algorithms=("sha256",))
    try:
        engines.world.client().get(url, headers={"Accept-Encoding": "identity"}, scope=scope, sink=sink)
        return sink.hashes()
    finally:
        sink.close()


def relevant_markers(
    resolution: Resolution, requirements: Iterable[Requirement], environment: MarkerEnvironment
) -> str | None:
    """Return a marker with the values of all variables that the resolution depended on; None when there are none."""
    used: set[str] = set()
    markers = [requirement.marker for requirement in requirements]
    for node in resolution.nodes:
        for entry in node.metadata.requires:
            try:
                markers.append((lower_text(entry) if isinstance(entry, str) else entry).marker)
            except UltravioletError:
                continue
    for marker in set(markers):
        text = marker.to_string()
        if text is not None:
            bare = "".join(text.split("'")[::2])
            used.update(name for name in MARKER_NAMES if name in bare.split())
    combined = TRUE
    for name in sorted(used):
        combined &= parse_marker(f"{name} == '{getattr(environment, name)}'")
    return combined.to_string()

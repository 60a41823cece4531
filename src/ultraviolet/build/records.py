"""What ``uv_build.json`` says of extra build requirements, byte by byte as uv writes it: either program recognises builds of the other."""

from __future__ import annotations

from typing import Any

from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import DirectorySource, GitSource, PathSource, RegistrySource, Source, UrlSource
from ultraviolet.distributions.urls import split_fragment, without_credentials


def requirement_record(requirement: Requirement) -> dict[str, Any]:
    """Return a requirement as JSON; keys are in the order they are written."""
    record: dict[str, Any] = {"name": requirement.name}
    if requirement.extras:
        record["extras"] = list(requirement.extras)
    if requirement.groups:
        record["groups"] = list(requirement.groups)
    marker = requirement.marker.to_string()
    if marker is not None:
        record["marker"] = marker
    return {**record, **_source_record(requirement.source)}


def _source_record(source: Source) -> dict[str, Any]:
    match source:
        case RegistrySource(specifiers, index, conflict):
            stated = {"specifier": str(specifiers)} if specifiers.items else {}
            item = None
            if conflict is not None:
                kind = {"extra": conflict.name, "group": conflict.name}.get(conflict.kind)
                item = {"package": conflict.package, "kind": "project" if kind is None else {conflict.kind: kind}}
            return {**stated, "index": None if index is None else index.public_url, "conflict": item}
        case UrlSource(url=url, subdirectory=subdirectory):
            return {"url": without_credentials(url), "subdirectory": subdirectory}
        case GitSource():
            return {"git": _git_url(source)}
        case PathSource(path=path):
            return {"path": path}
        case DirectorySource(path=path, editable=editable, virtual=virtual):
            return {"editable" if editable else "virtual" if virtual else "directory": path}


def _git_url(source: GitSource) -> str:
    from urllib.parse import urlencode

    query = []
    if source.archive is not None:
        query.append(("path", source.archive))
    elif source.subdirectory is not None:
        query.append(("subdirectory", source.subdirectory))
    reference = [] if source.reference is None else [(source.reference_kind, source.reference)]
    lfs = [("lfs", "true")] if source.lfs else []
    query += [*reference, *lfs] if source.archive is not None else [*lfs, *reference]
    url = split_fragment(without_credentials(source.repository))[0].partition("?")[0]
    return url + (f"?{urlencode(query)}" if query else "") + (f"#{source.commit}" if source.commit else "")

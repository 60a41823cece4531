"""Scripts at a URL: downloaded into a temporary file for the time of one run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ultraviolet.distributions.urls import split_authority
from ultraviolet.errors import UltravioletError
from ultraviolet.operations.options import make_world
from ultraviolet.operations.reporter import SilentReporter
from ultraviolet.operations.world import World
from ultraviolet.settings.options import Settings


@contextmanager
def downloaded(url: str, settings: Settings, environ: Mapping[str, str]) -> Iterator[str]:
    """Download a script and return the path of the file, which is removed in the end.

    :raises UltravioletError: it cannot be had.
    """
    import tempfile

    with make_world(settings, SilentReporter()) as world:
        place, content = _fetch(url, world, environ)
    name = place.partition("?")[0].partition("#")[0].rpartition("/")[2]
    stem = name.removesuffix(".py") if name.endswith(".py") else "script"
    descriptor, path = tempfile.mkstemp(prefix=stem, suffix=".py")
    try:
        with open(descriptor, "wb") as stream:
            stream.write(content)
        yield path
    finally:
        os.unlink(path)


def _fetch(url: str, world: World, environ: Mapping[str, str]) -> tuple[str, bytes]:
    response = world.client().get(url)
    response.raise_for_status()
    final = response.url
    if split_authority(final)[1].rpartition("@")[2] == "gist.github.com":
        final = _gist_file(final, world, environ)
        response = world.client().get(final)
        response.raise_for_status()
        return final, bytes(response.body)
    return url, bytes(response.body)


def _gist_file(url: str, world: World, environ: Mapping[str, str]) -> str:
    """Return the URL of the first Python file of a gist, or of its first file."""
    import json

    from ultraviolet.http.messages import Request

    parts = [part for part in split_authority(url)[2].split("/") if part]
    if len(parts) < 2:
        raise UltravioletError("Invalid Gist URL format")
    headers = {"Accept": "application/vnd.github.v3+json"}
    token = environ.get("UV_GITHUB_TOKEN")
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    response = world.client().send(Request(f"https://api.github.com/gists/{parts[1]}", headers=headers)).result()
    response.raise_for_status()
    files = json.loads(bytes(response.body)).get("files") or {}
    chosen = next((entry for name, entry in files.items() if name.lower().endswith(".py")), None)
    chosen = chosen or next(iter(files.values()), None)
    if chosen is None:
        raise UltravioletError("No files found in the Gist")
    return str(chosen["raw_url"])

"""Revisions of sources: one directory for each content a source has had.

An entry of the ``sdists`` bucket (``INDEX/NAME/VERSION/``, ``url/DIGEST/``, ``path/DIGEST/``, ``editable/DIGEST/``) holds
``revision.rec``, which names the current revision, and a directory of that name with ``src/`` (the unpacked source), built wheels
(``*.whl``), their pointers (``*.ptr``) and ``metadata.rec`` (the metadata of a build). Commits of git need no revision file.
"""

from __future__ import annotations

import os

import msgspec

from ultraviolet.cache.freshness import Policy
from ultraviolet.cache.records import DAMAGE, discard, read_record, write_record

REVISION_FILE = "revision.rec"
METADATA_FILE = "metadata.rec"


class Revision(msgspec.Struct, frozen=True, array_like=True):
    """The current revision of a source."""

    id: str
    """Name of its directory."""
    hashes: tuple[str, ...] = ()
    """Digests of the source archive."""
    cache_info: bytes | None = None
    """What it depended on in the file system, see ``workspace.cache_info``; ``None`` for remote sources."""
    policy: Policy | None = None
    """Of the response the archive came in."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Revision).decode


def new_revision_id() -> str:
    """Return a name for a new revision."""
    return os.urandom(8).hex()


def read_revision(path: str) -> Revision | None:
    """Read a revision file; missing or damaged ones are ``None``."""
    record = read_record(path)
    if record is None:
        return None
    try:
        revision = _decode(record.payload)
    except DAMAGE:
        discard(path)
        return None
    return revision if record.policy is None else msgspec.structs.replace(revision, policy=record.policy)


def write_revision(path: str, revision: Revision) -> None:
    """Write a revision file."""
    write_record(path, revision.policy, _encode(msgspec.structs.replace(revision, policy=None)))

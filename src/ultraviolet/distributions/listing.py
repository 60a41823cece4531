"""All files of one project at one index, in a record that is decoded only where it is asked.

Layout: a 4-byte little-endian length, a msgpack pair (version texts ascending, lengths of their file blocks), then the
blocks: one msgpack array of artifacts for each version, sdists and wheels each sorted by filename. A page with thousands of
files costs its version list; the files of a version are decoded when a candidate is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

import msgspec

from ultraviolet.distributions.artifact import Artifact
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version, parse_version

_encoder = msgspec.msgpack.Encoder()
_header_decoder = msgspec.msgpack.Decoder(tuple[list[str], list[int]])
_block_decoder = msgspec.msgpack.Decoder(tuple[Artifact, ...])


def encode_listing(files: Mapping[str, Sequence[msgspec.Struct]]) -> bytes:
    """Return the record of ``{version text: artifacts}``; versions must be parsable.

    The files are artifacts, or other structs that are encoded as the same array.
    """
    texts = sorted(files, key=lambda text: parse_version(text).key)
    blocks = [_encoder.encode(tuple(files[text])) for text in texts]
    header = _encoder.encode((texts, [len(block) for block in blocks]))
    return b"".join((len(header).to_bytes(4, "little"), header, *blocks))


class ProjectListing:
    """The versions of a project at one index, ascending, with their files."""

    __slots__ = ("_blob", "_blocks", "_files", "_starts", "_versions", "index", "name", "version_texts")

    def __init__(self, name: PackageName, index: IndexLocation, record: bytes | memoryview) -> None:
        """Open a record made by :func:`encode_listing`.

        :raises msgspec.DecodeError: the record is damaged.
        """
        size = int.from_bytes(record[:4], "little")
        self.name = name
        self.index = index
        self.version_texts, lengths = _header_decoder.decode(record[4 : 4 + size])
        self._blob = record
        starts = list(accumulate(lengths, initial=4 + size))
        if starts[-1] != len(record):
            raise msgspec.DecodeError("the listing record is truncated")
        self._starts = starts
        self._versions: list[Version | None] = [None] * len(self.version_texts)
        self._files: list[tuple[Artifact, ...] | None] = [None] * len(self.version_texts)

    @classmethod
    def from_files(
        cls, name: PackageName, index: IndexLocation, files: Mapping[str, Sequence[Artifact]]
    ) -> ProjectListing:
        """Make a listing of files at hand."""
        return cls(name, index, encode_listing(files))

    def __len__(self) -> int:
        return len(self.version_texts)

    def version(self, position: int) -> Version:
        """Return the version at a position (ascending order), parsed once."""
        version = self._versions[position]
        if version is None:
            version = self._versions[position] = parse_version(self.version_texts[position])
        return version

    def versions(self) -> Iterable[Version]:
        """Yield all versions, ascending."""
        return map(self.version, range(len(self.version_texts)))

    def position(self, version: Version) -> int | None:
        """Return the position of a version, or None."""
        low = self.lower_bound(version)
        if low < len(self.version_texts) and self.version(low) == version:
            return low
        return None

    def lower_bound(self, version: Version) -> int:
        """Return the first position whose version is not below the given one."""
        low, high = 0, len(self.version_texts)
        key = version.key
        while low < high:
            middle = (low + high) // 2
            if self.version(middle).key < key:
                low = middle + 1
            else:
                high = middle
        return low

    def files(self, position: int) -> tuple[Artifact, ...]:
        """Return the artifacts of the version at a position."""
        files = self._files[position]
        if files is None:
            block = self._blob[self._starts[position] : self._starts[position + 1]]
            files = self._files[position] = _block_decoder.decode(block)
        return files


class Listings(msgspec.Struct, frozen=True):
    """The answer to "which versions exist": what was found in each index, or why nothing was."""

    found: tuple[ProjectListing, ...] = ()
    """In index order; under ``first-index`` at most one."""
    unavailable: str | None = None
    """``not-found``, ``no-index``, ``offline``, ``invalid-metadata``, ``invalid-structure``, ``network``; None when found."""
    detail: str = ""
    unauthorized: tuple[IndexLocation, ...] = ()
    """Indexes that answered 401."""
    forbidden: tuple[IndexLocation, ...] = ()
    """Indexes that answered 403."""
    find_links: tuple[ProjectListing, ...] = ()
    """What find-links locations list of the package; not asked when it is pinned to an index."""

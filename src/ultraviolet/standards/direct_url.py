"""``direct_url.json``: where a distribution that came from no index was installed from.

Specification: https://packaging.python.org/en/latest/specifications/direct-url-data-structure/ . Written compactly, keys in a
fixed order, without hashes; read leniently, as pip and others write more.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

DirectUrlKind = Literal["archive", "directory", "vcs"]


class DirectUrl(msgspec.Struct, frozen=True, kw_only=True):
    """One of three origins: an archive, a directory, a repository."""

    url: str
    """Without fragment; for a repository, without the ``git+`` prefix."""
    kind: DirectUrlKind
    subdirectory: str | None = None
    editable: bool | None = None
    """As recorded: None when the key is absent."""
    vcs: str | None = None
    """``git``, ``hg``, ``bzr`` or ``svn``."""
    commit: str | None = None
    requested_revision: str | None = None
    lfs: bool | None = None
    path: str | None = None
    """Path of an archive inside the repository."""
    digest: str | None = None
    """Of an archive, as a URL fragment has it: ``sha256=...``. Some installers record it; we do not write it."""

    def to_json(self) -> bytes:
        """Return the file's content: compact, no trailing newline."""
        document: dict[str, Any] = {"url": self.url}
        if self.kind == "directory":
            document["dir_info"] = {} if self.editable is None else {"editable": self.editable}
        elif self.kind == "archive":
            document["archive_info"] = {}
        else:
            info: dict[str, Any] = {"vcs": self.vcs}
            if self.commit is not None:
                info["commit_id"] = self.commit
            if self.requested_revision is not None:
                info["requested_revision"] = self.requested_revision
            if self.lfs:
                info["git_lfs"] = True
            document["vcs_info"] = info
        if self.subdirectory is not None:
            document["subdirectory"] = self.subdirectory
        if self.path is not None:
            document["path"] = self.path
        return msgspec.json.encode(document)

    def display_url(self) -> str:
        """Return the origin as one URL: ``git+https://host/repo@COMMIT#subdirectory=dir`` for a repository."""
        url = self.url
        if self.kind == "vcs":
            url = f"{self.vcs}+{url}"
            revision = self.commit or self.requested_revision
            if revision is not None:
                url += "@" + revision
        fragments = []
        if self.subdirectory is not None:
            fragments.append("subdirectory=" + self.subdirectory)
        if self.path is not None:
            fragments.append("path=" + self.path)
        if self.lfs:
            fragments.append("lfs=true")
        if self.digest is not None:
            fragments.append(self.digest)
        return url + ("#" + "&".join(fragments) if fragments else "")


class _Document(msgspec.Struct):
    url: str
    dir_info: dict[str, Any] | None = None
    archive_info: dict[str, Any] | None = None
    vcs_info: dict[str, Any] | None = None
    subdirectory: str | None = None
    path: str | None = None


_DECODER = msgspec.json.Decoder(_Document)


def parse_direct_url(data: bytes) -> DirectUrl | None:
    """Parse the content of the file; None when it does not follow the specification."""
    try:
        document = _DECODER.decode(data)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
        return None
    if document.dir_info is not None:
        editable = document.dir_info.get("editable")
        return DirectUrl(
            url=document.url,
            kind="directory",
            subdirectory=document.subdirectory,
            editable=editable if isinstance(editable, bool) else None,
        )
    if document.archive_info is not None:
        return DirectUrl(
            url=document.url,
            kind="archive",
            subdirectory=document.subdirectory,
            digest=_archive_digest(document.archive_info),
        )
    if document.vcs_info is not None:
        info = document.vcs_info
        return DirectUrl(
            url=document.url,
            kind="vcs",
            subdirectory=document.subdirectory,
            vcs=str(info.get("vcs", "git")),
            commit=info.get("commit_id"),
            requested_revision=info.get("requested_revision"),
            lfs=info.get("git_lfs"),
            path=document.path,
        )
    return None


_ALGORITHMS = ("sha512", "sha384", "sha256", "blake2b", "md5")
"""Strongest first."""


def _archive_digest(info: dict[str, Any]) -> str | None:
    """Return the digest that an archive is recorded with: of ``hashes``, or the older ``hash``."""
    hashes = info.get("hashes")
    if isinstance(hashes, dict):
        for algorithm in _ALGORITHMS:
            if isinstance(hashes.get(algorithm), str):
                return f"{algorithm}={hashes[algorithm]}"
    single = info.get("hash")
    if isinstance(single, str) and single.count("=") == 1 and single.partition("=")[0] in _ALGORITHMS:
        return single
    return None

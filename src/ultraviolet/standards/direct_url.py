"""``direct_url.json``: where a distribution that came from no index was installed from.

Specification: https://packaging.python.org/en/latest/specifications/direct-url-data-structure/ . Written compactly, keys in a
fixed order, without hashes; read leniently, as pip and others write more.
"""

from __future__ import annotations

from ultraviolet.standards.small_json import InvalidJson, parse_small_json, quoted_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    DirectUrlKind = Literal["archive", "directory", "vcs"]


class DirectUrl:
    """One of three origins: an archive, a directory, a repository. Equal by value; do not change it.

    A plain class without the value library, as listing an environment reads one for every editable installation.
    """

    __slots__ = (
        "commit",
        "digest",
        "editable",
        "kind",
        "lfs",
        "path",
        "requested_revision",
        "subdirectory",
        "url",
        "vcs",
    )

    def __init__(
        self,
        *,
        url: str,
        kind: DirectUrlKind,
        subdirectory: str | None = None,
        editable: bool | None = None,
        vcs: str | None = None,
        commit: str | None = None,
        requested_revision: str | None = None,
        lfs: bool | None = None,
        path: str | None = None,
        digest: str | None = None,
    ) -> None:
        self.url = url
        """Without fragment; for a repository, without the ``git+`` prefix."""
        self.kind: DirectUrlKind = kind
        self.subdirectory = subdirectory
        self.editable = editable
        """As recorded: None when the key is absent."""
        self.vcs = vcs
        """``git``, ``hg``, ``bzr`` or ``svn``."""
        self.commit = commit
        self.requested_revision = requested_revision
        self.lfs = lfs
        self.path = path
        """Path of an archive inside the repository."""
        self.digest = digest
        """Of an archive, as a URL fragment has it: ``sha256=...``. Some installers record it; we do not write it."""

    def _facts(self) -> tuple[object, ...]:
        return tuple([getattr(self, name) for name in self.__slots__])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DirectUrl) and self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash(self._facts())

    def __repr__(self) -> str:
        return f"DirectUrl({self.display_url()!r})"

    def to_json(self) -> bytes:
        """Return the file's content: compact, no trailing newline."""
        parts = [f'"url":{quoted_json(self.url)}']
        if self.kind == "directory":
            inner = "" if self.editable is None else f'"editable":{"true" if self.editable else "false"}'
            parts.append(f'"dir_info":{{{inner}}}')
        elif self.kind == "archive":
            parts.append('"archive_info":{}')
        else:
            info = [f'"vcs":{quoted_json(self.vcs or "git")}']
            if self.commit is not None:
                info.append(f'"commit_id":{quoted_json(self.commit)}')
            if self.requested_revision is not None:
                info.append(f'"requested_revision":{quoted_json(self.requested_revision)}')
            if self.lfs:
                info.append('"git_lfs":true')
            parts.append(f'"vcs_info":{{{",".join(info)}}}')
        if self.subdirectory is not None:
            parts.append(f'"subdirectory":{quoted_json(self.subdirectory)}')
        if self.path is not None:
            parts.append(f'"path":{quoted_json(self.path)}')
        return ("{" + ",".join(parts) + "}").encode()

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


def parse_direct_url(data: bytes) -> DirectUrl | None:
    """Parse the content of the file; None when it does not follow the specification."""
    try:
        document = parse_small_json(data)
    except InvalidJson:
        return None
    if not isinstance(document, dict):
        return None
    url = document.get("url")
    subdirectory, path = document.get("subdirectory"), document.get("path")
    if not isinstance(url, str) or not _is_text(subdirectory) or not _is_text(path):
        return None
    for name in ("dir_info", "archive_info", "vcs_info"):
        info = document.get(name)
        if info is not None and not isinstance(info, dict):
            return None
    if (info := document.get("dir_info")) is not None:
        editable = info.get("editable")
        return DirectUrl(
            url=url,
            kind="directory",
            subdirectory=subdirectory,
            editable=editable if isinstance(editable, bool) else None,
        )
    if (info := document.get("archive_info")) is not None:
        return DirectUrl(url=url, kind="archive", subdirectory=subdirectory, digest=_archive_digest(info))
    if (info := document.get("vcs_info")) is not None:
        return DirectUrl(
            url=url,
            kind="vcs",
            subdirectory=subdirectory,
            vcs=str(info.get("vcs", "git")),
            commit=info.get("commit_id"),
            requested_revision=info.get("requested_revision"),
            lfs=info.get("git_lfs"),
            path=path,
        )
    return None


def _is_text(value: object) -> bool:
    return value is None or isinstance(value, str)


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

"""Direct references: the URL or path of a requirement, read into the source it means.

``${NAME}`` is expanded, relative paths are joined to a base directory, and the text as given stays with the source.
Whether a path is a directory is asked of a function that the caller brings; without one, a name without an extension
counts as a directory.
"""

from __future__ import annotations

import os.path
from collections.abc import Callable, Mapping

import msgspec

from ultraviolet.distributions.source import (
    ArchiveKind,
    DirectorySource,
    DirectSource,
    GitSource,
    PathSource,
    RegistrySource,
    Source,
    UrlSource,
)
from ultraviolet.distributions.urls import (
    FOREIGN_SCHEMES,
    InvalidUrl,
    normalize_url,
    path_to_url,
    percent_decode,
    redact,
    split_authority,
    split_scheme,
)
from ultraviolet.errors import UltravioletError

SDIST_EXTENSIONS = (
    "`.tar.gz`, `.zip`, `.tar.bz2`, `.tar.lz`, `.tar.lzma`, `.tar.xz`, `.tar.zst`, `.tar`, `.tbz`, `.tgz`, `.tlz`, or "
    "`.txz`"
)
_SINGLE = frozenset({"zip", "tar", "tgz", "tbz", "txz", "tlz"})
_BEHIND_TAR = frozenset({"gz", "bz2", "xz", "lz", "lzma", "zst"})
_FOREIGN_VCS = {
    "bzr": "Bazaar is not supported",
    "hg": "Mercurial is not supported",
    "svn": "Subversion is not supported",
}
_HEX = frozenset("0123456789abcdefABCDEF")


class InvalidDirectUrl(UltravioletError):
    """A URL or path does not say where a distribution is."""


class UrlContext(msgspec.Struct, frozen=True, kw_only=True):
    """What the text of a URL or path is read against."""

    base: str | None = None
    """Directory that relative paths start from; None when there is none."""
    environ: Mapping[str, str] = {}
    """For ``${NAME}``."""
    cwd: str = ""
    """Value of ``${PROJECT_ROOT}``."""
    is_directory: Callable[[str], bool | None] | None = None
    """Says whether a path is a directory, None when it does not exist."""
    lfs: bool = False
    """Whether git sources use LFS by default (``UV_GIT_LFS``)."""


NO_CONTEXT = UrlContext()


def expand_variables(text: str, context: UrlContext) -> str:
    """Replace ``${NAME}`` by the variable; unknown names stay."""
    if "${" not in text:
        return text
    import re

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        known = context.environ.get(name)
        if known is None and name == "PROJECT_ROOT":
            known = context.cwd
        return match.group() if known is None else known

    return re.sub(r"\$\{([A-Z0-9_]+)\}", value, text)


def is_known_scheme(scheme: str) -> bool:
    """Whether a text before a colon is a URL scheme rather than, say, a drive letter."""
    return scheme in {"file", "http", "https"} or scheme.startswith("git+") or scheme in FOREIGN_SCHEMES


def parse_direct_url(text: str, context: UrlContext = NO_CONTEXT) -> DirectSource:
    """Read the URL of ``name @ URL``, or a bare URL or path (without extras).

    :raises InvalidDirectUrl: with the words uv has for it.
    """
    expanded = expand_variables(text, context)
    scheme = split_scheme(expanded)
    if scheme is None or not is_known_scheme(scheme[0]):
        path, _, fragment = expanded.partition("#")
        return local_source(path, context, given=text, fragment=fragment)
    if scheme[0] == "file":
        path, _, fragment = scheme[1].partition("#")
        return local_source(_file_path(path), context, given=text, fragment=fragment)
    try:
        url = normalize_url(expanded)
    except InvalidUrl as error:
        raise InvalidDirectUrl(str(error)) from None
    return remote_source(url, given=text, lfs=context.lfs)


def local_source(path: str, context: UrlContext, *, given: str, fragment: str = "") -> DirectSource:
    """Return the source of a path: a directory, or an archive by its extension."""
    if not os.path.isabs(path):
        if context.base is None:
            raise InvalidDirectUrl(f"relative path without a working directory: {path}")
        joined = os.path.join(context.base, path)
    else:
        joined = path
    full = os.path.normpath(joined)
    if full.startswith("//"):
        full = full[1:]
    directory = context.is_directory(full) if context.is_directory is not None else None
    if directory is None:
        directory = _extension(full) is None
    if directory:
        return DirectorySource(path=full, given=given)
    if not fragment and _extension(full) == "git":
        return remote_source(path_to_url(full), given=given, lfs=context.lfs)
    kind = archive_kind(full)
    if kind is None:
        raise InvalidDirectUrl(
            f"Expected path (`{path}`) to end in a supported file extension: `.whl`, {SDIST_EXTENSIONS}"
        )
    return PathSource(path=full, kind=kind, given=given)


def remote_source(url: str, *, given: str | None, lfs: bool = False) -> DirectSource:
    """Return the source of a normalised http(s) or git URL."""
    scheme = url.partition(":")[0]
    vcs, plus, _ = scheme.partition("+")
    path = _url_path(url)
    if plus:
        if vcs != "git":
            reason = _FOREIGN_VCS.get(vcs, "Unknown scheme")
            raise InvalidDirectUrl(f"Unsupported URL prefix `{vcs}` in URL: `{redact(url)}` ({reason})")
        return git_source(url, given=given, lfs=lfs)
    if (_extension(path) or "").lower() == "git":
        return git_source(url, given=given, lfs=lfs)
    base, _, fragment = url.partition("#")
    subdirectory = _fragment_value(fragment, "subdirectory")
    kind = archive_kind(path)
    if kind is None:
        if looks_like_git(base):
            shown = redact(base)
            raise InvalidDirectUrl(
                f"Direct URL (`{shown}`) references a Git repository, but is missing the `git+` prefix "
                f"(e.g., `git+{shown}`)"
            )
        raise InvalidDirectUrl(
            f"Expected direct URL (`{redact(base)}`) to end in a supported file extension: `.whl`, {SDIST_EXTENSIONS}"
        )
    rest = "&".join(part for part in fragment.split("&") if part and not part.startswith("subdirectory="))
    return UrlSource(url=f"{base}#{rest}" if rest else base, subdirectory=subdirectory, kind=kind, given=given)


def git_source(url: str, *, given: str | None, lfs: bool = False) -> GitSource:
    """Return the source of ``[git+]URL[@reference][#subdirectory=...]``."""
    base, _, fragment = url.partition("#")
    archive = _fragment_value(fragment, "path")
    if archive is not None and archive_kind(archive) is None:
        raise InvalidDirectUrl(
            f"Expected path (`{archive}`) to end in a supported file extension: `.whl`, {SDIST_EXTENSIONS}"
        )
    try:
        repository = normalize_url(base.removeprefix("git+").partition("?")[0])
    except InvalidUrl as error:
        raise InvalidDirectUrl(f"Not a valid URL: `{base.removeprefix('git+')}`") from UltravioletError(str(error))
    scheme, authority, path = split_authority(repository)
    if path.count("@") > 1:
        raise InvalidDirectUrl(
            f"Ambiguous Git URL `{redact(repository)}`: the path contains multiple `@` characters. If the Git revision "
            "contains `@`, percent-encode it as `%40`"
        )
    path, at, reference = path.rpartition("@")
    if not at:
        path, reference = reference, ""
    repository = scheme + authority + path
    check_git_scheme(repository)
    reference = percent_decode(reference)
    return GitSource(
        repository=repository,
        reference_kind="rev" if at else "default",
        reference=reference if at else None,
        commit=reference.lower() if len(reference) == 40 and _HEX.issuperset(reference) else None,
        subdirectory=_fragment_value(fragment, "subdirectory"),
        lfs=lfs,
        archive=archive,
        given=given,
    )


def check_git_scheme(repository: str) -> None:
    """Refuse transports that are not supported.

    :raises InvalidDirectUrl: as said.
    """
    scheme = repository.partition(":")[0]
    if scheme not in {"http", "https", "ssh", "file"}:
        raise InvalidDirectUrl(
            f"Unsupported Git URL scheme `{scheme}:` in `{redact(repository)}` (expected one of `https:`, `ssh:`, or "
            "`file:`)"
        )


def looks_like_git(url: str) -> bool:
    """Whether a URL is the page of a repository at one of the large hosts."""
    _, authority, rest = split_authority(url)
    path = rest.partition("#")[0].partition("?")[0]
    extension = _extension(path)
    return (
        authority.rpartition("@")[2].lower() in {"github.com", "gitlab.com", "bitbucket.org"}
        and (extension is None or extension.lower() == "git")
        and path.count("/") == 2
    )


def archive_kind(path: str) -> ArchiveKind | None:
    """Tell a wheel from a source archive by the extension; None for anything else."""
    extension = _extension(path)
    if extension == "whl":
        return "wheel"
    if extension in _SINGLE:
        return "sdist"
    if extension in _BEHIND_TAR:
        stem = path.rstrip("/").rpartition("/")[2][: -len(extension) - 1]
        if (_extension(stem) or "").lower() == "tar":
            return "sdist"
    return None


def direct_url_text(source: Source) -> str:
    """Return the URL of a direct source as PEP 508 spells it."""
    if isinstance(source, RegistrySource):
        return ""
    if isinstance(source, DirectorySource | PathSource):
        return path_to_url(source.path)
    if isinstance(source, UrlSource):
        if source.subdirectory is None:
            return source.url
        mark = "&" if "#" in source.url else "#"
        return f"{source.url}{mark}subdirectory={source.subdirectory}"
    text = "git+" + source.repository
    reference = source.commit if source.commit is not None else source.reference
    if reference is not None:
        text += "@" + _encode_reference(reference)
    fragments = []
    if source.subdirectory is not None:
        fragments.append(f"subdirectory={source.subdirectory}")
    if source.lfs:
        fragments.append("lfs=true")
    if source.archive is not None:
        fragments.append(f"path={source.archive}")
    return text + ("#" + "&".join(fragments) if fragments else "")


def was_given_absolute(given: str | None) -> bool:
    """Whether the user wrote an absolute path or a ``file:`` URL, with no variable in it."""
    if given is None or ("${" in given and "}" in given):
        return False
    scheme = split_scheme(given)
    if scheme is not None and is_known_scheme(scheme[0]):
        return scheme[0] == "file"
    return os.path.isabs(given)


def _encode_reference(reference: str) -> str:
    return "".join(
        char if char.isascii() and (char.isalnum() or char in "/-._~") else "".join(f"%{b:02X}" for b in char.encode())
        for char in reference
    )


def _file_path(rest: str) -> str:
    """Return the path behind ``file:``, whose host may be missing or ``localhost``."""
    if rest.startswith("//localhost/"):
        rest = rest.removeprefix("//localhost")
    elif rest.startswith("//"):
        rest = rest[2:]
    return percent_decode(rest)


def _url_path(url: str) -> str:
    return split_authority(url)[2].partition("#")[0].partition("?")[0]


def _fragment_value(fragment: str, key: str) -> str | None:
    for part in fragment.split("&"):
        if part.startswith(f"{key}="):
            return part[len(key) + 1 :]
    return None


def _extension(path: str) -> str | None:
    name = path.rstrip("/").rpartition("/")[2]
    stem, dot, extension = name.rpartition(".")
    return extension if dot and stem else None

"""Whether an installed distribution is what a resolution asks for.

Pure but for two small questions, which arrive as functions: what state a local source is in now, and what the installed
distribution's own records say.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from ultraviolet.distributions.dist import Dist, RegistryDist
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.source import DirectorySource, GitSource, PathSource, RegistrySource, Source, UrlSource
from ultraviolet.distributions.urls import canonical_url, split_fragment, url_to_path, without_credentials
from ultraviolet.environment.site_packages import (
    WheelFileError,
    read_build_info,
    read_cache_info,
    read_wheel_tags,
)
from ultraviolet.standards.tags import Tags
from ultraviolet.standards.versions import Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.standards.direct_url import DirectUrl


Satisfaction = Literal["satisfied", "mismatch", "out-of-date", "cache-invalid"]


class SatisfactionOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What counts as satisfied."""

    strict: bool = False
    """Projects: a distribution from elsewhere does not satisfy a requirement from an index. ``pip`` accepts it."""
    tags: Tags | None = None
    """Of the target; None to accept any platform."""
    source_state: Callable[[str], bytes | None] | None = None
    """Return the ``uv_cache.json`` that a file or source tree would have now; None when it cannot be read."""
    build_info: Callable[[str], bytes] | None = None
    """Return the ``uv_build.json`` of a package under the current settings (``{}`` without any)."""


def check_dist(installed: InstalledDistribution, dist: Dist, options: SatisfactionOptions) -> Satisfaction:
    """Compare an installed distribution with a resolved one."""
    if isinstance(dist, RegistryDist):
        return check(installed, None, dist.version, options)
    return check(installed, dist.source, dist.version, options)


def check(
    installed: InstalledDistribution,
    source: Source | None,
    version: Version | None,
    options: SatisfactionOptions,
) -> Satisfaction:
    """Compare an installed distribution with a source (None: any index) and, if it is known, a version."""
    from ultraviolet.standards.tags import tag_lines_compatible

    if not installed.complete:
        return "mismatch"
    if options.build_info is not None and installed.kind in ("registry", "url"):
        recorded = read_build_info(installed)
        if recorded is not None and not _same_json(recorded, options.build_info(installed.name)):
            return "out-of-date"
    outcome = _check_source(installed, source, options)
    if outcome != "satisfied":
        return outcome
    if options.tags is not None:
        try:
            lines = read_wheel_tags(installed)
        except WheelFileError:
            lines = None
        if lines is not None and not tag_lines_compatible(lines, options.tags):
            return "mismatch"
    if version is not None and installed.version != version:
        return "out-of-date"
    return "satisfied"


def _check_source(
    installed: InstalledDistribution, source: Source | None, options: SatisfactionOptions
) -> Satisfaction:
    from ultraviolet.standards.direct_url import parse_direct_url

    if source is None or isinstance(source, RegistrySource):
        if options.strict and installed.kind != "registry":
            return "mismatch"
        if source is not None and not source.specifiers.contains(installed.version):
            return "mismatch"
        return "satisfied"
    if installed.kind != "url" or installed.direct_url is None:
        return "mismatch"
    recorded = parse_direct_url(installed.direct_url)
    if recorded is None:
        return "mismatch"
    match source:
        case UrlSource():
            return _check_url(installed, recorded, source, options)
        case GitSource():
            return _check_git(recorded, source)
        case PathSource():
            if recorded.kind != "archive" or recorded.subdirectory is not None:
                return "mismatch"
            if not _same_path(source.path, recorded.url):
                return "mismatch"
            return _check_state(installed, source.path, options)
        case DirectorySource():
            if recorded.kind != "directory" or recorded.subdirectory is not None:
                return "mismatch"
            if source.editable != recorded.editable or not _same_path(source.path, recorded.url):
                return "mismatch"
            return _check_state(installed, source.path, options)


def _check_url(
    installed: InstalledDistribution, recorded: DirectUrl, source: UrlSource, options: SatisfactionOptions
) -> Satisfaction:
    if recorded.kind != "archive" or installed.editable or recorded.subdirectory != source.subdirectory:
        return "mismatch"
    # direct_url.json is written without fragment
    wanted = canonical_url(split_fragment(without_credentials(source.url))[0])
    if canonical_url(split_fragment(recorded.url)[0]) != wanted:
        return "mismatch"
    if source.url.startswith("file:"):
        return _check_state(installed, url_to_path(source.url), options)
    return "satisfied"


def _check_git(recorded: DirectUrl, source: GitSource) -> Satisfaction:
    if recorded.kind != "vcs" or recorded.vcs != "git" or recorded.path != source.archive:
        return "mismatch"
    if recorded.subdirectory != source.subdirectory or bool(recorded.lfs) != source.lfs:
        return "mismatch"
    if canonical_url(split_fragment(recorded.url)[0]) != canonical_url(split_fragment(source.repository)[0]):
        return "mismatch"
    return "satisfied" if recorded.commit == source.commit else "out-of-date"


def _check_state(installed: InstalledDistribution, path: str, options: SatisfactionOptions) -> Satisfaction:
    recorded = read_cache_info(installed)
    if recorded is None:
        return "out-of-date"
    if options.source_state is None:
        return "satisfied"
    current = options.source_state(path)
    if current is None:
        return "cache-invalid"
    return "satisfied" if _same_json(recorded, current) else "out-of-date"


def _same_path(path: str, url: str) -> bool:
    if not url.startswith("file:"):
        return False
    other = url_to_path(url)
    try:
        return path == other or os.path.samefile(path, other)
    except OSError:
        return False


def _same_json(left: bytes, right: bytes) -> bool:
    if left == right:
        return True
    try:
        return bool(_without_nothing(msgspec.json.decode(left)) == _without_nothing(msgspec.json.decode(right)))
    except msgspec.DecodeError:
        return False


def _without_nothing(value: Any) -> Any:
    """Drop the keys that say nothing: older releases left some of them out, others write null."""
    if isinstance(value, dict):
        return {key: _without_nothing(item) for key, item in value.items() if item not in (None, {}, [])}
    return value

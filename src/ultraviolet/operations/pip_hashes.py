"""Digests that requirements state: which archives ``pip install`` and ``pip sync`` accept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from ultraviolet.distributions.hashes import hash_algorithm, hash_sort_key, parse_hash
from ultraviolet.distributions.source import DirectorySource, PathSource, RegistrySource, Source, UrlSource
from ultraviolet.distributions.urls import split_fragment
from ultraviolet.errors import UltravioletError
from ultraviolet.prepare.options import HashPolicy
from ultraviolet.requirements.arguments import AnyRequirement, RequirementEntry, requirement_display
from ultraviolet.standards.markers import MarkerEnvironment
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version, parse_version

Mode = Literal["none", "verify", "require"]
_Pin = tuple[PackageName, Version]


class HashError(UltravioletError):
    """Requirements and their digests do not fit the mode, or contradict each other."""


class Digests(msgspec.Struct, frozen=True, kw_only=True):
    """Accepted digests of pinned versions, and of archives at URLs and paths."""

    mode: Mode = "none"
    versions: dict[_Pin, tuple[str, ...]] = {}
    archives: dict[str, tuple[str, ...]] = {}
    """By URL without fragment, or by path."""
    urls: frozenset[str] = frozenset()
    """Direct sources that are allowed when digests are required."""

    def policy(self, names: Iterable[tuple[PackageName, Source]] = ()) -> HashPolicy:
        """Return the policy for preparing.

        :param names: the direct sources among the requirements, with their names.
        """
        found: dict[tuple[PackageName, str], tuple[str, ...]] = {}
        for (name, version), digests in self.versions.items():
            for text in _spellings(version):
                found[name, text] = digests
        for name, source in names:
            place = location(source)
            if place in self.archives:
                found[name, place] = self.archives[place]
        return HashPolicy(mode=self.mode, digests=found)


def _spellings(version: Version) -> list[str]:
    """Return the texts of versions equal to this one, up to five numbers."""
    trimmed = version.only_release_trimmed().release
    texts = [str(version)]
    for length in range(len(trimmed), 6):
        release = trimmed + (0,) * (length - len(trimmed))
        texts.append(str(version.with_release(release)))
    return texts


def location(source: Source) -> str:
    """Return what an archive is known by: its URL without fragment, or its path; empty for anything else."""
    if isinstance(source, UrlSource):
        return split_fragment(source.url)[0]
    return source.path if isinstance(source, (PathSource, DirectorySource)) else ""


def collect_digests(
    requirements: Iterable[RequirementEntry],
    constraints: Iterable[RequirementEntry],
    environment: MarkerEnvironment | None,
    mode: Mode,
) -> Digests:
    """Read the digests of requirements and constraints.

    :raises HashError: under ``require`` something is not pinned or has no digest; or digests contradict each other.
    """
    if mode == "none":
        return Digests()
    limits: dict[_Pin | str, tuple[str, ...]] = {}
    for entry in constraints:
        if not entry.requirement.marker.evaluate_optional(environment):
            continue
        key = _pin(entry.requirement)
        if key is None:
            if mode == "require":
                raise _unpinned(entry.requirement)
            continue
        digests = [digest for digest in _digests(entry) if mode != "require" or not digest.startswith("md5:")]
        if digests:
            _merge(limits, key, digests, entry.requirement)
    found: dict[_Pin | str, tuple[str, ...]] = {}
    urls: set[str] = set()
    for entry in requirements:
        requirement = entry.requirement
        if not requirement.marker.evaluate_optional(environment):
            continue
        key = _pin(requirement)
        if key is None:
            if mode == "require":
                raise _unpinned(requirement)
            continue
        digests = _accepted(entry, key, limits.pop(key, None), mode)
        if digests:
            _merge(found, key, digests, requirement)
            if isinstance(key, str):
                urls |= _addresses(requirement.source)
    merged = {**limits, **found}
    return Digests(
        mode=mode,
        versions={key: digests for key, digests in merged.items() if not isinstance(key, str)},
        archives={key: digests for key, digests in merged.items() if isinstance(key, str)},
        urls=frozenset(urls).union(limit for limit in limits if isinstance(limit, str)),
    )


def _addresses(source: Source) -> set[str]:
    """Return the texts by which the resolver knows a direct source."""
    texts = {location(source), getattr(source, "given", None) or ""}
    if isinstance(source, UrlSource):
        texts.add(source.url)
    return texts


def _accepted(entry: RequirementEntry, key: _Pin | str, limit: tuple[str, ...] | None, mode: Mode) -> list[str]:
    digests = _digests(entry)
    has_md5 = mode == "require" and any(digest.startswith("md5:") for digest in digests)
    if mode == "require":
        digests = [digest for digest in digests if not digest.startswith("md5:")]
    shown = requirement_display(entry.requirement)
    if limit is not None:
        if not digests:
            digests = list(limit)
        elif isinstance(key, str) and isinstance(entry.requirement.source, UrlSource):
            digests = list(_joined(digests, limit, entry.requirement))
        else:
            digests = [digest for digest in digests if digest in limit]
            if not digests:
                raise HashError(
                    f"In `{_flag(mode)}` mode, all requirements must have a hash, but there were no overlapping hashes "
                    f"between the requirements and constraints for: {shown}"
                )
    if not digests and mode == "require":
        if has_md5:
            raise HashError(
                f"`md5` hashes are insecure and cannot be used with `{_flag(mode)}` but no other hashes are available "
                f"for: {shown}"
            )
        raise HashError(
            f"In `{_flag(mode)}` mode, all requirements must have a hash, but none were provided for: {shown}"
        )
    return digests


def _flag(mode: Mode) -> str:
    return "--require-hashes" if mode == "require" else "--verify-hashes"


def _unpinned(requirement: AnyRequirement) -> HashError:
    return HashError(
        "In `--require-hashes` mode, all requirements must have their versions pinned with `==`, but found: "
        + requirement_display(requirement)
    )


def _pin(requirement: AnyRequirement) -> _Pin | str | None:
    source = requirement.source
    if not isinstance(source, RegistrySource):
        return location(source) or getattr(source, "repository", "")
    items = source.specifiers.items
    if len(items) != 1 or items[0].operator != "==":
        return None
    return requirement.name, parse_version(str(items[0].version))  # type: ignore[union-attr] # named, as it has a specifier


def _digests(entry: RequirementEntry) -> list[str]:
    digests = [parse_hash(text) for text in entry.hashes]
    fragment = fragment_digest(entry.requirement.source)
    if fragment is not None:
        digests = list(_joined(digests, (fragment,), entry.requirement))
    return digests


def fragment_digest(source: Source) -> str | None:
    """Return the digest in the fragment of a URL, ``#sha256=...``."""
    if not isinstance(source, UrlSource):
        return None
    for part in split_fragment(source.url)[1].split("&"):
        algorithm, separator, value = part.partition("=")
        if separator and algorithm in {"md5", "sha256", "sha384", "sha512", "blake2b"} and value:
            return f"{algorithm}:{value}"
    return None


def _merge(
    found: dict[_Pin | str, tuple[str, ...]], key: _Pin | str, digests: Iterable[str], requirement: AnyRequirement
) -> None:
    known = found.get(key)
    if known is None or not isinstance(requirement.source, UrlSource):
        found[key] = tuple(digests)
    else:
        found[key] = _joined(known, digests, requirement)


def _joined(known: Iterable[str], more: Iterable[str], requirement: AnyRequirement) -> tuple[str, ...]:
    by_algorithm = {hash_algorithm(digest): digest for digest in known}
    merged = list(known)
    for digest in more:
        other = by_algorithm.get(hash_algorithm(digest))
        if other is None:
            by_algorithm[hash_algorithm(digest)] = digest
            merged.append(digest)
        elif other != digest:
            raise HashError(
                f"Conflicting archive URL hashes for `{requirement_display(requirement)}`: `{other}` conflicts with "
                f"`{digest}`"
            )
    return tuple(sorted(merged, key=hash_sort_key))

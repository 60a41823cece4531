"""The versions of a package at one index, each with the file that would be used.

Nothing is done for a version before it is looked at; then its files are decoded, judged against the target and ranked.
"""

from __future__ import annotations

from collections.abc import Sequence

from ultraviolet.distributions.artifact import Artifact
from ultraviolet.distributions.dist import RegistryDist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.listing import ProjectListing
from ultraviolet.resolver.availability import UnusableFile
from ultraviolet.resolver.options import ResolverOptions
from ultraviolet.standards.errors import InvalidSpecifier, InvalidVersion
from ultraviolet.standards.filenames import WheelFilename, is_pep625_compliant, parse_wheel_filename, sdist_extension
from ultraviolet.standards.markers import FALSE, TRUE, Marker
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.specifiers import Specifiers, parse_lenient_specifiers
from ultraviolet.standards.tags import INCOMPATIBILITY_RANK, Incompatibility, Tags
from ultraviolet.standards.versions import Version, VersionKey

Rank = tuple[int, int, tuple[int | str, ...]]
"""How good a usable wheel is: agreement of its digests, tag priority, build tag."""
Judgement = Rank | UnusableFile

_MISMATCHED, _MISSING, _MATCHED = range(3)


_EXPERIMENTAL_CUTOFF = (
    "Setting `exclude-newer` on configured indexes is experimental and may change without warning. Pass "
    "`--preview-features index-exclude-newer` to disable this warning."
)


class LenientCutoff(int):
    """A time from which files do not count, unless they have no date."""


class Judge:
    """Decides which files can be used, for one resolution."""

    __slots__ = ("_allowed_yanks", "_options", "_requires_python", "_tag_judgements", "_tags", "_wheels", "warnings")

    def __init__(
        self,
        options: ResolverOptions,
        tags: Tags | None,
        requires_python: RequiresPython,
        allowed_yanks: dict[PackageName, set[Version]],
    ) -> None:
        """Make a judge; without tags, wheels are only held against `requires_python`."""
        self._options = options
        self._tags = tags
        self._requires_python = requires_python
        self._allowed_yanks = allowed_yanks
        self._tag_judgements: dict[tuple[str, bool], tuple[int, tuple[int | str, ...]] | UnusableFile] = {}
        self._wheels: dict[str, WheelFilename] = {}
        self.warnings: dict[str, None] = {}

    def cutoff(self, name: PackageName, index: IndexLocation) -> int | None:
        """Return the time from which files do not count; None when there is no such time."""
        stated, source = self._options.exclude_newer_for(name, index)
        if source == "index" and self._options.index_cutoffs_are_experimental:
            self.warnings[_EXPERIMENTAL_CUTOFF] = None
        if not stated and self._options.available_cutoff is not None:
            return LenientCutoff(self._options.available_cutoff)
        return stated or None

    def wheel_tags(self, filename: str) -> WheelFilename:
        """Return the tags of a wheel; name and version in the result mean nothing."""
        tags = filename.split("-", 2)[2]
        wheel = self._wheels.get(tags)
        if wheel is None:
            wheel = self._wheels[tags] = parse_wheel_filename(f"x-1-{tags}")
        return wheel

    def wheel(
        self, name: PackageName, version: Version, artifact: Artifact, cutoff: int | None, *, flat: bool
    ) -> Judgement:
        """Judge a wheel; those of find-links locations (`flat`) have no dates and are not yanked."""
        if self._options.build_policy.forbids_binary(name):
            return UnusableFile("wheel", "no-binary")
        if not flat:
            excluded = self._excluded(artifact, cutoff, "wheel") if cutoff is not None else None
            if excluded is not None:
                return excluded
            if artifact.yanked is not False and not self._yank_allowed(name, version):
                return UnusableFile("wheel", "yanked", yanked=_yank_reason(artifact))
        tags = self._judge_tags(artifact.filename, flat=flat)
        if isinstance(tags, UnusableFile):
            return tags
        return (self._hash_rank(name, version, artifact, flat=flat), *tags)

    def sdist(
        self, name: PackageName, version: Version, artifact: Artifact, cutoff: int | None, *, flat: bool
    ) -> int | UnusableFile:
        """Judge a source distribution; usable ones are ranked by the agreement of their digests."""
        if self._options.build_policy.forbids_build(name):
            return UnusableFile("source", "no-build")
        if not flat:
            excluded = self._excluded(artifact, cutoff, "source") if cutoff is not None else None
            if excluded is not None:
                return excluded
            if artifact.yanked is not False and not self._yank_allowed(name, version):
                return UnusableFile("source", "yanked", yanked=_yank_reason(artifact))
        if not is_pep625_compliant(sdist_extension(artifact.filename) or ""):
            return UnusableFile("source", "not-pep625")
        return self._hash_rank(name, version, artifact, flat=flat)

    def _excluded(self, artifact: Artifact, cutoff: int, file: str) -> UnusableFile | None:
        uploaded = artifact.upload_time
        if type(cutoff) is LenientCutoff if uploaded is None else uploaded < cutoff:
            return None
        if uploaded is None:
            self.warnings[f"{artifact.filename} is missing an upload date, but user provided: {timestamp(cutoff)}"] = (
                None
            )
        return UnusableFile("wheel" if file == "wheel" else "source", "exclude-newer", upload_time=uploaded)

    def _yank_allowed(self, name: PackageName, version: Version) -> bool:
        return version in self._allowed_yanks.get(name, ())

    def _judge_tags(self, filename: str, *, flat: bool) -> tuple[int, tuple[int | str, ...]] | UnusableFile:
        key = (filename.split("-", 2)[2], flat)
        judgement = self._tag_judgements.get(key)
        if judgement is None:
            wheel = self.wheel_tags(filename)
            priority = 0
            reason: Incompatibility | None = None
            if self._tags is not None:
                found = self._tags.judge(wheel)
                if isinstance(found, int):
                    priority = found
                else:
                    reason = found
            elif not flat and not self._requires_python.matches_wheel(wheel):
                reason = "abi-python-version"
            judgement = (priority, wheel.build or ()) if reason is None else UnusableFile("wheel", "tag", tag=reason)
            self._tag_judgements[key] = judgement
        return judgement

    def _hash_rank(self, name: PackageName, version: Version, artifact: Artifact, *, flat: bool) -> int:
        options = self._options
        if options.hash_mode == "none":
            return _MATCHED
        accepted = options.hashes.get((name, version), ())
        if not accepted and not (flat and options.hash_mode == "require"):
            return _MATCHED
        if not artifact.hashes:
            return _MISSING
        return _MATCHED if any(digest in accepted for digest in artifact.hashes) else _MISMATCHED


def timestamp(milliseconds: int) -> str:
    """Write a point in time as messages have it, in UTC."""
    from datetime import UTC, datetime, timedelta

    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{milliseconds % 1000:03}".rstrip("0") if milliseconds % 1000 else ""
    return f"{text}{fraction}Z"


def _yank_reason(artifact: Artifact) -> str | None:
    return artifact.yanked if isinstance(artifact.yanked, str) and artifact.yanked else None


class Prioritized:
    """The files of one version, ranked."""

    __slots__ = (
        "_best",
        "_index",
        "_judge",
        "_markers",
        "_name",
        "_sdist",
        "_sdist_index",
        "_sdist_judgement",
        "_version",
        "_wheels",
        "dist",
        "unusable",
    )

    def __init__(self, name: PackageName, version: Version, judge: Judge) -> None:
        self._name = name
        self._version = version
        self._judge = judge
        self._sdist: Artifact | None = None
        self._sdist_judgement: int | UnusableFile = 0
        self._sdist_index: IndexLocation | None = None
        self._wheels: list[tuple[Artifact, Judgement, IndexLocation]] = []
        self._best = -1
        self._markers: Marker | None = None
        self.dist: RegistryDist | None = None
        """What to use; None when no file can be used."""
        self.unusable: UnusableFile | None = None
        """Why no file can be used."""

    def add(self, files: Sequence[Artifact], index: IndexLocation, cutoff: int | None, *, flat: bool) -> None:
        """Take in files, each kind sorted by name."""
        judge, name, version = self._judge, self._name, self._version
        if cutoff is not None and files and files[0].upload_time is None:
            # There will be warnings, and those about source distributions come first.
            files = sorted(files, key=lambda artifact: artifact.filename.endswith(".whl"))
        for artifact in files:
            if artifact.filename[-4:] == ".whl":
                judgement = judge.wheel(name, version, artifact, cutoff, flat=flat)
                if self._best < 0 or _is_better_wheel(judgement, self._wheels[self._best][1]):
                    self._best = len(self._wheels)
                self._wheels.append((artifact, judgement, index))
            else:
                source = judge.sdist(name, version, artifact, cutoff, flat=flat)
                if self._sdist is None or _is_better_source(source, self._sdist_judgement):
                    self._sdist, self._sdist_judgement, self._sdist_index = artifact, source, index

    def finish(self) -> bool:
        """Choose what to use; False when there are no files."""
        if self._sdist is None and self._best < 0:
            return False
        wheel, judgement, index = self._wheels[self._best] if self._best >= 0 else (None, None, None)
        source = self._sdist_judgement if self._sdist is not None else None
        usable_source = self._sdist is not None and not isinstance(source, UnusableFile)
        if wheel is not None and index is not None and isinstance(judgement, tuple):
            if usable_source and isinstance(source, int) and source > judgement[0]:
                self._choose(None, index, from_sdist=True)
            else:
                self._choose(wheel, index, from_sdist=False)
        elif usable_source:
            if isinstance(judgement, UnusableFile) and judgement.reason == "exclude-newer":
                wheel = None
            self._choose(wheel, self._sdist_index or index, from_sdist=True)
        elif isinstance(source, UnusableFile):
            self.unusable = source
        elif isinstance(judgement, UnusableFile):
            self.unusable = judgement
        else:
            self.unusable = UnusableFile("none", "unavailable")
        return True

    def _choose(self, wheel: Artifact | None, index: IndexLocation | None, *, from_sdist: bool) -> None:
        if index is None:
            return
        # A source distribution keeps every wheel beside it; a wheel, only those that exist for the resolution. Files of other
        # indexes, which find-links locations bring in, are another package's as far as a lock is concerned.
        wheels = tuple(
            [
                artifact
                for artifact, judgement, home in self._wheels
                if (home is index or home.url == index.url)
                and (from_sdist or not isinstance(judgement, UnusableFile) or judgement.reason != "exclude-newer")
            ]
        )
        home = self._sdist_index
        sdist = self._sdist if home is None or home is index or home.url == index.url else None
        self.dist = RegistryDist(
            name=self._name,
            version=self._version,
            index=index,
            wheels=wheels,
            sdist=sdist,
            wheel=wheel,
            from_sdist=from_sdist,
        )

    @property
    def markers(self) -> Marker:
        """The environments that the usable files cover."""
        markers = self._markers
        if markers is None:
            markers = FALSE
            if self._sdist is not None and not isinstance(self._sdist_judgement, UnusableFile):
                markers = TRUE
            else:
                from ultraviolet.standards.wheel_markers import implied_markers

                for artifact, judgement, _ in self._wheels:
                    if not isinstance(judgement, UnusableFile):
                        markers |= implied_markers(self._judge.wheel_tags(artifact.filename))
            self._markers = markers
        return markers

    @property
    def requires_python(self) -> Specifiers | None:
        """What the index says of the chosen file."""
        dist = self.dist
        return None if dist is None else specifiers_of(dist.artifact.requires_python)

    @property
    def files(self) -> list[Artifact]:
        """All files, wheels first."""
        files = [artifact for artifact, _, _ in self._wheels]
        if self._sdist is not None:
            files.append(self._sdist)
        return files

    @property
    def hashes(self) -> tuple[str, ...]:
        """The digests of all files that exist for the resolution."""
        hashes: list[str] = []
        for artifact, judgement, _ in self._wheels:
            if not isinstance(judgement, UnusableFile) or judgement.reason != "exclude-newer":
                hashes += artifact.hashes
        if self._sdist is not None and not (
            isinstance(self._sdist_judgement, UnusableFile) and self._sdist_judgement.reason == "exclude-newer"
        ):
            hashes += self._sdist.hashes
        return tuple(hashes)

    def wheel_filenames(self) -> list[WheelFilename]:
        """The tags of all wheels."""
        return [self._judge.wheel_tags(artifact.filename) for artifact, _, _ in self._wheels]


def specifiers_of(text: str | None) -> Specifiers | None:
    """Read a ``Requires-Python`` of an index; what cannot be read is not there."""
    if not text:
        return None
    try:
        return parse_lenient_specifiers(text)
    except (InvalidSpecifier, InvalidVersion):
        return None


def _is_better_wheel(judgement: Judgement, other: Judgement) -> bool:
    if isinstance(judgement, UnusableFile):
        return isinstance(other, UnusableFile) and _is_nearer_wheel(judgement, other)
    return isinstance(other, UnusableFile) or judgement > other


_WHEEL_ORDER = ("exclude-newer", "tag", "requires-python", "yanked", "no-binary", "missing-platform")


def _is_nearer_wheel(mine: UnusableFile, other: UnusableFile) -> bool:
    """Whether a wheel came nearer to being usable than another."""
    if mine.reason != other.reason:
        return _WHEEL_ORDER.index(mine.reason) < _WHEEL_ORDER.index(other.reason)
    if mine.reason == "exclude-newer":
        if mine.upload_time is None or other.upload_time is None:
            return mine.upload_time is None
        return other.upload_time < mine.upload_time
    if mine.reason == "tag":
        return INCOMPATIBILITY_RANK[mine.tag or "invalid"] > INCOMPATIBILITY_RANK[other.tag or "invalid"]
    return mine.reason == "yanked" and other.yanked is not None


def _is_better_source(judgement: int | UnusableFile, other: int | UnusableFile) -> bool:
    if not isinstance(judgement, UnusableFile):
        return isinstance(other, UnusableFile) or judgement > other
    if not isinstance(other, UnusableFile):
        return False
    if judgement.reason == "exclude-newer":
        if other.reason != "exclude-newer":
            return True
        if judgement.upload_time is None:
            return False
        return other.upload_time is None or other.upload_time < judgement.upload_time
    if judgement.reason == "yanked":
        return other.reason == "no-build" or (other.reason == "yanked" and other.yanked is not None)
    return False


class VersionMap:
    """The versions of a package at one index, ascending, by position."""

    __slots__ = (
        "_cutoff",
        "_entries",
        "_flat",
        "_judge",
        "_listing",
        "_name",
        "_positions",
        "_prioritized",
        "has_local",
        "index",
        "keys",
    )

    def __init__(
        self, name: PackageName, listing: ProjectListing | None, flat: Sequence[ProjectListing], judge: Judge
    ) -> None:
        """Join what an index lists, if it was asked, with what find-links locations list."""
        self._name = name
        self._judge = judge
        self._listing = listing
        self._flat = flat
        self.index = None if listing is None else listing.index
        """None for find-links locations alone."""
        self._cutoff = None if listing is None else judge.cutoff(name, listing.index)
        self._entries: list[tuple[Version, int | None, list[tuple[ProjectListing, int]]]] | None = None
        if flat or listing is None:
            self._entries = self._merge()
        self.has_local = (
            any("+" in text for text in listing.version_texts)
            if listing is not None
            else any(entry[0].is_local for entry in self._entries or ())
        )
        """Whether the index lists any version with a local label."""
        self.keys: Sequence[VersionKey] = _Keys(self)
        """The versions as they compare, for `Range.spans`."""
        self._positions: dict[Version, int | None] = {}
        self._prioritized: dict[int, Prioritized | None] = {}

    def _merge(self) -> list[tuple[Version, int | None, list[tuple[ProjectListing, int]]]]:
        merged: dict[Version, tuple[Version, int | None, list[tuple[ProjectListing, int]]]] = {}
        if self._listing is not None:
            for position, version in enumerate(self._listing.versions()):
                merged[version] = (version, position, [])
        for listing in self._flat:
            for position, version in enumerate(listing.versions()):
                merged.setdefault(version, (version, None, []))[2].append((listing, position))
        return [merged[version] for version in sorted(merged, key=lambda version: version.key)]

    def __len__(self) -> int:
        if self._entries is not None:
            return len(self._entries)
        return 0 if self._listing is None else len(self._listing)

    def version(self, position: int) -> Version:
        """Return the version at a position."""
        if self._entries is not None:
            return self._entries[position][0]
        if self._listing is None:
            raise IndexError(position)
        return self._listing.version(position)

    def lower_bound(self, version: Version) -> int:
        """Return the first position whose version is not below the given one."""
        low, high = 0, len(self)
        key = version.key
        while low < high:
            middle = (low + high) // 2
            if self.version(middle).key < key:
                low = middle + 1
            else:
                high = middle
        return low

    def position(self, version: Version) -> int | None:
        """Return the position of a version."""
        known = self._positions.get(version, -1)
        if known == -1:
            low = self.lower_bound(version)
            known = low if low < len(self) and self.version(low).key == version.key else None
            self._positions[version] = known
        return known

    @property
    def cutoff(self) -> int | None:
        """The time from which files of the index do not count."""
        return self._cutoff

    def is_considered(self, position: int) -> bool:
        """Whether a version can be met while candidates are gone through: not if all its files are too new."""
        return self._any_file(position, without_date=True)

    def is_known(self, position: int) -> bool:
        """Whether a version exists for this resolution: some file is dated before the cut-off."""
        return self._any_file(position, without_date=False)

    def _any_file(self, position: int, *, without_date: bool) -> bool:
        cutoff = self._cutoff
        if cutoff is None or self._listing is None:
            return True
        without_date = without_date or type(cutoff) is LenientCutoff
        if self._entries is not None:
            _, listed, flat = self._entries[position]
            if flat or listed is None:
                return True
            position = listed
        return any(
            without_date if artifact.upload_time is None else artifact.upload_time < cutoff
            for artifact in self._listing.files(position)
        )

    def get(self, position: int) -> Prioritized | None:
        """Return the ranked files of the version at a position; None when there are none."""
        try:
            return self._prioritized[position]
        except KeyError:
            pass
        prioritized: Prioritized | None = Prioritized(self._name, self.version(position), self._judge)
        if prioritized is not None:
            listed: int | None = position
            if self._entries is not None:
                _, listed, flat = self._entries[position]
                for listing, place in flat:
                    prioritized.add(listing.files(place), listing.index, None, flat=True)
            if self._listing is not None and listed is not None:
                listing = self._listing
                prioritized.add(listing.files(listed), listing.index, self._cutoff, flat=listing.index.flat)
            if not prioritized.finish():
                prioritized = None
        self._prioritized[position] = prioritized
        return prioritized


class _Keys(Sequence[VersionKey]):
    """The sort keys of a map's versions, made when asked for."""

    __slots__ = ("_map",)

    def __init__(self, version_map: VersionMap) -> None:
        self._map = version_map

    def __len__(self) -> int:
        return len(self._map)

    def __getitem__(self, position: int) -> VersionKey:  # type: ignore[override]
        return self._map.version(position).key

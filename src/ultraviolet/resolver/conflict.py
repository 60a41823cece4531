"""The smallest set of the user's own requirements that conflict.

A derivation proves that there is no solution, but it speaks of packages the user never named. Here requirements are taken away one by
one; what cannot be taken away without making a solution possible is a minimal unsatisfiable subset. The solver is asked again each
time, over a provider that has answered most of its questions already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from ultraviolet.distributions.dist import DirectDist, Dist, RegistryDist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.listing import Listings
from ultraviolet.distributions.metadata import DistMetadata, MetadataResult
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import DirectorySource, RegistrySource
from ultraviolet.errors import UltravioletError
from ultraviolet.pubgrub import Derivation
from ultraviolet.resolver.environment import ResolverEnvironment
from ultraviolet.resolver.errors import NoSolution
from ultraviolet.resolver.manifest import Manifest
from ultraviolet.resolver.options import ResolverOptions
from ultraviolet.resolver.provider import MetadataProvider
from ultraviolet.resolver.reduce import packages_of
from ultraviolet.resolver.solver import resolve
from ultraviolet.standards.names import GroupName, PackageName
from ultraviolet.standards.requirements import parse_lenient_requirement
from ultraviolet.standards.versions import Version

Place = Literal["requirement", "constraint", "member", "group"]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement that the user wrote."""

    text: str
    place: Place
    position: int
    """Among those of its place."""
    owner: PackageName | None = None
    """The project that it stands in."""
    group: GroupName | None = None
    name: PackageName

    def __str__(self) -> str:
        if self.place == "constraint":
            return f"{self.text} (a constraint)"
        if self.place == "group":
            return f"{self.text} (group `{self.group}` of {self.owner})"
        return self.text if self.owner is None else f"{self.text} (of {self.owner})"


class Core(msgspec.Struct, frozen=True, kw_only=True):
    """Requirements that conflict."""

    wishes: tuple[Wish, ...]
    is_minimal: bool
    """Whether without any one of them there is a solution; false when time ran out."""

    def __str__(self) -> str:
        lines = ["These of your requirements cannot be had together:", *(f"  {wish}" for wish in self.wishes)]
        if self.is_minimal:
            lines.append("Without any one of them, the others can.")
        return "\n".join(lines)


class _OutOfTime(Exception):
    """The search for the smallest set took too long."""


def find_core(
    failure: NoSolution,
    manifest: Manifest,
    provider: MetadataProvider,
    options: ResolverOptions,
    environment: ResolverEnvironment,
    *,
    clock: Callable[[], float],
    seconds: float,
) -> Core | None:
    """Return the requirements to blame for a failure; None if that would be all of them, or only one.

    :param clock: tells the time in seconds.
    """
    wishes = list(_wishes(manifest, provider))
    if len(wishes) < 3:
        return None
    deadline = clock() + seconds

    def conflict(kept: list[Wish]) -> bool:
        return _conflict(kept, wishes, manifest, provider, options, environment, lambda: clock() > deadline)

    core = wishes
    is_minimal = True
    try:
        core = _shrunk(wishes, _named(failure.derivation), conflict)
        position = 0
        while position < len(core):
            fewer = core[:position] + core[position + 1 :]
            if conflict(fewer):
                core = fewer
            else:
                position += 1
    except _OutOfTime:
        is_minimal = False
    if not 2 <= len(core) < len(wishes):
        return None
    return Core(wishes=tuple(core), is_minimal=is_minimal)


def _shrunk(wishes: list[Wish], named: frozenset[str], conflict: Callable[[list[Wish]], bool]) -> list[Wish]:
    """Keep only what the proof speaks of, if that conflicts already; else halve as long as that does."""
    core = [wish for wish in wishes if wish.name in named]
    if not core or len(core) == len(wishes) or not conflict(core):
        core = wishes
    size = len(core) // 2
    while size > 1:
        position = 0
        while position < len(core) and len(core) > size:
            fewer = core[:position] + core[position + size :]
            if conflict(fewer):
                core = fewer
            else:
                position += size
        size //= 2
    return core


def _named(derivation: Derivation) -> frozenset[str]:
    """Return the names of the packages in a proof."""
    return frozenset(str(package.name) for package in packages_of(derivation) if package.name is not None)


# Taking requirements away


def _conflict(
    kept: list[Wish],
    wishes: list[Wish],
    manifest: Manifest,
    provider: MetadataProvider,
    options: ResolverOptions,
    environment: ResolverEnvironment,
    is_late: Callable[[], bool],
) -> bool:
    if is_late():
        raise _OutOfTime
    left_out = {(wish.place, wish.owner, wish.group, wish.position) for wish in wishes} - {
        (wish.place, wish.owner, wish.group, wish.position) for wish in kept
    }
    smaller = msgspec.structs.replace(
        manifest,
        requirements=tuple(
            requirement
            for position, requirement in enumerate(manifest.requirements)
            if ("requirement", None, None, position) not in left_out
        ),
        constraints=tuple(
            requirement
            for position, requirement in enumerate(manifest.constraints)
            if ("constraint", None, None, position) not in left_out
        ),
        lookaheads=None,
    )
    try:
        resolve(smaller, _Without(provider, left_out), options, environment, reporter=_Watch(is_late))
    except NoSolution:
        return True
    except UltravioletError:
        return False  # it fails in another way, so this is not the same conflict
    return False


class _Watch:
    """Stops a search that takes too long."""

    def __init__(self, is_late: Callable[[], bool]) -> None:
        self._is_late = is_late

    def on_progress(self, name: PackageName, version: Version) -> None:
        """Look at the clock."""
        del name, version
        if self._is_late():
            raise _OutOfTime

    def on_complete(self) -> None:
        """Do nothing."""


class _Without:
    """A provider whose projects lack some of their requirements."""

    def __init__(
        self, provider: MetadataProvider, left_out: set[tuple[Place, PackageName | None, GroupName | None, int]]
    ) -> None:
        self._provider = provider
        self._left_out = left_out

    def prefetch_listings(self, name: PackageName, index: IndexLocation | None) -> None:
        """Pass it on."""
        self._provider.prefetch_listings(name, index)

    def listings(self, name: PackageName, index: IndexLocation | None) -> Listings:
        """Pass it on."""
        return self._provider.listings(name, index)

    def listings_ready(self, name: PackageName, index: IndexLocation | None) -> bool:
        """Pass it on."""
        return self._provider.listings_ready(name, index)

    def prefetch_metadata(self, dist: Dist | InstalledDistribution) -> None:
        """Pass on what costs no build."""
        if isinstance(dist, RegistryDist) and dist.wheel is not None:
            self._provider.prefetch_metadata(dist)

    def metadata(self, dist: Dist | InstalledDistribution) -> MetadataResult:
        """Leave requirements of projects out."""
        result = self._provider.metadata(dist)
        if not isinstance(dist, DirectDist) or result.metadata is None or not isinstance(dist.source, DirectorySource):
            return result
        return MetadataResult(self._reduced(result.metadata), result.unavailable, result.detail)

    def _reduced(self, metadata: DistMetadata) -> DistMetadata:
        name, left_out = metadata.name, self._left_out
        return msgspec.structs.replace(
            metadata,
            requires=tuple(
                item
                for position, item in enumerate(metadata.requires)
                if ("member", name, None, position) not in left_out
            ),
            groups={
                group: tuple(
                    item for position, item in enumerate(rows) if ("group", name, group, position) not in left_out
                )
                for group, rows in metadata.groups.items()
            },
        )


# What the user wrote


def _wishes(manifest: Manifest, provider: MetadataProvider) -> Iterator[Wish]:
    seen: set[PackageName] = set()
    for position, requirement in enumerate(manifest.requirements):
        if not isinstance(requirement.source, DirectorySource):
            yield Wish(text=_text(requirement), place="requirement", position=position, name=requirement.name)
            continue
        if requirement.name in seen:
            continue
        seen.add(requirement.name)
        metadata = provider.metadata(DirectDist(name=requirement.name, source=requirement.source)).metadata
        if metadata is None:
            continue
        for inner, item in enumerate(metadata.requires):
            wish = Wish(text=_text(item), place="member", position=inner, owner=metadata.name, name=_name(item))
            if wish.name != metadata.name:
                yield wish
        for group, rows in metadata.groups.items():
            for inner, row in enumerate(rows):
                yield Wish(
                    text=_text(row),
                    place="group",
                    position=inner,
                    owner=metadata.name,
                    group=group,
                    name=row.name,
                )
    for position, requirement in enumerate(manifest.constraints):
        yield Wish(text=_text(requirement), place="constraint", position=position, name=requirement.name)


def _name(item: str | Requirement) -> PackageName:
    return PackageName(parse_lenient_requirement(item).name) if isinstance(item, str) else item.name


def _text(item: str | Requirement) -> str:
    if isinstance(item, str):
        return item
    extras = f"[{','.join(item.extras)}]" if item.extras else ""
    if isinstance(item.source, RegistrySource):
        text = f"{item.name}{extras}{item.source.specifiers}"
    else:
        text = f"{item.name}{extras}"
    marker = item.marker.to_string()
    return text if marker is None else f"{text} ; {marker}"

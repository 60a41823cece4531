"""What the resolver asks for early: whatever it will likely need, as soon as it is known which versions there are."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.universe import Universe, requirement, specific, universal

from ultraviolet.distributions.dist import DirectDist, Dist
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.listing import Listings
from ultraviolet.distributions.metadata import MetadataResult
from ultraviolet.resolver import Manifest, ResolverOptions, resolve
from ultraviolet.standards.names import PackageName


class Slow(Universe):
    """Listings arrive while the resolver waits for one of them."""

    def __init__(self, packages: Any, *, ready: frozenset[str] = frozenset()) -> None:
        super().__init__(packages)
        self.ready = ready
        self.events: list[str] = []

    def listings_ready(self, name: PackageName, index: IndexLocation | None) -> bool:
        return name in self.ready

    def listings(self, name: PackageName, index: IndexLocation | None) -> Listings:
        self.ready = frozenset(self.packages)
        return super().listings(name, index)

    def prefetch_metadata(self, dist: Dist | InstalledDistribution) -> None:
        assert not isinstance(dist, (DirectDist, InstalledDistribution))
        self.events.append(f"early {dist.name} {dist.version}")

    def metadata(self, dist: Dist | InstalledDistribution) -> MetadataResult:
        self.events.append(f"asked {dist.name} {dist.version}")
        return super().metadata(dist)


def events(
    packages: dict[str, Any],
    requires: list[str],
    *,
    is_universal: bool = False,
    ready: frozenset[str] = frozenset(),
    **options: Any,
) -> list[str]:
    provider = Slow(packages, ready=ready)
    manifest = Manifest(requirements=tuple(requirement(text) for text in requires))
    resolve(manifest, provider, ResolverOptions(**options), universal() if is_universal else specific())
    return provider.events


@pytest.mark.parametrize("is_universal", [False, True])
def test_listings_that_come_late_are_not_forgotten(is_universal: bool) -> None:
    packages = {
        "a": {"1": {"requires": ["d", "e"]}},
        **{name: {"1": {}, "2": {}} for name in ("b", "c", "d", "e")},
    }
    found = events(packages, ["a", "b<2", "c"], is_universal=is_universal)
    assert found.index("asked a 1") < found.index("early b 1") < found.index("asked b 1")
    for name in ("c 2", "d 2", "e 2"):
        assert found.index(f"early {name}") < found.index(f"asked {name}")
    assert len(found) == len(set(found))


def test_what_is_decided_meanwhile_is_not_fetched_again() -> None:
    found = events({"a": {"1": {"requires": ["b"]}}, "b": {"1": {"requires": ["a"]}}}, ["a"])
    assert found == ["early a 1", "asked a 1", "early b 1", "asked b 1"]


@pytest.mark.parametrize(
    ("wanted", "resolution", "expected"),
    [
        ("s", "highest", True),
        ("s", "lowest", False),
        ("s<3", "lowest", False),
        ("s>=1", "lowest", True),
        ("s", "lowest-direct", False),
    ],
)
def test_the_oldest_of_all_sources_is_not_built_early(wanted: str, resolution: str, expected: bool) -> None:
    packages: dict[str, Any] = {"a": {"1": {}}, "s": {text: {"wheels": [], "sdist": True} for text in ("1", "2")}}
    found = events(packages, ["a", wanted], ready=frozenset({"s"}), resolution=resolution)
    before = found[: found.index("asked a 1")]
    assert any(event.startswith("early s") for event in before) == expected

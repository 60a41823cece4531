"""URLs, indexes, locks, installed packages and digests: what a world of one index cannot tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec
import pytest
from tests.support.universe import (
    MAIN,
    Universe,
    describe,
    project,
    requirement,
    specific,
    universal,
)

from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.metadata import DistMetadata, MetadataResult
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import RegistrySource, UrlSource
from ultraviolet.errors import UltravioletError
from ultraviolet.resolver import (
    Manifest,
    NoSolution,
    Preference,
    ResolutionError,
    ResolverOptions,
    resolve,
)
from ultraviolet.standards.markers import parse_marker
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.specifiers import parse_specifiers
from ultraviolet.standards.versions import parse_version

A_URL = UrlSource(url="https://files.example/a-1.0.0-py3-none-any.whl", kind="wheel")
TWO = IndexLocation(url="https://two.example/simple", name="two")


def metadata(name: str, version: str, requires: Sequence[str | Requirement] = ()) -> DistMetadata:
    return DistMetadata(name=PackageName(name), version=parse_version(version), requires=tuple(requires))


def chosen(resolution: Any) -> list[str]:
    return sorted(f"{node.name} {node.version}" for node in resolution.nodes)


def solve(
    provider: Universe, requirements: Sequence[Requirement], options: ResolverOptions | None = None, **fields: Any
) -> Any:
    manifest = Manifest(requirements=tuple(requirements), **fields)
    return resolve(manifest, provider, options or ResolverOptions(), universal())


class TestUrls:
    """A URL holds for a whole fork, whatever else asks for the package."""

    world: ClassVar[dict[str, Any]] = {
        "a": {"1.0.0": {}, "2.0.0": {}},
        "c": {"1": {"requires": ["a==2"]}, "0.9": {"requires": ["a==1"]}},
    }

    def test_a_url_with_a_marker_causes_no_fork(self) -> None:
        provider = Universe(self.world, direct={A_URL: metadata("a", "1.0.0")})
        asked = [
            requirement("a ; sys_platform == 'linux'", source=A_URL),
            requirement("c"),
        ]
        resolution = solve(provider, asked)
        assert chosen(resolution) == ["a 1.0.0", "c 0.9"]
        assert not resolution.fork_markers
        assert "c 0.9 -> a 1.0.0" in describe(resolution)

    def test_a_url_that_no_first_party_names_is_refused(self) -> None:
        provider = Universe({"b": {"1": {"requires": [f"a @ {A_URL.url}"]}}}, direct={A_URL: metadata("a", "1.0.0")})
        with pytest.raises(ResolutionError) as caught:
            solve(provider, [requirement("b")])
        assert caught.value.message == "Failed to resolve dependencies for `b` (v1)"
        assert "Package `a` was included as a URL dependency" in str(caught.value.__cause__)

    def test_a_url_that_a_constraint_names_is_accepted(self) -> None:
        provider = Universe({"b": {"1": {"requires": [f"a @ {A_URL.url}"]}}}, direct={A_URL: metadata("a", "1.0.0")})
        resolution = solve(provider, [requirement("b")], constraints=(requirement("a", source=A_URL),))
        assert chosen(resolution) == ["a 1.0.0", "b 1"]

    def test_what_a_url_requires_at_a_url_is_found_by_looking_ahead(self) -> None:
        b_url = UrlSource(url="https://files.example/b-1-py3-none-any.whl", kind="wheel")
        provider = Universe({}, direct={A_URL: metadata("a", "1.0.0"), b_url: metadata("b", "1", [f"a @ {A_URL.url}"])})
        assert chosen(solve(provider, [requirement("b", source=b_url)])) == ["a 1.0.0", "b 1"]

    def test_two_urls_for_a_package_conflict(self) -> None:
        other = UrlSource(url="https://files.example/other/a-1.0.0-py3-none-any.whl", kind="wheel")
        provider = Universe({}, direct={A_URL: metadata("a", "1.0.0"), other: metadata("a", "1.0.0")})
        with pytest.raises(ResolutionError) as caught:
            solve(provider, [requirement("a", source=A_URL), requirement("a", source=other)])
        assert caught.value.message == (
            "Requirements contain conflicting URLs for package `a` in all marker environments:\n"
            "- https://files.example/a-1.0.0-py3-none-any.whl\n"
            "- https://files.example/other/a-1.0.0-py3-none-any.whl"
        )


class TestIndexes:
    """The strategies differ in how far they look."""

    world: ClassVar[dict[str, Any]] = {
        "a": {
            "1.0.0": {"indexes": ["main", "two"]},
            "1.1.0b1": {"indexes": ["two"]},
            "2.0.0": {"indexes": ["main"]},
        }
    }

    @pytest.mark.parametrize(
        ("strategy", "version"),
        [("first-index", "1.1.0b1"), ("unsafe-first-match", "1.1.0b1"), ("unsafe-best-match", "2.0.0")],
    )
    def test_prereleases_are_a_last_resort_of_what_is_looked_through(self, strategy: Any, version: str) -> None:
        provider = Universe(self.world, indexes=(TWO, MAIN), strategy=strategy)
        resolution = solve(provider, [requirement("a>=1.0.5")], ResolverOptions(index_strategy=strategy))
        assert chosen(resolution) == [f"a {version}"]

    def test_a_pinned_index_with_a_condition_splits(self) -> None:
        pinned = Requirement(
            name=PackageName("a"),
            source=RegistrySource(parse_specifiers("<1.1"), TWO),
            marker=parse_marker("sys_platform == 'linux'"),
        )
        provider = Universe(self.world, indexes=(TWO, MAIN), strategy="first-index")
        resolution = solve(
            provider, [pinned, requirement("a ; sys_platform != 'linux'")], ResolverOptions(prerelease="disallow")
        )
        assert len(resolution.fork_markers) == 2
        assert {node.index.name for node in resolution.nodes} == {"two"}


class TestLocks:
    """What was locked is tried first, and the forks it was locked in are the first forks."""

    world: ClassVar[dict[str, Any]] = {"a": {"1": {}, "2": {}}, "c": {"1": {}}}

    def locked(self) -> Any:
        return solve(
            Universe(self.world),
            [requirement("a>=2 ; sys_platform == 'linux'"), requirement("a<2 ; sys_platform == 'darwin'")],
        )

    def test_forks_and_versions_are_kept(self) -> None:
        first = self.locked()
        preferences = tuple(
            Preference(
                name=node.name,
                version=node.version,
                source="lock",
                index=MAIN,
                fork_markers=tuple(mark for mark in first.fork_markers if not mark.is_disjoint(node.marker)),
            )
            for node in first.nodes
        )
        manifest = Manifest(requirements=(requirement("a"), requirement("c")), preferences=preferences)
        environment = universal(forks=[mark.marker for mark in first.fork_markers])
        again = resolve(manifest, Universe(self.world), ResolverOptions(), environment)
        assert chosen(again) == ["a 1", "a 2", "c 1"]
        assert len(again.fork_markers) == 3
        upgraded = msgspec.structs.replace(
            manifest, preferences=tuple(entry for entry in preferences if entry.name != "a")
        )
        assert chosen(resolve(upgraded, Universe(self.world), ResolverOptions(), environment)) == ["a 2", "c 1"]

    def test_a_locked_version_that_was_yanked_is_kept(self) -> None:
        world: dict[str, Any] = {"a": {"1": {"yanked": True}, "2": {}}}
        preference = Preference(name=PackageName("a"), version=parse_version("1"), source="lock")
        resolution = solve(Universe(world), [requirement("a")], preferences=(preference,))
        assert chosen(resolution) == ["a 1"]
        assert resolution.diagnostics == ("`a==1` is yanked",)


class TestInstalled:
    """What is installed stays while it satisfies, unless it is to be reinstalled or something newer is wanted."""

    world: ClassVar[dict[str, Any]] = {"a": {"1": {}, "2": {}}}

    def solve(self, text: str = "a", **fields: Any) -> Any:
        installed = InstalledDistribution(
            name=PackageName("a"), version=parse_version("1"), kind="registry", path="/site/a-1.dist-info"
        )
        provider = Universe(self.world)
        provider.installed["a"] = metadata("a", "1")
        manifest = Manifest(requirements=(requirement(text),), installed={PackageName("a"): (installed,)}, **fields)
        return resolve(manifest, provider, ResolverOptions(), specific())

    def test_it_stays(self) -> None:
        resolution = self.solve()
        assert chosen(resolution) == ["a 1"]
        assert isinstance(resolution.nodes[0].dist, InstalledDistribution)

    def test_it_goes(self) -> None:
        assert chosen(self.solve("a>1")) == ["a 2"]
        assert chosen(self.solve(upgrade=True)) == ["a 2"]
        reinstalled = self.solve("a<2", reinstall=frozenset({PackageName("a")}))
        assert not isinstance(reinstalled.nodes[0].dist, InstalledDistribution)


def test_digests_that_are_required_must_be_given() -> None:
    provider = Universe({"a": {"1": {"requires": ["b"]}}, "b": {"1": {}}})
    options = ResolverOptions(
        hash_mode="require", hashes={(PackageName("a"), parse_version("1")): ("sha256:" + "0" * 64,)}
    )
    with pytest.raises(ResolutionError, match="all requirements must be pinned upfront with `==`, but found: `b`"):
        solve(provider, [requirement("a==1")], options)


def test_a_file_with_another_digest_is_the_last_choice() -> None:
    world: dict[str, Any] = {"a": {"1": {"wheels": ["py3-none-any"], "sdist": True}}}
    options = ResolverOptions(hash_mode="verify", hashes={(PackageName("a"), parse_version("1")): ("sha256:ff",)})
    resolution = solve(Universe(world), [requirement("a")], options)
    assert chosen(resolution) == ["a 1"]


def test_a_provider_that_fails_is_told_why_it_was_asked() -> None:
    class BuildFailed(UltravioletError):
        is_diagnostic = True

    class Broken(Universe):
        def metadata(self, dist: Any) -> MetadataResult:
            if dist.name == "b":
                raise BuildFailed("Failed to build `b==1`")
            return super().metadata(dist)

    provider = Broken({"a": {"1": {"requires": ["b>=1"]}}, "b": {"1": {}}})
    with pytest.raises(UltravioletError) as caught:
        solve(provider, [requirement("a")])
    assert caught.value.hints == ("`b` (v1) was included because `a` (v1) depends on `b>=1`",)


def test_without_transitive_dependencies_no_metadata_is_read() -> None:
    provider = Universe({"a": {"1": {"requires": ["b"]}}})
    assert chosen(solve(provider, [requirement("a")], ResolverOptions(dependency_mode="direct"))) == ["a 1"]
    assert provider.metadata_asked == []


def test_metadata_is_read_only_of_versions_that_are_tried() -> None:
    provider = Universe({"a": {str(version): {} for version in range(50)}})
    assert chosen(solve(provider, [requirement("a")])) == ["a 49"]
    assert set(provider.metadata_asked) == {"a==49"}


def test_a_workspace_speaks_of_its_members() -> None:
    one, two = project(["c==1"], name="one"), project(["c==2"], name="two")
    provider = Universe({"c": {"1": {}, "2": {}}}, direct={one[0]: one[1], two[0]: two[1]})
    with pytest.raises(NoSolution) as caught:
        solve(provider, [*one[2], *two[2]], workspace_members=frozenset({one[1].name, two[1].name}))
    assert caught.value.report == (
        "Because one depends on c==1 and two depends on c==2, we can conclude that one and two are incompatible.\n"
        "And because your workspace requires one and two, we can conclude that your workspace's requirements are "
        "unsatisfiable."
    )

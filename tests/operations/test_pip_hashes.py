"""Digests of requirements and constraints."""

from __future__ import annotations

from typing import Literal

import pytest

from ultraviolet.distributions.direct_urls import UrlContext
from ultraviolet.operations.pip_hashes import Digests, HashError, collect_digests
from ultraviolet.requirements.arguments import RequirementEntry, parse_argument
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import parse_version

A, B, C = (f"sha256:{letter * 64}" for letter in "abc")


def entry(text: str, *digests: str) -> RequirementEntry:
    return RequirementEntry(parse_argument(text, UrlContext(base="/")), digests)


def collect(
    *requirements: RequirementEntry,
    constraints: tuple[RequirementEntry, ...] = (),
    mode: Literal["none", "verify", "require"] = "verify",
) -> Digests:
    return collect_digests(requirements, constraints, None, mode)


def test_equal_versions_are_found_however_they_are_spelled() -> None:
    policy = collect(entry("a==1.0", A)).policy()
    for text in ("1", "1.0", "1.0.0"):
        assert policy.expected(PackageName("a"), text) == (A,)
    assert policy.expected(PackageName("a"), "1.1") == ()


def test_constraints_limit_the_digests_of_requirements() -> None:
    found = collect(entry("a==1", A, B), constraints=(entry("a==1", B, C),))
    assert found.versions == {(PackageName("a"), parse_version("1")): (B,)}


def test_constraints_alone_give_digests() -> None:
    found = collect(entry("a==1"), constraints=(entry("a==1", A),), mode="require")
    assert found.versions == {(PackageName("a"), parse_version("1")): (A,)}


def test_urls_carry_digests_in_their_fragment() -> None:
    url = "https://h/a-1.0-py3-none-any.whl"
    found = collect(entry(f"a @ {url}#sha256={'a' * 64}"), mode="require")
    assert found.archives == {url: (A,)}
    assert url in found.urls


def test_nothing_is_collected_when_digests_are_ignored() -> None:
    assert collect(entry("a==1", A), mode="none") == Digests()


@pytest.mark.parametrize(
    ("requirements", "constraints", "message"),
    [
        ([entry("a", A)], (), "pinned with `==`, but found: a"),
        ([entry("a==1")], (), "none were provided for: a==1"),
        ([entry("a==1", "md5:" + "0" * 32)], (), "`md5` hashes are insecure"),
        ([entry("a==1", A)], (entry("a==1", B),), "no overlapping hashes"),
        ([entry("a==1", A)], (entry("b>1"),), "but found: b>1"),
    ],
)
def test_required_digests(
    requirements: list[RequirementEntry], constraints: tuple[RequirementEntry, ...], message: str
) -> None:
    with pytest.raises(HashError, match=message):
        collect(*requirements, constraints=constraints, mode="require")


def test_contradicting_digests_of_one_archive() -> None:
    url = "https://h/a-1.0-py3-none-any.whl"
    with pytest.raises(HashError, match="conflicts with"):
        collect(entry(f"a @ {url}#sha256={'a' * 64}"), entry(f"a @ {url}#sha256={'b' * 64}"))

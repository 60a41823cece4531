"""The smallest set of requirements that conflict: minimal, whatever stands beside it."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from tests.support.reference import WorldServer, random_world

from ultraviolet.resolver import NoSolution, resolve
from ultraviolet.resolver.conflict import Core, find_core


def core_of(server: WorldServer, number: str, world: dict[str, Any], seconds: float = 60.0) -> Core | None:
    provider, manifest, options, environment, _ = server.question(number, world)
    with pytest.raises(NoSolution) as caught:
        resolve(manifest, provider, options, environment)
    ticks = itertools.count()
    return find_core(
        caught.value, manifest, provider, options, environment, clock=lambda: float(next(ticks)) / 1e6, seconds=seconds
    )


def world_of(requires: list[str], packages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "extras": {}, "groups": {}, "settings": {}, "python": ">=3.12", "requires": requires, "packages": packages, **more,
    }  # fmt: skip


PACKAGES = {
    "a": {"1.0": {"requires": ["shared<2"]}},
    "b": {"1.0": {"requires": ["middle"]}},
    "middle": {"1.0": {"requires": ["shared>=2"]}},
    "shared": {"1.0": {}, "2.0": {}},
    "c": {"1.0": {}},
    "d": {"1.0": {}},
}


@pytest.fixture
def server(tmp_path: Any) -> Any:
    server = WorldServer(tmp_path)
    yield server
    server.close()


def test_only_the_two_that_conflict_are_named(server: WorldServer) -> None:
    core = core_of(server, "1", world_of(["c", "a", "d", "b"], PACKAGES))

    assert str(core) == (
        "These of your requirements cannot be had together:\n  a (of project)\n  b (of project)\n"
        "Without any one of them, the others can."
    )


def test_groups_and_constraints_take_part(server: WorldServer) -> None:
    world = world_of(["c"], PACKAGES, groups={"dev": ["d", "b"]}, settings={"constraint-dependencies": ["shared<2"]})

    core = core_of(server, "1", world)

    assert core is not None
    assert [str(wish) for wish in core.wishes] == ["b (group `dev` of project)", "shared<2 (a constraint)"]


def test_nothing_is_said_when_all_of_them_conflict(server: WorldServer) -> None:
    assert core_of(server, "1", world_of(["a", "b"], PACKAGES)) is None


def test_a_search_without_time_claims_nothing(server: WorldServer) -> None:
    core = core_of(server, "1", world_of(["c", "a", "d", "b"], PACKAGES), seconds=-1.0)

    assert core is None or not core.is_minimal


def test_cores_of_random_worlds_are_minimal(server: WorldServer) -> None:
    found = 0
    for seed in range(250):
        world = random_world(seed)
        world["requires"] += [f"p{random.Random(seed).choice('abc')}>=9"] * (seed % 2)
        provider, manifest, options, environment, _ = server.question(str(seed), world)
        try:
            resolve(manifest, provider, options, environment)
            continue
        except NoSolution:
            core = core_of(server, str(seed), world)
        if core is None:
            continue
        found += 1
        kept = {(wish.place, wish.group, wish.position) for wish in core.wishes}
        for missing in (None, *sorted(kept, key=str)):
            smaller = reduced(world, kept - {missing})
            provider, manifest, options, environment, _ = server.question(f"{seed}s", smaller)
            if missing is None:
                with pytest.raises(NoSolution):
                    resolve(manifest, provider, options, environment)
            else:
                resolve(manifest, provider, options, environment)
    assert found >= 2


def reduced(world: dict[str, Any], kept: set[Any]) -> dict[str, Any]:
    """Keep some of the requirements; extras are part of a member's requirements, after the plain ones."""
    members = [*world["requires"]]
    position = len(members)
    smaller = {**world, "requires": [text for at, text in enumerate(members) if ("member", None, at) in kept]}
    smaller["extras"] = {}
    for extra, texts in world["extras"].items():
        smaller["extras"][extra] = [text for at, text in enumerate(texts, position) if ("member", None, at) in kept]
        position += len(texts)
    smaller["groups"] = {
        group: [text for at, text in enumerate(texts) if ("group", group, at) in kept]
        for group, texts in world["groups"].items()
    }
    settings = dict(world["settings"])
    if "constraint-dependencies" in settings:
        settings["constraint-dependencies"] = [
            text for at, text in enumerate(settings["constraint-dependencies"]) if ("constraint", None, at) in kept
        ]
    smaller["settings"] = settings
    return smaller

"""The lockfiles and explanations of uv itself, reproduced byte for byte; needs a uv executable (``UV_ORACLE``)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.reference import WorldServer, is_lock, normal_explanation, random_world, rich_world
from tests.support.scenarios import DIRECTORY, load

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("UV_ORACLE" not in os.environ, reason="needs a uv executable in UV_ORACLE"),
]

SEEDS = range(int(os.environ.get("UV_ORACLE_SEEDS", "60")))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorldServer]:
    server = WorldServer(tmp_path_factory.mktemp("worlds"))
    yield server
    server.close()


def check(server: WorldServer, number: str, world: dict[str, object]) -> None:
    server.worlds[number] = world
    reference, ours = server.reference(number, world), server.ours(number, world)
    if is_lock(reference):
        assert ours == reference
    else:
        assert normal_explanation(ours) == normal_explanation(reference)


@pytest.mark.parametrize("path", sorted(DIRECTORY.glob("*.toml")), ids=lambda path: path.stem)
def test_scenario(server: WorldServer, path: Path) -> None:
    check(server, path.stem, load(path))


@pytest.mark.parametrize("seed", SEEDS)
def test_random_world(server: WorldServer, seed: int) -> None:
    check(server, f"random-{seed}", random_world(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_rich_world(server: WorldServer, seed: int) -> None:
    check(server, f"rich-{seed}", rich_world(seed))

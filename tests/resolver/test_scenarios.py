"""Scenarios, one file each: what is asked, and what must come of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.reference import WorldServer
from tests.support.scenarios import DIRECTORY, load, outcome


@pytest.mark.parametrize("path", sorted(DIRECTORY.glob("*.toml")), ids=lambda path: path.stem)
def test_scenario(path: Path, tmp_path: Path) -> None:
    world = load(path)
    server = WorldServer(tmp_path)
    try:
        assert outcome(server, path.stem, world) == world["expected"]
    finally:
        server.close()

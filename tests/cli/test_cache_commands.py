"""``uv cache``: whole outputs."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.yard import Yard

from ultraviolet.cache.layout import Cache


@pytest.fixture
def place(tmp_path: Path) -> Yard:
    return Yard(tmp_path)


def test_without_a_cache(place: Yard) -> None:
    place.check(
        "cache_missing",
        place.run("cache", "dir"),
        place.run("cache", "dir", "--cache-dir", "here"),
        place.run("cache", "clean"),
        place.run("cache", "clean", "flask"),
        place.run("cache", "prune"),
        place.run("cache", "size"),
        place.run("cache", "size", "--human", "--preview-features", "cache-size"),
        place.run("cache", "clean", "not a name"),
    )


def test_removal(place: Yard) -> None:
    root = Path(place.environ["UV_CACHE_DIR"])
    Cache(str(root)).open().close()
    (root / "old-bucket").mkdir()
    (root / "old-bucket" / "file").write_text("12345")
    outcomes = [
        place.run("cache", "prune"),
        place.run("cache", "prune"),
        place.run("cache", "prune", "--ci", "--force"),
        place.run("cache", "clean", "flask"),
        place.run("cache", "size", "--output-format", "human", "-q"),
        place.run("cache", "clean", "--quiet"),
    ]
    assert not root.exists()
    Cache(str(root)).open().close()
    outcomes.append(place.run("clean"))
    place.check("cache_removal", *outcomes)
    assert not root.exists()


def test_removal_waits_for_other_commands(place: Yard) -> None:
    cache = Cache(place.environ["UV_CACHE_DIR"]).open()
    try:
        place.check(
            "cache_busy",
            place.run("cache", "clean", UV_LOCK_TIMEOUT="0"),
            place.run("cache", "prune", "--force"),
        )
    finally:
        cache.close()


def test_paths_are_shown_relative_to_the_working_directory(place: Yard) -> None:
    inside = place.work / "inside"
    Cache(str(inside)).open().close()
    place.check("cache_relative", place.run("cache", "clean", "--cache-dir", str(inside)))

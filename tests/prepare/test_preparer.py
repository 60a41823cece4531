"""Distributions become metadata and wheels: digests, sizes, joins, stated metadata, the cache, and how failures are named."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.support.environments import running_interpreter
from tests.support.index_server import IndexServer
from tests.support.packages import make_sdist, make_wheel
from tests.support.workshop import Workshop

from ultraviolet.cache.refresh import Refresh
from ultraviolet.distributions.dist import DirectDist
from ultraviolet.distributions.metadata import DistMetadata
from ultraviolet.distributions.source import DirectorySource, PathSource, UrlSource
from ultraviolet.prepare.errors import PreparationFailed
from ultraviolet.prepare.options import HashMode, HashPolicy
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import parse_version

NAME = PackageName("alpha")
RIGHT = "sha256:" + hashlib.sha256(make_wheel("alpha", "1.0").content).hexdigest()
WRONG = "sha256:" + "0" * 64


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with IndexServer() as found:
        found.add(make_wheel("alpha", "1.0"))
        found.add(make_sdist("sigma", "1.0", requires=["alpha"]))
        yield found


@pytest.fixture
def shop(tmp_path: Path, server: IndexServer) -> Iterator[Workshop]:
    found = Workshop(tmp_path.resolve(), server)
    yield found
    found.close()


@pytest.mark.parametrize(
    ("mode", "digests", "message"),
    [
        ("verify", (), None),
        ("verify", (RIGHT,), None),
        ("verify", (WRONG, RIGHT), None),
        ("verify", (WRONG,), "Hash mismatch for `alpha==1.0`"),
        ("none", (WRONG,), None),
        ("require", (RIGHT,), None),
        ("require", (), "Hash-checking is enabled, but no hashes were provided for: `alpha==1.0`"),
        ("require", (WRONG,), "Hash mismatch for `alpha==1.0`"),
    ],
)
def test_digests_of_registry_wheels(
    shop: Workshop, mode: HashMode, digests: tuple[str, ...], message: str | None
) -> None:
    hashes = HashPolicy(mode=mode, digests={(NAME, "1.0"): digests} if digests else {})
    dist = shop.registry(make_wheel("alpha", "1.0"), "alpha")
    preparer = shop.engines(hashes=hashes).preparer
    if message is None:
        assert preparer.prepare([dist])[0].version == parse_version("1.0")
        return
    with pytest.raises(PreparationFailed, match=r"Failed to download `alpha==1\.0`") as caught:
        preparer.prepare([dist])
    assert str(caught.value.__cause__).startswith(message)


@pytest.mark.parametrize(
    ("digests", "fails"), [((RIGHT,), False), ((WRONG,), True), ((WRONG, RIGHT), True), (("sha512:1", RIGHT), True)]
)
def test_all_digests_of_urls_must_hold(shop: Workshop, digests: tuple[str, ...], fails: bool) -> None:
    url = f"{shop.server.url}/files/alpha-1.0-py3-none-any.whl"
    dist = DirectDist(name=NAME, source=UrlSource(url=url, kind="wheel"), hashes=digests)
    preparer = shop.engines().preparer
    if fails:
        with pytest.raises(PreparationFailed):
            preparer.prepare([dist])
    else:
        assert preparer.prepare([dist])


def test_cached_wheel_with_other_digests_is_not_used(shop: Workshop) -> None:
    dist = shop.registry(make_wheel("alpha", "1.0"), "alpha")
    shop.engines().preparer.prepare([dist])
    assert shop.engines().preparer.find(dist) is not None
    assert shop.engines(hashes=HashPolicy(digests={(NAME, "1.0"): (WRONG,)})).preparer.find(dist) is None


def test_refresh_does_not_find_what_is_cached(shop: Workshop) -> None:
    dist = shop.registry(make_wheel("alpha", "1.0"), "alpha")
    shop.engines().preparer.prepare([dist])
    assert shop.engines(refresh=Refresh(since=2**62, packages=frozenset({NAME}))).preparer.find(dist) is None
    assert shop.engines(refresh=Refresh(since=2**62, packages=frozenset({PackageName("x")}))).preparer.find(dist)


@pytest.mark.parametrize("authoritative", [True, False])
def test_sizes_count_only_where_they_are_authoritative(shop: Workshop, authoritative: bool) -> None:
    dist = shop.registry(make_wheel("alpha", "1.0"), "alpha", size=1)
    preparer = shop.engines(sizes_are_authoritative=authoritative).preparer
    if not authoritative:
        assert preparer.prepare([dist])
        return
    with pytest.raises(PreparationFailed) as caught:
        preparer.prepare([dist])
    assert "Size mismatch for `alpha==1.0`: expected 1 bytes" in str(caught.value.__cause__)


def test_equal_wishes_are_joined(shop: Workshop) -> None:
    dist = shop.registry(make_wheel("alpha", "1.0"), "alpha")
    preparer = shop.engines().preparer
    results: list[Any] = []
    threads = [threading.Thread(target=lambda: results.append(preparer.prepare([dist])[0])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(result) for result in results}) == 1
    assert len([seen for seen in shop.server.requests if seen.path.endswith(".whl")]) == 1


def test_stated_metadata_needs_no_download(shop: Workshop) -> None:
    stated = DistMetadata(name=NAME, version=parse_version("1.0"), requires=("beta",))
    dist = shop.registry(make_wheel("alpha", "1.0"), "alpha")
    found = shop.engines(dependency_metadata=(stated,)).preparer.metadata(dist).metadata
    assert found is not None
    assert found.requires == ("beta",)
    anywhere = shop.engines(dependency_metadata_any=((NAME, stated),)).preparer.metadata(dist).metadata
    assert anywhere is not None
    assert anywhere.requires == ("beta",)
    other = DistMetadata(name=NAME, version=parse_version("2.0"), requires=("beta",))
    real = shop.engines(dependency_metadata=(other,)).preparer.metadata(dist).metadata
    assert real is not None
    assert real.requires == ()


def test_static_sdists_are_not_built(shop: Workshop) -> None:
    dist = shop.registry(make_sdist("sigma", "1.0", requires=["alpha"]), "sigma")
    found = shop.engines().preparer.metadata(dist).metadata
    assert found is not None
    assert found.requires == ("alpha",)


@pytest.mark.parametrize(
    ("source", "head"),
    [
        ("wheel url", "Failed to download `alpha @ http://"),
        ("sdist url", "Failed to download and build `alpha @ http://"),
        ("wheel path", "Failed to read `alpha @ file://"),
        ("sdist path", "Failed to build `alpha @ file://"),
        ("directory", "Failed to build `alpha @ file://"),
    ],
)
def test_failures_are_named_after_what_was_done(shop: Workshop, source: str, head: str) -> None:
    kind, _, place = source.partition(" ")
    filename = "alpha-1.0-py3-none-any.whl" if kind == "wheel" else "alpha-1.0.tar.gz"
    chosen: Any
    if kind == "directory":
        (shop.root / "tree").mkdir()
        chosen = DirectorySource(path=str(shop.root / "tree"))
    elif place == "url":
        chosen = UrlSource(url=f"{shop.server.url}/gone/{filename}", kind=kind)  # type: ignore[arg-type] # one of both
    else:
        (shop.root / filename).write_bytes(b"rubbish")
        chosen = PathSource(path=str(shop.root / filename), kind=kind)  # type: ignore[arg-type] # one of both
    with pytest.raises(PreparationFailed) as caught:
        shop.engines().preparer.prepare([DirectDist(name=NAME, source=chosen)])
    assert caught.value.message.startswith(head)
    assert caught.value.__cause__ is not None


def test_directory_is_built_again_when_its_keys_change(shop: Workshop) -> None:
    tree = shop.root / "tree"
    (tree / "src/alpha").mkdir(parents=True)
    (tree / "src/alpha/__init__.py").touch()
    manifest = tree / "pyproject.toml"
    text = '[project]\nname = "alpha"\nversion = "1.0"\n[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n'
    manifest.write_text(text)
    dist = DirectDist(name=NAME, source=DirectorySource(path=str(tree)))
    first = shop.engines().preparer.prepare([dist])[0]
    assert msgspec.structs.asdict(shop.engines().preparer.find(dist))["path"] == first.path  # type: ignore[arg-type] # found
    editable = DirectDist(name=NAME, source=DirectorySource(path=str(tree), editable=True))
    assert shop.engines().preparer.find(editable) is None
    manifest.write_text(text + "# changed\n")
    assert shop.engines().preparer.find(dist) is None
    again = shop.engines().preparer.prepare([dist])[0]
    assert again.cache_info != first.cache_info
    assert again.path == first.path  # the same wheel is kept once


def test_a_directory_with_another_name(shop: Workshop) -> None:
    tree = shop.root / "tree"
    tree.mkdir()
    (tree / "pyproject.toml").write_text('[project]\nname = "beta"\nversion = "1"\n')
    dist = DirectDist(name=NAME, source=DirectorySource(path=str(tree), editable=False))
    with pytest.raises(PreparationFailed, match=r"Failed to build `alpha @ file://") as caught:
        shop.engines().preparer.metadata(dist)
    assert str(caught.value.__cause__) == "Package metadata name `beta` does not match given name `alpha`"


@pytest.mark.parametrize(
    ("required", "refused"), [(">=3.99", True), (">3.98,<4", True), (">=3.8", False), ("<3", False)]
)
def test_sources_for_newer_pythons_are_not_built(shop: Workshop, required: str, refused: bool) -> None:
    built = make_sdist(
        "delta",
        "1.0",
        pkg_info=False,
        pyproject='[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n',
        files={"own.py": "raise SystemExit('was asked')"},
    )
    shop.server.add(built)
    dist = shop.registry(built, "delta", requires_python=required)
    preparer = shop.engines().preparer
    if refused:
        found = preparer.metadata(dist)
        assert (found.metadata, found.unavailable) == (None, "requires-python")
        assert found.detail == f"{required}\n{running_interpreter().version}"
        return
    with pytest.raises(PreparationFailed) as caught:
        preparer.metadata(dist)
    assert "was asked" in str(caught.value.__cause__.__cause__)  # type: ignore[union-attr] # a chain of three

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.index.conftest import MakeIndex
from tests.support.index_server import Fault, IndexServer
from tests.support.packages import BuiltFile, make_wheel

from ultraviolet.cache.layout import Cache
from ultraviolet.distributions.artifact import Artifact
from ultraviolet.errors import UltravioletError
from ultraviolet.fs.errors import ArchiveError
from ultraviolet.http.errors import FetchError, OfflineError
from ultraviolet.index.client import IndexClient
from ultraviolet.index.errors import MetadataMismatchError, MetadataParseError, WheelStructureError
from ultraviolet.standards.metadata import Metadata
from ultraviolet.standards.names import PackageName

ANYIO = PackageName("anyio")
SMALL = make_wheel("anyio", "1.0", requires=["idna>=2.8"])
LARGE = make_wheel("anyio", "1.0", requires=["idna>=2.8"], files={"anyio/data": os.urandom(100_000)})
FILE = f"/files/{SMALL.filename}"


def large_directory() -> BuiltFile:
    """A wheel whose central directory is longer than the first range."""
    return make_wheel(
        "anyio", "1.0", requires=["idna>=2.8"], files={f"anyio/{n:04}_{'x' * 60}.py": "" for n in range(600)}
    )


def metadata_first() -> BuiltFile:
    """A wheel whose metadata lie far from its end."""
    built = make_wheel("anyio", "1.0", requires=["idna>=2.8"])
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("anyio-1.0.dist-info/METADATA", built.metadata)
        archive.writestr("anyio/data", os.urandom(100_000))
    return BuiltFile(built.filename, buffer.getvalue())


def ask(client: IndexClient) -> Metadata:
    listing = client.listings(ANYIO).found[0]
    artifact = listing.files(0)[0]
    client.prefetch_metadata(artifact, ANYIO, listing.index)
    return client.wheel_metadata(artifact, ANYIO, listing.index)


def test_is_read_beside_the_wheel(server: IndexServer, make_index: MakeIndex) -> None:
    server.add(SMALL)

    assert ask(make_index(server.index_url)).requires_dist == ("idna>=2.8",)
    assert server.seen(FILE) == []
    assert len(server.seen(FILE + ".metadata")) == 1


def test_missing_file_beside_the_wheel_is_an_error(server: IndexServer, make_index: MakeIndex) -> None:
    server.add(SMALL)
    server.fail(FILE + ".metadata", Fault("status", times=9, status=404))

    with pytest.raises(FetchError):
        ask(make_index(server.index_url))


@pytest.mark.parametrize(("built", "requests"), [(SMALL, 1), (LARGE, 1), (large_directory(), 2), (metadata_first(), 2)])
def test_is_read_by_ranges(server: IndexServer, make_index: MakeIndex, built: BuiltFile, requests: int) -> None:
    server.metadata_files = False
    server.add(built)

    assert ask(make_index(server.index_url)).requires_dist == ("idna>=2.8",)
    assert [one.headers["range"][:6] for one in server.seen(FILE)] == ["bytes="] * requests
    assert server.seen(FILE)[0].headers.get("accept-encoding", "identity") == "identity"


@pytest.mark.parametrize("status", [400, 403, 404, 405, 416])
def test_refused_ranges_lead_to_the_whole(server: IndexServer, make_index: MakeIndex, status: int) -> None:
    server.metadata_files = False
    server.add(LARGE)
    server.fail(FILE, Fault("status", status=status))
    client = make_index(server.index_url)

    assert ask(client).requires_dist == ("idna>=2.8",)
    assert not client.has_ranges(client._indexes[0])


def test_ignored_ranges_are_remembered(server: IndexServer, make_index: MakeIndex) -> None:
    server.metadata_files = False
    server.ranges = False
    other = make_wheel("idna", "1.0")
    server.add(LARGE)
    server.add(other)
    client = make_index(server.index_url)
    ask(client)

    listing = client.listings(PackageName("idna")).found[0]
    client.wheel_metadata(listing.files(0)[0], PackageName("idna"), listing.index)

    assert len(server.seen(FILE)) == 1
    assert "range" not in server.seen(f"/files/{other.filename}")[0].headers


@pytest.mark.parametrize("beside", [True, False])
def test_is_kept(server: IndexServer, make_index: MakeIndex, beside: bool) -> None:
    server.metadata_files = beside
    server.add(LARGE)
    ask(make_index(server.index_url))
    before = len(server.requests)

    assert ask(make_index(server.index_url)).requires_dist == ("idna>=2.8",)
    assert len(server.requests) == before
    assert ask(make_index(server.index_url, offline=True)).version.release == (1, 0)


@pytest.mark.parametrize("beside", [True, False])
def test_stale_is_asked_for_again(server: IndexServer, make_index: MakeIndex, beside: bool) -> None:
    server.metadata_files = beside
    server.file_cache_control = "max-age=0"
    server.add(LARGE)
    ask(make_index(server.index_url))
    before = len(server.requests)

    assert ask(make_index(server.index_url)).requires_dist == ("idna>=2.8",)
    assert len(server.requests) == before + 1


def test_damaged_record_is_fetched_again(server: IndexServer, make_index: MakeIndex, cache: Cache) -> None:
    server.add(SMALL)
    ask(make_index(server.index_url))
    (record,) = Path(cache.bucket("wheels")).rglob("*.meta")
    record.write_bytes(record.read_bytes().replace(b"anyio\xa31.0", b"anyio\xa3\xff\xff\xff"))

    assert ask(make_index(server.index_url)).requires_dist == ("idna>=2.8",)
    assert len(server.seen(FILE + ".metadata")) == 2


def test_offline_without_record_is_told(server: IndexServer, make_index: MakeIndex) -> None:
    artifact = Artifact(SMALL.filename, f"{server.url}{FILE}")

    with pytest.raises(OfflineError):
        make_index(server.index_url, offline=True).wheel_metadata(artifact, ANYIO)


def test_wheel_at_a_url(server: IndexServer, make_index: MakeIndex) -> None:
    server.add(SMALL)
    artifact = Artifact(SMALL.filename, f"{server.url}{FILE}#sha256=00")

    assert make_index(server.index_url).wheel_metadata(artifact, ANYIO).name == "anyio"


@pytest.mark.parametrize(
    ("built", "error", "message"),
    [
        (
            make_wheel("anyio", "1.0", metadata="Metadata-Version: 2.1\nName: other\nVersion: 1.0\n"),
            MetadataMismatchError,
            "Package metadata name `other` does not match given name `anyio`",
        ),
        (make_wheel("anyio", "1.0", metadata="Metadata-Version: 2.1\n"), MetadataParseError, None),
        (
            make_wheel("anyio", "1.0", files={"x-1.0.dist-info/METADATA": ""}),
            WheelStructureError,
            "Multiple .dist-info directories found: x-1.0, anyio-1.0",
        ),
    ],
)
def test_bad_wheel_is_told(
    server: IndexServer, make_index: MakeIndex, built: BuiltFile, error: type[UltravioletError], message: str | None
) -> None:
    server.metadata_files = False
    server.add(built, metadata=b"")

    with pytest.raises(error) as caught:
        ask(make_index(server.index_url))

    assert message is None or str(caught.value) == message


def test_broken_archive_is_told(server: IndexServer, make_index: MakeIndex) -> None:
    server.metadata_files = False
    server.add(BuiltFile(SMALL.filename, b"not a zip archive"), metadata=b"")

    with pytest.raises(ArchiveError):
        ask(make_index(server.index_url))


def test_same_question_is_sent_once(server: IndexServer, make_index: MakeIndex) -> None:
    import threading

    server.add(SMALL)
    client = make_index(server.index_url)
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(ask(client))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(server.requests) == 2

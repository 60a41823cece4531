from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.index.conftest import MakeIndex
from tests.support.index_server import Fault, IndexServer
from tests.support.packages import make_sdist, make_wheel

from ultraviolet.cache.layout import Cache
from ultraviolet.cache.refresh import Refresh
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.listing import Listings
from ultraviolet.errors import UltravioletError
from ultraviolet.http.errors import FetchError, RetriesError
from ultraviolet.index.errors import FindLinksError
from ultraviolet.standards.names import PackageName

ANYIO = PackageName("anyio")
PAGE = "/simple/anyio/"


def versions(listings: Listings) -> list[list[str]]:
    return [listing.version_texts for listing in (*listings.found, *listings.find_links)]


@pytest.mark.parametrize("form", ["json", "html", "pypi-html"])
def test_files_are_grouped_by_version(server: IndexServer, make_index: MakeIndex, form: Any) -> None:
    server.form = form
    server.add(make_wheel("anyio", "4.10.0"), requires_python=">=3.9")
    server.add(make_sdist("anyio", "4.10.0"))
    server.add(make_wheel("anyio", "4.9"), yanked="broken")

    (listing,) = make_index(server.index_url).listings(ANYIO).found

    assert listing.version_texts == ["4.9", "4.10.0"]
    wheel, sdist = listing.files(1)
    assert (wheel.filename, sdist.filename) == ("anyio-4.10.0-py3-none-any.whl", "anyio-4.10.0.tar.gz")
    assert wheel.url == f"{server.url}/files/{wheel.filename}"
    assert wheel.requires_python == ">=3.9"
    assert wheel.core_metadata
    assert wheel.hashes[0].startswith("sha256:")
    assert (wheel.size is None) == (form != "json")
    assert wheel.upload_time == (None if form == "html" else 1704067200000)
    assert listing.files(0)[0].yanked == "broken"


def test_fresh_answer_is_not_asked_for_again(server: IndexServer, make_index: MakeIndex) -> None:
    server.add(make_wheel("anyio", "4.10.0"))
    make_index(server.index_url).listings(ANYIO)

    listings = make_index(server.index_url).listings(ANYIO)

    assert versions(listings) == [["4.10.0"]]
    assert len(server.seen(PAGE)) == 1


def test_stale_answer_is_confirmed(server: IndexServer, make_index: MakeIndex) -> None:
    server.cache_control = "max-age=0"
    server.add(make_wheel("anyio", "4.10.0"))
    make_index(server.index_url).listings(ANYIO)

    listings = make_index(server.index_url).listings(ANYIO)

    first, second = server.seen(PAGE)
    assert "if-none-match" not in first.headers
    assert "if-none-match" in second.headers
    assert versions(listings) == [["4.10.0"]]


def test_changed_page_replaces_the_answer(server: IndexServer, make_index: MakeIndex) -> None:
    server.cache_control = "max-age=0"
    server.add(make_wheel("anyio", "4.10.0"))
    make_index(server.index_url).listings(ANYIO)
    server.add(make_wheel("anyio", "4.11.0"))

    assert versions(make_index(server.index_url).listings(ANYIO)) == [["4.10.0", "4.11.0"]]


def test_refresh_asks_again(server: IndexServer, make_index: MakeIndex, cache: Cache) -> None:
    server.add(make_wheel("anyio", "4.10.0"))
    make_index(server.index_url).listings(ANYIO)
    refreshing = Cache(cache.root, refresh=Refresh(everything=True))

    make_index(server.index_url, cache=refreshing).listings(ANYIO)
    make_index(server.index_url, cache=refreshing).listings(ANYIO)

    first, second = server.seen(PAGE)
    assert second.headers["cache-control"] == "no-cache"
    assert "cache-control" not in first.headers


def test_refresh_of_another_package_does_not(server: IndexServer, make_index: MakeIndex, cache: Cache) -> None:
    server.add(make_wheel("anyio", "4.10.0"))
    make_index(server.index_url).listings(ANYIO)
    refreshing = Cache(cache.root, refresh=Refresh(packages=frozenset({PackageName("idna")})))

    make_index(server.index_url, cache=refreshing).listings(ANYIO)

    assert len(server.seen(PAGE)) == 1


def test_broken_entry_is_fetched_again(server: IndexServer, make_index: MakeIndex, cache: Cache) -> None:
    server.add(make_wheel("anyio", "4.10.0"))
    make_index(server.index_url).listings(ANYIO)
    (record,) = Path(cache.bucket("simple")).rglob("anyio.rec")

    for damage in (
        b"",
        record.read_bytes()[:-3],
        b"x" * 100,
        record.read_bytes().replace(b"4.10.0", b"\xff\xff\xff\xff\xff\xff"),
    ):
        record.write_bytes(damage)
        assert versions(make_index(server.index_url).listings(ANYIO)) == [["4.10.0"]]


def test_cache_control_of_the_index_wins(server: IndexServer, make_index: MakeIndex) -> None:
    server.cache_control = "no-store"
    server.add(make_wheel("anyio", "4.10.0"))
    index = IndexLocation(url=server.index_url, default=True, cache_control_api="max-age=3600")

    make_index(index).listings(ANYIO)
    make_index(index).listings(ANYIO)

    assert len(server.seen(PAGE)) == 1


def test_unknown_package_is_not_found(server: IndexServer, make_index: MakeIndex) -> None:
    listings = make_index(server.index_url).listings(ANYIO)

    assert (listings.found, listings.unavailable) == ((), "not-found")


def test_offline_uses_old_answers_and_sends_nothing(server: IndexServer, make_index: MakeIndex) -> None:
    server.cache_control = "max-age=0"
    server.add(make_wheel("anyio", "4.10.0"))
    make_index(server.index_url).listings(ANYIO)
    client = make_index(server.index_url, offline=True)

    assert versions(client.listings(ANYIO)) == [["4.10.0"]]
    assert client.listings(PackageName("idna")).unavailable == "offline"
    assert len(server.requests) == 1


def test_no_index_asks_nobody(server: IndexServer, make_index: MakeIndex) -> None:
    client = make_index(server.index_url, no_index=True)

    assert client.listings(ANYIO).unavailable == "no-index"
    assert server.requests == []


def test_server_error_is_raised(server: IndexServer, make_index: MakeIndex) -> None:
    server.fail(PAGE, Fault("status", times=99, status=500))

    with pytest.raises(RetriesError):
        make_index(server.index_url).listings(ANYIO)


def test_pyx_pages_are_json(server: IndexServer, make_index: MakeIndex) -> None:
    page = '{"meta": {"api-version": "1.1"}, "name": "alpha", "files": [{"filename": "alpha-1.0.tar.gz", "url": "x", "hashes": {}}]}'
    server.add_page("/simple/alpha/", page, "application/vnd.pyx.simple.v1+json")

    (listing,) = make_index(server.index_url).listings(PackageName("alpha")).found

    assert listing.version_texts == ["1.0"]


def test_unknown_content_type_is_raised(server: IndexServer, make_index: MakeIndex) -> None:
    server.add_page(PAGE, "hello", "text/plain")

    with pytest.raises(UltravioletError) as caught:
        make_index(server.index_url).listings(ANYIO)

    assert str(caught.value) == (
        f'Unsupported `Content-Type` "text/plain" for {server.url}{PAGE}. Expected JSON or HTML.'
    )


def test_accept_header_is_uvs(server: IndexServer, make_index: MakeIndex) -> None:
    make_index(server.index_url).listings(ANYIO)

    assert server.seen(PAGE)[0].headers["accept"] == (
        "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
    )


def test_prefetched_answers_are_kept_without_being_asked_for(server: IndexServer, make_index: MakeIndex) -> None:
    server.add(make_wheel("anyio", "4.10.0"))
    client = make_index(server.index_url)
    client.prefetch(ANYIO)
    client._projects[(server.index_url, ANYIO)]._request._future.wait(5)  # type: ignore[union-attr]

    client.close()
    make_index(server.index_url).listings(ANYIO)

    assert len(server.seen(PAGE)) == 1


class TestStrategies:
    @pytest.fixture
    def other(self) -> Any:
        with IndexServer() as running:
            yield running

    def test_first_index_takes_the_first_that_knows(
        self, server: IndexServer, other: IndexServer, make_index: MakeIndex
    ) -> None:
        server.add(make_wheel("anyio", "1.0"))
        other.add(make_wheel("anyio", "2.0"))

        assert versions(make_index(server.index_url, other.index_url).listings(ANYIO)) == [["1.0"]]
        assert other.requests == []

    def test_first_index_goes_on_after_404(
        self, server: IndexServer, other: IndexServer, make_index: MakeIndex
    ) -> None:
        other.add(make_wheel("anyio", "2.0"))

        assert versions(make_index(server.index_url, other.index_url).listings(ANYIO)) == [["2.0"]]

    @pytest.mark.parametrize("status", [401, 403])
    def test_first_index_stops_where_it_is_refused(
        self, server: IndexServer, other: IndexServer, make_index: MakeIndex, status: int
    ) -> None:
        server.fail(PAGE, Fault("status", times=9, status=status))
        other.add(make_wheel("anyio", "2.0"))

        listings = make_index(server.index_url, other.index_url).listings(ANYIO)

        assert listings.unavailable == "not-found"
        refused = listings.unauthorized if status == 401 else listings.forbidden
        assert [index.url for index in refused] == [server.index_url]

    def test_ignored_status_counts_as_unknown(
        self, server: IndexServer, other: IndexServer, make_index: MakeIndex
    ) -> None:
        server.fail(PAGE, Fault("status", times=9, status=403))
        other.add(make_wheel("anyio", "2.0"))
        first = IndexLocation(url=server.index_url, ignore_error_codes=(403,))
        second = IndexLocation(url=other.index_url, default=True)

        assert versions(make_index(first, second).listings(ANYIO)) == [["2.0"]]

    @pytest.mark.parametrize("strategy", ["unsafe-first-match", "unsafe-best-match"])
    def test_unsafe_strategies_ask_all(
        self, server: IndexServer, other: IndexServer, make_index: MakeIndex, strategy: Any
    ) -> None:
        server.add(make_wheel("anyio", "1.0"))
        other.add(make_wheel("anyio", "2.0"))

        client = make_index(server.index_url, other.index_url, strategy=strategy)

        assert versions(client.listings(ANYIO)) == [["1.0"], ["2.0"]]

    def test_unsafe_strategies_overlook_refusals(
        self, server: IndexServer, other: IndexServer, make_index: MakeIndex
    ) -> None:
        server.fail(PAGE, Fault("status", times=9, status=401))
        other.add(make_wheel("anyio", "2.0"))

        client = make_index(server.index_url, other.index_url, strategy="unsafe-best-match")

        assert versions(client.listings(ANYIO)) == [["2.0"]]

    def test_pinned_package_asks_its_index_only(
        self, server: IndexServer, other: IndexServer, make_index: MakeIndex
    ) -> None:
        server.add(make_wheel("anyio", "1.0"))
        other.add(make_wheel("anyio", "2.0"))
        pinned = IndexLocation(url=other.index_url, explicit=True)

        assert versions(make_index(server.index_url).listings(ANYIO, pinned)) == [["2.0"]]
        assert server.requests == []


class TestCredentials:
    def test_of_the_url_are_sent(self, server: IndexServer, make_index: MakeIndex) -> None:
        server.login = ("user", "secret")
        server.add(make_wheel("anyio", "1.0"))
        client = make_index(server.url_with("user", "secret"))

        listing = client.listings(ANYIO).found[0]

        assert "secret" not in listing.files(0)[0].url

    def test_apply_to_files_of_the_same_server(self, server: IndexServer, make_index: MakeIndex) -> None:
        server.login = ("user", "secret")
        server.add(make_wheel("anyio", "1.0"))
        client = make_index(server.url_with("user", "secret"))
        listing = client.listings(ANYIO).found[0]

        assert client.wheel_metadata(listing.files(0)[0], ANYIO, listing.index).name == "anyio"

    def test_are_not_written_into_the_cache(self, server: IndexServer, make_index: MakeIndex, cache: Cache) -> None:
        server.add(make_wheel("anyio", "1.0"))
        make_index(server.url_with("user", "secret")).listings(ANYIO)

        for path in Path(cache.root).rglob("*"):
            assert not path.is_file() or b"secret" not in path.read_bytes()

    def test_wrong_ones_are_told_redacted(self, server: IndexServer, make_index: MakeIndex) -> None:
        server.login = ("user", "secret")
        listings = make_index(server.url_with("user", "wrong")).listings(ANYIO)

        assert listings.unauthorized[0].display == server.url_with("user", "****")


class TestFlat:
    def test_directory(self, make_index: MakeIndex, server: IndexServer, tmp_path: Path) -> None:
        links = tmp_path / "links"
        (links / "sub").mkdir(parents=True)
        for built in (make_wheel("anyio", "2.0"), make_sdist("anyio", "1.0"), make_wheel("idna", "3.0")):
            (links / built.filename).write_bytes(built.content)
        (links / "README.txt").write_text("no")
        location = IndexLocation(url=links.as_uri(), flat=True)

        client = make_index(server.index_url, no_index=True, find_links=(location,))

        assert versions(client.listings(ANYIO)) == [["1.0", "2.0"]]
        listing = client.listings(ANYIO).find_links[0]
        assert client.wheel_metadata(listing.files(1)[0], ANYIO, listing.index).name == "anyio"

    def test_page(self, make_index: MakeIndex, server: IndexServer) -> None:
        server.add_page("/links", '<a href="anyio-2.0-py3-none-any.whl#sha256=00">x</a><A HREF="files/idna-1.0.zip">')
        location = IndexLocation(url=server.url + "/links", flat=True)
        client = make_index(server.index_url, no_index=True, find_links=(location,))

        artifact = client.listings(ANYIO).find_links[0].files(0)[0]

        assert artifact.url == server.url + "/anyio-2.0-py3-none-any.whl"
        assert artifact.hashes == ("sha256:00",)
        assert versions(client.listings(PackageName("idna"))) == [["1.0"]]
        assert server.seen("/links")[0].headers["accept"] == "text/html"

    def test_come_beside_the_index(self, make_index: MakeIndex, server: IndexServer, tmp_path: Path) -> None:
        built = make_wheel("anyio", "2.0")
        (tmp_path / built.filename).write_bytes(built.content)
        server.add(make_wheel("anyio", "1.0"))
        location = IndexLocation(url=tmp_path.as_uri(), flat=True)

        client = make_index(server.index_url, find_links=(location,))

        assert versions(client.listings(ANYIO)) == [["1.0"], ["2.0"]]

    def test_missing_directory_is_told(self, make_index: MakeIndex, server: IndexServer, tmp_path: Path) -> None:
        location = IndexLocation(url=(tmp_path / "nowhere").as_uri(), flat=True)

        with pytest.raises(FindLinksError, match=r"^Failed to read `--find-links` directory: .*nowhere$"):
            make_index(server.index_url, no_index=True, find_links=(location,)).listings(ANYIO)

    def test_local_index_reads_pages(self, make_index: MakeIndex, tmp_path: Path) -> None:
        (tmp_path / "anyio").mkdir()
        (tmp_path / "anyio" / "index.html").write_text('<a href="anyio-1.0.tar.gz">x</a>')
        client = make_index(tmp_path.as_uri())

        listing = client.listings(ANYIO).found[0]

        assert listing.files(0)[0].url == (tmp_path / "anyio" / "anyio-1.0.tar.gz").as_uri()
        assert client.listings(PackageName("idna")).unavailable == "not-found"


def test_warm_lookup_imports_no_transport(server: IndexServer, make_index: MakeIndex, cache: Cache) -> None:
    built = make_wheel("anyio", "1.0", requires=["idna>=2"])
    server.add(built)
    client = make_index(server.index_url)
    listing = client.listings(ANYIO).found[0]
    client.wheel_metadata(listing.files(0)[0], ANYIO, listing.index)
    program = f"""
import sys
from ultraviolet.cache.layout import Cache
from ultraviolet.distributions.indexes import IndexLocation, IndexLocations
from ultraviolet.index.client import IndexClient
from ultraviolet.index.options import IndexOptions
locations = IndexLocations(indexes=(IndexLocation(url={server.index_url!r}, default=True),))
client = IndexClient(cache=Cache({cache.root!r}).open(), options=IndexOptions(locations=locations), http=lambda: 1/0)
client.prefetch("anyio")
listing = client.listings("anyio").found[0]
assert client.wheel_metadata(listing.files(0)[0], "anyio", listing.index).requires_dist == ("idna>=2",)
heavy = ["pycurl", "ssl", "http.client", "json", "urllib", "email", "threading", "ultraviolet.http.client", "zlib"]
print([name for name in heavy if name in sys.modules])
"""

    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(sys.path)},
    )

    assert done.stderr == ""
    assert done.stdout.strip() == "[]"


def test_refused_fetch_of_a_pinned_page_is_told(server: IndexServer, make_index: MakeIndex) -> None:
    server.fail(PAGE, Fault("status", times=9, status=418))

    with pytest.raises(FetchError):
        make_index(server.index_url).listings(ANYIO)


def test_files_of_a_page_are_encoded_as_artifacts() -> None:
    from ultraviolet.distributions.artifact import Artifact
    from ultraviolet.standards.simple_api import SimpleFile

    assert SimpleFile.__struct_fields__ == Artifact.__struct_fields__

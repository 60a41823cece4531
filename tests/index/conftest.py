from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.index_server import IndexServer

from ultraviolet.cache.layout import Cache
from ultraviolet.distributions.indexes import IndexLocation, IndexLocations
from ultraviolet.http.authentication import Authenticator
from ultraviolet.http.client import Client
from ultraviolet.http.options import HttpOptions
from ultraviolet.index.client import IndexClient
from ultraviolet.index.options import IndexOptions


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with IndexServer() as running:
        yield running


@pytest.fixture(params=["curl", "stdlib"])
def transport(request: pytest.FixtureRequest) -> str:
    if request.param == "curl":
        pytest.importorskip("pycurl")
    return str(request.param)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(str(tmp_path / "cache")).open()


MakeIndex = Callable[..., IndexClient]


@pytest.fixture
def make_index(transport: str, cache: Cache) -> Iterator[MakeIndex]:
    """Make a client as a new command would: nothing remembered but the cache."""
    made: list[Client] = []

    def make(*urls: str | IndexLocation, **options: Any) -> IndexClient:
        locations = tuple(
            url if isinstance(url, IndexLocation) else IndexLocation(url=url, default=position == len(urls) - 1)
            for position, url in enumerate(urls)
        )
        offline = options.pop("offline", False)
        frozen = HttpOptions(transport=transport, retry_delays=False, offline=offline)  # type: ignore[arg-type]
        used_cache = options.pop("cache", cache)

        def make_http() -> Client:
            authenticator = Authenticator(frozen, ())
            for location in locations:
                authenticator.add_index(location.url, policy=location.authenticate)
            client = Client(frozen, authenticator)
            made.append(client)
            return client

        index_options = IndexOptions(
            locations=IndexLocations(
                indexes=locations,
                find_links=options.pop("find_links", ()),
                no_index=options.pop("no_index", False),
            ),
            offline=offline,
            **options,
        )
        return IndexClient(cache=used_cache, options=index_options, http=make_http)

    yield make
    for client in made:
        client.close()

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.support.index_server import IndexServer

from ultraviolet.http.authentication import Authenticator
from ultraviolet.http.client import Client
from ultraviolet.http.options import HttpOptions


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
def make_client(transport: Any) -> Iterator[Callable[..., Client]]:
    made: list[Client] = []

    def make(**options: Any) -> Client:
        settings = {"transport": transport, "retry_delays": False, **options}
        providers = settings.pop("providers", None)
        frozen = HttpOptions(**settings)
        client = Client(frozen, Authenticator(frozen, providers))
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    return make_client()

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.support.index_server import Fault, IndexServer

from ultraviolet.http.client import Client, retry_delay
from ultraviolet.http.errors import FetchError, HttpError, OfflineError, RetriesError
from ultraviolet.http.messages import Request

MakeClient = Callable[..., Client]


def chain(error: BaseException) -> list[str]:
    texts = []
    current: BaseException | None = error
    while current is not None:
        texts.append(str(current))
        current = current.__cause__
    return texts


class Collector:
    def __init__(self, limit: int | None = None) -> None:
        self.starts: list[int | None] = []
        self.content = b""
        self.limit = limit

    def start(self, length: int | None) -> None:
        self.starts.append(length)
        self.content = b""

    def write(self, chunk: bytes) -> None:
        self.content += chunk
        if self.limit is not None and len(self.content) > self.limit:
            raise OSError(28, "No space left on device")


def test_get_returns_body_headers_and_final_url(server: IndexServer, client: Client) -> None:
    server.add_page("/page", "hello", "text/plain")

    response = client.get(server.url + "/page")

    assert (response.status, response.body) == (200, b"hello")
    assert response.headers["content-type"] == "text/plain"
    assert response.url == server.url + "/page"


def test_user_agent_and_given_headers_are_sent(server: IndexServer, make_client: MakeClient) -> None:
    server.add_page("/page", "hello")

    make_client(user_agent="uv/0.12.5 {}").get(server.url + "/page", headers={"Accept": "text/html"})

    (seen,) = server.seen("/page")
    assert seen.headers["user-agent"] == "uv/0.12.5 {}"
    assert seen.headers["accept"] == "text/html"
    assert "gzip" not in seen.headers.get("accept-encoding", "")


def test_gzip_is_decoded_when_asked_for(server: IndexServer, client: Client) -> None:
    server.compress = True
    server.add_page("/page", "hello " * 10_000)

    response = client.get(server.url + "/page", headers={"Accept-Encoding": "gzip, deflate, zstd"})

    assert response.body == b"hello " * 10_000


def test_many_requests_run_side_by_side(server: IndexServer, client: Client) -> None:
    for number in range(60):
        server.add_page(f"/page{number}", str(number))
        server.fail(f"/page{number}", Fault("slow", seconds=0.1))
    start = time.monotonic()

    futures = [client.send(Request(f"{server.url}/page{number}")) for number in range(60)]

    assert [future.result().body for future in futures] == [str(number).encode() for number in range(60)]
    assert time.monotonic() - start < 3


def test_connections_are_reused(server: IndexServer, client: Client) -> None:
    server.add_page("/page", "hello")
    for _ in range(5):
        client.get(server.url + "/page")

    assert server._server is not None
    assert len(server._server.connections) == 1


def test_client_error_is_told_in_uvs_words(server: IndexServer, client: Client) -> None:
    with pytest.raises(FetchError) as caught:
        client.get(server.url + "/missing")

    assert chain(caught.value) == [
        f"Failed to fetch: `{server.url}/missing`",
        f"HTTP status client error (404 Not Found) for url ({server.url}/missing)",
    ]
    assert caught.value.status == 404


def test_reason_is_told_as_the_server_words_it(server: IndexServer, client: Client) -> None:
    server.fail("/missing", Fault("status", status=404, reason="No such wheel"))

    with pytest.raises(FetchError) as caught:
        client.get(server.url + "/missing")

    assert chain(caught.value)[1] == f"HTTP status client error (404 No such wheel) for url ({server.url}/missing)"


def test_server_error_is_retried_and_then_told(server: IndexServer, client: Client) -> None:
    server.fail("/page", Fault("status", times=9, status=500))

    with pytest.raises(RetriesError) as caught:
        client.get(server.url + "/page")

    texts = chain(caught.value)
    assert texts[0].startswith("Request failed after 3 retries in 0.")
    assert texts[1:] == [
        f"Failed to fetch: `{server.url}/page`",
        f"HTTP status server error (500 Internal Server Error) for url ({server.url}/page)",
    ]
    assert len(server.seen("/page")) == 4


def test_single_retry_is_named_in_the_singular(server: IndexServer, make_client: MakeClient) -> None:
    server.fail("/page", Fault("status", times=9, status=503))

    with pytest.raises(RetriesError, match=r"^Request failed after 1 retry in \d\.\ds$"):
        make_client(retries=1).get(server.url + "/page")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_passing_fault_is_overcome(server: IndexServer, client: Client, status: int) -> None:
    server.add_page("/page", "hello")
    server.fail("/page", Fault("status", times=2, status=status))

    assert client.get(server.url + "/page").body == b"hello"


@pytest.mark.parametrize("kind", ["truncate", "reset"])
def test_broken_transfer_is_repeated(server: IndexServer, client: Client, kind: Any) -> None:
    server.add_page("/page", "hello" * 1000)
    server.fail("/page", Fault(kind, times=2))

    assert client.get(server.url + "/page").body == b"hello" * 1000


def test_truncation_that_stays_is_told(server: IndexServer, client: Client) -> None:
    server.add_page("/page", "hello" * 1000)
    server.fail("/page", Fault("truncate", times=9))

    with pytest.raises(RetriesError) as caught:
        client.get(server.url + "/page")

    assert chain(caught.value)[2:] == [
        f"error decoding response body for url ({server.url}/page)",
        "request or response body error",
        "error reading a body from connection",
        "end of file before message length reached",
    ]


def test_retry_after_is_a_lower_bound() -> None:
    assert retry_delay(1, "7") >= 7
    assert 1 <= retry_delay(1) <= 2
    assert retry_delay(9) <= 30
    assert retry_delay(1, "Thu, 01 Jan 1970 00:00:00 GMT") <= 2


def test_refused_connection_is_told(client: Client) -> None:
    with pytest.raises(RetriesError) as caught:
        client.get("http://127.0.0.1:1/x")

    assert chain(caught.value)[1:] == [
        "Failed to fetch: `http://127.0.0.1:1/x`",
        "error sending request for url (http://127.0.0.1:1/x)",
        "client error (Connect)",
        "tcp connect error",
        "Connection refused (os error 111)",
    ]


def test_unknown_host_is_told(make_client: MakeClient) -> None:
    with pytest.raises(FetchError) as caught:
        make_client(retries=0).get("http://does-not-exist.invalid/x")

    assert chain(caught.value)[1:4] == [
        "error sending request for url (http://does-not-exist.invalid/x)",
        "client error (Connect)",
        "dns error",
    ]


def test_silence_is_a_timeout(server: IndexServer, make_client: MakeClient) -> None:
    server.add_page("/page", "hello")
    server.fail("/page", Fault("slow", times=5, seconds=3))

    with pytest.raises(HttpError) as caught:
        make_client(retries=0, read_timeout=1).get(server.url + "/page")

    assert caught.value.is_timeout


def test_offline_sends_nothing(server: IndexServer, make_client: MakeClient) -> None:
    with pytest.raises(OfflineError) as caught:
        make_client(offline=True).get(server.url_with("u", "p") + "x/")

    assert str(caught.value) == (
        "Network connectivity is disabled, but the requested data wasn't found in the cache for: "
        f"`http://u:****@{server.address}/simple/x/`"
    )
    assert server.requests == []


def test_problem_document_is_shown(server: IndexServer, client: Client) -> None:
    server.fail(
        "/page",
        Fault(
            "status",
            status=403,
            headers={"Content-Type": "application/problem+json"},
            body=b'{"title": "Blocked", "detail": "by policy"}',
        ),
    )

    with pytest.raises(FetchError) as caught:
        client.get(server.url + "/page")

    assert chain(caught.value)[1:] == [
        "Server message: Blocked, by policy",
        f"HTTP status client error (403 Forbidden) for url ({server.url}/page)",
    ]


class TestRedirects:
    def redirect(self, server: IndexServer, path: str, location: str, status: int = 302) -> None:
        server.fail(path, Fault("status", times=99, status=status, headers={"Location": location}))

    def test_are_followed_with_relative_targets(self, server: IndexServer, client: Client) -> None:
        server.add_page("/b/page", "hello")
        self.redirect(server, "/a/start", "../b/page")

        response = client.get(server.url + "/a/start")

        assert (response.body, response.url) == (b"hello", server.url + "/b/page")

    def test_end_after_ten(self, server: IndexServer, client: Client) -> None:
        self.redirect(server, "/loop", "/loop")

        with pytest.raises(FetchError) as caught:
            client.get(server.url + "/loop")

        assert chain(caught.value)[1] == "too many redirects"

    def test_without_target_are_told(self, server: IndexServer, client: Client) -> None:
        server.fail("/page", Fault("status", status=302))

        with pytest.raises(FetchError) as caught:
            client.get(server.url + "/page")

        assert chain(caught.value)[1] == (
            "Server returned redirect (HTTP 302) without destination URL. "
            "This may indicate a server configuration issue"
        )

    def test_to_another_scheme_are_refused(self, server: IndexServer, client: Client) -> None:
        self.redirect(server, "/page", "file:///etc/passwd")

        with pytest.raises(FetchError):
            client.get(server.url + "/page")

    def test_drop_credentials_for_another_origin(self, server: IndexServer, client: Client) -> None:
        with IndexServer() as other:
            other.add_page("/page", "hello")
            self.redirect(server, "/page", other.url + "/page")

            client.get(f"http://user:secret@{server.address}/page")

            assert "authorization" in server.seen("/page")[0].headers
            assert "authorization" not in other.seen("/page")[0].headers

    def test_take_credentials_from_the_target(self, server: IndexServer, client: Client) -> None:
        with IndexServer(login=("user", "secret")) as other:
            other.add_page("/page", "hello")
            self.redirect(server, "/page", f"http://user:secret@{other.address}/page")

            response = client.get(server.url + "/page")

        assert response.body == b"hello"
        assert "secret" not in response.url


class TestSinks:
    def test_take_the_body_as_it_arrives(self, server: IndexServer, client: Client) -> None:
        server.add_page("/page", "hello" * 100_000)
        sink = Collector()

        response = client.get(server.url + "/page", sink=sink)

        assert sink.content == b"hello" * 100_000
        assert sink.starts == [500_000]
        assert response.body == b""

    def test_begin_anew_when_a_transfer_is_repeated(self, server: IndexServer, client: Client) -> None:
        server.add_page("/page", "hello" * 100_000)
        server.fail("/page", Fault("truncate"))
        sink = Collector()

        client.get(server.url + "/page", sink=sink)

        assert sink.content == b"hello" * 100_000
        assert len(sink.starts) == 2

    def test_get_nothing_of_an_error_page(self, server: IndexServer, client: Client) -> None:
        sink = Collector()

        with pytest.raises(FetchError):
            client.get(server.url + "/missing", sink=sink)

        assert sink.starts == []

    def test_may_fail(self, server: IndexServer, client: Client) -> None:
        server.add_page("/page", "hello" * 100_000)

        with pytest.raises(HttpError, match="No space left"):
            client.get(server.url + "/page", sink=Collector(limit=10))


def test_head_and_ranges(server: IndexServer, client: Client) -> None:
    server.add_page("/page", "hello")
    head = client.send(Request(server.url + "/page", method="HEAD")).result()

    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "5")


def test_post_sends_a_body(server: IndexServer, client: Client) -> None:
    server.add_page("/upload", "thanks")

    response = client.send(Request(server.url + "/upload", method="POST", body=b"x" * 5000)).result()

    assert response.body == b"thanks"


def test_closing_ends_waiting(server: IndexServer, client: Client) -> None:
    server.add_page("/page", "hello")
    server.fail("/page", Fault("slow", seconds=1))
    future = client.send(Request(server.url + "/page"))

    client.close()

    with pytest.raises(HttpError, match="cancelled"):
        future.result(timeout=5)

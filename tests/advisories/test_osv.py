"""Advisories of a service that speaks OSV's protocol."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.support.index_server import Fault, IndexServer

from ultraviolet.advisories.osv import BATCH_SIZE, AdvisoryError, Question, find_advisories
from ultraviolet.errors import UltravioletError
from ultraviolet.http.client import Client
from ultraviolet.http.options import HttpOptions

QUERY = "/v1/querybatch"
ALPHA, BETA = ("alpha", "1.0"), ("beta", "2.0")
Pages = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with IndexServer() as index:
        yield index


def answer_with(server: IndexServer, result: Pages) -> None:
    """Answer each query with what the function says."""

    def handle(handler: Any) -> None:
        queries = json.loads(server.seen(QUERY)[-1].body)["queries"]
        body = json.dumps({"results": [result(query) for query in queries]})
        handler._answer(200, body.encode(), {"Content-Type": "application/json"})

    server.handlers[QUERY] = handle


def find(server: IndexServer, *questions: Question, path: str = "") -> dict[Question, list[str]]:
    client = Client(HttpOptions(retry_delays=False))
    try:
        return find_advisories(client, server.url + path, questions, lambda name: name.startswith("MAL-"))
    finally:
        client.close()


def test_the_request_is_what_osv_documents(server: IndexServer) -> None:
    answer_with(server, lambda _: {})

    assert find(server, ALPHA) == {}
    request = server.seen(QUERY)[0]
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == {
        "queries": [{"package": {"name": "alpha", "ecosystem": "PyPI"}, "version": "1.0"}]
    }


def test_only_wanted_names_count(server: IndexServer) -> None:
    known = {"alpha": ["GHSA-1", "MAL-1", "MAL-2", "MAL-1"], "beta": ["CVE-1"]}
    answer_with(server, lambda query: {"vulns": [{"id": name} for name in known[query["package"]["name"]]]})

    assert find(server, BETA, ALPHA) == {ALPHA: ["MAL-1", "MAL-2"]}


def test_an_answer_goes_on_with_its_token(server: IndexServer) -> None:
    def page(query: dict[str, Any]) -> dict[str, Any]:
        if query["package"]["name"] == "beta":
            return {"vulns": [{"id": "MAL-9"}], "next_page_token": None}
        token = query.get("page_token", "")
        found: dict[str, Any] = {"vulns": [{"id": f"MAL-{token}"}]}
        return found | ({"next_page_token": token + "x"} if len(token) < 2 else {})

    answer_with(server, page)

    assert find(server, ALPHA, BETA) == {ALPHA: ["MAL-", "MAL-x", "MAL-xx"], BETA: ["MAL-9"]}
    assert [len(json.loads(one.body)["queries"]) for one in server.seen(QUERY)] == [2, 1, 1]


def test_many_questions_are_asked_in_batches(server: IndexServer) -> None:
    answer_with(server, lambda query: {"vulns": [{"id": "MAL-1"}]} if query["package"]["name"] == "p1000" else {})
    questions = [(f"p{number}", "1") for number in range(BATCH_SIZE + 1)]

    assert find(server, *questions) == {("p1000", "1"): ["MAL-1"]}
    assert [len(json.loads(one.body)["queries"]) for one in server.seen(QUERY)] == [1000, 1]


def test_nothing_is_asked_about_nothing(server: IndexServer) -> None:
    assert find(server) == {}
    assert server.requests == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>", "JSON is malformed: invalid character (byte 0)"),
        (b"{}", "Object missing required field `results`"),
        (
            b'{"results": [{"vulns": [{"name": 1}]}]}',
            "Object missing required field `id` - at `$.results[0].vulns[0]`",
        ),
    ],
)
def test_another_answer_is_an_error(server: IndexServer, body: bytes, reason: str) -> None:
    server.fail(QUERY, Fault("status", status=200, body=body))

    with pytest.raises(AdvisoryError) as caught:
        find(server, ALPHA)
    assert str(caught.value) == f"error decoding response body for url ({server.url}{QUERY})"
    assert str(caught.value.__cause__) == reason


def test_a_refusal_is_an_error(server: IndexServer) -> None:
    with pytest.raises(UltravioletError, match=r"HTTP status client error \(404 Not Found\)"):
        find(server, ALPHA, path="/below/")
    assert server.requests[-1].path == f"/below{QUERY}"

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from tests.support.index_server import IndexServer

from ultraviolet.http.client import Client
from ultraviolet.http.linehaul import user_agent
from ultraviolet.http.options import HttpOptions, ProxyOptions
from ultraviolet.http.urls import join_url, origin_of, target_of


@pytest.mark.parametrize(
    ("no_proxy", "host", "direct"),
    [
        ("example.org", "example.org", True),
        ("example.org", "pypi.example.org", True),
        (".example.org", "pypi.example.org", True),
        ("example.org", "badexample.org", False),
        ("*", "anything", True),
        ("a, b", "b", True),
        ("example.org:8080", "example.org", False),
        ("example.org:443", "example.org", True),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("::1", "[::1]", True),
        ("", "example.org", False),
    ],
)
def test_no_proxy(no_proxy: str, host: str, direct: bool) -> None:
    proxies = ProxyOptions(all="proxy:3128", no_proxy=no_proxy)

    assert proxies.for_url("https", host, 443) == (None if direct else "http://proxy:3128")


def test_proxy_by_scheme() -> None:
    proxies = ProxyOptions(http="http://a", https="http://b")

    assert proxies.for_url("http", "x", 80) == "http://a"
    assert proxies.for_url("https", "x", 443) == "http://b"


def test_plain_requests_go_through_a_proxy(server: IndexServer, transport: str) -> None:
    lines = []

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            lines.append((self.path, self.headers.get("Proxy-Authorization")))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        thread = threading.Thread(target=proxy.handle_request)
        thread.start()
        options = HttpOptions(
            transport=transport,  # type: ignore[arg-type]
            proxies=ProxyOptions(http=f"http://u:p@127.0.0.1:{proxy.server_address[1]}"),
        )
        client = Client(options)
        body = client.get("http://example.invalid/x?y").body
        thread.join()
        client.close()

    assert body == b"ok"
    assert lines == [("http://example.invalid/x?y", "Basic dTpw")]


def test_insecure_hosts() -> None:
    options = HttpOptions(insecure_hosts=("a", "b:8443"))

    assert options.is_insecure("a", 1)
    assert options.is_insecure("b", 8443)
    assert not options.is_insecure("b", 443)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("x", "https://h/a/b/x"),
        ("../x?y=1", "https://h/a/x?y=1"),
        ("../../../x", "https://h/x"),
        ("/x", "https://h/x"),
        ("//other/x", "https://other/x"),
        ("http://other/x", "http://other/x"),
        ("?q", "https://h/a/b/?q"),
        ("", "https://h/a/b/"),
        ("#f", "https://h/a/b/#f"),
        ("./", "https://h/a/b/"),
        ("..", "https://h/a/"),
        ("x%2Fy/../z", "https://h/a/b/z"),
        ("a:b/c", "a:b/c"),
    ],
)
def test_references_are_resolved(reference: str, expected: str) -> None:
    from urllib.parse import urljoin

    assert join_url("https://h/a/b/", reference) == expected
    if reference:
        assert urljoin("https://h/a/b/", reference) == expected


def test_origins_and_targets() -> None:
    assert origin_of("HTTPS://u:p@Example.ORG/x") == ("https", "example.org", 443)
    assert origin_of("http://[::1]:8080/x") == ("http", "[::1]", 8080)
    assert origin_of("http://[::1]/x") == ("http", "[::1]", 80)
    assert target_of("http://h?x#y") == "/?x"


def test_user_agent_is_linehaul() -> None:
    text = user_agent(
        "0.12.5", subcommand=("pip", "install"), markers={"platform_machine": "x86_64"}, environ={"CI": "1"}
    )

    name, _, facts = text.partition(" ")
    decoded = json.loads(facts)
    assert name == "uv/0.12.5"
    assert decoded["installer"] == {"name": "uv", "version": "0.12.5", "subcommand": ["pip", "install"]}
    assert (decoded["cpu"], decoded["ci"], decoded["distro"]) == ("x86_64", True, None)

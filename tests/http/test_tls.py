from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ultraviolet.http.client import Client
from ultraviolet.http.downloads import Download
from ultraviolet.http.errors import FetchError

MakeClient = Callable[..., Client]

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Handshakes that fail are part of the tests."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=127.0.0.1",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
        ],
        cwd=directory,
        check=True,
        capture_output=True,
    )
    return directory / "cert.pem"


@pytest.fixture(scope="module")
def url(certificate: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def test_given_roots_are_trusted(url: str, certificate: Path, make_client: MakeClient) -> None:
    assert make_client(ca_file=str(certificate)).get(url).body == b"hello"


def test_unknown_issuer_is_told_without_retries(url: str, make_client: MakeClient) -> None:
    with pytest.raises(FetchError) as caught:
        make_client().get(url)

    cause = caught.value.__cause__
    assert cause is not None
    assert cause.__cause__ is not None
    assert str(cause.__cause__.__cause__) == "invalid peer certificate: UnknownIssuer"
    assert caught.value.hints == (
        "Consider enabling use of system TLS certificates with the `--system-certs` command-line flag",
    )


def test_insecure_host_is_not_verified(url: str, make_client: MakeClient) -> None:
    assert make_client(insecure_hosts=("127.0.0.1",)).get(url).body == b"hello"


def test_download_hashes_and_spills(
    url: str, make_client: MakeClient, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(ca_file=str(certificate))
    with Download(str(tmp_path)) as small:
        client.get(url, sink=small)
        assert small.content() == b"hello"
        assert small.hashes() == ("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",)
    monkeypatch.setattr("ultraviolet.http.downloads.IN_MEMORY", 2)
    with Download(str(tmp_path), algorithms=("md5",)) as large:
        client.get(url, sink=large)
        path = large.content()
        assert isinstance(path, str)
        assert Path(path).read_bytes() == b"hello"
        assert large.hashes() == ("md5:5d41402abc4b2a76b9719d911017c592",)
    assert list(tmp_path.iterdir()) == []

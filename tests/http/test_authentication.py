from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.index_server import IndexServer

from ultraviolet.http.authentication import Authenticator
from ultraviolet.http.client import Client
from ultraviolet.http.credentials import Credentials
from ultraviolet.http.errors import CredentialsError
from ultraviolet.http.messages import Request
from ultraviolet.http.options import HttpOptions
from ultraviolet.http.providers import KeyringProvider, NetrcProvider, StoreProvider

MakeClient = Callable[..., Client]
LOGIN = ("user", "s3cret/")


@pytest.fixture
def private(server: IndexServer) -> IndexServer:
    server.login = LOGIN
    server.add_page("/simple/anyio/", "hello")
    return server


def status(client: Client, url: str) -> int:
    return client.send(Request(url)).result().status


def test_of_the_url_are_decoded_and_sent(private: IndexServer, client: Client) -> None:
    response = client.get(private.url_with("user", "s3cret%2F") + "anyio/")

    assert response.body == b"hello"
    assert "s3cret" not in response.url


def test_of_an_index_are_used_for_its_pages(private: IndexServer, client: Client) -> None:
    client.authenticator.add_index(private.index_url, credentials=Credentials(*LOGIN))

    assert status(client, private.index_url + "anyio/") == 200
    assert len(private.requests) == 1


def test_of_an_index_are_used_for_files_below_its_root(private: IndexServer, client: Client) -> None:
    private.add_page("/files/x", "hello")
    client.authenticator.add_index(private.index_url, credentials=Credentials(*LOGIN))

    assert status(client, private.url + "/files/x") == 200


def test_never_adds_nothing_to_what_the_url_says(private: IndexServer, client: Client) -> None:
    client.authenticator.add_index(private.url_with("user", "s3cret%2F"), policy="never")

    assert status(client, private.index_url + "anyio/") == 401
    assert "authorization" not in private.requests[0].headers
    assert status(client, private.url_with("user", "s3cret%2F") + "anyio/") == 200
    assert status(client, private.url_with("user", "wrong") + "anyio/") == 401


def test_provider_is_asked_after_a_refusal_and_once(private: IndexServer, make_client: MakeClient) -> None:
    asked: list[tuple[str, str | None]] = []

    def provider(url: str, username: str | None) -> Credentials:
        asked.append((url, username))
        return Credentials(*LOGIN)

    client = make_client(providers=(provider,))

    assert status(client, private.index_url + "anyio/") == 200
    assert status(client, private.index_url + "anyio/") == 200
    assert len(asked) == 1
    assert "authorization" not in private.requests[0].headers


def test_failed_search_is_remembered(private: IndexServer, make_client: MakeClient) -> None:
    asked: list[str] = []
    client = make_client(providers=(lambda url, _: asked.append(url),))

    assert [status(client, private.index_url + "anyio/") for _ in range(3)] == [401, 401, 401]
    assert len(asked) == 1


@pytest.mark.parametrize("refusal", [401, 403, 404])
def test_every_refusal_starts_a_search(private: IndexServer, make_client: MakeClient, refusal: int) -> None:
    private.refusal = refusal
    client = make_client(providers=(lambda *_: Credentials(*LOGIN),))

    assert status(client, private.index_url + "anyio/") == 200


def test_user_name_alone_is_completed(private: IndexServer, make_client: MakeClient) -> None:
    client = make_client(providers=(lambda _, name: Credentials(name, LOGIN[1]) if name == "user" else None,))

    assert status(client, private.url_with("user") + "anyio/") == 200


def test_always_demands_credentials(private: IndexServer, client: Client) -> None:
    client.authenticator.add_index(private.index_url, policy="always")

    with pytest.raises(CredentialsError, match=r"^Failed to fetch: `http") as raised:
        client.get(private.index_url + "anyio/")

    assert str(raised.value.__cause__).startswith("Missing credentials for ")
    assert private.requests == []


def test_netrc(private: IndexServer, make_client: MakeClient, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login user password s3cret/\n")
    client = make_client(netrc=str(tmp_path / "netrc"))

    assert status(client, private.index_url + "anyio/") == 200


def test_netrc_user_name_must_fit(tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine example.org login user password pw\n")
    provider = NetrcProvider(str(tmp_path / "netrc"))

    assert provider("https://example.org/", "user") == Credentials("user", "pw")
    assert provider("https://example.org/", "other") is None
    assert provider("https://example.com/", None) is None
    assert NetrcProvider("/nowhere")("https://example.org/", None) is None


def test_store(tmp_path: Path) -> None:
    (tmp_path / "credentials.toml").write_text(
        '[[credential]]\nservice = "https://example.org/"\nusername = "a"\npassword = "1"\nscheme = "basic"\n'
        '[[credential]]\nservice = "https://example.org/private"\nusername = "b"\npassword = "2"\n'
        '[[credential]]\nservice = "https://token.org"\nscheme = "bearer"\ntoken = "t"\n'
    )
    provider = StoreProvider(str(tmp_path / "credentials.toml"))

    assert provider("https://example.org/simple", None) == Credentials("a", "1")
    assert provider("https://example.org/private/simple", None) == Credentials("b", "2")
    assert provider("https://example.org/private", "a") == Credentials("a", "1")
    assert provider("http://example.org/", None) is None
    found = provider("https://token.org/x", None)
    assert found is not None
    assert found.header() == "Bearer t"


def test_keyring_that_knows_no_modes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "keyring"
    program.write_text('#!/bin/sh\necho "keyring: error: unrecognized arguments: --mode creds" >&2\nexit 2\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    said: list[str] = []

    assert KeyringProvider(without_username=True, warn=said.append)("https://example.org/simple/", None) is None

    (text,) = set(said)
    assert text.endswith("does not support `--mode creds`; upgrade to `keyring>=v25.2.1` or provide a username")


def test_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "keyring"
    program.write_text('#!/bin/sh\necho "$@" >> "$0.log"\n[ "$2" = example.org ] && echo pw && exit 0\nexit 1\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    assert KeyringProvider()("https://example.org/simple/", "user") == Credentials("user", "pw")
    assert KeyringProvider()("https://example.org/simple/", None) is None
    assert (tmp_path / "keyring.log").read_text().splitlines() == [
        "get https://example.org/simple/ user",
        "get example.org user",
    ]


def test_nothing_shows_a_secret() -> None:
    authenticator = Authenticator(HttpOptions(), ())
    authenticator.add_index("https://user:hunter2@example.org/simple")

    assert "hunter2" not in repr(Credentials("user", "hunter2"))
    assert "hunter2" not in repr(Credentials(token="hunter2"))
    assert authenticator.known("https://example.org/simple/x/", None) == Credentials("user", "hunter2")
    assert authenticator.known("https://example.com/simple/x/", None) is None

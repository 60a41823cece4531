"""Servers that refuse, fail, lie or are not there."""

from __future__ import annotations

import socket
import time

import pytest
from tests.failures.site import Site, assert_outcomes
from tests.support.index_server import Fault
from tests.support.packages import make_wheel

STATUSES = (400, 401, 403, 404, 410, 500, 503)


def test_unknown_package(site: Site) -> None:
    site.pyproject("nothing-here")
    assert_outcomes(
        site,
        "unknown_package",
        site.run("lock"),
        site.run("sync"),
        site.run("venv", "-q"),
        site.run("pip", "install", "nothing-here"),
        site.run("add", "nothing-there"),
    )
    assert not (site.project / "uv.lock").exists()


def test_no_solution(site: Site) -> None:
    site.offer(
        make_wheel("app", "1.0", requires=["lib>=2"]),
        make_wheel("tool", "1.0", requires=["lib<2"]),
        make_wheel("lib", "1.1"),
        make_wheel("lib", "2.1"),
    )
    before = site.pyproject("app").read_bytes()
    site.run("venv", "-q")
    assert_outcomes(
        site,
        "no_solution",
        site.run("pip", "install", "app", "tool"),
        site.run("lock"),
        site.run("add", "tool"),
        site.run("pip", "install", "lib>3"),
    )
    assert (site.project / "pyproject.toml").read_bytes() == before


@pytest.mark.parametrize("status", STATUSES)
def test_page_refused(site: Site, status: int) -> None:
    site.offer_app()
    site.server.fail("/simple/lib/", Fault("status", times=99, status=status))
    site.pyproject("app")
    site.run("venv", "-q")
    assert_outcomes(site, f"page_{status}", site.run("lock"), site.run("sync"), site.run("pip", "install", "app"))
    assert not (site.project / "uv.lock").exists()
    assert site.installed() == set()


@pytest.mark.parametrize("status", STATUSES)
def test_metadata_refused(site: Site, status: int) -> None:
    site.offer_app()
    site.server.fail("/files/lib-1.1-py3-none-any.whl.metadata", Fault("status", times=99, status=status))
    site.pyproject("app")
    assert_outcomes(site, f"metadata_{status}", site.run("lock"))


@pytest.mark.parametrize("status", STATUSES)
def test_file_refused(site: Site, status: int) -> None:
    site.offer_app()
    site.pyproject("app")
    site.server.fail("/files/lib-1.1-py3-none-any.whl", Fault("status", times=99, status=status))
    assert_outcomes(site, f"file_{status}", site.run("sync"), site.run("pip", "install", "app"))
    assert site.installed() == set()


@pytest.mark.parametrize("kind", ["reset", "truncate"])
@pytest.mark.parametrize(
    "path", ["/simple/lib/", "/files/lib-1.1-py3-none-any.whl.metadata", "/files/lib-1.1-py3-none-any.whl"]
)
def test_broken_connections_are_tried_again(site: Site, kind: str, path: str) -> None:
    site.offer_app()
    site.pyproject("app")
    site.server.fail(path, Fault(kind, times=2))  # type: ignore[arg-type]
    outcome = site.run("sync")
    assert outcome.exit_code == 0, outcome.stderr
    assert site.installed() == {"app-1.0", "lib-1.1"}


@pytest.mark.parametrize("kind", ["reset", "truncate"])
@pytest.mark.parametrize("place", ["page", "metadata", "file"])
def test_broken_connections(site: Site, kind: str, place: str) -> None:
    site.offer_app()
    site.pyproject("app")
    path = {
        "page": "/simple/lib/",
        "metadata": "/files/lib-1.1-py3-none-any.whl.metadata",
        "file": "/files/lib-1.1-py3-none-any.whl",
    }[place]
    site.server.fail(path, Fault(kind, times=99))  # type: ignore[arg-type]
    outcome = site.run("sync")
    assert_outcomes(site, f"broken_{kind}_{place}", outcome)


def test_nobody_listens(site: Site) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site.pyproject("app")
    env = {"UV_INDEX_URL": f"http://127.0.0.1:{port}/simple/"}
    assert_outcomes(site, "refused", site.run("lock", env=env), filters=[(f":{port}/", ":[PORT]/")])


def test_no_such_host(site: Site) -> None:
    site.pyproject("app")
    env = {"UV_INDEX_URL": "http://nowhere.invalid/simple/"}
    assert_outcomes(
        site,
        "no_host",
        site.run("lock", env=env),
        filters=[("Temporary failure in name resolution|Name or service not known", "[REASON]")],
    )


@pytest.mark.parametrize("place", ["page", "metadata", "file"])
def test_slow_server(site: Site, place: str) -> None:
    site.offer_app()
    site.pyproject("app")
    path = {
        "page": "/simple/lib/",
        "metadata": "/files/lib-1.1-py3-none-any.whl.metadata",
        "file": "/files/lib-1.1-py3-none-any.whl",
    }[place]
    site.server.fail(path, Fault("slow", times=99, seconds=5))
    env = {"UV_HTTP_TIMEOUT": "1", "UV_HTTP_RETRIES": "0"}
    assert_outcomes(site, f"slow_{place}", site.run("sync", env=env))


def test_offline(site: Site) -> None:
    site.offer_app()
    site.pyproject("app")
    first = site.run("lock", "--offline")
    assert site.run("lock").exit_code == 0
    without_file = site.run("sync", "--offline")
    assert site.run("sync").exit_code == 0
    (site.project / "uv.lock").unlink()
    relock = site.run("lock", "--offline")
    import shutil

    shutil.rmtree(site.environment)
    again = site.run("sync", "--offline")
    assert_outcomes(site, "offline", first, without_file, relock, again)


@pytest.mark.parametrize("text", ["<html>", "", "not json", "{}", '{"files": 3}'])
@pytest.mark.parametrize("kind", ["application/vnd.pypi.simple.v1+json", "text/html", "text/plain"])
def test_page_of_another_shape(site: Site, text: str, kind: str) -> None:
    site.pyproject("app")
    site.server.add_page("/simple/app/", text, kind)
    name = (
        f"page_{kind.partition('/')[2].rpartition('+')[2]}_{''.join(filter(str.isalnum, text)) or f'{len(text)}_bytes'}"
    )
    assert_outcomes(site, name, site.run("lock"))


def test_redirects_without_end(site: Site) -> None:
    site.pyproject("app")
    site.server.fail("/simple/app/", Fault("status", times=99, status=302, headers={"Location": "/simple/app/"}))
    assert_outcomes(site, "redirects", site.run("lock"))


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("fault", ["404", "500", "truncate", "reset"])
def test_metadata_from_the_wheel_itself(site: Site, ranges: bool, fault: str) -> None:
    site.offer_app()
    site.server.metadata_files = False
    site.server.ranges = ranges
    kind = Fault("status", times=99, status=int(fault)) if fault.isdigit() else Fault(fault, times=99)  # type: ignore[arg-type]
    site.server.fail("/files/lib-1.1-py3-none-any.whl", kind)
    site.pyproject("app")
    assert_outcomes(site, f"wheel_metadata_{fault}_{'ranges' if ranges else 'whole'}", site.run("lock"))


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(site: Site, status: int) -> None:
    site.offer_app()
    site.server.fail("/simple/lib/", Fault("status", times=1, status=status, headers={"Retry-After": "3"}))
    site.pyproject("app")
    before = time.monotonic()
    del site.environ["UV_TEST_NO_HTTP_RETRY_DELAY"]
    outcome = site.run("lock")
    assert outcome.exit_code == 0, outcome.stderr
    assert time.monotonic() - before >= 3


def test_retries_wait_longer_each_time(site: Site) -> None:
    site.server.fail("/simple/lib/", Fault("status", times=9, status=500))
    site.pyproject("lib")
    before = time.monotonic()
    del site.environ["UV_TEST_NO_HTTP_RETRY_DELAY"]
    assert_outcomes(site, "retries", site.run("lock"))
    assert time.monotonic() - before >= 2
    assert len(site.server.seen("/simple/lib/")) == 3

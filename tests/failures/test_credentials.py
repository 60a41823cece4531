"""Passwords appear nowhere but in requests."""

from __future__ import annotations

import pytest
from tests.failures.site import Site
from tests.support.index_server import Fault

PASSWORD = "s3cret-pass"


@pytest.mark.parametrize("verbose", [(), ("-v",), ("-vv",)])
@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("", None),
        ("/simple/lib/", Fault("status", times=99, status=500)),
        ("/simple/lib/", Fault("status", times=99, status=403)),
        ("/simple/lib/", Fault("reset", times=99)),
        ("/simple/lib/", Fault("truncate", times=99)),
        ("/files/lib-1.1-py3-none-any.whl", Fault("status", times=99, status=404)),
        ("/files/lib-1.1-py3-none-any.whl.metadata", Fault("status", times=99, status=500)),
    ],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "kind", "none"),
)
def test_index_with_a_password(site: Site, path: str, fault: Fault | None, verbose: tuple[str, ...]) -> None:
    site.offer_app()
    site.server.login = ("user", PASSWORD)
    if fault is not None:
        site.server.fail(path, Fault(fault.kind, times=99, status=fault.status))
    site.pyproject("app")
    env = {"UV_INDEX_URL": site.server.url_with("user", PASSWORD)}
    outcomes = [
        site.run("lock", *verbose, env=env),
        site.run("sync", *verbose, env=env),
        site.run("export", "--frozen", *verbose, env=env),
        site.run("pip", "install", "--reinstall", "app", *verbose, env=env),
        site.run("pip", "compile", "pyproject.toml", "--emit-index-annotation", *verbose, env=env),
    ]
    if fault is None:
        assert [outcome.exit_code for outcome in outcomes] == [0] * 5, [outcome.stderr for outcome in outcomes]
    for outcome in outcomes:
        assert PASSWORD not in outcome.stdout
        assert PASSWORD not in outcome.stderr
    for place in (site.project, site.cache):
        for file in place.rglob("*"):
            if file.is_file():
                assert PASSWORD.encode() not in file.read_bytes(), file


def test_wrong_password(site: Site) -> None:
    site.offer_app()
    site.server.login = ("user", "other")
    site.pyproject("app")
    outcome = site.run("lock", "-v", env={"UV_INDEX_URL": site.server.url_with("user", PASSWORD)})
    assert outcome.exit_code == 1
    assert "401 Unauthorized" in outcome.stderr
    assert PASSWORD not in outcome.stdout + outcome.stderr


def test_direct_urls_with_a_password(site: Site) -> None:
    site.offer_app()
    site.server.login = ("user", PASSWORD)
    url = f"http://user:{PASSWORD}@{site.server.address}/files/lib-1.1-py3-none-any.whl"
    site.run("venv", "-q")
    for fails in (False, True):
        if fails:
            site.server.fail("/files/lib-1.1-py3-none-any.whl", Fault("status", times=99, status=500))
        outcome = site.run("pip", "install", "--reinstall", "--refresh", f"lib @ {url}")
        assert bool(outcome.exit_code) == fails, outcome.stderr
        assert PASSWORD not in outcome.stdout + outcome.stderr
    assert PASSWORD not in (site.site_packages / "lib-1.1.dist-info" / "direct_url.json").read_text()

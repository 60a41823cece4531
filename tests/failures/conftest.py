from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.failures.site import Site, can_guard
from tests.support.index_server import IndexServer


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A project beside an index of its own."""
    with IndexServer() as server:
        yield Site(tmp_path.resolve() / "s", server)


@pytest.fixture
def guarded(site: Site) -> Site:
    """The same, and nothing can happen to the interpreter that environments are made from."""
    if not can_guard():
        pytest.skip("needs a mount namespace to protect the interpreter")
    site.is_guarded = True
    return site

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.failures.site import Site
from tests.support.index_server import IndexServer


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A project beside an index of its own."""
    with IndexServer() as server:
        yield Site(tmp_path.resolve() / "s", server)

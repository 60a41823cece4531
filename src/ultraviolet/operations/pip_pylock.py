"""``pip install -r pylock.toml`` and ``pip sync pylock.toml``: what a lockfile of the standard says, as distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ultraviolet.operations.options import NotYetSupported

if TYPE_CHECKING:
    from ultraviolet.distributions.dist import Dist
    from ultraviolet.operations.engines import Engines
    from ultraviolet.operations.pip_request import PipRequest
    from ultraviolet.operations.resolution_target import Site
    from ultraviolet.settings.options import Settings


def read_pylock_dists(settings: Settings, request: PipRequest, engines: Engines, site: Site) -> list[Dist]:
    """Return what a ``pylock.toml`` installs in an environment."""
    del settings, engines, site
    raise NotYetSupported(f"Installing from `{request.specification.pylock}` is not yet supported")

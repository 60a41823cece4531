"""``uv pip debug``: recognised, and refused with advice, as uv does."""

from __future__ import annotations

from ultraviolet.cli.compatibility import UnsupportedOption

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(_invocation: Invocation) -> int:
    """Refuse.

    :raises UnsupportedOption: always.
    """
    raise UnsupportedOption("pip's `debug` is unsupported (consider using `uvx pip debug` instead)")

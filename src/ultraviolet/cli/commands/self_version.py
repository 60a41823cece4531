"""``uv self version``."""

from __future__ import annotations

from ultraviolet.cli.version import version_facts, version_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.cli.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Print this program's version."""
    arguments, console = invocation.arguments, invocation.console
    if arguments.one("--output-format") == "json":
        import json

        console.result(json.dumps(version_facts(), indent=2))
    elif arguments.flag("--short"):
        console.result(str(version_facts()["version"]))
    else:
        console.result(version_line())
    return 0

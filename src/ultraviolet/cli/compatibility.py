"""Options of pip and pip-tools that are recognised so that scripts keep working: without effect, or refused with advice."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ultraviolet.cli.arguments import Arguments

_COMPILE_WARNINGS = {
    "--allow-unsafe": "uv can safely pin `pip` and other packages",
    "--no-allow-unsafe": "uv can safely pin `pip` and other packages",
    "--no-reuse-hashes": "uv doesn't reuse hashes",
    "--no-emit-trusted-host": "uv never emits trusted hosts",
    "--no-emit-options": "uv never emits options",
}
_COMPILE_REFUSALS = {
    "--reuse-hashes": "uv doesn't reuse hashes",
    "--max-rounds": "uv always resolves until convergence",
    "--client-cert": "uv doesn't support dedicated client certificates",
    "--emit-trusted-host": "",
    "--config": "uv does not use a configuration file",
    "--emit-options": "try `--emit-build-options` instead",
    "--pip-args": "try passing arguments to uv directly",
}
_SYNC_REFUSALS = {
    "--ask": "uv never asks for confirmation",
    "--python-executable": ("to install into a separate Python environment, try setting `VIRTUAL_ENV` instead"),
    "--user": "use a virtual environment instead",
    "--client-cert": "uv doesn't support dedicated client certificates",
    "--config": "uv does not use a configuration file",
    "--pip-args": "try passing arguments to uv directly",
}


class UnsupportedOption(UltravioletError):
    """An option that only another tool has."""


def check_compatibility(arguments: Arguments, warn: Callable[[str], None]) -> None:
    """Warn about options without effect.

    :raises UnsupportedOption: one of them cannot be ignored.
    """
    command = arguments.path[-1]
    if arguments.flag("--disable-pip-version-check"):
        warn("pip's `--disable-pip-version-check` has no effect")
    if command == "install" and arguments.flag("--user"):
        raise UnsupportedOption("pip's `--user` is unsupported (use a virtual environment instead)")
    if command == "compile":
        _check_resolver(arguments, warn)
        for name, reason in _COMPILE_WARNINGS.items():
            if arguments.flag(name):
                warn(f"pip-compile's `{name}` has no effect ({reason})")
    refused = {"compile": _COMPILE_REFUSALS, "sync": _SYNC_REFUSALS}.get(command, {})
    for name, reason in refused.items():
        if arguments.source(name) == "command line" and arguments.one(name) is not False:
            advice = f" ({reason})" if reason else ""
            raise UnsupportedOption(f"pip-{command}'s `{name}` is unsupported{advice}")


def _check_resolver(arguments: Arguments, warn: Callable[[str], None]) -> None:
    resolver = arguments.one("--resolver")
    if resolver == "legacy":
        raise UnsupportedOption("pip-compile's `--resolver=legacy` is unsupported (uv always backtracks)")
    if resolver == "backtracking":
        warn("pip-compile's `--resolver=backtracking` has no effect (uv always backtracks)")

"""The commands: their names, aliases, tables and modules.

A command is a row of :data:`COMMANDS`. Its grammar is ``ultraviolet.cli.grammar.<words joined by _>``, its body
``ultraviolet.cli.commands.<the same>`` with a function ``run(invocation) -> int``; both are imported only when the
command runs. To add a command's body: write the module, and take the command out of :data:`PLANNED`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ultraviolet.cli.grammar.model import Command

COMMANDS: dict[tuple[str, ...], tuple[str, ...]] = {
    (): (
        "auth",
        "run",
        "init",
        "add",
        "remove",
        "version",
        "sync",
        "lock",
        "upgrade",
        "export",
        "tree",
        "why",
        "format",
        "check",
        "audit",
        "tool",
        "python",
        "pip",
        "venv",
        "build",
        "publish",
        "workspace",
        "build-backend",
        "cache",
        "self",
        "clean",
        "generate-shell-completion",
        "help",
    ),
    ("auth",): ("login", "logout", "token", "dir", "helper"),
    ("auth", "helper"): ("get",),
    ("tool",): ("run", "uvx", "install", "upgrade", "list", "audit", "uninstall", "update-shell", "dir"),
    ("python",): ("list", "install", "upgrade", "find", "pin", "dir", "uninstall", "update-shell"),
    ("pip",): ("compile", "sync", "install", "uninstall", "freeze", "list", "show", "tree", "check", "debug"),
    ("workspace",): ("metadata", "dir", "list"),
    ("build-backend",): (
        "build-sdist",
        "build-wheel",
        "build-editable",
        "get-requires-for-build-sdist",
        "get-requires-for-build-wheel",
        "prepare-metadata-for-build-wheel",
        "get-requires-for-build-editable",
        "prepare-metadata-for-build-editable",
    ),
    ("cache",): ("clean", "prune", "dir", "size"),
    ("self",): ("update", "version"),
}
"""Subcommands of every namespace, in the order of uv's help; ``()`` is the program itself."""

HIDDEN: frozenset[tuple[str, ...]] = frozenset(
    {
        ("auth", "helper"),
        ("upgrade",),
        ("why",),
        ("tool", "uvx"),
        ("pip", "debug"),
        ("build-backend",),
        ("clean",),
        ("generate-shell-completion",),
    }
)
"""Left out of help."""

BEYOND_UV: frozenset[tuple[str, ...]] = frozenset({("why",)})
"""Commands that uv does not have; its messages do not list them."""

ALIASES: dict[tuple[str, ...], dict[str, str]] = {
    ("tool",): {"update": "upgrade", "ls": "list", "ensurepath": "update-shell"},
    ("python",): {"ls": "list", "ensurepath": "update-shell"},
    ("pip",): {"ls": "list"},
    (): {"virtualenv": "venv", "v": "venv", "--generate-shell-completion": "generate-shell-completion"},
    ("cache",): {"clear": "clean"},
}
"""Other names, by namespace."""

PLANNED: frozenset[str] = frozenset(
    {
        "auth login",
        "auth logout",
        "auth token",
        "auth dir",
        "auth helper get",
        "upgrade",
        "format",
        "check",
        "audit",
        "tool run",
        "tool uvx",
        "tool install",
        "tool upgrade",
        "tool list",
        "tool audit",
        "tool uninstall",
        "tool update-shell",
        "tool dir",
        "python list",
        "python install",
        "python upgrade",
        "python find",
        "python pin",
        "python dir",
        "python uninstall",
        "python update-shell",
        "build",
        "publish",
        "workspace metadata",
        "workspace dir",
        "workspace list",
        "build-backend build-sdist",
        "build-backend build-wheel",
        "build-backend build-editable",
        "build-backend get-requires-for-build-sdist",
        "build-backend get-requires-for-build-wheel",
        "build-backend prepare-metadata-for-build-wheel",
        "build-backend get-requires-for-build-editable",
        "build-backend prepare-metadata-for-build-editable",
        "self update",
        "generate-shell-completion",
    }
)
"""Recognised, and refused until they are written."""


def subcommands(path: tuple[str, ...]) -> dict[str, str]:
    """Every name and alias under ``path``, with the name it stands for."""
    names = COMMANDS.get(path)
    if names is None:
        return {}
    found = {name: name for name in names}
    aliases = ALIASES.get(path)
    if aliases is not None:
        found.update(aliases)
    return found


def module_name(path: tuple[str, ...]) -> str:
    """Last part of the module that holds a command's grammar or body."""
    return "_".join(path).replace("-", "_") or "root"


def _import(name: str) -> dict[str, object]:
    __import__(name)
    import sys

    return sys.modules[name].__dict__


def body(path: tuple[str, ...]) -> Callable[[object], int]:
    """Import the function that runs one command."""
    return _import(f"ultraviolet.cli.commands.{module_name(path)}")["run"]  # type: ignore[return-value]


def grammar(path: tuple[str, ...]) -> Command:
    """Import the table of one command."""
    return _import(f"ultraviolet.cli.grammar.{module_name(path)}")["COMMAND"]  # type: ignore[return-value]

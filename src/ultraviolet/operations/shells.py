"""The user's shell, and how it activates an environment."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    Shell = Literal["bash", "fish", "powershell", "cmd", "zsh", "nushell", "csh", "ksh"]

_BY_NAME: dict[str, Shell] = {
    "bash": "bash",
    "csh": "csh",
    "fish": "fish",
    "ksh": "ksh",
    "powershell": "powershell",
    "powershell_ise": "powershell",
    "pwsh": "powershell",
    "zsh": "zsh",
}
_BY_VARIABLE: tuple[tuple[str, Shell], ...] = (
    ("NU_VERSION", "nushell"),
    ("FISH_VERSION", "fish"),
    ("BASH_VERSION", "bash"),
    ("ZSH_VERSION", "zsh"),
    ("KSH_VERSION", "ksh"),
    ("PSModulePath", "powershell"),
)
"""Variables that the shells set; they tell more than ``SHELL``, which names the login shell."""


VARIABLES = (*(variable for variable, _ in _BY_VARIABLE), "SHELL")
"""All that tell of the shell; without any of them the parent process does."""


def find_shell(environ: Mapping[str, str]) -> Shell | None:
    """Return the shell that this command was started from, as far as can be told."""
    for variable, shell in _BY_VARIABLE:
        if variable in environ:
            return shell
    login = environ.get("SHELL")
    if login is not None:
        return shell_of(login)
    if os.name == "nt":
        return "cmd" if "PROMPT" in environ else "powershell"
    return _shell_of_parent()


def shell_of(path: str) -> Shell | None:
    """Return the shell that an executable is.

    >>> shell_of("/usr/bin/zsh"), shell_of("/bin/other")
    ('zsh', None)
    """
    name = os.path.basename(path)
    stem, dot, _ = name.rpartition(".")
    return _BY_NAME.get(stem if dot and stem else name)


def _shell_of_parent() -> Shell | None:
    parent = os.getppid()
    try:
        found = shell_of(os.readlink(f"/proc/{parent}/exe"))
    except OSError:
        found = None
    if found is not None:
        return found
    try:
        with open(f"/proc/{parent}/comm", encoding="utf-8", errors="replace") as file:
            return shell_of(file.read().strip())
    except OSError:
        return None


def activation_command(shell: Shell, scripts: str) -> str:
    """Return what to type to activate the environment whose scripts lie in a directory (as shown to the user)."""
    if shell in ("bash", "zsh", "ksh"):
        return f"source {quote_posix(os.path.join(scripts, 'activate'))}"
    if shell == "fish":
        return f"source {quote_posix(os.path.join(scripts, 'activate.fish'))}"
    if shell == "nushell":
        return f"overlay use {quote_posix(os.path.join(scripts, 'activate.nu'))}"
    if shell == "csh":
        return f"source {quote_posix(os.path.join(scripts, 'activate.csh'))}"
    path = os.path.join(scripts, "activate")
    if " " not in path:
        return path
    return f'& "{path}"' if shell == "powershell" else f'"{path}"'


_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_")


def quote_posix(text: str) -> str:
    """Quote one word for a POSIX shell where it needs that.

    >>> print(quote_posix("/a/b"), quote_posix("it's"))
    /a/b 'it'"'"'s'
    """
    if text and _SAFE.issuperset(text):
        return text
    return "'" + text.replace("'", "'\"'\"'") + "'"

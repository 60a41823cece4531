"""PEP 668: interpreters that belong to the operating system's package manager.

https://packaging.python.org/en/latest/specifications/externally-managed-environments/
"""

from __future__ import annotations

import os

from ultraviolet.environment.errors import ExternallyManaged
from ultraviolet.environment.value import Environment
from ultraviolet.python.request import user_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal


def externally_managed_message(environment: Environment) -> str | None:
    """Return what ``EXTERNALLY-MANAGED`` says, empty when it says nothing; None when the environment may be changed."""
    if environment.kind != "python" or environment.interpreter.is_virtualenv:
        return None
    try:
        with open(os.path.join(environment.interpreter.stdlib, "EXTERNALLY-MANAGED"), encoding="utf-8") as file:
            return parse_externally_managed(file.read())
    except (OSError, UnicodeDecodeError):
        return None


def parse_externally_managed(text: str) -> str:
    """Return the value of ``Error`` in the section ``externally-managed``, empty when there is none.

    Continuation lines are indented; their indentation is dropped, blank ones stay.
    """
    inside = False
    lines: list[str] | None = None
    for line in text.splitlines():
        stripped = line.strip()
        if line[:1] in (" ", "\t") or (not stripped and lines is not None):
            if lines is not None:
                lines.append(stripped)
            continue
        if lines is not None:
            break
        if not stripped or stripped[0] in "#;":
            continue
        if stripped[0] == "[":
            inside = stripped == "[externally-managed]"
            continue
        key, separator, value = stripped.partition("=")
        if inside and separator and key.strip() == "Error":
            lines = [value.strip()]
    return "\n".join(lines).strip() if lines is not None else ""


def check_externally_managed(
    environment: Environment, *, cwd: str, system: bool, action: Literal["install", "uninstall"] = "install"
) -> None:
    """Refuse to change an environment that is not ours to change.

    :raises ExternallyManaged: the system's package manager owns it.
    """
    message = externally_managed_message(environment)
    if message is None:
        return
    root = user_path(environment.root, cwd)
    indented = "\n".join("  " + line if line.strip() else line for line in message.split("\n"))
    if action == "uninstall":
        if message:
            raise ExternallyManaged(
                f"The interpreter at {root} is externally managed, and indicates the following:\n\n{indented}\n\n"
                "Consider creating a virtual environment with `uv venv`."
            )
        raise ExternallyManaged(
            f"The interpreter at {root} is externally managed. Instead, create a virtual environment with `uv venv`."
        )
    if system:
        hint = "Virtual environments were not considered due to the `--system` flag"
    else:
        hint = "Consider creating a virtual environment, e.g., with `uv venv`"
    if message:
        text = f"The interpreter at {root} is externally managed, and indicates the following:\n\n{indented}\n"
    else:
        text = f"The interpreter at {root} is externally managed and cannot be modified."
    raise ExternallyManaged(text, hints=(hint,))

"""``pyvenv.cfg`` (PEP 405): lines of ``key = value``, which is less than an INI file."""

from __future__ import annotations

import os


class PyvenvConfiguration:
    """What ``pyvenv.cfg`` says."""

    __slots__ = ("home", "made_by_uv", "made_by_virtualenv", "relocatable", "seeded", "system_site_packages", "version")

    def __init__(self) -> None:
        self.home: str | None = None
        """Directory of the base interpreter."""
        self.made_by_uv = False
        self.made_by_virtualenv = False
        self.relocatable = False
        self.seeded = False
        self.system_site_packages = True
        self.version: str | None = None
        """``3.12.1``, or ``3.12`` when patch upgrades are to reach the environment."""


def parse_pyvenv(text: str) -> PyvenvConfiguration:
    """Parse the text of a ``pyvenv.cfg``."""
    found = PyvenvConfiguration()
    for line in text.split("\n"):
        key, separator, value = line.partition("=")
        if not separator:
            continue
        value = value.strip()
        match key.strip():
            case "home":
                found.home = value
            case "uv":
                found.made_by_uv = True
            case "virtualenv":
                found.made_by_virtualenv = True
            case "relocatable":
                found.relocatable = value.lower() == "true"
            case "seed":
                found.seeded = value.lower() == "true"
            case "include-system-site-packages":
                found.system_site_packages = value.lower() == "true"
            case "version" | "version_info":
                found.version = value
    return found


def read_pyvenv(root: str) -> PyvenvConfiguration | None:
    """Read the configuration of the environment at ``root``; None when it has none."""
    try:
        with open(os.path.join(root, "pyvenv.cfg"), "rb") as file:
            return parse_pyvenv(file.read().decode("utf-8", "replace"))
    except OSError:
        return None


def set_pyvenv_value(text: str, key: str, value: str) -> str:
    r"""Return the text with one key set, in its place or at the end.

    >>> set_pyvenv_value("home = /usr/bin\\n", "seed", "true")
    'home = /usr/bin\\nseed = true\\n'
    """
    lines = text.splitlines()
    for number, line in enumerate(lines):
        name, separator, _ = line.partition("=")
        if separator and name.strip() == key:
            lines[number] = f"{key} = {value}"
            break
    else:
        lines.append(f"{key} = {value}")
    return "\n".join(lines) + "\n"


def write_pyvenv_value(root: str, key: str, value: str) -> None:
    """Set one key in the configuration of the environment at ``root``."""
    path = os.path.join(root, "pyvenv.cfg")
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(set_pyvenv_value(text, key, value))

"""The machine this command runs on, as download keys name it, without asking any interpreter."""

from __future__ import annotations

import os
import sys

from ultraviolet.python.platforms import architecture_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def current_host(environ: Mapping[str, str]) -> tuple[str, str, str]:
    """Return (system, architecture, libc): ``("linux", "x86_64", "gnu")``."""
    if os.name == "nt":
        machine = environ.get("PROCESSOR_ARCHITEW6432") or environ.get("PROCESSOR_ARCHITECTURE", "AMD64")
        return "windows", architecture_name(machine.lower()), "none"
    machine = architecture_name(os.uname().machine)
    if sys.platform == "darwin":
        return "macos", machine, "none"
    if not sys.platform.startswith("linux"):
        return sys.platform.rstrip("0123456789"), machine, "none"
    libc = environ.get("UV_LIBC") or ("musl" if _runs_on_musl() else "gnu")
    if machine in ("armv5te", "armv6", "armv7") and libc in ("gnu", "musl"):
        libc += "eabihf" if _has_hardware_floats() else "eabi"
    return "linux", machine, libc


def _runs_on_musl() -> bool:
    """Whether the system's C library is musl: then confstr does not know glibc's version."""
    try:
        return not os.confstr("CS_GNU_LIBC_VERSION")
    except (OSError, ValueError):
        return True


def _has_hardware_floats() -> bool:
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            return any("vfp" in line for line in file if line.startswith("Features"))
    except OSError:
        return False

"""Windows: where the generic launcher programs come from.

We ship no programs. Every CPython carries pip as a wheel for ``ensurepip``, and in it the launchers that pip uses.
"""

from __future__ import annotations

import os


def find_launcher(stdlib: str, arch: str, *, gui: bool) -> bytes | None:
    """Return the launcher program for an architecture out of the interpreter's own copy of pip; None without one."""
    bundled = os.path.join(stdlib, "ensurepip", "_bundled")
    try:
        wheels = sorted(name for name in os.listdir(bundled) if name.startswith("pip-") and name.endswith(".whl"))
    except OSError:
        return None
    name = launcher_member(arch, gui=gui)
    import zipfile

    for wheel in reversed(wheels):
        try:
            with zipfile.ZipFile(os.path.join(bundled, wheel)) as archive:
                return archive.read(name)
        except (OSError, KeyError, zipfile.BadZipFile):
            continue
    return None


def launcher_member(arch: str, *, gui: bool) -> str:
    """Return the path of a launcher in pip's wheel."""
    kind = "w" if gui else "t"
    size = {"arm64": "64-arm", "aarch64": "64-arm", "x86_64": "64", "amd64": "64"}.get(arch, "32")
    return f"pip/_vendor/distlib/{kind}{size}.exe"

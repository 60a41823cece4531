"""The two versions: uv's, which this program reproduces and which other programs parse, and our own beside it."""

from __future__ import annotations

from ultraviolet._version import COMPATIBILITY_VERSION, __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def target_triple() -> str:
    """Name of the platform in the form uv uses; only builtin modules on POSIX, since ``--version`` waits for it."""
    import sys

    if sys.platform == "win32":
        import os

        machine = os.environ.get("PROCESSOR_ARCHITECTURE", "AMD64").lower()
        return f"{'x86_64' if machine == 'amd64' else 'aarch64' if machine == 'arm64' else 'i686'}-pc-windows-msvc"
    import posix

    machine = posix.uname().machine
    if sys.platform == "darwin":
        return f"{'aarch64' if machine == 'arm64' else machine}-apple-darwin"
    libc = "musl" if getattr(sys.implementation, "_multiarch", "").endswith("-musl") else "gnu"
    return f"{machine}-unknown-linux-{libc}"


def version_line(program: str = "uv") -> str:
    """``uv 0.12.5 (ultraviolet 0.1.0 x86_64-unknown-linux-gnu)``."""
    return f"{program} {COMPATIBILITY_VERSION} (ultraviolet {__version__} {target_triple()})"


def version_facts() -> dict[str, Any]:
    """The facts of ``self version --output-format json``."""
    return {
        "package_name": "uv",
        "version": COMPATIBILITY_VERSION,
        "commit_info": None,
        "target_triple": target_triple(),
        "ultraviolet_version": __version__,
    }

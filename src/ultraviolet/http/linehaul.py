"""The ``User-Agent``: the installer's name and, for PyPI's statistics, a JSON object of facts (linehaul)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CI_VARIABLES = ("BUILD_BUILDID", "BUILD_ID", "CI", "PIP_IS_CI")


def user_agent(
    version: str,
    *,
    subcommand: tuple[str, ...] = (),
    markers: Mapping[str, str] | None = None,
    libc: tuple[str, str] | None = None,
    distro: tuple[str | None, str | None, str | None] | None = None,
    environ: Mapping[str, str] | None = None,
) -> str:
    """Return the header's value.

    ``markers`` are PEP 508 environment values, if an interpreter is known; ``libc`` is its (name, version); ``distro`` the
    system's (name, version, code name) of ``/etc/os-release``.
    """
    import json

    known: Mapping[str, str] = markers or {}
    version_text = known.get("python_full_version")
    facts: dict[str, Any] = {
        "installer": {"name": "uv", "version": version, "subcommand": list(subcommand)},
        "python": version_text,
        "implementation": {"name": known.get("platform_python_implementation"), "version": version_text},
        "distro": None,
        "system": {"name": known.get("platform_system"), "release": known.get("platform_release")},
        "cpu": known.get("platform_machine"),
        "openssl_version": None,
        "setuptools_version": None,
        "rustc_version": None,
        "ci": True if environ is not None and any(name in environ for name in _CI_VARIABLES) else None,
    }
    if distro is not None:
        name, number, code_name = distro
        facts["distro"] = {
            "name": name,
            "version": number,
            "id": code_name,
            "libc": {"lib": libc[0], "version": libc[1]} if libc is not None else None,
        }
    return f"uv/{version} {json.dumps(facts, separators=(',', ':'))}"

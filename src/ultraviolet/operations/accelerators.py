"""Which accelerator this machine has, and so which indexes of PyTorch ``--torch-backend auto`` means."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ultraviolet.distributions.torch import (
    ARCHITECTURES,
    Accelerator,
    TorchIndexes,
    indexes_of_accelerator,
    indexes_of_backend,
)
from ultraviolet.errors import UltravioletError
from ultraviolet.operations.resolution_target import find_platform
from ultraviolet.standards.errors import InvalidVersion
from ultraviolet.standards.versions import Version, parse_version

if TYPE_CHECKING:
    from ultraviolet.settings.options import Settings

_DISPLAY = 0x030000
_INTEL = 0x8086


def torch_indexes(settings: Settings, backend: str, platform: str | None = None) -> TorchIndexes:
    """Return the indexes of a backend.

    :param platform: ``--python-platform``.
    :raises UltravioletError: a driver states a version that is none.
    """
    environ = settings.environment.variables
    if backend != "auto":
        return indexes_of_backend(backend)
    driver, architecture = environ.get("UV_CUDA_DRIVER_VERSION"), environ.get("UV_AMD_GPU_ARCHITECTURE")
    found: Accelerator | None
    if driver:
        found = Accelerator("cuda", parse_version(driver))
    elif architecture:
        found = Accelerator("amd", None, architecture)
    else:
        found = detect_accelerator(environ)
    return indexes_of_accelerator(found, _system(platform, environ))


def _system(platform: str | None, environ: Mapping[str, str]) -> str:
    target = find_platform(platform, environ)
    if target is not None:
        return target.platform.os
    from ultraviolet.python.host import current_host

    system, _, libc = current_host(environ)
    if system == "linux":
        return "musllinux" if libc.startswith("musl") else "manylinux"
    return system


def detect_accelerator(environ: Mapping[str, str], *, root: str = "/") -> Accelerator | None:
    """Look for an accelerator: NVIDIA's driver first, then AMD's and Intel's GPUs.

    :param root: where ``/sys`` and ``/proc`` are.
    :raises UltravioletError: the driver states a version that is none.
    """
    text = _text(os.path.join(root, "sys/module/nvidia/version"))
    if text is not None:
        return Accelerator("cuda", _version(text))
    text = _text(os.path.join(root, "proc/driver/nvidia/version"))
    if text is not None:
        columns = text.split("  ")
        if len(columns) > 1:
            return Accelerator("cuda", _version(columns[1]))
    text = _said(environ, "nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader")
    if text:
        return Accelerator("cuda", _version(text.splitlines()[0]))
    text = _said(environ, "rocm_agent_enumerator")
    if text:
        known = [line.strip() for line in text.splitlines() if line.strip() in ARCHITECTURES]
        if known:
            return Accelerator("amd", None, min(known, key=ARCHITECTURES.index))
    return Accelerator("xpu") if _has_intel_display(os.path.join(root, "sys/bus/pci/devices")) else None


def _version(text: str) -> Version:
    try:
        return parse_version(text.strip())
    except InvalidVersion as error:
        raise UltravioletError(f"Failed to read the version of the CUDA driver: `{text.strip()}`") from error


def _text(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return None


def _said(environ: Mapping[str, str], *words: str) -> str | None:
    """Return what a program prints, if there is one and it succeeds."""
    try:
        done = subprocess.run(
            words,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            errors="replace",
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def _has_intel_display(devices: str) -> bool:
    try:
        names = os.listdir(devices)
    except OSError:
        return False
    for name in names:
        kind, vendor = (_text(os.path.join(devices, name, part)) for part in ("class", "vendor"))
        try:
            if kind and vendor and int(kind, 16) & 0xFF0000 == _DISPLAY and int(vendor, 16) == _INTEL:
                return True
        except ValueError:
            continue
    return False

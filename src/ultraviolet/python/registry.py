"""Windows: interpreters announced in the registry (PEP 514) and by the Microsoft Store.

The registry is reached through a small reader, so that the rules can be tested on any system.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Protocol

    class RegistryReader(Protocol):
        r"""The three views of ``Software\\Python`` in the order they are searched."""

        def entries(self) -> Iterable[tuple[str, str, str | None, str | None]]:
            """Yield (company, tag, executable path or None, system version or None)."""


class RegisteredPython:
    """An executable, and the version the registry states (``3.9`` or ``3.9.1``), if any."""

    __slots__ = ("path", "version")

    def __init__(self, path: str, version: str | None) -> None:
        self.path = path
        self.version = version


def registered_pythons(reader: RegistryReader) -> list[RegisteredPython]:
    """Return the registered interpreters: those without a version first, then the newest."""
    found = [
        RegisteredPython(path, version if version is not None and _is_version(version) else None)
        for company, _, path, version in reader.entries()
        if company != "PyLauncher" and path is not None
    ]
    without = sorted((python for python in found if python.version is None), key=lambda python: python.path)
    with_version = sorted((python for python in found if python.version is not None), key=lambda python: python.path)
    with_version.sort(key=lambda python: tuple(map(int, (python.version or "0").split("."))), reverse=True)
    return without + with_version


def _is_version(text: str) -> bool:
    return all(part.isdecimal() for part in text.split(".")) and 2 <= text.count(".") + 1 <= 3


STORE_PACKAGES = tuple(
    (f"PythonSoftwareFoundation.Python.{version}_{publisher}", version)
    for publisher, versions in (
        ("qbz5n2kfra8p0", ("3.13", "3.12", "3.11", "3.10", "3.9", "3.8")),
        ("3847v3x7pw1km", ("3.13", "3.12", "3.11", "3.10", "3.9")),
        ("hd69rhyc2wevp", ("3.11", "3.10", "3.9", "3.8")),
    )
    for version in versions
)
"""Package family names of the Store's Pythons: the published ones, then those that can be side-loaded."""


def store_pythons(environ: Mapping[str, str], exists: Iterable[str] | None = None) -> Iterator[RegisteredPython]:
    """Yield the interpreters of the Microsoft Store; ``exists`` replaces the file system in tests."""
    local = environ.get("LOCALAPPDATA")
    if not local:
        return
    known = set(exists) if exists is not None else None
    for family, version in STORE_PACKAGES:
        path = f"{local}\\Microsoft\\WindowsApps\\{family}\\python.exe"
        if path in known if known is not None else os.path.isfile(path):
            yield RegisteredPython(path, version)


class WindowsRegistry:
    """The real registry."""

    def entries(self) -> Iterator[tuple[str, str, str | None, str | None]]:
        """Yield (company, tag, executable path or None, system version or None), the user's own first."""
        import importlib

        winreg = importlib.import_module("winreg")
        views = (
            (winreg.HKEY_CURRENT_USER, 0),
            (winreg.HKEY_LOCAL_MACHINE, winreg.KEY_WOW64_64KEY),
            (winreg.HKEY_LOCAL_MACHINE, winreg.KEY_WOW64_32KEY),
        )
        for root, flags in views:
            try:
                python = winreg.OpenKey(root, r"Software\Python", 0, winreg.KEY_READ | flags)
            except OSError:
                continue
            for company in _subkeys(winreg, python):
                with winreg.OpenKey(python, company) as company_key:
                    for tag in _subkeys(winreg, company_key):
                        with winreg.OpenKey(company_key, tag) as key:
                            path = _value(winreg, key, "InstallPath", "ExecutablePath")
                            yield company, tag, path, _value(winreg, key, None, "SysVersion")


def _subkeys(winreg: object, key: object) -> Iterator[str]:
    index = 0
    while True:
        try:
            yield winreg.EnumKey(key, index)  # type: ignore[attr-defined]  # exists on Windows only
        except OSError:
            return
        index += 1


def _value(winreg: object, key: object, subkey: str | None, name: str) -> str | None:
    try:
        holder = winreg.OpenKey(key, subkey) if subkey is not None else key  # type: ignore[attr-defined]
        return str(winreg.QueryValueEx(holder, name)[0])  # type: ignore[attr-defined]
    except OSError:
        return None

"""Managed installations: the Pythons that were downloaded into the data directory, named by their keys."""

from __future__ import annotations

import os

from ultraviolet.python.platforms import supports
from ultraviolet.python.request import (
    IMPLEMENTATION_RANKS,
    IMPLEMENTATIONS,
    VARIANT_SUFFIXES,
    KeyRequest,
    VersionRequest,
    split_version,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ultraviolet.python.interpreter import Interpreter


class InstallationKey:
    """A complete key: ``cpython-3.12.1-linux-x86_64-gnu``, ``cpython-3.13.0+freethreaded-linux-x86_64-gnu``."""

    __slots__ = ("host", "implementation", "pre", "release", "variant")

    def __init__(
        self,
        implementation: str,
        release: tuple[int, ...],
        pre: tuple[str, int] | None,
        variant: str,
        host: tuple[str, str, str],
    ) -> None:
        self.implementation = implementation
        self.release = release
        """Major, minor and patch."""
        self.pre = pre
        self.variant = variant
        self.host = host
        """System, architecture, libc."""

    @property
    def version(self) -> str:
        """``3.13.0rc1``."""
        pre = f"{self.pre[0]}{self.pre[1]}" if self.pre else ""
        return ".".join(map(str, self.release[:3])) + pre

    def __str__(self) -> str:
        variant = "+" + self.variant if self.variant else ""
        return "-".join((self.implementation, self.version + variant, *self.host))

    @property
    def minor_version(self) -> str:
        """``3.13``."""
        return f"{self.release[0]}.{self.release[1]}"

    @property
    def minor_name(self) -> str:
        """The key without its patch: the name of the link that follows upgrades."""
        variant = "+" + self.variant if self.variant else ""
        return "-".join((self.implementation, self.minor_version + variant, *self.host))

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Greatest is newest and preferred."""
        variant = ("freethreaded+debug", "debug", "freethreaded", "").index(self.variant)
        rank = IMPLEMENTATION_RANKS.get(self.implementation, -1)
        return rank, self.release, self.pre is None, self.pre or ("", 0), self.host, variant


def parse_installation_key(text: str) -> InstallationKey | None:
    """Parse a directory name; None when it is not a complete key."""
    parts = text.split("-")
    if len(parts) != 5 or parts[0] not in IMPLEMENTATIONS:
        return None
    version, plus, variant = parts[1].partition("+")
    if (plus and variant not in VARIANT_SUFFIXES) or version.count(".") < 1:
        return None
    release, pre = split_version(version)
    if not all(part[:1].isdigit() for part in version.split(".")):
        return None
    release = (*release, 0) if len(release) == 2 else release
    return InstallationKey(parts[0], release, pre, variant, (parts[2], parts[3], parts[4]))


class ManagedInstallation:
    """One directory of the managed root."""

    __slots__ = ("key", "path")

    def __init__(self, path: str, key: InstallationKey) -> None:
        self.path = path
        self.key = key

    @property
    def home(self) -> str:
        """The directory that holds ``bin``: some builds nest it in ``install``."""
        nested = os.path.join(self.path, "install")
        return nested if os.path.isdir(nested) else self.path

    @property
    def executable(self) -> str:
        """The interpreter."""
        return self._executable_below(self.home)

    def _executable_below(self, home: str) -> str:
        key = self.key
        windows = key.host[0] == "windows"
        name = key.implementation if key.implementation in ("pypy", "graalpy") else "python"
        if key.implementation == "pypy" or (key.implementation == "cpython" and not windows):
            name += key.minor_version
        if key.implementation != "graalpy" and not windows:
            name += VARIANT_SUFFIXES[key.variant]
        name += ".exe" if windows else ""
        flat = key.implementation == "pyodide" or key.host[0] == "emscripten" or windows
        if flat and key.implementation != "graalpy":
            return os.path.join(home, name)
        return os.path.join(home, "bin", name)

    @property
    def minor_link(self) -> tuple[str, str] | None:
        """(link directory, interpreter below it) when the link exists and points here; CPython only."""
        if self.key.implementation != "cpython":
            return None
        home = self.home
        link = os.path.join(os.path.dirname(home), self.key.minor_name)
        if link == home:
            return None
        try:
            target = os.readlink(link)
        except OSError:
            return None
        if os.path.join(os.path.dirname(link), target.removeprefix("\\\\?\\")) != home:
            return None
        return link, self._executable_below(link)


def managed_root(environ: Mapping[str, str]) -> str:
    """Return the directory of managed installations: ``UV_PYTHON_INSTALL_DIR`` or ``python`` below the data directory."""
    configured = environ.get("UV_PYTHON_INSTALL_DIR")
    if configured:
        return configured
    if os.name == "nt":
        base = environ.get("APPDATA", os.path.join(os.path.expanduser("~"), "AppData", "Roaming"))
        return os.path.join(base, "uv", "data", "python")
    data = environ.get("XDG_DATA_HOME", "")
    if not os.path.isabs(data):
        home = environ.get("HOME") or os.path.expanduser("~")
        data = os.path.join(home, ".local", "share")
    return os.path.join(data, "uv", "python")


def find_managed(root: str, host: tuple[str, str, str] | None = None) -> list[ManagedInstallation]:
    """Return the installations below ``root`` that can run on ``host`` (all when None), newest first."""
    found = []
    try:
        entries = list(os.scandir(root))
    except OSError:
        return []
    for entry in entries:
        if entry.name[:1] == "." or not entry.is_dir(follow_symlinks=False):
            continue
        key = parse_installation_key(entry.name)
        if key is not None and (host is None or supports(host, key.host)):
            found.append(ManagedInstallation(os.path.abspath(entry.path), key))
    found.sort(key=_sort_key, reverse=True)
    return found


def _sort_key(installation: ManagedInstallation) -> tuple[object, ...]:
    return installation.key.sort_key


def key_may_match(key: InstallationKey, version: VersionRequest, request: KeyRequest | None) -> bool:
    """Whether an installation is worth asking: its key does not contradict the request."""
    if request is not None:
        wanted = (request.system, request.arch, request.libc)
        if any(want is not None and want != have for want, have in zip(wanted, key.host, strict=True)):
            return False
    if version.kind in ("any", "default"):
        return True
    bare = VersionRequest(
        version.kind, release=version.release, pre=version.pre, specifiers=version.specifiers, variant="gil"
    )
    return bare.matches(key.version)


def managed_installation_of(interpreter: Interpreter, root: str) -> ManagedInstallation | None:
    """Return the managed installation that an interpreter (or the environment around it) belongs to."""
    base = os.path.realpath(interpreter.base_prefix)
    real_root = os.path.realpath(root)
    if not base.startswith(real_root + os.sep):
        return None
    name = base[len(real_root) + 1 :].split(os.sep, 1)[0]
    key = parse_installation_key(name)
    return ManagedInstallation(os.path.join(real_root, name), key) if key is not None else None


def is_managed(interpreter: Interpreter, root: str, environ: Mapping[str, str]) -> bool:
    """Whether an interpreter comes from a managed installation."""
    pretended = environ.get("UV_INTERNAL__TEST_PYTHON_MANAGED")
    if pretended is not None:
        return any(item in (interpreter.version, interpreter.minor_version) for item in pretended.split())
    return managed_installation_of(interpreter, root) is not None

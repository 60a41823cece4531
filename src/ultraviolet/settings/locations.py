"""Where configuration and cache live, and how paths and index locations are read and shown."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def path_of_file_url(url: str) -> str | None:
    """Path of a ``file://`` URL, ``None`` when it names another host.

    >>> path_of_file_url("file:///a%20b")
    '/a b'
    """
    host, separator, rest = url.removeprefix("file://").partition("/")
    if not separator or host not in {"", "localhost"}:
        return None
    path = "/" + rest.partition("#")[0].partition("?")[0]
    if "%" in path:
        parts = path.encode("utf-8", "surrogateescape").split(b"%")
        data = parts[0]
        for part in parts[1:]:
            try:
                data += bytes.fromhex(part[:2].decode()) + part[2:]
            except ValueError:
                data += b"%" + part
        path = data.decode("utf-8", "surrogateescape")
    return path


def user_display(path: str, cwd: str) -> str:
    """A path as messages show it: relative to the working directory when inside, ``.`` for itself."""
    if path == cwd:
        return "."
    prefix = cwd if cwd.endswith(os.sep) else cwd + os.sep
    return path.removeprefix(prefix)


def home_directory(environ: Mapping[str, str]) -> str:
    """The user's home directory."""
    home = environ.get("USERPROFILE" if sys.platform == "win32" else "HOME")
    return home or os.path.expanduser("~")


def _xdg(environ: Mapping[str, str], name: str, default: str) -> str:
    value = environ.get(name)
    return value if value and os.path.isabs(value) else os.path.join(home_directory(environ), default)


def user_config_file(environ: Mapping[str, str]) -> str:
    """The user's ``uv.toml``, whether it exists or not."""
    if sys.platform == "win32":
        root = environ.get("APPDATA") or os.path.join(home_directory(environ), "AppData", "Roaming")
    else:
        root = _xdg(environ, "XDG_CONFIG_HOME", ".config")
    return os.path.join(root, "uv", "uv.toml")


def system_config_file(environ: Mapping[str, str]) -> str | None:
    """The system's ``uv.toml``, if there is one."""
    if sys.platform == "win32":
        drive = environ.get("SYSTEMDRIVE")
        candidates = [os.path.join(f"{drive}\\", "ProgramData", "uv", "uv.toml")] if drive else []
    else:
        candidates = []
        for directory in (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":"):
            if not directory:
                break
            candidates.append(f"{directory}/uv/uv.toml")
        candidates.append("/etc/uv/uv.toml")
    return next((path for path in candidates if os.path.isfile(path)), None)


def default_cache_directory(environ: Mapping[str, str]) -> str:
    """The cache directory when nobody names one; never uv's own."""
    if sys.platform == "win32":
        root = environ.get("LOCALAPPDATA") or os.path.join(home_directory(environ), "AppData", "Local")
        return os.path.join(root, "ultraviolet", "cache")
    return os.path.join(_xdg(environ, "XDG_CACHE_HOME", ".cache"), "ultraviolet")


def has_scheme(text: str) -> bool:
    """Whether a location is a URL rather than a path (a drive letter is no scheme)."""
    head, separator, _rest = text.partition(":")
    return (
        bool(separator)
        and len(head) > 1
        and head[0].isalpha()
        and all(letter.isalnum() or letter in "+-." for letter in head)
    )


def location_url(text: str, base: str) -> str:
    """URL of an index location given as URL or path, paths relative to ``base``."""
    if has_scheme(text):
        scheme, _separator, rest = text.partition(":")
        if rest.startswith("//") and scheme.lower() in {"http", "https"} and "/" not in rest[2:]:
            return text + "/"
        return text
    from ultraviolet.distributions.urls import path_to_url

    return path_to_url(os.path.normpath(os.path.join(base, text)))


def is_ambiguous_path(text: str) -> bool:
    """Whether an index location could be taken for the name of an index."""
    return not has_scheme(text) and not os.path.isabs(text) and not text.startswith(("./", "../", ".\\", "..\\"))

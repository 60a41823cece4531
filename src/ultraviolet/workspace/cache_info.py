"""When a source tree counts as changed: the record beside what was built from it (``uv_cache.json``).

The newest change time of some files, the commit or tags of the repository, environment variables, and when some
directories were created; ``tool.uv.cache-keys`` says which. Two records are compared as a whole.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from typing import Any

import msgspec

_GLOB = frozenset("*?[{")
_HEX = frozenset("0123456789abcdefABCDEF")
DEFAULT_KEYS: tuple[dict[str, Any], ...] = (
    {"file": "pyproject.toml"},
    {"file": "setup.py"},
    {"file": "setup.cfg"},
    {"dir": "src"},
)


class Timestamp(msgspec.Struct, frozen=True, order=True):
    """A point in time, as the record spells it."""

    secs_since_epoch: int
    nanos_since_epoch: int


class CacheInfo(msgspec.Struct, frozen=True, omit_defaults=True):
    """The record."""

    timestamp: Timestamp | None = None
    commit: str | None = None
    tags: dict[str, str] | None = None
    env: dict[str, str | None] = {}
    directories: dict[str, Timestamp | int | None] = {}
    """Creation time, or the inode where there is none; None for a missing directory."""

    def to_json(self) -> bytes:
        """Return the content of ``uv_cache.json``."""
        data: dict[str, Any] = {}
        data["timestamp"] = None if self.timestamp is None else msgspec.to_builtins(self.timestamp)
        data["commit"] = self.commit
        data["tags"] = self.tags
        data["env"] = self.env
        data["directories"] = {name: msgspec.to_builtins(value) for name, value in self.directories.items()}
        return msgspec.json.encode(data)


_decoder = msgspec.json.Decoder(CacheInfo)


def parse_cache_info(data: bytes) -> CacheInfo | None:
    """Read a record; None when it is not one."""
    try:
        return _decoder.decode(data)
    except msgspec.DecodeError:
        return None


def path_cache_info(path: str, environ: Mapping[str, str]) -> CacheInfo:
    """Return the record of an archive or a source tree.

    :raises OSError: the path does not exist.
    """
    if stat.S_ISDIR(os.stat(path).st_mode):
        return tree_cache_info(path, environ)
    return CacheInfo(timestamp=_timestamp(os.stat(path)))


def tree_cache_info(directory: str, environ: Mapping[str, str], data: Mapping[str, Any] | None = None) -> CacheInfo:
    """Return the record of a source tree.

    :param data: its decoded ``pyproject.toml``, if it was read already.
    """
    newest: Timestamp | None = None
    commit: str | None = None
    tags: dict[str, str] | None = None
    env: dict[str, str | None] = {}
    directories: dict[str, Timestamp | int | None] = {}
    globs: list[str] = []
    for key in cache_keys(directory, data):
        if "file" in key:
            if not _GLOB.isdisjoint(key["file"]):
                globs.append(key["file"])
                continue
            found = _regular_file(os.path.join(directory, key["file"]))
            if found is not None and (newest is None or newest < found):
                newest = found
        elif "dir" in key:
            _note_directory(directory, key["dir"], directories)
        elif "git" in key:
            chosen = key["git"]
            wanted = {"commit": True} if chosen is True else chosen if isinstance(chosen, dict) else {}
            if wanted.get("commit"):
                commit = read_commit(directory)
            if wanted.get("tags"):
                tags = read_tags(directory)
        else:
            env[key["env"]] = environ.get(key["env"])
    for path in _glob_files(directory, globs):
        found = _regular_file(path)
        if found is not None and (newest is None or newest < found):
            newest = found
    return CacheInfo(newest, commit, tags, dict(sorted(env.items())), dict(sorted(directories.items())))


def cache_keys(directory: str, data: Mapping[str, Any] | None = None) -> tuple[dict[str, Any], ...]:
    """Return the keys of a source tree as tables with one of ``file``, ``dir``, ``git`` and ``env``.

    Keys that cannot be read mean the default ones.
    """
    if data is None:
        from ultraviolet.errors import UltravioletError
        from ultraviolet.standards.toml import parse_toml

        try:
            with open(os.path.join(directory, "pyproject.toml"), encoding="utf-8", newline="") as file:
                data = parse_toml(file.read())
        except (OSError, UnicodeDecodeError, UltravioletError):
            return DEFAULT_KEYS
    tool = data.get("tool")
    uv = tool.get("uv") if isinstance(tool, dict) else None
    keys = uv.get("cache-keys") if isinstance(uv, dict) else None
    if not isinstance(keys, list):
        return DEFAULT_KEYS
    found: list[dict[str, Any]] = []
    for key in keys:
        table = {"file": key} if isinstance(key, str) else key
        if not isinstance(table, dict) or len(table) != 1 or not _is_key(*next(iter(table.items()))):
            return DEFAULT_KEYS
        found.append(table)
    return tuple(found)


def _is_key(name: str, value: Any) -> bool:
    if name == "git":
        return isinstance(value, bool) or (isinstance(value, dict) and value.keys() <= {"commit", "tags"})
    return name in {"file", "dir", "env"} and isinstance(value, str)


def _timestamp(status: os.stat_result) -> Timestamp:
    # The change time also notices what tools do to hide a modification.
    nanoseconds = status.st_mtime_ns if sys.platform == "win32" else status.st_ctime_ns
    return Timestamp(*divmod(nanoseconds, 1_000_000_000))


def _regular_file(path: str) -> Timestamp | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return _timestamp(status) if stat.S_ISREG(status.st_mode) else None


def _note_directory(directory: str, name: str, directories: dict[str, Timestamp | int | None]) -> None:
    try:
        status = os.stat(os.path.join(directory, name))
    except FileNotFoundError:
        directories[name] = None
        return
    except OSError:
        return
    if stat.S_ISDIR(status.st_mode):
        from ultraviolet.fs.birth import created_ns

        born = created_ns(os.path.join(directory, name), status)
        directories[name] = status.st_ino if born is None else Timestamp(*divmod(born, 1_000_000_000))


# Globs


def _glob_files(directory: str, patterns: list[str]) -> list[str]:
    import re

    found: list[str] = []
    for pattern in patterns:
        parts = [part for part in pattern.split("/") if part not in {"", "."}]
        fixed = 0
        while fixed < len(parts) - 1 and _GLOB.isdisjoint(parts[fixed]):
            fixed += 1
        base = os.path.join(directory, *parts[:fixed])
        rest = "/".join(parts[fixed:])
        # Without a separator, a pattern matches at any depth.
        prefix = "" if "/" in rest else "(?:.*/)?"
        try:
            regex = re.compile(prefix + _glob_regex(rest) + r"\Z")
        except re.error:
            continue
        for root, directories, files in os.walk(base):
            directories.sort()
            relative = os.path.relpath(root, base).replace(os.sep, "/")
            found += [
                os.path.join(root, name)
                for name in files
                if regex.match(name if relative == "." else f"{relative}/{name}")
            ]
    return found


def _glob_regex(pattern: str) -> str:
    import re

    out: list[str] = []
    position = 0
    depth = 0
    while position < len(pattern):
        char = pattern[position]
        if pattern.startswith("**/", position):
            out.append("(?:.*/)?")
            position += 3
            continue
        if pattern.startswith("**", position):
            out.append(".*")
            position += 2
            continue
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[" and "]" in pattern[position + 2 :]:
            end = pattern.index("]", position + 2)
            body = pattern[position + 1 : end].replace("\\", "\\\\")
            out.append("[" + ("^" + body[1:] if body[:1] in {"!", "^"} else body) + "]")
            position = end
        elif char == "{":
            depth += 1
            out.append("(?:")
        elif char == "}" and depth:
            depth -= 1
            out.append(")")
        elif char == "," and depth:
            out.append("|")
        else:
            out.append(re.escape(char))
        position += 1
    return "".join(out)


# Git


def read_commit(directory: str) -> str | None:
    """Return the commit that is checked out in the repository around a directory; None when it cannot be told."""
    places = _git_directories(directory)
    if places is None:
        return None
    git, common = places
    words = (_read(os.path.join(git, "HEAD")) or "").split()
    if len(words) < 2:
        return _checked(words[0]) if words else None
    reference = words[1]
    for place in (git, common):
        text = _read(os.path.join(place, reference))
        if text is not None:
            return _checked(text.strip())
    return _packed(common).get(reference)


def read_tags(directory: str) -> dict[str, str] | None:
    """Return the tags of the repository around a directory with their objects; None outside of one."""
    places = _git_directories(directory)
    if places is None:
        return None
    common = places[1]
    tags = {
        name.removeprefix("refs/tags/"): commit
        for name, commit in _packed(common).items()
        if name.startswith("refs/tags/")
    }
    base = os.path.join(common, "refs", "tags")
    for root, _, files in os.walk(base):
        for name in files:
            commit = _checked((_read(os.path.join(root, name)) or "").strip())
            if commit is None:
                return None
            tags[os.path.relpath(os.path.join(root, name), base).replace(os.sep, "/")] = commit
    return dict(sorted(tags.items()))


def _git_directories(directory: str) -> tuple[str, str] | None:
    """Return the directory of the work tree's state and the one that all work trees share."""
    current = os.path.abspath(directory)
    while True:
        mark = os.path.join(current, ".git")
        if os.path.exists(mark):
            break
        parent = os.path.dirname(current)
        if parent == current:
            return None
        current = parent
    git = mark
    if not os.path.isdir(mark):
        text = _read(mark) or ""
        if not text.startswith("gitdir:"):
            return None
        git = os.path.join(current, text.removeprefix("gitdir:").strip())
    common = _read(os.path.join(git, "commondir"))
    return git, git if common is None else os.path.join(git, common.strip())


def _packed(common: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in (_read(os.path.join(common, "packed-refs")) or "").splitlines():
        commit, space, name = line.strip().partition(" ")
        if space and not line.startswith(("#", "^")) and _checked(commit) is not None:
            found[name] = commit
    return found


def _checked(commit: str) -> str | None:
    return commit if len(commit) == 40 and _HEX.issuperset(commit) else None


def _read(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None

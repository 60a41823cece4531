"""What a build from the local file system depended on (``tool.uv.cache-keys``), to tell whether to build again.

The record is the JSON object that uv keeps as ``uv_cache.json`` in an installed distribution, so that environments made by
either are understood by both: ``timestamp`` (newest change of the listed files), ``commit``, ``tags``, ``env``,
``directories`` (creation time, else inode, of each).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

_DEFAULT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
_DEFAULT_DIRECTORY = "src"
_GLOB = re.compile(r"[*?\[{]")

Info = dict[str, Any]


def file_info(path: str) -> Info:
    """Return the record of an archive: its change time.

    :raises OSError: it cannot be read.
    """
    return _record(timestamp=_changed(os.stat(path)))


def directory_info(path: str, cache_keys: list[Any] | None, environ: Mapping[str, str]) -> Info:
    """Return the record of a source tree; ``cache_keys`` are those of its ``pyproject.toml``, if it has any."""
    newest = 0
    commit: str | None = None
    tags: dict[str, str] | None = None
    env: dict[str, str | None] = {}
    directories: dict[str, Any] = {}
    keys: list[Any] = cache_keys if cache_keys is not None else [*_DEFAULT_FILES, {"dir": _DEFAULT_DIRECTORY}]
    for key in keys:
        file = key if isinstance(key, str) else key.get("file")
        if file is not None:
            candidates = _glob(path, file) if _GLOB.search(file) else [os.path.join(path, file)]
            newest = max(newest, *(_file_change(one) for one in candidates), 0)
        elif "dir" in key:
            _add_directory(directories, path, key["dir"])
        elif "env" in key:
            env[key["env"]] = environ.get(key["env"])
        elif "git" in key:
            wanted = key["git"]
            if wanted is True or (isinstance(wanted, dict) and wanted.get("commit")):
                commit = read_commit(path)
            if isinstance(wanted, dict) and wanted.get("tags"):
                tags = read_tags(path)
    return _record(
        timestamp=_timestamp(newest) if newest else None,
        commit=commit,
        tags=tags,
        env=dict(sorted(env.items())),
        directories=dict(sorted(directories.items())),
    )


def encode_info(info: Info) -> bytes:
    """Return the record as uv writes it."""
    import json

    return json.dumps(info, separators=(",", ":")).encode()


def _record(
    *,
    timestamp: Info | None = None,
    commit: str | None = None,
    tags: dict[str, str] | None = None,
    env: dict[str, str | None] | None = None,
    directories: dict[str, Any] | None = None,
) -> Info:
    return {
        "timestamp": timestamp,
        "commit": commit,
        "tags": tags,
        "env": env or {},
        "directories": directories or {},
    }


def _timestamp(nanoseconds: int) -> Info:
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return {"secs_since_epoch": seconds, "nanos_since_epoch": rest}


def _change_of(facts: os.stat_result) -> int:
    # The change time notices a file that was replaced by an older one; Windows has none.
    return facts.st_mtime_ns if os.name == "nt" else facts.st_ctime_ns


def _changed(facts: os.stat_result) -> Info:
    return _timestamp(_change_of(facts))


def _file_change(path: str) -> int:
    """Return when a regular file changed; 0 when there is none."""
    try:
        facts = os.stat(path)
    except OSError:
        return 0
    return _change_of(facts) if os.path.isfile(path) else 0


def _add_directory(directories: dict[str, Any], root: str, name: str) -> None:
    path = os.path.join(root, name)
    try:
        facts = os.stat(path)
    except FileNotFoundError:
        directories[name] = None
        return
    except OSError:
        return
    if os.path.isdir(path):
        created = _created(path, facts)
        directories[name] = facts.st_ino if created is None else _timestamp(created)


def _created(path: str, facts: os.stat_result) -> int | None:
    """Return when a directory was created, in nanoseconds, where the system knows."""
    platform: str = sys.platform
    if platform.startswith("linux"):
        return _created_on_linux(path)
    if os.name == "nt":
        return facts.st_ctime_ns
    born = getattr(facts, "st_birthtime", None)
    return None if born is None else int(born * 1_000_000_000)


def _created_on_linux(path: str) -> int | None:
    """Ask ``statx``, which Python does not offer before 3.15."""
    import ctypes

    try:
        statx = ctypes.CDLL(None).statx
    except (OSError, AttributeError):
        return None
    buffer = ctypes.create_string_buffer(256)
    want_birth = 0x800
    if statx(-100, os.fsencode(path), 0, want_birth, buffer) != 0:
        return None
    if not int.from_bytes(buffer.raw[0:4], sys.byteorder) & want_birth:
        return None
    seconds = int.from_bytes(buffer.raw[80:88], sys.byteorder, signed=True)
    return seconds * 1_000_000_000 + int.from_bytes(buffer.raw[88:92], sys.byteorder)


def _glob(root: str, pattern: str) -> Iterator[str]:
    """Yield files below ``root`` that match; links to directories are not followed."""
    fixed = pattern[: _GLOB.search(pattern).start()].rpartition("/")[0] if _GLOB.search(pattern) else pattern  # type: ignore[union-attr]
    matches = re.compile(_translate(pattern)).fullmatch
    top = os.path.join(root, fixed) if fixed else root
    prefix = len(root.rstrip("/")) + 1
    for directory, names, files in os.walk(top):
        names.sort()
        for name in files:
            path = os.path.join(directory, name)
            if matches(path[prefix:].replace(os.sep, "/")):
                yield path


def _translate(pattern: str) -> str:
    """Return the regular expression of a glob: ``*``, ``?``, ``**``, ``[...]``, ``{a,b}``."""
    out: list[str] = []
    depth = 0
    position = 0
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
            out.append(f"[^{body[1:]}]" if body[0] in "!^" else f"[{body}]")
            position = end
        elif char == "{":
            out.append("(?:")
            depth += 1
        elif char == "}" and depth:
            out.append(")")
            depth -= 1
        elif char == "," and depth:
            out.append("|")
        else:
            out.append(re.escape(char))
        position += 1
    return "".join(out)


def _git_directory(path: str) -> tuple[str, str] | None:
    """Return the git directory of the repository ``path`` is in, and the one that its worktrees share."""
    current = os.path.abspath(path)
    while True:
        candidate = os.path.join(current, ".git")
        if os.path.isdir(candidate):
            return candidate, candidate
        if os.path.isfile(candidate):
            return _linked_directory(candidate)
        parent = os.path.dirname(current)
        if parent == current:
            return None
        current = parent


def _linked_directory(pointer: str) -> tuple[str, str] | None:
    """Follow the ``.git`` file of a worktree or submodule."""
    text = _read_text(pointer)
    if text is None or not text.startswith("gitdir:"):
        return None
    directory = os.path.normpath(os.path.join(os.path.dirname(pointer), text[7:].strip()))
    common = _read_text(os.path.join(directory, "commondir"))
    shared = os.path.normpath(os.path.join(directory, common.strip())) if common else directory
    return directory, shared


def _read_text(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None


def _packed_refs(shared: str) -> Iterator[tuple[str, str]]:
    for line in (_read_text(os.path.join(shared, "packed-refs")) or "").splitlines():
        commit, _, name = line.partition(" ")
        if name and commit[0] not in "#^":
            yield name, commit


def read_commit(path: str) -> str | None:
    """Return the commit that is checked out in the repository of ``path``, without running git."""
    found = _git_directory(path)
    if found is None:
        return None
    directory, shared = found
    head = (_read_text(os.path.join(directory, "HEAD")) or "").split()
    if not head:
        return None
    commit: str | None = head[0]
    if head[0] == "ref:" and len(head) > 1:
        loose = _read_text(os.path.join(directory, head[1])) or _read_text(os.path.join(shared, head[1]))
        commit = loose.strip() if loose else dict(_packed_refs(shared)).get(head[1])
    return commit if commit is not None and re.fullmatch(r"[0-9a-fA-F]{40}", commit) else None


def read_tags(path: str) -> dict[str, str] | None:
    """Return the tags of the repository of ``path`` with the objects they name."""
    found = _git_directory(path)
    if found is None:
        return None
    prefix = "refs/tags/"
    tags = {name[len(prefix) :]: commit for name, commit in _packed_refs(found[1]) if name.startswith(prefix)}
    top = os.path.join(found[1], "refs", "tags")
    for directory, _, files in os.walk(top):
        for file in files:
            full = os.path.join(directory, file)
            commit = (_read_text(full) or "").strip()
            if commit:
                tags[os.path.relpath(full, top).replace(os.sep, "/")] = commit
    return dict(sorted(tags.items()))

"""Whether a directory holds nothing but what git ignores."""

from __future__ import annotations

import os
import re

Rules = list[tuple[str, list[tuple[re.Pattern[str], bool, bool]]]]
"""(directory, its rules: pattern, negated, directories only), outer directories first."""


def has_only_ignored_files(directory: str) -> bool:
    """Return whether every file below is ignored by ``.gitignore`` (inside a repository) or ``.ignore`` files."""
    rules: Rules = []
    above: list[str] = []
    current = os.path.dirname(directory)
    in_repository = os.path.exists(os.path.join(directory, ".git"))
    while not in_repository:
        above.append(current)
        if os.path.exists(os.path.join(current, ".git")):
            in_repository = True
            break
        parent = os.path.dirname(current)
        if parent == current:
            break
        current = parent
    for path in reversed(above):
        rules += _read_rules(path, git=in_repository)
    if in_repository and above:
        rules = _read_file(os.path.join(above[-1], ".git", "info", "exclude"), above[-1]) + rules
    return _only_ignored(directory, rules, git=in_repository)


def _only_ignored(directory: str, rules: Rules, *, git: bool) -> bool:
    rules = rules + _read_rules(directory, git=git)
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except OSError:
        return False
    for entry in entries:
        is_directory = entry.is_dir(follow_symlinks=False)
        if _is_ignored(entry.path, rules, is_directory=is_directory):
            continue
        if not is_directory:
            if not entry.is_dir():
                return False
        elif not _only_ignored(entry.path, rules, git=git):
            return False
    return True


def _read_rules(directory: str, *, git: bool) -> Rules:
    found: Rules = []
    if git:
        found += _read_file(os.path.join(directory, ".gitignore"), directory)
    return found + _read_file(os.path.join(directory, ".ignore"), directory)


def _read_file(path: str, directory: str) -> Rules:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return []
    compiled = []
    for line in lines:
        text = line.rstrip()
        if not text or text.startswith("#"):
            continue
        negated = text.startswith("!")
        text = text.removeprefix("!")
        only_directories = text.endswith("/")
        text = text.rstrip("/")
        anchored = "/" in text
        text = text.removeprefix("/")
        prefix = "" if anchored else "(?:.*/)?"
        compiled.append((re.compile(prefix + _regex(text) + r"\Z"), negated, only_directories))
    return [(directory, compiled)]


def _regex(pattern: str) -> str:
    out: list[str] = []
    position = 0
    while position < len(pattern):
        if pattern.startswith("**/", position):
            out.append("(?:.*/)?")
            position += 3
        elif pattern.startswith("**", position):
            out.append(".*")
            position += 2
        elif pattern[position] == "*":
            out.append("[^/]*")
            position += 1
        elif pattern[position] == "?":
            out.append("[^/]")
            position += 1
        elif pattern[position] == "[" and "]" in pattern[position + 2 :]:
            end = pattern.index("]", position + 2)
            body = pattern[position + 1 : end].replace("\\", "\\\\")
            out.append("[" + ("^" + body[1:] if body.startswith("!") else body) + "]")
            position = end + 1
        else:
            if pattern[position] == "\\" and position + 1 < len(pattern):
                position += 1
            out.append(re.escape(pattern[position]))
            position += 1
    return "".join(out)


def _is_ignored(path: str, rules: Rules, *, is_directory: bool) -> bool:
    for directory, patterns in reversed(rules):
        relative = os.path.relpath(path, directory).replace(os.sep, "/")
        for regex, negated, only_directories in reversed(patterns):
            if (is_directory or not only_directories) and regex.match(relative):
                return not negated
    return False

"""When a source tree counts as changed."""

from __future__ import annotations

import os
import time
from pathlib import Path

from ultraviolet.workspace.cache_info import parse_cache_info, read_commit, read_tags, tree_cache_info

COMMIT = "0" * 39 + "a"


def touch(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    time.sleep(0.01)
    path.write_text(text)


def test_default_keys(tmp_path: Path) -> None:
    touch(tmp_path / "pyproject.toml", "")
    first = tree_cache_info(str(tmp_path), {})
    assert first.directories == {"src": None}
    touch(tmp_path / "README.md")
    assert tree_cache_info(str(tmp_path), {}) == first
    touch(tmp_path / "pyproject.toml", "x = 1")
    assert tree_cache_info(str(tmp_path), {}) != first
    (tmp_path / "src").mkdir()
    assert tree_cache_info(str(tmp_path), {}).directories["src"] is not None


def test_declared_keys(tmp_path: Path) -> None:
    keys = "cache-keys = ['src/**/*.{c,h}', {env = 'E'}, {git = {commit = true, tags = true}}]"
    touch(tmp_path / "pyproject.toml", f"[tool.uv]\n{keys}\n")
    first = tree_cache_info(str(tmp_path), {"E": "1"})
    assert first.timestamp is None
    assert first.env == {"E": "1"}
    touch(tmp_path / "src/a/b.c")
    second = tree_cache_info(str(tmp_path), {"E": "1"})
    assert second.timestamp is not None
    touch(tmp_path / "src/a/b.py")
    assert tree_cache_info(str(tmp_path), {"E": "1"}) == second
    assert tree_cache_info(str(tmp_path), {}) != second


def test_record_is_read_back(tmp_path: Path) -> None:
    touch(tmp_path / "pyproject.toml")
    (tmp_path / "src").mkdir()
    info = tree_cache_info(str(tmp_path), {})
    assert parse_cache_info(info.to_json()) == info
    assert parse_cache_info(b"{") is None


def test_commit_and_tags(tmp_path: Path) -> None:
    assert read_commit(str(tmp_path)) is None
    touch(tmp_path / ".git/HEAD", "ref: refs/heads/main\n")
    touch(tmp_path / ".git/packed-refs", f"# pack-refs\n{COMMIT} refs/heads/main\n{COMMIT} refs/tags/v1\n")
    assert read_commit(str(tmp_path / "sub")) == COMMIT
    other = COMMIT.replace("a", "b")
    touch(tmp_path / ".git/refs/heads/main", other + "\n")
    touch(tmp_path / ".git/refs/tags/v2", other + "\n")
    assert read_commit(str(tmp_path)) == other
    assert read_tags(str(tmp_path)) == {"v1": COMMIT, "v2": other}
    os.rename(tmp_path / ".git", tmp_path / "git")
    touch(tmp_path / "tree/.git", f"gitdir: {tmp_path / 'git'}\n")
    assert read_commit(str(tmp_path / "tree")) == other

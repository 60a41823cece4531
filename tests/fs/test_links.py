from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from ultraviolet.fs import links
from ultraviolet.fs.links import FALLBACK_WARNINGS, Linker
from ultraviolet.fs.trees import remove_tree


@pytest.fixture
def source(tmp_path: Path) -> Any:
    root = tmp_path / "source"
    (root / "d").mkdir(parents=True)
    (root / "a").write_text("new")
    (root / "d" / "b").write_text("b")
    (tmp_path / "target").mkdir()
    return str(root)


def link(source: Any, tmp_path: Path, mode: Any, failed: Any = None) -> Any:
    linker = Linker(mode, failed.append if failed is not None else None)
    linker.link_tree(source, str(tmp_path / "target"), ["d"], ["a", "d/b"])
    return linker


@pytest.mark.parametrize("mode", ["clone", "hardlink", "copy", "symlink"])
def test_trees_are_merged_and_files_replaced(source: Any, tmp_path: Path, mode: Any) -> None:
    target = tmp_path / "target"
    (target / "d").mkdir()
    (target / "d" / "mine").write_text("mine")
    (target / "a").write_text("old")
    (target / "d" / "b").write_text("old")

    link(source, tmp_path, mode)
    link(source, tmp_path, mode)

    assert (target / "a").read_text() == "new"
    assert (target / "d" / "b").read_text() == "b"
    assert sorted(os.listdir(target / "d")) == ["b", "mine"]
    assert sorted(os.listdir(target)) == ["a", "d"]


def test_clones_fall_back_in_silence(source: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[str] = []

    def refuse(source: Any, target: Any) -> None:
        raise OSError(errno.EOPNOTSUPP, "no")

    monkeypatch.setitem(links._ACTIONS, "clone", refuse)
    linker = link(source, tmp_path, "clone", failed)

    assert failed == []
    assert list(linker._chosen.values()) == ["hardlink"]


@pytest.mark.parametrize("mode", ["hardlink", "symlink"])
def test_other_modes_fall_back_to_copies_with_one_warning(
    source: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: Any
) -> None:
    failed: list[str] = []

    def refuse(source: Any, target: Any) -> None:
        raise OSError(errno.EXDEV, "no")

    monkeypatch.setitem(links._ACTIONS, mode, refuse)
    link(source, tmp_path, mode, failed)

    assert [mode] == failed
    assert not os.path.samefile(f"{source}/a", tmp_path / "target" / "a")
    assert FALLBACK_WARNINGS[mode].startswith(f"Failed to {mode} files; falling back to full copy.")


def test_a_failure_after_a_success_is_an_error(source: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Any, target: Any) -> None:
        raise OSError(errno.ENOSPC, "full")

    linker = link(source, tmp_path, "copy")
    monkeypatch.setitem(links._ACTIONS, "copy", refuse)

    with pytest.raises(OSError, match="full"):
        linker.link_tree(source, str(tmp_path / "target"), [], ["a"])


def test_too_many_links_make_a_copy(source: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    linker = Linker("hardlink")
    linker.link_file(f"{source}/a", str(tmp_path / "target" / "first"))

    def refuse(source: Any, target: Any, **directories: int) -> None:
        raise OSError(errno.EMLINK, "no")

    monkeypatch.setattr(os, "link", refuse)
    linker.link_tree(source, str(tmp_path / "target"), ["d"], ["a", "d/b"])

    assert (tmp_path / "target" / "a").read_text() == "new"


def test_removing_a_tree_leaves_what_links_point_to(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("x")
    (tmp_path / "dir").mkdir()
    (tmp_path / "tree" / "deep").mkdir(parents=True)
    (tmp_path / "tree" / "deep" / "link").symlink_to(tmp_path / "kept")
    (tmp_path / "tree" / "dirlink").symlink_to(tmp_path / "dir")

    assert remove_tree(str(tmp_path / "tree"))
    assert not remove_tree(str(tmp_path / "tree"))
    assert (tmp_path / "kept").exists()
    assert (tmp_path / "dir").exists()

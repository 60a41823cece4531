from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ultraviolet.fs.atomic import rename_directory, replace_symlink, write_bytes, write_text, write_through
from ultraviolet.fs.errors import LockTimeoutError
from ultraviolet.fs.locks import FileLock
from ultraviolet.fs.removal import Removal, disk_usage, human_size, remove


class TestWriting:
    def test_makes_parents_and_leaves_nothing_else(self, tmp_path: Path) -> None:
        path = tmp_path / "a" / "b" / "file"

        write_text(str(path), "héllo\n")

        assert path.read_bytes() == "héllo\n".encode()
        assert os.listdir(path.parent) == ["file"]

    def test_replaces(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.write_bytes(b"old")

        write_bytes(str(path), b"new")

        assert path.read_bytes() == b"new"

    def test_failure_leaves_the_old_content(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.mkdir()
        (path / "x").touch()

        with pytest.raises(OSError):
            write_bytes(str(path), b"new")

        assert os.listdir(tmp_path) == ["file"]

    def test_output_goes_through_links(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to("file")

        write_through(str(tmp_path / "link"), b"text")

        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "file").read_bytes() == b"text"

    @pytest.mark.skipif(os.name == "nt", reason="named pipes")
    def test_output_into_a_pipe_leaves_the_pipe(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

        write_through(str(pipe), b"text")

        assert os.read(reader, 10) == b"text"
        assert pipe.is_fifo()
        os.close(reader)

    def test_directory_is_moved_unless_there_is_one(self, tmp_path: Path) -> None:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            (tmp_path / name / name).touch()

        assert rename_directory(str(tmp_path / "one"), str(tmp_path / "deep" / "target"))
        assert not rename_directory(str(tmp_path / "two"), str(tmp_path / "deep" / "target"))
        assert os.listdir(tmp_path / "deep" / "target") == ["one"]

    def test_symlink_is_replaced(self, tmp_path: Path) -> None:
        replace_symlink("a", str(tmp_path / "link"))
        replace_symlink("b", str(tmp_path / "link"))

        assert os.readlink(tmp_path / "link") == "b"


class TestLocks:
    def test_exclude_each_other(self, tmp_path: Path) -> None:
        path = str(tmp_path / "deep" / ".lock")
        with FileLock(path):
            assert not FileLock(path).try_acquire()
            assert not FileLock(path, mode="shared").try_acquire()

    def test_shared_ones_do_not(self, tmp_path: Path) -> None:
        path = str(tmp_path / ".lock")
        with FileLock(path, mode="shared"), FileLock(path, mode="shared"):
            assert not FileLock(path).try_acquire()

    def test_timeout_is_told_in_uvs_words(self, tmp_path: Path) -> None:
        path = str(tmp_path / ".lock")
        waited = []
        with FileLock(path), pytest.raises(LockTimeoutError) as caught:
            FileLock(path, resource="anyio", timeout=0.05, on_wait=lambda: waited.append(1)).acquire()

        assert str(caught.value) == (
            f"Timeout (0s) when waiting for lock on `anyio` at `{path}`, is another uv process running? "
            "You can set `UV_LOCK_TIMEOUT` to increase the timeout."
        )
        assert waited == [1]

    def test_are_waited_for(self, tmp_path: Path) -> None:
        path = str(tmp_path / ".lock")
        first = FileLock(path).acquire()
        threading.Timer(0.1, first.release).start()

        with FileLock(path, timeout=5):
            assert not first.is_held

    def test_hold_between_processes(self, tmp_path: Path) -> None:
        path = str(tmp_path / ".lock")
        program = f"from ultraviolet.fs.locks import FileLock; print(FileLock({path!r}).try_acquire())"
        with FileLock(path):
            busy = subprocess.run(
                [sys.executable, "-c", program],
                capture_output=True,
                text=True,
                check=True,
                env={"PYTHONPATH": ":".join(sys.path)},
            )

        assert busy.stdout == "False\n"


class TestRemoval:
    def test_counts(self, tmp_path: Path) -> None:
        (tmp_path / "a" / "b").mkdir(parents=True)
        (tmp_path / "a" / "b" / "file").write_bytes(b"12345")
        (tmp_path / "a" / "link").symlink_to(tmp_path)

        removal = remove(str(tmp_path / "a"))

        assert (removal.files, removal.directories) == (2, 2)
        assert tmp_path.is_dir()

    def test_missing_is_nothing(self, tmp_path: Path) -> None:
        assert remove(str(tmp_path / "a")) == Removal()

    def test_keeps_one_path(self, tmp_path: Path) -> None:
        (tmp_path / "a").touch()
        (tmp_path / ".lock").touch()

        remove(str(tmp_path), keep=str(tmp_path / ".lock"))

        assert os.listdir(tmp_path) == [".lock"]

    def test_removes_read_only_directories(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "file").touch()
        (tmp_path / "a").chmod(0o500)

        remove(str(tmp_path / "a"))

        assert os.listdir(tmp_path) == []

    @pytest.mark.parametrize(
        ("removal", "text"),
        [
            (Removal(), "No unused entries found"),
            (Removal(0, 1), "Removed 1 directory"),
            (Removal(0, 3), "Removed 3 directories"),
            (Removal(1, 3, 100), "Removed 1 file (100B)"),
            (Removal(12, 3, 15_400_000), "Removed 12 files (14.7MiB)"),
        ],
    )
    def test_is_summed_up(self, removal: Removal, text: str) -> None:
        assert removal.summary("No unused entries found") == text

    def test_disk_usage_counts_links_once(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes(b"x" * 100_000)
        before = disk_usage(str(tmp_path))
        os.link(tmp_path / "a", tmp_path / "b")

        assert disk_usage(str(tmp_path)) == before
        assert before >= 100_000
        assert disk_usage(str(tmp_path / "missing")) == 0


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0B"), (1023, "1023B"), (1024, "1.0KiB"), (1_048_575, "1.0MiB"), (5 << 30, "5.0GiB")]
)
def test_human_size(size: int, text: str) -> None:
    assert human_size(size) == text

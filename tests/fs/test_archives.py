from __future__ import annotations

import io
import os
import struct
import tarfile
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.support.packages import compress_tar, make_sdist, make_tar, make_wheel, make_zip

from ultraviolet.fs.archives import hash_file, top_directory, unpack_sdist, unzip
from ultraviolet.fs.errors import ArchiveError
from ultraviolet.fs.records import heal_record
from ultraviolet.fs.unpacked import safe_relative_path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "target"
    path.mkdir()
    return path


def tree(path: Path) -> dict[str, bytes]:
    return {str(one.relative_to(path)): one.read_bytes() for one in sorted(path.rglob("*")) if one.is_file()}


def streamed_zip(contents: dict[str, bytes]) -> bytes:
    """Make an archive with data descriptors, as programs that cannot seek write it."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return pipe.data


class TestUnzip:
    def test_writes_files_and_lists_them(self, target: Path) -> None:
        contents = {"a/b/c.py": b"x = 1\n" * 100, "a/empty": b"", "tool": b"#!"}

        unpacked = unzip(make_zip(contents, executables=["tool"]), str(target))

        assert tree(target) == contents
        assert unpacked.directories == ["a", "a/b"]
        assert unpacked.files == [("a/b/c.py", 600, False), ("a/empty", 0, False), ("tool", 2, True)]
        assert os.access(target / "tool", os.X_OK)
        assert not os.access(target / "a/b/c.py", os.X_OK)

    def test_reads_from_a_path(self, target: Path, tmp_path: Path) -> None:
        archive = tmp_path / "a.whl"
        archive.write_bytes(make_zip({"big": os.urandom(200_000)}))

        unzip(str(archive), str(target))

        assert (target / "big").stat().st_size == 200_000

    @pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    def test_reads_both_methods(self, target: Path, compression: int) -> None:
        unzip(make_zip({"a": b"hello" * 50}, compression=compression), str(target))

        assert tree(target) == {"a": b"hello" * 50}

    def test_reads_data_descriptors(self, target: Path) -> None:
        unzip(streamed_zip({"a": b"hello" * 50, "b/c": b""}), str(target))

        assert tree(target) == {"a": b"hello" * 50, "b/c": b""}

    def test_copies_large_members_piecewise(self, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ultraviolet.fs.zips._WHOLE", 10)
        monkeypatch.setattr("ultraviolet.fs.zips._CHUNK", 16)
        unzip(make_zip({"a": bytes(range(256)) * 20}), str(target))

        assert tree(target) == {"a": bytes(range(256)) * 20}

    def test_makes_directories_of_entries(self, target: Path) -> None:
        unpacked = unzip(make_zip({"a/": b"", "a/b/": b""}), str(target))

        assert unpacked.directories == ["a", "a/b"]

    def test_leaves_escaping_names_out(self, target: Path) -> None:
        unpacked = unzip(make_zip({"../evil": b"x", "/evil": b"x", "a/../b": b"y"}), str(target))

        assert unpacked.files == [("b", 1, False)]
        assert not (target.parent / "evil").exists()

    @pytest.mark.parametrize("name", ["new\nline", "tab\tx", "delete\x7f", "bell\x07"])
    def test_refuses_control_characters(self, target: Path, name: str) -> None:
        with pytest.raises(ArchiveError, match=r"^Archive contains unacceptable filename: "):
            unzip(make_zip({name: b""}), str(target))

    def test_accepts_equal_duplicates(self, target: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                archive.writestr("a", b"x")
                archive.writestr("a", b"x")

        assert unzip(buffer.getvalue(), str(target)).files == [("a", 1, False)]

    def test_refuses_different_duplicates(self, target: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                archive.writestr("a", b"x")
                archive.writestr("a", b"y")

        with pytest.raises(ArchiveError, match=r"multiple entries with different contents for: a"):
            unzip(buffer.getvalue(), str(target))

    def test_refuses_a_damaged_content(self, target: Path) -> None:
        data = bytearray(make_zip({"a": b"hello"}, compression=zipfile.ZIP_STORED))
        data[31] ^= 0xFF

        with pytest.raises(ArchiveError, match=r"^Bad CRC \(got [0-9a-f]{8}, expected [0-9a-f]{8}\) for file: a$"):
            unzip(bytes(data), str(target))

    def test_accepts_it_without_validation(self, target: Path) -> None:
        data = bytearray(make_zip({"a": b"hello"}, compression=zipfile.ZIP_STORED))
        data[31] ^= 0xFF

        assert unzip(bytes(data), str(target), validate=False).files == [("a", 5, False)]

    def test_refuses_trailing_contents_but_not_zeros(self, target: Path) -> None:
        data = make_zip({"a": b"x"})
        with pytest.raises(ArchiveError, match=r"trailing contents"):
            unzip(data + b"more", str(target))

        assert unzip(data + b"\0" * 20, str(target)).files == [("a", 1, False)]

    def test_refuses_leading_contents(self, target: Path) -> None:
        buffer = io.BytesIO(b"#!/bin/sh\n")
        buffer.seek(0, os.SEEK_END)
        with zipfile.ZipFile(buffer, "a") as archive:
            archive.writestr("a", b"x")

        with pytest.raises(ArchiveError):
            unzip(buffer.getvalue(), str(target))

    def test_refuses_members_that_the_directory_does_not_list(self, target: Path) -> None:
        with_two = make_zip({"a": b"x", "hidden": b"y"})
        end = with_two.rindex(b"PK\x05\x06")
        start = struct.unpack_from("<L", with_two, end + 16)[0]
        second = with_two.index(b"PK\x01\x02", start + 4)
        directory = with_two[start:second]
        record = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), start, 0)

        with pytest.raises(ArchiveError, match=r"without a corresponding central-directory record entry for: hidden"):
            unzip(with_two[:start] + directory + record, str(target))

    def test_refuses_names_that_differ(self, target: Path) -> None:
        data = bytearray(make_zip({"a": b"x"}))
        data[30] = ord("b")

        with pytest.raises(ArchiveError, match=r"conflicting paths .* at 0 \(got b, expected a\)"):
            unzip(bytes(data), str(target))

    def test_refuses_a_wrong_count(self, target: Path) -> None:
        data = bytearray(make_zip({"a": b"x"}))
        data[data.rindex(b"PK\x05\x06") + 10] = 5

        with pytest.raises(ArchiveError, match=r"conflicts with the actual number of entries \(got 5, expected 1\)"):
            unzip(bytes(data), str(target))

    def test_refuses_a_comment_that_may_be_an_archive(self, target: Path) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("a", b"x")
            archive.comment = b"PK\x05\x06"

        with pytest.raises(ArchiveError):
            unzip(buffer.getvalue(), str(target))

    def test_refuses_other_methods(self, target: Path) -> None:
        with pytest.raises(ArchiveError, match=r"unsupported compression method"):
            unzip(make_zip({"a": b"x" * 50}, compression=zipfile.ZIP_BZIP2), str(target))

    @pytest.mark.parametrize("data", [b"", b"hello", b"PK\x05\x06"])
    def test_refuses_what_is_no_archive(self, target: Path, data: bytes) -> None:
        with pytest.raises(ArchiveError, match=r"^Invalid zip file structure$"):
            unzip(data, str(target))

    def test_refuses_a_file_below_a_file(self, target: Path) -> None:
        with pytest.raises(ArchiveError):
            unzip(make_zip({"a": b"x", "a/b": b"y"}), str(target))

    def test_survives_arbitrary_damage(self, tmp_path: Path) -> None:
        original = make_wheel("anyio", "1.0").content
        for position in range(0, len(original), 7):
            damaged = bytearray(original)
            damaged[position] ^= 0x55
            directory = tmp_path / str(position)
            directory.mkdir()
            try:
                unzip(bytes(damaged), str(directory))
            except ArchiveError:
                pass


class TestSdists:
    @pytest.mark.parametrize("suffix", [".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tar.xz", ".zip"])
    def test_every_kind_is_read(self, target: Path, suffix: str) -> None:
        built = make_sdist(
            "anyio",
            "1.0",
            suffix=".zip" if suffix == ".zip" else suffix,
            executables=["run.sh"],
            files={"run.sh": "#!"},
        )

        unpack_sdist(built.content, f"anyio-1.0{suffix}", str(target))

        top = Path(top_directory(str(target)))
        assert top.name == "anyio-1.0"
        assert (top / "pyproject.toml").is_file()
        assert os.access(top / "run.sh", os.X_OK)

    def test_several_top_entries_are_used_as_they_are(self, target: Path) -> None:
        unpack_sdist(make_sdist("anyio", "1.0", top="").content, "anyio-1.0.tar.gz", str(target))

        assert top_directory(str(target)) == str(target)

    def test_empty_archive_is_refused(self, target: Path) -> None:
        unpack_sdist(make_tar({}), "anyio-1.0.tar.gz", str(target))

        with pytest.raises(ArchiveError, match=r"it's empty"):
            top_directory(str(target))

    @pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "bad\nname"])
    def test_unsafe_names_are_refused(self, target: Path, name: str) -> None:
        with pytest.raises(ArchiveError):
            unpack_sdist(make_tar({name: b"x"}), "a-1.tar.gz", str(target))

        assert not (target.parent / "evil").exists()

    def link_archive(self, *members: tuple[str, bytes, str]) -> bytes:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for name, kind, destination in members:
                info = tarfile.TarInfo(name)
                info.type = kind
                if kind == tarfile.REGTYPE:
                    info.size = len(destination)
                    archive.addfile(info, io.BytesIO(destination.encode()))
                else:
                    info.linkname = destination
                    archive.addfile(info)
        return compress_tar(buffer.getvalue(), ".tar.gz")

    def test_inner_symlinks_are_kept(self, target: Path) -> None:
        data = self.link_archive(("a/file", tarfile.REGTYPE, "hello"), ("a/link", tarfile.SYMTYPE, "file"))

        unpack_sdist(data, "a-1.tar.gz", str(target))

        assert os.readlink(target / "a/link") == "file"

    @pytest.mark.parametrize("destination", ["/etc/passwd", "../../etc/passwd", "../.."])
    def test_outer_symlinks_are_refused(self, target: Path, destination: str) -> None:
        with pytest.raises(ArchiveError, match=r"symbolic link"):
            unpack_sdist(self.link_archive(("a/link", tarfile.SYMTYPE, destination)), "a-1.tar.gz", str(target))

    def test_files_below_a_symlink_are_refused(self, target: Path) -> None:
        data = self.link_archive(("a/link", tarfile.SYMTYPE, "."), ("a/link/x", tarfile.REGTYPE, "hello"))

        with pytest.raises(ArchiveError, match=r"below a symbolic link"):
            unpack_sdist(data, "a-1.tar.gz", str(target))

    def test_inner_hard_links_are_copied(self, target: Path) -> None:
        data = self.link_archive(("a", tarfile.REGTYPE, "hello"), ("b", tarfile.LNKTYPE, "a"))

        unpack_sdist(data, "a-1.tar.gz", str(target))

        assert (target / "b").read_text() == "hello"
        assert (target / "b").stat().st_nlink == 1

    @pytest.mark.parametrize("kind", [tarfile.FIFOTYPE, tarfile.CHRTYPE])
    def test_special_files_are_refused(self, target: Path, kind: bytes) -> None:
        with pytest.raises(ArchiveError, match=r"special file"):
            unpack_sdist(self.link_archive(("a", kind, "")), "a-1.tar.gz", str(target))

    @pytest.mark.parametrize("data", [b"", b"hello", make_tar({"a": b"x" * 5000})[:-20]])
    def test_damaged_archive_is_told(self, target: Path, data: bytes) -> None:
        with pytest.raises(ArchiveError, match=r"^Invalid tar file$"):
            unpack_sdist(data, "a-1.tar.gz", str(target))

    def test_unknown_kind_is_told(self, target: Path) -> None:
        with pytest.raises(ArchiveError, match=r"unsupported compression"):
            unpack_sdist(b"", "a-1.rar", str(target))


class TestRecord:
    def unpack(self, target: Path, record: bool | str) -> tuple[list[tuple[str, int, bool]], dict[str, str]]:
        built = make_wheel("anyio", "1.0", record=record, files={"anyio/__init__.py": "x", "a,b.py": "y"})
        files = unzip(built.content, str(target)).files
        return files, heal_record(str(target), files)

    def test_correct_one_is_left(self, target: Path) -> None:
        _, digests = self.unpack(
            target,
            record='anyio/__init__.py,sha256=abc,1\n"a,b.py",,1\nanyio-1.0.dist-info/METADATA,,\nanyio-1.0.dist-info/WHEEL,,\nanyio-1.0.dist-info/RECORD,,\n',
        )

        assert (target / "anyio-1.0.dist-info/RECORD").read_text().startswith("anyio/__init__.py,sha256=abc,1\n")
        assert digests == {"anyio/__init__.py": "sha256=abc"}

    def test_missing_rows_are_added_and_stale_ones_removed(self, target: Path) -> None:
        files, _ = self.unpack(target, record="gone.py,,\n./anyio/__init__.py,,\nanyio-1.0.dist-info/RECORD,,\n")

        text = (target / "anyio-1.0.dist-info/RECORD").read_text()
        assert text.splitlines() == [
            "./anyio/__init__.py,,",
            '"a,b.py",,1',
            "anyio-1.0.dist-info/METADATA,,47",
            "anyio-1.0.dist-info/RECORD,,",
            "anyio-1.0.dist-info/WHEEL,,76",
        ]
        assert ("anyio-1.0.dist-info/RECORD", len(text), False) in files

    def test_absence_is_told(self, target: Path) -> None:
        with pytest.raises(ArchiveError):
            self.unpack(target, record=False)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a", "a"),
        ("a/b", "a/b"),
        ("./a", "a"),
        ("a//b", "a/b"),
        ("a/..", ""),
        ("..", None),
        ("a/../../b", None),
        ("/a", None),
        ("...", "..."),
    ],
)
def test_safe_relative_path(name: str, expected: str | None) -> None:
    assert safe_relative_path(name) == expected


def test_hash_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"hello")

    assert hash_file(str(tmp_path / "a"), ("md5", "sha256")) == {
        "md5": "5d41402abc4b2a76b9719d911017c592",
        "sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    }

"""Files of installed distributions, read whole whatever their size."""

from __future__ import annotations

from pathlib import Path

import pytest

from ultraviolet.environment.site_packages import read_file


@pytest.mark.parametrize("size", [0, 1, 16383, 16384, 16385, 3_000_000])
def test_files_are_read_whole(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    (tmp_path / "file").write_bytes(content[:size])
    assert read_file(str(tmp_path / "file")) == content[:size]


def test_what_is_no_file_gives_nothing(tmp_path: Path) -> None:
    assert read_file(str(tmp_path)) is None
    assert read_file(str(tmp_path / "missing")) is None

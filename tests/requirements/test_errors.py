"""Malformed requirements: each file holds arguments of `uv pip install`, files, and what uv prints."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from tests.workspace.messages import rendered

from ultraviolet.distributions.direct_urls import UrlContext
from ultraviolet.errors import UltravioletError
from ultraviolet.requirements.sources import (
    Source,
    source_from_editable,
    source_from_file,
    source_from_package,
    source_from_text_file,
)
from ultraviolet.requirements.specification import ReadContext, read_specification

CASES = sorted((Path(__file__).parent / "data" / "errors").glob("*.toml"))


def is_directory(path: str) -> bool | None:
    where = Path(path)
    return where.is_dir() if where.exists() else None


def read(arguments: list[str], cwd: str) -> None:
    urls = UrlContext(base=cwd, cwd=cwd, is_directory=is_directory)
    requirements: list[Source] = []
    others: dict[str, list[Source]] = {"-c": [], "--override": [], "--exclude": []}
    words = iter(arguments)
    for word in words:
        if word == "-r":
            requirements.append(source_from_file(next(words)))
        elif word == "-e":
            requirements.append(source_from_editable(next(words), urls))
        elif word == "-c":
            others["-c"].append(source_from_text_file(next(words), "constraints"))
        elif word == "--override":
            others["--override"].append(source_from_text_file(next(words), "overrides"))
        elif word == "--exclude":
            others["--exclude"].append(source_from_text_file(next(words), "requirements"))
        else:
            requirements.append(source_from_package(word, urls))
    read_specification(
        requirements,
        ReadContext(urls=urls),
        constraints=others["-c"],
        overrides=others["--override"],
        excludes=others["--exclude"],
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_message_is_that_of_uv(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tomllib.loads(case.read_text(encoding="utf-8"))
    for name, text in data.get("files", {}).items():
        (tmp_path / name).write_bytes(text.encode())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UltravioletError) as caught:
        read(data["arguments"], os.getcwd())
    message = rendered(caught.value).replace(str(tmp_path), "[ROOT]")
    stderr: str = data["stderr"]
    # Reading settings comes before, and is not done here.
    assert message == stderr[stderr.index("error: ") :]

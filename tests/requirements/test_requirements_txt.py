"""Requirements files: what their statements mean."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ultraviolet.distributions.direct_urls import UrlContext
from ultraviolet.distributions.source import DirectorySource, GitSource, PathSource, UrlSource
from ultraviolet.errors import UltravioletError
from ultraviolet.requirements.arguments import (
    PackageChoice,
    RequirementEntry,
    is_editable,
    parse_argument,
    requirement_display,
)
from ultraviolet.requirements.quoting import unquote
from ultraviolet.requirements.requirements_txt import (
    FileContext,
    RequirementsFile,
    parse_requirements_file,
)
from ultraviolet.requirements.specification import decode_text


def parse(files: dict[str, str], root: Path, environ: dict[str, str] | None = None) -> RequirementsFile:
    def is_directory(path: str) -> bool | None:
        return Path(path).is_dir() if Path(path).exists() else None

    def read(path: str) -> str:
        known = os.path.normpath(path)
        if known not in files:
            raise UltravioletError(f"missing {path}")
        return files[known]

    urls = UrlContext(base=str(root), cwd=str(root), environ=environ or {}, is_directory=is_directory)
    return parse_requirements_file("requirements.txt", FileContext(urls, read, str))


def shown(entries: tuple[RequirementEntry, ...]) -> list[str]:
    return [requirement_display(entry.requirement) for entry in entries]


def test_requirements_in_all_their_forms(tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    text = (
        "# comment\n\n  Flask [b, a] >=1,<3 ; python_version<'3.12'  # note\n"
        "six==1.0 \\\n    --hash=sha256:aa --hash sha256:bb idna\n"
        "./dir[x] ; sys_platform == 'linux'\n"
        "git+https://github.com/o/r@v1#subdirectory=s\n"
        "https://example.com/a-1.0.tar.gz#sha256=00\n"
        "n @ ./n-1.0-py3-none-any.whl\r\n"
        "${HOST}/p.zip"
    )
    file = parse({"requirements.txt": text}, tmp_path, {"HOST": "https://h.example.com"})
    requirements = [entry.requirement for entry in file.requirements]
    assert shown(file.requirements)[:3] == [
        "flask[b,a]>=1,<3 ; python_full_version < '3.12'",
        "six==1.0",
        "idna",
    ]
    assert file.requirements[1].hashes == ("sha256:aa", "sha256:bb")
    assert requirements[3].source == DirectorySource(path=str(tmp_path / "dir"), given="./dir")
    assert requirements[3].extras == ("x",)
    git = requirements[4].source
    assert isinstance(git, GitSource)
    assert (git.repository, git.reference, git.subdirectory) == ("https://github.com/o/r", "v1", "s")
    assert isinstance(requirements[5].source, UrlSource)
    assert requirements[6].source == PathSource(
        path=str(tmp_path / "n-1.0-py3-none-any.whl"), kind="wheel", given="./n-1.0-py3-none-any.whl"
    )
    assert shown(file.requirements)[7] == "https://h.example.com/p.zip"


def test_options(tmp_path: Path) -> None:
    text = (
        "-i https://a.example.com/simple\n--extra-index-url=https://b.example.com # x\n-f 'https://c.example.com/l'\n"
        "--no-index\n--require-hashes\n--no-binary :all:\n--only-binary six\n--only-binary=Idna\n--pre\n"
        "--trusted-host x\n--prefer-binary\n-e ./e\n"
    )
    file = parse({"requirements.txt": text}, tmp_path)
    assert file.index_url is not None
    assert file.index_url.url == "https://a.example.com/simple"
    assert [index.url for index in file.extra_index_urls] == ["https://b.example.com/"]
    assert [index.url for index in file.find_links] == ["https://c.example.com/l"]
    assert file.no_index
    assert file.require_hashes
    assert file.no_binary == PackageChoice(everything=True)
    assert file.only_binary.packages == ("six", "idna")
    assert file.warnings == (
        "Ignoring unsupported option in `requirements.txt`: `--pre` (hint: pass `--pre` on the command line instead)",
        (
            "Ignoring unsupported option in `requirements.txt`: `--trusted-host` "
            "(hint: pass `--trusted-host` on the command line instead)"
        ),
        "Ignoring unsupported option in `requirements.txt`: `--prefer-binary`",
    )
    assert is_editable(file.editables[0].requirement)


def test_includes_are_read_once_and_constraints_stay_constraints(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "-r sub/a.txt\n-r sub/a.txt\n-c sub/c.txt\nx\n",
        "sub/a.txt": "a\n-r ../requirements.txt\n-r b.txt\n",
        "sub/b.txt": "b\n",
        "sub/c.txt": "c<1\n-r d.txt\n",
        "sub/d.txt": "d<1\n-c ../sub/c.txt\n",
    }
    file = parse(files, tmp_path)
    assert shown(file.requirements).count("b") == 1
    assert sorted({str(constraint.name) for constraint in file.constraints}) == ["c", "d"]


def test_editable_name_is_a_directory(tmp_path: Path) -> None:
    requirement = parse_argument("name", UrlContext(base=str(tmp_path)), editable=True)
    assert requirement.source == DirectorySource(path=str(tmp_path / "name"), given="name")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a", "a"), ("'a b'", "a b"), ('"a\\"b"', 'a"b'), ("a\\ b", "a b"), ("'a", "'a"), ('"a\\x"', "a\\x")],
)
def test_quotes(text: str, expected: str) -> None:
    assert unquote(text) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks(encoding: str) -> None:
    assert decode_text("six é\n".encode(encoding), "x") == "six é\n"

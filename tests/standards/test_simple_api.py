from __future__ import annotations

import json
from typing import Any

import pytest

from ultraviolet.standards.simple_api import (
    SimpleFile,
    SimplePage,
    SimplePageError,
    parse_html,
    parse_json,
    parse_upload_time,
)

URL = "https://example.org/simple/anyio/"


def html(text: str) -> SimplePage:
    """Parse a page in the regular way and in the general way; both must agree."""
    quick = parse_html(text.encode(), URL)
    general = parse_html(f"<!-- general -->{text}".encode(), URL)
    assert quick == general
    return quick


def one(text: str) -> SimpleFile:
    (file,) = html(text).files
    return file


def as_json(**file: Any) -> SimpleFile:
    entry = {
        "filename": "anyio-1.0.tar.gz",
        "url": "anyio-1.0.tar.gz",
        "hashes": {},
        **{name.replace("_", "-"): value for name, value in file.items()},
    }
    (parsed,) = parse_json(json.dumps({"files": [entry], "unknown": 1}).encode(), URL).files
    return parsed


class TestHtml:
    def test_pypi_form(self) -> None:
        file = one(
            '<a href="https://files.pythonhosted.org/packages/aa/anyio-4.0-py3-none-any.whl#sha256=abc" '
            'data-requires-python="&gt;=3.8" data-dist-info-metadata="sha256=00" data-core-metadata="sha256=00" '
            'data-upload-time="2024-01-01T00:00:00.5Z">anyio-4.0-py3-none-any.whl</a><br />'
        )

        assert file == SimpleFile(
            filename="anyio-4.0-py3-none-any.whl",
            url="https://files.pythonhosted.org/packages/aa/anyio-4.0-py3-none-any.whl",
            hashes=("sha256:abc",),
            requires_python=">=3.8",
            upload_time=1704067200500,
            core_metadata=True,
        )

    def test_relative_links_and_queries(self) -> None:
        file = one('<a href="../../files/anyio-1.0.tar.gz?token=x&amp;y=1">x</a>')

        assert (file.filename, file.url) == (
            "anyio-1.0.tar.gz",
            "https://example.org/files/anyio-1.0.tar.gz?token=x&y=1",
        )

    def test_case_and_quotes_do_not_matter(self) -> None:
        file = one("<A class=x HREF='anyio-1.0.tar.gz#SHA=' DATA-YANKED>text<b>bold</b></A>".replace("#SHA=", ""))

        assert (file.url, file.yanked) == (URL + "anyio-1.0.tar.gz", True)

    def test_base(self) -> None:
        file = one('<html><head><base href="https://other.org/files/"></head><a href="anyio-1.0.tar.gz">x</a>')

        assert file.url == "https://other.org/files/anyio-1.0.tar.gz"

    def test_base_after_a_link_is_ignored(self) -> None:
        file = one('<a href="anyio-1.0.tar.gz">x</a><base href="https://other.org/files/">')

        assert file.url == URL + "anyio-1.0.tar.gz"

    def test_names_are_decoded(self) -> None:
        assert one('<a href="torch-1.0%2Bcpu-py3-none-any.whl">x</a>').filename == "torch-1.0+cpu-py3-none-any.whl"

    def test_empty_links_are_no_files(self) -> None:
        assert html('<a href="">x</a><a name="x">y</a>').files == []

    @pytest.mark.parametrize("fragment", ["#", "#sha256", "#sha256=", "#egg=anyio"])
    def test_fragments_without_digest(self, fragment: str) -> None:
        assert one(f'<a href="anyio-1.0.tar.gz{fragment}">x</a>').hashes == ()

    @pytest.mark.parametrize("algorithm", ["md5", "sha384", "sha512", "blake2b"])
    def test_digests(self, algorithm: str) -> None:
        assert one(f'<a href="anyio-1.0.tar.gz#{algorithm}=ab">x</a>').hashes == (f"{algorithm}:ab",)

    def test_unknown_algorithm_fails_the_page(self) -> None:
        with pytest.raises(SimplePageError, match=r"^Received some unexpected HTML from "):
            html('<a href="anyio-1.0.tar.gz#blake3=ab">x</a>')

    @pytest.mark.parametrize(
        ("attribute", "expected"),
        [
            ('data-core-metadata="true"', True),
            ('data-core-metadata="sha256=00"', True),
            ('data-core-metadata="false"', False),
            ('data-core-metadata="junk"', False),
            ('data-dist-info-metadata="true"', True),
            ('data-core-metadata="false" data-dist-info-metadata="true"', False),
            ("", False),
        ],
    )
    def test_metadata(self, attribute: str, expected: bool) -> None:
        assert one(f'<a href="anyio-1.0.tar.gz" {attribute}>x</a>').core_metadata is expected

    @pytest.mark.parametrize(
        ("attribute", "expected"),
        [("", False), ("data-yanked", True), ('data-yanked=""', True), ('data-yanked="a &amp; b"', "a & b")],
    )
    def test_yanked(self, attribute: str, expected: bool | str) -> None:
        assert one(f'<a href="anyio-1.0.tar.gz" {attribute}>x</a>').yanked == expected

    def test_junk_is_ignored(self) -> None:
        file = one('<a href="anyio-1.0.tar.gz" data-size="big" data-upload-time="yesterday">x</a>')

        assert (file.size, file.upload_time) == (None, None)

    def test_project_status(self) -> None:
        page = html(
            '<head><meta name="pypi:project-status" content="archived"><meta name="pypi:project-status-reason" content="old"></head>'
        )

        assert (page.status, page.status_reason) == ("archived", "old")


class TestJson:
    def test_wheels_that_pyx_serves_compressed_too(self) -> None:
        file = as_json(zstd={"hashes": {"sha256": "2", "sha512": "3"}, "size": 7})

        assert file.zstd == (("sha512:3", "sha256:2"), 7)

    def test_all_fields(self) -> None:
        file = as_json(
            hashes={"md5": "1", "sha256": "2", "sha512": "3", "other": "4"},
            requires_python=">=3.8",
            size=5,
            upload_time="2024-01-01T00:00:00.123456Z",
            yanked="broken",
            core_metadata={"sha256": "00"},
        )

        assert file.hashes == ("sha512:3", "sha256:2", "md5:1")
        assert (file.requires_python, file.size, file.upload_time) == (">=3.8", 5, 1704067200123)
        assert (file.yanked, file.core_metadata, file.url) == ("broken", True, URL + "anyio-1.0.tar.gz")

    @pytest.mark.parametrize(
        ("keys", "expected"),
        [
            ({"core_metadata": True}, True),
            ({"core_metadata": {}}, True),
            ({"core_metadata": False, "dist_info_metadata": True}, False),
            ({"dist_info_metadata": {"sha256": "0"}}, True),
            ({"data_dist_info_metadata": True}, True),
            ({}, False),
        ],
    )
    def test_metadata(self, keys: dict[str, Any], expected: bool) -> None:
        assert as_json(**keys).core_metadata is expected

    @pytest.mark.parametrize(("value", "expected"), [("", True), (True, True), (False, False), (None, False)])
    def test_yanked(self, value: Any, expected: bool) -> None:
        assert as_json(yanked=value).yanked is expected

    def test_odd_values_are_left_out(self) -> None:
        file = as_json(hashes={"sha256": "0", "md5": 5}, upload_time="yesterday", size=3)

        assert (file.hashes, file.upload_time, file.size) == (("sha256:0",), None, 3)

    def test_project_status(self) -> None:
        page = parse_json(b'{"files": [], "project-status": {"status": "quarantined", "reason": "bad"}}', URL)

        assert (page.status, page.status_reason) == ("quarantined", "bad")

    @pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"files": [{}]}', b"<html>"])
    def test_other_shapes_are_told(self, content: bytes) -> None:
        with pytest.raises(SimplePageError, match=rf"^Received some unexpected JSON from {URL}$"):
            parse_json(content, URL)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-01T00:00:00Z", 1704067200000),
        ("2024-01-01T01:00:00+01:00", 1704067200000),
        ("2024-01-01T00:00:00.9999Z", 1704067200999),
        ("2024-01-01T00:00:00", None),
        ("", None),
    ],
)
def test_upload_times(text: str, expected: int | None) -> None:
    assert parse_upload_time(text) == expected

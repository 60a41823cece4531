"""Which Pythons are known as downloads."""

from __future__ import annotations

import pytest

from ultraviolet.python.downloadable import is_downloadable
from ultraviolet.python.request import parse_request


@pytest.mark.parametrize(
    "text",
    [
        "default",
        "any",
        "3",
        "3.8",
        "3.12.1",
        "3.15",
        "3.15.0rc1",
        "3.13t",
        "3.12d",
        ">=3.9,<3.11",
        "cpython",
        "pypy@3.10",
    ],
)
def test_downloads_there_are(text: str) -> None:
    assert is_downloadable(parse_request(text)) is True


@pytest.mark.parametrize("text", ["3.7", "3.99", "3.8.1", "3.12t", "<3.8", "pypy@3.7", "3.12.99"])
def test_downloads_there_are_not(text: str) -> None:
    assert is_downloadable(parse_request(text)) is False


@pytest.mark.parametrize("text", ["./python", "/usr/bin/python3", "python-of-mine"])
def test_requests_that_no_download_answers(text: str) -> None:
    assert is_downloadable(parse_request(text)) is None

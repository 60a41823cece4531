"""Manifests of the wrong shape: uv's words for each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.workspace.messages import rendered

from ultraviolet.errors import UltravioletError
from ultraviolet.workspace.discovery import DiscoveryOptions, discover_project
from ultraviolet.workspace.metadata import member_metadata

ROWS: list[tuple[str, str | None]] = json.loads((Path(__file__).parent / "data" / "manifests.json").read_text())


def check(root: Path) -> None:
    project = discover_project(str(root), DiscoveryOptions(cwd=str(root)))
    if project.member is not None:
        member_metadata(project.workspace, project.member, cwd=str(root))
    project.workspace.conflicts()


@pytest.mark.parametrize(("text", "expected"), ROWS)
def test_error_is_that_of_uv(text: str, expected: str | None, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    if expected is None:
        check(tmp_path)
        return
    with pytest.raises(UltravioletError) as caught:
        check(tmp_path)
    message = rendered(caught.value).replace(str(tmp_path), "[ROOT]")
    assert message.replace("\n\nhint:", "\nhint:") == expected.replace("\n\nhint:", "\nhint:")

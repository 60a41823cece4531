"""Workspaces of many shapes: members, sources and errors are those of `uv lock`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.workspace.messages import rendered

from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import DirectorySource, RegistrySource
from ultraviolet.errors import UltravioletError
from ultraviolet.workspace.discovery import DiscoveryOptions, Project, discover_project
from ultraviolet.workspace.metadata import member_metadata
from ultraviolet.workspace.requires_python import workspace_python

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "workspaces.json").read_text())


def read(project: Project, cwd: str) -> dict[str, tuple[Requirement, ...]]:
    workspace = project.workspace
    workspace_python(workspace, cwd=cwd)
    found = {}
    for name, member in workspace.members.items():
        metadata = member_metadata(workspace, member, cwd=cwd)
        assert metadata is not None
        found[str(name)] = tuple(r for r in metadata.requires if isinstance(r, Requirement))
    return found


def source_table(source: DirectorySource, root: Path) -> dict[str, str]:
    key = "virtual" if source.virtual else "editable" if source.editable else "directory"
    relative = Path(source.path).relative_to(root)
    return {key: str(relative)}


def requirement_table(requirement: Requirement, root: Path) -> dict[str, Any]:
    table: dict[str, Any] = {"name": requirement.name}
    if requirement.extras:
        table["extras"] = list(requirement.extras)
    marker = requirement.marker.to_string()
    if marker is not None:
        table["marker"] = marker
    source = requirement.source
    if isinstance(source, RegistrySource):
        if source.specifiers:
            table["specifier"] = str(source.specifiers)
    else:
        assert isinstance(source, DirectorySource)
        table.update(source_table(source, root))
    return table


def unwrapped(text: str) -> str:
    """Drop the drawing of the chain and the breaks of its lines."""
    for mark in ("error:", "Caused by:", "├─▶", "╰─▶", "│"):
        text = text.replace(mark, "")
    return "".join(text.split())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_workspace_is_read_as_uv_reads_it(case: dict[str, Any], tmp_path: Path) -> None:
    root = tmp_path / case["name"]
    root.mkdir()
    for name, text in case["files"].items():
        path = root / name
        if text is None:
            path.mkdir(parents=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    cwd = str(root / case["cwd"]).rstrip("/")
    stderr: str = case["stderr"]
    try:
        project = discover_project(cwd, DiscoveryOptions(cwd=cwd))
        requires = read(project, cwd)
    except UltravioletError as error:
        message = rendered(error).replace(str(root), "[ROOT]")
        if "× " in stderr:
            message, stderr = unwrapped(message), unwrapped(stderr.partition("\n")[2])
        assert message == stderr
        return
    if case["root"] is None:
        assert "No solution found" in stderr or "not found" in stderr or "isn't available" in stderr, stderr
        return
    assert Path(project.workspace.root) == root / case["root"]
    members = {
        name: source_table(s, Path(project.workspace.root)) for name, s in project.workspace.member_sources().items()
    }
    assert members == {name: case["packages"][name] for name in members}
    for name, listed in requires.items():
        tables = [requirement_table(requirement, Path(project.workspace.root)) for requirement in listed]
        expected = case["requires"][name]
        assert sorted(tables, key=str) == sorted(expected, key=str)

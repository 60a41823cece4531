"""`uv remove --script` replayed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ultraviolet.errors import UltravioletError
from ultraviolet.standards.names import parse_package_name
from ultraviolet.workspace.additions import remove_requirements
from ultraviolet.workspace.editing import PRODUCTION, ManifestEditor
from ultraviolet.workspace.scripts import parse_script, start_script

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "scripts.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_script_becomes_what_uv_makes_of_it(case: dict[str, Any]) -> None:
    script = parse_script(case["before"].encode(), "/s.py")
    assert script is not None
    editor = ManifestEditor(script.metadata.text, script=True)
    names = [parse_package_name(name) for name in case["command"][1:]]
    if case["stderr"].startswith("error: "):
        with pytest.raises(UltravioletError) as caught:
            remove_requirements(editor, names, PRODUCTION)
        assert f"error: {caught.value}\n" == case["stderr"]
        return
    remove_requirements(editor, names, PRODUCTION)
    assert script.with_metadata(editor.text()) == case["after"]


def test_new_script_can_be_edited() -> None:
    script = start_script(b"#!/usr/bin/env python\nprint()\n", "/s.py", ">=3.11")
    assert script.metadata.dependencies == ()
    assert script.with_metadata(script.metadata.text).splitlines()[1] == "# /// script"

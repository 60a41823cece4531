"""`uv init` for every kind and backend: the files are those uv wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from ultraviolet.errors import UltravioletError
from ultraviolet.standards.names import parse_package_name
from ultraviolet.workspace.init import (
    GITIGNORE,
    Author,
    Backend,
    ProjectOptions,
    name_of_directory,
    project_files,
    project_kind,
    script_text,
)

DATA = Path(__file__).parent / "data" / "init"
PROJECTS: list[dict[str, Any]] = json.loads((DATA / "projects.json").read_text())
SCRIPTS: list[dict[str, Any]] = json.loads((DATA / "scripts.json").read_text())


def value_of(arguments: list[str], option: str) -> str | None:
    return arguments[arguments.index(option) + 1] if option in arguments else None


def options_of(arguments: list[str]) -> ProjectOptions:
    package = True if "--package" in arguments else False if "--no-package" in arguments else None
    backend = value_of(arguments, "--build-backend")
    kind = project_kind(
        app="--app" in arguments,
        lib="--lib" in arguments,
        package=package,
        bare="--bare" in arguments,
        backend=backend is not None,
    )
    source = value_of(arguments, "--author-from")
    with_author = source == "git" or (source is None and kind not in {"app", "bare"})
    bare = "--bare" in arguments
    return ProjectOptions(
        name=parse_package_name(value_of(arguments, "--name") or "my-Proj"),
        kind=kind,
        requires_python=">=3.11",
        bare=bare,
        backend=cast("Backend", backend or "uv"),
        description=value_of(arguments, "--description"),
        no_description="--no-description" in arguments or bare,
        no_readme="--no-readme" in arguments,
        author=Author('A "Q" B'.replace('"', ""), "a@b.c") if with_author else None,
        pin=None if "--no-pin-python" in arguments else "3.11",
    )


@pytest.mark.parametrize("case", PROJECTS, ids=lambda case: " ".join(case["arguments"]) or "plain")
def test_project_has_the_files_of_uv(case: dict[str, Any]) -> None:
    files = {file.path: file.content for file in project_files(options_of(case["arguments"]))}
    if "git" in case["arguments"] and "--vcs" in case["arguments"]:
        files[".gitignore"] = GITIGNORE
    assert files == case["files"]


@pytest.mark.parametrize("case", SCRIPTS, ids=lambda case: case["name"])
def test_script_has_the_text_of_uv(case: dict[str, Any]) -> None:
    before = None if case["before"] is None else case["before"].encode()
    stderr: str = case["stderr"]
    if stderr.startswith("error: "):
        with pytest.raises(UltravioletError) as caught:
            script_text("s.py", ">=3.11", before, bare=case["bare"], shown="s.py")
        assert f"error: {caught.value}\n" == stderr
        return
    text, warning = script_text("s.py", ">=3.11", before, bare=case["bare"], shown="s.py")
    assert text == case["after"]
    assert (f"warning: {warning}\n" if warning else "") == stderr.removesuffix("Initialized script at `s.py`\n")


def test_directory_name_must_be_a_package_name() -> None:
    assert name_of_directory(" My Project ", explicit=True) == "my-project"
    with pytest.raises(UltravioletError, match="The current directory"):
        name_of_directory("-x-", explicit=False)

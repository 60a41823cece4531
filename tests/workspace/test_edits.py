"""`uv add --frozen` and `uv remove --frozen` replayed: each file holds a manifest, commands, and what uv made of it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.workspace.messages import rendered

from ultraviolet.distributions.direct_urls import UrlContext
from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import DirectorySource
from ultraviolet.distributions.urls import url_to_path
from ultraviolet.errors import UltravioletError
from ultraviolet.requirements.arguments import parse_argument
from ultraviolet.requirements.sources import PackageSource, source_from_file
from ultraviolet.requirements.specification import ReadContext, read_specification
from ultraviolet.standards.markers import parse_marker
from ultraviolet.standards.names import parse_extra_name, parse_group_name, parse_package_name
from ultraviolet.workspace.additions import (
    DEV,
    AddOptions,
    add_requirements,
    augment,
    check_self_dependencies,
    remove_requirements,
)
from ultraviolet.workspace.discovery import DiscoveryOptions, Project, discover_project
from ultraviolet.workspace.editing import PRODUCTION, DependencyList, ManifestEditor
from ultraviolet.workspace.manifest import index_url, parse_index_name

CASES = sorted((Path(__file__).parent / "data" / "edits").glob("*.toml"))
VALUES = {"--optional", "--group", "--tag", "--branch", "--rev", "--index", "--default-index", "-m", "-r", "--bounds"}


class Options:
    def __init__(self, words: list[str]) -> None:
        self.flags: set[str] = set()
        self.values: list[tuple[str, str]] = []
        self.packages: list[str] = []
        position = 0
        while position < len(words):
            word = words[position]
            position += 1
            if word in VALUES:
                self.values.append((word, words[position]))
                position += 1
            elif word.startswith("-"):
                self.flags.add(word)
            else:
                self.packages.append(word)

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.values if key == name), None)


def target_of(options: Options) -> DependencyList:
    if (extra := options.get("--optional")) is not None:
        return DependencyList("extra", parse_extra_name(extra))
    if (group := options.get("--group")) is not None:
        return DependencyList("group", parse_group_name(group))
    return DEV if "--dev" in options.flags else PRODUCTION


def run(command: str, root: Path) -> None:
    verb, *words = command.split(" ")
    options = Options(words)
    project = discover_project(str(root), DiscoveryOptions(cwd=str(root)))
    target = target_of(options)
    if verb == "remove":
        editor = ManifestEditor(project.manifest.text)
        names = [parse_package_name(name) for name in options.packages]
        remove_requirements(editor, names, target, dev="--dev" in options.flags)
        write(root / "pyproject.toml", project.manifest.text, editor)
        return
    add(project, options, target, root)


def add(project: Project, options: Options, target: DependencyList, root: Path) -> None:
    if project.name is None and target.kind == "production":
        raise UltravioletError(
            "Project is missing a `[project]` table; add a `[project]` table to use production dependencies, or run "
            "`uv add --dev` instead"
        )
    urls = UrlContext(base=str(root), cwd=str(root), is_directory=is_directory)
    sources: list[Any] = [PackageSource(parse_argument(text, urls)) for text in options.packages]
    if (file := options.get("-r")) is not None:
        sources.append(source_from_file(str(root / file)))
    specification = read_specification(sources, ReadContext(urls=urls))
    marker = options.get("-m")
    requirements = []
    for entry in specification.requirements:
        assert isinstance(entry.requirement, Requirement)
        requirements.append(
            augment(
                entry.requirement,
                rev=options.get("--rev"),
                tag=options.get("--tag"),
                branch=options.get("--branch"),
                marker=None if marker is None else parse_marker(marker),
            )
        )
    if target == PRODUCTION:
        check_self_dependencies(requirements, project.name)
    project = add_members(project, requirements, options, root)
    indexes = [index_of(name, value, root) for name, value in options.values if name.endswith("index")]
    editor = ManifestEditor(project.manifest.text)
    add_requirements(
        editor,
        requirements,
        AddOptions(
            target=target,
            dev="--dev" in options.flags,
            raw="--raw" in options.flags,
            rev=options.get("--rev"),
            tag=options.get("--tag"),
            branch=options.get("--branch"),
            index=indexes[0].name if len(indexes) == 1 else None,
            editable=True if "--editable" in options.flags else None,
            root=project.root,
            members=frozenset(project.workspace.members),
            sources=project.manifest.uv.sources,
        ),
    )
    for index in indexes:
        if index.url.startswith("file://") and not Path(url_to_path(index.url)).is_dir():
            raise UltravioletError(f"Directory not found for index: {index.url}")
    if "--raw" not in options.flags:
        for index in reversed(indexes):
            editor.add_index(index, project.root)
    write(root / "pyproject.toml", project.manifest.text, editor)


def add_members(project: Project, requirements: list[Requirement], options: Options, root: Path) -> Project:
    if "--no-workspace" in options.flags:
        return project
    editor = ManifestEditor(project.workspace.manifest.text)
    for requirement in requirements:
        source = requirement.source
        inside = isinstance(source, DirectorySource) and Path(source.path).is_relative_to(root)
        if isinstance(source, DirectorySource) and inside and not project.workspace.includes(source.path):
            editor.add_member(str(Path(source.path).relative_to(root)))
    write(root / "pyproject.toml", project.workspace.manifest.text, editor)
    return discover_project(str(root))


def index_of(option: str, value: str, root: Path) -> IndexLocation:
    name, equals, url = value.partition("=")
    if not equals or "/" in name:
        name, url = "", value
    location = IndexLocation(
        url=index_url(url, str(root)),
        name=parse_index_name(name) if name else None,
        given=url,
        default=option == "--default-index",
    )
    return msgspec.structs.replace(location)


def is_directory(path: str) -> bool | None:
    where = Path(path)
    return where.is_dir() if where.exists() else None


def write(path: Path, before: str, editor: ManifestEditor) -> None:
    after = editor.text()
    if after != before:
        path.write_bytes(after.encode())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_manifest_becomes_what_uv_makes_of_it(case: Path, tmp_path: Path) -> None:
    data = tomllib.loads(case.read_text(encoding="utf-8"))
    manifest = tmp_path / "pyproject.toml"
    manifest.write_bytes(data["before"].encode())
    for name, text in data.get("files", {}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    expected = data["before"]
    for step in data["steps"]:
        message = ""
        try:
            run(step["command"], tmp_path)
        except UltravioletError as error:
            message = rendered(error).replace(str(tmp_path), "[ROOT]")
        lines = step.get("stderr", "").splitlines(keepends=True)
        stderr = "".join(line for line in lines if not line.startswith(("warning:", "Added `")))
        assert message == stderr
        expected = step.get("after", expected)
        assert manifest.read_bytes().decode() == expected
